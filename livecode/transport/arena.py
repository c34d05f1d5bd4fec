"""The arena: one segment that holds all of a performance's shared memory."""

import time

import numpy as np

from livecode.errors import LivecodeError
from livecode.system.segments import SharedMemory, attach_segment, create_segment
from livecode.transport.bytes import Board, MessageQueue
from livecode.transport.controls import ControlBlock
from livecode.transport.header import HEADER_FIELDS, Header
from livecode.transport.layouts import LAYOUTS, Layout, free_bytes, megabytes, more_memory
from livecode.transport.lines import aligned
from livecode.transport.places import make_temporary_folder
from livecode.transport.sample_buffers import SampleBuffer, TapBuffer

MAGIC = 0x4C49_5645_000B  # "LIVE", layout version 11


class OtherLayout(LivecodeError):
    """Shared memory is of another version of livecode, or of something else; it may be in use."""


#: The pairs of processes that send each other messages: (sender, receiver).
MESSAGE_ROUTES = (
    ("mind", "engine"),
    ("mind", "voices"),
    ("engine", "mind"),
    ("voices", "mind"),
    ("terminal", "engine"),
    ("terminal", "mind"),
    ("engine", "terminal"),
    ("supervisor", "terminal"),
    ("mind", "sender"),
    ("sender", "mind"),
)


