"""Signals as words of the namespace: they are read later, each time that they are needed."""

import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.moments import Moment, Node
from livecode.language.units import is_number
from livecode.language.values import Arithmetic, Value


@dataclass(eq=False)
class SignalReading(Node):
    """A node that reads an attribute of a signal, such as rings.left.turn."""

    path: tuple[str, ...]
    of_time = False

    def sample(self, moment: Moment) -> float:
        number = float(_follow(self.path, moment.signals))
        return number if math.isfinite(number) else 0.0

    def __str__(self) -> str:
        return _spelled(self.path)


class Item(str):
    """A step of a path that is a key rather than an attribute, such as the [74] of midi.cc[74]."""

    def __new__(cls, key: Any) -> "Item":
        item = super().__new__(cls, f"[{key!r}]")
        item.key = key
        return item

    key: Any


def _follow(path: tuple[str, ...], signals: Mapping[str, Any]) -> Any:
    """Return what a path leads to: its first name is a signal, the others are attributes or keys."""
    value = signals[path[0]]
    for step in path[1:]:
        value = value[step.key] if isinstance(step, Item) else getattr(value, step)
    return value


def _spelled(path: tuple[str, ...]) -> str:
    return path[0] + "".join(step if isinstance(step, Item) else f".{step}" for step in path[1:])


class SignalWord(Arithmetic):
    """A signal as a word of the namespace: it is read later, each time that it is needed.

    `rings.twist` in a block is not the number of this moment but the signal itself; `float(...)`
    gives the number, and showing the word shows what the signal is now.
    """

    def __init__(self, path: tuple[str, ...], signals: Mapping[str, Any]):
        self._path, self._signals = path, signals

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._on(
            name, getattr(self._now(), name)
        )  # an unknown name raises the signal's own error

    def __getitem__(self, key: Any) -> Any:
        return self._on(Item(key), self._now()[key])

    def __len__(self) -> int:
        return len(self._now())

    def __float__(self) -> float:
        return float(self._now())

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._now()) if not name.startswith("_")]

    def __repr__(self) -> str:
        return f"{_spelled(self._path)}, now {self._now()!r}"

    def _on(self, step: str, found: Any) -> Any:
        """Return what one more step leads to: a word again, or a method or text as it is."""
        if callable(found) or isinstance(found, str):
            return found
        return SignalWord((*self._path, step), self._signals)

    def _now(self) -> Any:
        """Return what the signal is at one point in time, between two ticks."""
        reading = getattr(self._signals, "reading", nullcontext)
        with reading():
            return _follow(self._path, self._signals)

    def _value(self) -> Value:
        now = self._now()
        try:
            float(now)
        except (TypeError, ValueError):
            if hasattr(now, "__len__"):
                part = "[0]"
            else:
                part = next((f".{name}" for name in dir(self) if is_number(getattr(now, name))), "")
            raise LivecodeError(
                f"{_spelled(self._path)} is not one number; choose one of its parts"
                + (f", such as {_spelled(self._path)}{part}" if part else "")
            ) from None
        return Value.of(SignalReading(self._path))
