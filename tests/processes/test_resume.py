"""kill -9, a closed terminal, a power cut: what goes on sounding, and what comes back."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile
from jupyter_client import BlockingKernelClient

from livecode.cli.settings import OUTLIVE_S
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.inheritance import read_inheritance
from livecode.journal.journal_file import last_status, read_journal
from livecode.processes import running
from livecode.processes.running import RunningFile
from livecode.system.processes import runs
from livecode.system.segments import segment_file
from livecode.transport import Arena
from tests.portable import in_a_terminal

ROOT = Path(__file__).parents[2]
LIVECODE = [sys.executable, "-m", "livecode.cli"]
HEADLESS = ["--audio", "headless", "--osc-port", "0"]
NAMES = ("engine", "voices", "mind")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    for each in archive.performances():
        if running.attached(each) is not None:
            running.stop(each)


def await_(condition: Callable[[], object], what: str, within_s: float = 30.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def peak(arena: Arena) -> float:
    return max(arena.header.peak_left, arena.header.peak_right)


def playing() -> tuple[ArchivedPerformance, RunningFile, Arena]:
    """Wait until a performance is heard, and return it."""
    found: list = []

    def there() -> bool:
        for each in archive.performances():
            if (attached := running.attached(each)) is not None:
                found[:] = [each, *attached]
        return bool(found) and peak(found[2]) > 0.01

    await_(there, "sound")
    return found[0], found[1], found[2]


def evaluate(found: RunningFile, code: str) -> str:
    """Evaluate a block beside the terminal; return its error sentence, or "ok"."""
    client = BlockingKernelClient(connection_file=found.connection)
    client.load_connection_file()
    client.start_channels(hb=False)
    try:
        client.wait_for_ready(timeout=60)
        reply = client.execute(code, reply=True, timeout=60)
        return reply["content"].get("evalue", "ok")
    finally:
        client.stop_channels()


def livecode(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*LIVECODE, *arguments], capture_output=True, text=True, timeout=100, check=False, cwd=ROOT
    )


def open_terminal() -> tuple[int, int]:
    """Open `livecode play` in a pseudo terminal; return its process id and the other end."""

    def play() -> None:
        os.chdir(ROOT)
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [*LIVECODE, "play", "sets/first.py", *HEADLESS])

    process, window = in_a_terminal(play)

    def read() -> None:
        try:
            while os.read(window, 1 << 16):
                pass
        except OSError:
            pass

    threading.Thread(target=read, daemon=True).start()
    return process, window


@pytest.mark.parametrize(
    "how", ["kill -9", pytest.param("a closed terminal", marks=pytest.mark.slow)]
)
def test_a_terminal_that_is_gone_is_missed_by_nobody_and_another_takes_its_place(how: str):
    process, window = open_terminal()
    performance, files, arena = playing()
    processes = list(running.pids(arena))
    if how == "kill -9":
        os.kill(process, signal.SIGKILL)
    else:
        os.close(window)
    os.waitpid(process, 0)
    blocks = arena.header.blocks
    await_(lambda: arena.header.blocks > blocks + 100, "half a second of blocks")
    await_(lambda: peak(arena) > 0.01, "sound")
    await_(lambda: not running.has_terminal(arena), "the terminal's heart to be missed")
    refused = livecode("play", *HEADLESS, "--for", "1")
    assert refused.returncode == 2
    assert "still sounds" in refused.stderr
    assert "livecode resume" in refused.stderr
    resumed = livecode("resume", "--for", "1")
    assert resumed.returncode == 0, resumed.stderr
    assert "it has never stopped sounding" in resumed.stdout
    assert "first sound" in resumed.stdout
    assert "died" not in resumed.stdout
    await_(lambda: not any(map(runs, processes)), "the processes to end with that terminal")
    assert not segment_file(files.arena).exists()
    assert archive.summary(performance).clean


def test_what_plays_without_a_terminal_can_be_ended():
    process, _ = open_terminal()
    _, files, arena = playing()
    processes = list(running.pids(arena))
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    await_(lambda: not running.has_terminal(arena), "the terminal's heart to be missed")
    assert livecode("sessions", "stop").returncode == 0
    assert not any(map(runs, processes))
    assert not segment_file(files.arena).exists()
    assert livecode("sessions", "stop").returncode == 2


def test_what_nobody_comes_back_to_ends_by_itself():
    process, _ = open_terminal()
    _, files, arena = playing()
    processes = list(running.pids(arena))
    assert arena.header.outlive_s == OUTLIVE_S
    arena.header.outlive_s = 1
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    await_(lambda: not any(map(runs, processes)), "the processes to end")
    assert not segment_file(files.arena).exists()


def start_play(*more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [*LIVECODE, "play", "sets/first.py", *HEADLESS, "--for", "100", *more],
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )


def kill_all(terminal: subprocess.Popen, arena: Arena) -> None:
    """Kill all processes, as a power cut does."""
    for process in (terminal.pid, *running.pids(arena)):
        if runs(process):
            os.kill(process, signal.SIGKILL)
    terminal.wait()


@pytest.mark.slow
def test_after_the_end_of_everything_code_tempo_and_scene_come_back():
    terminal = start_play()
    performance, files, arena = playing()
    assert evaluate(files, "ego.dims = 3\ntempo(93)\nlow = agent(glass, dims=1)") == "ok"
    before = last_status(performance.journal)[0]
    kill_all(terminal, arena)
    asked = "there = ego.dims, low.dims, tempo(), scene.name\nassert there == (3, 1, 93, 'wander'), there"
    again = subprocess.Popen([*LIVECODE, "resume", *HEADLESS, "--for", "60"], cwd=ROOT,
                             stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        _, files, arena = playing()
        assert evaluate(files, asked) == "ok"
        frame = arena.header.clock()[0]
        assert frame > before > 0, "sample time went on"
    finally:
        again.send_signal(signal.SIGINT)
        again.wait()
    summary = archive.summary(performance)
    assert summary.clean
    replayed = livecode(
        "replay", str(performance.journal), "-o", str(performance.folder / "again.wav")
    )
    assert replayed.returncode == 0, replayed.stdout


def heard(performance: ArchivedPerformance) -> list[str]:
    return [block.code for block in read_inheritance(performance.journal).in_order]


def kill_somebody(rng: random.Random, folder: Path) -> None:
    """Play, evaluate, kill a process at some moment, and assert that nothing is lost."""
    record = folder / "take.wav"
    terminal = start_play("--record", str(record))
    performance, files, arena = playing()
    assert evaluate(files, "low = agent(glass, dims=1)\nkick.level = 0.9") == "ok"
    evaluated = heard(performance)
    time.sleep(rng.uniform(0, 1.5))
    who = rng.choice([*NAMES, "terminal", "all"])
    if who == "all":
        kill_all(terminal, arena)
    elif who == "terminal":  # without a terminal nobody outlives it
        processes = list(running.pids(arena))
        terminal.kill()
        terminal.wait()
        await_(lambda: not any(map(runs, processes)), "the others to end")
    else:
        pid = getattr(arena.header, f"{who}_pid")
        assert pid > 0
        os.kill(pid, signal.SIGKILL)
        await_(lambda: getattr(arena.header, f"{who}_pid") != pid or peak(arena) > 0.01, who)
        kill_all(terminal, arena)
    assert list(read_journal(performance.journal)), "the journal loads"
    assert heard(performance)[: len(evaluated)] == evaluated, "another scene may have begun since"
    audio, _ = soundfile.read(record)
    assert len(audio), "the recording opens"
    resumed = livecode("resume", *HEADLESS, "--for", "10")
    assert resumed.returncode == 0, resumed.stderr
    assert "first sound" in resumed.stdout, (who, resumed.stdout)
    assert heard(performance)[: len(evaluated)] == evaluated


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_killed_and_when_nothing_is_lost(seed: int, tmp_path: Path):
    kill_somebody(random.Random(seed), tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(100, 150))
def test_fifty_moments_to_be_killed_at(seed: int, tmp_path: Path):
    kill_somebody(random.Random(seed), tmp_path)
