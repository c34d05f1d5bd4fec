"""The performer's variables. Assigning a thing to a name makes it the thing of that name."""

import copy
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, ValuesView
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from livecode.evaluation.names_read import names_read
from livecode.language.rewards import REWARDS
from livecode.language.sources import Sounding
from livecode.language.things import Thing
from livecode.language.values import operand

#: The name under which the code of blocks finds `operand`.
OPERAND = "__operand__"


class Namespace(MutableMapping[str, Any]):
    """The namespace that blocks run in, above the plain dictionary that functions see as globals.

    A second `ego = agent(…)` does not put another agent into `ego`. The agent that is there adopts
    the new description, so that everything that holds it follows.
    """

    def __init__(self, variables: dict[str, Any]):
        self.variables = variables
        self.words: Mapping[str, Any] = {}  # of the language: what their names stand for
        self.passing: frozenset[str] = frozenset()  # names that only loops of the block bind
        self.variables[OPERAND] = operand
        #: What sounding things are heard by: `ego.rms` reads it.
        self.signals: Mapping[str, Any] = {}
        self.things: dict[str, Thing] = {}
        self.assigned: list[Thing] = []  # things assigned since the block began
        self._ticked: set[str] = set()  # names that functions which play may read
        #: In which a variable is stored that functions which play may read.
        self.storing: Callable[[], AbstractContextManager[None]] = nullcontext
        self.places: dict[str, str] = {}  # name -> block and line of its definition

    def __getitem__(self, name: str) -> Any:
        return self.variables[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Thing) and value.name is None and name not in self.passing:
            present = self.variables.get(name)
            if isinstance(present, Thing) and present.name == name and type(present) is type(value):
                present.adopt(value)
                value = present
            else:
                value.name, value.signals = name, self.signals
            self.assigned.append(value)
            caller = sys._getframe(1)
            if (file := caller.f_code.co_filename).startswith("<block"):
                self.places[name] = f"{file.strip('<>')}, line {caller.f_lineno}"
        self.store(name, value)

    def __delitem__(self, name: str) -> None:
        """Forget a variable. A name of the language stands for its word again."""
        if name in self.words and name in self.variables:
            self.store(name, self.words[name])
        else:
            self.drop(name)

    def store(self, name: str, value: Any) -> None:
        """Let a variable be this, between two ticks if functions that play may read it."""
        if name not in self._ticked:
            self.variables[name] = value
            return
        with self.storing():
            self.variables[name] = value
        self.watch(value)

    def drop(self, name: str) -> None:
        """Forget a variable, between two ticks if functions that play may read it."""
        with self.storing() if name in self._ticked else nullcontext():
            del self.variables[name]

    def ticked(self, names: Iterable[str]) -> bool:
        """Return whether functions that play may read any of these names."""
        return not self._ticked.isdisjoint(names)

    def watch(self, function: Any) -> None:
        """Count a function among those that play: what it may read is stored between two ticks."""
        self._ticked |= names_read(function, self.variables)

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    def name_the_rest(self, before: Mapping[str, Any]) -> None:
        """Name things that reached the dictionary without `__setitem__`, for example by `globals()`.

        `before`: the variables before the block; things in them adopt new ones of the same name.
        """
        for name, value in list(self.variables.items()):
            new = isinstance(value, Thing) and value.name is None and before.get(name) is not value
            if new and name not in self.passing:
                self.variables[name] = before.get(name)
                self[name] = value
        for name, value in list(self.variables.items()):
            if isinstance(value, Thing) and value.name not in (None, name, *self.passing):
                self._name_what_lost_its_name(name, value, before)

    def _name_what_lost_its_name(self, name: str, thing: Thing, before: Mapping[str, Any]) -> None:
        """Let a thing go on under this name if its own name stood for it before and no longer does."""
        former = thing.name or ""
        if before.get(former) is thing and self.variables.get(former) is not thing:
            again = copy.copy(thing)
            again.name, again.player, again.settings = None, None, dict(thing.settings)
            self[name] = again

    def own(self) -> dict[str, Thing]:
        """Return all things that stand under their own name."""
        return {
            name: value
            for name, value in list(
                self.variables.items()
            )  # a copy: ticks look while a block assigns
            if isinstance(value, Thing) and value.name == name
        }

    def covered(self, before: Mapping[str, Any]) -> list[str]:
        """Return the words of the language that stood in `before` and are covered by something now.

        Rewards of the language are there to be written anew: covering one is no mistake.
        """
        return [
            name
            for name, word in self.words.items()
            if name not in REWARDS
            and self.variables.get(name) is not word
            and before.get(name) is word
        ]

    def silenced(self, before: Mapping[str, Any]) -> list[str]:
        """Return the names that stood for what sounds in `before`, and for no thing at all now."""
        return [
            name
            for name, thing in before.items()
            if isinstance(thing, Sounding)
            and thing.name == name
            and not isinstance(self.variables.get(name, thing), Thing)
            and self.variables.get(name) is not self.words.get(name)
        ]

    def nameless(self, before: Mapping[str, Any]) -> dict[str, int]:
        """Return how many sources without a name each variable holds that is new since `before`."""
        found = {}
        for name, value in self.variables.items():
            if before.get(name) is not value and not name.startswith("__"):
                parts = value.values() if isinstance(value, dict) else value
                held = (
                    list(parts) if isinstance(parts, list | tuple | set | ValuesView) else [value]
                )
                count = sum(isinstance(each, Sounding) and each.name is None for each in held)
                if count:
                    found[name] = count
        return found
