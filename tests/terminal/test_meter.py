"""The master's meter: peaks are held, and loudness is that of ITU-R BS.1770."""

import numpy as np
import pytest

from livecode.terminal.meter import HOLD_S, MasterMeter, ShortTermLoudness
from livecode.transport import Arena, Layout

RATE = 48000


def measured(sound: np.ndarray, rate: int = RATE) -> float:
    meter = ShortTermLoudness(rate)
    for piece in np.array_split(sound.astype(np.float32), 50):
        meter.take(piece)
    return meter.lufs


def tone(freq_hz: float, dbfs: float, seconds: float = 4.0, rate: int = RATE) -> np.ndarray:
    sine = np.sin(2 * np.pi * freq_hz / rate * np.arange(round(seconds * rate)))
    return np.stack([sine, sine], axis=1) * 10 ** (dbfs / 20)


def filtered(sound: np.ndarray) -> np.ndarray:
    """Sound after the two filters of BS.1770, sample by sample, as the recommendation prints them."""
    for b, a in (
        ((1.53512485958697, -2.69169618940638, 1.19839281085285),
         (-1.69065929318241, 0.73248077421585)),
        ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)),
    ):  # fmt: skip
        out = np.zeros(len(sound))
        x1 = x2 = y1 = y2 = 0.0
        for n, x in enumerate(sound.tolist()):
            y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
            x1, x2, y1, y2 = x, x1, y, y1
            out[n] = y
        sound = out
    return sound


@pytest.mark.parametrize("rate", [pytest.param(44100, marks=pytest.mark.slow), 48000])
def test_the_test_tones_of_the_standard_read_as_they_should(rate: int):
    # EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz reads as its peak level in dBFS
    for dbfs in (-23.0, -33.0):
        assert measured(tone(1000, dbfs, rate=rate), rate) == pytest.approx(dbfs, abs=0.1)
    # BS.1770: one channel of 997 Hz at full scale reads −3.01
    left = tone(997, 0.0, rate=rate) * [1.0, 0.0]
    assert measured(left, rate) == pytest.approx(-3.01, abs=0.1)


def test_noise_reads_as_after_the_filters_themselves():
    noise = np.random.default_rng(5).normal(0, 0.1, (3 * RATE, 2))
    power = sum(np.square(filtered(side)).mean() for side in noise.T)
    assert measured(noise) == pytest.approx(-0.691 + 10 * np.log10(power), abs=0.1)


def test_it_forgets_what_is_older_than_three_seconds():
    loud, soft = tone(1000, -10.0), tone(1000, -30.0, 3.2)
    assert measured(np.concatenate((loud, soft))) == pytest.approx(-30.0, abs=0.1)
    assert measured(np.concatenate((loud, 0 * soft))) == -np.inf


def test_a_peak_between_two_looks_is_seen_and_held():
    arena = Arena.private(RATE, 256, Layout(buffers=1, slots=8, taps=1))
    meter = MasterMeter()
    assert meter.look(arena.tap, RATE, 0.0).peak == 0.0
    frames = np.zeros((4800, 2), np.float32)
    frames[100, 1] = -0.9  # long before the newest block
    arena.tap.write(frames)
    level = meter.look(arena.tap, RATE, 0.1)
    assert (level.peak, level.held) == (pytest.approx(0.9), pytest.approx(0.9))
    arena.tap.write(0.3 * np.ones((4800, 2), np.float32))
    level = meter.look(arena.tap, RATE, 0.2)
    assert (level.peak, level.held) == (pytest.approx(0.3), pytest.approx(0.9))
    assert meter.look(arena.tap, RATE, 0.2 + HOLD_S).held < 0.5
