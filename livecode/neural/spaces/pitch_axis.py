"""Which axis of a space is its pitch, and where on it a note is."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.space import LatentSpace

#: An axis that goes through less than this, in octaves, is no axis of pitch.
LEAST_OCTAVES = 0.5
_STEPS = 129


def pitch_axis(space: LatentSpace) -> int | None:
    """Return the axis along which the pitch changes most, from 0; None if there is none."""
    reaches = [
        float(np.ptp(_pitches(space, axis, np.full(space.latent, 0.5))))
        for axis in range(space.latent)
    ]
    best = int(np.argmax(reaches))
    return best if reaches[best] >= LEAST_OCTAVES else None


def coordinate(space: LatentSpace, axis: int, position: Floats, freq_hz: float) -> float:
    """Return the coordinate along the axis of pitch at which the space sounds nearest to `freq_hz`.

    `position` is (latent,) in [0, 1]: the timbre.
    """
    pitches = _pitches(space, axis, position)
    wanted = min(max(float(np.log2(freq_hz)), float(pitches.min())), float(pitches.max()))
    above = pitches >= wanted
    crossed = np.flatnonzero(above[1:] != above[:-1])
    if not len(crossed):
        return float(np.abs(pitches - wanted).argmin() / (_STEPS - 1))
    first = int(crossed[0])
    share = (wanted - pitches[first]) / (pitches[first + 1] - pitches[first])
    return float((first + share) / (_STEPS - 1))


def note_at(space: LatentSpace, position: NDArray[np.float64], in_register: bool) -> float:
    """Return the MIDI number at which a space sounds at a position (latent,), or in its register."""
    note = _note(float(space.log2_f0(space.place(position[None]))[0]))
    register = space.manner.register
    if register is None or not in_register:
        return note
    lowest, highest = _ends(space)
    low, high = register
    share = min(max((note - lowest) / (highest - lowest), 0.0), 1.0)
    return low + share * (high - low)


@lru_cache(maxsize=8)
def _ends(space: LatentSpace) -> tuple[float, float]:
    """Return the lowest and the highest note along the axis of pitch, as MIDI numbers."""
    axis = pitch_axis(space) or 0
    pitches = _pitches(space, axis, np.full(space.latent, 0.5))
    return _note(float(pitches.min())), _note(float(pitches.max())) + 1e-6


def _note(log2_hz: float) -> float:
    """Return the MIDI number of a pitch given as log2 of its frequency in Hz."""
    return 69.0 + 12.0 * (log2_hz - float(np.log2(440.0)))


def _pitches(space: LatentSpace, axis: int, position: Floats) -> Floats:
    """Return log2 of the pitch in Hz at equal steps along an axis, (_STEPS,)."""
    points = np.repeat(np.asarray(position, np.float64)[None], _STEPS, axis=0)
    points[:, axis] = np.linspace(0, 1, _STEPS)
    return np.asarray(space.log2_f0(space.place(points))).reshape(-1)
