"""The assembly under everything offline: an arena with engine, voices and a mind in this one process."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livecode.engine.device import boot
from livecode.engine.engine import Engine
from livecode.journal.recorder import JournalRecorder
from livecode.performance.performance import Performance
from livecode.performance.tempo_control import Leader
from livecode.signals.link import LinkClock
from livecode.transport import Arena, Layout
from livecode.transport.schedule import Schedule
from livecode.voices.host import VoiceHost

#: Offline nothing is ever late, so short buffers do; this keeps many sessions small.
OFFLINE_LAYOUT = Layout(buffers=32, buffer_frames=8192)


class Assembly:
    """An engine and voices on a private arena, stepped by the block under a virtual clock.

    One assembly at a time exists in a process: pyo has one server.
    """

    def __init__(
        self,
        sample_rate: int,
        block: int,
        seed: int,
        layout: Layout = OFFLINE_LAYOUT,
        schedule: Schedule | None = None,
    ):
        """`sample_rate`: Hz; `block`: frames; `schedule`: when things begin, where that is known."""
        self.sample_rate, self.block, self.seed = sample_rate, block, seed
        self.arena = Arena.private(sample_rate, block, layout)
        self.frame = 0  # sample time of the engine's next block
        self.server = boot("headless", sample_rate, block).server
        self.engine = Engine(self.arena, self.server, self._now_ns, schedule=schedule, seed=seed)
        self.voices = VoiceHost(self.arena, schedule=schedule)

    def new_mind(
        self,
        now_frame: Callable[[], int] | None = None,
        recorder: JournalRecorder | None = None,
        pump: Callable[[], None] | None = None,
        new_link: Callable[[float], Leader] = LinkClock,
    ) -> Performance:
        """A performance on the arena, whose first tick is at `now_frame()`; None: at `frame`.

        `pump` is called while a block waits for the engine; None: the engine acts on messages.
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
        """Play one block; returns what was heard, (frames, 2)."""
        self.voices.process()
        self.server.process()
        self.frame += self.block
        return self.engine.master.read_tap().copy()

    def close(self) -> None:
        """End engine and voices; what was recorded is complete."""
        self.server.stop()
        self.engine.recording.take_last(self.frame)
        self.engine.close()
        self.server.shutdown()

    def _pump(self, performance: Performance) -> None:
        self.engine.listen()
        performance.applier.take_in()

    def _now_ns(self) -> int:
        return round(self.frame / self.sample_rate * 1e9)
