"""Auditions: stretches of what a name plays, judged by a reward, of which the best and the worst are kept."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any

from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.function_player import NoVersion, checked
from livecode.playing.listening import SOUND
from livecode.playing.requests import Requests
from livecode.playing.tilt_guard import RewardFailed, TiltGuard

READ_S = 0.03
#: What values remember they remember for each lead; auditions have one of their own.
LEAD = -1_000_002

Say = Callable[[str, str], None]


class JudgedTakes:
    """The takes of one audition, while it goes on."""

    def __init__(
        self,
        value: Value,
        of: str,
        frames: int,
        takes: int,
        files: tuple[str, str],
        guard: TiltGuard,
    ):
        """`frames` of each take; `files`: where the worst and the best are written."""
        self.value, self.of, self.frames, self.takes = value, of, frames, takes
        self.files, self._guard = files, guard
        self._said: list[list[float]] = []  # of each take
        self._begins: list[int] = []  # sample times
        self.failed = False  # whether the reward has failed, so that nothing can be judged

    def listen(self, moment: Moment) -> bool:
        """Ask the reward about the sound as it is; return whether all takes are over."""
        if not self._begins or moment.frame >= self._begins[-1] + self.frames:
            if len(self._begins) == self.takes:
                return True
            self._begins.append(moment.frame)
            self._said.append([])
        signals: Mapping[str, Any] = ChainMap(
            {SOUND: moment.signals[self.of]},
            moment.signals,  # type: ignore[arg-type]
        )
        now = moment.at(moment.frame, LEAD)._replace(
            signals=signals, lead=LEAD, call=lambda value: self._guard.call(value, signals)
        )
        try:
            self._said[-1].append(checked(self.value.sample(now)))
        except (RewardFailed, NoVersion):
            self.failed = True
        except Exception as error:  # for example a signal that is gone
            self._guard.tell_once(error)
            self.failed = True
        return self.failed

    def worst_and_best(self) -> tuple[tuple[int, float], tuple[int, float]]:
        """Return for the worst and the best take: the sample time of its begin, and what was said of it."""
        means = [sum(said) / len(said) for said in self._said]
        order = sorted(range(len(means)), key=lambda take: means[take])
        worst, best = order[0], order[-1]
        return (self._begins[worst], means[worst]), (self._begins[best], means[best])


class Auditions:
    """What is judged in a performance."""

    def __init__(
        self, watchdog: Watchdog, requests: Requests, say: Say, note: Say, sample_rate: int
    ):
        """`say(name, sentence)` tells of a reward that failed, `note` of what was found."""
        self._watchdog, self._requests, self._say, self._note = watchdog, requests, say, note
        self._every = round(READ_S * sample_rate)
        self._going_on: list[JudgedTakes] = []
        self._next = 0

    def begin(self, value: Value, of: str, frames: int, takes: int, files: tuple[str, str]) -> None:
        """Judge so many takes of what a name plays from now on."""
        guard = TiltGuard(
            self._watchdog, lambda why, left: self._say(str(value), f"{why} – it judges nothing")
        )
        self._going_on.append(JudgedTakes(value, of, frames, takes, files, guard))

    def tick(self, moment: Moment) -> None:
        """Listen, if it is time to; keep the worst and the best of what is over."""
        if not self._going_on or moment.frame < self._next:
            return
        self._next = moment.frame + self._every
        going_on, self._going_on = self._going_on, []
        for each in going_on:
            if each.of not in moment.signals:
                self._note(each.of, f"it does not sound any more, so {each.value} cannot judge it")
            elif not each.listen(moment):
                self._going_on.append(each)
            elif not each.failed:
                self._keep(each)

    def _keep(self, audition: JudgedTakes) -> None:
        judged = audition.worst_and_best()
        for (begin, _), file in zip(judged, audition.files, strict=True):
            self._requests.grab(audition.of, begin, begin + audition.frames, file)
        worst, best = (said for _, said in judged)
        self._note(
            audition.of,
            f"of {audition.takes} takes {audition.value} finds the worst {worst:.3g} and the best "
            f"{best:.3g}; they are played one after the other",
        )
