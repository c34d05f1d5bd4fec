"""Outputs by number: each name where it was sent and nowhere else, and a cue for headphones."""

import numpy as np
import pytest

from livecode.transport.messages import Note, Shape
from tests.engine.conftest import Rig

LEFT, RIGHT, THIRD, FOURTH = range(4)


@pytest.fixture
def eight(rig: Rig) -> Rig:
    """An engine on a device of eight outputs."""
    rig.engine.outputs.channels = 8
    return rig


@pytest.fixture
def two(rig: Rig) -> Rig:
    """An engine on a device of two outputs."""
    rig.engine.outputs.channels = 2
    return rig


def heard(rig: Rig, blocks: int) -> np.ndarray:
    """What the device is given, (frames, outputs), without the blocks in which all begins."""
    parts = [rig.engine.outputs.add(rig.run(1)) for _ in range(blocks)]
    return np.concatenate(parts)[30 * rig.block :]


def loud(sound: np.ndarray) -> list[int]:
    """The outputs, from 1, on which anything at all is heard."""
    return [output for output, peak in enumerate(abs(sound).max(axis=0), 1) if peak > 1e-5]


def strength(sound: np.ndarray, freq_hz: float, rate: int = 48_000) -> np.ndarray:
    """The amplitude of one frequency on each output."""
    turns = np.exp(-2j * np.pi * freq_hz / rate * np.arange(len(sound)))
    return 2 * abs(turns @ sound) / len(sound)


def test_each_name_is_heard_where_it_was_sent_and_nowhere_else(eight: Rig) -> None:
    for name, freq_hz, out in (
        ("a", 375, ()),
        ("b", 750, (3,)),
        ("c", 1500, (5, 6)),
        ("d", 3000, (8,)),
    ):
        eight.play(name, eight.sine(freq_hz))
        eight.tell(Shape(name, out=out))
    sound = heard(eight, 130)
    assert loud(sound) == [1, 2, 3, 5, 6, 8]
    where = {freq_hz: loud(strength(sound, freq_hz)[None] * (strength(sound, freq_hz) > 1e-3))
             for freq_hz in (375, 750, 1500, 3000)}  # fmt: skip
    assert where == {375: [1, 2], 750: [3], 1500: [5, 6], 3000: [8]}
    assert strength(sound, 1500)[4] == pytest.approx(0.3, abs=0.01)


def test_a_name_moves_to_another_output_without_a_click(eight: Rig) -> None:
    eight.play("a", eight.sine(300))
    eight.tell(Shape("a"))
    heard(eight, 40)
    eight.tell(Shape("a", out=(3, 4)))
    moved = np.concatenate([eight.engine.outputs.add(eight.run(1)) for _ in range(40)])
    assert abs(np.diff(moved, axis=0)).max() < 1.5 * eight.steady_jump(300)
    assert loud(moved[-10 * eight.block :]) == [3, 4]


def test_what_is_cued_is_heard_before_its_level_on_the_headphones_alone(eight: Rig) -> None:
    eight.control("a.level", 0, 0.0)
    eight.play("a", eight.sine(750))
    eight.play("b", eight.sine(1500))
    eight.tell(Shape("a", cued=True))
    sound = heard(eight, 130)
    assert (strength(sound, 750) > 0.01).tolist() == [False, False, True, True, *[False] * 4]
    assert (strength(sound, 1500) > 0.01).tolist() == [True, True, *[False] * 6]
    eight.tell(Shape("a"))
    assert loud(heard(eight, 60)) == [1, 2]


def test_an_output_that_the_device_does_not_have_is_said_and_the_master_plays_it(two: Rig) -> None:
    two.play("a", two.sine(750))
    two.tell(Shape("a", out=(7,), cued=True))
    sound = heard(two, 60)
    assert loud(sound) == [1, 2]
    two.run(2)
    notes = [each.text for each in two.told() if isinstance(each, Note)]
    assert notes == [
        "a is sent to output 7, and there are 2: begin with `livecode play --outputs 7`"
    ]


def test_a_cue_on_a_device_of_two_outputs_is_said_once(two: Rig) -> None:
    two.play("a", two.sine(750))
    two.tell(Shape("a", cued=True))
    assert loud(heard(two, 60)) == [1, 2]
    two.run(2)
    notes = [each.text for each in two.told() if isinstance(each, Note)]
    assert notes == [
        "a is cued on outputs 3 and 4, and there are 2: begin with `livecode play --outputs 4`"
    ]


def test_a_name_leaves_an_output_of_two_and_comes_back_without_a_click(two: Rig) -> None:
    two.play("a", two.sine(300))
    two.tell(Shape("a", out=(2,)))
    heard(two, 40)
    for out in ((), (2,)):
        two.tell(Shape("a", out=out))
        moved = np.concatenate([two.engine.outputs.add(two.run(1)) for _ in range(60)])
        assert abs(np.diff(moved, axis=0)).max() < 1.5 * two.steady_jump(300), out


def test_panic_silences_all_outputs_within_a_block_or_two(eight: Rig) -> None:
    eight.play("a", eight.sine(750))
    eight.tell(Shape("a", out=(3,), cued=True))
    heard(eight, 40)
    eight.arena.header.mind_panics += 1
    parts = [eight.engine.outputs.add(eight.run(1)) for _ in range(6)]
    assert loud(np.concatenate(parts[3:])) == []


def test_names_that_are_too_loud_together_are_limited(eight: Rig) -> None:
    for name in "abcdef":
        eight.play(name, eight.sine(750, 0.9))
        eight.tell(Shape(name, out=(3, 4)))
    assert 0.7 < abs(heard(eight, 60)).max() <= 1.0


def test_without_a_device_the_master_plays_what_is_sent_elsewhere(rig: Rig) -> None:
    rig.play("a", rig.sine(750))
    rig.play("b", rig.sine(1500))
    rig.tell(Shape("a", out=(2,), cued=True))
    rig.tell(Shape("b", out=(7,)))
    sound = np.concatenate([rig.run(1) for _ in range(60)])[30 * rig.block :]
    assert (strength(sound, 750) > 0.01).all()
    assert (strength(sound, 1500) > 0.01).all()
    assert not [each.text for each in rig.told() if isinstance(each, Note)]
