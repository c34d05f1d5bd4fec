"""Text from elsewhere as it may reach a terminal: without escapes, and without characters that deceive."""

import re
import unicodedata

#: How a control character is shown: by its picture, as in ␛ for the escape that begins a sequence.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
#: Characters that turn the direction of what follows, or hide in it.
_DECEIVING = frozenset(
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2028\u2029\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_SUSPICIOUS = re.compile(r"[^\x20-\x7e\n\t]")


def plain(text: str) -> str:
    """Return a text of which every character is shown as one that stands for it alone.

    Line ends and tabs stay. Control characters become their pictures, other characters that a terminal
    obeys or that deceive a reader become `�`, and so does half of a surrogate pair.

    >>> plain("\\x1b[31mred\\x07")
    '␛[31mred␇'
    """
    return _SUSPICIOUS.sub(lambda found: _shown(found.group()), text)


def plain_line(text: str) -> str:
    """Return a text as `plain` does, in one line: for names, which stand within a sentence."""
    return plain(text).replace("\n", "\u240a").replace("\t", "\u2409")


def _shown(character: str) -> str:
    code = ord(character)
    if code in _PICTURES:
        return _PICTURES[code]
    if character in _DECEIVING or unicodedata.category(character) in ("Cc", "Cs"):
        return "\ufffd"
    return character
