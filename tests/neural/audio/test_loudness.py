"""Loudness in LUFS, beside what the recommendation says of known sounds."""

import numpy as np
import pytest

from livecode.neural.audio.loudness import lufs

RATE = 48_000


def tone(hz: float, seconds: float, level: float, rate_hz: int = RATE) -> np.ndarray:
    return level * np.sin(2 * np.pi * hz / rate_hz * np.arange(round(seconds * rate_hz)))


@pytest.mark.parametrize("rate_hz", [16_000, 32_000, 48_000])
def test_a_tone_of_997_hz_at_full_scale_is_3_lu_below_nought(rate_hz: int) -> None:
    assert lufs(tone(997, 3.0, 1.0, rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.05)


def test_channels_add_up_and_treble_counts_more() -> None:
    mono = tone(997, 2.0, 0.1)
    assert lufs(np.stack([mono, mono], 1), RATE) == pytest.approx(lufs(mono, RATE) + 3.01, abs=0.01)
    assert lufs(tone(5000, 2.0, 0.1), RATE) == pytest.approx(lufs(mono, RATE) + 3.3, abs=0.3)


def test_rests_do_not_count_and_silence_has_no_loudness() -> None:
    sound = tone(997, 4.0, 0.1)
    with_rests = np.concatenate([sound, np.zeros(20 * RATE)])
    assert lufs(with_rests, RATE) == pytest.approx(lufs(sound, RATE), abs=0.3)
    assert lufs(np.zeros(RATE), RATE) == -np.inf
    assert lufs(np.zeros(0), RATE) == -np.inf
