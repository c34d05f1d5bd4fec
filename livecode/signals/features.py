"""What a sound is like (loud, bright, rough, changing, pitched), measured when it is read."""

import math

import numpy as np
from numpy.typing import NDArray

from livecode.signals.attributes import unknown
from livecode.signals.pitch import Yin
from livecode.signals.roughness import Roughness
from livecode.signals.spectra import MEL_BANDS, chroma_bank, fill_power, hann, mel_bank

WINDOW_S = 2048 / 48000  # rounded to a power of two of frames
HOPS_PER_WINDOW = 4
LONG_WINDOWS = 4  # the length, in windows, over which roughness and chroma are measured
PITCH_WINDOWS = 2
SILENCE = 1e-10  # mean square, -100 dBFS; below it, everything reads neutral
FLOOR_DB = -100.0
LEAST = 1e-9  # what a non-negative measure reads in silence, so that a ratio of two is a number

DARKEST_HZ, OCTAVES = 50.0, 8.0  # brightness 0 is 50 Hz, brightness 1 is 12.8 kHz
FLAT_FROM_HZ, FLAT_TO_HZ = 40.0, 8000.0  # a voice at 16 kHz can fill this range, too

FLUX_FLOOR = 3e-3  # a sum of magnitudes: that of a sine at -56 dBFS. Hiss is not change
# an onset: flux above ONSET_ABOVE + ONSET_TIMES * its median ...
ONSET_ABOVE, ONSET_TIMES = 0.1, 1.5
MEDIAN_HOPS = 15  # ... over the last 0.16 s
ONSET_PAUSE_S = 0.05  # onsets that follow sooner count as one
ONSET_DECAY_S = 0.1

CANCELLED = 0.25  # channels cancel if their sum has less than this share of their power

MIN_CONFIDENCE = 0.5  # below it, `pitch` is 0

MEL_DARK_DB = -80.0

MEASURES = ("level", "shape", "pitch", "mel", "long", "roughness", "chroma", "samples")

READABLE = (
    "rms", "level", "peak", "centroid", "spread", "flatness", "brightness", "flux", "onset",
    "pitch", "confidence", "roughness", "mel", "chroma", "samples", "rate", "surprise",
)  # fmt: skip


