"""Agents, which explore a space and are heard where they are: their settings and instructions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, ParamSpec, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.agents import library
from livecode.agents.protocol import Beliefs
from livecode.errors import LivecodeError
from livecode.language.naming import NamingSetting
from livecode.language.sources import automatable
from livecode.language.spaces import Placed, PlaysPlaced, Space
from livecode.language.things import Setting, Thing, choice, length, whole
from livecode.language.units import Span, is_number, span
from livecode.language.values import Value, as_value

#: The kinds of learner.
COEXPLORER, EXPLORER = "coexplorer", "explorer"
#: The former name of the setting `learner`, which this release still understands.
FORMER_LEARNER = "mind"
#: An agent keeps this many of its last instructions.
MOST_ASKED = 256
LONGEST_S = 600.0

P = ParamSpec("P")


@dataclass(frozen=True, eq=False)
class Instruction:
    """Something that the performer tells an agent to do; it is done once."""

    what: str  # the method of the agent
    argument: Any = None


def _a_space(thing: Thing, value: Any) -> Space:
    if isinstance(value, str):
        return Space(value)
    if not isinstance(value, Space):
        raise LivecodeError(f"takes a space, as in agent(space('additive')), not {value!r}")
    return value


def _some_dims(thing: Thing, value: Any) -> int | Value | tuple[str | int, ...]:
    if isinstance(value, (list, tuple)):
        return _some_axes(thing, value)
    if not is_number(value) and not isinstance(value, (bool, str)) and value is not None:
        return as_value(value)
    dims = whole(thing, value)
    if dims < 1:
        raise LivecodeError(f"takes a whole number from 1 up, not {dims}")
    space = thing.settings.get("space")
    if space is not None and dims > space.latent:
        raise LivecodeError(f"{space.model} has {space.latent} dimensions, so not {dims}")
    return dims


def _some_axes(thing: Thing, value: Sequence[Any]) -> tuple[str | int, ...]:
    """Check for axes by name, or by number from 1; whether the space has them is checked in playing."""
    for each in value:
        if not isinstance(each, str):
            whole(thing, each)
    if not value or len(set(value)) < len(value):
        raise LivecodeError("takes one axis or more, each once, as dims=['centroid', 3]")
    return tuple(each if isinstance(each, str) else int(each) for each in value)


def _a_reward(thing: Thing, value: Any) -> Value | None:
    if value is None:
        return None
    try:
        return as_value(value)
    except LivecodeError:
        raise LivecodeError(
            f"takes a reward, as in ego.reward = hands + 0.3 * shimmer, not {value!r}"
        ) from None


def _a_length(shortest_s: float, longest_s: float, default: Span, doc: str) -> Setting:
    """Make a setting that takes a length of time, or a curve, a signal or a function of seconds."""
    plain = length(shortest_s, longest_s)

    def check(thing: Thing, value: Any) -> Span | Value:
        if isinstance(value, (Span, bool, str)) or is_number(value):
            return plain(thing, value)
        return as_value(value)

    return Setting(default, check, doc, (shortest_s, longest_s))


class PlaysAgent(PlaysPlaced, Protocol):
    """Plays an agent."""

    @property
    def ticking(self) -> bool:
        """Whether the caller is a function that plays, rather than a block."""

    @property
    def position(self) -> NDArray[np.float64]:
        """The agent's place along its open axes, (dims,) in [0, 1]."""

    @property
    def beliefs(self) -> Beliefs:
        """What the agent expects of each move from its place."""

    def take(self, ask: Instruction) -> None:
        """Follow an instruction."""

    def has_taken(self, ask: Instruction) -> bool:
        """Tell whether an instruction has been followed."""


