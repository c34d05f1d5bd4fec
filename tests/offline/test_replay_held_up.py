"""What is played while mind, engine and voices are held up at chosen moments is replayed bit for bit."""

import builtins
import random
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.journal import recorder
from livecode.offline.replay import replay
from tests.offline.programs import program
from tests.offline.stage import Stage, played


@pytest.fixture(autouse=True)
def _every_tick_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "HEARTBEAT_S", 0.0)


def check(folder: Path, heard: np.ndarray) -> None:
    """Replay a journal, and compare each control and each sample."""
    result = replay(folder / "journal", folder / "again.wav")
    again, rate = soundfile.read(folder / "again.wav", dtype="float32")
    end = min(len(heard), len(again))
    differs = np.flatnonzero((heard[:end] != again[:end]).any(axis=1))
    assert result.differs_at_s is None, "each control has its value at the same sample"
    assert not len(differs), (
        f"from {differs[0] / rate:.3f} s on, {len(differs)} frames: {result.sentences}"
    )


def blocks_of(seed: int, programs: int) -> list[str]:
    """Return the blocks of random programs; on a stage, what is slow is the machine."""
    rng = random.Random(seed)
    drawn = [block for _ in range(programs) for block in program(rng)]
    return ["depth = 0.05 + 0*beat", *(each.replace("time.sleep", "float") for each in drawn)]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(50))
def test_programs_on_a_machine_that_holds_everybody_up_are_replayed(tmp_path: Path, seed: int):
    check(tmp_path, played(tmp_path / "journal", seed, blocks_of(seed, 10)))


PLAYING = "a = space('additive').hold(0.3, 0.6, level=0.2)\nb = space('additive').hold(0.6, 0.2, level=0.1)"
HALL = "@dsp\ndef hall(a, size=0.8):\n    return a * size + Sine(300, mul=0.1) + Noise(0.02)"
#: What plays, and a block in whose middle time passes, so that ticks come between its lines.
IN_BETWEEN = {
    "a value is described twice": (
        "depth = 0.1 + 0*sound.rms\na.level = 0.2 + depth",
        "depth = 0.1 * steps(1, 2, every=20*ms)\ntime_passes()\ndepth = 0.1 * (lambda beat: beat % 1)",
    ),
    "a value is described, and the block fails": (
        "depth = 0.1 * steps(1, 2, every=20*ms)\na.level = 0.2 + depth",
        "depth = 0.1 + 0*sound.rms\ntime_passes()\n1 / 0",
    ),
    "a value that waits for its line is described again": (
        "depth = steps(0.1)\na.level = 0.2 + depth\n---\nquant(1*beats)\n---\ndepth = steps(0.15)",
        "time_passes()\ndepth = steps(0.05)\ntime_passes()",
    ),
    "a pattern is described otherwise": (
        "low = pattern('0.1 0.2')\na.level = low.fast(16)",
        "time_passes()\nlow = pattern('0.3 0.05')\ntime_passes()",
    ),
    "a variable that a function reads is set": (
        "gain = 0.3\na.level = lambda beat: gain * (1 + beat % 1)",
        "time_passes()\ngain = 0.1\ntime_passes()\ngain = 0.4\n1 / 0",
    ),
    "a variable that a function reads through another is set and deleted": (
        "gain = 0.3\ndef half(x): return gain * x / 2\na.level = lambda beat: half(1 + beat % 1)",
        "time_passes()\ngain = 0.1\ntime_passes()\ndel gain",
    ),
    "a source begins while its thing is described otherwise": (
        "a = agent(space('orchestra'), level=0.3)",
        "time_passes()\na.space = space('additive')\ntime_passes()",
    ),
}


@pytest.mark.parametrize("which", IN_BETWEEN)
def test_ticks_that_come_in_the_middle_of_a_block_are_replayed(
    tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
):
    playing, block = IN_BETWEEN[which]
    with Stage(tmp_path / "journal", 1, holds=0.0, pauses=0.0) as stage:
        monkeypatch.setattr(builtins, "time_passes", lambda: stage.advance(0.05), raising=False)
        stage.eval(PLAYING)
        stage.advance(0.05)
        for each in playing.split("---"):
            assert stage.eval(each)
            stage.advance(0.01)
        stage.eval(block)
        stage.advance(0.2)
        heard = np.concatenate(stage.heard)
    monkeypatch.setattr(builtins, "time_passes", lambda: None)
    check(tmp_path, heard)


def test_a_name_that_begins_while_the_mind_is_late_begins_at_no_other_level(tmp_path: Path):
    with Stage(tmp_path / "journal", 1, holds=0.0, pauses=0.0) as stage:
        stage.advance(0.1)
        assert stage.eval("a = space('additive').hold(0.3, 0.6, level=0.05)")
        stage.hold("mind", 12)
        stage.advance(0.3)
        heard = np.concatenate(stage.heard)
    assert 0.001 < np.abs(heard).max() < 1.5 * np.abs(heard[-4800:]).max()
    check(tmp_path, heard)


@pytest.mark.parametrize("part", ["mind", "engine", "voices"])
def test_more_changes_than_are_kept_are_not_heard_in_the_replay_either(tmp_path: Path, part: str):
    with Stage(tmp_path / "journal", 1, holds=0.0, pauses=0.0) as stage:
        assert stage.eval(
            PLAYING + "\na.level = sine(0, 0.5, period=20*ms)\na.pan = noise(every=10*ms)"
        )
        stage.advance(0.2)
        stage.hold(part, 40)
        stage.advance(0.5)
        stage.settle()
        heard = np.concatenate(stage.heard)
    check(tmp_path, heard)


def test_what_a_mind_does_that_is_ahead_of_the_engine_is_replayed(tmp_path: Path):
    with Stage(tmp_path / "journal", 1, holds=0.0, pauses=0.0) as stage:
        assert stage.eval(PLAYING)
        stage.advance(0.1)
        for block in (
            "c = space('additive').hold(0.5, level=0.3)\na.duck = 'b'",
            "b.drive = 0.4",
            HALL,
        ):
            stage.hold("engine", 20)
            stage.advance(0.08)
            assert stage.eval(block)
            stage.advance(0.2)
        stage.settle()
        heard = np.concatenate(stage.heard)
    check(tmp_path, heard)


def test_effects_of_a_mind_that_is_late_are_replayed(tmp_path: Path):
    with Stage(tmp_path / "journal", 1, holds=0.0, pauses=0.0) as stage:
        assert stage.eval(PLAYING)
        stage.advance(0.2)
        for block in ("a.drive = 0.5\na.duck = 'b'", "b.cut = 900", "a.duck = None"):
            stage.hold("mind", 9)
            stage.advance(0.03)
            stage.eval(block)
            stage.advance(0.1)
        stage.settle()
        heard = np.concatenate(stage.heard)
    check(tmp_path, heard)
