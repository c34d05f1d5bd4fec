"""A bank of sines that plays a spectrum: peaks become partials whose phases are continuous.

Tracks follow each spectrum's local maxima from one spectrum to the next (McAulay & Quatieri 1986).
Between two spectra, a track's amplitude and frequency change linearly. The lobe around a peak
sounds as one sine with the lobe's energy, not as one sine per bin, because neighbouring bins a few
Hz apart would beat with each other. What is broader than a lobe is noise: sines two bins apart
whose frequencies keep changing.
"""

import math

import numpy as np

from livecode.neural.kernels import kernel
from livecode.voices.spreading import NARROW, Widths, spread, wavering

Floats = np.ndarray
Words = np.ndarray

#: Energy of a Hann window's main lobe, relative to its peak's: 1 + 2·(1/2)².
HANN_LOBE = 1.5
#: Peaks that are weaker than the loudest by −80 dB are not played.
FLOOR = 1e-4
#: A peak continues the track nearest to it, if that is at most this many bins away.
REACH_BINS = 2.0
#: Two bins from its peak, a lobe has fallen at least to half. A peak that is still above this share
#: is not a lobe.
BLUNT = 0.75
#: At d bins from the peak, a lobe is below this / d³ of its peak. What is above that is noise.
SKIRT = 3.0
#: Noise that is weaker than the loudest peak by −60 dB is not played.
NOISE_FLOOR = 1e-3
#: The sine of a noise moves at most so far from its bin, in bins, with every spectrum.
STRAY_BINS = 0.95


@kernel()
def find_peaks(
    magnitudes: Floats, bin_turns: float, frequency: Floats, amplitude: Floats, generator: Words
) -> int:
    """Fill frequency (turns a sample) and amplitude with the spectrum's partials; return how many.

    magnitudes: (bins,), amplitudes of bins 1, 2, …
    bin_turns: the width of a bin in turns a sample
    generator: (1,), state of the random numbers for noise
    """
    bins = len(magnitudes)
    loudest = 0.0
    for k in range(bins):
        loudest = max(loudest, magnitudes[k])
    floor = max(loudest * FLOOR, 1e-9)
    noise_floor = loudest * NOISE_FLOOR
    count = 0
    k = 1
    while k < bins - 1:
        if not (magnitudes[k] > floor and magnitudes[k] > magnitudes[k - 1]):
            k += 1
            continue
        if magnitudes[k] < magnitudes[k + 1]:
            k += 1
            continue
        low = k - 1
        while low > 0 and magnitudes[low - 1] < magnitudes[low]:
            low -= 1
        high = k + 1
        while high < bins - 1 and magnitudes[high + 1] < magnitudes[high]:
            high += 1
        blunt = (k - low >= 2 and magnitudes[k - 2] > BLUNT * magnitudes[k]) or (
            high - k >= 2 and magnitudes[k + 2] > BLUNT * magnitudes[k]
        )
        first = k if blunt else max(low, k - 2)
        last = k if blunt else min(high, k + 2)
        skirt = 0.0 if blunt else SKIRT * magnitudes[k]
        count = _noise(
            magnitudes, bin_turns, low, first, k, skirt, noise_floor, frequency, amplitude, count,
            generator,
        )  # fmt: skip
        if blunt:
            last = k - 1
        else:
            energy = 0.0
            for j in range(first, last + 1):
                energy += magnitudes[j] * magnitudes[j]
            left = math.log(magnitudes[k - 1] + 1e-9)
            middle = math.log(magnitudes[k] + 1e-9)
            right = math.log(magnitudes[k + 1] + 1e-9)
            bend = left - 2 * middle + right
            offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
            frequency[count] = (k + 1 + min(max(offset, -0.5), 0.5)) * bin_turns
            amplitude[count] = math.sqrt(energy / HANN_LOBE)
            count += 1
        count = _noise(
            magnitudes, bin_turns, last + 1, high + 1, k, skirt, noise_floor, frequency, amplitude,
            count, generator,
        )  # fmt: skip
        k = high + 1
    return count


