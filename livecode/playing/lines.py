"""Settings as lines that the engine follows on each sample, with their corners where they belong."""

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from livecode.language.moments import Corner

#: A jump takes this long, in seconds, from its sample on, so that it does not click.
JUMP_S = 0.002
#: A change of what a setting is, such as a mute, takes this long.
CHANGE_S = 0.01
#: A smaller change is not written.
LEAST = 1e-6
#: So many lines are remembered, to go on from where they are.
KEPT_LINES = 256


class Line(NamedTuple):
    """From sample time `frame` on, from one number to another in a line of so many frames, then on there."""

    frame: int
    first: float
    last: float
    frames: int

    def at(self, frame: int) -> float:
        """Return the number at a sample time from `self.frame` on."""
        if frame - self.frame >= self.frames:
            return self.last
        return self.first + (self.last - self.first) * (frame - self.frame) / self.frames


class Jump(NamedTuple):
    """A jump at `frame` by `-by`, made up for less and less over so many frames, that one included."""

    frame: int
    by: float
    frames: int

    @property
    def end(self) -> int:
        """The first sample time at which all of the jump is done."""
        return self.frame + self.frames - 1

    def at(self, frame: int) -> float:
        """Return what is still made up for at a sample time from `self.frame` on."""
        return self.by * max(1.0 - (frame + 1 - self.frame) / self.frames, 0.0)


class LineWriter:
    """Follows a number in lines, each written once, from where the last one ended."""

    def __init__(self, write: Callable[[Line], None], sample_rate: int, lines: Iterable[Line]):
        """`write` is called with each line; `lines` were written before, by whomever."""
        self._write = write
        self._jump_frames = max(round(JUMP_S * sample_rate), 1)
        self._change_frames = max(round(CHANGE_S * sample_rate), 1)
        self._lines = deque(lines, maxlen=KEPT_LINES)
        self._jumps: list[Jump] = []
        self.end: int | None = None  # the number is written up to before this sample time

    @property
    def settled(self) -> bool:
        """Whether no jump is still made up for."""
        return not self._jumps

    @property
    def last(self) -> float | None:
        """The number that the last line ends at; None before the first."""
        return self._lines[-1].last if self._lines else None

    @property
    def over(self) -> int:
        """The first sample time at which the last line is over; 0 before the first."""
        return self._lines[-1].frame + self._lines[-1].frames if self._lines else 0

    def at(self, frame: int) -> float | None:
        """Return the number as it is written for a sample time; None if nothing is."""
        for line in reversed(self._lines):
            if line.frame <= frame:
                return line.at(frame)
        return None

    def draw(
        self,
        begin: int,
        until: int,
        corners: list[Corner],
        number: Callable[[int], float],
        anew: bool,
    ) -> None:
        """Follow `number`, a function of sample time, from `begin` on and before `until`.

        `corners` lie between the two. `anew`: what was written from `begin` on is replaced, and what
        the number has changed by meanwhile is made up for.
        """
        before = self.at(begin - 1)
        if not corners and not anew and not self._jumps and before is not None and begin < until:
            self._line_to((begin - 1, before), until - 1, number)
            self.end = until
            return
        if anew:
            while self._lines and self._lines[-1].frame >= begin:
                self._lines.pop()
            self._jumps = []
        jumps = {corner.frame: self._jump_frames for corner in corners if corner.jump}
        if anew and before is not None:
            jumps[begin] = self._change_frames
        frames = {corner.frame for corner in corners} | {until - 1} | set(jumps)
        frames |= {jump.end for jump in self._jumps}
        if before is None:
            frames.add(begin)
        here = None if before is None else (begin - 1, before)
        waiting = sorted(frame for frame in frames if begin <= frame < until)
        while waiting:
            frame = waiting.pop(0)
            if frame in jumps and here is not None:
                if here[0] < frame - 1:
                    here = self._line_to(here, frame - 1, number)
                by = here[1] - number(frame) - self._made_up(frame)
                if abs(by) > LEAST:
                    self._jumps.append(Jump(frame, by, jumps[frame]))
                    if (over := self._jumps[-1].end) not in waiting and frame < over < until:
                        waiting = sorted([*waiting, over])
            here = self._line_to(here, frame, number)
        self._jumps = [jump for jump in self._jumps if jump.end >= until]
        self.end = until

    def _made_up(self, frame: int) -> float:
        return math.fsum(jump.at(frame) for jump in self._jumps)

    def _line_to(
        self, here: tuple[int, float] | None, frame: int, number: Callable[[int], float]
    ) -> tuple[int, float]:
        """Write the line from where the number is to where it is at a sample time."""
        goal = number(frame) + self._made_up(frame)
        if here is None:
            self._put(Line(frame, goal, goal, 0))
            return frame, goal
        at, value = here
        first = value + (goal - value) / (frame - at)
        last = self.last
        assert last is not None
        if abs(first - last) <= LEAST and abs(goal - last) <= LEAST:
            return frame, last
        self._put(Line(at + 1, first, goal, max(frame - at - 1, 1)))
        return frame, goal

    def _put(self, line: Line) -> None:
        self._lines.append(line)
        self._write(line)
