"""Tells when each token of the patterns that play sounds, ahead of time, for front ends that light it up."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from livecode.errors import LivecodeError
from livecode.evaluation.block_lock import BlockLock
from livecode.language.controlled import Controlled
from livecode.language.moments import BeatClock
from livecode.language.naming import turns_of
from livecode.language.patterns.chain import Chain, patterns_of
from livecode.language.patterns.cycle import Marks
from livecode.language.patterns.cycles import Cycles
from livecode.language.sources import Sounding
from livecode.language.values import Value
from livecode.playing.clock import PerformanceClock
from livecode.playing.onset_player import OnsetPlayer
from livecode.playing.sound_player import SoundPlayer, player_of
from livecode.playing.sounds import Sounds
from livecode.signals.tempo import Tempo
from livecode.transport.schedule import NEVER
from livecode.transport.token_times import PatternTokens, TokenSpan, TokenTimes

#: Tokens are told that begin within this time, in seconds.
AHEAD_S = 2.0
#: An event that began up to this long ago, in seconds, may still be on its way to the ear.
BEHIND_S = 0.5
#: An event that began before the present bar is looked for in so many bars.
LONGEST_BARS = 16
#: So many spans are told of one setting at most.
MOST_SPANS = 500


@dataclass(frozen=True)
class _Part:
    """A pattern that one setting goes by from one sample time until another."""

    setting: str
    made_of: tuple[str, ...]
    cycles: Cycles
    begin: int
    end: int


def version_of(sounds: Sounds, tempo: Tempo) -> int:
    """Return a number that grows whenever tokens may sound otherwise than was told."""
    return sounds.changes.count + tempo.version


class TokenTeller:
    """Tells of all names that sound which tokens of their patterns sound when."""

    def __init__(self, sounds: Sounds, clock: PerformanceClock, tempo: Tempo, lock: BlockLock):
        self._sounds, self._clock, self._tempo, self._lock = sounds, clock, tempo, lock

    @property
    def version(self) -> int:
        """The version of what sounds, as `tell` tells it."""
        return version_of(self._sounds, self._tempo)

    def tell(self) -> TokenTimes:
        """Return what sounds now and within AHEAD_S; may be called in any thread."""
        with self._lock.aside():
            version, rate = version_of(self._sounds, self._tempo), self._clock.sample_rate
            begin = self._clock.frame - round(BEHIND_S * rate)
            until = self._clock.frame + round(AHEAD_S * rate)
            playing = [
                (str(thing), player_of(thing), list(_parts(thing)))
                for thing in self._sounds
                if self._sounds.generations.current(str(thing)) is not None
            ]
        notations: dict[str, int] = {}
        times: dict[BeatClock, _Times] = {}
        told = []
        for name, player, parts in playing:
            clock = player.beat_clock
            known = times.setdefault(clock, _Times(clock, self._tempo))
            for part in parts:
                with self._lock.aside():  # one at a time, so that no tick waits long
                    spans = _spans(part, known, begin, until, notations)
                if spans:
                    told.append(PatternTokens(name, part.setting, part.made_of, tuple(spans)))
                time.sleep(0)
        return TokenTimes(version, until, tuple(notations), tuple(told))


def _parts(thing: Sounding) -> Iterator[_Part]:
    """Yield what each setting of a thing goes by that goes by a pattern."""
    player = player_of(thing)
    coming = dict(_described(player))
    controls = thing.controls if isinstance(thing, Controlled) else {}
    settings = {**thing.settings, **controls}
    for setting, value in settings.items():
        if isinstance(player, OnsetPlayer) and setting == "pattern":
            named = _named(value)
            parts = player.parts
            ends = [*(part.frame for part in parts[1:]), NEVER]
            for part, end in zip(parts, ends, strict=True):
                yield _Part(setting, named, part.cycles, part.frame, end)
        else:
            for described, begin, end in coming.get(setting, [(value, 0, NEVER)]):
                for chain in patterns_of(described):
                    yield from _turning(setting, _named(described), chain, begin, end)
    for setting, turns in turns_of(thing).items():
        yield from _turning(setting, _named(turns.pattern), turns.pattern, 0, NEVER)


def _described(player: SoundPlayer) -> Iterator[tuple[str, list[tuple[object, int, int]]]]:
    """Yield each setting, and what it is from when until when."""
    for setting, automation in player.automations():
        if (change := automation.changes_at) is not None:
            now, then = automation.now_and_then
            yield setting, [(now, 0, change), (then, change, NEVER)]


def _turning(
    setting: str, made_of: tuple[str, ...], chain: Chain, begin: int, end: int
) -> Iterator[_Part]:
    """Yield a pattern, and before its line the one that it follows."""
    lines = [max(begin, 0), *(at for at, _ in chain.coming), NEVER]
    for first, last in pairwise(lines):
        if (first := max(first, begin)) < (last := min(last, end)):
            yield _Part(setting, made_of, chain.cycles_at(first), first, last)


def _named(value: Value) -> tuple[str, ...]:
    return tuple(part.name for part in value.everything() if part.name is not None)


class _Times:
    """The sample times of bars by one beat clock, each computed once."""

    def __init__(self, clock: BeatClock, tempo: Tempo):
        self._clock, self._tempo = clock, tempo
        self._lines: dict[int, float] = {}  # the beat on which each bar begins
        self._frames: dict[float, int] = {}

    def bar(self, frame: int) -> float:
        """Return the bar at a sample time, in fractions."""
        return self._clock.bar_at(frame)

    def frame(self, bar: float) -> int:
        """Return the sample time of a bar, to a frame or two."""
        found = self._frames.get(bar)
        if found is None:
            number = math.floor(bar)
            line, next_line = self._line(number), self._line(number + 1)
            beat = line + (next_line - line) * (bar - number)
            found = self._frames[bar] = round(self._clock.frame_of(beat))
        return found

    def _line(self, number: int) -> float:
        if number not in self._lines:
            self._lines[number] = float(self._tempo.beat_of_bar(number))
        return self._lines[number]


def _spans(
    part: _Part, times: _Times, begin: int, until: int, notations: dict[str, int]
) -> list[TokenSpan]:
    """Return the spans of a part between two sample times, and note their notations."""
    begin, until = max(begin, part.begin), min(until, part.end)
    if begin >= until:
        return []
    found: set[tuple[int, int, int, int, int]] = set()
    try:
        for start, stop, marks in _sounding(part.cycles, times.bar(begin), times.bar(until)):
            on, off = max(times.frame(start), part.begin), min(times.frame(stop), part.end)
            if on < until and off > begin and len(found) < MOST_SPANS:
                for text, first, last in marks:
                    number = notations.setdefault(text, len(notations))
                    found.add((on, off, number, first, last))
    except LivecodeError:  # too much in a bar: what plays it says so
        return []
    return [TokenSpan(*span) for span in sorted(found)]


def _sounding(cycles: Cycles, first: float, last: float) -> Iterator[tuple[float, float, Marks]]:
    """Yield (begin, end, marks) of the events that sound between two bars, and have begun in sound."""
    here = math.floor(first)
    grid, fragments = cycles.cycle(here)
    ago = [-begin // grid + 1 for begin, _, start, _, _, _ in fragments if begin < start == 0]
    for number in range(here - min(max(ago, default=0), LONGEST_BARS), math.ceil(last)):
        grid, fragments = cycles.cycle(number)
        low, high = (first - number) * grid, (last - number) * grid
        for begin, end, start, _, _, marks in fragments:
            if begin == start and begin < high and end > low:
                yield number + begin / grid, number + end / grid, marks
