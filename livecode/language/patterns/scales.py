"""The scales that can be named, as semitones above their root, and degrees of them."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.patterns.notes import Pitch, note_number

#: A row: the semitones, and every name that the scale goes by, between commas.
_TABLE = """
0 2 4 5 7 9 11          major, ionian
0 2 3 5 7 8 10          minor, aeolian, natural minor
0 2 3 5 7 9 10          dorian
0 1 3 5 7 8 10          phrygian
0 2 4 6 7 9 11          lydian
0 2 4 5 7 9 10          mixolydian
0 1 3 5 6 8 10          locrian
0 2 3 5 7 8 11          harmonic minor
0 2 4 5 7 8 11          harmonic major
0 2 3 5 7 9 11          melodic minor, jazz minor
0 2 4 7 9               major pentatonic, pentatonic, majpent
0 3 5 7 10              minor pentatonic, minpent
0 3 5 6 7 10            blues, minor blues
0 2 3 4 7 9             major blues
0 2 4 6 8 10            whole tone, whole, wholetone
0 1 2 3 4 5 6 7 8 9 10 11  chromatic
0 2 3 5 6 8 9 11        diminished, whole half
0 1 3 4 6 7 9 10        octatonic, half whole, dominant diminished
0 3 4 7 8 11            augmented
0 1 4 6 8 10 11         enigmatic
0 1 4 5 7 8 11          double harmonic, byzantine, arabic, bhairav
0 1 4 5 7 8 10          phrygian dominant, spanish, hijaz
0 2 3 6 7 8 11          hungarian minor
0 3 4 6 7 9 10          hungarian major
0 2 3 6 7 9 10          romanian, dorian sharp 4
0 1 3 5 7 8 11          neapolitan minor
0 1 3 5 7 9 11          neapolitan major
0 2 4 6 7 9 10          lydian dominant, acoustic
0 2 4 6 8 9 11          lydian augmented
0 1 3 4 6 8 10          altered, super locrian
0 2 4 6 9 10            prometheus
0 2 4 5 7 9 10 11       bebop, bebop dominant
0 2 4 5 7 8 9 11        bebop major
0 2 3 7 8               hirajoshi
0 1 5 6 10              iwato
0 1 5 7 10              in sen, insen
0 1 5 7 8               in, miyako bushi
0 2 3 7 9               kumoi
0 2 5 7 10              egyptian, suspended pentatonic
0 4 6 7 11              chinese
0 1 3 7 8               pelog, balinese
0 2 5 7 9               ritusen, scottish
0 1 3 6 7 8 11          todi
0 1 4 6 7 9 11          marva
0 1 4 6 7 8 11          purvi
0 1 4 5 7 9 10          ahir bhairav
"""


def _rows() -> Iterator[tuple[str, tuple[int, ...]]]:
    for row in _TABLE.strip().splitlines():
        split = re.match(r"((?:\d+ +)+)(.*)", row)
        assert split is not None
        for name in split[2].split(","):
            yield name.strip(), tuple(map(int, split[1].split()))


#: Name -> semitones above the root, within an octave.
SCALES: Mapping[str, tuple[int, ...]] = dict(_rows())
_ROOT = re.compile(r"([a-g][#sbf]*(?:-?\d{1,2})?)(?:\s+|$)(.*)")


@dataclass(frozen=True)
class Scale:
    """The notes of a scale, from a root."""

    root: int  # a MIDI number
    steps: tuple[int, ...]

    def note(self, degree: float) -> Pitch:
        """The note of a degree, 0 for the root; between two degrees lies what is between them."""
        whole = math.floor(degree)
        low = self._semitones(whole)
        part = degree - whole
        return Pitch(self.root + low + part * (self._semitones(whole + 1) - low if part else 0))

    def _semitones(self, degree: int) -> int:
        octave, step = divmod(degree, len(self.steps))
        return 12 * octave + self.steps[step]

    def nearest(self, note: float) -> Pitch:
        """The note of the scale that is next to a note; of two as near the lower."""
        octave = math.floor((note - self.root) / 12)
        known = [self.root + 12 * (octave + i) + step for i in (-1, 0, 1) for step in self.steps]
        return Pitch(min(known, key=lambda each: (abs(each - note), each)))


@lru_cache(maxsize=256)
def scale_of(text: str) -> Scale:
    """A scale by name: `c minor pentatonic`, `eb3 dorian`, `minor`; colons do for spaces."""
    words = " ".join(re.split(r"[\s:_]+", text.strip().lower()))
    found = _ROOT.fullmatch(words)
    root, name = (found[1], found[2] or "major") if found else ("c", words)
    number, steps = note_number(root), SCALES.get(name)
    if number is None or steps is None:
        near = did_you_mean(name, SCALES)
        some = "; some are c major, d minor, eb dorian, f# minor pentatonic"
        raise LivecodeError(
            f"there is no scale {text!r}{near if near.startswith('; did') else some}"
        )
    return Scale(number, steps)
