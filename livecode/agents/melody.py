"""Melodies that go on: what followed what in the phrases that were heard, and in which key they were."""

import itertools
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: So many of the last phrases are known; each counts so much less than the next.
PHRASES, FADES = 24, 0.8
#: So many of the last notes decide what follows, if that was heard before; else fewer.
DEEPEST = 3
#: What was heard after a longer memory counts so many times as much as after one that is a note shorter.
DEEPER = 6.0
#: How well each step above the tonic fits, in major and in minor: the probe tones of Krumhansl and Kessler,
#: "Tracing the dynamic changes in perceived tonal organization", Psychological Review 89, 1982.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
_TRIADS = ((0, 4, 7), (0, 3, 7))
#: An answer strays no further from the notes of its phrase, in semitones, and has so many notes at most.
STRAYS, MOST_NOTES = 7, 256
#: The last note is as long as the time before it, if it is so but for this share.
SAME = 0.35
#: Intervals that are tried where nothing was learned yet.
_STEPS = (2, -2, 1, -1, 0)


class PlayedNote(NamedTuple):
    """A note of a phrase or of an answer. Times are in seconds or in beats, as the caller counts."""

    begin: float
    length: float
    note: float  # a MIDI number
    gain: float = 1.0


class Key(NamedTuple):
    """A key: its tonic from 0 for C, and whether it is minor."""

    tonic: int
    minor: bool

    @property
    def scale(self) -> frozenset[int]:
        """The pitch classes of the key."""
        return frozenset((self.tonic + step) % 12 for step in _SCALES[self.minor])

    @property
    def triad(self) -> frozenset[int]:
        """The pitch classes of its tonic triad."""
        return frozenset((self.tonic + step) % 12 for step in _TRIADS[self.minor])


def key_of(notes: Sequence[PlayedNote]) -> Key:
    """Return the key that the notes fit best, by how long each pitch class sounds (Krumhansl 1990)."""
    heard = np.zeros(12)
    for each in notes:
        heard[round(each.note) % 12] += each.length
    if notes:  # melodies tell their key by their end, too
        heard[round(notes[-1].note) % 12] += 0.5 * notes[-1].length
    found = []
    for minor, profile in enumerate((MAJOR, MINOR)):
        for tonic in range(12):
            likeness = np.corrcoef(np.roll(profile, tonic), heard + 1e-9 * np.arange(12))[0, 1]
            found.append((float(likeness), Key(tonic, bool(minor))))
    return max(found)[1]


class MelodyMemory:
    """What phrases were like: steps and rhythms, by what was before them.

    A variable-order Markov chain with a mixture of orders: after each memory of up to `DEEPEST` notes
    that was heard before, what followed counts, the more the longer the memory is.
    """

    def __init__(self) -> None:
        self._phrases: deque[tuple[PlayedNote, ...]] = deque(maxlen=PHRASES)

    def hear(self, phrase: Sequence[PlayedNote]) -> None:
        """Learn from a phrase."""
        if phrase:
            self._phrases.append(tuple(phrase))

    def answer(self, length: float, seed: int, contrary: bool = False) -> list[PlayedNote]:
        """Return notes that go on from the last phrase, from 0 up to `length`; the same for the same seed.

        They are in the key of that phrase, and end on its tonic triad. contrary: each step goes the other
        way.
        """
        if not self._phrases or length <= 0:
            return []
        rng = np.random.default_rng([seed, len(self._phrases)])
        phrase = self._phrases[-1]
        key, spread = key_of(phrase), [each.note for each in phrase]
        low, high = min(spread) - STRAYS, max(spread) + STRAYS
        steps = _steps(phrase)
        note, begin = round(phrase[-1].note), 0.0
        found: list[PlayedNote] = []
        while begin < length - 1e-9 and len(found) < MOST_NOTES:
            step, time, share, gain = self._next(steps, rng)
            steps = [*steps, (step, time)]
            moved = note + (-step if contrary else step)
            if not low <= moved <= high:  # it turns round
                moved = note - (-step if contrary else step)
            note = _nearest(moved, key.scale)
            time = min(time, length - begin)
            found.append(PlayedNote(begin, time * share, float(note), gain))
            begin += time
        last = found[-1]
        found[-1] = last._replace(note=float(_nearest(round(last.note), key.triad)))
        return found

    def _next(
        self, steps: list[tuple[int, float]], rng: np.random.Generator
    ) -> tuple[int, float, float, float]:
        """Draw a step in semitones, the time to the next note, the share of it that sounds, and a gain."""
        choices: list[tuple[int, float, float, float]] = []
        weights: list[float] = []
        age = len(self._phrases)
        for phrase in self._phrases:
            age -= 1
            known, times = _steps(phrase), _times(phrase)
            for at, (step, _) in enumerate(known):
                each = phrase[at + 1]
                time = times[at + 1]
                choices.append((step, time, min(each.length / time, 1.0), each.gain))
                weights.append(FADES**age * DEEPER ** _alike(known[:at], steps))
        if not choices:
            (only,) = self._phrases[-1][:1]
            time = max(only.length, 1e-3)
            return int(rng.choice(_STEPS)), time, 1.0, only.gain
        shares: NDArray[np.float64] = np.array(weights)
        return choices[int(rng.choice(len(choices), p=shares / shares.sum()))]


def _times(phrase: Sequence[PlayedNote]) -> list[float]:
    """Return how long it takes from each note to the next; the last one's own length."""
    gaps = [b.begin - a.begin for a, b in itertools.pairwise(phrase)]
    last = phrase[-1].length
    if gaps and abs(gaps[-1] - last) < SAME * gaps[-1]:
        last = gaps[-1]
    return [max(gap, 1e-3) for gap in [*gaps, last]]


def _steps(phrase: Sequence[PlayedNote]) -> list[tuple[int, float]]:
    """Return the step to each note but the first, in semitones, and the time before it."""
    times = _times(phrase)
    notes = [round(each.note) for each in phrase]
    return [(b - a, time) for a, b, time in zip(notes, notes[1:], times, strict=False)]


def _alike(known: Sequence[tuple[int, float]], steps: Sequence[tuple[int, float]]) -> int:
    """Return how many of the last steps are the same, `DEEPEST` at most."""
    depth = 0
    while (
        depth < min(DEEPEST, len(known), len(steps))
        and known[-1 - depth][0] == steps[-1 - depth][0]
    ):
        depth += 1
    return depth


def _nearest(note: int, classes: frozenset[int]) -> int:
    """Return the note of these pitch classes that is next to a note; of two as near the lower."""
    return min(
        range(note - 6, note + 7),
        key=lambda each: (each % 12 not in classes, abs(each - note), each),
    )
