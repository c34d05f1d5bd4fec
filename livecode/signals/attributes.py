"""How a signal answers when asked for what it does not have: with the nearest name or the range."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from livecode.errors import LivecodeError, did_you_mean

Item = TypeVar("Item")


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """The sentence for an attribute that is not there: the nearest name, or all there are."""
    return f"{what} has no {name!r}{did_you_mean(name, known)}"


class Numbered(Generic[Item]):
    """A row counted from `first` as the performer counts it: `fader[1]` to `fader[8]`."""

    def __init__(self, what: str, items: list[Item], first: int = 1):
        self._what, self._items, self._first = what, items, first

    def __getitem__(self, number: int) -> Item:
        if type(number) is not int or not 0 <= number - self._first < len(self._items):
            raise LivecodeError(f"{self._span()} there is no [{number!r}].")
        return self._items[number - self._first]

    def __setitem__(self, number: int, item: Item) -> None:
        raise LivecodeError(f"{self._what} is only read; what moves it is the hand that plays it.")

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"<{self._span()[:-1]}>"

    def _span(self) -> str:
        last = self._first + len(self._items) - 1
        return f"{self._what} goes from [{self._first}] to [{last}];"
