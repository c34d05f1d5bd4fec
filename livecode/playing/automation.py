"""Automation: a setting that varies in time, sampled at each tick, blended, and guarded."""

from collections.abc import Callable, Iterator
from typing import Any

from livecode.errors import in_words
from livecode.language.moments import BeatClock, Corner, Moment, Node
from livecode.language.things import Thing
from livecode.language.units import BEATS_PER_BAR, Span
from livecode.language.values import Value
from livecode.playing.function_player import NoVersion, checked

#: This many descriptions are kept to go back to when the newest one fails.
_KEPT = 8


class Automation:
    """The number of one setting of one thing as time passes."""

    def __init__(
        self,
        thing: Thing,
        setting: str,
        bounds: tuple[float, float] | None,
        say: Callable[[str, str], None],
    ):
        """`say(name, sentence)` is called when the setting falls back; the name is as `ego.level`."""
        self.thing, self.setting, self._bounds, self._say = thing, setting, bounds, say
        #: The number of None.
        self._free: float = getattr(getattr(type(thing), setting, None), "free", 0.0)
        self._versions: list[Any] = []  # numbers, spans or values, newest last
        #: (description, sample time from which it holds, seconds of its blend)
        self._coming: tuple[Any, int, float] | None = None
        #: (first number, sample time at which it began, seconds it takes)
        self._blend: tuple[float, int, float] | None = None
        self._made_up: float | None = None  # how far the first number was from that of then
        self.now: float | None = None  # the number that was sampled last
        self.still = False  # the setting is a plain number, and no blend is under way
        self._over: Node | Span | None = None  # what does not change any more
        #: Whether the description has changed, or a blend has begun, since `take_news`.
        self.news = True

    def follow(self, frame: int, fade_s: float) -> None:
        """Follow the setting's description, blending from the former over `fade_s` from `frame` on."""
        described = getattr(self.thing, self.setting)
        if self._coming is not None:
            newest = self._coming[0]
        elif self._versions:
            newest = self._versions[-1]
        else:
            self._versions = [described]
            return
        if newest is not described:
            if self._coming is not None and self._coming[1] <= frame:
                self._take_over(*self._coming)
            self._coming = described, frame, fade_s
            self.still, self.news = False, True

    def _take_over(self, described: Any, frame: int, fade_s: float) -> None:
        if self.now is not None:
            self._begin_blend(self.now, frame, fade_s)
        self._versions = [*self._versions[1 - _KEPT :], described]
        self._coming = None

    def blend(self, start: float, frame: int, fade_s: float) -> None:
        """Blend from the number `start` to the setting over `fade_s` from `frame` on.

        What the number would jump by is made up for, less and less in a line. So a curve that strikes
        meanwhile does so with its own attack.
        """
        self._begin_blend(start, frame, fade_s)
        self.news = True

    def _begin_blend(self, start: float, frame: int, fade_s: float) -> None:
        self._blend = (start, frame, fade_s) if fade_s > 0 else None
        self._made_up, self.still = None, False

    def renew(self) -> None:
        """Count as changed: what it depends on goes otherwise from now on."""
        self.still, self.news = False, True

    def go_back(self, frame: int, number: float) -> None:
        """Count as sampled last at that sample time, as that number: what was sampled beyond is replaced."""
        self._sampled, self.now = min(self._sampled, frame), number

    def take_news(self) -> bool:
        """Return whether anything but time has changed since the last call."""
        news, self.news = self.news, False
        return news

    @property
    def timed(self) -> bool:
        """Whether the number depends on time alone, so that it is known ahead."""
        if self._coming is not None and not _timed(self._coming[0]):
            return False
        return bool(self._versions) and _timed(self._versions[-1])

    def over(self, moment: Moment) -> bool:
        """Whether the number stays as it is at `moment` while `same` says so, and the beat goes on."""
        self._over = None
        if self.still:
            return True
        newest = self._versions[-1]
        if self._coming is not None or self._blend is not None:
            return False
        if isinstance(newest, Value):
            node, *coming = newest.nodes()
            self._over = node if not coming and node.over(moment) else None
        elif isinstance(newest, Span) and moment.tempo is not None:
            self._over = newest if moment.tempo.steady(moment.frame - moment.lead) else None
        return self._over is not None and self.same

    @property
    def same(self) -> bool:
        """Whether what `over` was asked for is described as it was then."""
        newest = self._versions[-1]
        if self._over is None or not isinstance(newest, Value):
            return self.still or newest is self._over
        node, *coming = newest.nodes()
        return node is self._over and not coming

    @property
    def changes_at(self) -> int | None:
        """The sample time at which another description takes effect; None if none is to."""
        return None if self._coming is None else self._coming[1]

    @property
    def now_and_then(self) -> tuple[Any, Any]:
        """The description that holds now, and the one that holds once another has taken effect."""
        now = self._versions[-1] if self._versions else None
        return now, now if self._coming is None else self._coming[0]

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        """Yield the corners of the number from sample time `begin` on and before `end`."""
        changes: list[int] = []
        if self._coming is not None:
            yield from self._described_corners(self._coming[0], begin, end, tempo)
            changes.append(self._coming[1])
            changes.append(self._coming[1] + round(self._coming[2] * tempo.sample_rate))
        if self._blend is not None:
            changes.append(self._blend[1] + round(self._blend[2] * tempo.sample_rate))
        for at in changes:
            if begin <= at < end:
                yield Corner(at, jump=self._coming is not None and at == self._coming[1])
        if self._versions:
            yield from self._described_corners(self._versions[-1], begin, end, tempo)

    def _described_corners(
        self, described: Any, begin: int, end: int, tempo: BeatClock
    ) -> Iterator[Corner]:
        if isinstance(described, Value):
            yield from described.corners(begin, end, tempo)

    def sample(self, moment: Moment) -> float:
        """Return the number at `moment`, within the setting's bounds.

        A description that fails gives way to the one before; the last number stays if none is left.
        """
        if self._coming is not None and moment.frame >= self._coming[1]:
            described, frame, fade_s = self._coming
            self._take_over(described, max(frame, self._sampled), fade_s)
        self._sampled = moment.frame
        number = self._sample_newest(moment)
        if self._bounds is not None:
            number = min(max(number, self._bounds[0]), self._bounds[1])
        if self._blend is not None:
            start, began, takes = self._blend
            rate = 48000 if moment.tempo is None else moment.tempo.sample_rate
            share = (moment.frame - began) / (takes * rate)
            if share >= 1.0:
                self._blend = None
            elif share < 0.0:
                number = start
            else:
                if self._made_up is None:
                    self._made_up = start - number
                number += self._made_up * (1.0 - share)
                if self._bounds is not None:
                    number = min(max(number, self._bounds[0]), self._bounds[1])
        self.now = number
        self.still = (
            self._blend is None
            and self._coming is None
            and isinstance(self._versions[-1], (int, float, type(None)))
        )
        return number

    _sampled = 0  # the sample time of the moment sampled last

    def _sample_newest(self, moment: Moment) -> float:
        while True:
            newest = self._versions[-1]
            if isinstance(newest, Span):
                return newest.at(moment.signals["tempo"], beats_per_bar(moment))
            if not isinstance(newest, Value):
                return self._free if newest is None else float(newest)
            try:
                return checked(newest.sample(moment))
            except NoVersion:
                where = "what it was before"
            except Exception as error:  # for example a signal that is gone, or an overflow
                where = f"what it was before ({in_words(error)})"
            if len(self._versions) == 1:
                self._versions[0] = self.now if self.now is not None else 0.0
                where = f"{self._versions[0]:g}"
            else:
                self._versions.pop()
            self.thing.put_back(self.setting, self._versions[-1])
            self._say(f"{self.thing}.{self.setting}", f"it goes back to {where}")


def beats_per_bar(moment: Moment) -> float:
    """Return the length of the bar that a moment lies in, in beats."""
    if moment.tempo is None:
        return BEATS_PER_BAR
    return float(moment.tempo.beats_per_bar_at(moment.frame))


def _timed(described: Any) -> bool:
    return not isinstance(described, Value) or described.is_timed()
