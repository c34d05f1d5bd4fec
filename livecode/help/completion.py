"""Completes names from what stands in the namespace now; runs and imports nothing."""

import builtins
import inspect as python_inspect
import keyword
import re
from collections.abc import Mapping
from types import NoneType
from typing import Any

from livecode.help.note_names import note_names
from livecode.help.within_texts import names_within
from livecode.language.patterns.pattern import OPERATIONS, Pattern
from livecode.language.signal_words import SignalWord
from livecode.language.things import Thing
from livecode.language.values import Arithmetic, Value
from livecode.syntax.brackets import open_brackets

_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*$")
_PATH_SO_FAR = re.compile(r"(?P<owner>(?:[^\W\d]\w*\.)*)(?P<word>(?:[^\W\d]\w*)?)$")
_REST_OF_WORD = re.compile(r"\w*")
#: The methods of everything that varies in time.
_SHAPERS = tuple(name for name in vars(Arithmetic) if not name.startswith("_"))
_PARAMETERS = re.compile(r"\bdef\s+\w+\s*\((?P<parameters>[^()]*)")


class Scope:
    """Looks names up: in the performer's variables, and in the signals where a function asks for them."""

    def __init__(self, variables: Mapping[str, Any], signals: Mapping[str, Any]):
        self.variables, self.signals = variables, signals

    def names(self) -> list[str]:
        """Return every name, the performer's own first."""
        own = list(self.variables)[::-1]  # the newest first
        return list(dict.fromkeys([*own, *self.signals, *keyword.kwlist, *dir(builtins)]))

    def value(self, path: str, code: str) -> Any:
        """Return what a dotted name such as `ego.reward` stands for in `code`; raises an error if nothing."""
        first, *rest = path.split(".")
        if first in self.signals and (
            first in _parameters(code) or type(self.variables.get(first)) in (NoneType, SignalWord)
        ):
            value = self.signals[first]
        elif first in self.variables:
            value = self.variables[first]
        else:
            value = getattr(builtins, first)
        for part in rest:
            value = getattr(value, part)
        return value


def complete(scope: Scope, code: str, cursor: int) -> tuple[list[str], int]:
    """Return (names that could stand at `cursor`, where the word that they replace begins)."""
    before = code[:cursor]
    if (within := note_names(before.rpartition("\n")[2])) is not None:
        return within[0], cursor - within[1]
    try:
        sounds = names_within(scope.variables, code, cursor)
    except Exception:  # completion itself must never fail
        sounds = None
    if sounds is not None:
        return sounds[0], cursor - sounds[1]
    match = _PATH_SO_FAR.search(before)
    assert match is not None
    word, owner = match["word"], match["owner"]
    start = cursor - len(word)
    try:
        if owner:
            value = scope.value(owner[:-1], code)
            names = attributes(value)
            if isinstance(value, (int, float)) and not _parameters(code):
                names = list(_SHAPERS)  # in a block a signal is more than its present number
        elif before[:start].endswith("."):
            return [], start  # the owner has no name, as in 3. or f(x).
        else:
            names = [*_arguments(scope, code, start), *scope.names(), *_of_pyo(code)]
    except Exception:  # completion itself must never fail
        return [], start
    hidden = not word.startswith("_")
    fitting = [name for name in names if name.startswith(word) and name != word]
    return [name for name in fitting if not (hidden and name.startswith("_"))], start


def attributes(value: Any) -> list[str]:
    """Return the attributes of a value; of a thing only those that concern the performer."""
    if isinstance(value, Pattern):
        return [*OPERATIONS, *_SHAPERS, "events", "picture"]
    if isinstance(value, Value):
        return list(_SHAPERS)
    if isinstance(value, Thing):
        return sorted(value.offered())
    if isinstance(value, SignalWord):  # a word that can also be told something, such as midi
        return [*vars(type(value)), *attributes(value._now())]
    if isinstance(value, (int, float)):
        return []
    return dir(value)


def path_at(code: str, cursor: int) -> str | None:
    """Return the dotted name at `cursor`, such as `ego.reward`; None if there is none."""
    rest = _REST_OF_WORD.match(code, cursor)
    assert rest is not None
    match = _PATH.search(code[: rest.end()])
    return None if match is None else match[0]


def open_call(code: str, cursor: int) -> int | None:
    """Where the name ends of the innermost call whose bracket is open at `cursor`, if any is."""
    opened = open_brackets(code[:cursor])
    if not opened or opened[-1].text != "(":
        return None
    at = opened[-1].at
    return at if _PATH.search(code[:at]) else None


def _arguments(scope: Scope, code: str, cursor: int) -> list[str]:
    """Return the keywords that the call around `cursor` takes, such as `dims=`."""
    end = open_call(code, cursor)
    if end is None or not code[:cursor].rstrip().endswith(("(", ",")):
        return []
    called = _PATH.search(code[:end])
    assert called is not None
    try:
        parameters = python_inspect.signature(scope.value(called[0], code)).parameters.values()
    except Exception:
        from livecode.help.pyo_pages import page

        head = (page(called[0]) or "").partition("\n")[0] if _in_dsp(code) else ""
        return re.findall(r"\w+=", head)
    named = (python_inspect.Parameter.POSITIONAL_OR_KEYWORD, python_inspect.Parameter.KEYWORD_ONLY)
    return [f"{parameter.name}=" for parameter in parameters if parameter.kind in named]


def _parameters(code: str) -> set[str]:
    """Return the names of signals that functions in `code` ask for; those of a @dsp are sources."""
    if _in_dsp(code):
        return set()
    return {
        name.strip().split("=")[0].split(":")[0].strip()
        for match in _PARAMETERS.finditer(code)
        for name in match["parameters"].split(",")
    }


def _of_pyo(code: str) -> list[str]:
    """Return the names of pyo's classes if `code` holds a @dsp."""
    from livecode.help.pyo_pages import (
        names,  # not for the terminal, which imports this module, too
    )

    return list(names()) if _in_dsp(code) else []


def _in_dsp(code: str) -> bool:
    return "@dsp" in code
