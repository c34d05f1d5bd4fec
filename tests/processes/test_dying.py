"""Four real processes, and what is heard when each of them is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import soundfile

from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.system.here import HERE
from livecode.system.processes import runs
from tests.portable import segments

AGENT = "ego = agent(space('additive'), dims=2, every=30*ms)"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory):
    record = tmp_path_factory.mktemp("take") / "take.wav"
    with Live(Options(audio="headless", osc_port=0, record=record)) as playing:
        ok, error = playing.evaluate(AGENT)
        assert ok, error
        playing.await_sound()
        yield playing


def kill(live: Live, name: str) -> None:
    """kill -9; returns when it is known to be dead. How long things take is `bench recovery`'s."""
    pid = getattr(live.header, f"{name}_pid")
    os.kill(pid, signal.SIGKILL)
    live.await_(lambda: getattr(live.header, f"{name}_pid") != pid, f"another {name}")


def test_the_processes_are_named(live: Live):
    for name in ("engine", "voices", "mind"):
        pid = getattr(live.header, f"{name}_pid")
        assert psutil.Process(pid).cmdline()[0] == f"livecode: {name}"


def test_when_the_mind_dies_the_sound_goes_on_and_the_agent_plays_on_from_where_it_was(live: Live):
    live.evaluate("ego.level = 0.8")
    before = live.status.playing
    kill(live, "mind")
    quietest = 1.0
    heartbeat = live.header.mind_beat_ns

    def back() -> bool:
        nonlocal quietest
        quietest = min(quietest, live.peak)
        return live.header.mind_beat_ns > heartbeat

    live.await_(back, "the mind's heart")
    assert quietest > 0.01
    ok, error = live.evaluate("assert ego.level == 0.8")
    assert ok, error
    assert live.status.playing == before, "the same generation sounds: nothing was swapped"


def test_a_block_that_killed_the_mind_is_not_run_again(live: Live):
    pid = live.header.mind_pid
    live.begin("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    live.await_(lambda: live.header.mind_pid != pid, "another mind")
    second = live.header.mind_pid
    ok, error = live.evaluate("assert ego.dims == 2")  # answered once all blocks are run again
    assert ok, error
    assert live.header.mind_pid == second, "it has not died of the block"


def test_when_the_voices_die_they_fade_to_silence_and_come_back(live: Live):
    underruns = live.header.underruns
    kill(live, "voices")
    live.await_(lambda: live.peak < 1e-3, "silence")
    live.await_sound()
    assert live.header.underruns > underruns, "and it is counted"


def test_when_the_engine_dies_sound_comes_back(live: Live):
    beat = live.header.engine_beat_ns
    kill(live, "engine")
    live.await_(lambda: live.header.engine_beat_ns > beat and live.peak > 0.01, "sound")


def test_the_clock_goes_on_across_an_engine_s_death(live: Live):
    before, at = live.header.clock()[0], time.monotonic()
    kill(live, "engine")
    live.await_sound()
    played_s = (live.header.clock()[0] - before) / 48000
    assert played_s == pytest.approx(time.monotonic() - at, abs=0.1)


def test_the_recording_is_whole_after_all_that(live: Live):
    audio, rate = soundfile.read(live.attachment.options.record)
    seconds = live.header.clock()[0] / 48000
    assert rate == 48000
    assert len(audio) / rate == pytest.approx(seconds, abs=1.5)


def test_while_the_mind_spins_panic_silences_and_the_others_go_on(live: Live):
    live.begin("while True: sum(range(10**6))")
    live.await_(lambda: live.status.evaluating, "the block to begin")
    blocks = live.header.blocks
    live.attachment.panic()
    live.await_(lambda: live.peak == 0.0, "silence", 0.5)
    assert live.header.blocks - blocks < 12, "within a block, and what it takes to see it from here"
    live.attachment.interrupt()
    ok, error = live.evaluate(AGENT)
    assert ok, error
    live.await_sound()


def test_an_endless_loop_is_interrupted(live: Live):
    live.begin("while True: pass")
    live.await_(lambda: live.status.evaluating, "the block to begin")
    live.attachment.interrupt()
    ok, error = live.evaluate("1 + 1")
    assert ok, error
    assert live.peak > 0.01


def start_play(*arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "livecode.cli", "play", "sets/first.py", "--audio", "headless"]
    return subprocess.Popen(
        [*command, "--osc-port", "0", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def await_gone(children: list[psutil.Process], made: set[Path]) -> None:
    end = time.monotonic() + 30
    while any(runs(child.pid) for child in children):  # a zombie waits for a slow init alone
        assert time.monotonic() < end, "processes are left behind"
        time.sleep(0.01)
    while any(path.exists() for path in made):
        assert time.monotonic() < end, "shared memory is left behind"
        time.sleep(0.01)


@pytest.mark.parametrize(
    "how", [pytest.param("a normal end", marks=pytest.mark.slow), "Ctrl-C", "kill -9"]
)
def test_nothing_is_left_behind_after(how: str):
    terminal = start_play("--for", "6" if how == "a normal end" else "60")
    assert terminal.stdout is not None
    while "first sound" not in terminal.stdout.readline():
        assert terminal.poll() is None
    children = psutil.Process(terminal.pid).children(recursive=True)
    made = segments(terminal.pid)
    assert len(children) >= 3
    if not HERE.named_memory or Path("/dev/shm").exists():
        assert made
    if how == "Ctrl-C":
        terminal.send_signal(signal.SIGINT)
    elif how == "kill -9":
        terminal.kill()
    status = terminal.wait(40)
    if how == "a normal end":
        assert status == 0
    await_gone(children, made)