@kernel()
def _noise(
    magnitudes: Floats,
    bin_turns: float,
    start: int,
    stop: int,
    peak: int,
    skirt: float,
    floor: float,
    frequency: Floats,
    amplitude: Floats,
    count: int,
    generator: Words,
) -> int:
    """Add a noise sine for every second bin of start … stop that is above the lobe's skirt."""
    for j in range(start + start % 2, stop, 2):
        away = abs(j - peak)
        if magnitudes[j] <= floor or magnitudes[j] * away * away * away <= skirt:
            continue
        energy = magnitudes[j] * magnitudes[j]
        if j > 0:
            energy += 0.5 * magnitudes[j - 1] * magnitudes[j - 1]
        if j < len(magnitudes) - 1:
            energy += 0.5 * magnitudes[j + 1] * magnitudes[j + 1]
        stray = STRAY_BINS * (2 * _random(generator) - 1)
        frequency[count] = (j + 1 + stray) * bin_turns
        amplitude[count] = math.sqrt(energy / HANN_LOBE)
        count += 1
    return count


@kernel(inline="always")
def _random(generator: Words) -> float:
    """Return the next number, 0 to 1, of a linear congruential generator (Knuth's MMIX)."""
    generator[0] = generator[0] * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    return float(generator[0] >> np.uint64(40)) / 16777216.0


@kernel()
def follow(
    tracks: Floats,
    count: int,
    frequency: Floats,
    amplitude: Floats,
    peaks: int,
    reach: float,
    generator: Words,
) -> int:
    """Continue the tracks with the new peaks. Return the new number of tracks.

    tracks is (5, capacity): phase, present frequency and amplitude, target frequency and amplitude.
    Tracks and peaks are sorted by frequency. A track and a peak belong together if each is nearest
    to the other. A track without a peak fades out. A peak without a track fades in at a random
    phase.
    """
    capacity = tracks.shape[1]
    old = tracks[:3, :count].copy()
    t = 0
    n = 0
    for p in range(peaks):
        while (
            t < count
            and old[1, t] < frequency[p]
            and not (
                abs(old[1, t] - frequency[p]) <= reach
                and (
                    t + 1 >= count
                    or abs(old[1, t + 1] - frequency[p]) >= abs(old[1, t] - frequency[p])
                )
            )
        ):
            n = _write(tracks, n, old[0, t], old[1, t], old[2, t], old[1, t], 0.0)
            t += 1
        away = abs(old[1, t] - frequency[p]) if t < count else np.inf
        if away <= reach and (p + 1 >= peaks or abs(old[1, t] - frequency[p + 1]) >= away):
            n = _write(tracks, n, old[0, t], old[1, t], old[2, t], frequency[p], amplitude[p])
            t += 1
        else:
            n = _write(tracks, n, _random(generator), frequency[p], 0.0, frequency[p], amplitude[p])
        if n >= capacity - 1:
            return n
    while t < count and n < capacity - 1:
        n = _write(tracks, n, old[0, t], old[1, t], old[2, t], old[1, t], 0.0)
        t += 1
    return n


@kernel(inline="always")
def _write(
    tracks: Floats,
    n: int,
    phase: float,
    frequency: float,
    amplitude: float,
    frequency_to: float,
    amplitude_to: float,
) -> int:
    if amplitude == 0.0 and amplitude_to == 0.0:
        return n
    tracks[0, n] = phase
    tracks[1, n] = frequency
    tracks[2, n] = amplitude
    tracks[3, n] = frequency_to
    tracks[4, n] = amplitude_to
    return n + 1


@kernel(fastmath=True, inline="always")
def _cosine(turns: np.float32) -> np.float32:
    """Return the cosine of so many turns, with an error below 1e−6."""
    turns -= np.floor(turns + np.float32(0.5))  # −½ … ½
    # cos(2π·turns) = sin(2π·x) for x = ¼ − |turns|; odd minimax polynomial
    x = np.float32(0.25) - abs(turns)
    s = x * x
    return x * (
        np.float32(6.2831852)
        + s
        * (
            np.float32(-41.341667)
            + s * (np.float32(81.601631) + s * (np.float32(-76.56464) + s * np.float32(39.652567)))
        )
    )