class SoundFeatures:
    """Listens to one sound; every attribute describes the window up to the last whole hop.

    At 48 kHz a window is 2048 frames (43 ms) and a hop 512 (11 ms); at other rates nearly as long.
    An attribute is computed once a hop, when it is first read, together with what it needs. The
    values depend on the sound alone, not on how it was cut into pieces. All values are finite.
    Silence reads 0, but `level` reads -100, and measures that one may divide by read 1e-9. A sample
    that is not a number counts as 0. Spectra are taken of the mean of both channels, or of half
    their difference where they cancel, under a Hann window. P(f) is the power; it leaves out the
    lowest two bins.
    """

    def __init__(self, sample_rate: int):
        window = 2 ** round(math.log2(WINDOW_S * sample_rate))
        self.sample_rate, self.window_frames = sample_rate, window
        self.hop_frames = window // HOPS_PER_WINDOW
        self._long = LONG_WINDOWS * window
        self._kept = self._long + self.hop_frames
        self._sound = np.zeros((2, 3 * self._kept))
        self._end = self._kept  # where the newest frame in `_sound` ends
        self._frames = 0
        self._hop = 0  # whole hops heard so far
        self._measured = dict.fromkeys(MEASURES, -1)

        self._mono = np.zeros(self._long)
        self._hann, self._long_hann = hann(window), hann(self._long)
        bins, long_bins = window // 2 + 1, self._long // 2 + 1
        self._spectrum, self._long_spectrum = np.zeros(bins, complex), np.zeros(long_bins, complex)
        self._power, self._long_power = np.zeros(bins), np.zeros(long_bins)
        self._power_hop = -1
        self._scratch, self._long_scratch = np.zeros(bins), np.zeros(long_bins)
        self._hz = np.arange(bins) * sample_rate / window
        self._hz_squared = self._hz**2

        self._magnitudes, self._before = np.zeros(bins), np.zeros(bins)
        self._flux_hop = 0
        self._fluxes, self._sorted = np.zeros(MEDIAN_HOPS), np.zeros(MEDIAN_HOPS)
        self._over = False
        self._onset_hop: int | None = None
        self._flat_bins = slice(
            math.ceil(FLAT_FROM_HZ * window / sample_rate),
            min(bins, math.floor(FLAT_TO_HZ * window / sample_rate) + 1),
        )

        self._rms = self._peak = self._centroid = self._spread = self._flatness = 0.0
        self._flux = self._pitch = self._confidence = self._roughness = 0.0
        self._yin = Yin(sample_rate, PITCH_WINDOWS * window)
        long_bin_hz = sample_rate / self._long
        self._partials = Roughness(long_bin_hz, long_bins)
        self._mel_bank, self._mel_bands = mel_bank(self._hz), np.zeros(MEL_BANDS)
        self._mel, self._mel_view = _array_and_view(MEL_BANDS)
        self._chroma_bank = chroma_bank(np.arange(long_bins) * long_bin_hz)
        self._chroma_bands = np.zeros(12)
        self._chroma, self._chroma_view = _array_and_view(12)
        self._samples, self._samples_view = _array_and_view(window)

    def __getattr__(self, name: str) -> float:
        raise AttributeError(unknown("a sound", name, READABLE))

    def __dir__(self) -> tuple[str, ...]:
        return READABLE

    def __repr__(self) -> str:
        if self.level <= FLOOR_DB:
            return "silence"
        pitch = f"{self.pitch:.0f} Hz" if self.pitch else "none"
        return (
            f"level {self.level:.1f} dB, centroid {self.centroid:.0f} Hz, pitch {pitch}, "
            f"flatness {self.flatness:.2f}, flux {self.flux:.2f}, roughness {self.roughness:.2f}"
        )

    def listen(self, frames: NDArray[np.float32]) -> None:
        """Take the next piece of the sound, float32 (frames, 2) or (frames,), -1 to 1."""
        if not math.isfinite(np.vdot(frames, frames)):
            frames = np.where(np.isfinite(frames), frames, np.float32(0.0))
        self._frames += len(frames)
        self._hop = self._frames // self.hop_frames
        frames = frames[-self._kept :]
        if self._end + len(frames) > self._sound.shape[1]:
            # one by one, since numpy would copy two overlapping channels
            for channel in self._sound:
                channel[: self._kept] = channel[self._end - self._kept : self._end]
            self._end = self._kept
        start, self._end = self._end, self._end + len(frames)
        self._sound[:, start : self._end] = frames.T

    @property
    def rms(self) -> float:
        """Root mean square of both channels, 0 to 1. A full-scale sine reads 0.707."""
        self._measure_level()
        return max(self._rms, LEAST)

    @property
    def level(self) -> float:
        """Root mean square in dBFS, 20 log10 rms, at least -100."""
        self._measure_level()
        return max(20.0 * math.log10(self._rms), FLOOR_DB) if self._rms > 0.0 else FLOOR_DB

    @property
    def peak(self) -> float:
        """The largest absolute sample of the window, 0 to 1."""
        self._measure_level()
        return max(self._peak, LEAST)

    @property
    def centroid(self) -> float:
        """Centre of gravity of the power, sum f P / sum P, in Hz, 0 to half the sample rate."""
        self._measure_shape()
        return max(self._centroid, LEAST)

    @property
    def spread(self) -> float:
        """Distance of the power from the centroid, root of sum (f - centroid)² P / sum P, in Hz.

        Both moments follow Peeters, "A large set of audio features", Ircam 2004.
        """
        self._measure_shape()
        return max(self._spread, LEAST)

    @property
    def flatness(self) -> float:
        """Geometric over arithmetic mean of P, 40 Hz to 8 kHz: 0 a tone, 0.56 white noise.

        This is Johnston's spectral flatness measure, IEEE JSAC 6, 1988. The power of noise in a
        single window is uneven, so noise reads exp(-0.577) rather than 1.
        """
        self._measure_shape()
        return max(self._flatness, LEAST)

    @property
    def brightness(self) -> float:
        """The centroid on a scale of octaves: 0 at 50 Hz and below, 1 at 12.8 kHz, 1/8 an octave."""
        self._measure_shape()
        if self._centroid <= DARKEST_HZ:
            return LEAST
        return min(math.log2(self._centroid / DARKEST_HZ) / OCTAVES, 1.0)

    @property
    def flux(self) -> float:
        """The new part of the spectrum since the last hop: 0 a steady tone, 1 out of silence.

        The value is sum of max(0, M - M') / max(sum M, sum M') with M = √P now and M' = √P a hop
        before: the half-wave rectified flux of Dixon, "Onset detection revisited", DAFx 2006, made
        independent of level. White noise reads about 0.22.
        """
        self._follow_change()
        return max(self._flux, LEAST)

    @property
    def onset(self) -> float:
        """1 in the hop in which something begins, then exp(-t / 0.1 s); 0 before the first onset.

        An onset is where the flux rises above 0.1 + 1.5 times its median over the last 15 hops, at
        most once in 50 ms (Dixon 2006).
        """
        self._follow_change()
        if self._onset_hop is None:
            return 0.0
        age_s = (self._hop - self._onset_hop) * self.hop_frames / self.sample_rate
        return math.exp(-age_s / ONSET_DECAY_S)

    @property
    def pitch(self) -> float:
        """The fundamental of the last two windows by YIN, 40 to 2000 Hz; 0 if there is none.

        Source: de Cheveigné and Kawahara, JASA 111, 2002.
        """
        self._measure_pitch()
        return self._pitch if self._confidence >= MIN_CONFIDENCE else 0.0

    @property
    def confidence(self) -> float:
        """How periodic the last two windows are: 1 perfectly, 0 not at all.

        Below 0.5, `pitch` is 0.
        """
        self._measure_pitch()
        return self._confidence

    @property
    def roughness(self) -> float:
        """How strongly the 20 loudest partials of the last four windows beat, 0 to below 1.

        Two equal tones about a quarter of a critical band apart read 0.5 (Sethares, JASA 94, 1993).
        """
        if self._due("roughness"):
            self._take_long_spectrum()
            np.sqrt(self._long_power, out=self._long_scratch)
            silent = self._long_power.sum() <= SILENCE
            self._roughness = 0.0 if silent else self._partials.measure(self._long_scratch)
        return max(self._roughness, LEAST)

    @property
    def mel(self) -> NDArray[np.float32]:
        """Level in 24 bands spaced evenly in mel from 60 Hz to 12 kHz: 0 is -80 dBFS, 1 is 0 dBFS.

        Returns a float32 view (24,) that a reading in the next hop overwrites. Bands are triangles
        over 2595 log10(1 + f / 700 Hz), O'Shaughnessy 1987.
        """
        if self._due("mel"):
            self._take_spectrum(0)
            bands = self._mel_bands
            np.dot(self._mel_bank, self._power, out=bands)
            np.maximum(bands, 10 ** (MEL_DARK_DB / 10), out=bands)
            np.log10(bands, out=bands)
            bands *= -10 / MEL_DARK_DB
            bands += 1.0
            np.copyto(self._mel, bands, casting="same_kind")
        return self._mel_view

    @property
    def chroma(self) -> NDArray[np.float32]:
        """The share of each pitch class, C first, in the last four windows' power; their sum is 1.

        Returns a float32 view (12,) that a reading in the next hop overwrites. Power counts from
        100 Hz to 5 kHz; A is 440 Hz.
        """
        if self._due("chroma"):
            self._take_long_spectrum()
            np.dot(self._chroma_bank, self._long_power, out=self._chroma_bands)
            total = float(self._chroma_bands.sum())
            self._chroma_bands *= 1.0 / total if total > SILENCE else 0.0
            np.copyto(self._chroma, self._chroma_bands, casting="same_kind")
        return self._chroma_view

    @property
    def samples(self) -> NDArray[np.float32]:
        """The samples of the window, as spectra are taken of them; there are `rate` of them in a second.

        Returns a float32 view (window,) that a reading in the next hop overwrites.
        """
        if self._due("samples"):
            np.copyto(self._samples, self._mixed(self.window_frames), casting="same_kind")
        return self._samples_view

    @property
    def rate(self) -> float:
        """How many of the `samples` there are in a second."""
        return float(self.sample_rate)

    @property
    def surprise(self) -> float:
        """How unlikely the model finds it, in bits a sample, where it is a candidate of a tilt; else 0."""
        return 0.0

    def _due(self, what: str) -> bool:
        """Return whether `what` is still to be computed in this hop, and mark it as computed."""
        due = self._measured[what] != self._hop
        self._measured[what] = self._hop
        return due

    def _window(self, frames: int, hops_ago: int = 0) -> NDArray[np.float64]:
        """Return both channels of the last `frames` frames up to a whole hop, (2, frames)."""
        end = self._end - self._frames % self.hop_frames - hops_ago * self.hop_frames
        return self._sound[:, end - frames : end]

    def _mixed(self, frames: int, hops_ago: int = 0) -> NDArray[np.float64]:
        """Return the mean of both channels, (frames,); the next call overwrites it.

        Channels of opposite polarity would cancel: then it is half their difference.
        """
        left, right = self._window(frames, hops_ago)
        mono = self._mono[:frames]
        np.add(left, right, out=mono)
        if np.vdot(mono, mono) < CANCELLED * (np.vdot(left, left) + np.vdot(right, right)):
            np.subtract(left, right, out=mono)
        mono *= 0.5
        return mono

    def _measure_level(self) -> None:
        if self._due("level"):
            left, right = self._window(self.window_frames)
            square = float(np.vdot(left, left) + np.vdot(right, right)) / (2 * self.window_frames)
            self._rms = math.sqrt(square)
            extremes = left.max(), -left.min(), right.max(), -right.min()
            self._peak = float(max(extremes))

    def _take_spectrum(self, hops_ago: int) -> None:
        if self._power_hop != self._hop - hops_ago:
            self._power_hop = self._hop - hops_ago
            mono = self._mixed(self.window_frames, hops_ago)
            fill_power(self._power, mono, self._hann, self._spectrum, self._scratch)

    def _take_long_spectrum(self) -> None:
        if self._due("long"):
            mono = self._mixed(self._long)
            long = self._long_hann, self._long_spectrum, self._long_scratch
            fill_power(self._long_power, mono, *long)

    def _measure_shape(self) -> None:
        if not self._due("shape"):
            return
        self._take_spectrum(0)
        power = self._power
        total = float(power.sum())
        if total <= SILENCE:
            self._centroid = self._spread = self._flatness = 0.0
            return
        self._centroid = float(np.vdot(self._hz, power)) / total
        variance = float(np.vdot(self._hz_squared, power)) / total - self._centroid**2
        self._spread = math.sqrt(max(variance, 0.0))
        band, scratch = power[self._flat_bins], self._scratch[self._flat_bins]
        mean = float(band.mean())
        np.add(band, SILENCE * total, out=scratch)
        np.log(scratch, out=scratch)
        geometric = math.exp(float(scratch.mean()))
        self._flatness = min(geometric / (mean + SILENCE * total), 1.0)

    def _follow_change(self) -> None:
        """Compute flux and onsets of all hops since the last call whose samples are still kept."""
        kept = (self._kept - self.window_frames) // self.hop_frames
        for ago in range(min(self._hop - self._flux_hop, kept) - 1, -1, -1):
            self._take_spectrum(ago)
            self._measure_change()
            self._find_onset(self._hop - ago)
        self._flux_hop = self._hop

    def _measure_change(self) -> None:
        self._magnitudes, self._before = self._before, self._magnitudes
        now, before = self._magnitudes, self._before
        np.sqrt(self._power, out=now)
        whole = max(float(now.sum()), float(before.sum()))
        np.subtract(now, before, out=self._scratch)
        np.maximum(self._scratch, 0.0, out=self._scratch)
        self._flux = float(self._scratch.sum()) / (whole + FLUX_FLOOR)

    def _find_onset(self, hop: int) -> None:
        np.copyto(self._sorted, self._fluxes)
        self._sorted.sort()
        over = self._flux > ONSET_ABOVE + ONSET_TIMES * float(self._sorted[MEDIAN_HOPS // 2])
        pause_hops = ONSET_PAUSE_S * self.sample_rate / self.hop_frames
        rested = self._onset_hop is None or hop - self._onset_hop >= pause_hops
        if over and not self._over and rested:
            self._onset_hop = hop
        self._over = over
        self._fluxes[hop % MEDIAN_HOPS] = self._flux

    def _measure_pitch(self) -> None:
        if self._due("pitch"):
            mono = self._mixed(PITCH_WINDOWS * self.window_frames)
            self._pitch, self._confidence = self._yin.measure(mono)


def _array_and_view(bands: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    array = np.zeros(bands, np.float32)
    view = array.view()
    view.flags.writeable = False
    return array, view
