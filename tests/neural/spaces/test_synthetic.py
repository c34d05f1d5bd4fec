"""Additive tones: their formula, and the effect of each factor on their spectra."""

import numpy as np
import pytest

from livecode.neural.audio import spectrum
from livecode.neural.spaces.training.synthetic import FACTORS, sinusoids, synthesise, tones_of

SR, N_FFT = 44100, 2048
FACTORS_IN_THE_MIDDLE = np.full((1, len(FACTORS)), 0.5)


def _with(**changes: float) -> np.ndarray:
    factors = FACTORS_IN_THE_MIDDLE.copy()
    for name, value in changes.items():
        factors[0, FACTORS.index(name)] = value
    return factors


def test_waveforms_are_the_sum_of_their_cosines() -> None:
    factors = np.random.default_rng(1).random((5, len(FACTORS)))
    tones = tones_of(factors)
    waves = synthesise(tones, N_FFT, SR, np.random.default_rng(2))
    phase = np.random.default_rng(2).uniform(0, 2 * np.pi, (5, 24))[..., None]
    freq_hz, gain = sinusoids(tones, SR)
    angle = 2 * np.pi * freq_hz[..., None] * np.arange(N_FFT) / SR + phase
    expected = (gain[..., None] * np.cos(angle)).sum(1)
    np.testing.assert_allclose(waves, expected, atol=1e-3 * gain.max())


def test_without_colour_the_tones_are_those_of_the_published_formula() -> None:
    tones = tones_of(_with(partials=1, resonance=0, inharmonicity=0.8, pitch=0.2))
    freq_hz, gain = sinusoids(tones, SR)
    i = np.arange(24)
    stretch = np.sqrt(1 + tones.inharmonicity[0] * i**2)
    np.testing.assert_allclose(freq_hz[0], tones.f0_hz[0] * (i + 1) * stretch)
    np.testing.assert_allclose(gain[0], np.exp(-i * tones.decay[0] / 24))


@pytest.mark.parametrize("pitch", [0.0, 0.5, 1.0])
def test_the_spectrum_peaks_where_the_partials_are(pitch: float) -> None:
    tones = tones_of(_with(pitch=pitch, resonance=0, partials=0.8, inharmonicity=0.5))
    wave = synthesise(tones, 4 * N_FFT, SR, np.random.default_rng(0))
    mags = spectrum.magnitudes(wave)[0]
    harmonic = tones.f0_hz[0] * np.arange(1, 4)
    for freq_hz in harmonic:
        near = round(freq_hz * 4 * N_FFT / SR) - 1
        assert mags[near - 1 : near + 2].max() > 10 * mags[near + 5]


def test_no_partial_passes_the_nyquist_frequency() -> None:
    factors = np.random.default_rng(3).random((200, len(FACTORS)))
    freq_hz, gain = sinusoids(tones_of(factors), 22050)
    assert gain[freq_hz > 0.46 * 22050].max() == 0
    assert np.isfinite(gain).all()
    assert (gain.max(1) > 0).all()


def test_the_same_generator_gives_the_same_waveforms() -> None:
    tones = tones_of(_with(pitch=0.3))
    one, other = (synthesise(tones, N_FFT, SR, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
