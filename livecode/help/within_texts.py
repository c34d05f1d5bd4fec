"""Completes within the texts of code: sounds of kits in notations, and the names of synths."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from livecode.language.hits import Hits
from livecode.language.kits import Kit, kit
from livecode.language.synth_bank import BANK
from livecode.syntax.brackets import OpenBracket, Token, follow, pieces, tokens

_PATH = re.compile(r"(?P<owner>(?:[^\W\d]\w*\.)*)?(?P<last>[^\W\d]\w*)$")
_QUOTE = re.compile(r"""[rRuU]?(?:'''|\"\"\"|'|")""")
_KEYWORD = re.compile(r"(\w+)\s*=\s*$")
_ASSIGNED = re.compile(r"(?:^|[\n;])\s*(?P<name>[^\W\d]\w*)\.(?P<setting>\w+)\s*=\s*$")
_INDEXED = re.compile(r"(?:(?P<name>[^\W\d]\w*)|\bkit\(\s*\))$")
#: A kit that is given to hits by its name.
_GIVEN = re.compile(r"\s*(?P<keyword>kit\s*=\s*)?(?P<name>[^\W\d]\w*)\s*")
#: What takes notations in which the words may be sounds.
_NOTATIONS = frozenset({"pattern", "stack", "cat", "seq", "choose"})
#: The settings of hits that are texts with the names of sounds.
_OF_SOUNDS = frozenset({"pattern", "choke"})
_SOUND = re.compile(r"(?:^|(?<=[\s\[<{(,|~.]))(?:[^\W\d]\w*)?$")
_WORD = re.compile(r"\w*$")


class Within(NamedTuple):
    """A text that is not closed before the cursor: what it holds, what stands before it, what encloses it."""

    text: str
    before: str
    enclosing: tuple[OpenBracket, ...]  # the innermost last


def within_text(code: str, cursor: int) -> Within | None:
    """Return the text that the cursor is in; None if it is in none."""
    opened: list[OpenBracket] = []
    last: Token | None = None
    for last in tokens(code[:cursor]):
        follow(opened, last)
    if last is None or not last.unfinished:
        return None
    quote = _QUOTE.match(last.text)
    if quote is None:
        return None
    return Within(last.text[quote.end() :], code[: last.begin], tuple(opened))


def names_within(
    variables: Mapping[str, Any], code: str, cursor: int
) -> tuple[list[str], int] | None:
    """Return (names that could stand at the cursor, length of what they replace).

    None where the cursor is in no text that holds sounds of a kit or a synth.
    """
    within = within_text(code, cursor)
    if within is None:
        return None
    call, argument = _call(within, len(within.enclosing) - 1)
    assigned = _ASSIGNED.search(within.before) if not within.enclosing else None
    setting = assigned["setting"] if assigned else argument
    if (call == "notes" and argument in (1, "voice")) or (assigned and setting == "voice"):
        return _begun(BANK, _WORD, within.text)
    sounds = _kits(variables, within, code, assigned)
    if not sounds:
        return None
    names = dict.fromkeys(name for each in sounds for name in each.names)
    return _begun(names, _SOUND, within.text)


def _kits(
    variables: Mapping[str, Any], within: Within, code: str, assigned: re.Match[str] | None
) -> list[Kit]:
    """Return the kits whose sounds the text may name."""
    if assigned is not None:
        thing = variables.get(assigned["name"])
        if isinstance(thing, Hits) and assigned["setting"] in _OF_SOUNDS:
            return [thing.kit]
        return []
    if not within.enclosing:
        return []
    innermost = within.enclosing[-1]
    if innermost.text == "[":
        indexed = _INDEXED.search(within.before[: innermost.at])
        if indexed is None:
            return []
        found = variables.get(indexed["name"]) if indexed["name"] else kit()
        return [found] if isinstance(found, Kit) else []
    call, argument = _call(within, len(within.enclosing) - 1)
    notated = call in _NOTATIONS or (call == "hits" and argument in (0, *_OF_SOUNDS))
    if not notated:
        return []
    for place, bracket in enumerate(within.enclosing):
        if _call(within, place)[0] == "hits":
            given = [variables.get(name) for name in _given(code[bracket.at + 1 :])]
            return [next((each for each in given if isinstance(each, Kit)), kit())]
    used = [thing.kit for thing in variables.values() if isinstance(thing, Hits)]
    return [*used, kit()]


def _given(arguments: str) -> list[str]:
    """Return the names that stand as the second argument of a call, or as its `kit`."""
    given = [_GIVEN.fullmatch(arguments[begin:end]) for begin, end in pieces(_closed(arguments))]
    return [
        each["name"]
        for place, each in enumerate(given)
        if each is not None and (place == 1 or each["keyword"])
    ]


def _closed(arguments: str) -> str:
    """Return the arguments of a call up to the bracket that closes it."""
    opened = [OpenBracket("(", -1)]
    for token in tokens(arguments):
        follow(opened, token)
        if not opened:
            return arguments[: token.begin]
    return arguments


def _call(within: Within, place: int) -> tuple[str, int | str]:
    """Return the name of an enclosing call, and by which place or keyword the text is given to it."""
    if not within.enclosing or within.enclosing[place].text != "(":
        return "", 0
    bracket = within.enclosing[place]
    path = _PATH.search(within.before[: bracket.at])
    begin = max([bracket.at, *bracket.commas]) + 1
    keyword = _KEYWORD.search(within.before[begin:])
    return ("" if path is None else path["last"]), (
        len(bracket.commas) if keyword is None else keyword[1]
    )


def _begun(names: Iterable[str], word: re.Pattern[str], text: str) -> tuple[list[str], int]:
    found = word.search(text)
    if found is None:
        return [], 0
    begun = found[0]
    return [name for name in names if name.startswith(begun) and name != begun], len(begun)
