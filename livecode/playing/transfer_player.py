"""Plays timbre transfers: wires their input, and moves their latents by hand and by agents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.language.moments import Moment
from livecode.language.transfers import MIC, MOST_OFFSET, Transfer
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.torchscript.trust import Description
from livecode.playing.automation import Automation
from livecode.playing.lines import LEAST
from livecode.playing.sound_player import PlayerSetup, SoundPlayer
from livecode.transport.messages import Encoded, Source, TransferSource
from livecode.transport.transfer import (
    NO_TAP,
    Wiring,
    piece_frames,
    transfer_lag,
    unpacked_row,
)

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Mover:
    """An agent that moves the latents."""

    moves: Values  # (latent,): of each latent, in standard deviations
    holds: Callable[[], bool]  # whether it still does


class TransferPlayer(SoundPlayer):
    """Plays one timbre transfer."""

    thing: Transfer
    FOR_VOICE = ("wet",)

    def __init__(self, thing: Transfer, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        self._wires, self._latent_slot, self._attribute_slot = (
            setup.controls.open(f"{thing.name}.{what}")
            for what in ("transfer", "latents", "attributes")
        )
        self._written = {
            slot: setup.controls.last(slot)
            for slot in (self._wires, self._latent_slot, self._attribute_slot)
        }
        before = self._written[self._wires]
        self._wiring = Wiring() if before is None else Wiring.of(before)
        self._moves: dict[str, Automation] = {}
        self._movers: dict[str, Mover] = {}
        self._heard = np.zeros(0)  # the latents that were heard last, in standard deviations
        self._offsets = np.zeros(0)

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        thing = self.thing
        self._hears, self._channel, self._kept = thing.hears, thing.channel, thing.open
        self._latents: tuple[str, ...] = thing.settings["latents"]
        self._attributes: tuple[str, ...] = thing.settings["attributes"]
        self._loaded = thing.space.settings["loaded"]
        keys = (*self._latents, *self._attributes)
        self._moves = {
            key: self._moves.get(key) or Automation(thing, key, self._bounds(key), self.setup.say)
            for key in keys
        }
        for automation in self._moves.values():
            automation.follow(frame, fade_s)

    def _bounds(self, key: str) -> tuple[float, float] | None:
        return (-MOST_OFFSET, MOST_OFFSET) if key in self.thing.settings["latents"] else None

    def automations(self) -> Iterator[tuple[str, Automation]]:
        yield from super().automations()
        yield from self._moves.items()

    @property
    def source(self) -> Source:
        """The model, and the name that is heard through it and no more by itself."""
        thing, space = self.thing, self.thing.space
        takes = "" if thing.hears == MIC else thing.hears
        return TransferSource(space.model, self.seed, space.version, thing.stereo, takes)

    def begin(self, frame: int) -> None:
        """Listen from the moment on at which a new source begins: what was before is not known alike."""
        tap = self.setup.tap_of(self._hears)
        former = self._wiring
        since = former.since if tap == former.tap != NO_TAP else frame
        self._wiring = Wiring(tap, self._which_channel, since, self._lag(), self._kept)
        self._write(self._wires, self._followed_from, np.array(self._wiring, np.float64))

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        at = frame + self.setup.voice_lead
        tap = self.setup.tap_of(self._hears)
        if tap != self._wiring.tap:
            self._wiring = self._wiring._replace(tap=tap, since=at)
        self._wiring = self._wiring._replace(channel=self._which_channel, kept=self._kept)
        self._write(self._wires, at, np.array(self._wiring, np.float64))
        ahead = moment.at(at, self.setup.voice_lead)
        numbers = np.array([
            each.now if each.still and each.now is not None else each.sample(ahead)
            for each in self._moves.values()
        ])  # fmt: skip
        count = len(self._latents)
        self._offsets = np.clip(numbers[:count] + self._walked(count), -MOST_OFFSET, MOST_OFFSET)
        self._write(self._latent_slot, at, self._offsets)
        self._write(self._attribute_slot, at, numbers[count:])

    def walk(self, agent: str, moves: Values, holds: Callable[[], bool]) -> None:
        """Be moved by an agent of that name, (latent,) standard deviations, for as long as `holds()`."""
        self._movers[agent] = Mover(moves, holds)

    def note_heard(self, message: Encoded) -> None:
        """Note what the voice has heard, unless it is that of another space, which fades out."""
        if message.latent != len(self._latents):
            return
        latents, _ = unpacked_row(message.row, message.latent)
        self._heard = np.asarray(latents, np.float64)
        if isinstance(self._loaded, LatentSpace):
            self._heard = self._heard / self._loaded.spread

    @property
    def latents(self) -> tuple[float, ...]:
        """The latents as they are played now, in standard deviations."""
        if not len(self._heard):
            return ()
        moved = (
            self._heard + self._offsets if len(self._offsets) == len(self._heard) else self._heard
        )
        return tuple(round(float(each), 4) for each in moved)

    @property
    def latency_s(self) -> float:
        """How much later it is heard than what goes through it, in seconds."""
        return self._wiring.lag / self.setup.sample_rate

    @property
    def _which_channel(self) -> int:
        return -1 if self._channel is None else self._channel - 1

    def _lag(self) -> int:
        """Return how many frames later it is heard than what goes through it."""
        setup, loaded, piece = self.setup, self._loaded, 0
        if isinstance(loaded, Description):
            piece = piece_frames(loaded.ratio, loaded.sample_rate, setup.sample_rate)
        return transfer_lag(setup.block, setup.burst(str(self.thing)), piece)

    def _walked(self, count: int) -> Values:
        """Return by how much agents move each latent, in standard deviations."""
        moved = np.zeros(count)
        for agent, mover in list(self._movers.items()):
            if not mover.holds():
                del self._movers[agent]
            elif len(mover.moves) == count:
                moved += mover.moves
        return moved

    def _write(self, slot: int, frame: int, values: Values) -> None:
        former = self._written[slot]
        if not len(values):
            return
        if former is None or np.abs(values - former[: len(values)]).max() > LEAST:
            self._written[slot] = values
            self.setup.controls.write(slot, frame, values)
