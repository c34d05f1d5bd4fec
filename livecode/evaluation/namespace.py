"""The performer's variables. Assigning a thing to a name makes it the thing of that name."""

import sys
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from livecode.language.things import Thing


class Namespace(MutableMapping[str, Any]):
    """The namespace that blocks run in, above the plain dictionary that functions see as globals.

    A second `ego = agent(…)` does not put another agent into `ego`. The agent that is there adopts
    the new description, so that everything that holds it follows.
    """

    def __init__(self, variables: dict[str, Any]):
        self.variables = variables
        self.things: dict[str, Thing] = {}
        self.assigned: list[Thing] = []  # things assigned since the block began
        self.places: dict[str, str] = {}  # name -> block and line of its definition

    def __getitem__(self, name: str) -> Any:
        return self.variables[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Thing) and value.name is None:
            present = self.variables.get(name)
            if isinstance(present, Thing) and present.name == name and type(present) is type(value):
                present.adopt(value)
                value = present
            else:
                value.name = name
            self.assigned.append(value)
            caller = sys._getframe(1)
            if (file := caller.f_code.co_filename).startswith("<block"):
                self.places[name] = f"{file.strip('<>')}, line {caller.f_lineno}"
        self.variables[name] = value

    def __delitem__(self, name: str) -> None:
        del self.variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    def name_the_rest(self, before: Mapping[str, Any]) -> None:
        """Name things that reached the dictionary without `__setitem__`, for example by `globals()`.

        `before`: the variables before the block; things in them adopt new ones of the same name.
        """
        for name, value in list(self.variables.items()):
            if isinstance(value, Thing) and value.name is None:
                self.variables[name] = before.get(name)
                self[name] = value

    def own(self) -> dict[str, Thing]:
        """Return all things that stand under their own name."""
        return {
            name: value
            for name, value in list(
                self.variables.items()
            )  # a copy: ticks look while a block assigns
            if isinstance(value, Thing) and value.name == name
        }
