"""Labels of frames, which tell the outline what a performer holds: their names and their figures."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError

Floats = NDArray[np.float32]

#: A number of a label of which nothing is known, where a file holds it.
UNKNOWN = -1e4
#: The same where a performer holds none, or anything below.
FREE = -1000.0
#: What each label is told by: the names of its numbers.  Not a number: unknown.
NUMBERS: dict[str, tuple[str, ...]] = {
    "tempo": ("tempo",),  # beats a minute
    "phase": ("beat", "bar"),  # where in the beat and in the bar the frame begins, from 0 to 1
    "pitch": ("pitch",),  # class, 0: C, to 11
    "loudness": ("loudness",),  # dB above the model's usual
    "brightness": ("brightness",),  # dB an octave above the model's usual
    "density": ("density",),  # onsets a second above the model's usual
    "source": ("source",),  # number of the album; in between, a mix of two
}
#: Those whose numbers are standardised, so that their knots lie where the sound is.
SPREAD_OUT = ("loudness", "brightness", "density")
#: Those that a take keeps from the moment that it begins from.
KEPT = ("tempo", "phase", "source")
#: The knots of a tempo, in beats a minute: a twelfth of an octave apart.
TEMPI = 48.0 * 2 ** (np.arange(25) / 12)
#: The knots of what is standardised, in standard deviations.
DEVIATIONS = np.arange(-2.0, 3.0)
#: Waves of the beat and of the bar.
OF_BEAT, OF_BAR = (1, 2, 4), (1, 2)
PITCHES = 12


def numbers_of(labels: Sequence[str]) -> tuple[str, ...]:
    """The names of the numbers of labels, in their order."""
    return tuple(name for label in labels for name in NUMBERS[label])


def check(labels: Sequence[str], sources: Sequence[str]) -> None:
    """Raise LivecodeError where these are no labels."""
    for label in labels:
        if label not in NUMBERS:
            raise LivecodeError(f"a label is one of {', '.join(NUMBERS)}, not {label!r:.40}")
    if len(set(labels)) < len(labels) or ("source" in labels) != bool(sources):
        raise LivecodeError("labels are told once each, and sources where one of them is `source`")


def widths(labels: Sequence[str], sources: Sequence[str]) -> list[int]:
    """How many figures each label is told in."""
    wide = {
        "tempo": len(TEMPI),
        "phase": 1 + 2 * len(OF_BEAT + OF_BAR),
        "pitch": PITCHES,
        "source": len(sources),
    }
    return [wide.get(label, len(DEVIATIONS)) for label in labels]


def figures(numbers: NDArray[np.floating], labels: Sequence[str], sources: Sequence[str],
            scale: NDArray[np.floating]) -> Floats:  # fmt: skip
    """What an outline's tier is told of labels' numbers (frames, numbers): (frames, figures).

    scale: (labels, 2), the mean and the deviation of each in what was trained on. What is not known is
    told by zeros.
    """
    rows, at = np.asarray(numbers, np.float64), 0
    found = []
    for place, label in enumerate(labels):
        count = len(NUMBERS[label])
        own = rows[:, at : at + count]
        at += count
        if label == "tempo":
            given = _tents(np.log2(np.maximum(own[:, 0], 1.0)), np.log2(TEMPI))
        elif label == "phase":
            turns = [(own[:, 0], k) for k in OF_BEAT] + [(own[:, 1], k) for k in OF_BAR]
            waves = [f(2 * np.pi * k * x) for x, k in turns for f in (np.sin, np.cos)]
            given = np.stack([np.ones(len(rows)), *waves], axis=1)
        elif label == "pitch":
            off = np.abs((own - np.arange(PITCHES) + PITCHES / 2) % PITCHES - PITCHES / 2)
            given = np.maximum(1 - off, 0)
        elif label == "source":
            given = _tents(own[:, 0], np.arange(float(len(sources))))
        else:
            mean, deviation = scale[place]
            given = _tents((own[:, 0] - mean) / max(deviation, 1e-6), DEVIATIONS)
        given[np.isnan(own).any(axis=1)] = 0
        found.append(given)
    return (
        np.concatenate(found, axis=1).astype(np.float32)
        if found
        else np.zeros((len(rows), 0), np.float32)
    )


def _tents(x: NDArray[np.float64], knots: NDArray[np.floating]) -> NDArray[np.float64]:
    """How near x (n,) is to each of the knots, as shares of the two that it lies between."""
    if len(knots) == 1:
        return np.ones((len(x), 1))
    x = np.nan_to_num(np.clip(x, knots[0], knots[-1]), nan=float(knots[0]))
    at = np.interp(x, knots, np.arange(len(knots)))
    off = np.abs(at[:, None] - np.arange(len(knots)))
    return np.asarray(np.maximum(1 - off, 0), np.float64)


def told(row: Floats, weight: Floats) -> Floats:
    """What figures (figures,) add to the input of the outline's tier, (dim,); one by one, so that it
    does not depend on how many rows are told at once."""
    total = np.zeros(len(weight), np.float32)
    for place in np.flatnonzero(row):
        total += weight[:, place] * row[place]
    return total
