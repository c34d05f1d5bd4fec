"""The arena: all of the shared memory of a performance, laid out in one segment."""

import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing import resource_tracker, shared_memory
from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.transport.bytes import Board, MessageQueue
from livecode.transport.controls import ControlBlock
from livecode.transport.header import HEADER_FIELDS, Header
from livecode.transport.lines import aligned
from livecode.transport.sample_buffers import SampleBuffer, TapBuffer

MAGIC = 0x4C49_5645_0003  # "LIVE", layout version 3


@dataclass(frozen=True)
class Layout:
    """How many of each thing the arena holds; sizes in frames, bytes or float64 values."""

    buffers: int = 64
    buffer_frames: int = 16384
    slots: int = 1024  # about 200 sounding names in one evening
    slot_depth: int = 128  # control changes kept per slot: 0.34 s of ticks at 375 a second
    slot_width: int = 64  # values per change: the widest latent space
    message_bytes: int = 1 << 20
    board_bytes: int = 1 << 16
    device_bytes: int = 1 << 10
    meter_bytes: int = 1 << 14
    trouble_bytes: int = 1 << 12
    tape_bytes: int = 1 << 14
    tap_frames: int = 65536  # of what everything together sounds like
    taps: int = 12  # names whose sound is listened to
    name_tap_frames: int = 8192


#: Directed pairs of processes that send each other messages.
MESSAGE_ROUTES = (
    ("mind", "engine"),
    ("mind", "voices"),
    ("engine", "mind"),
    ("voices", "mind"),
    ("terminal", "engine"),
    ("terminal", "mind"),
    ("engine", "terminal"),
)


