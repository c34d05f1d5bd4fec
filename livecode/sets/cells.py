"""Cuts the text of a set into cells, each with its name and its options."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from livecode.syntax.brackets import OpenBracket, follow, tokens

#: What can be said of a scene.
KEYS = ("for", "then", "when", "fade", "quant", "loop", "ends")
_CELL = re.compile(r"^#\s*%%(?P<rest>.*)$")
_KEY = re.compile(r"(?:(?<=\s)|^)(?P<key>[A-Za-z_]\w*)\s*=(?!=)\s*")
_COMMENT = re.compile(r"^#(?!\s*%%)(?P<rest>.*)$")


@dataclass(frozen=True)
class Option:
    """One option as it stands in the text, such as `for=90*s`."""

    key: str
    text: str
    line: int  # from 1


@dataclass(frozen=True)
class Cell:
    """One cell as it stands in the text. The first one has no header; it is the preparation."""

    name: str
    line: int  # line of its header, from 1; 0: it has none
    first_line: int  # first line of its code, from 1
    code: str
    options: tuple[Option, ...] = ()
    twice: str = ""  # its name in the text, if an earlier cell has that name


def lines_of(text: str) -> list[str]:
    """Return the lines as Python counts them: a form feed ends no line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def cells(text: str) -> list[Cell]:
    """Return what stands before the first `# %%` line, and then each cell, each with a name of its own."""
    lines = lines_of(text)
    starts = [number for number, line in enumerate(lines, 1) if _CELL.match(line)]
    ends = [*starts, len(lines) + 1]
    found = [Cell("preparation", 0, 1, "\n".join(lines[: ends[0] - 1]))]
    names: set[str] = set()
    for start, end in zip(starts, ends[1:], strict=True):
        match = _CELL.match(lines[start - 1])
        assert match is not None
        title, options = options_in(match["rest"], start)
        under = start + 1
        while under < end and (comment := _COMMENT.match(lines[under - 1])):
            rest, more = options_in(comment["rest"], under)
            if rest or not more or not all(option.key in KEYS for option in more):
                break
            options += more
            under += 1
        wanted = title or f"cell {start}"
        name, number = wanted, 1
        while name in names:
            number += 1
            name = f"{wanted} ({number})"
        names.add(name)
        code = "\n".join(lines[start : end - 1])
        found.append(
            Cell(name, start, start + 1, code, tuple(options), wanted if number > 1 else "")
        )
    return found


def options_in(text: str, line: int) -> tuple[str, list[Option]]:
    """Split a header, or a comment under it: (the text before the first option, the options)."""
    places = list(_keys(text))
    title = (text if not places else text[: places[0].start()]).strip()
    ends = [*(place.start() for place in places[1:]), len(text)]
    return title, [
        Option(place["key"], text[place.end() : end].strip(), line)
        for place, end in zip(places, ends, strict=False)
    ]


def _keys(text: str) -> Iterator[re.Match[str]]:
    """Yield where each `key=` stands, except within brackets or quotes of a value."""
    candidates = {match.start(): match for match in _KEY.finditer(text)}
    if not candidates:
        return
    first = min(candidates)  # what stands before is a title, quotes or not
    opened: list[OpenBracket] = []
    for token in tokens(text[first:]):
        if not opened and first + token.begin in candidates:
            yield candidates[first + token.begin]
        follow(opened, token)
