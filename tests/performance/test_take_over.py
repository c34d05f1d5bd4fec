"""A mind that takes over from one that died: the same plays on, and nothing is heard of it."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from livecode import Session
from livecode.journal.inheritance import read_inheritance
from livecode.journal.journal_file import Journal
from livecode.transport.messages import Failed, send
from livecode.transport.status import Status, decode_status, encode
from tests.samplernn_model import write_samplernn
from tests.sound import jump, longest_silence_s, rms

EGO = "ego = agent(space('additive'), dims=2, every=20*ms)"


def killed(session: Session, journal: Path) -> None:
    """Replace the session's mind by one that knows its journal and its last status only."""
    former = session.performance
    former.arena.board.post(encode(former.status()))
    status = decode_status(former.arena.board.look())
    former.close()
    if former.journal is not None:
        former.journal.close()  # a dead mind writes no more
    performance = session.replace_mind()
    performance.handover.take_over(read_inheritance(journal).in_order, status)
    performance.journal = Journal(journal)


@pytest.fixture
def journal(session: Session, tmp_path: Path) -> Path:
    """Where the session's blocks are written down."""
    path = tmp_path / "journal"
    session.performance.journal = Journal(path)
    return path


@pytest.fixture
def kill(session: Session, journal: Path) -> Callable[[], None]:
    return lambda: killed(session, journal)


def generations(session: Session) -> dict[str, int]:
    return {
        each.name: each.generation
        for each in session.performance.generations.table()
        if not each.leaving
    }


def test_the_same_things_play_and_nothing_is_started_again(session: Session, kill):
    session.eval(EGO + "\nr7 = stream(level=0.5)")
    session.eval("@dsp\ndef hall(ego, gain=0.5): return ego * gain")
    session.eval("hall.gain = 0.25\nego.dims = 4\n1/0")
    session.eval("hall.gain = 0.25\nego.dims = 4")
    session.advance(2.0)
    before, steady = generations(session), jump(session.advance(1.0))
    position = session.get("ego").position
    kill()
    assert generations(session) == before
    assert session.get("ego").position == pytest.approx(position)
    assert session.get("ego").dims == 4
    assert session.get("hall").gain == 0.25
    audio = session.advance(1.0)
    assert longest_silence_s(audio, 48000) < 0.005
    assert jump(audio) < 1.5 * steady
    assert generations(session) == before
    assert session.eval("ego.level = 0.1").ok


def test_a_hush_that_was_undone_is_undone_again_though_nothing_of_it_sounds_any_more(session, kill):
    session.eval("r7 = stream()")
    session.eval("r8 = stream()")
    session.eval("hush(0)")
    session.eval("undo()")
    session.eval("free(r7, r8)")
    session.advance(1.0)
    kill()
    assert not session.eval("r7").ok
    assert not session.eval("r8").ok


def test_what_was_deleted_redefined_hushed_or_undone_stays_so(session: Session, kill):
    session.eval(EGO + "\nr7 = stream()\nr8 = stream()\nr9 = stream(level=0.2)")
    session.eval("del r7")
    session.eval("hush(0)")
    session.advance(0.3)
    session.eval(EGO + "\nr9 = stream(level=0.2)")
    session.eval("ego.level = 0.3")
    session.eval("ego.level = 0.9")
    session.eval("undo()")
    session.eval("r9.level = 0.1")
    session.advance(1.0)
    before, loud = generations(session), rms(session.advance(0.5))
    kill()
    assert generations(session) == before
    assert set(before) == {"ego", "r9"}
    assert (session.get("ego").level, session.get("r9").level) == (0.3, 0.1)
    session.advance(0.2)
    assert rms(session.advance(0.5)) == pytest.approx(loud, rel=0.1)


def test_what_a_block_imported_stays_though_a_name_in_it_was_refused(session: Session, kill):
    session.eval(EGO)
    assert not session.eval("import math\nego.pan = lambda t: math.sin(t) / 0").ok
    session.eval("ego.pan = lambda t: math.cos(t) / 2")
    session.advance(0.2)
    kill()
    session.advance(0.2)
    assert session.get("math").cos(0) == 1
    assert [str(each) for each in session.log if each.kind == "fallback"] == []


