"""What a performer tells an agent, such as `ego.like()`: each instruction is followed once."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.agents import library
from livecode.agents.protocol import Beliefs
from livecode.errors import LivecodeError
from livecode.language.placed import Placed, PlaysPlaced
from livecode.language.units import Span, is_number, span

#: An agent keeps this many of its last instructions.
MOST_ASKED = 256
#: An instruction reaches this far back, or lasts this long, at most.
LONGEST_S = 600.0


@dataclass(frozen=True, eq=False)
class Instruction:
    """Something that the performer tells an agent to do; it is done once."""

    what: str  # the method of the agent
    argument: Any = None


class PlaysAgent(PlaysPlaced, Protocol):
    """Plays an agent."""

    @property
    def ticking(self) -> bool:
        """Whether the caller is a function that plays, rather than a block."""

    @property
    def position(self) -> NDArray[np.float64]:
        """The agent's place along its open axes, (dims,) in [0, 1]."""

    @property
    def full_position(self) -> NDArray[np.float64]:
        """The agent's place along all axes of its space, (latent,) in [0, 1]."""

    @property
    def beliefs(self) -> Beliefs:
        """What the agent expects of each move from its place."""

    def take(self, ask: Instruction) -> None:
        """Follow an instruction."""

    def has_taken(self, ask: Instruction) -> bool:
        """Tell whether an instruction has been followed."""


class Instructed(Placed):
    """A thing that takes instructions: those of a block once it succeeds, those of a tick at once."""

    player: PlaysAgent | None
    learner: Any  # a setting: which kind of learner it has
    #: The instructions, in the order of the reference.
    told: ClassVar[tuple[str, ...]] = (
        "like", "dislike", "like_here", "dislike_here", "stay", "jump", "surprise", "pause", "resume",
        "back", "forward", "forget", "save", "load",
    )  # fmt: skip

    def like(self, much: float = 1.0) -> None:
        """Praise the way that the sound has just gone: it goes on that way: `ego.like()`."""
        self._ask("like", _amount(much))

    def dislike(self, much: float = 1.0) -> None:
        """Blame the way that the sound has just gone: it turns back: `ego.dislike()`."""
        self._ask("dislike", _amount(much))

    def like_here(self, much: float = 1.0) -> None:
        """Like the sound as it is: it stays about here, and comes back: `ego.like_here()`."""
        self._ask("like_here", _amount(much))

    def dislike_here(self, much: float = 1.0) -> None:
        """Dislike the sound as it is: it leaves for somewhere else: `ego.dislike_here()`."""
        self._ask("dislike_here", _amount(much))

    def stay(self, on: bool = True) -> None:
        """Stay about the sound that it was taught, else about this one, till told otherwise: `ego.stay()`.

        `ego.stay(False)` lets it stray again; so does contradiction, a jump or something disliked.
        """
        self._ask("stay", bool(on))

    def jump(self) -> None:
        """Cut to a sound that you have hardly heard: `ego.jump()`."""
        self._ask("jump")

    def surprise(self, length: Span | float = 3.0) -> None:
        """Drift for so long away from what you have heard, whatever you like: `ego.surprise(5)`."""
        self._ask("surprise", _stretch(length))

    def pause(self) -> None:
        """Hold the sound where it is, until `ego.resume()`; it still listens: `ego.pause()`."""
        self._ask("pause")

    def resume(self) -> None:
        """Move on from where it was held: `ego.resume()`."""
        self._ask("resume")

    def back(self, length: Span | float = 5.0) -> None:
        """Cut to the sound of so long ago, and go on from there: `ego.back(8)`, `ego.back(2*bars)`."""
        self._ask("back", _stretch(length))

    def forward(self, length: Span | float = 5.0) -> None:
        """Take `back` back, as far as it has not moved on since: `ego.forward(5)`."""
        self._ask("forward", _stretch(length))

    def forget(self) -> None:
        """Forget what it learned; nothing changes at once, but it has to be taught again: `ego.forget()`."""
        self._ask("forget")

    def save(self, name: str) -> None:
        """Keep what it has learned, for another evening, inaudibly: `ego.save("glassy")`."""
        library.path_of(name)  # raises if the name is no name for a file
        self._ask("save", name)

    def load(self, name: str) -> None:
        """Head for what it liked when it was saved, from where it is: `ego.load("glassy")`."""
        library.path_of(name)
        if self._is_to_save(name):
            self._ask("load", name)
            return
        saved = library.read(name)
        if saved.learner != self.learner:
            raise LivecodeError(
                f"{name!r} is an agent with another learner; "
                f"set {self}.learner = {saved.learner!r} first"
            )
        self._ask("load", saved)

    def _is_to_save(self, name: str) -> bool:
        """Tell whether the same block saves an agent of that name, which is not written yet."""
        saves = [each for each in self.settings.get("asked", ()) if each.what == "save"]
        return any(
            each.argument == name and (self.player is None or not self.player.has_taken(each))
            for each in saves
        )

    def _ask(self, what: str, argument: Any = None) -> None:
        """Give an instruction: a function that plays has it followed at once, a block when it succeeds.

        Instructions are a setting, so that a block that fails takes them back, as `undo()` does.
        """
        ask = Instruction(what, argument)
        if self.player is not None and self.player.ticking:
            self.player.take(ask)
        else:
            asked = (*self.settings.get("asked", ()), ask)
            self.settings["asked"] = asked[-MOST_ASKED:]


def _amount(much: float) -> float:
    if not is_number(much) or not 0 < much <= 1:
        raise LivecodeError(f"praise and blame take a number above 0, up to 1, not {much!r}")
    return float(much)


def _stretch(length: Span | float) -> Span:
    checked = span(length)
    if not 0 < checked.plain_s <= LONGEST_S:
        raise LivecodeError(
            f"this takes a length of time above 0, up to {LONGEST_S:g}*s, not {checked}"
        )
    return checked
