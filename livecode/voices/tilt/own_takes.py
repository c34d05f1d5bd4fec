"""Takes that a model plays by itself, with the hidden state of its tiers: what directions are fitted to."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs
from numpy.typing import NDArray

from livecode.files import version_of
from livecode.neural.samplernn.own_takes import OwnTakes, solved_takes
from livecode.voices.drawing import Drawing, Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.candidates import Candidates, DrawnCandidates, candidates_of
from livecode.voices.tilt.chunk import GRAIN

Floats = NDArray[np.float32]

#: The folder of takes, each file named by the model that played them.
TAKES_FOLDER = Path(platformdirs.user_cache_dir("livecode", appauthor=False)) / "takes"
#: So many takes, of so many chunks, each of which is so long.
TAKES, CHUNKS, CHUNK_S = 8, 64, 0.125
#: Takes of so many models are kept.
KEPT = 16

_drawing_takes = threading.Lock()


class PlayedTogether(NamedTuple):
    """Takes that a model has played by itself as one batch."""

    audio: Floats  # (takes, n): as the model draws it
    bits: Floats  # (takes, chunks): how surprising the model finds each chunk, a sample
    hidden: Floats  # (takes, chunks, width): what tells what each plays next


def guarded(drawn: DrawnCandidates, drawings: Sequence[Drawing], together: Candidates) -> Floats:
    """Return a drawn piece of each take, (takes, n), as its guard lets it be heard on a stage.

    A take that its guard takes back goes on in `together` from where that is.
    """
    heard = []
    for row, drawing in enumerate(drawings):
        sound, taken_back = drawing.heard(drawn.audio[row], float(drawn.surprise[row]), True)
        heard.append(sound)
        if taken_back:
            together.load_state(row, drawing.state())
    return np.array(heard)


def played_together(loaded: Loaded, seeds: Sequence[int], chunks: int) -> PlayedTogether:
    """Let a model play a take of each seed, from the moment of that number, guarded as on stage."""
    rate = loaded.meta.sample_rate
    drawings = [loaded.drawing(seed) for seed in seeds]
    for seed, drawing in zip(seeds, drawings, strict=True):
        drawing.begin(seed)
    together = candidates_of(drawings[0], seeds)
    for row, drawing in enumerate(drawings):
        together.load_state(row, drawing.state())
    frames = round(CHUNK_S * rate / GRAIN) * GRAIN
    ones = np.ones(frames, np.float32)
    audio, hidden, bits = [], [], []
    for _ in range(chunks):
        drawn = together.draw(ones, Held(), True)
        audio.append(guarded(drawn, drawings, together))
        hidden.append(together.hidden.copy())
        bits.append(drawn.surprise / np.float32(np.log(2) * frames))
    return PlayedTogether(
        np.concatenate(audio, axis=1), np.stack(bits, axis=1), np.stack(hidden, axis=1)
    )


def own_takes(loaded: Loaded, takes: int, chunks: int) -> OwnTakes:
    """Return so many takes of a model, as loud as they are heard."""
    played = played_together(loaded, range(1, takes + 1), chunks)
    sound = played.audio * np.float32(loaded.gain)
    return solved_takes(loaded.meta.sample_rate, sound, played.bits, played.hidden)


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
