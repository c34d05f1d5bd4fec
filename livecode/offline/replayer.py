"""Gives a performance the answers of a journal, in the place of the recorder that noted them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from livecode.deadlines import TookTooLong
from livecode.journal import records
from livecode.journal.recorder import FeatureValue, JournalRecorder, Restart
from livecode.journal.records import JournalRecord, tick_of
from livecode.journal.timeline import EVALUATED, Timeline
from livecode.signals.tempo import Tempo
from livecode.transport.messages import AnyMessage


class MindDied(Exception):
    """The block that is about to begin killed the mind in the performance, so it is not run here."""


class Replayer(JournalRecorder):
    """Walks through a timeline, and answers as the recorder answered in the performance.

    `advance(tick)` plays on until that tick is the next one. `enter(record)` feeds what a record notes
    into the performance. Both may be called while a block is being evaluated, since time goes on at
    the block's points as it did.
    """

    replaying = True

    def __init__(
        self,
        timeline: Timeline,
        advance: Callable[[int], None],
        enter: Callable[[JournalRecord], None],
    ):
        super().__init__()
        self.timeline, self._advance, self._enter = timeline, advance, enter
        self.at = 0  # index of the next step
        self._begun = -1  # index of the step that begins the present block
        self._inbox: list[AnyMessage] = []
        self.paused = False  # while a mind takes over, which the journal does not note
        self.differs_at: int | None = (
            None  # sample time from which controls are not those of the journal
        )
        self.lost: int | None = None  # sample time at which the first expected record was missing

    def next(self) -> JournalRecord | None:
        """Return the record whose turn it is; None at the end."""
        return self.timeline.steps[self.at] if self.at < len(self.timeline.steps) else None

    def done(self) -> None:
        """Go on to the next record."""
        self.at += 1

    def skip_block(self) -> None:
        """Leave out the rest of a block that never ended, since it killed the mind."""
        while isinstance(record := self.next(), EVALUATED) and not isinstance(
            record, records.BlockBegun | records.SceneBegun | records.CuesRun | records.TakenOver
        ):
            self.done()

    def walk(self) -> JournalRecord | None:
        """Feed in what comes before the next record of EVALUATED, and return that record."""
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
        """Feed in what comes before the next record of EVALUATED, and play on up to its tick."""
        if (record := self.walk()) is not None:
            self._advance(tick_of(record))

    def _meet(self, kind: type) -> JournalRecord | None:
        """Play on up to the next record of EVALUATED, and return it if it is of that kind."""
        record = self.walk()
        if record is None or not isinstance(record, kind):
            self.lost = self.tick if self.lost is None else self.lost
            return None
        self._advance(tick_of(record))
        self.done()
        return record

    # blocks, scenes and cues

    def await_point(self) -> None:
        if not self.ticking and not self.paused:
            self._meet(records.BlockPoint)

    def note_point(self) -> None:
        pass

    def await_read(self, stores: bool = False) -> None:
        if not self.block or self.ticking or self.paused:
            return
        self._reads[stores] += 1
        step = self._upcoming()
        if isinstance(step, records.BlockRead) and step.count == self._count(stores):
            self._meet(records.BlockRead)

    def note_read(self, stores: bool = False) -> None:
        pass

    def _upcoming(self, *but: type) -> JournalRecord | None:
        """Return the next record of EVALUATED that is of none of the kinds in `but`."""
        upcoming = self.timeline.steps[self.at : self.at + 10_000]
        found = (
            each for each in upcoming if isinstance(each, EVALUATED) and not isinstance(each, but)
        )
        return next(found, None)

    def block_begins(self, number: int, code: str, name: str | None, undoable: bool = True) -> None:
        met = self._meet(records.BlockBegun)
        self._begun = -1 if met is None else self.at - 1
        if met is not None and self._begun not in self.timeline.ended:
            raise MindDied
        self.block, self._reads = number, {False: 0, True: 0}

    def block_ended(
        self, number: int, ok: bool, names: tuple[str, ...], changed: bool = True
    ) -> None:
        self.block = 0
        while (record := self.walk()) is not None:
            if isinstance(record, records.BlockBegun | records.SceneBegun | records.TakenOver):
                return  # the block took another course this time
            self._advance(tick_of(record))
            self.done()
            if isinstance(record, records.BlockEnded):
                return

    @contextmanager
    def trying(self, limit: AbstractContextManager[None] | None = None) -> Iterator[None]:
        if self.paused:
            yield
            return
        step = self._upcoming(records.BlockRead)
        if isinstance(step, records.GaveUp):  # what it read before leaves nothing behind
            while isinstance(self._upcoming(), records.BlockRead):
                self._meet(records.BlockRead)
            self._meet(records.GaveUp)
            raise KeyboardInterrupt if step.interrupted else TookTooLong(step.why)
        yield

    def set_text_again(self) -> str | None:
        """Return the set's text if it was read again at this point; else None."""
        step = self._upcoming()
        if not (isinstance(step, records.SetRead) and step.again):
            return None
        self.walk()
        self.done()
        return step.text

    # ticks

    def tick_begins(self, frame: int) -> None:
        self.tick = frame  # `advance` leaves out the ticks that the journal leaves out
        super().tick_begins(frame)

    def tick_ended(self, next_tick: int, sample_rate: int) -> bool:
        self.tick, self._ticking = next_tick, None
        expected = self.timeline.heartbeats.get(next_tick)
        if expected is not None and expected != self._controls and self.differs_at is None:
            self.differs_at = next_tick
        return False

    def take_in(
        self, messages: list[AnyMessage], restart: Restart | None
    ) -> tuple[list[AnyMessage], Restart | None]:
        if self.ticking:
            return self.timeline.heard.pop(self.tick, []), self.timeline.restarts.get(self.tick)
        inbox, self._inbox = self._inbox, []
        return inbox, None

    def hear(self, messages: tuple[AnyMessage, ...]) -> None:
        """Keep messages for the block that waits for them."""
        self._inbox = list(messages)

    def feature(self, sound: str, name: str, value: FeatureValue) -> FeatureValue:
        known: FeatureValue | None = None
        if not self.ticking:
            known = self.timeline.feature_in_block(self._begun, sound, name)
        if known is None:
            known = self.timeline.feature(sound, name, self.tick)
        return value if known is None else known

    def slow_call(self) -> str | None:
        self.calls += 1
        return self.timeline.fell_back.get((self.tick, self.calls))

    def forget_controls(self) -> None:
        """Reset the checksum of controls, as another mind does."""
        self._controls = 0


class ReplayedLink:
    """Leads the tempo as Ableton Link did in the performance."""

    def __init__(self, recorder: Replayer):
        self._recorder = recorder

    def lead(self, tempo: Tempo, frame: float, now: float | None = None) -> None:
        """Set tempo and beat at sample time `frame`, if Link did."""
        if (led := self._recorder.timeline.led.get(int(frame))) is not None:
            tempo.lead(*led, frame)

    def close(self) -> None:
        """Do nothing: there is no connection to close."""
