"""Envelopes: values that strike, once or again and again, each on its line to the sample."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from livecode.errors import LivecodeError
from livecode.language.moments import BeatClock, Corner, Moment
from livecode.language.turns import MOST_CORNERS, NO_TIME, Counted, later_text, phase_of
from livecode.language.units import PLAIN_BPM, Span, finite, span
from livecode.language.values import Value

#: The turn of an envelope that strikes once: nobody hears the second one.
ONCE = Span(seconds=1e9)


@dataclass(eq=False)
class Strike(Counted):
    """Up to `level`, held, and down to 0, from the beginning of each turn on."""

    up: Span = NO_TIME
    held: Span = NO_TIME
    down: Span = NO_TIME
    level: float = 1.0
    text: str = ""
    stretch: Span = NO_TIME  # what a drawing shows
    #: (turn, version of the tempo) and the frames of its corners, of the turn asked for last
    _known: tuple[int, int, tuple[float, ...]] | None = field(default=None, repr=False)

    @property
    def once(self) -> bool:
        """Whether it strikes only once."""
        return self.length is ONCE

    def sample(self, moment: Moment) -> float:
        turn = math.floor(self.turns(moment))
        if self.once and turn < 0:
            return 0.0
        if moment.tempo is None:
            assert self._began is not None
            return self._plain(moment.t - self._began.t, moment.beat - self._began.beat)
        return self._shape(moment.frame, self._struck(turn, moment.tempo))

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        if self._began is None:
            return
        first, last = self.turn_at(begin - 1, tempo), self.turn_at(end, tempo)
        if 4 * (last - first) > MOST_CORNERS:
            return
        for turn in range(math.floor(first), math.floor(last) + 1):
            if self.once and turn != 0:
                continue
            struck, top, *others = self._struck(turn, tempo)
            strike = math.ceil(struck)
            if begin <= strike < end:
                before = 0.0
                if not self.once and turn > 0:
                    before = self._shape(strike - 1, self._struck(turn - 1, tempo))
                yield Corner(strike, jump=before > 0.0 or top <= struck)
            for frame in (strike - 1, *map(math.ceil, (top, *others))):
                if begin <= frame < end:
                    yield Corner(frame)

    def _struck(self, turn: int, tempo: BeatClock) -> tuple[float, ...]:
        """Return the sample times at which it strikes in a turn, is up, begins to fall, and is over."""
        version = tempo.version
        if self._known is None or self._known[:2] != (turn, version):
            at: float = self.frame_of(Fraction(turn), tempo)
            frames = [at]
            for part in (self.up, self.held, self.down):
                at = tempo.after(at, part.seconds, part.beats, part.bars)
                frames.append(at)
            self._known = (turn, version, tuple(frames))
        return self._known[2]

    def _shape(self, frame: int, struck: tuple[float, ...]) -> float:
        begin, top, fall, end = struck
        if frame < begin or frame >= end:
            return 0.0
        if frame < top:
            return self.level * min((frame + 1 - begin) / (top - begin), 1.0)
        if frame <= fall:
            return self.level
        return self.level * (end - frame) / (end - fall)

    def _plain(self, seconds: float, beat: float) -> float:
        """Return the number where there is no beat clock, so long after the beginning."""
        bpm = (beat / seconds if seconds > 0 else PLAIN_BPM / 60) * 60 or PLAIN_BPM
        at = seconds
        if not self.once:
            passed = (
                beat / self.length.in_beats()
                if not self.length.seconds
                else (seconds / self.length.seconds)
            )
            at = ((passed - float(self.phase)) % 1.0) * self.length.at(bpm)
        times = np.cumsum([0.0, self.up.at(bpm), self.held.at(bpm), self.down.at(bpm)])
        return float(np.interp(at, times, [0.0, self.level, self.level, 0.0]))

    def drawn(self, seconds: float, beat: float) -> float | None:
        return self._plain(seconds, beat)

    def shown(self) -> Span | None:
        return self.stretch

    def __str__(self) -> str:
        return self.text


def env(
    attack: Span | float,
    release: Span | float,
    *,
    level: float = 1.0,
    sustain: Span | float = 0.0,
    every: Span | float | None = None,
    phase: Span | float = 0.0,
) -> Value:
    """Up in `attack`, down to 0 in `release`: `env(10*ms, 400*ms, every=1*beats)`.

    It goes up to `level`, holds that for `sustain`, and begins again `every` so often, on the beat;
    `phase=0.5`, or `phase=0.5*beats`, strikes that much later.
    """
    up, held, down = span(attack), span(sustain), span(release)
    level = finite(level, "env")
    total = up + held + down
    if min(part.plain_s for part in (up, held, down)) < 0 or total.plain_s <= 0:
        raise LivecodeError("env takes some time, and no part of it is below 0*s: env(10*ms, 1*s)")
    again = ONCE if every is None else span(every)
    text = f"env({up}, {down}, level={level:g}"
    if every is not None:
        text += f", every={again}{later_text(phase)}"
    return Value.of(
        Strike(
            again,
            Fraction(0) if every is None else phase_of(phase, again),
            up=up,
            held=held,
            down=down,
            level=level,
            text=text + ")",
            stretch=total if every is None else again * 2,
        )
    )
