"""Timbre transfer: a sound that is heard as a space hears it, and what moves it in between."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.language.controlled import Controlled
from livecode.language.moments import Moment, Node
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding, automatable
from livecode.language.streams import Mic
from livecode.language.things import Player, Setting, whole
from livecode.language.units import finite, is_number
from livecode.language.values import Value
from livecode.neural.spaces.described import DescribedSpace
from livecode.neural.spaces.pitch_axis import pitch_axis
from livecode.neural.torchscript.trust import Description

#: The name of the device's input among signals.
MIC = "mic"
#: A latent is moved by so many standard deviations at most.
MOST_OFFSET = 8.0
#: What stands before the number of a latent in the name of its offset.
LATENT = "z"


class Encodes(Protocol):
    """The part of a space that a transfer needs."""

    settings: dict[str, Any]

    @property
    def model(self) -> str:
        """The name or path of the model."""

    @property
    def version(self) -> str:
        """The version of the model's file."""

    @property
    def latent(self) -> int:
        """The number of its latents."""

    @property
    def axes(self) -> tuple[str, ...]:
        """The name of each latent."""


class PlaysTransfer(Player, Protocol):
    """Plays a transfer."""

    @property
    def latents(self) -> tuple[float, ...]:
        """The latents that are played now, in standard deviations."""

    def walk(self, agent: str, moves: NDArray[np.float64], holds: Callable[[], bool]) -> None:
        """Be moved by an agent by so many standard deviations (latent,), for as long as `holds()`."""

    @property
    def latency_s(self) -> float:
        """How much later it is heard than what goes through it, in seconds."""


@dataclass(eq=False)
class LatentReading(Node):
    """A node that reads a latent of a transfer, as it is played."""

    transfer: "Transfer"
    index: int
    of_time = False

    def sample(self, moment: Moment) -> float:
        latents = self.transfer.latents
        return latents[self.index] if self.index < len(latents) else 0.0

    def __str__(self) -> str:
        return f"{self.transfer}[{self.index}]"


