"""A running performance with its terminal: no socket that others reach, and no file that they read."""

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from livecode.journal import archive
from livecode.journal.installation import key_file
from livecode.processes import running
from livecode.system.here import HERE
from livecode.terminal.history import BlockHistory
from livecode.terminal.swap_file import SwapFile
from livecode.terminal.text_file import TextFile
from livecode.transport import Arena
from tests.portable import in_a_terminal

ROOT = Path(__file__).parents[2]
OSC_PORT = 0
TABLES = ("tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6")


def await_(condition: Callable[[], object], what: str, within_s: float = 60.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders of an installation of its own, under a umask that hides nothing."""
    home = tmp_path_factory.mktemp("home")
    former = os.umask(0)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        yield home
    os.umask(former)


@pytest.fixture(scope="module")
def arena(folders: Path) -> Iterator[Arena]:
    """A performance of an agent and a stream at a pseudo terminal, with a spare mind."""
    night = folders / "night.py"
    night.write_text("# %% both\nego = agent(space('orchestra'))\nr7 = stream('chorale', seed=1)\n")

    def play() -> None:
        os.chdir(ROOT)
        os.environ["TERM"] = "xterm"
        play = ["-m", "livecode.cli", "play", str(night), "--audio", "headless"]
        os.execv(sys.executable, [sys.executable, *play, "--osc-port", str(OSC_PORT)])

    terminal, window = in_a_terminal(play)

    def read() -> None:
        try:
            while os.read(window, 1 << 16):
                pass
        except OSError:
            pass

    threading.Thread(target=read, daemon=True).start()
    found: list[Arena] = []

    def plays() -> bool:
        for each in archive.performances():
            if (attached := running.attached(each)) is not None:
                found[:] = [attached[1]]
        return bool(found) and max(found[0].header.peak_left, found[0].header.peak_right) > 0.01

    try:
        await_(plays, "sound")
        yield found[0]
    finally:
        os.kill(terminal, signal.SIGHUP)
        for each in archive.performances():
            if running.attached(each) is not None:
                running.stop(each)
        os.waitpid(terminal, 0)


def everyone(arena: Arena) -> dict[int, str]:
    """All processes of a performance by their ids: those of the header, and all that these have started."""
    header = arena.header
    first = ("terminal", "supervisor", "engine", "voices", "mind")
    found = {int(getattr(header, f"{name}_pid")): name for name in first}
    for pid in list(found):
        for child in psutil.Process(pid).children(recursive=True):
            line = child.cmdline()
            is_spare = (
                "--spare" in line or "livecode: spare mind" in line
            )  # before it has a title, and then
            name = "spare mind" if is_spare else f"child of the {found[pid]}"
            found.setdefault(child.pid, name)
    return found


def sockets(pid: int) -> set[str]:
    """The inodes of the sockets that a process holds."""
    links = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.add(os.readlink(descriptor))
        except FileNotFoundError:
            continue
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def table(pid: int, name: str) -> dict[str, str]:
    """The sockets of one of the system's tables, as inode -> row, as the process sees them."""
    path = Path(f"/proc/{pid}/net/{name}")
    rows = path.read_text().splitlines()[1:] if path.exists() else []
    return {row.split()[9]: row for row in rows}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not tell")
def test_no_process_has_a_socket_of_the_network_but_the_mind_s_for_osc(arena: Arena) -> None:
    await_(lambda: "spare mind" in everyone(arena).values(), "a spare mind")
    held: dict[str, set[str]] = {}
    for pid, name in everyone(arena).items():
        own = sockets(pid)
        for each in TABLES:
            if there := own & table(pid, each).keys():
                held.setdefault(name, set()).update({each} if there else set())
    if not HERE.local_sockets:  # the mind and the terminal meet over TCP
        assert held.pop("terminal") == {"tcp"}
        held["mind"].remove("tcp")
    assert held == {"mind": {"udp"}}, "only the port for OSC, which was asked for"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not tell")
@pytest.mark.skipif(HERE.local_sockets, reason="no process has a TCP socket on this system")
def test_over_tcp_only_this_machine_reaches_the_mind(arena: Arena) -> None:
    pid = int(arena.header.mind_pid)
    rows = table(pid, "tcp")
    addresses = {rows[inode].split()[1].split(":")[0] for inode in sockets(pid) & rows.keys()}
    assert addresses == {"0100007F"}, "127.0.0.1, as Linux writes it"


@pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="this system does not tell")
@pytest.mark.skipif(not HERE.local_sockets, reason="there are no local sockets on this system")
def test_local_sockets_lie_in_folders_that_only_this_user_can_enter(arena: Arena) -> None:
    bound = []
    for pid in everyone(arena):
        own = sockets(pid)
        for row in Path("/proc/net/unix").read_text().splitlines()[1:]:
            fields = row.split()
            if len(fields) > 7 and fields[6] in own:
                bound.append(fields[7])
    assert bound
    for path in bound:
        assert not path.startswith("@"), "anybody could connect to it"
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700


def test_only_this_user_reads_what_is_kept(arena: Arena, folders: Path) -> None:
    SwapFile(archive.performances()[-1].typed).keep("ego = 1")
    BlockHistory(folders / "state" / "livecode" / "history").add("ego = 1")
    assert TextFile(None).keep("ego = 1") is not None
    await_((archive.performances()[-1].folder / "learned.safetensors").exists, "what is learned")
    kept = [
        *archive.folder().rglob("*"), *(folders / "state").rglob("*"),
        key_file(), archive.folder(), folders / "state" / "livecode",
    ]  # fmt: skip
    names = {each.name for each in kept}
    assert {"journal", "log", "playing.json", "typed.py", "history", "unsaved"} <= names
    modes = {each: stat.S_IMODE(each.stat().st_mode) for each in kept if each.exists()}
    assert {
        each: oct(mode)
        for each, mode in modes.items()
        if mode != (0o700 if each.is_dir() else 0o600)
    } == {}


def test_files_that_an_older_version_left_open_to_others_are_closed(folders: Path) -> None:
    history = folders / "state" / "livecode" / "history"
    history.parent.mkdir(parents=True, exist_ok=True)
    history.touch()
    history.chmod(0o644)
    history.parent.chmod(0o755)
    BlockHistory(history).add("x = 2")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700


def test_texts_that_were_put_beside_the_kept_ones_stay(folders: Path) -> None:
    unsaved = folders / "state" / "livecode" / "unsaved"
    unsaved.mkdir(parents=True, exist_ok=True)
    (unsaved / "0000-mine.py").write_text("somebody's own")
    for number in range(60):
        (unsaved / f"2020-01-01_00-00-{number:02}_set.py").write_text("x")
    assert TextFile(None).keep("y = 2") is not None
    assert (unsaved / "0000-mine.py").exists()
    assert len(list(unsaved.glob("20*.py"))) == 50
