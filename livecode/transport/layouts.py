"""Layouts of the arena, and which one fits into the shared memory that there is."""

from dataclasses import dataclass

from livecode.system.segments import free_segment_bytes, remedy
from livecode.transport.places import make_temporary_folder


@dataclass(frozen=True)
class Layout:
    """How many of each part the arena holds, and how large they are.

    Sizes are in frames (`…_frames`), bytes (`…_bytes`) or float64 values (`slot_width`).
    """

    buffers: int = 64
    buffer_frames: int = 16384
    slots: int = 1024  # about 200 sounding names in one evening
    slot_depth: int = 128  # control changes that a slot remembers: 0.34 s of ticks at 375 a second
    slot_width: int = 64  # values in one change: as many as the widest latent space has dimensions
    message_bytes: int = 1 << 20
    board_bytes: int = 1 << 16
    device_bytes: int = 1 << 10
    audio_bytes: int = 1 << 13
    meter_bytes: int = 1 << 14
    trouble_bytes: int = 1 << 12
    refusal_bytes: int = 1 << 10
    tape_bytes: int = 1 << 14
    inheritance_bytes: int = 1 << 20
    sounding_bytes: int = 1 << 14
    candidate_bytes: int = 1 << 21  # 32 candidates of half a second at 32 kHz
    stage_bytes: int = 1 << 12
    page_bytes: int = 1 << 17
    watched_bytes: int = 1 << 17
    entropy_bytes: int = 1 << 14
    tap_frames: int = 65536  # of the sum of all sounds
    taps: int = 12  # names that can be listened to at once
    name_tap_frames: int = 8192


#: Layouts for a performance, from the one that is wanted to one that just plays. An arena's header
#: says which of them it has.
LAYOUTS = (
    Layout(),
    Layout(slots=512, buffers=48, message_bytes=1 << 19, candidate_bytes=1 << 20),
    Layout(
        slots=256,
        buffers=32,
        message_bytes=1 << 18,
        inheritance_bytes=1 << 18,
        candidate_bytes=1 << 19,
    ),
    Layout(
        slots=96,
        buffers=16,
        buffer_frames=8192,
        message_bytes=1 << 17,
        taps=6,
        inheritance_bytes=1 << 16,
        candidate_bytes=1 << 17,
        page_bytes=1 << 15,
        watched_bytes=1 << 16,
    ),
)


def free_bytes() -> int | None:
    """Return the free shared memory in bytes; None where the system sets no limit of its own."""
    return free_segment_bytes(make_temporary_folder)


def more_memory() -> str:
    """Return what to do where there is too little shared memory."""
    return remedy(make_temporary_folder)


def megabytes(size: int) -> str:
    """Return a size in words.

    >>> megabytes(86_600_000)
    '87 MB'
    """
    return f"{size / 1e6:.0f} MB"


def less(layout: Layout, free: int | None) -> str:
    """Return a sentence that says what a smaller layout has room for."""
    there = "there is little shared memory"
    if free is not None:
        there = f"only {megabytes(free)} of shared memory are free"
    full = LAYOUTS[0]
    return (
        f"{there}: room for {layout.buffers} sources and {layout.slots} settings at once instead of "
        f"{full.buffers} and {full.slots}; for more, {more_memory()}"
    )
