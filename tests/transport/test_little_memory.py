"""Where there is little shared memory: all that is used is taken at the start, and less if need be."""

import subprocess
import sys
from pathlib import Path

import pytest

from livecode.system.here import HERE
from livecode.transport import LAYOUTS, Arena

ROOT = Path(__file__).parents[2]
#: Where shared memory is taken; another one has been told of its folder.
FOLDER = "/dev/shm" if HERE.named_memory else "/mnt"
NAMED = "" if HERE.named_memory else f"TMPDIR={FOLDER} "
#: Runs a command with a folder of its own for shared memory.
WITHIN = f'mount -t tmpfs -o size={{size}} tmpfs {FOLDER} && {NAMED}exec "$@"'
REMEDY = "mount -o remount" if HERE.named_memory else "make room in /mnt"

FILL_AND_WRITE = """
import sys
import numpy as np
from livecode.transport import Arena
arena = Arena.create(48000, 256)
with open(sys.argv[1] + "/another", "wb") as another:
    try:
        while another.write(bytes(1 << 20)):
            another.flush()
    except OSError:
        pass
everything = np.frombuffer(arena._buffer, np.uint8)
everything[::4096] = 1
print("written", len(everything))
"""

TAKE = """
from livecode.cli import doctor
from livecode.errors import LivecodeError
from livecode.processes.attachment import Attachment
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.transport import Arena
from livecode.transport.layouts import free_bytes
import gc
finding = doctor.memory(free=free_bytes())
print(finding.state, "|", finding.text)
gc.collect()
try:
    attachment = Attachment(Options(), Paths(), print)
except LivecodeError as error:
    print(error)
else:
    print(Arena.attach(attachment.arena.name).layout.buffers, "|", *attachment.told)
"""


def within(size: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code where so much shared memory is all that there is."""
    command = ["unshare", "-rm", "sh", "-c", WITHIN.format(size=size), "sh", sys.executable]
    done = subprocess.run([*command, "-c", code, FOLDER], capture_output=True, text=True, cwd=ROOT)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no file system may be mounted here")
    return done


@pytest.fixture(autouse=True)
def _linux() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux limits shared memory by a file system")


def test_a_program_that_fills_shared_memory_later_does_not_end_a_performance():
    done = within("90m", FILL_AND_WRITE)
    assert done.returncode == 0, f"ended by signal {-done.returncode}"
    assert done.stdout == f"written {Arena.size(LAYOUTS[0])}\n"


@pytest.mark.parametrize(("size", "layout"), [("64m", 1), ("32m", 2), ("12m", 3)])
def test_where_there_is_too_little_play_takes_less_and_says_it_as_doctor_does(
    size: str, layout: int
):
    lines = within(size, TAKE).stdout.splitlines()
    buffers, slots = LAYOUTS[layout].buffers, LAYOUTS[layout].slots
    assert lines[0].startswith("amiss | ")
    assert lines[0].endswith(f" MB needed: plays with {buffers} sources")
    assert lines[1].startswith(f"{buffers} | only ")
    assert f"room for {buffers} sources and {slots} settings at once instead of 64" in lines[1]
    assert REMEDY in lines[1]


def test_where_there_is_next_to_nothing_play_ends_with_a_sentence():
    lines = within("4m", TAKE).stdout.splitlines()
    assert lines[0] == "broken | 4 MB of shared memory are free, and 10 MB are needed"
    assert lines[1].startswith(f"{lines[0].removeprefix('broken | ')}: {REMEDY}")
