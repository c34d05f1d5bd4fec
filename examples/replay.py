"""A journal holds all that enters a performance; replayed offline, it gives the same samples again.

Run `python examples/replay.py again.wav`. `livecode replay JOURNAL -o OUT.wav` does this with what was
played live; `livecode sessions` lists the journals.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from livecode import Session
from livecode.kernel import beginning
from livecode.offline.replay import replay

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("out", type=Path, help="WAV file to write")
options = parser.parse_args()

with tempfile.TemporaryDirectory() as folder:
    journal = Path(folder) / "journal"
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        session.eval("ego = agent(space('additive'), dims=2, every=50*ms)")
        heard = [session.advance(1.0)]
        session.press("like")  # F10
        session.eval("ego.dims = 4\nego.pan = sine(-1, 1, period=1*s)")
        heard.append(session.advance(1.0))
        session.performance.recorder.closed()
    replay(journal, options.out)

again, _ = soundfile.read(options.out, dtype="float32")
print("sample by sample the same:", np.array_equal(again, np.concatenate(heard)))
