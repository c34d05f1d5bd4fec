"""A snapshot of the namespace before a block: what the block touched, and the way back."""

from typing import Any

import numpy as np

from livecode.evaluation.history import ABSENT
from livecode.evaluation.namespace import Namespace
from livecode.language.spaces import Space
from livecode.language.things import Thing
from livecode.playing.mix import Mix


class NamespaceSnapshot:
    """The variables, the settings of all things, and the mix, as they are when it is taken."""

    def __init__(self, namespace: Namespace, mix: Mix):
        self._namespace = namespace
        self.variables: dict[str, Any] = dict(namespace.variables)
        self.settings = {thing: dict(thing.settings) for thing in namespace.own().values()}
        self.mix = mix

    def touched(self) -> list[Thing]:
        """Return the things that were assigned since, that have a setting changed, or whose space has."""
        things = list(self._namespace.own().values())
        changed = [each for each in things if not _same(each.settings, self.settings.get(each))]
        spaces = [each for each in changed if isinstance(each, Space)]
        return [
            thing
            for thing in things
            if thing in self._namespace.assigned
            or thing in changed
            or any(thing.settings.get("space") is space for space in spaces)
        ]

    def changed_variables(self) -> list[str]:
        """The names of plain variables that are new, gone, or bound to something else since."""
        now = self._namespace.variables
        return [
            name
            for name in {**self.variables, **now}
            if now.get(name, ABSENT) is not self.variables.get(name, ABSENT)
            and not name.startswith("__")
        ]

    def settings_of(self, things: list[Thing]) -> dict[Thing, dict[str, Any]]:
        """Return the settings that these things had, for those that were there."""
        return {thing: self.settings[thing] for thing in things if thing in self.settings}

    def put_back(self) -> None:
        """Let all variables and settings be as they were; new things lose their names.

        Variables go back one by one, so that functions that run meanwhile see no empty namespace.
        """
        variables = self._namespace.variables
        for name in set(variables) - set(self.variables):
            self._namespace.drop(name)
        for name, value in self.variables.items():
            if variables.get(name) is not value:
                self._namespace.store(name, value)
        for thing, settings in self.settings.items():
            thing.settings = settings
        for thing in self._namespace.assigned:
            if thing not in self.settings:
                thing.name = None

    def put_back_one(self, thing: Thing) -> str:
        """Let one thing be as it was; returns what that leaves."""
        name = str(thing)
        if thing in self.settings:
            thing.settings = self.settings[thing]
            return "still playing the previous version"
        if name in self.variables:
            self._namespace.store(name, self.variables[name])
            return f"{name} is what it was before"
        self._namespace.drop(name)
        return f"there is no {name} yet"


def _same(now: dict[str, Any], before: dict[str, Any] | None) -> bool:
    if before is None or now.keys() != before.keys():
        return False
    return all(now[key] is before[key] or bool(np.all(now[key] == before[key])) for key in now)
