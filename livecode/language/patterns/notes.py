"""Notes: their names, their MIDI numbers, and the names of chords with their inversions."""

import math
import re

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.patterns.chords import CHORDS
from livecode.language.patterns.cycle import MOST_EVENTS

#: The octave of a note that names none: `c` is middle C, as `c4`, MIDI number 60.
OCTAVE = 4
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SIGNS = {"#": 1, "s": 1, "b": -1, "f": -1, "n": 0}
_NAMES = ("c", "c#", "d", "eb", "e", "f", "f#", "g", "ab", "a", "bb", "b")
_NOTE = re.compile(r"(?P<letter>[a-gA-G])(?P<signs>[#sbfn]*)(?P<octave>-?\d{1,2})?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DROP = re.compile(r"d\d+")
_SYMBOL = re.compile(r"(?P<root>[a-gA-G][#b]?)(?P<chord>.*)")


class Pitch(float):
    """A pitch as its MIDI number, 60 for middle C; between two whole numbers lie microtones."""

    def __repr__(self) -> str:
        whole = math.floor(self + 0.5)
        cents = round((self - whole) * 100)
        return f"{_NAMES[whole % 12]}{whole // 12 - 1}" + (f"{cents:+d}ct" if cents else "")

    __str__ = __repr__


def note_number(name: str) -> int | None:
    """The MIDI number of a note by name: `c4` is 60, `eb3` 51; None if it names none."""
    found = _NOTE.fullmatch(name)
    if found is None:
        return None
    octave = OCTAVE if found["octave"] is None else int(found["octave"])
    signs = sum(_SIGNS[sign] for sign in found["signs"])
    return 12 * (octave + 1) + _STEPS[found["letter"].lower()] + signs


def chord_intervals(name: str) -> tuple[int, ...]:
    """The semitones of a chord above its root: `min7` is 0 3 7 10."""
    found = CHORDS.get(name) or CHORDS.get(name.lower())
    if found is None:
        raise LivecodeError(f"there is no chord {name!r}{_near(name)}")
    return found


def _near(name: str) -> str:
    near = did_you_mean(name.lower(), CHORDS)
    return near if near.startswith("; did") else "; some are maj, min, 7, maj7, min7, sus4, dim"


def written_chord(text: str) -> tuple[int | Pitch, ...]:
    """The notes of a chord such as `c'min7` or `e4'maj'i`; `0'min7` gives plain numbers."""
    root, _, name = text.partition("'")
    chord = chord_named(name)
    number = note_number(root)
    if number is not None:
        return tuple(Pitch(number + each) for each in chord)
    if _NUMBER.fullmatch(root) and float(root).is_integer():
        return tuple(int(float(root)) + each for each in chord)
    raise LivecodeError(
        f"a chord stands on a note or a whole number, as in c'min7, not on {root!r}"
    )


def chord_named(name: str) -> tuple[int, ...]:
    """The semitones of a chord such as `min7` or `maj'i` above its root, as it is played.

    After the chord's name can stand `i` or `ii` for inversions, `o` for an open position, `d1` for
    the first voice from above an octave lower, and how many notes there are.
    """
    first, *words = name.split("'")
    if _is_change(first) and first not in CHORDS:
        first, words = "major", [first, *words]
    chord = list(chord_intervals(first))
    for word in words:
        chord = _changed(chord, word)
    return tuple(chord)


def _is_change(word: str) -> bool:
    return word == "o" or set(word) == {"i"} or bool(_DROP.fullmatch(word))


def _changed(chord: list[int], word: str) -> list[int]:
    """Notes inverted, opened, dropped, or made more or fewer."""
    if word and set(word) == {"i"}:
        for _ in word:
            chord = [*chord[1:], chord[0] + 12]
        return chord
    if word == "o":
        return chord if len(chord) < 3 else [chord[0] - 12, chord[2] - 12, chord[1], *chord[3:]]
    if _DROP.fullmatch(word):
        voice = int(word[1:])
        if not 1 <= voice <= len(chord):
            raise LivecodeError(f"the chord has {len(chord)} notes, so d{voice} is none of them")
        return [chord[-voice] - 12, *(each for each in chord if each != chord[-voice])]
    if word.isdecimal():
        count = int(word)
        if not 1 <= count <= min(MOST_EVENTS, 128):
            raise LivecodeError(f"a chord has 1 to 128 notes, not {count}")
        return [chord[i % len(chord)] + 12 * (i // len(chord)) for i in range(count)]
    raise LivecodeError(f"after a chord's name stands i, ii, o, d1 or how many notes, not {word!r}")


def chord_symbol(text: str) -> tuple[Pitch, ...] | None:
    """The notes of a chord as it is written above songs: `am7`, `Bb`, `f#dim`; None if it is none."""
    found = _SYMBOL.fullmatch(text)
    if found is None:
        return None
    name = found["chord"].replace("^", "maj") or "major"
    known = CHORDS.get(name) or CHORDS.get(name.lower())
    root = note_number(found["root"])
    if known is None or root is None:
        return None
    return tuple(Pitch(root + each) for each in known)
