"""A resampler for streams: a polyphase windowed-sinc filter with a delay of two milliseconds."""

import math

import numpy as np

from livecode.neural.kernels import kernel

Floats = np.ndarray

#: Half the filter's length in samples of the slower rate, which is the output's delay.
HALF = 32
#: Shape of the Kaiser window, for 80 dB of stopband (Kaiser 1974: β = 0.1102·(A − 8.7)).
BETA = 7.86
#: The end of the pass band, as a share of the slower rate's Nyquist frequency.
PASS = 0.93


@kernel()
def filter_block(taps: Floats, up: int, down: int, phase: int, window: Floats, out: Floats) -> int:
    """Fill out (frames,) from window, whose first len(taps[0]) samples give output 0.

    taps is (up, length), one row for each place between two input samples; phase is the place of
    output 0. Returns the phase after the last output, counted from input sample 0 in steps of 1/up
    samples.
    """
    length = taps.shape[1]
    at = phase
    for n in range(len(out)):
        first, row = at // up, at % up
        total = np.float32(0.0)
        for k in range(length):
            total += taps[row, k] * window[first + k]
        out[n] = total
        at += down
    return at


class Resampler:
    """Turns a stream of samples at one rate into a stream at another, in pieces of any length.

    The output lags behind the input by `delay` input samples. soxr's streams delay by 20 to 37 ms
    here, and return samples in bursts: too late for sound that follows a hand.
    """

    def __init__(self, rate_in: int, rate_out: int):
        """Set up for input and output rates in Hz."""
        common = math.gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        slower = min(1.0, rate_out / rate_in)
        half = math.ceil(HALF / slower)
        self._length = 2 * half
        self.delay = 0 if self._up == self._down else half
        offsets = np.arange(self._length)[None] - (half - 1)
        time = offsets - np.arange(self._up)[:, None] / self._up  # (up, length), input samples
        cutoff = slower * PASS
        window = np.i0(BETA * np.sqrt(np.clip(1 - (time / half) ** 2, 0, 1))) / np.i0(BETA)
        taps = cutoff * np.sinc(cutoff * time) * window
        self._taps = (taps / taps.sum(1, keepdims=True)).astype(np.float32)
        self._phase = 0
        self._window = np.zeros(self._length, np.float32)

    def needs(self, frames: int, later: int = 0) -> int:
        """Return how many more input samples the next `frames` outputs need.

        `later`: after so many more calls of `process` for as many outputs.
        """
        if not self.delay:
            return frames
        phase, known = self._phase, len(self._window)
        for _ in range(later + 1):
            last = (phase + (frames - 1) * self._down) // self._up
            needed = max(0, last + self._length - known)
            phase += frames * self._down
            known += needed - phase // self._up
            phase %= self._up
        return needed

    def heard(self, count: int) -> np.ndarray:
        """Return when each of the next `count` inputs is heard, (count,), in outputs from the next one."""
        first = len(self._window) - (self._length // 2 - 1) if self.delay else 0
        heard: np.ndarray = ((first + np.arange(count)) * self._up - self._phase) / self._down
        return heard

    def process(self, audio: np.ndarray, frames: int) -> np.ndarray:
        """Return the next outputs, (frames,) float32, from the next `needs(frames)` input samples."""
        if not self.delay:
            return audio
        self._window = np.concatenate([self._window, audio.astype(np.float32, copy=False)])
        out = np.empty(frames, np.float32)
        phase = filter_block(self._taps, self._up, self._down, self._phase, self._window, out)
        self._window = self._window[phase // self._up :]
        self._phase = phase % self._up
        return out


def warm() -> None:
    """Compile the loop. It is cached on disk, so this is slow only once."""
    Resampler(16_000, 48_000).process(np.zeros(1000, np.float32), 500)


#: Where the compiled code is kept; "" where there is no place for it.
CACHE_PATH: str = filter_block.stats.cache_path or ""  # type: ignore[attr-defined]
