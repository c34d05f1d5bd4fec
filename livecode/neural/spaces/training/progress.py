"""The display of a space's training: what it must offer, and one that shows nothing."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class SpaceDisplay(Protocol):
    """Shows the progress of a training. `livecode.cli` has one with bars."""

    def say(self, sentence: str) -> None:
        """Show a sentence."""

    def training(self, name: str, steps: int, done: int) -> AbstractContextManager[object]:
        """Show a training of `steps` steps, of which `done` were made before, in a `with` block."""

    def step(self, done: int, loss: float, held_out_db: float) -> None:
        """Show that `done` steps are made, with the loss and the distance on held-out frames."""

    def each(self, items: Sequence[Item], what: str) -> Iterable[Item]:
        """Yield the items, and show how many are done; `what` is a word for the work."""


class NoSpaceDisplay:
    """A display that shows nothing."""

    def say(self, sentence: str) -> None:
        """Drop the sentence."""

    def training(self, name: str, steps: int, done: int) -> AbstractContextManager[object]:
        """Show no bar."""
        return nullcontext()

    def step(self, done: int, loss: float, held_out_db: float) -> None:
        """Show no step."""

    def each(self, items: Sequence[Item], what: str) -> Iterable[Item]:
        """Yield the items."""
        return items
