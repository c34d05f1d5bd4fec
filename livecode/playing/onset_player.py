"""Plays patterns: writes each onset to the control block ahead of its sample time."""

import math
from collections import ChainMap, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any, Protocol

from livecode.errors import LivecodeError
from livecode.language.moments import BeatClock, Moment
from livecode.language.patterns.ahead import EventsAhead, Timed
from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.events import PatternEvent
from livecode.language.patterns.numbers import exact
from livecode.language.sources import Sounding
from livecode.language.values import Value
from livecode.playing.automation import Automation
from livecode.playing.reward_terms import reads
from livecode.playing.sound_player import PlayerSetup, SoundPlayer
from livecode.transport.onsets import ONSETS, Onset, take_back, write_onsets
from livecode.transport.timing import MASTER_LAG

#: Onsets are written this far beyond the lead, so that they go on while a mind is replaced.
HORIZON_S = 0.5
#: They are written so much at a time, so that most ticks have nothing to write.
STRETCH_S = 0.04
#: And this far where they depend on signals, at each tick, so that these are heard at once.
NEAR_S = 0.02
#: So many changes are written in one tick at most, and so many wait to be heard: a slot remembers 128, and
#: what is written in the tick of a reader that is late must not push out what it has not read.
A_TICK, WAITING = 24, 100
#: In the place of a bar: it has begun.
BEGUN = Fraction(-1)
#: What does not count as a signal: it is known ahead.
_AHEAD = frozenset({"t", "beat", "bar", "tempo"})


@dataclass(frozen=True)
class Part:
    """What is played from a sample time on."""

    frame: int
    cycles: Cycles
    details: Any  # what else the onsets depend on


class OtherRhythm(Protocol):
    """A rhythm in which a pattern is played."""

    def of(self, pattern: Cycles, /) -> Cycles:
        """Return the pattern in this rhythm."""


@dataclass(frozen=True, eq=False)
class RhythmFrom:
    """In which shape a pattern is played from a bar on, for as long as `holds()`; None: in its own."""

    bar: Fraction
    shape: OtherRhythm | None
    holds: Callable[[], bool] = lambda: True


