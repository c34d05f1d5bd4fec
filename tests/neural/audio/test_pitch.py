"""Pitches of frames: found by autocorrelation in waves or magnitudes, and refined to a cent."""

import numpy as np
import pytest

from livecode.neural.audio import spectrum
from livecode.neural.audio.pitch import pitches_hz, pitches_of_magnitudes, refined

N_FFT, RATE = 2048, 44100


def _tone(freq_hz: float, stretch: float = 0.0) -> np.ndarray:
    t, n = np.arange(N_FFT) / RATE, np.arange(1, 9)[:, None]
    partials = n * freq_hz * np.sqrt(1 + stretch * (n - 1) ** 2)
    return (np.cos(2 * np.pi * partials * t + n) / n).sum(0)[None].astype(np.float32)


def _cents(one: float, other: float) -> float:
    return float(1200 * abs(np.log2(one / other)))


@pytest.mark.parametrize("freq_hz", [70.0, 220.5, 1234.0])
def test_pitch_is_found_within_a_few_cents(freq_hz: float) -> None:
    assert _cents(pitches_hz(_tone(freq_hz), RATE)[0], freq_hz) < 10


@pytest.mark.parametrize("freq_hz", [70.0, 220.5, 1234.0])
def test_magnitudes_alone_tell_nearly_as_much(freq_hz: float) -> None:
    mags = spectrum.magnitudes(_tone(freq_hz))
    assert _cents(pitches_of_magnitudes(mags, RATE)[0], freq_hz) < 30


@pytest.mark.parametrize("freq_hz", [110.0, 220.5, 1234.0])
@pytest.mark.parametrize("stretch", [0.0, 3e-4])
def test_partials_refine_a_pitch_to_two_cents(freq_hz: float, stretch: float) -> None:
    mags = spectrum.magnitudes(_tone(freq_hz, stretch))
    rough = np.array([freq_hz * 2 ** (8 / 1200)])
    assert _cents(refined(rough, mags, RATE)[0], freq_hz) < 2


def test_a_pitch_that_partials_do_not_confirm_stays_as_it_was() -> None:
    mags = spectrum.magnitudes(_tone(440.0))
    rough = np.array([np.nan, 1500.0])
    kept = refined(rough, np.repeat(mags, 2, 0), RATE)
    assert np.isnan(kept[0])
    assert _cents(kept[1], 1500.0) < 40


def test_a_strong_octave_does_not_hide_the_pitch() -> None:
    t = np.arange(N_FFT) / RATE
    frame = 0.3 * np.cos(2 * np.pi * 220 * t) + np.cos(2 * np.pi * 440 * t)
    assert pitches_hz(frame[None], RATE)[0] == pytest.approx(220, rel=0.01)


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (20, N_FFT)).astype(np.float32)
    assert np.isnan(pitches_hz(noise, RATE)).all()
    assert np.isnan(pitches_of_magnitudes(spectrum.magnitudes(noise), RATE)).all()
