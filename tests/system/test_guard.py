"""Under the switch, what not every system has is refused where it is used, and nothing else is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from livecode.system.here import SWITCH

ROOT = Path(__file__).parents[2]
TRY = """
import multiprocessing, os, socket, sys, tempfile
from multiprocessing.shared_memory import SharedMemory
import livecode.system
from livecode.system.guard import NotPortable, lifted

def nothing(): pass

def bound():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as made:
        made.bind(folder + "/x")

def tcp():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))

def process(how):
    child = multiprocessing.get_context(how).Process(target=nothing)
    child.start()
    child.join()

def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()

def named():
    made = SharedMemory(create=True, size=8)
    made.close()
    made.unlink()

def lifted_fork():
    with lifted():
        fork()

if __name__ == "__main__":
    for name, action in {
        "fork": fork,
        "a forked process": lambda: process("fork"),
        "named memory": named,
        "a file in memory": lambda: open("/dev/shm/livecode-test", "rb"),
        "a local socket": bound,
        "TCP": tcp,
        "a file": lambda: open(os.devnull, "rb").close(),
        "what a test needs": lifted_fork,
    }.items():
        try:
            action()
        except NotPortable as error:
            assert "LIVECODE_PORTABLE" in str(error)
            print("refused", name)
        except FileNotFoundError:
            pass
"""
REFUSED = ["fork", "a forked process", "named memory", "a file in memory", "a local socket"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing of this is here")
@pytest.mark.parametrize(("switch", "refused"), [("1", REFUSED), ("", [])])
def test_what_not_every_system_has_is_refused_under_the_switch_alone(
    switch: str, refused: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRY],
        env={**os.environ, SWITCH: switch},
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"refused {name}" for name in refused]
