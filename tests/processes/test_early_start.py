"""A supervisor that is started before its performance is known, with those that play."""

import time
from collections.abc import Callable
from contextlib import closing

import psutil

from livecode.processes.early import PLAYING, early_supervisor
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.system.early import EarlyProcess


def await_(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def started_by(early: EarlyProcess) -> set[int]:
    return {each.pid for each in psutil.Process(early._process.pid).children()}


def test_what_was_started_early_plays_and_what_dies_of_it_is_replaced() -> None:
    with closing(early_supervisor()) as early:
        await_(lambda: len(started_by(early)) == len(PLAYING))
        waiting = started_by(early)
        live = Live(Options(audio="headless", osc_port=0))
        live.attachment._early = early
        with live:
            assert live.header.supervisor_pid == early._process.pid
            ok, error = live.evaluate("ego = agent(space('additive'), dims=2)")
            assert ok, error
            live.await_sound()
            playing = {int(getattr(live.header, f"{name}_pid")) for name in PLAYING}
            assert playing == waiting
            titles = {psutil.Process(pid).cmdline()[0] for pid in playing}
            assert titles == {f"livecode: {name}" for name in PLAYING}
            assert " mind " in live.paths.log.read_text()
            voices = int(live.header.voices_pid)
            psutil.Process(voices).kill()
            live.await_(lambda: live.header.voices_pid != voices, "other voices")
            live.await_(lambda: live.header.voices_epoch > 1, "other voices that play")
    assert not any(psutil.pid_exists(pid) for pid in playing)


def test_a_supervisor_that_has_died_early_is_started_again() -> None:
    with closing(early_supervisor()) as early:
        early._process.kill()
        early._process.wait()
        live = Live(Options(audio="headless", osc_port=0))
        live.attachment._early = early
        with live:
            live.await_(lambda: live.header.mind_tick > 0, "a mind that ticks")
            assert live.header.supervisor_pid != early._process.pid


def test_without_a_performance_all_of_them_end() -> None:
    with closing(early_supervisor()) as early:
        await_(lambda: len(started_by(early)) == len(PLAYING))
        waiting = started_by(early)
    await_(lambda: not any(psutil.pid_exists(pid) for pid in waiting))
