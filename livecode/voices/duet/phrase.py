"""A phrase as a stream is primed with it: its body, at the model's rate, as loud as the model plays."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.audio.sound_bytes import FULL_SCALE, as_audio

Floats = NDArray[np.float32]

#: Of a phrase the last seconds are listened to.
PRIME_S = 4.0
#: A phrase ends, for the model, where it was last at most so much fainter than it is on the whole, in dB:
#: what goes on from a tail that dies away would be silence.
TAIL_DB, WINDOW_S = 12.0, 0.01
#: No phrase is made louder or softer than by so much, in dB.
MOST_DB = 40.0
#: The answer is at most so much softer, and so much louder, than the stream plays by itself, in dB.
SOFTEST_DB, LOUDEST_DB = -15.0, 6.0


@dataclass(frozen=True)
class Phrase:
    """A phrase that a stream goes on from."""

    codes: NDArray[np.int16]  # (n,) at the model's rate, as loud as the model plays
    lufs: float  # as it was heard; −inf: too short or too soft to say

    @property
    def audio(self) -> Floats:
        """The samples, (n,) in [-1, 1]."""
        return as_audio(self.codes)

    def gain(self, dynamics: float) -> float:
        """Return how loud the answer is: at dynamics 1 as the phrase, at 0 as the stream by itself."""
        if not np.isfinite(self.lufs):
            return 1.0
        over_db = float(np.clip(self.lufs - TARGET_LUFS, SOFTEST_DB, LOUDEST_DB))
        return float(10 ** (dynamics * over_db / 20))


def phrase_of(
    heard: Floats, rate_hz: int, model_rate_hz: int, model_lufs: float, longest_s: float
) -> Phrase:
    """Make a phrase of the last `longest_s` of samples (n,), for a model of that rate and loudness."""
    body = body_of(heard, rate_hz)[-round(PRIME_S * rate_hz) :]
    loudness = lufs(body, rate_hz)
    body = body[-round(longest_s * rate_hz) :]
    audio = soxr.resample(body, rate_hz, model_rate_hz).astype(np.float32)
    gain_db = 0.0
    if np.isfinite(loudness) and np.isfinite(model_lufs):
        gain_db = float(np.clip(model_lufs - loudness, -MOST_DB, MOST_DB))
    audio = audio * np.float32(10 ** (gain_db / 20))
    peak = float(np.abs(audio).max(initial=0.0))
    audio = audio / max(peak, 1.0)
    return Phrase(np.round(audio * FULL_SCALE).astype(np.int16), loudness)


def body_of(heard: Floats, rate_hz: int) -> Floats:
    """Return the samples (n,) without the tail that dies away."""
    size = max(round(WINDOW_S * rate_hz), 1)
    whole = len(heard) // size * size
    if not whole:
        return heard
    power = np.square(heard[:whole], dtype=np.float64).reshape(-1, size).mean(axis=1)
    body = np.flatnonzero(power >= power.mean() * 10 ** (-TAIL_DB / 10))
    return heard[: (int(body[-1]) + 1) * size] if len(body) else heard
