"""Be a pair of motion rings: turn both hands to the front, then to the back.

Start `livecode play` or `livecode rings` in another terminal, then run
`python examples/send_rings.py`.
"""

import argparse
import math
import socket
import time

from livecode.signals.simulate import PERIOD_S, turned_packets

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--port", type=int, default=8888)
parser.add_argument("--seconds", type=float, default=8.0)
options = parser.parse_args()

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
    began = time.monotonic()
    for step in range(round(options.seconds / PERIOD_S)):
        turn = math.sin(2 * math.pi * step / (options.seconds / PERIOD_S))  # there and back
        for packet in turned_packets(left=turn, right=turn):
            out.sendto(packet, ("127.0.0.1", options.port))
        time.sleep(max(0.0, began + (step + 1) * PERIOD_S - time.monotonic()))
