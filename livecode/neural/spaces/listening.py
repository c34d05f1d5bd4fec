"""Hears one frame of sound after the other as a point of a space, its pitch and its loudness."""

import math
from typing import NamedTuple

import numpy as np

from livecode.neural.audio import pitch, spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.space import LatentSpace

#: A pitch this far from the one before, in octaves, is believed when it is measured twice.
LEAP = 0.4


class HeardFrame(NamedTuple):
    """What was heard in one frame."""

    z: Floats  # (latent,)
    f0_hz: float  # 0: no pitch has been heard yet
    weight: float  # K-weighted RMS over RMS


class SpaceListener:
    """Encodes sound frame by frame, as it comes in.

    The encoder's guess is taken as it is. The pitch is measured, since the encoder only nearly knows it. A
    frame without a pitch keeps the last one.
    """

    def __init__(self, space: LatentSpace, sample_rate: int):
        """`sample_rate` is that of the frames, in Hz."""
        self._space = space
        #: Frames of sound in one window: its bins are nearly where the space has them.
        self.window = smooth_length(space.n_fft * sample_rate / space.sample_rate)
        self._bin_ratio = (sample_rate / self.window) / (space.sample_rate / space.n_fft)
        self._weighting = spectrum.k_weighting(space.frequencies_hz)
        self._shape = np.hanning(self.window + 1)[:-1].astype(np.float32)
        self._f0_hz = 0.0
        self._doubted_hz = 0.0  # a pitch that was measured once

    def hear(self, frame: Floats) -> HeardFrame:
        """Return what one window (window,) of sound is."""
        space, mags = self._space, np.zeros(self._space.bins, np.float32)
        found = spectrum.magnitudes(frame)[: space.bins]
        mags[: len(found)] = found
        loud = float(spectrum.loudness(mags, self._weighting)[0])
        equal = spectrum.normalised(mags, self._weighting)[None]
        z = np.clip(space.guess(equal)[0], space.low, space.high)
        power = float(np.square(frame * self._shape, dtype=np.float64).sum())
        rms = np.sqrt(power / float(np.square(self._shape, dtype=np.float64).sum()))
        if space.partials:
            self._measure(equal)
        return HeardFrame(z, self._f0_hz, min(loud / max(rms, 1e-9), 2.0))

    def forget(self) -> None:
        """Know of no pitch, as after a silence."""
        self._f0_hz = self._doubted_hz = 0.0

    def _measure(self, mags: Floats) -> None:
        """Measure the pitch of magnitudes (1, bins)."""
        rate = self._space.sample_rate
        rough = pitch.pitches_of_magnitudes(mags, rate)
        if np.isnan(rough[0]):
            return
        found = float(pitch.refined(rough, mags, rate)[0]) * self._bin_ratio
        if self._f0_hz and not _near(found, self._f0_hz) and not _near(found, self._doubted_hz):
            self._doubted_hz = found
            return
        self._f0_hz, self._doubted_hz = found, 0.0


def smooth_length(least: float) -> int:
    """Return the next whole number from `least` up without a prime factor above 5: its transform is quick."""
    length = math.ceil(least - 1e-9)
    while True:
        rest = length
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return length
        length += 1


def _near(one_hz: float, other_hz: float) -> bool:
    return other_hz > 0 and abs(np.log2(one_hz / other_hz)) < LEAP
