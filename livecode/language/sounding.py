"""Spaces, and the agents that explore and sound them."""

from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.language.sources import Sounding, varying
from livecode.language.things import Setting, Thing, choice, length, whole
from livecode.language.units import Span, is_number
from livecode.language.values import Value, as_value
from livecode.neural import space as neural
from livecode.neural.load import load_model

#: The ways that an agent can learn.
COEXPLORER, EXPLORER = "coexplorer", "explorer"


class Space(Thing):
    """A latent sound space: every position in it is a sound. `agent(glass)` lets one be heard."""

    kind = "space"

    def __init__(self, model: str):
        super().__init__()
        loaded = load_model(model)
        if not isinstance(loaded, neural.Space):
            raise LivecodeError(f"{model!r} is not a space; `livecode models` lists what there is")
        self.settings["model"] = model
        self.settings["loaded"] = loaded

    @property
    def model(self) -> str:
        """The model's name or path."""
        return self.settings["model"]

    @property
    def latent(self) -> int:
        """How many dimensions it has."""
        return self.settings["loaded"].latent

    def __repr__(self) -> str:
        return f"space({self.model!r}), {self.latent} dimensions"


def _a_space(thing: Thing, value: Any) -> Space:
    if isinstance(value, str):
        return Space(value)
    if not isinstance(value, Space):
        raise LivecodeError(f"takes a space, as in agent(space('additive')), not {value!r}")
    return value


def _some_dims(thing: Thing, value: Any) -> int:
    value = whole(thing, value)
    if value < 1:
        raise LivecodeError(f"takes a whole number from 1 up, not {value}")
    space = thing.settings.get("space")
    if space is not None and value > space.latent:
        raise LivecodeError(f"{space.model} has {space.latent} dimensions, so not {value}")
    return value


def _a_reward(thing: Thing, value: Any) -> Value | None:
    if value is None:
        return None
    try:
        return as_value(value)
    except LivecodeError:
        raise LivecodeError(
            f"takes a reward, as in ego.reward = hands + 0.3 * shimmer, not {value!r}"
        ) from None


def _a_period(thing: Thing, value: Any) -> Span | Value:
    if isinstance(value, Span) or is_number(value):
        return _period(thing, value)
    return as_value(value)


_period = length(0.015, 1.0)


class Agent(Sounding):
    """A player that walks a space, learns from its reward where to go, and is heard where it is."""

    kind = "agent"
    kept = Sounding.kept | {"reward"}

    space = Setting(
        None,
        _a_space,
        'the space it walks; `ego.space = space("additive")` crossfades into that one',
    )
    dims = Setting(
        2, _some_dims, "how many dimensions are open to it, as 4; the others stay where they are"
    )
    every = Setting(
        Span(0.05),
        _a_period,
        "time between two of its steps, 15*ms to 1*s; `1*beats` follows the tempo",
        (0.015, 1.0),
    )
    step = varying(
        0.01, 0.001, 0.25, "length of one of its steps, 0.001 to 0.25; the space is 1 wide"
    )
    reward = Setting(
        None, _a_reward, "what it learns from, as `hands + 0.3 * bright`; None leaves it wandering"
    )
    mind = Setting(
        COEXPLORER,
        choice(COEXPLORER, EXPLORER),
        'how it learns: "coexplorer" as in ægo, from rewarded moves; "explorer" guesses the place '
        "that you have in mind, and finds it in eight dimensions",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; None: by its name")

    def check(self) -> None:
        if self.dims > self.space.latent:
            raise LivecodeError(
                f"{self.space.model} has {self.space.latent} dimensions, so dims={self.dims} "
                "is too many"
            )

    @property
    def position(self) -> np.ndarray:
        """Where it is: a number from 0 to 1 for each open dimension, as an array (dims,)."""
        if self.player is None:
            return np.full(self.dims, 0.5)
        return self.player.position

    def __repr__(self) -> str:
        where = " ".join(f"{x:.2f}" for x in self.position)
        return f"{self} in {self.space.model}, dims={self.dims}, every={self.every}, at {where}"


def space(model: str) -> Space:
    """Open a latent sound space: `glass = space("additive")`. It is silent until something moves in it."""
    return Space(model)


def agent(
    space: Space | str,
    dims: int | None = None,
    every: Span | Value | None = None,
    *,
    step: float | Value | None = None,
    reward: Value | None = None,
    mind: str | None = None,
    seed: int | None = None,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> Agent:
    """Let an agent explore a space; it sounds at once: `ego = agent(glass, dims=2, every=50*ms)`.

    Everything that it takes can be changed while it plays: `ego.dims = 4`, `ego.every = 30*ms`,
    `ego.reward = hands`, `ego.level = 0.5`.
    """
    return Agent(
        space=space,
        dims=dims,
        every=every,
        step=step,
        reward=reward,
        mind=mind,
        seed=seed,
        level=level,
        pan=pan,
        fade=fade,
        quant=quant,
    )
