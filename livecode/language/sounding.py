"""Spaces: what there is to explore; `agents` are the ones who do."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.language.scatter import draw_map, drawn
from livecode.language.text import Text
from livecode.language.things import Thing
from livecode.language.values import Value
from livecode.neural.load import load_model
from livecode.neural.spaces import map as space_map
from livecode.neural.spaces import space as neural
from livecode.neural.torchscript.trust import describe, find_foreign

if TYPE_CHECKING:
    from livecode.language.places import Morph, Spot


class Space(Thing):
    """A latent sound space: every position in it is a sound. `agent(glass)` lets one be heard."""

    kind = "space"

    def __init__(self, model: str, trust: bool = False):
        super().__init__()
        if (path := find_foreign(model)) is not None:
            self.settings["model"], self.settings["loaded"] = str(path), describe(path, trust)
            return
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

    @property
    def axes(self) -> tuple[str, ...]:
        """What each dimension is, the strongest first: a name, or `free 3`."""
        loaded = self.settings["loaded"]
        if isinstance(loaded, neural.Space):
            return loaded.axes
        return tuple(f"free {i + 1}" for i in range(loaded.latent))

    @property
    def lives(self) -> bool:
        """Whether it has a texture, so that a place in it can sound alive: `ego.texture = 1`."""
        loaded = self.settings["loaded"]
        return isinstance(loaded, neural.Space) and loaded.texture is not None

    @property
    def sounds(self) -> tuple[str, ...]:
        """Names of the sounds that it was trained on, for `at` and `morph`."""
        return self._known().sound_names

    def encode(self, audio: str | Path | np.ndarray) -> np.ndarray:
        """Where a sound lies, frame by frame: positions (frames, latent) of a file or an array."""
        return space_map.encode(self._known(), audio)

    def at(self, sound: str | Path | np.ndarray) -> np.ndarray:
        """Where a sound lies: `orchestra.at("flute_072_f")`, a file, or a position; (latent,)."""
        return space_map.somewhere(self._known(), sound)

    def hold(self, *where: float | Value, **settings: Any) -> "Spot":
        """Let a place be heard: `bell = glass.hold(0.2, sine(0, 1))`, `glass.hold(*glass.at("…"))`."""
        from livecode.language.places import Spot

        return Spot(self, where, **settings)

    def morph(
        self,
        one: str | Path | np.ndarray,
        other: str | Path | np.ndarray,
        position: float | Value | None = None,
        **settings: Any,
    ) -> "Morph":
        """Go from one sound to another: `blend = o.morph("flute_072_f", "violin_071_f", sine(0, 1))`."""
        from livecode.language.places import Morph

        way = space_map.morph(self._known(), one, other)
        ends = (_named(one), _named(other))
        return Morph(self, way, ends, position=position, **settings)

    def map(self, *walkers: Any, file: str | Path | None = None) -> Text:
        """Draw where its sounds lie, and where agents have been: `orchestra.map(ego)`.

        `file="map.png"` makes a picture of it as well, where matplotlib is installed.
        """
        known = self._known()
        found = space_map.sound_map(known)
        way, here = _walked(walkers, known.latent)
        points = (
            None if way is None else found.project(way),
            None if here is None else found.project(here),
        )
        if file is not None:
            draw_map(Path(file), found.names, found.points, *points)
        return Text(drawn(found.names, found.points, *points))

    def _known(self) -> neural.Space:
        loaded = self.settings["loaded"]
        if not isinstance(loaded, neural.Space):
            raise LivecodeError(f"{self.model} says nothing of the sounds that it was trained on")
        return loaded

    def __repr__(self) -> str:
        return f"space({self.model!r}), {self.latent} dimensions"


def _named(place: str | Path | np.ndarray) -> str:
    return Path(place).stem if isinstance(place, (str, Path)) else "there"


def _walked(walkers: Sequence[Any], latent: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The places (n, latent) that agents have been at, and the last one of the last agent."""
    places = []
    for walker in walkers:
        walked = getattr(getattr(walker, "player", None), "walked", None)
        if walked is None:
            raise LivecodeError(f"map takes agents that play, not {walker!r}")
        places.append(walked(latent))
    return (np.concatenate(places), places[-1][-1]) if places else (None, None)


def space(model: str, trust: bool = False) -> Space:
    """Open a latent sound space: `glass = space("additive")`. It is silent until something moves in it.

    `space("rave.ts", trust=True)` opens a TorchScript model in the nn~ convention, which is a program
    too: `trust` says once, for that very file, that it may run.
    """
    return Space(model, trust)