class Transfer(Controlled):
    """A sound that is heard as a space hears it: `voice = space("rave.ts").through(mic())`.

    `voice[0] = 1.5` moves its first latent by 1.5 standard deviations; a number, a curve, a signal or a
    function. `agent(voice, dims=2)` explores such moves. `voice[0]` is a signal: the latent as it is played.
    """

    kind = "transfer"
    player: PlaysTransfer | None

    wet = automatable(
        1.0,
        0,
        1,
        "how much is heard of the space, beside what goes through it: 1 that alone, 0 none",
    )
    seed = Setting(None, whole, "where its randomness begins, as 7; the same seed, the same sound")

    def __init__(self, space: Encodes, source: Any, **settings: Any):
        """Raises LivecodeError if the space takes no sound, or the source gives none."""
        super().__init__()
        loaded = space.settings.get("loaded")
        if isinstance(loaded, DescribedSpace) or loaded is None:
            raise LivecodeError(f"{space.model} has no encoder, so nothing can be heard through it")
        attributes: dict[str, float] = {}
        if isinstance(loaded, Description):
            if not loaded.hears:
                raise LivecodeError(
                    f"{space.model} {loaded.deaf}, so nothing can be heard through it"
                )
            attributes = {_free(name): value for name, value in loaded.attributes}
        latents = {f"{LATENT}{index}": 0.0 for index in range(space.latent)}
        self.settings["space"] = space
        self.settings.update(_what_is_heard(source, space.model))
        self.settings["latents"] = tuple(latents)
        axis = None if isinstance(loaded, Description) else pitch_axis(loaded)
        self.settings["timbre"] = tuple(each for each in range(space.latent) if each != axis)
        self.settings["attributes"] = tuple(attributes)
        self.settings["defaults"] = {**latents, **attributes}
        for key, value in settings.items():
            if value is not None:
                setattr(self, key, value)

    @property
    def space(self) -> Encodes:
        """The space through which it is heard."""
        space: Encodes = self.settings["space"]
        return space

    @property
    def timbre(self) -> tuple[int, ...]:
        """The numbers of the latents that agents move: all but that of the pitch, if there is one."""
        numbers: tuple[int, ...] = self.settings["timbre"]
        return numbers

    @property
    def hears(self) -> str:
        """The name of what goes through it."""
        return str(self.settings["hears"])

    @property
    def channel(self) -> int | None:
        """The one input that goes through it, from 1; None: all there are."""
        return self.settings.get("channel")

    @property
    def open(self) -> bool:
        """Whether it is an input of the sound card that goes through it."""
        return bool(self.settings["open"])

    @property
    def stereo(self) -> bool:
        """Whether it is heard in two channels of its own."""
        loaded = self.space.settings["loaded"]
        return isinstance(loaded, Description) and loaded.channels == 2

    @property
    def latents(self) -> tuple[float, ...]:
        """The latents as they are played now: what was heard, and what moves it, in standard deviations."""
        return () if self.player is None else self.player.latents

    @property
    def latency_s(self) -> float | None:
        """How much later it is heard than what goes through it, in seconds; None: it does not play."""
        return None if self.player is None else self.player.latency_s

    def __setattr__(self, key: str, value: Any) -> None:
        if key in self.__dict__.get("settings", {}).get("latents", ()) and is_number(value):
            number = finite(value, f"{self}.{key}")
            if abs(number) > MOST_OFFSET:
                raise LivecodeError(
                    f"{self}.{key}: takes standard deviations from {-MOST_OFFSET:g} to "
                    f"{MOST_OFFSET:g}, not {number:g}"
                )
        super().__setattr__(key, value)

    def __setitem__(self, latent: int | str, value: Any) -> None:
        setattr(self, f"{LATENT}{self._index(latent)}", value)

    def __getitem__(self, latent: int | str) -> Value:
        return Value.of(LatentReading(self, self._index(latent)))

    def __len__(self) -> int:
        return len(self.settings["latents"])

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Value]:
        return (self[index] for index in range(len(self)))

    def _index(self, latent: int | str) -> int:
        """Return the number of a latent from 0, given by that or by the name of its axis."""
        axes, count = self.space.axes, len(self)
        if isinstance(latent, str) and latent in axes:
            return axes.index(latent)
        if type(latent) is int and 0 <= latent < count:
            return latent
        if not count:
            raise LivecodeError(f"{self.space.model} has no latents that could be moved")
        names = ", ".join(repr(axis) for axis in axes[:3])
        raise LivecodeError(
            f"{self} has latents from 0 to {count - 1}, also by name, as {names}, not {latent!r}"
        )

    def check(self) -> None:
        """Raise LivecodeError if it is to be heard through itself."""
        super().check()
        if self.hears == self.name:
            raise LivecodeError(
                f"{self.name} cannot be heard through itself: through takes another name, or mic()"
            )

    def contents(self) -> str:
        """Return what goes through what, how late it is heard, its latents and its attributes, in lines."""
        lines = [f"{self.hears} is heard through {self.space.model}."]
        if self.latency_s:
            lines.append(f"It is heard {1000 * self.latency_s:.0f} ms after what goes through it.")
        if len(self):
            axes = ", ".join(f"{index} {axis}" for index, axis in enumerate(self.space.axes))
            lines.append(f"Its latents are {axes}.")
        if attributes := self.settings["attributes"]:
            lines.append(f"The model has {', '.join(attributes)} to set.")
        return "\n".join(lines)

    def __repr__(self) -> str:
        late = self.latency_s
        shown = f", {1000 * late:.0f} ms later" if late else ""
        return f"{self}: {self.hears} through {self.space.model}{shown}"


def _free(attribute: str) -> str:
    """Return under which name an attribute of a model is set: its own, unless all sounds have that."""
    taken = hasattr(Transfer, attribute) or attribute in ("name", "settings", "player", "signals")
    return f"model_{attribute}" if taken else attribute


def _what_is_heard(source: Any, model: str) -> Mapping[str, Any]:
    """Return the settings that say what goes through; LivecodeError if nothing can."""
    if isinstance(source, Mic) and source.name is None:
        return {"hears": MIC, "channel": source.input, "open": True}
    if isinstance(source, SignalWord) and source._path == (MIC,):
        return {"hears": MIC, "channel": None, "open": True}
    if isinstance(source, Sounding):
        if source.name is None:
            raise LivecodeError(
                f"give what goes through it a name first: calls = {source.kind}(…), then "
                f"space({model!r}).through(calls)"
            )
        return {"hears": source.name, "channel": None, "open": isinstance(source, Mic)}
    if isinstance(source, (str, Path)):
        raise LivecodeError(
            f"play the file first: calls = sample({str(source)!r}), then "
            f"space({model!r}).through(calls)"
        )
    raise LivecodeError(f"through takes mic() or a name that sounds, not {source!r}")
