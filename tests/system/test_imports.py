"""Every module is imported, and a performance plays offline, where only what Windows has is there."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What Windows does not have.
MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "_posixshmem")
OS = (
    "chown fchmod fchown fork forkpty getegid geteuid getgid getloadavg getpgid getpriority getsid getuid "
    "killpg mkfifo nice posix_fadvise posix_fallocate register_at_fork sched_getaffinity sched_param "
    "sched_setscheduler setpgid setpriority setsid statvfs sysconf uname wait wait3 wait4 waitid"
)
SIGNAL = (
    "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 SIGWINCH "
    "alarm pthread_kill pthread_sigmask setitimer"
)
#: Libraries are imported before, since theirs is to know on which system they are.
WITHOUT = f"""
import importlib, os, signal, sys
from livecode import Session
names = sys.argv[1:]
for name in names:
    importlib.import_module(name)
for module, lacks in ((os, {OS!r}), (signal, {SIGNAL!r})):
    for name in lacks.split():
        if hasattr(module, name):
            delattr(module, name)
for name in {MODULES!r}:
    sys.modules[name] = None
for name in [each for each in sys.modules if each.split(".")[0] == "livecode"]:
    if name not in ("livecode.system.here", "livecode.system.guard"):
        del sys.modules[name]
for name in names:
    importlib.import_module(name)
from livecode import Session
with Session(seed=1) as session:
    assert session.eval("ego = agent('additive')").error is None
    peak = abs(session.advance(1.0)).max()
print("peak", peak)
"""


#: What is started by itself: all that plays stands behind it.
STARTED = (
    "livecode.cli.play", "livecode.engine.__main__", "livecode.kernel.__main__",
    "livecode.processes.__main__", "livecode.sending.__main__", "livecode.stage.__main__",
    "livecode.terminal.opening", "livecode.voices.__main__",
)  # fmt: skip
EVERYTHING = tuple(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "livecode").rglob("*.py"))
    if not {"__init__.py", "__main__.py", "bench"} & set(path.parts)
)


@pytest.mark.parametrize(
    "modules",
    [STARTED, pytest.param(EVERYTHING, marks=pytest.mark.slow)],
    ids=["what is started", "everything"],
)
def test_what_windows_lacks_is_needed_by_nothing(modules: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *modules],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert float(done.stdout.split()[-1]) > 0.01
