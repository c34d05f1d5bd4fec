"""Plots: what rewards have said in the last half minute, for the terminal to draw."""

from collections import ChainMap, deque
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.function_player import NoVersion, checked
from livecode.playing.listening import SOUND
from livecode.playing.tilt_guard import RewardFailed, TiltGuard

#: So long is shown, in seconds, and so often a reward is asked.
SHOWN_S, READ_S = 30.0, 0.1
#: So many columns show it, and so many plots are kept.
COLUMNS, MOST = 24, 4
#: What values remember they remember for each lead; plots have one of their own.
LEAD = -1_000_001


class _Plot:
    """What one reward says of one sound."""

    def __init__(self, value: Value, of: str, guard: TiltGuard):
        self.value, self.of, self._guard = value, of, guard
        self.numbers: deque[float] = deque(maxlen=round(SHOWN_S / READ_S))

    def read(self, moment: Moment) -> None:
        """Ask the reward; one that fails is not asked again until it is evaluated anew."""
        signals: Mapping[str, Any] = moment.signals
        if self.of != SOUND:
            if self.of not in signals:
                self.numbers.clear()  # what it said of a sound that is over would be taken for the present
                return
            signals = ChainMap({SOUND: signals[self.of]}, signals)  # type: ignore[arg-type]
        now = moment.at(moment.frame, LEAD)
        now = now._replace(
            signals=signals, lead=LEAD, call=lambda value: self._guard.call(value, signals)
        )
        try:
            self.numbers.append(checked(self.value.sample(now)))
        except (RewardFailed, NoVersion):
            pass  # the guard has told
        except Exception as error:  # for example a signal that is gone
            self._guard.tell_once(error)


class Plots:
    """What is plotted in a performance."""

    def __init__(self, watchdog: Watchdog, log: Any, sample_rate: int):
        """`log.say("fallback", sentence, names)` tells the performer why a reward is not asked any more."""
        self._watchdog, self._log = watchdog, log
        self._every = round(READ_S * sample_rate)
        self._plots: dict[str, _Plot] = {}
        self._next = 0

    def begin(self, value: Value, of: str) -> list[float]:
        """Plot a value, of the sound of a name; return what it has said, oldest first."""
        title = str(value)[:24] if of == SOUND else f"{str(value)[:24]} of {of}"
        if title not in self._plots or self._plots[title].value is not value:
            guard = TiltGuard(
                self._watchdog,
                lambda why, left: self._log.say("fallback", f"{why} – the plot waits", (title,)),
            )
            plots = {**self._plots, title: _Plot(value, of, guard)}
            self._plots = dict([*plots.items()][-MOST:])
        return list(self._plots[title].numbers)

    def end(self) -> None:
        """Plot nothing any more."""
        self._plots = {}

    def tick(self, moment: Moment) -> None:
        """Ask the rewards that are plotted, if it is time to."""
        if not self._plots or moment.frame < self._next:
            return
        self._next = moment.frame + self._every
        for plot in self._plots.values():
            plot.read(moment)

    @property
    def shown(self) -> dict[str, tuple[float, ...]]:
        """What the terminal draws, by title: the means of `COLUMNS` parts of what has been said."""
        return {title: columns([*plot.numbers]) for title, plot in self._plots.items()}


def columns(numbers: list[float]) -> tuple[float, ...]:
    """Return numbers as at most `COLUMNS` means, oldest first, each of as many numbers but the first."""
    each = round(SHOWN_S / READ_S / COLUMNS + 0.5)
    edges = [*range(len(numbers), 0, -each), 0][::-1]
    return tuple(round(sum(numbers[a:b]) / (b - a), 4) for a, b in pairwise(edges) if b > a)
