"""A recording with stems: a file for each name beside the master's, whose sum is the master.

Run `python examples/stems.py parts/`. On stage: `record("parts", stems=True)`, and `record.stop()`.
"""

import argparse
from pathlib import Path

import numpy as np
import soundfile

from livecode import Session

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("folder", type=Path, help="folder to write")
parser.add_argument("--seconds", type=float, default=10.0)
options = parser.parse_args()

with Session(seed=7) as session:
    session.record(options.folder / "master.wav", stems=options.folder)
    session.eval("ego = agent(space('additive'), dims=2, every=50*ms, level=0.5, pan=-0.4)")
    session.advance(options.seconds / 2)
    session.eval("two = agent(space('orchestra'), dims=2, every=80*ms, level=0.5, pan=0.4)")
    session.eval("@dsp\ndef hall(two): return Freeverb(two, size=0.9)")
    session.advance(options.seconds / 2)
    session.record()  # ends it

parts = {path.stem: soundfile.read(path)[0] for path in sorted(options.folder.glob("*.wav"))}
master = parts.pop("master")
for name, part in parts.items():
    print(f"{name:<8} begins to sound at {np.argmax(np.abs(part).max(1) > 1e-4) / 48000:.2f} s")
off = np.abs(sum(parts.values()) - master).max()
print(f"their sum differs from the master by {20 * np.log10(max(off, 1e-9)):.0f} dBFS at most")
