"""The timeline of one stretch of a journal, sorted: what entered in order, and tables of the rest."""

import bisect
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from livecode.journal import records
from livecode.journal.recorder import Restart
from livecode.journal.records import BlockBegun, BlockEnded, Opening, Record, tick_of
from livecode.transport.controls import Change
from livecode.transport.messages import (
    Began,
    Built,
    FadedLate,
    Late,
    Placed,
    Rested,
    Silenced,
    Underrun,
    Unread,
)
from livecode.transport.schedule import Placing, Schedule

#: What the thread that evaluates blocks goes through, in this order and no other.
EVALUATED = (
    records.BlockBegun,
    records.BlockEnded,
    records.Point,
    records.GaveUp,
    records.SceneBegun,
    records.CuesRun,
    records.SetRead,
    records.TakenOver,
)


@dataclass
class Timeline:
    """From one opening to the end, or to the next opening."""

    opening: Opening
    steps: list[Record] = field(default_factory=list)  # what is done when its turn comes
    schedule: Schedule = field(default_factory=Schedule)
    postponed: dict[Change, int] = field(default_factory=dict)  # controls that came late
    unread: dict[tuple[int, str], list[tuple[int, int]]] = field(default_factory=dict)
    heard: dict[int, list[Any]] = field(default_factory=dict)  # messages by tick
    restarts: dict[int, Restart] = field(default_factory=dict)  # by tick
    fell_back: dict[tuple[int, int], str] = field(default_factory=dict)  # by tick and call
    led: dict[int, tuple[float, float]] = field(default_factory=dict)  # by tick
    skipped: dict[int, int] = field(default_factory=dict)  # first tick left out -> next tick
    alive: dict[int, int] = field(default_factory=dict)  # tick -> checksum of the controls
    models: dict[str, str] = field(default_factory=dict)  # name -> SHA-256
    ended: set[int] = field(default_factory=set)  # blocks
    names: dict[int, str] = field(default_factory=dict)  # by generation
    closed: bool = False
    end: int = 0  # sample time up to which it goes

    def __post_init__(self) -> None:
        self._features: dict[tuple[str, str], tuple[list[int], list[Any]]] = {}
        self._block_features: dict[int, deque[tuple[str, str, Any]]] = defaultdict(deque)

    def take(self, record: Record) -> None:
        """Sort one record in; they come in the order of the journal."""
        self.end = max(self.end, tick_of(record))
        match record:
            case records.Heard():
                self._schedule(record)
                if record.in_block:
                    self.steps.append(record)
                else:
                    self.heard.setdefault(record.tick, []).extend(record.messages)
            case records.Features():
                self._take_features(record)
            case records.FellBack():
                self.fell_back[record.tick, record.call] = record.why
            case records.Led():
                self.led[record.tick] = record.bpm, record.beat
            case records.Skipped():
                self.skipped[record.begin] = record.tick
            case records.Restarted():
                restart = Restart(record.engine, record.voices, record.suspect)
                self.restarts[record.tick] = restart
            case records.Heartbeat():
                self.alive[record.tick] = record.controls
            case records.ScenePlayed() | records.Stands():
                pass  # it comes by itself
            case records.ModelUsed():
                self.models[record.name] = record.sha256
            case records.Closed():
                self.closed = True
            case records.BlockEnded():
                self.ended.add(record.number)
                self.steps.append(record)
            case _:
                self.steps.append(record)

    def feature(self, sound: str, name: str, tick: int) -> Any:
        """What a feature was in that tick; None if it was not read until then."""
        ticks, values = self._features.get((sound, name), ([], []))
        at = bisect.bisect_right(ticks, tick) - 1
        return values[at] if at >= 0 else None

    def feature_in_block(self, block: int, sound: str, name: str) -> Any:
        """What a block read next of that feature; None if it did not."""
        waiting = self._block_features[block]
        for each in waiting:
            if each[:2] == (sound, name):
                waiting.remove(each)
                return each[2]
        return None

    def blocks(self, before: int | None = None) -> list[BlockBegun]:
        """Those that a mind would run again which takes over before the step of that index."""
        begun: dict[int, BlockBegun] = {}
        ended: set[int] = set()
        for step in self.steps[:before]:
            if isinstance(step, BlockBegun):
                begun[step.number] = step
            elif isinstance(step, BlockEnded) and (step.ok or step.names):
                ended.add(step.number)
        return [block for number, block in begun.items() if number in ended]

    def _take_features(self, record: records.Features) -> None:
        for sound, name, value in record.read:
            known = np.array(value, np.float32) if isinstance(value, list) else value
            if record.block:
                self._block_features[record.block].append((sound, name, known))
                continue
            ticks, values = self._features.setdefault((sound, name), ([], []))
            ticks.append(record.tick)
            values.append(known)

    def _schedule(self, record: records.Heard) -> None:
        schedule = self.schedule
        for message in record.messages:
            match message:
                case Began():
                    schedule.began.setdefault(message.generation, message.at)
                    self.names[message.generation] = message.name
                case Built():
                    schedule.built.setdefault(message.generation, message.at)
                case Underrun():
                    gaps = schedule.underruns.setdefault(message.generation, {})
                    gaps[message.begin] = message.end
                case Placed():
                    placing = Placing(message.frame, message.fresh)
                    schedule.placed.setdefault(message.generation, {})[message.position] = placing
                case Rested():
                    rests = schedule.rests.setdefault(message.generation, {})
                    rests[message.position] = message.rests
                case Silenced():
                    schedule.silenced.append(message.at)
                case Late():
                    self.postponed.setdefault(message.change, message.frame)
                case Unread():
                    changes = self.unread.setdefault((message.who, message.control), [])
                    changes.append((message.number, message.frame))
                case FadedLate():
                    schedule.fades[message.name, message.stamp] = message.frame


def timelines(journal: Iterable[Record]) -> Iterator[Timeline]:
    """The stretches of a journal: one, and one more for each time that it was taken up again."""
    timeline: Timeline | None = None
    for record in journal:
        if isinstance(record, Opening):
            if timeline is not None:
                yield timeline
            timeline = Timeline(record, end=record.tick)
        elif timeline is not None:
            timeline.take(record)
    if timeline is not None:
        yield timeline
