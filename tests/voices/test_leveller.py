"""What is far louder than all voices are is turned down, and nothing else is touched."""

import numpy as np
import pytest

from livecode.transport.timing import HOP
from livecode.voices.leveller import ATTACK_S, HEADROOM_DB, RATIO, Leveller

RATE = 48_000


def sine(level_db: float, seconds: float) -> np.ndarray:
    """A sine whose mean level is that, float32 (n,), whole hops."""
    count = round(seconds * RATE) // HOP * HOP
    amplitude = np.sqrt(2) * 10 ** (level_db / 20)
    return (amplitude * np.sin(2 * np.pi * 440 * np.arange(count) / RATE)).astype(np.float32)


def levelled(audio: np.ndarray, on: bool = True) -> np.ndarray:
    leveller = Leveller(RATE, HOP)
    return np.concatenate([leveller.process(hop, on) for hop in audio.reshape(-1, HOP)])


def db(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(audio))))


@pytest.mark.parametrize("level_db", [-60.0, -20.0, -20.0 + HEADROOM_DB - 0.5])
def test_what_is_about_as_loud_as_all_voices_stays_as_it_is(level_db: float):
    audio = sine(level_db, 2)
    assert np.array_equal(levelled(audio), audio)


@pytest.mark.parametrize("level_db", [-10.0, -4.0])
def test_what_stays_too_loud_is_turned_down_without_a_click(level_db: float):
    audio = np.concatenate([sine(-25, 1), sine(level_db, 3), sine(-25, 6)])
    heard = levelled(audio)
    limit = -20 + HEADROOM_DB
    wanted = limit + (level_db - limit) / RATIO
    assert db(heard[round(3.0 * RATE) : round(3.9 * RATE)]) == pytest.approx(wanted, abs=0.3)
    assert db(heard[-RATE:]) == pytest.approx(-25, abs=0.1), "and comes back"
    steepest = np.abs(np.diff(audio)).max()
    assert np.abs(np.diff(heard)).max() <= steepest


def test_a_blow_is_not_blunted():
    blow = sine(-6, 0.05) * np.linspace(1, 0, round(0.05 * RATE) // HOP * HOP, dtype=np.float32)
    audio = np.concatenate([blow, np.zeros(round(2 * ATTACK_S * RATE) // HOP * HOP, np.float32)])
    assert db(levelled(audio)) == pytest.approx(db(audio), abs=0.5)


def test_left_to_itself_it_is_as_loud_as_it_is():
    audio = sine(0, 1)
    assert np.array_equal(levelled(audio, on=False), audio)
