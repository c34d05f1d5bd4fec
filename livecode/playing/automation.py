"""Automation: a setting that varies in time, sampled at each tick, blended, and guarded."""

from collections.abc import Callable
from typing import Any

from livecode.language.things import Thing
from livecode.language.units import Span
from livecode.language.values import Moment, Value
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
        self._versions: list[Any] = []  # numbers, spans or values, newest last
        self._coming: tuple[Any, float, float] | None = (
            None  # (description, seconds at which it begins, seconds of its blend)
        )
        self._blend: tuple[float, float, float] | None = (
            None  # (first number, seconds at which it began, seconds it takes)
        )
        self.now: float | None = None
        self.still = False  # the setting is a plain number, and no blend is under way

    def follow(self, t: float, fade_s: float) -> None:
        """Follow the setting's description, blending from the former one over `fade_s` from `t` on."""
        described = getattr(self.thing, self.setting)
        if self._coming is not None:
            newest = self._coming[0]
        elif self._versions:
            newest = self._versions[-1]
        else:
            self._versions = [described]
            return
        if newest is not described:
            if self._coming is not None and self._coming[1] <= t:
                self._take_over(*self._coming)
            self._coming = described, t, fade_s
            self.still = False

    def _take_over(self, described: Any, t: float, fade_s: float) -> None:
        if self.now is not None:
            self.blend(self.now, t, fade_s)
        self._versions = [*self._versions[1 - _KEPT :], described]
        self._coming = None

    def blend(self, start: float, t: float, fade_s: float) -> None:
        """Blend from the number `start` to the setting in a straight line over `fade_s` from `t` on."""
        self._blend = (start, t, fade_s) if fade_s > 0 else None
        self.still = False

    def sample(self, moment: Moment) -> float:
        """Return the number at `moment`, within the setting's bounds.

        A description that fails gives way to the one before; the last number stays if none is left.
        """
        if self._coming is not None and moment.t >= self._coming[1]:
            self._take_over(*self._coming)
        number = self._sample_newest(moment)
        if self._bounds is not None:
            number = min(max(number, self._bounds[0]), self._bounds[1])
        if self._blend is not None:
            start, began, takes = self._blend
            share = (moment.t - began) / takes
            if share >= 1.0:
                self._blend = None
            else:
                number = start + (number - start) * max(share, 0.0)
        self.now = number
        self.still = (
            self._blend is None
            and self._coming is None
            and isinstance(self._versions[-1], (int, float))
        )
        return number

    def _sample_newest(self, moment: Moment) -> float:
        while True:
            newest = self._versions[-1]
            if isinstance(newest, Span):
                return newest.at(moment.signals["tempo"])
            if not isinstance(newest, Value):
                return 0.0 if newest is None else float(newest)
            try:
                return checked(newest.sample(moment))
            except NoVersion:
                where = "what it was before"
            except Exception as error:  # for example a signal that is gone, or an overflow
                where = f"what it was before ({type(error).__name__}: {error})"
            if len(self._versions) == 1:
                self._versions[0] = self.now if self.now is not None else 0.0
                where = f"{self._versions[0]:g}"
            else:
                self._versions.pop()
            self.thing.put_back(self.setting, self._versions[-1])
            self._say(f"{self.thing}.{self.setting}", f"it goes back to {where}")
