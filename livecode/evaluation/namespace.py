"""The performer's variables: assigning a thing to a name makes it the thing of that name."""

import sys
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from livecode.language.things import Thing


class Namespace(MutableMapping[str, Any]):
    """What a block is executed in, over the plain dictionary that its functions see as globals.

    `ego = agent(…)` for the second time does not put another agent into `ego`: the one that is
    there adopts the new description, so that all who hold it follow.
    """

    def __init__(self, variables: dict[str, Any]):
        self.variables = variables
        self.things: dict[str, Thing] = {}
        self.assigned: list[Thing] = []  # since the list was last emptied
        self.places: dict[str, str] = {}  # name -> the block and line that it is from

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
        """Name things that got into the dictionary past `__setitem__`, as through `globals()`.

        `before`: the variables as they were, for what was there to adopt them.
        """
        for name, value in list(self.variables.items()):
            if isinstance(value, Thing) and value.name is None:
                self.variables[name] = before.get(name)
                self[name] = value

    def own(self) -> dict[str, Thing]:
        """All things that stand under their own name."""
        return {
            name: value
            for name, value in list(self.variables.items())  # ticks look while a block assigns
            if isinstance(value, Thing) and value.name == name
        }
