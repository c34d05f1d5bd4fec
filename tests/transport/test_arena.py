"""The arena as a whole: who removes it and when, what is refused, and that its parts do not overlap."""

import gc
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.transport import MESSAGE_ROUTES, PROCESSES, Arena, Layout
from tests.portable import named_memory
from tests.transport.partner import LAYOUT

ROOT = Path(__file__).parents[2]

CREATE = """
import sys, time
from livecode.transport import Arena, Layout
print(Arena.create(44100, 128, Layout(buffers=1)).name, flush=True)
sys.stdin.read()
"""

PRESS = """
import sys
from livecode.transport import Arena, Layout
Arena.attach(sys.argv[1], Layout(buffers=1)).header.terminal_panics += 1
"""


def creator() -> tuple[subprocess.Popen, str]:
    """Run a process that makes an arena and lives until its standard input closes. Yields the name."""
    process = subprocess.Popen(
        [sys.executable, "-c", CREATE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    return process, process.stdout.readline().strip()


def await_gone(name: str, limit_s: float = 5.0) -> None:
    end = time.monotonic() + limit_s
    while True:
        try:
            Arena.attach(name, Layout(buffers=1))
        except LivecodeError:
            return
        assert time.monotonic() < end, "the segment is left behind"
        time.sleep(0.01)


def test_who_attaches_and_ends_leaves_the_arena_in_place():
    arena = Arena.create(44100, 128, Layout(buffers=1))
    try:
        for presses in (1, 2):
            subprocess.run([sys.executable, "-c", PRESS, arena.name], cwd=ROOT, check=True)
            assert Arena.attach(arena.name, Layout(buffers=1)).header.terminal_panics == presses
    finally:
        arena.unlink()


@named_memory
@pytest.mark.parametrize("how", ["kill -9", "the end of its terminal", "kill"])
def test_the_segment_goes_when_its_maker_dies_and_nothing_is_printed(how: str):
    process, name = creator()
    assert Path(name).name.startswith(f"livecode-{process.pid}-")
    assert Arena.attach(name, Layout(buffers=1)).header.sample_rate == 44100
    if how == "the end of its terminal":
        os.killpg(process.pid, signal.SIGHUP)  # as the system does to all that run in it
    else:
        process.send_signal(signal.SIGKILL if how == "kill -9" else signal.SIGTERM)
    _, error = process.communicate(timeout=10)
    await_gone(name)
    assert error == ""


def test_an_unlinked_arena_is_gone_at_once_and_those_in_it_go_on():
    arena = Arena.create(48000, 256, LAYOUT)
    joined = Arena.attach(arena.name, LAYOUT)
    arena.unlink()
    with pytest.raises(LivecodeError, match="has ended"):
        Arena.attach(arena.name, LAYOUT)
    joined.header.terminal_panics = 7
    assert arena.header.terminal_panics == 7


def test_arenas_made_at_the_same_time_have_different_names():
    first, second = (Arena.create(48000, 256, LAYOUT) for _ in range(2))
    try:
        assert first.name != second.name
        assert len(Path(first.name).name) <= 30, "macOS allows 31, of which one is the slash"
    finally:
        first.unlink()
        second.unlink()


def test_shared_memory_of_another_version_is_refused_with_a_sentence(arena: Arena):
    arena.header.magic += 1
    with pytest.raises(LivecodeError, match="another version of livecode"):
        Arena.attach(arena.name, LAYOUT)


def test_shared_memory_of_another_size_is_refused_with_a_sentence(arena: Arena):
    with pytest.raises(LivecodeError, match="another version of livecode"):
        Arena.attach(arena.name, Layout())


def test_what_has_not_been_made_is_refused_with_a_sentence():
    with pytest.raises(LivecodeError, match="there is no shared memory 'livecode-0-nowhere'"):
        Arena.attach("livecode-0-nowhere")


def test_what_is_written_in_one_place_is_seen_in_that_place_alone():
    arena = Arena.private(48000, 256, LAYOUT)
    for number, buffer in enumerate(arena.buffers):
        buffer.reset(2)
        buffer.write(np.full((LAYOUT.buffer_frames, 2), number + 1, np.float32))
    for number in range(LAYOUT.slots):
        slot = arena.controls.open(f"{number}" * arena.controls.NAME_BYTES)
        for frame in range(LAYOUT.slot_depth):
            arena.controls.write(slot, frame, np.full(LAYOUT.slot_width, float(number)))
    for number, route in enumerate(MESSAGE_ROUTES):
        assert arena.messages[route].send(bytes([number]) * (LAYOUT.message_bytes - 4))
    for _ in range(2):  # both copies
        arena.board.post(b"b" * LAYOUT.board_bytes)
        arena.device.post(b"d" * LAYOUT.device_bytes)
    arena.tap.write(np.full((LAYOUT.tap_frames, 2), 0.5, np.float32))
    arena.buffer_owners[:] = 9
    for number, process in enumerate(PROCESSES):
        setattr(arena.header, f"{process}_beat_ns", number)

    for number, buffer in enumerate(arena.buffers):
        out = np.zeros((LAYOUT.buffer_frames, 2), np.float32)
        assert buffer.read_into(out) == LAYOUT.buffer_frames
        assert (out == number + 1).all()
    for number in range(LAYOUT.slots):
        slot = arena.controls.find(f"{number}" * arena.controls.NAME_BYTES)
        assert (arena.controls.last(slot) == number).all()
    for number, route in enumerate(MESSAGE_ROUTES):
        assert arena.messages[route].receive() == bytes([number]) * (LAYOUT.message_bytes - 4)
    assert arena.board.look() == b"b" * LAYOUT.board_bytes
    assert arena.device.look() == b"d" * LAYOUT.device_bytes
    assert (arena.tap.latest(LAYOUT.tap_frames // 2) == 0.5).all()
    assert (arena.buffer_owners == 9).all()
    assert (arena.header.sample_rate, arena.header.block) == (48000, 256)
    beats = [getattr(arena.header, f"{process}_beat_ns") for process in PROCESSES]
    assert beats == list(range(len(PROCESSES)))


def test_a_misspelt_number_of_the_header_is_an_error(arena: Arena):
    with pytest.raises(AttributeError, match="sample_rat"):
        arena.header.sample_rat
    with pytest.raises(KeyError):
        arena.header.sample_rat = 1


def files_open(name: str) -> int:
    """Return how many of this process's open files are of a segment."""
    count = 0
    for file in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the one of the listing is closed by now
            count += name in os.readlink(f"/proc/self/fd/{file}")
    return count


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux lists open files so")
def test_an_arena_that_is_let_go_leaves_no_file_open():
    made = Arena.create(48000, 256)
    before = files_open(made.name)
    for _ in range(5):
        Arena.attach(made.name).header.terminal_panics += 1
    gc.collect()
    assert made.header.terminal_panics == 5
    assert files_open(made.name) == before
    made.unlink()