class Arena:
    """All the shared memory of a performance, as objects laid out by a `Layout`."""

    def __init__(self, buffer: memoryview, layout: Layout, segment: SharedMemory | None = None):
        self.layout, self._segment = layout, segment
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
        # The generation that owns each buffer; 0 is a free buffer. The mind writes.
        self.buffer_owners = np.frombuffer(take(8 * layout.buffers), np.int64)
        # The generations that the voices are loading, and those that the former voices were loading
        # when they died; 0: none. The voices write.
        self.trials = np.frombuffer(take(8 * layout.buffers), np.int64)
        self.suspects = np.frombuffer(take(8 * layout.buffers), np.int64)
        self.messages = {
            route: MessageQueue(
                take(MessageQueue.HEADER_BYTES + layout.message_bytes), layout.message_bytes
            )
            for route in MESSAGE_ROUTES
        }
        self.board = Board(take(Board.size(layout.board_bytes)), layout.board_bytes)
        self.device = Board(take(Board.size(layout.device_bytes)), layout.device_bytes)
        #: Where the sound goes, as JSON of an `AudioStatus`. The engine writes.
        self.audio = Board(take(Board.size(layout.audio_bytes)), layout.audio_bytes)
        #: The peak of each sounding name over the last moment, as JSON. The engine writes.
        self.meters = Board(take(Board.size(layout.meter_bytes)), layout.meter_bytes)
        #: Why the set could not be opened, as a sentence. The mind writes.
        self.trouble = Board(take(Board.size(layout.trouble_bytes)), layout.trouble_bytes)
        #: Why the performance cannot be played at all, in a sentence. The supervisor writes.
        self.refusal = Board(take(Board.size(layout.refusal_bytes)), layout.refusal_bytes)
        #: What is being recorded, as JSON of a `Tape`. The engine writes.
        self.tape = Board(take(Board.size(layout.tape_bytes)), layout.tape_bytes)
        #: What another mind has to know, as `livecode.journal.inheritance` encodes it. The mind writes.
        self.inheritance = Board(
            take(Board.size(layout.inheritance_bytes)), layout.inheritance_bytes
        )
        #: The MIDI notes that sound elsewhere, as JSON of (port, channel, note). The sender writes.
        self.sounding = Board(take(Board.size(layout.sounding_bytes)), layout.sounding_bytes)
        #: Chunks of candidates of tilted streams; the voices write, and the mind scores them.
        self.candidates = MessageQueue(
            take(MessageQueue.HEADER_BYTES + layout.candidate_bytes), layout.candidate_bytes
        )
        #: Where the stage page is to be served, as JSON of a `StageOrder`. The front end writes.
        self.stage = Board(take(Board.size(layout.stage_bytes)), layout.stage_bytes)
        #: Where it is served and who watches, as JSON of an `Audience`. The stage process writes.
        self.audience = Board(take(Board.size(layout.stage_bytes)), layout.stage_bytes)
        #: The text in the editor, as JSON of a `ShownText`. The terminal writes while somebody watches.
        self.page = Board(take(Board.size(layout.page_bytes)), layout.page_bytes)
        #: Blocks and the times of tokens, as JSON of a `Watched`. The mind writes while somebody watches.
        self.watched = Board(take(Board.size(layout.watched_bytes)), layout.watched_bytes)
        #: How undecided streams are, as JSON of a `StreamEntropies`. The voices write while somebody watches.
        self.entropies = Board(take(Board.size(layout.entropy_bytes)), layout.entropy_bytes)
        self.tap = TapBuffer(take(TapBuffer.size(layout.tap_frames)), layout.tap_frames)
        self.taps = [
            TapBuffer(take(TapBuffer.size(layout.name_tap_frames)), layout.name_tap_frames)
            for _ in range(layout.taps)
        ]

    @staticmethod
    def size(layout: Layout) -> int:
        """Return the bytes of memory that the layout takes."""
        parts = (
            8 * len(HEADER_FIELDS),
            ControlBlock.size(layout.slots, layout.slot_depth, layout.slot_width),
            *(SampleBuffer.size(layout.buffer_frames),) * layout.buffers,
            *(8 * layout.buffers,) * 3,
            *(MessageQueue.HEADER_BYTES + layout.message_bytes,) * len(MESSAGE_ROUTES),
            Board.size(layout.board_bytes),
            Board.size(layout.device_bytes),
            Board.size(layout.audio_bytes),
            Board.size(layout.meter_bytes),
            Board.size(layout.trouble_bytes),
            Board.size(layout.refusal_bytes),
            Board.size(layout.tape_bytes),
            Board.size(layout.inheritance_bytes),
            Board.size(layout.sounding_bytes),
            MessageQueue.HEADER_BYTES + layout.candidate_bytes,
            *(Board.size(layout.stage_bytes),) * 2,
            Board.size(layout.page_bytes),
            Board.size(layout.watched_bytes),
            Board.size(layout.entropy_bytes),
            TapBuffer.size(layout.tap_frames),
            *(TapBuffer.size(layout.name_tap_frames),) * layout.taps,
        )
        return sum(aligned(part) for part in parts)

    @classmethod
    def private(cls, sample_rate: int, block: int, layout: Layout = Layout()) -> "Arena":
        """Make an arena in this process's own memory, for a performance in one process."""
        arena = cls(np.zeros(cls.size(layout), np.uint8).data, layout)
        arena._begin(sample_rate, block)
        return arena

    @classmethod
    def create(
        cls, sample_rate: int, block: int, layout: Layout = Layout(), outlives: bool = False
    ) -> "Arena":
        """Make a new shared arena, which its creator unlinks. All of its memory is taken at once.

        If the creator is killed, the arena goes, at the latest when the next one is made. With `outlives`,
        it stays for those that have it, so that a performance can go on without its terminal. Raises
        `OSError` if there is not so much shared memory.
        """
        segment = create_segment(cls.size(layout), outlives, make_temporary_folder)
        arena = cls(segment.buffer, layout, segment)
        arena._begin(sample_rate, block)
        return arena

    @classmethod
    def largest(cls, sample_rate: int, block: int, outlives: bool = False) -> "Arena":
        """Make a new shared arena with the first of `LAYOUTS` that there is memory for.

        Raises `LivecodeError` if there is not enough for any.
        """
        error: OSError | None = None
        for layout in LAYOUTS:
            try:
                return cls.create(sample_rate, block, layout, outlives)
            except OSError as why:
                error = why
        assert error is not None
        free, least = free_bytes(), megabytes(cls.size(LAYOUTS[-1]))
        if free is None or free > cls.size(LAYOUTS[-1]):
            raise LivecodeError(f"no shared memory could be taken: {error.strerror}") from error
        raise LivecodeError(
            f"{megabytes(free)} of shared memory are free, and {least} are needed: {more_memory()}"
        ) from error

    @classmethod
    def attach(cls, name: str, layout: Layout | None = None) -> "Arena":
        """Join the arena called `name`, which says itself which layout it has, unless it is given.

        The caller must not unlink it.

        Raises `LivecodeError` if no arena has that name or it cannot be opened, and its subclass
        `OtherLayout` if it has another layout version.
        """
        try:
            segment = attach_segment(name)
        except FileNotFoundError:
            raise LivecodeError(
                f"there is no shared memory {name!r}: the livecode that made it has ended"
            ) from None
        except (OSError, ValueError) as error:
            raise OtherLayout(f"the shared memory {name!r} cannot be opened: {error}") from None
        buffer = segment.buffer
        known = len(buffer) >= 8 * len(HEADER_FIELDS) and Header(buffer).magic == MAGIC
        if known and layout is None:
            layout = LAYOUTS[Header(buffer).layout % len(LAYOUTS)]
        if not known or layout is None or len(buffer) < cls.size(layout):
            raise OtherLayout(
                f"shared memory {name!r} is of another version of livecode: "
                "end that one, and start both from the same place"
            )
        return cls(buffer, layout, segment)

    def _begin(self, sample_rate: int, block: int) -> None:
        self.header.sample_rate, self.header.block = sample_rate, block
        self.header.tick_clock(0, time.monotonic_ns())
        self.header.layout = LAYOUTS.index(self.layout) if self.layout in LAYOUTS else 0
        self.header.magic = MAGIC

    @property
    def name(self) -> str:
        """The name by which other processes attach the arena."""
        return "" if self._segment is None else self._segment.name

    def unlink(self) -> None:
        """Remove the name. The memory is freed when the last process lets go of it.

        A name that another process has removed is no error.
        """
        if self._segment is not None:
            self._segment.remove()

    #: Another name, for processes that did not make the arena.
    remove = unlink