FAILS_LATER = "n = [0]\n@reward\ndef good(rings):\n    n[0] += 1\n    return 1.0 / (n[0] < 5)"


def failures(session: Session) -> int:
    return sum("ZeroDivisionError" in each.text for each in session.log if each.kind == "fallback")


def test_what_had_failed_and_was_taken_back_stays_so(session: Session, kill):
    session.eval(EGO)
    assert not session.eval("1 / 0").ok  # it did nothing and is not run again, but counts
    session.eval("@reward\ndef good(rings): return 0.5\nego.reward = good")
    session.eval("ego.pan = lambda t: 0.25")
    session.advance(0.2)
    session.eval(FAILS_LATER)
    session.eval("m = [0]\nego.pan = lambda t: m.append(0) or 1 / (len(m) < 5)")
    session.advance(0.5)
    assert failures(session) == 2
    for _ in range(2):
        kill()
        session.advance(0.5)
        assert failures(session) == 0
        assert session.get("ego").player.reward == pytest.approx(0.5)
        assert session.performance.status().values["ego.pan"] == pytest.approx(0.25)


def test_a_graph_that_had_failed_stays_so_with_what_was_set_since(session: Session, kill):
    session.eval(EGO + "\n@dsp\ndef hall(ego, gain=0.5): return ego * gain")
    session.advance(0.5)
    session.eval("@dsp\ndef hall(ego, gain=0.4, bent=0.1): return ego * gain * bent")
    session.advance(0.5)
    failed = Failed("hall", generations(session)["hall"], "it gave samples that are not numbers")
    send(session.performance.arena.messages["engine", "mind"], failed)
    session.advance(0.5)
    session.eval("hall.gain = 0.3")
    session.advance(0.5)
    before = generations(session)
    for _ in range(2):
        kill()
        session.advance(0.5)
        assert generations(session) == before
        assert session.get("hall").gain == 0.3
        assert "bent" not in session.get("hall").settings["source"]


def test_a_reward_that_had_failed_as_a_tilt_stays_taken_back(session: Session, kill, tmp_path):
    path = write_samplernn(tmp_path, sharp=4.0, lufs=-20.0)
    assert session.eval(
        f"r7 = stream({str(path)!r}, guard=0)\nr7.candidates, r7.chunk = 4, 50*ms"
    ).ok
    session.eval("@reward\ndef loud(sound): return sound.level\nr7.tilt = 0.5 * loud")
    session.advance(0.5)
    for block in (
        "@reward\ndef loud(sound): return sound.level / (sound.surprise == 0)",  # as a candidate
        "@reward\ndef bad(sound): return 1 / (sound.surprise == 0)\nr7.tilt = bad",
    ):
        assert session.eval(block).ok
        session.advance(0.5)
        before = failures(session)
        for _ in range(2):
            kill()
            session.advance(0.5)
            assert failures(session) == 0 < before
            assert session.performance.status().pushed["r7"] > 1
    assert session.eval("@reward\ndef bad(sound): return -sound.level").ok
    session.advance(0.5)
    kill()
    session.advance(0.5)
    assert failures(session) == 0
    assert session.performance.status().pushed["r7"] > 1


def test_what_had_failed_and_was_evaluated_again_plays(session: Session, kill):
    session.eval(EGO + "\n@reward\ndef good(rings): return 0.5\nego.reward = good")
    session.eval(FAILS_LATER.replace("n = [0]\n", ""))  # n is not there
    session.eval("n = [0]")
    session.eval(FAILS_LATER.replace("n = [0]\n", ""))
    session.advance(0.5)
    assert failures(session) == 1
    session.eval("n = [-10**6]")
    session.eval(FAILS_LATER.replace("n = [0]\n", ""))
    session.advance(0.1)
    assert session.get("ego").player.reward == 1.0
    kill()
    session.advance(0.1)
    assert session.get("ego").player.reward == 1.0


