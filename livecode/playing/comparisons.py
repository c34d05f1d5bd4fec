"""Comparisons: the stretches of what a name plays, two by two, and what each is like on average."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.agents.taste import FEATURES, features_of
from livecode.errors import LivecodeError
from livecode.language.preferring import Preference, comparison_of
from livecode.transport.status import Compared

#: A stretch lasts so long, in seconds, and is listened to so often.
STRETCH_S, READ_S = 2.0, 0.03

Floats = NDArray[np.float64]
Pair = tuple[tuple[float, ...], tuple[float, ...]]


class _Stretches:
    """The stretches of one name's sound."""

    def __init__(self) -> None:
        self._sum: Floats = np.zeros(len(FEATURES))
        self._read = 0
        self._first: tuple[float, ...] | None = None  # of the pair that plays, if it is over
        self.pair: Pair | None = None  # the newest that is whole
        self.number = 0  # how many pairs have been whole
        self.since = 0  # the sample time at which the present stretch began

    @property
    def which(self) -> int:
        """Which of a pair plays: 1 or 2."""
        return 1 if self._first is None else 2

    def listen(self, sound: Any) -> None:
        self._sum += features_of(sound)
        self._read += 1

    def end(self, frame: int) -> None:
        """Let another stretch begin at that sample time."""
        mean = tuple((self._sum / max(self._read, 1)).tolist())
        self._sum, self._read, self.since = np.zeros(len(FEATURES)), 0, frame
        if self._first is None:
            self._first = mean
        else:
            self.pair, self._first = (self._first, mean), None
            self.number += 1


class Comparisons:
    """What is compared in a performance: for each preference, the sound of the name that it is of."""

    def __init__(
        self,
        named: Callable[[], Mapping[str, Any]],
        signals: Mapping[str, Any],
        sample_rate: int,
    ):
        """`named()` returns the performer's things by name."""
        self._named, self._signals = named, signals
        self._every = round(READ_S * sample_rate)
        self._stretch = round(STRETCH_S * sample_rate)
        self._stretches: dict[str, _Stretches] = {}  # by the name of the preference
        self._next = 0  # the sample time from which sounds are read again

    def tick(self, frame: int) -> None:
        """Listen to what is compared."""
        if frame < self._next:
            return
        self._next = frame + self._every
        known, self._stretches = self._stretches, {}
        for name, thing in self._preferences():
            if thing.of not in self._signals:
                continue  # it does not sound any more
            stretches = known.get(name)
            if stretches is None:
                stretches = _Stretches()
                stretches.since = frame
            self._stretches[name] = stretches
            if frame - stretches.since >= self._stretch:
                stretches.end(frame)
            stretches.listen(self._signals[thing.of])

    def answer(self, better: int, thing: Any, teacher: str) -> None:
        """Let a preference learn which of its last pair was the better one; None: of the only one.

        Raises LivecodeError if there is none, or its first pair is not over.
        """
        found = dict(self._preferences())
        if thing is not None:
            found = {name: each for name, each in found.items() if each is thing or name == thing}
        if not found:
            raise LivecodeError("nothing is compared: begin with mine = prefer(r7)")
        if len(found) > 1:
            names = ", ".join(sorted(found))
            raise LivecodeError(
                f"say which of {names} it is for, as better({better!r}, {min(found)})"
            )
        ((name, preference),) = found.items()
        if preference.of not in self._signals:
            raise LivecodeError(
                f"{preference.of} does not sound any more, so {name} hears nothing of it; "
                f"play {preference.of} again, or begin with {name} = prefer(…) of another name"
            )
        stretches = self._stretches.get(name)
        if stretches is None or stretches.pair is None:
            both = 2 * STRETCH_S
            raise LivecodeError(
                f"{name} has not heard two stretches of {preference.of} yet; that takes {both:g} seconds"
            )
        preference.learn(stretches.number, comparison_of(stretches.pair, better, teacher))

    @property
    def shown(self) -> dict[str, Compared]:
        """What the terminal shows of each preference, by its name."""
        return {
            name: Compared(
                self._stretches[name].which, thing.comparisons, self._stretches[name].number
            )
            for name, thing in self._preferences()
            if name in self._stretches
        }

    def _preferences(self) -> Iterator[tuple[str, Preference]]:
        for name, thing in self._named().items():
            if isinstance(thing, Preference):
                yield name, thing
