"""What is known of other processes: from /proc, and on systems without it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from livecode.system import processes
from livecode.system.here import HERE, system_of
from livecode.system.signals import kill, let_pid_go_on

SLEEP = "print(flush=True); import time; time.sleep(60)"


@pytest.fixture(params=["/proc", "without /proc"], autouse=True)
def _told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "/proc":
        monkeypatch.setattr(processes, "HERE", system_of("darwin"))
    elif not HERE.proc:
        pytest.skip("there is no /proc on this system")


@pytest.fixture
def sleeper() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts processes that sleep, under a title."""
    started: list[subprocess.Popen[bytes]] = []

    def start(title: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SLEEP, title]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()  # until then it may have no title
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_process_is_stopped_goes_on_and_ends(
    sleeper: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    process = sleeper("somebody")
    assert processes.runs(process.pid)
    assert not processes.is_stopped(process.pid)
    process.send_signal(signal.SIGSTOP)
    until(lambda: processes.is_stopped(process.pid))
    let_pid_go_on(process.pid)
    until(lambda: not processes.is_stopped(process.pid))
    kill(process.pid)
    until(lambda: not processes.runs(process.pid))  # though nobody has waited for it
    assert not processes.is_ours(process.pid)


@pytest.mark.parametrize("title", ["livecode: mind", "livecode.engine", "somebody"])
def test_livecode_s_are_told_from_strangers(
    sleeper: Callable[[str], subprocess.Popen[bytes]], title: str
) -> None:
    assert processes.is_ours(sleeper(title).pid) == title.startswith("livecode")


def test_children_are_ended_but_those_that_are_known(
    sleeper: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    known, other = sleeper("known"), sleeper("other")
    mine = set(processes._children())
    assert {known.pid, other.pid} <= mine
    processes.end_adopted(mine - {other.pid})
    assert processes.runs(known.pid)
    assert not processes.runs(other.pid)
    processes.end_group(known.pid)
    until(lambda: not processes.runs(known.pid))


def test_nobody_has_the_id_zero() -> None:
    assert not processes.runs(0)
    assert processes.runs(os.getpid())
    assert processes.has_parent(os.getppid())
    assert not processes.has_parent(os.getpid())