def test_what_was_undone_is_told_once(session: Session, kill):
    session.eval(EGO)
    session.eval("ego.level = 0.5")
    session.eval("undo()")
    session.eval("redo()")
    kill()
    assert [each.kind for each in session.log if each.kind in ("undo", "redo")] == []
    assert session.get("ego").level == 0.5


def test_a_panic_that_was_long_ago_does_not_silence_again(session: Session, kill):
    session.eval(EGO)
    session.advance(0.5)
    session.eval("panic()")
    session.advance(0.5)
    session.eval(EGO)
    session.advance(0.5)
    kill()
    assert longest_silence_s(session.advance(0.5), 48000) < 0.005


def test_curves_and_the_beat_go_on_from_where_they_were(session: Session, kill):
    session.advance(1.0)
    session.eval("tempo(90)")
    session.eval("r7 = stream(level=ramp(0, 1, over=8*beats))\nup = sine()")
    session.advance(1.0)
    session.eval("tempo(150)")
    session.advance(1.0)
    level = session.get("r7").player.controls["level"].automation.now
    beat = session.performance.status().beat
    kill()
    assert session.performance.status().beat == pytest.approx(beat, abs=0.02)
    assert session.performance.tempo.bpm == 150
    session.advance(0.01)
    assert session.get("r7").player.controls["level"].automation.now == pytest.approx(
        level, abs=0.02
    )


def test_mutes_solos_fade_and_quant_are_as_they_were(session: Session, kill):
    session.eval(EGO + "\nr7 = stream()\nmute(r7)\nsolo(ego)\nfade(2*s)\nquant(1*bars)")
    session.advance(0.5)
    mix = session.performance.sounds.mix
    kill()
    assert session.performance.sounds.mix == mix


def test_what_changed_after_the_last_block_that_was_heard_is_swapped(
    session: Session, journal: Path
):
    session.eval(EGO)
    session.advance(1.0)
    before = generations(session)
    session.eval("ego = agent(space('additive'), dims=2, seed=9)\nr7 = stream()")
    former, table = session.performance, session.performance.generations.table()[:1]
    playing = (msgspec.structs.replace(table[0], leaving=False),)
    former.status = lambda: Status(playing=playing)  # type: ignore[method-assign]
    killed(session, journal)
    assert generations(session)["ego"] != before["ego"]
    assert longest_silence_s(session.advance(1.0), 48000) < 0.005


def test_what_sounds_and_is_in_no_block_fades_out(session: Session, journal: Path):
    session.eval("r7 = stream()")
    session.advance(0.5)
    journal.unlink()
    session.performance.journal = Journal(journal)
    killed(session, journal)
    session.advance(1.0)
    assert np.abs(session.advance(0.3)).max() < 1e-4


def test_it_takes_over_twice_and_goes_on(session: Session, kill):
    session.eval(EGO)
    session.advance(0.5)
    kill()
    session.eval("r7 = stream()")
    session.advance(0.5)
    before = generations(session)
    kill()
    assert generations(session) == before == {"ego": 1, "r7": 2}
    assert session.eval("ego = agent(space('additive'), seed=4)").ok
    session.advance(0.5)
    assert session.engine.errors == 0


def test_what_is_in_quarantine_stays_there(session: Session, kill) -> None:
    evil = (("/evil.wav", "1"),)
    session.performance.generations.keep_in_quarantine([evil])
    session.eval("x = 1")
    kill()
    assert session.performance.generations.quarantined == (evil,)


def test_what_a_block_waited_for_is_not_waited_for_again(session: Session, kill) -> None:
    session.eval("import asyncio, time\nfrom time import monotonic, sleep")
    waits = "began = monotonic()\n{wait}\n{name} = monotonic() - began"
    session.eval(waits.format(wait="time.sleep(0.2); sleep(0.2)", name="slept"))
    session.eval(waits.format(wait="await asyncio.sleep(0.2)", name="awaited"))
    assert session.get("slept") >= 0.4
    kill()
    assert session.get("slept") < 0.2
    assert session.get("awaited") < 0.2
    session.eval(waits.format(wait="time.sleep(0.1); sleep(0.1)", name="slept"))
    assert session.get("slept") >= 0.2, "blocks wait again that are evaluated from now on"
