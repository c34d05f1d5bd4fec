"""The engine in one process: several names, each exact and smooth, and unharmed by another's faults."""

import gc
import random
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.engine.engine import UNDERRUN
from livecode.engine.strip import SMOOTHING_S
from livecode.transport.messages import Began, Ended, Failed, Note, PlayBuffer, Record, StopVoice
from tests.engine.conftest import Rig
from tests.sound import jump, rms


def counter(at: np.ndarray) -> np.ndarray:
    return (at + 1) / 2**20


@pytest.mark.parametrize(
    ("sample_rate", "block"), [(48000, 256), (44100, 64), (48000, 1024), (96000, 16)]
)
def test_a_name_sounds_exactly_as_its_ring_was_written(sample_rate: int, block: int):
    rig = Rig(sample_rate, block)
    try:
        rig.play("ego", counter)
        heard = rig.run(30, tap="ego")
        (began,) = [message for message in rig.told() if isinstance(message, Began)]
        assert began.at == 0, "heard in the very block in which it was asked for"
        risen = max(block, sample_rate // 1000 + 1)  # a new name also passes the mixer's 1 ms
        assert np.array_equal(heard[risen:, 0], counter(np.arange(risen, 30 * block)))
        assert np.array_equal(heard[:, 0], heard[:, 1])
    finally:
        rig.close()


def test_a_swap_is_exact_on_both_sides_of_its_fade(rig: Rig):
    rig.play("ego", counter)
    rig.run(10)
    rig.play("ego", lambda at: -counter(at), fade_s=0.05)
    heard = rig.run(20, tap="ego")[:, 0]
    fade = -(-2400 // 256) * 256
    assert np.array_equal(heard[fade:], -counter(np.arange(fade, len(heard))))
    began = [message.at for message in rig.told() if isinstance(message, Began)]
    assert began == [0, 10 * 256]


def test_swaps_of_several_names_at_random_never_click(rig: Rig):
    rng = random.Random(5)
    loudest: dict[int, float] = {}
    sounding: dict[str, set[int]] = {name: set() for name in ("one", "two", "three")}
    last = dict.fromkeys(sounding, np.zeros((1, 2)))
    for _ in range(300):
        name = rng.choice(list(sounding))
        if rng.random() < 0.35:
            freq_hz = rng.uniform(100, 3000)
            generation = rig.play(name, rig.sine(freq_hz), rng.choice([0, 0.01, 0.1]))
            loudest[generation] = rig.steady_jump(freq_hz)
        elif rng.random() < 0.1:
            rig.fade(name, rng.choice([0, 0.02]))
        rig.run(1)
        told = rig.told()
        for message in told:
            if isinstance(message, Began):
                sounding[message.name].add(message.generation)
        for each, strip in rig.engine.strips.items():
            heard = strip.tap.read().copy()
            allowed = sum(loudest[number] for number in sounding[each])
            assert jump(np.concatenate([last[each], heard])) <= allowed + 1e-6
            last[each] = heard[-1:]
        for message in told:
            if isinstance(message, Ended):
                sounding[message.name].discard(message.generation)
    assert len(loudest) > 50
    assert rig.engine.errors == 0


@pytest.mark.parametrize("fade_s", [0.0, 0.05])
def test_a_name_that_leaves_is_heard_to_the_end_of_its_fade(rig: Rig, fade_s: float):
    rig.play("ego", rig.sine(300))
    before = rig.run(20)
    rig.fade("ego", fade_s)
    heard = rig.run(20)
    assert jump(np.concatenate([before[-1:], heard])) <= rig.steady_jump(300) * 1.01
    assert "ego" not in rig.engine.strips


def test_a_level_moves_at_its_time_and_smoothly(rig: Rig):
    rig.control("ego.level", 0, 1.0)
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    rig.run(10)
    rig.control("ego.level", 13 * 256, 0.2)
    rig.control("ego.level", 20 * 256 - 1, 0.8)
    heard = rig.run(20, tap="ego")[:, 0]
    first, second = 3 * 256, 10 * 256 - 1  # after ten blocks
    moving = int(SMOOTHING_S * rig.sample_rate) + 1
    assert (heard[:first] == 0.5).all()
    assert heard[first] != 0.5
    assert heard[first + moving : second] == pytest.approx(0.1, abs=1e-6)
    assert heard[second + moving :] == pytest.approx(0.4, abs=1e-6)
    assert jump(heard) < 0.5 / moving * 1.1


def test_a_new_name_begins_at_its_level_and_not_above_it(rig: Rig):
    rig.control("ego.level", 0, 0.1)
    rig.control("mute.level", 0, 0.0)
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    rig.play("mute", rig.sine(300))
    assert np.abs(rig.run(10, tap="ego")).max() <= 0.05 + 1e-6
    assert not rig.engine.strips["mute"].tap.read().any()


def test_pan_keeps_the_power_and_is_unity_in_the_middle(rig: Rig):
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    for pan, sides in [(0.0, (0.5, 0.5)), (-1.0, (0.7071, 0.0)), (1.0, (0.0, 0.7071)), (9.0, None)]:
        rig.control("ego.pan", rig.engine.frame, pan)
        if pan == 0.0:
            rig.play("ego", lambda at: np.full(len(at), 0.5))  # which makes it look for controls
        heard = rig.run(20, tap="ego")
        assert np.square(heard).sum(axis=1)[-256:] == pytest.approx(0.5, abs=1e-3)
        assert jump(heard) < 0.01
        assert heard[-1] == pytest.approx(sides or (0.0, 0.7071), abs=1e-3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_level_that_is_no_number_changes_nothing(rig: Rig, bad: float):
    rig.control("ego.level", 0, 0.4)
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    rig.run(10)
    rig.control("ego.level", rig.engine.frame, bad)
    assert rig.run(10, tap="ego") == pytest.approx(0.2)


def test_levels_can_be_opened_after_the_name_began_to_sound(rig: Rig):
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    rig.run(10)
    rig.control("ego.level", 0, 0.4)
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    assert rig.run(20, tap="ego")[-1] == pytest.approx(0.2)


def test_a_level_of_a_closed_name_is_left_alone_and_a_reopened_one_followed(rig: Rig):
    controls = rig.arena.controls
    rig.control("ego.level", 0, 0.4)
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    rig.run(10)
    controls.close("ego.level")
    rig.control("other.level", 0, 0.9)
    assert rig.run(5, tap="ego") == pytest.approx(0.2)
    rig.control("ego.level", 0, 0.6)
    rig.play("ego", lambda at: np.full(len(at), 0.5))
    assert rig.run(20, tap="ego")[-1] == pytest.approx(0.3)


def test_a_source_that_gives_no_number_is_taken_out_and_the_others_are_untouched(rig: Rig):
    bad = rig.play("bad", lambda at: np.where(at < 3000, rig.sine(500)(at), np.nan))
    rig.play("ego", counter)
    heard = rig.run(40, tap="ego")
    assert np.array_equal(heard[256:, 0], counter(np.arange(256, 40 * 256)))
    assert list(rig.engine.strips) == ["ego"]
    (failed,) = [message for message in rig.told() if isinstance(message, Failed)]
    assert failed.generation == bad
    assert np.isfinite(rig.run(5)).all()


def test_a_source_that_runs_dry_is_counted_and_the_others_are_untouched(rig: Rig):
    starved = rig.play("starved", rig.sine(500))
    rig.play("ego", counter)
    rig.run(10)
    rig.silence_source(starved)
    rig.told()
    heard = rig.run(20, tap="ego")
    assert np.array_equal(heard[:, 0], counter(np.arange(10 * 256, 30 * 256)))
    assert rig.arena.header.underruns == 1
    assert [note.text for note in rig.told() if isinstance(note, Note)] == [f"starved {UNDERRUN}"]
    assert rms(rig.run(1)) < 0.02, "what is left is the other name"


def test_a_ring_that_is_given_to_another_name_has_one_reader(rig: Rig):
    starved = rig.play("old", rig.sine(500), buffer=0)
    rig.run(10)
    rig.silence_source(starved)  # as when its voice has failed, and the mind takes the buffer back
    rig.run(10)
    rig.play("new", counter, buffer=0)
    heard = rig.run(20, tap="new")
    assert np.array_equal(heard[256:, 0], counter(np.arange(256, 20 * 256)))
    assert list(rig.engine.strips) == ["new"]


@pytest.mark.parametrize(
    "nonsense",
    [StopVoice(7), PlayBuffer("ego", 99, 10**6, 0, 0.0), PlayBuffer("new", 98, -99, 0, 0.0)],
)
def test_a_message_that_makes_no_sense_disturbs_nothing_that_sounds(rig: Rig, nonsense):
    rig.play("ego", counter)
    rig.run(10)
    rig.tell(nonsense)
    heard = rig.run(10, tap="ego")
    assert np.array_equal(heard[:, 0], counter(np.arange(10 * 256, 20 * 256)))
    assert rig.engine.errors == 1


def test_a_name_that_goes_wrong_inside_disturbs_no_other(
    rig: Rig, caplog: pytest.LogCaptureFixture
):
    rig.play("bad", rig.sine(300))
    rig.play("ego", counter)
    rig.run(10)
    rig.engine.strips["bad"].feed.block = lambda frame: 1 / 0  # a bug of ours
    heard = rig.run(10, tap="ego")
    assert np.array_equal(heard[:, 0], counter(np.arange(10 * 256, 20 * 256)))
    assert rig.engine.errors == 10
    assert "ZeroDivisionError" in caplog.text


def test_names_and_generations_that_have_ended_leave_nothing_in_pyo(rig: Rig):
    gc.collect()
    gc.disable()  # as in the engine's process: cycles would stay
    try:
        rig.play("ego", rig.sine(300))
        rig.run(2)
        before = len(rig.server.getStreams())
        for _ in range(300):
            rig.play("ego", rig.sine(300), fade_s=0.006)
            rig.run(1)
        for n in range(100):
            rig.play(f"name{n}", rig.sine(300))
            rig.run(2)
            rig.fade(f"name{n}")
            rig.run(2)
        rig.run(3)
        assert list(rig.engine.strips) == ["ego"]
        assert len(rig.server.getStreams()) == before
        assert rig.engine.errors == 0
    finally:
        gc.enable()


def test_every_generation_is_told_of_when_it_begins_and_when_it_ends(rig: Rig):
    first = rig.play("ego", rig.sine(300))
    rig.run(3)
    second = rig.play("ego", rig.sine(400), at=8 * 256, fade_s=0.01)
    rig.run(10)
    rig.fade("ego")
    rig.run(3)
    kinds = [(type(m).__name__, m.generation) for m in rig.told()]
    assert kinds == [("Began", first), ("Began", second), ("Ended", first), ("Ended", second)]


def test_what_is_heard_is_tapped_and_metered(rig: Rig):
    rig.control("ego.pan", 0, -1.0)
    rig.play("ego", rig.sine(300, 0.2))
    heard = rig.run(50)
    rig.run(1)
    assert np.array_equal(rig.arena.tap.latest(20 * 256), heard[-20 * 256 :])
    assert rig.arena.header.peak_left == pytest.approx(np.abs(heard[-256:, 0]).max())
    assert rig.arena.header.peak_right < 1e-6


def test_blocks_that_begin_late_are_counted(rig: Rig):
    header = rig.arena.header
    rig.run(10)
    assert (header.blocks, header.late_blocks) == (10, 0)
    period_ns = 256 / 48000 * 1e9
    rig.now_ns += int(0.4 * period_ns)
    rig.run(5)
    assert header.late_blocks == 0
    rig.now_ns += int(0.6 * period_ns)
    rig.run(5)
    assert header.late_blocks == 1
    assert header.worst_gap_ns == pytest.approx(1.6 * period_ns, rel=1e-3)


def test_the_clock_says_which_block_is_being_computed(rig: Rig):
    rig.run(3)
    assert rig.arena.header.clock() == (2 * 256, 2 * int(256 / 48000 * 1e9))


def test_a_recording_holds_what_was_heard_and_begins_and_ends_in_mid_sound(
    rig: Rig, tmp_path: Path
):
    rig.play("ego", rig.sine(300, 0.2))
    rig.run(10)
    rig.tell(Record(str(tmp_path / "one.wav")))
    heard = rig.run(50)
    rig.tell(Record(""))
    rig.run(1)
    rig.engine.recording.stop()
    recorded, rate = soundfile.read(tmp_path / "one.wav", dtype="float32")
    assert rate == 48000
    assert np.array_equal(recorded, heard[: len(recorded)])
    assert len(recorded) >= 49 * 256


def test_one_recording_after_the_other_can_go_to_the_same_file(rig: Rig, tmp_path: Path):
    for freq_hz in (300, 400):
        rig.play("ego", rig.sine(freq_hz))
        rig.run(20)
        rig.tell(Record(str(tmp_path / "take.wav")))
        heard = rig.run(20)
    rig.engine.recording.stop()
    recorded, _ = soundfile.read(tmp_path / "take.wav", dtype="float32")
    assert np.array_equal(recorded, heard[: len(recorded)])


@pytest.mark.parametrize("path", ["/nowhere/take.wav", "/dev/full", "."])
def test_a_recording_that_cannot_be_written_is_told_of_once_and_the_sound_goes_on(
    rig: Rig, path: str
):
    rig.play("ego", counter)
    rig.run(10)
    rig.tell(Record(path))
    heard = rig.run(50, tap="ego")
    assert np.array_equal(heard[:, 0], counter(np.arange(10 * 256, 60 * 256)))
    while rig.engine.recording.recorder is not None:  # its own thread finds out
        rig.run(1)
    rig.run(20)
    notes = [note.text for note in rig.told() if isinstance(note, Note)]
    assert len(notes) == 1
    assert notes[0].startswith(f"cannot write {path}: ")
    assert rig.engine.errors == 0
