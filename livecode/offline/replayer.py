"""A recorder that tells instead of noting: where blocks meet ticks, what was heard, and what was read."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from livecode.deadlines import TookTooLong
from livecode.journal import records
from livecode.journal.recorder import JournalRecorder, Restart
from livecode.journal.records import JournalRecord, tick_of
from livecode.journal.timeline import EVALUATED, Timeline
from livecode.signals.tempo import Tempo
from livecode.transport.messages import AnyMessage


class Replayer(JournalRecorder):
    """Walks through a timeline; whatever asks it gets the answer that was given the first time.

    `advance(tick)` plays on until that tick is next; `enter(record)` does what entered then.  Both
    may be called while a block is being evaluated: at its points time goes on, as it did.
    """

    retells = True

    def __init__(
        self,
        timeline: Timeline,
        advance: Callable[[int], None],
        enter: Callable[[JournalRecord], None],
    ):
        super().__init__()
        self.timeline, self._advance, self._enter = timeline, advance, enter
        self.at = 0  # the next record
        self._inbox: list[AnyMessage] = []
        self.paused = False  # a mind takes over: what it does now was not noted
        self.differs_at: int | None = None  # sample time from which controls are others
        self.lost: int | None = None  # sample time of the first point that was not met

    def next(self) -> JournalRecord | None:
        """The record whose turn it is."""
        return self.timeline.steps[self.at] if self.at < len(self.timeline.steps) else None

    def done(self) -> None:
        """That one is behind us."""
        self.at += 1

    def skip_block(self, number: int) -> None:
        """Leave out a block that never ended: it took the mind with it."""
        self.done()
        while isinstance(record := self.next(), EVALUATED) and not isinstance(
            record, records.BlockBegun | records.SceneBegun | records.CuesRun | records.TakenOver
        ):
            self.done()

    def walk(self) -> JournalRecord | None:
        """Let enter what comes before the next step of the evaluating thread; returns that."""
        while True:
            record = self.next()
            if record is None:
                return None
            if isinstance(record, EVALUATED):
                return record
            self.done()
            self._advance(tick_of(record))
            self._enter(record)

    def walk_up(self) -> None:
        """The same, and play on until the tick before which that step comes."""
        if (record := self.walk()) is not None:
            self._advance(tick_of(record))

    def _meet(self, kind: type) -> JournalRecord | None:
        record = self.walk()
        if record is None or not isinstance(record, kind):
            self.lost = self.tick if self.lost is None else self.lost
            return None
        self._advance(tick_of(record))
        self.done()
        return record

    # what blocks do

    def arrive(self) -> None:
        if not self.ticking and not self.paused:
            self._meet(records.BlockPoint)

    def passed(self) -> None:
        pass

    def block_begins(self, number: int, code: str, name: str | None) -> None:
        self._meet(records.BlockBegun)
        self.block = number

    def block_ended(self, number: int, ok: bool, names: tuple[str, ...]) -> None:
        self.block = 0
        while (record := self.walk()) is not None:
            if isinstance(record, records.BlockBegun | records.SceneBegun | records.TakenOver):
                return  # it went otherwise
            self._advance(tick_of(record))
            self.done()
            if isinstance(record, records.BlockEnded):
                return

    @contextmanager
    def trying(self, limit: AbstractContextManager[None] | None = None) -> Iterator[None]:
        if self.paused:
            yield
            return
        at = self.at
        upcoming = self.timeline.steps[at : at + 10_000]
        step = next((each for each in upcoming if isinstance(each, EVALUATED)), None)
        if isinstance(step, records.GaveUp):
            self._meet(records.GaveUp)
            raise KeyboardInterrupt if step.interrupted else TookTooLong(step.why)
        yield

    def set_text_again(self) -> str | None:
        """The set's text, if it was read again for the scene that begins."""
        record = self.walk()
        if isinstance(record, records.SetRead) and record.again:
            self.done()
            return record.text
        return None

    # what ticks go by

    def tick_begins(self, frame: int) -> None:
        self.tick = frame  # none is left out unawares
        super().tick_begins(frame)

    def tick_ended(self, next_tick: int, sample_rate: int) -> bool:
        self.tick, self._ticking = next_tick, None
        expected = self.timeline.alive.get(next_tick)
        if expected is not None and expected != self._controls and self.differs_at is None:
            self.differs_at = next_tick
        return False

    def taken_in(
        self, messages: list[AnyMessage], restart: Restart | None
    ) -> tuple[list[AnyMessage], Restart | None]:
        if self.ticking:
            return self.timeline.heard.pop(self.tick, []), self.timeline.restarts.get(self.tick)
        inbox, self._inbox = self._inbox, []
        return inbox, None

    def hear(self, messages: tuple[AnyMessage, ...]) -> None:
        """What a block took in while it waited."""
        self._inbox = list(messages)

    def feature(self, sound: str, name: str, value: Any) -> Any:
        known = None
        if not self.ticking:
            known = self.timeline.feature_in_block(self.block, sound, name)
        if known is None:
            known = self.timeline.feature(sound, name, self.tick)
        return value if known is None else known

    def slow_call(self) -> str | None:
        self.calls += 1
        return self.timeline.fell_back.get((self.tick, self.calls))

    def forget_controls(self) -> None:
        """Another mind begins its checksum anew."""
        self._controls = 0


class ReplayedLink:
    """Leads the tempo as Link led it then."""

    def __init__(self, recorder: Replayer):
        self._recorder = recorder

    def lead(self, tempo: Tempo, frame: float) -> None:
        """Lead the tempo at that sample time, if Link did; the recorder knows it already."""
        if (led := self._recorder.timeline.led.get(int(frame))) is not None:
            tempo.lead(*led, frame)

    def close(self) -> None:
        """There is nothing to leave."""
