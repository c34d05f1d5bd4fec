"""Guards the rewards of a tilt: one that fails gives way to what it was before."""

from collections.abc import Callable, Mapping
from typing import Any

from livecode.deadlines import Watchdog
from livecode.language.signal_names import called, pick, signal_names
from livecode.language.values import Value
from livecode.playing.fallen import Fallen, mark_in_tilt
from livecode.playing.function_player import (
    PLAY_LIMIT_S,
    NoVersion,
    checked,
    in_the_performers_words,
)

Reward = Callable[..., float]


class RewardFailed(Exception):
    """A reward has failed for the first time; what it judged is to be judged anew, or not at all."""


class TiltGuard:
    """Calls rewards; of each it keeps the version that worked last.

    A failure has no effect on anybody else who uses the same function, such as an agent: a replay
    scores nothing, and takes the same course.
    """

    def __init__(
        self,
        watchdog: Watchdog,
        say: Callable[[str, bool], None],
        limit_s: float = PLAY_LIMIT_S,
        fallen: Fallen | None = None,
        name: str = "",
    ):
        """`say(why, left)` tells why a reward failed, and whether a version of it is left.

        `limit_s`: how long a call may take, in seconds. fallen: knows what has failed when another
        mind takes over; name: of the stream that is judged.
        """
        self._watchdog, self._say, self._limit_s = watchdog, say, limit_s
        self._fallen, self._name = Fallen() if fallen is None else fallen, name
        self._good: dict[Value, Reward] = {}
        self._bad: dict[Value, Reward] = {}
        self._told = ""

    def call(self, value: Value, signals: Mapping[str, Any]) -> float:
        """Return what a value's function says of these signals.

        Raises RewardFailed if it fails, and NoVersion if no version of it has worked.
        """
        function = value.function
        assert function is not None, "only functions are called"
        if self._bad.get(value) is function:
            if value not in self._good:
                raise NoVersion
            function = self._good[value]
        try:
            number = self._number(function, signals)
        except BaseException as error:  # whatever the error, the performance goes on
            self._fail(value, function, error)
            raise RewardFailed from error
        if self._good.get(value) is not function:
            self._good[value] = function
            self._fallen.forget(mark_in_tilt(self._name, function))
        return number

    def recall(self, value: Value) -> bool:
        """Take the newest version of a value for what it was in a former mind; return whether it worked.

        One that nobody has called yet counts as one that works.
        """
        function = value.function
        if function is None:
            return True
        if self._fallen.has(mark_in_tilt(self._name, function)):
            self._bad[value] = function
            return False
        self._good[value] = function
        return True

    def _number(self, function: Reward, signals: Mapping[str, Any]) -> float:
        arguments = pick(signal_names(function), signals, called(function))
        return checked(self._watchdog.call(function, *arguments, limit_s=self._limit_s))

    def _fail(self, value: Value, function: Reward, error: BaseException) -> None:
        self._fallen.add(mark_in_tilt(self._name, function))
        if self._good.get(value) is function:  # it worked until now, and is not tried again
            del self._good[value]
        newest = value.function
        if newest is not None:
            self._bad[value] = newest
        name = value.name or called(function)
        self._say(f"{name}: {in_the_performers_words(error)}", value in self._good)

    def tell_once(self, error: BaseException) -> None:
        """Tell why a tilt cannot be computed, unless that was told last."""
        why = str(in_the_performers_words(error))
        if why != self._told:
            self._told = why
            self._say(why, False)
