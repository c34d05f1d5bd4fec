"""The other process of a test, and what it does there.

Every sample is a function of its position, and every message, change and document one of its
number, so that whoever reads can tell what ought to be there, and a partner that takes the place of
one that was killed can go on.
"""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from livecode.system.here import HERE
from livecode.transport import Arena, ControlBlock, Layout, SampleBuffer

LAYOUT = Layout(
    buffers=2,
    buffer_frames=4096,
    slots=4,
    slot_depth=4,
    slot_width=32,
    message_bytes=4096,
    board_bytes=4096,
    tap_frames=8192,
)
#: The largest prime whose multiples' remainders float32 represents exactly.
PRIME = 2**24 - 3
MOST_FRAMES = 3000
MOST_MESSAGE = 300


def samples(start: int, count: int, channels: int) -> np.ndarray:
    """Return what the partner writes at these positions of a buffer, (count, channels)."""
    values = (np.arange(start, start + count) % PRIME).astype(np.float32)
    return np.stack([values, -values][:channels], axis=1)


def message(number: int) -> bytes:
    """Return message `number`; its length depends on the number."""
    return number.to_bytes(8) + bytes([number % 251]) * random.Random(number).randrange(
        MOST_MESSAGE
    )


def document(number: int) -> bytes:
    return bytes([number % 251]) * (1 + 37 * number % LAYOUT.board_bytes)


def read_on(buffer: SampleBuffer, rng: random.Random) -> int:
    """Read some frames and compare them with the expected ones. Return how many were read."""
    out = np.zeros((rng.randrange(1, MOST_FRAMES), buffer.channels), np.float32)
    start = buffer.consumed
    count = buffer.read_into(out)
    assert np.array_equal(out[:count], samples(start, count, buffer.channels)), (start, count)
    return count


def write_on(buffer: SampleBuffer, rng: random.Random) -> int:
    """Write some frames. Return how many fitted."""
    return buffer.write(samples(buffer.written, rng.randrange(1, MOST_FRAMES), buffer.channels))


def write_samples(arena: Arena, seed: int) -> None:
    work(arena, lambda rng: write_on(arena.buffers[1], rng), seed)


def read_samples(arena: Arena, seed: int) -> None:
    work(arena, lambda rng: read_on(arena.buffers[1], rng), seed)


def work(arena: Arena, step: Callable[[random.Random], int], seed: int) -> None:
    rng = random.Random(seed)
    while not arena.header.stop:
        if not step(rng):
            time.sleep(2e-5)


def send_messages(arena: Arena, number: int) -> None:
    buffer = arena.messages["mind", "engine"]
    while not arena.header.stop:
        if buffer.send(message(number)):
            number += 1


def write_controls(arena: Arena, number: int) -> None:
    """Write changes: number n applies at frame n, and all its values are n."""
    slot = arena.controls.open("ego.position")
    while not arena.header.stop:
        arena.controls.write(slot, number, np.full(LAYOUT.slot_width, float(number)))
        number += 1


def post_documents(arena: Arena, number: int) -> None:
    while not arena.header.stop:
        arena.board.post(document(number))
        number += 1


def tick_clock(arena: Arena, number: int) -> None:
    while not arena.header.stop:
        arena.header.tick_clock(number, 3 * number)
        number += 1


def write_tap(arena: Arena, number: int) -> None:
    while not arena.header.stop:
        arena.tap.write(samples(arena.tap.written, 256, 2))


def open_in_turn(arena: Arena, number: int) -> None:
    """Close a slot and open it for another name, repeatedly; values tell which opening."""
    controls: ControlBlock = arena.controls
    while not arena.header.stop:
        controls.close(f"name{number}")
        number += 1
        slot = controls.open(f"name{number}")
        for frame in range(40):
            controls.write(slot, frame, np.full(LAYOUT.slot_width, float(controls.opened(slot))))


# Partners are forked from a process that has imported all this already, and has one thread only.
_processes = multiprocessing.get_context("forkserver" if HERE.forks else "spawn")
if HERE.forks:
    _processes.set_forkserver_preload(["pytest", __name__])


@contextmanager
def partner(arena: Arena, role: Callable[[Arena, int], None], number: int = 0) -> Iterator:
    """Run another process in a role. At the end, ask it to stop, and check that it did not fail."""
    process = _processes.Process(target=_play, args=(arena.name, role, number), daemon=True)
    process.start()
    try:
        yield process
    finally:
        arena.header.stop = 1
        process.join(20)
        arena.header.stop = 0
    assert process.exitcode in (0, -9), "the partner's own check failed; see its traceback"


def _play(name: str, role: Callable[[Arena, int], None], number: int) -> None:
    role(Arena.attach(name, LAYOUT), number)
