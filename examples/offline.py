"""A performance without a sound card: evaluate blocks, let time pass, write what is heard.

Run `python examples/offline.py wander.wav`.
"""

import argparse

import soundfile

from livecode import Session

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("out", help="WAV file to write")
parser.add_argument("--seconds", type=float, default=10.0)
options = parser.parse_args()

with Session(seed=7) as session:
    session.eval("ego = agent(space('additive'), dims=2, every=50*ms)")
    soundfile.write(options.out, session.advance(options.seconds), session.sample_rate)
    print("the agent is at", session.get("ego").position.round(2))

    # What cannot be played changes nothing, and says why.
    result = session.eval("ego.dims = 99")
    print(result.error)
