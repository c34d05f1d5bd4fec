"""The header: single numbers that all processes share, such as the clock, heartbeats and counts."""

from typing import Any

import numpy as np

PROCESSES = ("terminal", "mind", "voices", "engine", "supervisor", "sender", "stage")

#: One 64-bit word each, as (name, numpy type). docs/architecture.md says who writes which.
HEADER_FIELDS: tuple[tuple[str, str], ...] = (
    ("magic", "i8"),
    ("layout", "i8"),  # which of `LAYOUTS` the arena has
    ("sample_rate", "i8"),  # Hz
    ("block", "i8"),  # frames
    ("burst", "i8"),  # frames that the engine's device asks for at once
    ("clock_ticks", "i8"),  # the last bit says which of the two pairs below is the newest
    ("clock_frames_0", "i8"),  # sample time of the block that began at clock_ns_0
    ("clock_ns_0", "i8"),  # time.monotonic_ns()
    ("clock_frames_1", "i8"),
    ("clock_ns_1", "i8"),
    ("terminal_panics", "i8"),  # the terminal's count of panics; the engine compares the sum
    ("mind_panics", "i8"),  # the mind's count
    ("stop", "i8"),  # 1: the terminal is ending the performance, and will remove the arena
    ("blocks", "i8"),  # blocks computed since the engine started
    ("late_blocks", "i8"),  # blocks that began more than 1.5 periods after the previous one
    (
        "held_blocks",
        "i8",
    ),  # late ones that would not have been, had their thread not waited for a core
    ("worst_gap_ns", "i8"),
    ("underruns", "i8"),  # underruns of all voices together
    ("load", "f8"),  # the engine's computing time divided by the block length, smoothed
    ("peak_left", "f8"),
    ("peak_right", "f8"),
    ("voices_load", "f8"),
    ("probation", "i8"),  # the generation of the graph that the engine is trying; 0: none
    ("suspect", "i8"),  # the generation of the graph that the last engine died of; 0: none
    ("realtime", "i8"),  # 1: the system gave the engine real-time scheduling
    *((f"{process}_beat_ns", "i8") for process in PROCESSES),
    *((f"{process}_pid", "i8") for process in PROCESSES),
    *((f"{process}_epoch", "i8") for process in PROCESSES),  # how often each process has come up
    # How long, in seconds, the others play on if the terminal is killed; 0: they end with it.
    ("outlive_s", "i8"),
    ("leave_out", "i8"),  # so many of the newest blocks the next mind does not run again
    ("mind_tick", "i8"),  # sample time of the first tick that no mind has ended
    ("sends", "i8"),  # 1: something has been sent to other programs, so there is to be a sender
    ("viewers", "i8"),  # browsers that show the stage page
    ("blackout", "i8"),  # 1: the stage page is to be black
    (
        "latency_ns",
        "i8",
    ),  # from the moment at which a block is computed to that at which it is heard
)


class Header:
    """The arena's single numbers as attributes, for example `header.terminal_panics += 1`."""

    clock_ticks: int

    def __init__(self, buffer: memoryview):
        views = {}
        for index, (name, kind) in enumerate(HEADER_FIELDS):
            views[name] = np.frombuffer(buffer[8 * index : 8 * index + 8], kind)
        object.__setattr__(self, "_views", views)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._views[name][0].item()
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: float) -> None:
        self._views[name][0] = value

    @property
    def panics(self) -> int:
        """The number of panics so far; each process that can give one has its own count."""
        return int(self.terminal_panics + self.mind_panics)

    def tick_clock(self, frames: int, now_ns: int) -> None:
        """Publish that the block at sample time `frames` began at `now_ns`.

        Only the engine calls this.
        """
        ticks = self.clock_ticks + 1
        setattr(self, f"clock_frames_{ticks % 2}", frames)
        setattr(self, f"clock_ns_{ticks % 2}", now_ns)
        self.clock_ticks = ticks

    def clock(self) -> tuple[int, int]:
        """Return the newest block's (sample time in frames, monotonic ns), even of a dead engine."""
        while True:
            ticks = self.clock_ticks
            frames = getattr(self, f"clock_frames_{ticks % 2}")
            now_ns = getattr(self, f"clock_ns_{ticks % 2}")
            if ticks == self.clock_ticks:
                return frames, now_ns

    def now(self, now_ns: int) -> float:
        """Return the sample time, in frames, that corresponds to the monotonic time `now_ns`."""
        frames, then_ns = self.clock()
        return frames + (now_ns - then_ns) * 1e-9 * float(self.sample_rate)
