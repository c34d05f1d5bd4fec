"""What kills processes, or is meant to, and what goes on sounding: signals, sets of deaths, a bad block."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.processes.supervisor import SPARE_AFTER_S
from livecode.system.processes import runs
from livecode.system.segments import segment_file
from tests.portable import forks

AGENT = "ego = agent(space('additive'), dims=2, every=30*ms)"
PLAYERS = ("engine", "voices", "mind")
#: How long a busy machine may take to bring back what sounded; how long it does take is a benchmark's.
LIMIT_S = 20.0


@pytest.fixture(scope="module")
def live():
    with Live(Options(audio="headless", osc_port=0)) as playing:
        assert playing.evaluate(AGENT) == (True, None)
        playing.await_sound()
        yield playing


def pid_of(live: Live, name: str) -> int:
    """Return the id of a process of the performance; a signal to id 0 would reach the tests themselves."""
    pid = int(getattr(live.header, f"{name}_pid"))
    assert pid > 0
    return pid


def strike(live: Live, names: tuple[str, ...], number: int) -> None:
    """Send a signal to all these processes at once, and await others in their place, and sound."""
    pids = {name: pid_of(live, name) for name in names}
    killed_ns = time.monotonic_ns()
    for pid in pids.values():
        os.kill(pid, number)
    for name, pid in pids.items():
        live.await_(lambda name=name, pid=pid: pid_of(live, name) != pid, f"another {name}")
    for name in names:
        beat = f"{name}_beat_ns"
        live.await_(lambda beat=beat: getattr(live.header, beat) > killed_ns, f"{name} to beat")
    live.await_sound(LIMIT_S)


@pytest.mark.parametrize("name", PLAYERS)
def test_a_polite_kill_of_one_process_ends_nothing(live: Live, name: str) -> None:
    segment = segment_file(live.attachment.arena.name)
    strike(live, (name,), signal.SIGTERM)
    assert segment.exists() or not segment.parent.exists(), "the shared memory is its owner's"
    assert live.paths.connection.exists()
    assert live.evaluate("assert ego.dims == 2") == (True, None)
    assert not live.attachment.ended


@pytest.mark.parametrize(
    "names",
    [
        ("mind", "engine"),
        pytest.param(("mind", "voices"), marks=pytest.mark.slow),
        pytest.param(PLAYERS, marks=pytest.mark.slow),
        ("supervisor", *PLAYERS),
    ],
)
def test_whatever_dies_together_what_sounded_sounds_again(
    live: Live, names: tuple[str, ...]
) -> None:
    """The second time no spare mind is ready."""
    live.await_(lambda: time.monotonic_ns() - live.header.mind_beat_ns < 1e9, "a mind")
    for _ in range(2):
        strike(live, names, signal.SIGKILL)
    assert live.status.sounding.keys() == {"ego"}


def test_a_supervisor_that_is_killed_is_replaced_and_nobody_hears_it(live: Live) -> None:
    former, pids = pid_of(live, "supervisor"), [pid_of(live, name) for name in PLAYERS]
    os.kill(former, signal.SIGKILL)
    live.await_(lambda: pid_of(live, "supervisor") != former, "another supervisor")
    assert [pid_of(live, name) for name in PLAYERS] == pids, "it has adopted what runs"
    live.await_sound(1.0)


def test_processes_that_were_stopped_go_on(live: Live) -> None:
    for name in ("supervisor", *PLAYERS):
        os.kill(pid_of(live, name), signal.SIGSTOP)
    beats = {name: getattr(live.header, f"{name}_beat_ns") for name in ("supervisor", *PLAYERS)}
    for name, beat in beats.items():
        live.await_(
            lambda name=name, beat=beat: getattr(live.header, f"{name}_beat_ns") > beat, name
        )
    live.await_sound(LIMIT_S)


def test_a_stopped_spare_mind_takes_over_all_the_same(live: Live) -> None:
    def spare() -> int:
        children = psutil.Process(pid_of(live, "supervisor")).children()
        return next((each.pid for each in children if "spare" in "".join(each.cmdline())), 0)

    live.await_(spare, "a spare mind", SPARE_AFTER_S + 30)
    stopped = spare()
    assert stopped > 0
    os.kill(stopped, signal.SIGSTOP)
    strike(live, ("mind",), signal.SIGKILL)
    assert live.evaluate("assert ego.dims == 2") == (True, None)


def test_only_one_supervisor_at_a_time(live: Live) -> None:
    former = pid_of(live, "supervisor")
    command = [sys.executable, "-m", "livecode.processes", str(live.paths.archived.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as another:
        assert another.wait(30) == 3
    assert pid_of(live, "supervisor") == former
    assert runs(former)


def test_on_stage_a_block_awaits_or_runs_a_loop(live: Live) -> None:
    assert live.evaluate("import asyncio\nasync def f(): return 3") == (True, None)
    assert live.evaluate("await asyncio.sleep(0.01)\nassert await f() == 3") == (True, None)
    assert live.evaluate("assert asyncio.run(f()) == 3") == (True, None)


@pytest.mark.parametrize("how", [pytest.param("fork", marks=forks), "spawn"])
def test_a_pool_of_processes_works_with_the_performer_s_functions(live: Live, how: str) -> None:
    code = (
        "from multiprocessing import get_context\n"
        "def doubled(x):\n    return 2 * x\n"
        f"with get_context({how!r}).Pool(2) as pool:\n    answer = pool.map(doubled, [1, 2, 3])\n"
        "assert answer == [2, 4, 6], answer\n"
    )
    assert live.evaluate(code) == (True, None)


def test_what_changed_no_name_is_not_done_again(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "told"
    assert live.evaluate("kept = [1]") == (True, None)
    assert live.evaluate(f"open({str(path)!r}, 'a').write('once ')") == (True, None)
    assert live.evaluate("kept.append(2)") == (True, None)
    strike(live, ("mind",), signal.SIGKILL)
    assert live.evaluate("assert kept == [1, 2], kept") == (True, None)
    assert path.read_text() == "once "


def test_a_supervisor_without_a_place_for_its_log_goes_on(live: Live) -> None:
    folder = live.paths.log.parent
    hidden = folder.with_name("elsewhere")
    shutil.move(folder, hidden)
    try:
        strike(live, ("voices",), signal.SIGKILL)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(hidden, folder)


DEADLY = {
    "an alarm": "import signal; signal.alarm(2)",
    "no descriptors": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))",
    "no modules": "import sys; sys.modules.clear()",
    "a folder that is gone": (
        "import os, tempfile\nwhere = tempfile.mkdtemp()\nos.chdir(where)\nos.rmdir(where)"
    ),
    "its parent's death": (  # and nobody else's: an orphan's parent is a stranger
        "import psutil\nparent = psutil.Process().parent()\n"
        "if parent.cmdline()[0].startswith('livecode'): parent.kill()"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", DEADLY)
def test_a_block_cannot_end_the_performance(what: str) -> None:
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate(AGENT) == (True, None)
        live.await_sound()
        players = [pid_of(live, name) for name in ("engine", "voices")]
        live.begin(DEADLY[what])
        time.sleep(3.0)
        os.kill(pid_of(live, "mind"), signal.SIGKILL)

        def answers() -> bool:
            beat = live.header.mind_beat_ns
            time.sleep(4.0)
            return bool(live.header.mind_beat_ns > beat + 3e9)

        live.await_(answers, "a mind that stays", 90)
        assert live.peak > 0.01
        assert [pid_of(live, name) for name in ("engine", "voices")] == players
        assert live.evaluate("assert ego.dims == 2") == (True, None)


@pytest.mark.slow
def test_a_call_that_holds_up_all_threads_of_the_mind_costs_it_and_not_the_patterns() -> None:
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate("drums = hits('bd*4')") == (True, None)
        live.await_sound()
        pid = pid_of(live, "mind")
        live.begin("x = 10 ** 10 ** 9")  # no signal and no deadline gets through to it
        live.await_(lambda: any("Ctrl-C ends it" in each for each in live.said), "a word")
        live.await_(lambda: pid_of(live, "mind") != pid, "another mind")
        live.await_(lambda: any("the mind hung" in each for each in live.said), "the reason")
        live.await_sound(LIMIT_S)
        assert live.evaluate("assert drums.pattern and 'x' not in globals()") == (True, None)


def port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


CHILDREN = """
import os, subprocess, sys, time
from multiprocessing import Pool, Process, get_context
def same(x): return x
pools = [Pool(1), get_context("spawn").Pool(1)]
assert [pool.map(same, [1]) for pool in pools] == [[1], [1]]
forked = Process(target=time.sleep, args=(600,))
forked.start()
started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
apart = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
"""


def test_what_the_performer_started_ends_with_the_show_and_keeps_no_port() -> None:
    number = port()
    with Live(Options(audio="headless", osc_port=number)) as live:
        assert live.evaluate(CHILDREN) == (True, None)
        mind = psutil.Process(pid_of(live, "mind"))
        started = mind.children(recursive=True)
        assert len(started) >= 5
        os.kill(mind.pid, signal.SIGSTOP)
        mine = f"{number:04X}"
        rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()[1:]]
        inodes = {row[9] for row in rows if row[1].endswith(mine)}
        assert len(inodes) == 1
        for child in started:
            held = [os.readlink(each) for each in Path(f"/proc/{child.pid}/fd").iterdir()]
            assert not [each for each in held if any(inode in each for inode in inodes)]
    assert not psutil.wait_procs(started, timeout=10)[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", number))


@pytest.mark.slow
def test_what_sounded_does_not_wait_for_a_mind_that_has_much_to_run_again(live: Live) -> None:
    ok, error = live.evaluate(
        "import math\nlong = sum(math.sin(each) for each in range(60_000_000))"
    )
    assert ok, error
    killed_ns = time.monotonic_ns()
    for name in PLAYERS:
        os.kill(pid_of(live, name), signal.SIGKILL)
    live.await_(lambda: live.header.engine_beat_ns > killed_ns and live.peak < 1e-4, "silence")
    live.await_sound(LIMIT_S)
    assert live.header.mind_beat_ns < killed_ns, "the mind was first"
    live.await_(lambda: live.header.mind_beat_ns > killed_ns, "the mind", LIMIT_S)
    assert live.evaluate("assert ego.dims == 2 and long") == (True, None)
    live.evaluate("del long")
