"""How sound becomes magnitudes: windowed frames, their loudness, and the scale that models use."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FLOOR = 1e-4  # amplitude (-80 dBFS); differences below it are not modelled
LEVEL = 0.1  # K-weighted RMS of every normalised frame, about -20 LUFS
HANN_POWER = 1.5  # power of a sine summed over its Hann lobe, relative to its peak bin's
SCALE = float(np.log1p(1 / FLOOR))  # maps amplitudes 0..1 to 0..1
SCALE_DB = SCALE * 20 / float(np.log(10))  # one unit of scaled magnitude in dB


def bin_frequencies(n_fft: int, sample_rate: int) -> Floats:
    """Return the centre of every bin except DC in Hz: (n_fft // 2,)."""
    return (np.arange(1, n_fft // 2 + 1) * (sample_rate / n_fft)).astype(np.float32)


def magnitudes(frames: Floats) -> Floats:
    """Return the amplitude in every bin except DC of frames (..., n_fft): (..., n_fft // 2).

    A sine of amplitude 1 in the middle of a bin gives 1 there (periodic Hann window).
    """
    n_fft = frames.shape[-1]
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    spectrum = np.fft.rfft(frames * window)[..., 1:]
    result: Floats = (np.abs(spectrum) * (2 / window.sum())).astype(np.float32)
    return result


def cut(audio: Floats, n_fft: int, hop: int) -> Floats:
    """Return the frames of audio (n,) as a read-only view (frames, n_fft). Short sound is padded."""
    if 0 < len(audio) < n_fft:
        audio = np.pad(audio, (0, n_fft - len(audio)))
    if len(audio) == 0:
        return np.zeros((0, n_fft), np.float32)
    return np.lib.stride_tricks.sliding_window_view(audio, n_fft)[::hop]


def k_weighting(freq_hz: Floats) -> Floats:
    """Return the amplitude gain of the ear model of ITU-R BS.1770 (two filters given for 48 kHz)."""
    delay = np.exp(-2j * np.pi * np.minimum(freq_hz, 24000) / 48000)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285] @ powers
    shelf /= [1.0, -1.69065929318241, 0.73248077421585] @ powers
    high_pass = [1.0, -2.0, 1.0] @ powers
    high_pass /= [1.0, -1.99004745483398, 0.99007225036621] @ powers
    return np.abs(shelf * high_pass).astype(np.float32)


def loudness(mags: Floats, weighting: Floats) -> Floats:
    """Return the K-weighted RMS, (..., 1), of sound with magnitudes (..., bins)."""
    power = np.square(mags * weighting).sum(-1, keepdims=True) / (2 * HANN_POWER)
    result: Floats = np.sqrt(power)
    return result


def normalised(mags: Floats, weighting: Floats) -> Floats:
    """Scale magnitudes (..., bins) to the loudness `LEVEL`."""
    equal: Floats = np.multiply(mags, LEVEL / np.maximum(loudness(mags, weighting), 1e-9))
    return equal


def scaled(mags: Floats) -> Floats:
    """Map amplitudes to the scale of the models: logarithmic above `FLOOR`, 0 at 0, 1 at 1."""
    result: Floats = np.log1p(mags / FLOOR) / np.float32(SCALE)
    return result


def unscaled(levels: Floats) -> Floats:
    """Map scaled magnitudes back to amplitudes, as the inverse of `scaled`."""
    result: Floats = np.expm1(levels * np.float32(SCALE)) * np.float32(FLOOR)
    return result


def log_spectral_distance_db(one: Floats, other: Floats) -> Floats:
    """Return the RMS difference in dB, (...), of two magnitude spectra (..., bins)."""
    result: Floats = SCALE_DB * np.sqrt(np.square(scaled(one) - scaled(other)).mean(-1))
    return result


def band_matrix(freq_hz: Floats, bands: int) -> Floats:
    """Return the matrix (bins, bands) that interpolates bands of the ERB-rate scale to the bins.

    If there are as many bands as bins, bands are bins. ERB rate after Glasberg and Moore (1990).
    """
    if bands == len(freq_hz):
        return np.eye(bands, dtype=np.float32)
    erb_rate = 21.4 * np.log10(1 + 0.00437 * freq_hz)
    centres = np.linspace(erb_rate[0], erb_rate[-1], bands)
    columns = [np.interp(erb_rate, centres, row) for row in np.eye(bands)]
    return np.stack(columns, axis=1).astype(np.float32)
