"""Timbre transfer by a latent space of ours: pitch and level are those of what comes in, exactly."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.neural.spaces.listening import SpaceListener
from livecode.neural.spaces.pitch_axis import pitch_axis
from livecode.neural.spaces.space import LatentSpace
from livecode.transport import TapBuffer
from livecode.transport.timing import HOP
from livecode.transport.transfer import packed_row, unpacked_row
from livecode.voices.latent import GLIDE_S, HEARD_RMS, SoundedHop, core_of
from livecode.voices.transfer.voice import TransferVoice

Floats = NDArray[np.float32]
Values = NDArray[np.float64]

#: It listens every so many hops, and tells the mind of it: each time where a replay needs that, and every
#: so many times where it does not.
EVERY, TOLD_OF = 3, 5
#: The level is that of so many frames, or of the newest hop where that is far louder: a stroke.
LEVEL_FRAMES, STROKE = 1024, 0.7
#: What is fainter counts as silence: −60 dBFS.
SILENT = 1e-3
#: The level is never brought above this: 0 dBFS RMS would tear, whatever comes in.
LOUDEST_RMS = 0.5


class SpaceTransfer(TransferVoice):
    """Hears sound as a point of a space, a pitch and a level, and plays the space there."""

    def __init__(self, space: LatentSpace, sample_rate: int, taps: Sequence[TapBuffer], seed: int):
        self._space, self.latent = space, space.latent
        self._listener = SpaceListener(space, sample_rate)
        super().__init__(taps, False, max(self._listener.window, LEVEL_FRAMES))
        self._core = core_of(space, sample_rate, HOP, seed)
        self._axis = pitch_axis(space) if space.partials else None
        self._spread = space.spread
        self._follow = 1 - math.exp(-HOP / (GLIDE_S * sample_rate))
        self._hops = 0
        self._z: Floats = space.place(np.zeros(0))  # where it is heard
        self._wanted, self._note, self._level = self._z, 0.0, 0.0
        self._gain, self._begins = 0.0, True
        self._out = np.zeros(HOP, np.float32)

    def make(self, latents: Values | None, attributes: Values | None) -> Floats:
        """Return the next hop, (HOP,), on the way to where the input is, moved by `latents`."""
        if self._hops % EVERY == 0:
            self._listen()
        self._hops += 1
        space, wanted = self._space, self._wanted
        if latents is not None:
            offsets = self._spread * latents[: space.latent].astype(np.float32)
            wanted = np.clip(wanted + offsets, space.low, space.high)
        gain = min(self._level, LOUDEST_RMS) / HEARD_RMS
        if gain == 0.0 == self._gain:
            self._begins = True
            self._out[:] = 0
            return self._out
        begins, self._begins = self._begins, False
        self._z = wanted.copy() if begins else self._z + self._follow * (wanted - self._z)
        leap, glide = (0, 1.0) if begins else (None, self._follow)
        note = self._note and self._note + self._transposed(wanted)
        self._core.play(SoundedHop(self._z, None, 1.0, note, glide, leap, 0.0), self._out)
        self._out *= np.linspace(self._gain, gain, HOP + 1, dtype=np.float32)[1:]
        self._gain = gain
        return self._out

    def _transposed(self, moved: Floats) -> float:
        """Return by how many semitones the offset along the axis of pitch raises what is heard."""
        if self._axis is None or moved[self._axis] == self._wanted[self._axis]:
            return 0.0
        plain = self._wanted.copy()
        raised = plain.copy()
        raised[self._axis] = moved[self._axis]
        low, high = self._space.log2_f0(np.stack([plain, raised]))
        return 12.0 * float(high - low)

    def _listen(self) -> None:
        """Take in what the input is now, or what it was when this was played live."""
        row = self.noted.get(self.position)
        if row is None:
            row = self._row()
        self._wanted, (self._note, self._level) = unpacked_row(row, self.latent)
        if self.kept or self._hops // EVERY % TOLD_OF == 0:
            self.tell(self.position, row)

    def _row(self) -> bytes:
        """Return what comes in now, as a row: a point, a note (0: none), and the level as RMS."""
        end, window = self.frame - self.lag + HOP, self._listener.window
        longest = max(window, LEVEL_FRAMES)
        audio = self.input(end - longest, longest).mean(axis=1)
        power = np.square(audio[-LEVEL_FRAMES:], dtype=np.float64)
        level = math.sqrt(max(power.mean(), STROKE**2 * power[-HOP:].mean()))
        if level < SILENT:
            self._listener.forget()
            return packed_row(self._wanted, (0.0, 0.0))
        heard = self._listener.hear(audio[-window:])
        note = 69.0 + 12.0 * math.log2(heard.f0_hz / 440.0) if heard.f0_hz else 0.0
        return packed_row(heard.z, (note, level * heard.weight))
