"""Takes that a model plays by itself, with the hidden state of its tiers: what directions are fitted to."""

import hashlib
import threading
from pathlib import Path

import numpy as np
import platformdirs

from livecode.files import version_of
from livecode.neural.samplernn.own_takes import OwnTakes, solved_takes
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.candidates import candidates_of
from livecode.voices.tilt.chunk import GRAIN

#: The folder of takes, each file named by the model that played them.
TAKES_FOLDER = Path(platformdirs.user_cache_dir("livecode", appauthor=False)) / "takes"
#: So many takes, of so many chunks, each of which is so long.
TAKES, CHUNKS, CHUNK_S = 8, 64, 0.125
#: Takes of so many models are kept.
KEPT = 16

_drawing_takes = threading.Lock()


def own_takes(loaded: Loaded, takes: int, chunks: int) -> OwnTakes:
    """Let a model play so many takes as one batch, each from another of its moments, guarded as on stage."""
    rate = loaded.meta.sample_rate
    drawings = [loaded.drawing(seed) for seed in range(1, takes + 1)]
    for seed, drawing in enumerate(drawings, start=1):
        drawing.begin(seed)
    together = candidates_of(drawings[0], range(1, takes + 1))
    for row, drawing in enumerate(drawings):
        together.load_state(row, drawing.state())
    frames = round(CHUNK_S * rate / GRAIN) * GRAIN
    ones = np.ones(frames, np.float32)
    audio, hidden, bits = [], [], []
    for _ in range(chunks):
        drawn = together.draw(ones, Held(), True)
        heard = []
        for row, drawing in enumerate(drawings):
            sound, taken_back = drawing.heard(drawn.audio[row], float(drawn.surprise[row]), True)
            heard.append(sound)
            if taken_back:
                together.load_state(row, drawing.state())
        audio.append(np.array(heard))
        hidden.append(together.hidden.copy())
        bits.append(drawn.surprise / np.float32(np.log(2) * frames))
    sound = np.concatenate(audio, axis=1) * np.float32(loaded.gain)
    return solved_takes(rate, sound, np.stack(bits, axis=1), np.stack(hidden, axis=1))


def kept_takes(loaded: Loaded) -> Path:
    """Return the file of a model's takes; they are drawn if there is none. Any thread may ask.

    Raises OSError if there is no place for it.
    """
    what = f"{version_of(loaded.path)} {TAKES} {CHUNKS} {CHUNK_S}"
    path = TAKES_FOLDER / f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.safetensors"
    with _drawing_takes:
        if not path.exists():
            own_takes(loaded, TAKES, CHUNKS).write(path)
            by_age = sorted(
                TAKES_FOLDER.glob("*.safetensors"), key=lambda each: each.stat().st_mtime
            )
            for old in by_age[:-KEPT]:
                old.unlink(missing_ok=True)
    return path
