"""Record what motion rings send, as the FRAMES.jsonl that `livecode render --osc` plays.

Run `python examples/record_frames.py hands.jsonl --seconds 20`.
"""

import argparse
import time

from livecode.signals.frames import Frame, write_frames
from livecode.signals.udp import UdpListener

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("frames", help="FRAMES.jsonl to write")
parser.add_argument("--port", type=int, default=8888)
parser.add_argument("--seconds", type=float, default=20.0)
options = parser.parse_args()

began_ns = time.monotonic_ns()
packets = []
with UdpListener(port=options.port) as listener:
    while time.monotonic_ns() - began_ns < options.seconds * 1e9:
        packets += listener.drain()  # soon: only so many wait
        time.sleep(0.1)

frames = [Frame((arrived_ns - began_ns) * 1e-9, packet) for arrived_ns, packet, _ in packets]
write_frames(options.frames, frames)
print(f"{len(frames)} packets from {len({source for _, _, source in packets})} sources")
