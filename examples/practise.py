"""A musician with a sound in mind, who is not there: try a set, or a reward, without rings.

`python examples/practise.py` plays, on your sound card, an agent whose reward is the twist of two
rings. A simulated musician hears where it is and turns the hands to the front while it comes
nearer to the place in mind, to the back while it goes away, a little shakily. A set of your own:
`python examples/practise.py sets/first.py --agent ego`. With `--offline` nothing is heard, and a
minute takes seconds.
"""

import argparse
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from livecode import Session
from livecode.bench.musician import RingMusician
from livecode.processes.live import Live
from livecode.processes.supervisor import Options
from livecode.sets.set_file import SetFile, parse_set, read_set

BLOCK = """
glass = space("additive")

@reward
def hands(rings):
    return rings.twist

# %% practise
ego = agent(glass, dims=DIMS, every=50*ms)
ego.reward = hands
"""
PERIOD_S = 0.05  # between two looks, as often as the status is posted

Step = tuple[float, list[float]]  # the time in seconds, and where the agent is then


def offline(piece: SetFile, options: argparse.Namespace, packets: list[bytes]) -> Iterator[Step]:
    """Each step of a performance that nobody hears."""
    with Session(seed=options.seed) as session:
        result = session.open_set(piece)
        if not result.ok:
            raise SystemExit(result.error)
        while session.time < options.seconds:
            yield session.time, list(session.get(options.agent).position)
            for packet in packets:
                session.receive_osc(packet)
            session.advance(PERIOD_S)


def live(piece: SetFile, options: argparse.Namespace, packets: list[bytes]) -> Iterator[Step]:
    """The same on the sound card, with packets over the network."""
    playing = Options(audio=options.audio, osc_port=options.port, seed=options.seed)
    with (
        Live(playing, log=print) as performance,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
    ):
        for block in (piece.preparation, *piece.scenes[:1]):
            ok, error = performance.evaluate(block.code)
            if not ok:
                raise SystemExit(error)
        began = time.monotonic()
        while (now := time.monotonic() - began) < options.seconds:
            agents = performance.status.get("agents", {})
            if options.agent in agents:
                yield now, agents[options.agent]["position"]
                for packet in packets:
                    out.sendto(packet, ("127.0.0.1", options.port))
            time.sleep(max(0.0, began + now + PERIOD_S - time.monotonic()))


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument(
    "set", nargs="?", type=Path, help="a set of your own; its first scene is played"
)
parser.add_argument("--agent", default="ego", help="the name of the agent to teach")
parser.add_argument("--dims", type=int, default=2, help="of the agent, where there is no set")
parser.add_argument("--seconds", type=float, default=60.0)
parser.add_argument("--seed", type=int, default=1, help="another seed, another place in mind")
parser.add_argument("--offline", action="store_true", help="faster than time, unheard")
parser.add_argument("--audio", default="auto", choices=("auto", "portaudio", "jack", "headless"))
parser.add_argument("--port", type=int, default=8888)

if __name__ == "__main__":
    options = parser.parse_args()
    own = BLOCK.replace("DIMS", str(options.dims))
    piece = read_set(options.set) if options.set else parse_set(own, Path("practise.py"))
    rng = np.random.default_rng(options.seed)
    musician, packets, told_s = None, [], 0.0
    for time_s, position in (offline if options.offline else live)(piece, options, packets):
        if musician is None or len(position) != len(musician.target):
            musician = RingMusician(rng.uniform(0.1, 0.9, len(position)), rng)
            print("in mind:", musician.target.round(2))
        packets[:] = musician.hear(np.array(position), time_s)
        if time_s >= told_s:
            told_s += 5.0
            print(f"{time_s:5.1f} s  at {np.round(position, 2)}  {musician.distance:.2f} away")
    if musician is not None:
        arrived = musician.arrived_s
        print("never arrived" if arrived is None else f"arrived after {arrived:.1f} s")
