"""The clock of a performance: the sample time that blocks and ticks count by."""

from livecode.journal.recorder import JournalRecorder
from livecode.transport.timing import tick_frames


class PerformanceClock:
    """Tells the sample time of the next tick, which does not move while a block runs.

    `block`: frames of the engine's block. `tick_frames`: frames from one tick to the next.
    """

    def __init__(self, recorder: JournalRecorder, sample_rate: int, block: int):
        self.sample_rate, self.block = sample_rate, block
        self.tick_frames = tick_frames(block, sample_rate)
        self._recorder = recorder
        #: The sample time of a former mind's block while that block is run again, else None.
        self.rerun: int | None = None

    @property
    def frame(self) -> int:
        """The sample time of the next tick, or that of a former mind's block that is run again."""
        return self._recorder.tick if self.rerun is None else self.rerun

    @property
    def time_s(self) -> float:
        """The time of `frame` in seconds."""
        return self.frame / self.sample_rate

    @property
    def taking_over(self) -> bool:
        """Whether a former mind's blocks are being run again."""
        return self.rerun is not None
