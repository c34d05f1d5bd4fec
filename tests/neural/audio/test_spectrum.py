"""The conventions of spectra, on real sines."""

import numpy as np
import pytest

from livecode.neural.audio import spectrum

SR, N_FFT = 44100, 2048


def _sine(bin_number: float, amplitude: float = 1.0) -> spectrum.Floats:
    t = np.arange(N_FFT)
    wave = amplitude * np.sin(2 * np.pi * bin_number * t / N_FFT + 0.3)
    return wave.astype(np.float32)


@pytest.mark.parametrize("bin_number", [3, 20, 500, 1000])
def test_a_full_scale_sine_in_the_middle_of_a_bin_gives_one_there(bin_number: int) -> None:
    mags = spectrum.magnitudes(_sine(bin_number))
    assert mags.shape == (1024,)
    assert mags[bin_number - 1] == pytest.approx(1, abs=1e-4)
    assert np.argmax(mags) == bin_number - 1
    assert spectrum.bin_frequencies(N_FFT, SR)[bin_number - 1] == pytest.approx(
        bin_number * SR / N_FFT
    )


def test_a_constant_is_not_part_of_the_spectrum() -> None:
    mags = spectrum.magnitudes(np.ones(N_FFT, np.float32))
    assert mags[1:].max() < 1e-4


def test_loudness_weighs_as_bs_1770_does() -> None:
    # BS.1770: a full-scale sine of 997 Hz reads -3.01 LUFS, so its K-weighted power less
    # 0.691 dB is that of the sine
    bin_number = round(997 * N_FFT / SR)
    mags = spectrum.magnitudes(_sine(bin_number))
    weighting = spectrum.k_weighting(spectrum.bin_frequencies(N_FFT, SR))
    loudness_db = 20 * np.log10(spectrum.loudness(mags, weighting))[0] - 0.691
    assert loudness_db == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("amplitude", [1e-3, 0.1, 10.0])
def test_normalised_spectra_are_equally_loud(amplitude: float) -> None:
    weighting = spectrum.k_weighting(spectrum.bin_frequencies(N_FFT, SR))
    mags = spectrum.normalised(spectrum.magnitudes(_sine(50.4, amplitude)), weighting)
    assert spectrum.loudness(mags, weighting)[0] == pytest.approx(spectrum.LEVEL, rel=1e-4)


def test_silence_stays_silence() -> None:
    weighting = spectrum.k_weighting(spectrum.bin_frequencies(N_FFT, SR))
    assert spectrum.normalised(np.zeros(1024, np.float32), weighting).max() == 0


def test_scaling_is_undone() -> None:
    mags = np.array([0, 1e-5, 1e-3, 0.1, 1], np.float32)
    levels = spectrum.scaled(mags)
    assert levels[0] == 0
    assert levels[-1] == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(spectrum.unscaled(levels), mags, rtol=1e-3, atol=1e-8)


def test_twice_the_amplitude_is_six_decibels_away() -> None:
    one = np.full((1, 8), 0.1, np.float32)
    assert spectrum.log_spectral_distance_db(one, 2 * one)[0] == pytest.approx(6.02, abs=0.01)


def test_a_short_sound_makes_one_frame_and_none_makes_none() -> None:
    assert spectrum.cut(np.ones(10, np.float32), N_FFT, 512).shape == (1, N_FFT)
    assert spectrum.cut(np.ones(0, np.float32), N_FFT, 512).shape == (0, N_FFT)
    assert spectrum.cut(np.ones(N_FFT + 512, np.float32), N_FFT, 512).shape == (2, N_FFT)


def test_bands_share_out_every_bin() -> None:
    frequencies = spectrum.bin_frequencies(N_FFT, SR)
    np.testing.assert_allclose(spectrum.band_matrix(frequencies, 64).sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(spectrum.band_matrix(frequencies, 1024), np.eye(1024))
