"""The tokens that the outline's tier learns from: of all sound, in several keys where there is pitch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband import bands, codebook
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.subbands import TAPS
from livecode.neural.samplernn.training.fullband import labelling

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class OutlinePiece:
    """A piece of sound as the outline's tier reads it."""

    tokens: NDArray[np.int32]  # (frames, stages)
    numbers: Floats  # (frames, numbers): of its labels


def outline_pieces(
    pieces: Sequence[Floats],
    config: FullbandConfig,
    rate_hz: int,
    mean: Floats,
    scale: Floats,
    book: Floats,
    semitones: Sequence[int] = (),
    sources: Sequence[int] = (),
) -> list[OutlinePiece]:
    """Tokens and labels of each piece of sound (n,), and of each one transposed so many semitones.

    The outlines of sound whose cells nobody has encoded cost little, and what this tier lacks is
    music. sources: the number of each piece's album.
    """
    found = []
    for place, mono in enumerate(pieces):
        frames = len(mono) // config.outline_hop
        late = np.pad(mono[: frames * config.outline_hop], ((TAPS + 1) // 2, 0))
        outline = bands.measured(late, config, rate_hz)[:frames]
        source = sources[place] if sources else 0
        numbers = np.zeros((frames, 0), np.float32)
        if config.labels:
            numbers = labelling.numbers_of_piece(mono, outline, config, rate_hz, source)
        for shift in (0, *semitones):
            normal = (transposed(outline, shift) - mean) / scale
            tokens = codebook.tokens_of(normal.astype(np.float32), book, config.hold)
            found.append(OutlinePiece(tokens, labelling.transposed(numbers, config, shift)))
    return found


def transposed(outline: Floats, semitones: int) -> Floats:
    """An outline (frames, features) in dB, its bands of a semitone moved by so many."""
    moved, end = outline.copy(), bands.SEMITONES
    if semitones > 0:
        moved[:, semitones:end] = outline[:, : end - semitones]
        moved[:, :semitones] = bands.FLOOR_DB
    elif semitones < 0:
        moved[:, : end + semitones] = outline[:, -semitones:end]
    return moved
