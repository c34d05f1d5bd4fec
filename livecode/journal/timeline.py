"""Sorts a stretch of a journal: steps in their order, and tables of what belongs to ticks."""

import bisect
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from livecode.journal import records
from livecode.journal.recorder import FeatureValue, Restart
from livecode.journal.records import JournalRecord, Opening, tick_of
from livecode.transport.controls import Change
from livecode.transport.messages import (
    AnyMessage,
    Began,
    Built,
    Directions,
    DuetTurn,
    Encoded,
    FadedLate,
    GivenUp,
    Late,
    LearnedAdapter,
    Lost,
    Missed,
    Narrowed,
    Rested,
    ShapeFollowed,
    Silenced,
    Tilted,
    Underrun,
    Unread,
    VoiceAligned,
)
from livecode.transport.schedule import Alignment, Schedule

#: Records of the thread that evaluates blocks. Their order among each other must be kept.
EVALUATED = (
    records.BlockBegun,
    records.BlockEnded,
    records.BlockPoint,
    records.BlockRead,
    records.GaveUp,
    records.SceneBegun,
    records.CuesRun,
    records.SetRead,
    records.TakenOver,
)


@dataclass
class Timeline:
    """One stretch of a journal, from an opening up to the next one or to the end."""

    opening: Opening
    steps: list[JournalRecord] = field(default_factory=list)  # what a replay does in this order
    schedule: Schedule = field(default_factory=Schedule)
    #: Changes of controls that came late to a reader -> the sample time at which it got them.
    postponed: dict[Change, int] = field(default_factory=dict)
    #: (reader, control) -> (first, one after the last) of changes that were overwritten unread.
    lost: dict[tuple[int, str], list[tuple[int, int]]] = field(default_factory=dict)
    #: (reader, control) -> (number, frame) of changes that the reader missed.
    unread: dict[tuple[int, str], list[tuple[int, int]]] = field(default_factory=dict)
    heard: dict[int, list[AnyMessage]] = field(default_factory=dict)  # messages by tick
    restarts: dict[int, Restart] = field(default_factory=dict)  # by tick
    fell_back: dict[tuple[int, int], str] = field(default_factory=dict)  # (tick, call) -> why
    led: dict[int, tuple[float, float]] = field(default_factory=dict)  # tick -> (bpm, beat)
    skipped: dict[int, int] = field(default_factory=dict)  # first tick left out -> next tick
    heartbeats: dict[int, int] = field(default_factory=dict)  # tick -> checksum of the controls
    models: dict[str, str] = field(default_factory=dict)  # name -> SHA-256
    files: dict[str, str] = field(default_factory=dict)  # path of a sound -> SHA-256
    ended: set[int] = field(
        default_factory=set
    )  # indices of the steps that begin blocks which ended
    names: dict[int, str] = field(default_factory=dict)  # by generation
    gaps: list[records.Gap] = field(default_factory=list)
    closed: bool = False  # ended on purpose
    forked: records.Forked | None = None  # what follows is another performance
    end: int = 0  # sample time of the last record

    def __post_init__(self) -> None:
        self._features: dict[tuple[str, str], tuple[list[int], list[FeatureValue]]] = {}
        self._block_features: dict[int, deque[tuple[str, str, FeatureValue]]] = defaultdict(deque)
        # number of a block -> index of its first step: another mind may use a number again
        self._begun: dict[int, int] = {}

    def add(self, record: JournalRecord) -> None:
        """Sort one record in; records come in the order of the journal."""
        self.end = max(self.end, tick_of(record))
        match record:
            case records.MessagesHeard():
                self._schedule(record)
                if record.in_block:
                    self.steps.append(record)
                else:
                    self.heard.setdefault(record.tick, []).extend(record.messages)
            case records.FeaturesRead():
                self._add_features(record)
            case records.FellBack():
                self.fell_back[record.tick, record.call] = record.why
            case records.Led():
                self.led[record.tick] = record.bpm, record.beat
            case records.Skipped():
                self.skipped[record.begin] = record.tick
            case records.Restarted():
                restart = Restart(record.engine, record.voices, record.suspect, record.loading)
                self.restarts[record.tick] = restart
            case records.Heartbeat():
                self.heartbeats[record.tick] = record.controls
            case records.ScenePlayed() | records.StatusAfterBlock() | records.AgentsKnow():
                pass  # a replay comes to it by itself
            case records.ModelUsed():
                self.models[record.name] = record.sha256
            case records.FileUsed():
                self.files[record.path] = record.sha256
            case records.Closed():
                self.closed = True
            case records.Forked():
                self.forked = record
            case records.Gap():
                self.gaps.append(record)
            case records.BlockBegun():
                self._begun[record.number] = len(self.steps)
                self.steps.append(record)
            case records.BlockEnded():
                if (begun := self._begun.get(record.number)) is not None:
                    self.ended.add(begun)
                self.steps.append(record)
            case records.TakenOver():
                self._begun.clear()  # what has not ended by now killed its mind
                self.steps.append(record)
            case _:
                self.steps.append(record)

    def feature(self, sound: str, name: str, tick: int) -> FeatureValue | None:
        """Return the value of a sound's feature in that tick; None if it was not read until then."""
        ticks, values = self._features.get((sound, name), ([], []))
        at = bisect.bisect_right(ticks, tick) - 1
        return values[at] if at >= 0 else None

    def feature_in_block(self, begun: int, sound: str, name: str) -> FeatureValue | None:
        """Return the next value of a feature that a block read; None if it read no more of it.

        `begun` is the index of the step that begins the block.
        """
        waiting = self._block_features[begun]
        for each in waiting:
            if each[:2] == (sound, name):
                waiting.remove(each)
                return each[2]
        return None

    def _add_features(self, record: records.FeaturesRead) -> None:
        """Note which features were read, by tick or by block."""
        for sound, name, value in record.read:
            known: FeatureValue = np.array(value, np.float32) if isinstance(value, list) else value
            if record.block:
                begun = self._begun.get(record.block, -1)
                self._block_features[begun].append((sound, name, known))
                continue
            ticks, values = self._features.setdefault((sound, name), ([], []))
            ticks.append(record.tick)
            values.append(known)

    def _schedule(self, record: records.MessagesHeard) -> None:
        """Note when engine and voices did what they told the mind of."""
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
                case VoiceAligned():
                    alignment = Alignment(message.frame, message.fresh)
                    schedule.aligned.setdefault(message.generation, {})[message.position] = (
                        alignment
                    )
                case Missed():
                    schedule.missed.add((message.generation, message.at, message.sound))
                case Rested():
                    rests = schedule.rests.setdefault(message.generation, {})
                    rests[message.position] = message.rests
                case Narrowed():
                    narrowed = schedule.narrowed.setdefault(message.generation, {})
                    narrowed[message.position] = message.most
                case GivenUp():
                    schedule.given_up.setdefault(message.generation, set()).add(message.position)
                case Tilted():
                    tilted = schedule.tilted.setdefault(message.generation, {})
                    tilted.setdefault(message.position, []).append(message.scores)
                case Directions():
                    steered = schedule.steered.setdefault(message.generation, {})
                    steered.setdefault(message.position, []).append(message)
                case LearnedAdapter():
                    learned = schedule.learned.setdefault(message.generation, {})
                    learned.setdefault(message.position, []).append(message)
                case DuetTurn():
                    turns = schedule.turns.setdefault(message.generation, {})
                    turns.setdefault(message.position, []).append(message)
                case Encoded():
                    encoded = schedule.encoded.setdefault(message.generation, {})
                    encoded[message.position] = message.row
                case ShapeFollowed():
                    schedule.shaped.setdefault(message.name, deque()).append(message.at)
                case Silenced():
                    schedule.silenced.append(message.at)
                case Late():
                    self.postponed.setdefault(message.change, message.frame)
                case Lost():
                    of = message.who, message.control
                    self.lost.setdefault(of, []).append((message.first, message.last))
                case Unread():
                    changes = self.unread.setdefault((message.who, message.control), [])
                    changes.append((message.number, message.frame))
                case FadedLate():
                    schedule.fades[message.name, message.stamp] = message.frame


def timelines(journal: Iterable[JournalRecord]) -> Iterator[Timeline]:
    """Yield the stretches of a journal: one, and one more for each time that it was resumed."""
    timeline: Timeline | None = None
    for record in journal:
        if isinstance(record, Opening):
            if timeline is not None:
                yield timeline
            timeline = Timeline(record, end=record.tick)
        elif timeline is not None:
            timeline.add(record)
    if timeline is not None:
        yield timeline
