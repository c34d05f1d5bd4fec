"""Takes that a full-band model plays by itself, with an adapter or without, for one to be learned from."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import version_of
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.policy import (
    OutlineChoices,
    basis_of,
    shares,
    slopes,
    solved_chosen,
    solved_heard,
)
from livecode.neural.samplernn.learning_takes import (
    LearningTakes,
    read_learning_takes,
    used,
)
from livecode.voices.drawing import FullbandDrawing, Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt import own_takes
from livecode.voices.tilt.candidates import FullbandCandidates

Floats = NDArray[np.float32]

#: So many takes are drawn at a time, of so many seconds, judged in chunks of about so many.
TAKES, TAKE_S, CHUNK_S = 8, 8.0, 0.125
#: The seeds of the first takes that are learned from, and of those that are only judged.
FIRST, HELD_OUT = 1, 101
#: So many files are kept.
KEPT = 16

_drawing = threading.Lock()


def kept_learning_takes(loaded: Loaded, first: int, adapter: bytes) -> Path:
    """Return the file of takes of the seeds from `first` on; they are drawn if there is none.

    Any thread may ask. Raises LivecodeError if the model's make cannot learn, OSError if there is no place.
    """
    if loaded.fullband is None:
        raise LivecodeError("only full-band models learn to please, and this is a model of levels")
    folder = own_takes.TAKES_FOLDER.with_name("learning")
    what = f"{version_of(loaded.path)} {TAKES} {TAKE_S} {CHUNK_S} {first} ".encode() + adapter
    path = folder / f"{hashlib.sha256(what).hexdigest()[:16]}.safetensors"
    plain = kept_learning_takes(loaded, FIRST, b"") if adapter or first != FIRST else None
    with _drawing:
        if not path.exists():
            known = None if plain is None else read_learning_takes(plain)
            learning_takes(loaded, first, adapter, known).write(path)
            by_age = sorted(folder.glob("*.safetensors"), key=lambda each: each.stat().st_mtime)
            for old in by_age[:-KEPT]:
                old.unlink(missing_ok=True)
        else:
            path.touch()
    return path


def learning_takes(
    loaded: Loaded, first: int, adapter: bytes, known: LearningTakes | None
) -> LearningTakes:
    """Return takes of a full-band model; `known`: others of it, in whose coordinates it learns."""
    assert loaded.fullband is not None
    config, tensors = loaded.fullband.config, loaded.fullband.tensors
    learned = Adapter.unpacked(adapter, config) if adapter else None
    seeds = range(first, first + TAKES)
    per = max(round(CHUNK_S * loaded.meta.sample_rate / config.outline_hop), 1)
    frames = round(TAKE_S * loaded.meta.sample_rate / config.outline_hop / per) * per
    audio, bits, choices = _played(loaded, seeds, frames, learned)
    tokens = choices.tokens.reshape(TAKES, frames, -1)
    hidden = choices.hidden.reshape(TAKES, frames, -1)
    basis = basis_of(tensors, choices.hidden, choices.tokens) if known is None else known.basis
    counts = np.bincount(choices.tokens[:, 0], minlength=config.entries) + 0.5
    rare = -np.log(counts / counts.sum())[tokens[:, :, 0]]
    kept = used(frames, loaded.meta.sample_rate / config.outline_hop)
    some = OutlineChoices(
        hidden[:, kept].reshape(-1, hidden.shape[2]),
        tokens[:, kept].reshape(-1, tokens.shape[2]),
        choices.heat.reshape(TAKES, frames)[:, kept].ravel(),
    )
    steep = slopes(basis, some, shares(tensors, some, learned))
    return LearningTakes(
        loaded.meta.sample_rate,
        config.outline_hop,
        audio * np.float32(loaded.gain),
        bits.reshape(TAKES, -1, per).mean(axis=2),
        rare.astype(np.float32),
        solved_heard(basis, some),
        solved_chosen(basis, some, steep),
        (steep.T @ steep / len(steep)).astype(np.float32),
        basis,
    )


def _played(
    loaded: Loaded, seeds: Sequence[int], frames: int, adapter: Adapter | None
) -> tuple[Floats, Floats, OutlineChoices]:
    """Let a model play a take of each seed, from the moment of that number, guarded as on stage.

    Returns audio (takes, n), bits a sample (takes, frames), and the choices take by take.
    """
    drawings = [loaded.drawing(seed) for seed in seeds]
    for seed, drawing in zip(seeds, drawings, strict=True):
        drawing.begin(seed)
    one = drawings[0]
    assert isinstance(one, FullbandDrawing)
    held = Held()
    if adapter is not None:
        one.adapters[1.0] = adapter
        held = Held(learned=1.0, adapter=1.0)
    together = FullbandCandidates(one, seeds)
    for row, drawing in enumerate(drawings):
        together.load_state(row, drawing.state())
    hop = one.sampler.config.outline_hop
    ones = np.ones(hop, np.float32)
    audio, bits, hidden, tokens, heat = [], [], [], [], []
    for _ in range(frames):
        drawn = together.draw(ones, held, True)
        outline = together.outline
        hidden.append(outline.hidden)
        tokens.append(outline.tokens)
        heat.append(outline.heat)
        audio.append(own_takes.guarded(drawn, drawings, together))
        bits.append(drawn.surprise / np.float32(np.log(2) * hop))
    choices = OutlineChoices(
        np.concatenate(np.stack(hidden, axis=1)),
        np.concatenate(np.stack(tokens, axis=1)),
        np.concatenate(np.stack(heat, axis=1)),
    )
    return np.concatenate(audio, axis=1), np.stack(bits, axis=1), choices