class Arena:
    """The whole of the shared memory, laid out by `Layout`."""

    def __init__(self, buffer: memoryview, layout: Layout, segment: Any = None):
        self.layout, self._segment = layout, segment
        self._tracked = False
        self._buffer = buffer
        at = 0

        def take(size: int) -> memoryview:
            nonlocal at
            part = buffer[at : at + size]
            at += aligned(size)
            return part

        self.header = Header(take(8 * len(HEADER_FIELDS)))
        self.controls = ControlBlock(
            take(ControlBlock.size(layout.slots, layout.slot_depth, layout.slot_width)),
            layout.slots,
            layout.slot_depth,
            layout.slot_width,
        )
        self.buffers = [
            SampleBuffer(take(SampleBuffer.size(layout.buffer_frames)), layout.buffer_frames)
            for _ in range(layout.buffers)
        ]
        self.buffer_owners = np.frombuffer(
            take(8 * layout.buffers), np.int64
        )  # 0: free (mind writes)
        self.messages = {
            route: MessageQueue(
                take(MessageQueue.HEADER_BYTES + layout.message_bytes), layout.message_bytes
            )
            for route in MESSAGE_ROUTES
        }
        self.board = Board(take(Board.size(layout.board_bytes)), layout.board_bytes)
        self.device = Board(take(Board.size(layout.device_bytes)), layout.device_bytes)
        #: The peak of each sounding name in a moment just past, as JSON (the engine writes).
        self.meters = Board(take(Board.size(layout.meter_bytes)), layout.meter_bytes)
        #: Why the set could not be opened, in a sentence (the mind writes).
        self.trouble = Board(take(Board.size(layout.trouble_bytes)), layout.trouble_bytes)
        #: What is being recorded, as JSON of a `Tape` (the engine writes).
        self.tape = Board(take(Board.size(layout.tape_bytes)), layout.tape_bytes)
        self.tap = TapBuffer(take(TapBuffer.size(layout.tap_frames)), layout.tap_frames)
        self.taps = [
            TapBuffer(take(TapBuffer.size(layout.name_tap_frames)), layout.name_tap_frames)
            for _ in range(layout.taps)
        ]

    @staticmethod
    def size(layout: Layout) -> int:
        """Bytes of memory that the layout takes."""
        parts = (
            8 * len(HEADER_FIELDS),
            ControlBlock.size(layout.slots, layout.slot_depth, layout.slot_width),
            *(SampleBuffer.size(layout.buffer_frames),) * layout.buffers,
            8 * layout.buffers,
            *(MessageQueue.HEADER_BYTES + layout.message_bytes,) * len(MESSAGE_ROUTES),
            Board.size(layout.board_bytes),
            Board.size(layout.device_bytes),
            Board.size(layout.meter_bytes),
            Board.size(layout.trouble_bytes),
            Board.size(layout.tape_bytes),
            TapBuffer.size(layout.tap_frames),
            *(TapBuffer.size(layout.name_tap_frames),) * layout.taps,
        )
        return sum(aligned(part) for part in parts)

    @classmethod
    def private(cls, sample_rate: int, block: int, layout: Layout = Layout()) -> "Arena":
        """An arena in this process's own memory: for a performance without other processes."""
        arena = cls(np.zeros(cls.size(layout), np.uint8).data, layout)
        arena._begin(sample_rate, block)
        return arena

    @classmethod
    def create(
        cls, sample_rate: int, block: int, layout: Layout = Layout(), outlives: bool = False
    ) -> "Arena":
        """A new shared arena; its creator unlinks it, or its resource tracker if that is killed.

        outlives: it stays when its creator is killed, until somebody removes it.
        """
        name = f"livecode-{os.getpid()}-{secrets.token_hex(4)}"
        with _quiet_tracker():
            segment = shared_memory.SharedMemory(name, create=True, size=cls.size(layout))
        if outlives:
            resource_tracker.unregister(segment._name, "shared_memory")  # type: ignore[attr-defined]
        arena = cls(_view(segment), layout, segment)
        arena._tracked = not outlives
        arena._begin(sample_rate, block)
        return arena

    @classmethod
    def attach(cls, name: str, layout: Layout = Layout()) -> "Arena":
        """Join the arena of that name; it stays its creator's to remove."""
        try:
            segment = _attach(name)
        except FileNotFoundError:
            raise LivecodeError(
                f"there is no shared memory {name!r}: the livecode that made it has ended"
            ) from None
        buffer = _view(segment)
        if len(buffer) < cls.size(layout) or Header(buffer).magic != MAGIC:
            raise LivecodeError(
                f"shared memory {name!r} is of another version of livecode: "
                "end that one, and start both from the same place"
            )
        return cls(buffer, layout, segment)

    def _begin(self, sample_rate: int, block: int) -> None:
        self.header.sample_rate, self.header.block = sample_rate, block
        self.header.tick_clock(0, time.monotonic_ns())
        self.header.magic = MAGIC

    @property
    def name(self) -> str:
        """What others attach it by."""
        return self._segment.name

    def unlink(self) -> None:
        """Remove the name; the memory goes when the last process lets go of it."""
        if self._tracked:
            self._segment.unlink()
        else:
            self.remove()

    def abandon(self) -> None:
        """For a process that ends: remove the name if the terminal has died and cannot."""
        if not self.header.stop:
            self.remove()

    def remove(self) -> None:
        """Remove the name of an arena that another has made, if it is still there."""
        try:
            shared_memory._posixshmem.shm_unlink(self._segment._name)  # type: ignore[attr-defined]
        except OSError:
            pass  # another was first


def _view(segment: shared_memory.SharedMemory) -> memoryview:
    """Take the mapped memory out of its segment: it is unmapped with the last view of it.

    A segment closes its map when it is collected, which raises while numpy views are left. The map
    alone lives as long as its views, and its file descriptor goes with it.
    """
    mapped = segment._mmap  # type: ignore[attr-defined]
    segment._mmap = None  # type: ignore[attr-defined]
    segment.close()
    return memoryview(mapped)


def _attach(name: str) -> shared_memory.SharedMemory:
    """Attach without this process's resource tracker removing the segment when the process ends."""
    if sys.version_info >= (3, 13):
        return shared_memory.SharedMemory(name, track=False)
    register = resource_tracker.register
    resource_tracker.register = lambda *_: None  # python/cpython issue 82300
    try:
        return shared_memory.SharedMemory(name)
    finally:
        resource_tracker.register = register


class _quiet_tracker:
    """Start the resource tracker so that it cleans up after a kill -9 without a word on screen.

    A terminal that is closed sends SIGHUP to all in it; the tracker must outlive that.
    """

    def __enter__(self) -> None:
        self._before = os.environ.get("PYTHONWARNINGS")
        os.environ["PYTHONWARNINGS"] = "ignore"
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])  # it inherits this
        resource_tracker.ensure_running()

    def __exit__(self, *_: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        if self._before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = self._before