class Agent(Placed):
    """An agent walks a space, learns from its reward where to go, and is heard where it is."""

    kind = "agent"
    player: PlaysAgent | None
    kept = Placed.kept | {"reward", "asked"}
    #: The instructions, in the order of the reference.
    told: ClassVar[tuple[str, ...]] = (
        "like", "dislike", "like_here", "dislike_here", "jump", "surprise", "pause", "resume",
        "back", "forward", "forget", "save", "load",
    )  # fmt: skip

    space = NamingSetting(
        None,
        _a_space,
        'the space it walks; `ego.space = space("additive")` glides into that one, at the same '
        "place, with what it has learned of the axes that both have, and "
        '`ego.space = pattern("<additive orchestra>/4")` goes by a pattern',
    )
    dims = Setting(
        2,
        _some_dims,
        "how many dimensions are open to it, as 4: so many qualities of the sound move, the others "
        "rest where they are; `steps(1, 2, 4, every=8*bars)` opens them one after the other, and "
        "`['centroid', 3]` says which, by name or by number from 1",
    )
    every = _a_length(
        0.015,
        10.0,
        Span(0.05),
        "time between two of its steps, 15*ms to 10*s: short ones glide, long ones are notes; "
        "`0.25*beats` is on the beat",
    )
    step = automatable(
        0.01,
        0.001,
        0.25,
        "length of one of its steps, 0.001 to 0.25; the space is 1 wide: 0.01 creeps, 0.1 leaps",
    )
    curiosity = automatable(
        1.0,
        0,
        4,
        "how far it strays from what you like: at 0 it heads straight there and stays, at 1 it "
        "tries things about it, at 4 it roams",
    )
    patience = _a_length(
        1.0,
        LONGEST_S,
        Span(10.0),
        "how long it stays with what you liked when you fall silent, 1*s to 600*s, before it "
        "begins to wander; and how much contradiction it bears. A coexplorer has none",
    )
    reward = Setting(
        None, _a_reward, "what it learns from, as `hands + 0.3 * bright`; None leaves it wandering"
    )
    learner = Setting(
        EXPLORER,
        choice(COEXPLORER, EXPLORER),
        'how it learns: "explorer" works out which sound you have in mind and heads for it in '
        'long lines; "coexplorer", as in ægo, learns move by move and zigzags',
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; None: by its name")

    def __setattr__(self, key: str, value: Any) -> None:
        if key == FORMER_LEARNER:
            self.settings["spelled"] = FORMER_LEARNER  # its player tells the new spelling
            key = "learner"
        super().__setattr__(key, value)

    def __getattr__(self, key: str) -> Any:
        return self.learner if key == FORMER_LEARNER else super().__getattr__(key)

    @property
    def position(self) -> NDArray[np.float64]:
        """Where the agent is: a number from 0 to 1 for each open dimension, as an array (dims,)."""
        if self.player is None:
            return np.full(2 if isinstance(self.dims, Value) else len(self.indices()), 0.5)
        return self.player.position

    @property
    def open_axes(self) -> tuple[int, ...]:
        """The numbers, from 1, of the axes that the agent moves along; `dims=2` opens the strongest."""
        return tuple(index + 1 for index in self.indices())

    def indices(self) -> tuple[int, ...]:
        """Return where the open axes stand among all axes of the space, counted from 0."""
        if not isinstance(self.dims, tuple):
            return tuple(range(2 if isinstance(self.dims, Value) else self.dims))
        names = self.space.axes
        found = []
        for axis in self.dims:
            if isinstance(axis, str) and axis in names:
                found.append(names.index(axis))
            elif isinstance(axis, int) and 1 <= axis <= len(names):
                found.append(axis - 1)
            else:
                raise LivecodeError(
                    f"{self.space.model} has no axis {axis!r}; it has {', '.join(names)}"
                    + (f", which count from 1 to {len(names)}" if isinstance(axis, int) else "")
                )
        if len(set(found)) < len(found):
            raise LivecodeError(f"dims={list(self.dims)} names an axis of {self.space.model} twice")
        return tuple(found)

    @property
    def beliefs(self) -> Beliefs:
        """What the agent expects of each move: praise or blame, and how new the place would be."""
        if self.player is None:
            raise LivecodeError(f"{self} believes nothing yet: it does not play")
        return self.player.beliefs

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

    def check(self) -> None:
        """Raise LivecodeError if the space lacks axes or a texture that the agent is to have."""
        super().check()
        self.indices()

    def __repr__(self) -> str:
        where = " ".join(f"{x:.2f}" for x in self.position)
        return f"{self} in {self.space.model}, dims={self.dims}, every={self.every}, at {where}"


def _amount(much: float) -> float:
    if not is_number(much) or not 0 < much <= 1:
        raise LivecodeError(f"praise and blame take a number above 0, up to 1, not {much!r}")
    return float(much)


def _stretch(length: Span | float) -> Span:
    checked = span(length)
    if not 0 < checked.at(120) <= LONGEST_S:
        raise LivecodeError(
            f"this takes a length of time above 0, up to {LONGEST_S:g}*s, not {checked}"
        )
    return checked


def _with_former_spelling(function: Callable[P, Agent]) -> Callable[P, Agent]:
    """Let `agent(…)` take the former keyword `mind=`, too; signatures do not show it."""

    @wraps(function)
    def spelled(*arguments: P.args, **settings: P.kwargs) -> Agent:
        former = settings.pop(FORMER_LEARNER, None)
        made = function(*arguments, **settings)
        if former is not None:
            setattr(made, FORMER_LEARNER, former)
        return made

    return spelled


@_with_former_spelling
def agent(
    space: Space | str,
    dims: int | Sequence[str | int] | Value | None = None,
    every: Span | Value | None = None,
    *,
    step: float | Value | None = None,
    texture: float | Value | None = None,
    curiosity: float | Value | None = None,
    patience: Span | Value | None = None,
    reward: Value | None = None,
    learner: str | None = None,
    seed: int | None = None,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> Agent:
    """Let an agent explore a space; it sounds at once: `ego = agent(glass, dims=2, every=50*ms)`.

    All of this can be changed while it plays: `ego.dims = 4`, `ego.every = 30*ms`,
    `ego.reward = hands`, `ego.level = 0.5`. `ego.like()` and others tell it what you think.
    """
    return Agent(
        space=space,
        dims=dims,
        every=every,
        step=step,
        texture=texture,
        curiosity=curiosity,
        patience=patience,
        reward=reward,
        learner=learner,
        seed=seed,
        level=level,
        pan=pan,
        fade=fade,
        quant=quant,
    )
