"""Places in a space that sound by themselves: held by numbers, moved by curves and hands, morphed."""

from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.language.sounding import Space
from livecode.language.sources import Placed, varying
from livecode.language.things import Setting, Thing, whole
from livecode.language.units import is_number
from livecode.language.values import Value, as_value
from livecode.neural.spaces.map import Morph as Way


def _coordinates(thing: Thing, value: Any) -> tuple[float | Value, ...]:
    space: Space | None = thing.settings.get("space")
    try:
        given = list(value)
    except TypeError:
        given = [value]
    if space is not None and not 1 <= len(given) <= space.latent:
        raise LivecodeError(f"takes 1 to {space.latent} numbers from 0 to 1, not {len(given)}")
    return tuple(_coordinate(each) for each in given)


def _coordinate(value: Any) -> float | Value:
    if not is_number(value):
        return as_value(value)
    if not 0 <= value <= 1:
        raise LivecodeError(f"takes numbers from 0 to 1, not {value:g}")
    return float(value)


class Spot(Placed):
    """A place in a space, heard for as long as it stands: `bell = glass.hold(0.2, rings.left.tilt)`."""

    kind = "spot"

    where = Setting(
        (),
        _coordinates,
        "its place, a number from 0 to 1, a curve, a signal or a function for each axis; axes that "
        "are not given rest in the middle: `bell.where = 0.2, sine(0, 1)`",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; the same seed, the same sound")

    def __init__(self, space: Space, where: Any, **settings: Any):
        super().__init__(**settings)
        self.settings["space"] = space
        self.where = where

    @property
    def space(self) -> Space:
        """The space that it is in."""
        return self.settings["space"]

    def values(self) -> list[Value]:
        return [*super().values(), *(each for each in self.where if isinstance(each, Value))]

    def __repr__(self) -> str:
        return f"{self} in {self.space.model}, at {', '.join(map(str, self.where))}"


class Morph(Placed):
    """A way between two sounds of a space, heard where `position` is on it."""

    kind = "morph"

    position = varying(
        0.0,
        0,
        1,
        "how far it has come: 0 is the one sound, 1 the other, and equal steps are equally heard",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; the same seed, the same sound")

    def __init__(self, space: Space, way: Way, ends: tuple[str, str], **settings: Any):
        super().__init__(**settings)
        self.settings.update(space=space, way=_Same(way), ends=ends)

    @property
    def space(self) -> Space:
        """The space that it is in."""
        return self.settings["space"]

    def place(self, position: float) -> np.ndarray:
        """Where in the space that is, (latent,)."""
        return self.settings["way"].way(position)

    def __repr__(self) -> str:
        one, other = self.settings["ends"]
        return f"{self} in {self.space.model}, from {one} to {other}, position={self.position}"


class _Same:
    """A way, equal to another that leads the same way."""

    def __init__(self, way: Way):
        self.way = way

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and np.array_equal(self.way.start, other.way.start)
            and np.array_equal(self.way.end, other.way.end)
        )

    __hash__ = None  # type: ignore[assignment]