@kernel(fastmath=True)
def render(tracks: Floats, count: int, out: Floats) -> None:
    """Add the next len(out) samples of the tracks to out (frames,), and move the tracks on."""
    frames = len(out)
    for t in range(count):
        phase = np.float32(tracks[0, t])
        step = np.float32(tracks[1, t])
        bend = np.float32(0.5 * (tracks[3, t] - tracks[1, t]) / frames)
        level = np.float32(tracks[2, t])
        rise = np.float32((tracks[4, t] - tracks[2, t]) / frames)
        for i in range(frames):
            at = np.float32(i)
            turns = phase + at * (step + bend * at)
            wave = _cosine(turns)
            out[i] += (level + rise * at) * wave
        total = tracks[0, t] + frames * 0.5 * (tracks[1, t] + tracks[3, t])
        tracks[0, t] = total - math.floor(total)
        tracks[1, t] = tracks[3, t]
        tracks[2, t] = tracks[4, t]


@kernel(fastmath=True)
def render_wide(tracks: Floats, count: int, sides: Floats, out: Floats) -> None:
    """Add the next len(out) samples of the tracks to out (frames, 2), and move the tracks on.

    sides: (2, 2, count or more), gains of each track on the left and on the right, before and after
    """
    frames = len(out)
    for t in range(count):
        phase = np.float32(tracks[0, t])
        step = np.float32(tracks[1, t])
        bend = np.float32(0.5 * (tracks[3, t] - tracks[1, t]) / frames)
        left = np.float32(tracks[2, t] * sides[0, 0, t])
        right = np.float32(tracks[2, t] * sides[0, 1, t])
        left_rise = np.float32((tracks[4, t] * sides[1, 0, t] - left) / frames)
        right_rise = np.float32((tracks[4, t] * sides[1, 1, t] - right) / frames)
        for i in range(frames):
            at = np.float32(i)
            wave = _cosine(phase + at * (step + bend * at))
            out[i, 0] += (left + left_rise * at) * wave
            out[i, 1] += (right + right_rise * at) * wave
        total = tracks[0, t] + frames * 0.5 * (tracks[1, t] + tracks[3, t])
        tracks[0, t] = total - math.floor(total)
        tracks[1, t] = tracks[3, t]
        tracks[2, t] = tracks[4, t]


class SineBank:
    """Plays a changing spectrum at `sample_rate` Hz without clicks."""

    def __init__(self, bins: int, bin_hz: float, sample_rate: int, seed: int):
        """Set up for `bins` bins, `bin_hz` apart, the first at `bin_hz`. `seed` sets the phases."""
        self._rate, self._bin_turns = sample_rate, bin_hz / sample_rate
        # Partials above the output's Nyquist frequency would fold back.
        self._audible = min(bins, int(0.5 / self._bin_turns) - 1)
        self._frequency = np.zeros(bins)
        self._amplitude = np.zeros(bins)
        self._tracks = np.zeros((5, 2 * bins))
        self._count = 0
        self._generator = np.array([(seed * 2 + 1) % 2**64], np.uint64)

    def play(
        self, magnitudes: np.ndarray, gain: float, out: np.ndarray, widths: Widths = NARROW
    ) -> None:
        """Glide to the spectrum (bins,) over the length of out, float32, which is filled.

        out is (frames,) in the middle, or (frames, 2) where it goes from one width to another.
        """
        peaks = find_peaks(
            magnitudes[: self._audible],
            self._bin_turns,
            self._frequency,
            self._amplitude,
            self._generator,
        )
        self._amplitude[:peaks] *= gain
        self._count = follow(
            self._tracks,
            self._count,
            self._frequency,
            self._amplitude,
            peaks,
            REACH_BINS * self._bin_turns,
            self._generator,
        )
        out[:] = 0
        if out.ndim == 1:
            render(self._tracks, self._count, out)
            return
        ways = self._tracks[1:4:2, : self._count] * self._rate
        sides = np.stack(
            [
                spread(wavering(freq_hz), freq_hz, width)
                for freq_hz, width in zip(ways, widths, strict=True)
            ]
        )
        render_wide(self._tracks, self._count, sides, out)


def warm() -> None:
    """Compile the kernels. They are cached on disk, so this is slow only once."""
    bank = SineBank(1024, 21.5, 48000, 0)
    for channels in ((), (2,)):
        bank.play(np.ones(1024, np.float32), 1.0, np.zeros((256, *channels), np.float32))


#: Where the compiled code is kept; "" where there is no place for it.
CACHE_PATH: str = find_peaks.stats.cache_path or ""  # type: ignore[attr-defined]
