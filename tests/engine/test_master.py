"""The master: it adds nothing below the knee and nothing above full scale, and silences in a panic."""

import numpy as np
import pytest

from livecode.engine.master import KNEE, LOOKAHEAD_FRAMES, soft_curve
from livecode.transport.messages import OpenGate
from tests.engine.conftest import Rig
from tests.sound import rms

SETTLED = 60  # blocks until the DC filter has forgotten how it began


def db(ratio: float) -> float:
    return 20 * float(np.log10(ratio))


@pytest.mark.parametrize("freq_hz", [40, 100, 1000, 10_000])
@pytest.mark.parametrize("amplitude", [0.01, 0.3, 0.99 * KNEE])
def test_below_the_knee_it_is_transparent(rig: Rig, freq_hz: float, amplitude: float):
    rig.play("ego", rig.sine(freq_hz, amplitude))
    heard = rig.run(SETTLED + 187)[SETTLED * rig.block :]  # a second
    assert abs(db(rms(heard) / (amplitude / np.sqrt(2)))) < 0.1


def test_the_bass_is_not_taken_for_an_offset(rig: Rig):
    rig.play("ego", rig.sine(25))
    heard = rig.run(SETTLED + 187)[SETTLED * rig.block :]
    assert db(rms(heard) / (0.3 / np.sqrt(2))) > -0.25


def test_it_holds_sound_back_by_one_frame_only(rig: Rig):
    rig.play("ego", lambda at: np.where(at == 5130, 0.5, 0.0))
    heard = rig.run(30)
    assert LOOKAHEAD_FRAMES == 1
    assert np.abs(heard[:, 0]).argmax() == 5130 + LOOKAHEAD_FRAMES


def test_silence_is_exactly_zero_before_any_sound_and_after_it(rig: Rig):
    assert not rig.run(10).any()
    rig.play("ego", rig.sine(1000))
    rig.run(20)
    rig.fade("ego")
    rig.run(400)
    assert not rig.run(10).any()


@pytest.mark.parametrize("gain_db", [0, 6, 20])
def test_no_sample_ever_goes_beyond_full_scale(rig: Rig, gain_db: float):
    loud = 10 ** (gain_db / 20) * np.random.default_rng(1).standard_normal(60_000).clip(-1, 1)
    for name in ("one", "two", "three"):
        rig.play(name, lambda at: loud[at])
    heard = rig.run(100)
    assert np.abs(heard).max() <= 1.0
    assert rms(heard[5000:]) > 0.2


def test_a_single_loud_sample_does_not_pass_either(rig: Rig):
    for name in ("one", "two", "three"):
        rig.play(name, lambda at: np.where(at == 3000, 1e9, 0.0))
    assert np.abs(rig.run(20)).max() <= 1.0


def test_an_offset_is_removed(rig: Rig):
    rig.play("ego", lambda at: 0.3 + rig.sine(440, 0.2)(at))
    heard = rig.run(SETTLED + 187)[SETTLED * rig.block :]
    assert abs(heard.mean()) < 1e-3
    assert abs(db(rms(heard) / (0.2 / np.sqrt(2)))) < 0.1


def test_the_curve_is_straight_up_to_the_knee_and_rises_without_a_corner():
    x = np.linspace(-8, 8, 100_001)
    y = soft_curve(x)
    assert np.array_equal(y[np.abs(x) <= KNEE], x[np.abs(x) <= KNEE])
    assert np.abs(y).max() <= 1.0
    slope = np.diff(y) / np.diff(x)
    assert slope.min() >= 0
    assert np.abs(np.diff(slope)).max() < 0.002
    assert y == pytest.approx(-y[::-1])


@pytest.mark.parametrize("by", ["terminal", "mind"])
def test_panic_silences_within_one_block_without_a_click(rig: Rig, by: str):
    for name, freq_hz in [("ego", 300), ("alter", 500)]:
        rig.play(name, rig.sine(freq_hz))
    before = rig.run(20)
    counter = f"{by}_panics"
    setattr(rig.arena.header, counter, getattr(rig.arena.header, counter) + 1)
    heard = rig.run(10)
    assert not heard[rig.block + LOOKAHEAD_FRAMES :].any()
    steady = rig.steady_jump(300) + rig.steady_jump(500)
    assert np.abs(np.diff(np.concatenate([before[-1:], heard]), axis=0)).max() <= steady


def test_what_a_panic_silenced_does_not_come_back_when_the_gate_is_opened(rig: Rig):
    rig.play("ego", rig.sine(300), fade_s=2.0)
    rig.run(20)
    rig.arena.header.terminal_panics += 1
    rig.run(2)
    rig.tell(OpenGate(rig.arena.header.panics))
    assert np.abs(rig.run(20)).max() < 1e-3, "but for what the offset filter still holds"


def test_after_a_panic_what_begins_is_heard_once_the_gate_is_open(rig: Rig):
    old = rig.play("ego", rig.sine(300))
    rig.run(20)
    rig.arena.header.terminal_panics += 1
    rig.run(2)
    assert old in [message.generation for message in rig.told() if hasattr(message, "generation")]
    rig.play("ego", rig.sine(500))
    assert not rig.run(10).any(), "the gate is shut"
    rig.tell(OpenGate(rig.arena.header.panics))
    heard = rig.run(10)
    assert np.abs(np.diff(heard, axis=0)).max() <= rig.steady_jump(500) * 1.01
    assert np.abs(heard[-rig.block :]).max() > 0.29