class OnsetPlayer(SoundPlayer):
    """Plays a pattern. Subclasses make onsets of its events."""

    FOR_ENGINE: tuple[str, ...] = ("level", "dry")
    FROM_SILENCE = True
    #: Settings that each event reads when it begins.
    PER_EVENT: tuple[str, ...] = ()

    def __init__(self, thing: Sounding, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        self.open_control()
        self._own = {
            setting: Automation(thing, setting, getattr(type(thing), setting).bounds, setup.say)
            for setting in self.PER_EVENT
        }
        self._near, self._far, self._stretch = (
            round(each * setup.sample_rate) for each in (NEAR_S, HORIZON_S, STRETCH_S)
        )
        self._parts: list[Part] = []
        self._heard: tuple[Any, ...] = ()  # the settings that were followed last
        self._line = 0  # sample time from which what is followed next is played
        self._until: int | None = None  # onsets are written up to this sample time
        self._clock: BeatClock = self.beat_clock  # by which they were written
        self._version = 0  # of that clock
        self._mark: Any = None  # by which the bar there was computed
        self._ahead = EventsAhead()
        self._listens = False  # whether onsets depend on signals
        self._waiting: deque[int] = deque()  # sample times of what has been written
        self._failed: Cycles | None = None
        self.rests = False  # whether something else is played in the place of the pattern
        self._shapes: list[RhythmFrom] = []  # in the order of their bars
        self._known_part: tuple[Part, OtherRhythm, Part] | None = (
            None  # a part, and the same in a shape
        )

    def rest(self, rests: bool, frame: int) -> None:
        """Play nothing of the pattern, or play it again, as soon as a tick at sample time `frame` can."""
        if rests != self.rests:
            self.rests = rests
            self._go_back(frame + self.setup.voice_lead + MASTER_LAG)

    def open_control(self) -> None:
        """Open the control that onsets are written to."""
        controls, name = self.setup.controls, self.thing.name
        self._slot = controls.open(f"{name}.{ONSETS}")
        pan = controls.find(f"{name}.pan")
        if pan is not None and "pan" not in self.FOR_ENGINE:
            controls.write(pan, 0, 0.0)  # each event has a place of its own

    def take_back(self, frame: int) -> None:
        """Let nothing begin that was written and begins at sample time `frame` or later."""
        take_back(self.setup.controls, self._slot, frame - MASTER_LAG)

    def details(self) -> Any:
        """Return what the onsets depend on beside the pattern and the settings of each event."""
        return None

    def onsets(
        self, event: PatternEvent, frame: int, settings: dict[str, float], part: Part
    ) -> Iterator[Onset]:
        """Yield what begins with an event at a sample time, without a gate."""
        raise NotImplementedError

    def held(self, frames: int, settings: dict[str, float]) -> float:
        """Return how long the gate of an onset stays open whose event lasts `frames`, in frames.

        `settings` are those in PER_EVENT, as they are when the event begins.
        """
        return float(frames)

    def make_ready(self) -> None:
        """Have what is to be played made ready."""

    def enter(self, line: int) -> None:
        self._line = line

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        thing: Any = self.thing
        heard = (
            thing.pattern.cycles,
            self.details(),
            *(getattr(thing, each) for each in self._own),
        )
        if self._heard and all(map(_alike, heard, self._heard)):
            return
        self._heard = heard
        line = max(self._line, frame)
        for automation in self._own.values():
            automation.follow(line, 0.0)
        self._parts = [part for part in self._parts if part.frame < line]
        self._parts.append(Part(line, heard[0], self.details()))
        values = [value for value in heard[2:] if isinstance(value, Value)]
        self._listens = any(
            set(reads(part)) - _AHEAD for value in values for part in value.everything()
        )
        self._go_back(line)
        self.make_ready()

    @property
    def parts(self) -> list[Part]:
        """What is played, each part from its sample time until that of the next."""
        if not self._shapes:
            return list(self._parts)
        first = self._parts[0].frame
        lines = {max(self._line_of(each), first) for each in self._shapes}
        frames = sorted({*(part.frame for part in self._parts), *lines})
        found = ((self._in_its_shape(self._part_at(at), at), at) for at in frames)
        return [part if part.frame == at else replace(part, frame=at) for part, at in found]

    def shape(self, bar: Fraction, shape: OtherRhythm | None, holds: Callable[[], bool]) -> None:
        """Play what the pattern says in a shape from a bar on, for as long as `holds()`.

        Then the pattern is played as it is again, from the next bar on.
        """
        before = [each for each in self._shapes if each.bar < bar]
        changed = shape != (before[-1].shape if before else None) or len(before) < len(self._shapes)
        self._shapes = [*before, RhythmFrom(bar, shape, holds)]
        if changed:
            self.setup.changes.count += 1
            self._go_back(self._tempo.frame_of_bar(bar))

    def automations(self) -> Iterator[tuple[str, Automation]]:
        yield from super().automations()
        yield from self._own.items()

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        earliest = frame + self.setup.voice_lead + MASTER_LAG
        if self._until is None:
            self.take_back(earliest + MASTER_LAG)  # of whoever had the name before
        if self._until is None or self._until < earliest:
            self._written_to(earliest)
        elif self._strayed(self._until):
            self._go_back(earliest)
        while len(self._parts) > 1 and self._parts[1].frame <= earliest:
            del self._parts[0]
        if self._shapes:
            self._follow_shapes(earliest)
        while self._waiting and self._waiting[0] < frame:
            self._waiting.popleft()
        horizon = earliest + (self._near if self._listens else self._far)
        if self._until is None or self._until < horizon:
            self._write(horizon + (0 if self._listens else self._stretch), moment)

    def frames(self, bars: float, event: PatternEvent, frame: int) -> float:
        """Return how many frames so many bars take from an event at a sample time on."""
        return self._tempo.frame_of_bar(event.begin + exact(bars)) - frame

    @property
    def _tempo(self) -> BeatClock:
        return self.beat_clock

    def _written_to(self, frame: int) -> None:
        """Note that onsets are written up to a sample time, and by which beat."""
        self._until, clock = frame, self._tempo
        self._clock, self._version, self._mark = clock, clock.version, clock.mark(frame)

    def _strayed(self, until: int) -> bool:
        """Whether the beat goes otherwise now than when onsets were written."""
        before, clock = self._clock, self._tempo
        if before is clock and self._version == clock.version:
            return False
        moved: bool = before.mark(until) != self._mark
        self._written_to(until)
        if moved or before == clock:
            return moved
        return before.bar_of_frame(until) != clock.bar_of_frame(until)

    def _go_back(self, frame: int) -> None:
        """Take back what was written for sample time `frame` and later, to write it anew."""
        if self._until is not None and frame < self._until:
            self.take_back(frame)
            self._written_to(frame)
            while self._waiting and self._waiting[-1] >= frame:
                self._waiting.pop()

    @property
    def in_shape(self) -> bool:
        """Whether the pattern is played in another rhythm than its own."""
        return any(each.shape is not None for each in self._shapes)

    def _follow_shapes(self, earliest: int) -> None:
        """Forget the shapes that are over; go back to the pattern's own where the last holds no more."""
        while len(self._shapes) > 1 and self._line_of(self._shapes[1]) <= earliest:
            del self._shapes[0]
        first, last = self._shapes[0], self._shapes[-1]
        if first.bar != BEGUN and self._line_of(first) <= earliest:
            self._shapes[0] = replace(first, bar=BEGUN)
        if last.shape is None:
            if self._shapes[0].bar == BEGUN and len(self._shapes) == 1:
                self._shapes = []
        elif not last.holds():
            self.shape(
                Fraction(math.floor(self._tempo.bar_of_frame(earliest)) + 1), None, lambda: True
            )

    def _line_of(self, shaped: RhythmFrom) -> int:
        return -1 if shaped.bar == BEGUN else self._tempo.frame_of_bar(shaped.bar)

    def _in_its_shape(self, part: Part, frame: int) -> Part:
        """Return a part as it is played at a sample time."""
        begun = [each.shape for each in self._shapes if self._line_of(each) <= frame]
        if not begun or (shape := begun[-1]) is None:
            return part
        known = self._known_part
        if known is None or known[0] is not part or known[1] != shape:
            try:
                known = part, shape, replace(part, cycles=shape.of(part.cycles))
            except LivecodeError:  # it is made in too many steps already
                known = part, shape, part
            self._known_part = known
        return known[2]

    def _part_at(self, frame: int) -> Part:
        """Return what is played at a sample time; the first part before it begins."""
        if len(self._parts) == 1:
            return self._parts[0]
        begun = [part for part in self._parts if part.frame <= frame]
        return begun[-1] if begun else self._parts[0]

    def _write(self, horizon: int, moment: Moment) -> None:
        """Write onsets up to a sample time, or as many as there is room for."""
        most = A_TICK
        assert self._until is not None
        if self._until < (first := self._parts[0].frame):
            self._written_to(first)
        while self._until < horizon:
            part = self._in_its_shape(self._part_at(self._until), self._until)
            later = [each.frame for each in self._parts if each.frame > self._until]
            later += [at for each in self._shapes if (at := self._line_of(each)) > self._until]
            stop = min((horizon, *later))
            found = self._events(part, self._until, stop)
            for frame, events in groupby(found, key=_frame) if found else ():
                if most <= 0 or len(self._waiting) >= WAITING:
                    self._written_to(frame)
                    return
                written = self.write_at(frame, [event for _, event in events], part, moment)
                most -= written
                self._waiting.extend([frame] * written)
            self._written_to(stop)

    def _events(self, part: Part, begin: int, end: int) -> list[Timed]:
        """Return what begins from one sample time on and before another, each with its own."""
        if self.rests or part.cycles is self._failed:
            return []
        try:
            return self._ahead.between(part.cycles, self._tempo, begin, end)
        except LivecodeError as error:
            self._failed = part.cycles
            self.setup.say(f"{self.thing}.pattern", f"{error}; it is silent")
            return []

    def write_at(self, frame: int, events: list[PatternEvent], part: Part, moment: Moment) -> int:
        """Write the onsets of events that begin together; returns how many changes that took."""
        bar = float(events[0].begin)
        settings = self.settings_at(frame, bar, moment)
        onsets: list[Onset] = []
        for event in events:
            frames = max(self._tempo.frame_of_bar(event.end) - frame, 1)
            gate = self.held(frames, settings)
            onsets += [
                onset._replace(gate=gate) for onset in self.onsets(event, frame, settings, part)
            ]
        return write_onsets(self.setup.controls, self._slot, frame - MASTER_LAG, onsets)

    def settings_at(self, frame: int, bar: float, moment: Moment) -> dict[str, float]:
        """Return the settings of the events that begin at a sample time."""
        if all(automation.still for automation in self._own.values()):
            return {setting: own.now or 0.0 for setting, own in self._own.items()}
        then = moment.at(frame, 0)
        known = {"t": then.t, "beat": then.beat, "bar": bar, "tempo": self._tempo.bpm_at(frame)}
        then = then._replace(signals=ChainMap(known, moment.signals))  # type: ignore[arg-type]
        return {setting: own.sample(then) for setting, own in self._own.items()}


def _frame(timed: Timed) -> int:
    return timed[0]


def _alike(one: Any, other: Any) -> bool:
    return one is other or (not isinstance(one, Value) and bool(one == other))
