"""The spectrum that the page draws: a tone is where it sounds, and silence is dark."""

import numpy as np
import pytest

from livecode.stage.spectrum import BANDS, FLOOR_DB, WINDOW, BandSpectrum, Listener
from livecode.transport import TapBuffer

RATE = 48000


def tone(freq_hz: float, gain: float = 1.0, frames: int = WINDOW) -> np.ndarray:
    wave = gain * np.sin(2 * np.pi * freq_hz * np.arange(frames) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


@pytest.mark.parametrize("freq_hz", [55.0, 110.0, 440.0, 1000.0, 7040.0])
def test_a_tone_s_peak_is_in_its_band(freq_hz: float) -> None:
    bands = BandSpectrum(RATE)
    levels = bands.of(tone(freq_hz))
    bin_hz = RATE / WINDOW
    at = int(levels.argmax())
    assert bands.edges_hz[at] - bin_hz <= freq_hz <= bands.edges_hz[at + 1] + bin_hz
    if freq_hz >= 440:
        assert abs(at - bands.band_of(freq_hz)) <= 1


@pytest.mark.parametrize("gain_db", [0.0, -20.0, -60.0])
def test_its_level_is_that_of_the_tone(gain_db: float) -> None:
    levels = BandSpectrum(RATE).of(tone(440.0, 10 ** (gain_db / 20)))
    assert levels.max() / 255 * -FLOOR_DB + FLOOR_DB == pytest.approx(gain_db, abs=1.6)


def test_sides_that_are_out_of_phase_are_seen() -> None:
    both = tone(440.0)
    both[:, 1] *= -1
    assert BandSpectrum(RATE).of(both).max() > 240


def test_silence_and_broken_numbers_are_dark() -> None:
    bands = BandSpectrum(RATE)
    assert not bands.of(np.zeros((WINDOW, 2), np.float32)).any()
    assert not bands.of(np.full((WINDOW, 2), np.nan, np.float32)).any()


@pytest.mark.parametrize("rate", [8000, 44100, 192_000])
def test_any_rate_has_its_bands(rate: int) -> None:
    assert BandSpectrum(rate).of(tone(440.0)).shape == (BANDS,)


def test_an_engine_that_stands_still_is_dark_and_one_that_goes_on_is_seen_again() -> None:
    tap = TapBuffer(memoryview(bytearray(TapBuffer.size(65536))), 65536)
    listener = Listener(tap, RATE)
    tap.write(tone(440.0))
    assert listener.look().max() > 240
    assert listener.peaks == pytest.approx((1.0, 1.0), abs=0.01)
    looks = [listener.look().max() for _ in range(10)]
    assert looks[-1] == 0
    tap.write(tone(440.0))
    assert listener.look().max() > 240
