"""What each system has, and which rooms ask."""

import ast
import re
from pathlib import Path

import pytest

from livecode.system.here import System, system_of

PACKAGE = Path(__file__).parents[2] / "livecode"
LINUX = System(forks=True, named_memory=True, local_sockets=True, sends_interrupts=True, proc=True)
MACOS = System(
    forks=False, named_memory=True, local_sockets=True, sends_interrupts=True, proc=False
)
WINDOWS = System(
    forks=False, named_memory=False, local_sockets=False, sends_interrupts=False, proc=False
)


def test_each_system_has_what_it_has() -> None:
    assert system_of("linux") == LINUX
    assert system_of("darwin") == MACOS
    assert system_of("win32") == WINDOWS


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_under_the_switch_every_system_has_what_windows_has(platform: str) -> None:
    assert system_of(platform, portable=True) == WINDOWS


#: What only some systems have, as attributes of `os` and `signal`, and as folders.
OS = re.compile(
    r"fork(pty)?|kill|killpg|get[e]?[ug]id|setsid|fch(mod|own)|chown|wait(pid|id)?|nice|statvfs|sysconf"
    r"|(get|set)priority|sched_.*|posix_.*|mkfifo|uname|getloadavg|register_at_fork"
)
SIGNAL = re.compile(
    r"SIG(KILL|HUP|CONT|STOP|TSTP|USR\d|ALRM|CHLD|PIPE|WINCH)|pthread_.*|alarm|.*itimer"
)
FOLDERS = ("/proc", "/dev/shm", "/tmp", "/var")
#: Where one of them stands although it is known not to be there everywhere.
KNOWN = {
    ("kernel/children.py", "register_at_fork"),  # asked for before
    ("processes/supervised.py", "kill"),  # with a number that the system room gives
    # asked for before; a change of that file has every stream compiled anew
    *(
        ("voices/samplernn/compiling.py", each)
        for each in ("nice", "sched_param", "sched_setscheduler")
    ),
}


def test_no_other_room_uses_what_only_some_systems_have() -> None:
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(("system/", "bench/")):  # benchmarks are for Linux
            continue
        text = path.read_text()
        if not any(f"{each}." in text for each in ("os", "signal")) and not any(
            f'"{each}' in text for each in FOLDERS
        ):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                pattern = {"os": OS, "signal": SIGNAL}.get(node.value.id)
                if pattern is not None and pattern.fullmatch(node.attr):
                    found.add((place, node.attr))
            elif isinstance(node, ast.Constant) and str(node.value).startswith(FOLDERS):
                found.add((place, node.value))
    assert found == KNOWN
