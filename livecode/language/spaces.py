"""Latent spaces, and things that are heard at a place in one: held places, and morphs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import path_text, version_of
from livecode.language.placed import Placed
from livecode.language.scatter import draw_map, drawn
from livecode.language.sources import automatable
from livecode.language.text import Text
from livecode.language.things import Setting, Thing, whole
from livecode.language.transfers import Transfer
from livecode.language.units import is_number
from livecode.language.values import Value, as_value
from livecode.neural.model_file import find_model, name_for_all
from livecode.neural.spaces import map as space_map
from livecode.neural.spaces import space as neural
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.manner import Manner
from livecode.neural.spaces.pitch_axis import note_at, pitch_axis
from livecode.neural.spaces.struck.space import HitSpace
from livecode.neural.torchscript.trust import describe, find_torchscript, read_program
from livecode.transport.layouts import Layout
from livecode.transport.positions import BESIDE

#: So many numbers fit into the control of a position.
WIDEST = Layout().slot_width


class Space(Thing):
    """A latent sound space: every position in it is a sound. `agent(glass)` lets one be heard."""

    kind = "space"
    told: ClassVar[tuple[str, ...]] = ("at", "hold", "morph", "through", "encode", "map")

    def __init__(self, model: str, trust: bool = False):
        super().__init__()
        if (path := find_torchscript(model)) is not None:
            program = read_program(path)
            self.settings["loaded"] = describe(program, trust)
            self.settings.update(model=path_text(path), version=program.digest)
            return
        model = name_for_all(model)
        self.settings["loaded"] = load_space(model)
        self.settings.update(model=path_text(model), version=version_of(find_model(model)))

    @property
    def model(self) -> str:
        """The name or path of the model."""
        model: str = self.settings["model"]
        return model

    @property
    def version(self) -> str:
        """Which version of the model's file was there when it was opened: what is heard is that one."""
        version: str = self.settings["version"]
        return version

    @property
    def latent(self) -> int:
        """The number of dimensions of the space."""
        latent: int = self.settings["loaded"].latent
        return latent

    @property
    def axes(self) -> tuple[str, ...]:
        """The name of each dimension, the strongest first; one without a name is called `free 3`."""
        loaded = self.settings["loaded"]
        if isinstance(loaded, neural.LatentSpace):
            return loaded.axes
        return tuple(f"free {i + 1}" for i in range(loaded.latent))

    @property
    def lives(self) -> bool:
        """Whether the space has a texture, so that a place can sound alive: `ego.texture = 1`."""
        loaded = self.settings["loaded"]
        return isinstance(loaded, neural.LatentSpace) and loaded.texture is not None

    @property
    def widens(self) -> bool:
        """Whether a place can sound wider than it is: `ego.width = 1`."""
        loaded = self.settings.get("loaded")
        return isinstance(loaded, neural.LatentSpace) and not (self.hits or self.moves)

    def pitched(self) -> "Space":
        """Return this space if notes can be played in it; raises LivecodeError if it has no pitch.

        In a space of hits they move a hit up and down: it is as it is at middle C. Ambiences sing
        their partials.
        """
        loaded = self.settings.get("loaded")
        if isinstance(loaded, HitSpace | AmbienceSpace):
            return self
        if not isinstance(loaded, neural.LatentSpace) or pitch_axis(loaded) is None:
            raise LivecodeError(
                f"{self.model} has no axis of pitch, so notes cannot be played in it"
            )
        return self

    def walked(self) -> "Space":
        """Return this space if it has places; raises LivecodeError if sound only goes through it."""
        if not self.latent:
            raise LivecodeError(
                f"{self.model} has no latents, so nothing is heard in it but what goes through: "
                "voice = fx.through(mic())"
            )
        return self

    @property
    def hits(self) -> bool:
        """Whether each place is a whole hit, which sounds when it is struck."""
        return isinstance(self.settings.get("loaded"), HitSpace)

    @property
    def moves(self) -> bool:
        """Whether each place is an ambience, which never stands still and is in stereo."""
        return isinstance(self.settings.get("loaded"), AmbienceSpace)

    def struck(self) -> "Space":
        """Return this space if it can be struck and put in a key; raises LivecodeError otherwise."""
        loaded = self.settings.get("loaded")
        if not isinstance(loaded, neural.LatentSpace) or loaded.latent + BESIDE > WIDEST:
            raise LivecodeError(
                f"{self.model} cannot be struck: it has no sounds of its own to strike"
            )
        return self

    @property
    def manner(self) -> Manner:
        """How agents go in the space where nothing else is said."""
        loaded = self.settings.get("loaded")
        return loaded.manner if isinstance(loaded, neural.LatentSpace) else Manner()

    def note(self, place: NDArray[np.float64], in_register: bool = False) -> float:
        """Return the MIDI number, in fractions, at which the space sounds at a place (latent,).

        `in_register`: all pitches of the space are brought into its register, if it has one.
        """
        known = self._known()
        return note_at(known, place[: known.latent], in_register)

    @property
    def sounds(self) -> tuple[str, ...]:
        """The names of the sounds that the space was trained on, for `at` and `morph`."""
        return self._known().sound_names

    def encode(self, audio: str | Path | np.ndarray) -> np.ndarray:
        """Return where a sound lies, frame by frame: positions (frames, latent) of a file or an array."""
        return space_map.encode(self._known(), audio)

    def at(self, sound: str | Path | np.ndarray) -> np.ndarray:
        """Return where a sound lies, (latent,): `orchestra.at("flute_072_f")`, a file, or a position."""
        return space_map.somewhere(self._known(), sound)

    def hold(self, *where: float | Value, **settings: Any) -> "Spot":
        """Let a place be heard: `bell = glass.hold(0.2, sine(0, 1))`, `glass.hold(*glass.at("…"))`."""
        self.walked()
        return Spot(self, where, **settings)

    def morph(
        self,
        one: str | Path | np.ndarray,
        other: str | Path | np.ndarray,
        position: float | Value | None = None,
        **settings: Any,
    ) -> "Morph":
        """Go from one sound to another: `blend = o.morph("flute_072_f", "violin_071_f", sine(0, 1))`."""
        way = space_map.morph(self._known(), one, other)
        ends = (_named(one), _named(other))
        return Morph(self, way, ends, position=position, **settings)

    def through(self, source: Any, **settings: Any) -> Transfer:
        """Let a sound be heard as the space hears it: `voice = orchestra.through(mic())`.

        What has a name, as `guitar = mic(2)`, a sample, a stream or a pattern, is heard through it and no
        more by itself.
        """
        return Transfer(self, source, **settings)

    def map(self, *walkers: Any, file: str | Path | None = None) -> Text:
        """Draw where the sounds of a space lie, and where agents have been: `orchestra.map(ego)`.

        `file="map.png"` makes a picture, too, if matplotlib is installed.
        """
        known = self._known()
        found = space_map.sound_map(known)
        way, here = _walked(walkers, known.latent)
        points = (
            None if way is None else found.project(way),
            None if here is None else found.project(here),
        )
        if file is not None:
            draw_map(Path(file).expanduser(), found.names, found.points, *points)
        return Text(drawn(found.names, found.points, *points))

    def called(self, place: NDArray[np.float64]) -> str:
        """Return what the sound at a place (latent,) is called; "" if it has no name."""
        return ""

    def contents(self) -> str:
        """Return its axes by number and name, and how many sounds it knows, in two lines."""
        axes = ", ".join(
            name if name == f"free {i + 1}" else f"{i + 1} {name}"
            for i, name in enumerate(self.axes)
        )
        lines = [f"Its axes are {axes}."]
        loaded = self.settings["loaded"]
        if isinstance(loaded, neural.LatentSpace) and loaded.sound_names:
            names = loaded.sound_names
            few = ", ".join(names[:: max(1, len(names) // 4)][:4])
            lines.append(f"It was trained on {len(names)} sounds, such as {few}.")
        return "\n".join(lines)

    def _known(self) -> neural.LatentSpace:
        loaded = self.settings["loaded"]
        if not isinstance(loaded, neural.LatentSpace):
            raise LivecodeError(f"{self.model} says nothing of the sounds that it was trained on")
        return loaded

    def __repr__(self) -> str:
        return f"space({self.model!r}), {self.latent} dimensions"


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
    """A place in a space that is heard: `bell = glass.hold(0.2, rings.left.tilt)`."""

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
        """The space that the place is in."""
        space: Space = self.settings["space"]
        return space

    def values(self) -> list[Value]:
        return [*super().values(), *(each for each in self.where if isinstance(each, Value))]

    def __repr__(self) -> str:
        return f"{self} in {self.space.model}, at {', '.join(map(str, self.where))}"


class Morph(Placed):
    """A way between two sounds of a space; it is heard where `position` is."""

    kind = "morph"

    position = automatable(
        0.0,
        0,
        1,
        "how far it has come: 0 is the one sound, 1 the other, and equal steps are equally heard",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; the same seed, the same sound")

    def __init__(
        self, space: Space, way: space_map.MorphPath, ends: tuple[str, str], **settings: Any
    ):
        super().__init__(**settings)
        self.settings.update(space=space, way=_EqualWay(way), ends=ends)

    @property
    def space(self) -> Space:
        """The space that the place is in."""
        space: Space = self.settings["space"]
        return space

    def place(self, position: float) -> NDArray[np.float64]:
        """Return the place in the space for a position from 0 to 1, (latent,)."""
        place: NDArray[np.float64] = self.settings["way"].way(position)
        return place

    def __repr__(self) -> str:
        one, other = self.settings["ends"]
        return f"{self} in {self.space.model}, from {one} to {other}, position={self.position}"


class _EqualWay:
    """A way that equals another way with the same ends."""

    def __init__(self, way: space_map.MorphPath):
        self.way = way

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _EqualWay)
            and np.array_equal(self.way.start, other.way.start)
            and np.array_equal(self.way.end, other.way.end)
        )

    __hash__ = None  # type: ignore[assignment]


def _named(place: str | Path | np.ndarray) -> str:
    return Path(place).stem if isinstance(place, (str, Path)) else "there"


def _walked(walkers: Sequence[Any], latent: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the places (n, latent) of agents' paths, and the last place of the last agent."""
    places = []
    for walker in walkers:
        walked = getattr(getattr(walker, "player", None), "walked", None)
        if walked is None:
            raise LivecodeError(f"map takes agents that play, not {walker!r}")
        places.append(walked(latent))
    return (np.concatenate(places), places[-1][-1]) if places else (None, None)


def space(model: str, trust: bool = False) -> Space:
    """Open a latent sound space: `glass = space("additive")`. It is silent until something moves in it.

    `"additive"` and `"orchestra"` hold tones, `"percussion"` hits, and `"texture"` rain, wind, fire and
    what else breathes.

    `space("rave.ts", trust=True)` opens a TorchScript model in the nn~ convention. Such a model is a
    program, too: `trust` allows that very file to run, once and for all.
    """
    return Space(model, trust)
