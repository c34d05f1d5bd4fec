"""Assembles an arena, an engine, voices and a mind in one process, for all that is played offline."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livecode.engine.device import boot
from livecode.engine.engine import Engine
from livecode.journal.recorder import JournalRecorder
from livecode.offline.work import ProcessWork
from livecode.performance.performance import Performance
from livecode.performance.tempo_control import Leader
from livecode.signals.link import LinkClock
from livecode.transport import Arena, Layout
from livecode.transport.schedule import Schedule
from livecode.voices.host import VoiceHost

#: Offline nothing is ever late, so that short buffers are enough. They keep many sessions small.
OFFLINE_LAYOUT = Layout(buffers=32, buffer_frames=8192, inheritance_bytes=0)


class Assembly:
    """An engine and voices on a private arena, stepped block by block under a virtual clock.

    A process can hold one assembly at a time, since pyo has one server.
    """

    def __init__(
        self,
        sample_rate: int,
        block: int,
        seed: int,
        layout: Layout = OFFLINE_LAYOUT,
        schedule: Schedule | None = None,
    ):
        """Boot the engine at a sample rate in Hz, in blocks of so many frames.

        `schedule` holds the sample times of a live performance, for a replay.
        """
        self.sample_rate, self.block, self.seed = sample_rate, block, seed
        self.arena = Arena.private(sample_rate, block, layout)
        self.frame = 0  # sample time of the engine's next block
        self.server = boot("headless", sample_rate, block).server
        self.engine = Engine(self.arena, self.server, self._now_ns, schedule=schedule, seed=seed)
        self.voices = VoiceHost(self.arena, schedule=schedule)
        self.work = ProcessWork()

    def new_mind(
        self,
        now_frame: Callable[[], int] | None = None,
        recorder: JournalRecorder | None = None,
        pump: Callable[[], None] | None = None,
        new_link: Callable[[float], Leader] = LinkClock,
    ) -> Performance:
        """Return a performance on the arena.

        `now_frame()` is the sample time of the next tick; None stands for `frame`. `pump()` is called
        while a block waits for the engine; None lets the engine act on its messages. `new_link(bpm)`
        opens Ableton Link.
        """
        performance = Performance(
            self.arena,
            self.seed,
            (lambda: self.frame) if now_frame is None else now_frame,
            recorder=recorder,
            pump=(lambda: self._pump(performance)) if pump is None else pump,
            new_link=new_link,
        )
        return performance

    def start(self) -> None:
        """Let the engine play from sample time `frame` on."""
        self.engine.frame = self.frame
        self.server.start()

    def play_block(self) -> NDArray[np.float32]:
        """Play one block, and return its sound, float32 (frames, 2)."""
        self.work.of("voices", self.voices.process)
        self.work.of("engine", self.server.process)
        self.frame += self.block
        return self.engine.master.read_tap().copy()

    def close(self) -> None:
        """End engine and voices, and complete the recordings."""
        self.server.stop()
        self.engine.recording.take_last(self.frame)
        self.engine.close()
        self.server.shutdown()

    def _pump(self, performance: Performance) -> None:
        """Let the engine act on its messages, and the mind take in the answers."""
        self.engine.listen()
        performance.applier.take_in()

    def _now_ns(self) -> int:
        """Return the virtual clock in nanoseconds."""
        return round(self.frame / self.sample_rate * 1e9)
