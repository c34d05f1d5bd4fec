"""Play recorded rings to a set: what the hands did is heard again, sample for sample.

Run `python examples/record_frames.py hands.jsonl`, move, and then
`python examples/play_frames.py hands.jsonl out.wav`.
`livecode render SET.py -o OUT.wav --osc FRAMES.jsonl` does the same from the command line.
"""

import argparse

import numpy as np
import soundfile

from livecode import Session
from livecode.signals.frames import read_frames

BLOCK = """
@reward
def hands(rings):
    return rings.twist

ego = agent(space("additive"), dims=2, every=50*ms, reward=hands)
"""

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("frames", help="FRAMES.jsonl to play")
parser.add_argument("out", help="WAV file to write")
options = parser.parse_args()

with Session(seed=1) as session:
    session.eval(BLOCK)
    heard = [session.advance(0.5)]
    for frame in read_frames(options.frames):
        heard.append(session.advance(max(0.0, 0.5 + frame.time_s - session.time)))
        session.receive_osc(frame.packet)
    soundfile.write(options.out, np.concatenate(heard), session.sample_rate)
    print(f"{session.time:.1f} s; the hands ended at {session.get('hands')}")
