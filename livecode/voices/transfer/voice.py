"""The base of the voices of timbre transfers: input, dry and wet, and what is told of what was heard."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.transport import TapBuffer
from livecode.transport.timing import HOP
from livecode.transport.transfer import NO_TAP, Wiring
from livecode.voices.transfer.heard import HeardInput

Floats = NDArray[np.float32]
Values = NDArray[np.float64]

#: So much is kept of what was heard beyond what a piece takes, in frames.
MARGIN = 8192


class Told(NamedTuple):
    """What the mind is to hear of: a row, and the position in the buffer of the hop that it is for."""

    position: int
    latent: int  # numbers of the row that are latents
    row: bytes


class TransferVoice:
    """Turns what a tap holds into other sound, hop by hop.

    Its output depends on what it hears, by sample time, and on its controls, never on time.
    """

    controls = ("transfer", "latents", "attributes", "wet")
    latent = 0  # numbers of a row that are latents

    def __init__(self, taps: Sequence[TapBuffer], stereo: bool, longest: int):
        """`longest`: the most frames that are read at once."""
        self._heard = HeardInput(taps, longest + MARGIN)
        self._stereo = stereo
        self._wiring, self._wet = Wiring(), 1.0
        #: The sample time of the next hop, and its position in the buffer.
        self.frame = self.position = 0
        #: In a replay: what was heard live, by position.
        self.noted: Mapping[int, bytes] = {}
        self._told: list[Told] = []

    def ready(self, wiring: Values | None, frame: int, clock: int, block: int) -> bool:
        """Whether what the hop at sample time `frame` is made of has come in, or nothing comes in.

        `clock` is the sample time up to which the engine has computed.
        """
        wired = Wiring.of(wiring)
        self._heard.pull(wired.tap)
        comes = wired.tap != NO_TAP and self._heard.end >= clock - 2 * block
        return not comes or self._heard.end >= self.frames_needed(frame, wired.lag)

    def frames_needed(self, frame: int, lag: int) -> int:
        """Return the sample time up to which the hop at `frame` needs what comes in."""
        return frame + HOP - lag

    def play(
        self,
        wiring: Values | None,
        latents: Values | None,
        attributes: Values | None,
        wet: Values | None,
    ) -> Floats:
        """Return the next hop, (hop,) or (hop, 2) float32.

        `latents` are the offsets, in standard deviations; `attributes` those of the model.
        """
        self._wiring = Wiring.of(wiring)
        self._heard.pull(self._wiring.tap)
        made = self.make(latents, attributes)
        share = 1.0 if wet is None else min(max(float(wet[0]), 0.0), 1.0)
        former, self._wet = self._wet, share
        if former == share == 1.0:
            return made
        way = (former + (share - former) * np.arange(1, HOP + 1) / HOP) * (math.pi / 2)
        gain, dry_gain = np.sin(way).astype(np.float32), np.cos(way).astype(np.float32)
        dry = self.input(self.frame - self._wiring.lag, HOP)
        if not self._stereo:
            both: Floats = made * gain + dry.mean(axis=1) * dry_gain
            return both
        mixed: Floats = made * gain[:, None] + dry * dry_gain[:, None]
        return mixed

    def make(self, latents: Values | None, attributes: Values | None) -> Floats:
        """Return the next hop as the model makes it."""
        raise NotImplementedError

    @property
    def lag(self) -> int:
        """How many frames later than its input it is heard."""
        return self._wiring.lag

    @property
    def kept(self) -> bool:
        """Whether a replay needs all that it hears."""
        return self._wiring.kept

    def input(self, begin: int, count: int) -> Floats:
        """Return what it hears from sample time `begin` on, (count, 2)."""
        frames = self._heard.at(begin, count)
        if (early := min(self._wiring.since - begin, count)) > 0:
            frames[:early] = 0
        if self._wiring.channel >= 0:
            frames = np.repeat(frames[:, self._wiring.channel, None], 2, axis=1)
        return frames

    def tell(self, position: int, row: bytes) -> None:
        """Let the mind hear of a row."""
        self._told.append(Told(position, self.latent, row))

    def take_told(self) -> list[Told]:
        """Return what the mind is to hear of since the last call."""
        told, self._told = self._told, []
        return told
