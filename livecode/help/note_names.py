"""Completes names of scales and chords within the texts of patterns."""

import re
from collections.abc import Iterable

from livecode.language.patterns.chords import CHORDS
from livecode.language.patterns.scales import SCALES

#: A text that names scales, up to the cursor: after `.scale(` or `scale=`.
_OF_SCALES = re.compile(r"""\bscale(?:\(|\s*=)\s*(["'])(?P<text>(?:(?!\1).)*)$""")
#: A text that names chords: after `.chord(`.
_OF_CHORDS = re.compile(r"""\.chord\(\s*(["'])(?P<text>(?:(?!\1).)*)$""")
#: A chord on a note or a number within a notation: `c'min7`.
_ON_A_NOTE = re.compile(r""""[^"]*(?<![\w#])(?:[a-g][#sbf]*-?\d*|-?\d+)'(?P<name>[\w^+-]*)$""")
_SCALE_SO_FAR = re.compile(
    r"(?:^|[\s<\[{,])"
    r"(?:[a-g][#sbf]*-?\d*(?::(?P<colon>[a-z:]*)|\s+(?P<space>[a-z][a-z ]*)?)|(?P<bare>[a-z][a-z ]*))?$"
)
_WORD = re.compile(r"[\w^+]*$")


def note_names(line: str) -> tuple[list[str], int] | None:
    """Return (names that could stand at the end of a line, length of what they replace).

    None where neither a scale nor a chord can stand.
    """
    if (found := _OF_SCALES.search(line)) is not None:
        so_far = _SCALE_SO_FAR.search(found["text"])
        if so_far is None:
            return None
        name = so_far["colon"] or so_far["space"] or so_far["bare"] or ""
        within = so_far["colon"] is not None  # within a notation a colon does for the space
        scales = [each.replace(" ", ":") if within else each for each in SCALES]
        return _begun(scales, name), len(name)
    if (found := _ON_A_NOTE.search(line)) is not None:
        return _begun(CHORDS, found["name"]), len(found["name"])
    if (found := _OF_CHORDS.search(line)) is not None:
        word = _WORD.search(found["text"])
        assert word is not None
        return _begun(CHORDS, word[0]), len(word[0])
    return None


def _begun(names: Iterable[str], begun: str) -> list[str]:
    return [name for name in names if name.startswith(begun) and name != begun]
