"""How a signal answers a wrong name or number: with the nearest name, or with the range."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from livecode.errors import LivecodeError, did_you_mean

Item = TypeVar("Item")


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """Return the sentence for a missing attribute, with the nearest name or all names.

    Example: `unknown("a ring", "trun", ("turn", "roll"))` is "a ring has no 'trun'; did you mean turn?".
    """
    return f"{what} has no {name!r}{did_you_mean(name, known)}"


class Numbered(Generic[Item]):
    """A sequence counted from `first`, as performers count: `fader[1]` to `fader[8]`."""

    def __init__(self, what: str, items: list[Item], first: int = 1):
        self._what, self._items, self._first = what, items, first

    def __getitem__(self, number: int) -> Item:
        if type(number) is not int or not 0 <= number - self._first < len(self._items):
            raise LivecodeError(f"{self._span()}; there is no [{number!r}]")
        return self._items[number - self._first]

    def __setitem__(self, number: int, item: Item) -> None:
        raise LivecodeError(f"{self._what} can only be read: move it on the controller itself")

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"<{self._span()}>"

    def _span(self) -> str:
        last = self._first + len(self._items) - 1
        return f"{self._what} goes from [{self._first}] to [{last}]"
