"""Agents, which explore a space and are heard where they are: their settings."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from livecode.agents.protocol import Beliefs
from livecode.errors import LivecodeError
from livecode.language.instructions import Instructed
from livecode.language.naming import NamingSetting
from livecode.language.offsets import moves_of
from livecode.language.sources import a_reward, a_scale, automatable, lasting
from livecode.language.spaces import Space
from livecode.language.things import Setting, Thing, choice, whole
from livecode.language.transfers import Transfer
from livecode.language.units import Span, is_number
from livecode.language.values import Value, as_value

#: The kinds of learner.
COEXPLORER, EXPLORER = "coexplorer", "explorer"
#: The former name of the setting `learner`, which this release still understands.
FORMER_LEARNER = "mind"
#: What a scale is called that the space chooses.
OWN = "own"
#: The longest patience: a day.
LONGEST_PATIENCE_S = 86_400.0

P = ParamSpec("P")


def _a_space(thing: Thing, value: Any) -> Space:
    if isinstance(value, str):
        return Space(value)
    if isinstance(value, Transfer):
        return moves_of(value)
    if not isinstance(value, Space):
        raise LivecodeError(f"takes a space, as in agent(space('additive')), not {value!r}")
    return value.walked()


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


def _some_scale(thing: Thing, value: Any) -> str | None:
    return OWN if value == OWN else a_scale(thing, value)


class Agent(Instructed):
    """An agent walks a space, learns from its reward where to go, and is heard where it is."""

    kind = "agent"
    kept = Instructed.kept | {"reward", "asked"}
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
    every = lasting(
        0.015,
        10.0,
        Span(0.05),
        "time between two of its steps, 15*ms to 10*s: short ones glide, long ones are notes; "
        "`0.25*beats` is on the beat, and so is `pattern('1 0.5') * beats`. Where you give none it is "
        "0.5*beats where it strikes, and 0.25*beats among hits. Among rhythms it is a bar, or as many as "
        "`2*bars` says",
    )
    step = automatable(
        0.01,
        0.001,
        0.25,
        "length of one of its steps, 0.001 to 0.25; the space is 1 wide: 0.01 creeps, 0.1 jumps; a "
        "leap of its own is 8 to 24 steps long. Where you give none it is 0.1 among hits and where "
        "it strikes, and 0.15 among rhythms",
    )
    curiosity = automatable(
        1.0,
        0,
        4,
        "how far it strays from what you like: at 0 it heads straight there and stays for as long as "
        "you say nothing else, at 1 it tries things about it, at 4 it roams",
    )
    patience = lasting(
        1.0,
        LONGEST_PATIENCE_S,
        Span(10.0),
        "how long it stays with what you liked when you fall silent, 1*s to 24*hours, before it "
        "begins to wander; and how much contradiction it bears. Among rhythms it is 16*bars, where you "
        "give none. A coexplorer has none",
    )
    rest = automatable(
        0.35,
        0,
        1,
        "how much of the time it rests between its phrases when nobody teaches it: at 0 it goes in "
        "one line that never stops, at 0.8 it is still for most of the time, at 1 it stands. A "
        "coexplorer has none",
    )
    scale = Setting(
        OWN,
        _some_scale,
        'the key it keeps to, as `"d minor pentatonic"`: it sounds at the note next to its place; "own": in '
        "the key of its space, if that has one; None: at every pitch between, too",
    )
    strike = automatable(
        0.0,
        0,
        1,
        "how much each of its steps is struck: at 0 it glides from step to step, at 1 each is a "
        "stroke that dies away, and rests are silent; `ego.every = 0.5*beats` strikes on the beat",
    )
    reward = Setting(
        None, a_reward, "what it learns from, as `hands + 0.3 * bright`; None leaves it wandering"
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

    def check(self) -> None:
        """Raise LivecodeError if the space lacks axes, a texture or a pitch that the agent is to have."""
        super().check()
        self.indices()
        keyed = self.scale not in (None, OWN)
        if keyed:
            if self.space.hits:
                raise LivecodeError(f"{self.space.model} is one of hits, which have no key")
            self.space.pitched()
        if keyed or isinstance(self.strike, Value) or self.strike > 0:
            self.space.struck()

    def __repr__(self) -> str:
        where = " ".join(f"{x:.2f}" for x in self.position)
        every, place = self.every, None if self.player is None else self.player.full_position
        if place is not None and len(place) == self.space.latent:
            called = self.space.called(place)
            if called:
                where += f": {called}"
                every = every if isinstance(every, Span) and not every.seconds else Span(bars=1)
        return f"{self} in {self.space.model}, dims={self.dims}, every={every}, at {where}"


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
    space: Space | Transfer | str,
    dims: int | Sequence[str | int] | Value | None = None,
    every: Span | Value | None = None,
    *,
    step: float | Value | None = None,
    texture: float | Value | None = None,
    width: float | Value | None = None,
    curiosity: float | Value | None = None,
    patience: Span | Value | None = None,
    rest: float | Value | None = None,
    scale: str | None = OWN,
    strike: float | Value | None = None,
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
    `agent(voice)`, with `voice = orchestra.through(mic())`, moves the latents of voice.
    """
    made = Agent(
        space=space,
        dims=dims,
        every=every,
        step=step,
        texture=texture,
        width=width,
        curiosity=curiosity,
        patience=patience,
        rest=rest,
        scale=None if scale == OWN else scale,
        strike=strike,
        reward=reward,
        learner=learner,
        seed=seed,
        level=level,
        pan=pan,
        fade=fade,
        quant=quant,
    )
    if scale is None:
        made.scale = None  # which says something here, unlike the other settings that are None
    return made
