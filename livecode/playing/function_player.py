"""Guards the performer's functions: each is probed first, and watched while it plays."""

import math
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from livecode.deadlines import TookTooLong, Watchdog
from livecode.errors import (
    LivecodeError,
    NothingCalled,
    Problem,
    in_words,
    is_a,
    traceback_of,
    traced,
)
from livecode.language.signal_names import called, pick, signal_names
from livecode.language.values import Function, Value
from livecode.playing.fallen import Fallen, mark_of

#: A function may take this long when it is probed, and this long while it plays.
PROBE_LIMIT_S = 0.25
PLAY_LIMIT_S = 0.1
#: A function that takes longer than SLOW_S this many times in a row is too slow to keep.
SLOW_S = 0.02
SLOW_TIMES = 8


def checked(value: Any) -> float:
    """Return `value` as a finite number; raises LivecodeError if it is none."""
    if isinstance(value, (str, bytes)) or value is None:
        raise LivecodeError(f"gave {value!r} where a number was needed")
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise LivecodeError(f"gave {type(value).__name__} where a number was needed") from None
    if not math.isfinite(result):
        raise LivecodeError(f"gave {result}, which is not a finite number")
    return result


def in_the_performers_words(error: BaseException, prefix: str = "<block") -> LivecodeError:
    """Return the error as one sentence with the innermost line of the performer's code.

    `prefix`: how the file names of the performer's code begin. An example is `line 3: NameError:
    name 'x' is not defined`.
    """
    kind = type(error)  # an instance may say that its class is another one
    ours = error if is_a(error, LivecodeError) and isinstance(error, LivecodeError) else None
    text = in_words(error) if ours is None else ours.text
    line = None if ours is None else ours.line
    if line is None:
        for frame, number in traceback.walk_tb(traceback_of(error)):
            if frame.f_code.co_filename.startswith(prefix):
                line = number
    if kind is SystemExit:
        text = "SystemExit ends no performance: Ctrl-Q leaves"
    if kind in (NothingCalled, NameError) and (name := getattr(error, "name", None)):
        if ours is None and name in sys.stdlib_module_names:
            text += f"; write `import {name}` before it"
        return NothingCalled(name, text, line)
    if issubclass(kind, TypeError) and "unsupported operand" in text and "function'" in text:
        text += "; a function that varies in time is made a value first, by reward(…)"
    return LivecodeError(text, line)


@dataclass
class FunctionVersion:
    """One version of a function, and the names of the signals that it asks for."""

    function: Callable[..., float]
    names: list[str]
    mark: str = ""  # which of all functions it is


class NoVersion(Exception):
    """Every version of a function has failed."""


class FunctionPlayer:
    """Calls the function of a value; goes back to the last version that worked when it fails."""

    def __init__(
        self,
        value: Value,
        signals: Mapping[str, Any],
        watchdog: Watchdog,
        fallen: Fallen | None = None,
    ):
        self.value = value
        self._signals, self._watchdog = signals, watchdog
        self._fallen = Fallen() if fallen is None else fallen
        self._versions: list[FunctionVersion] = []  # versions that have worked, newest last
        self._slow = 0
        self.failure: Problem | None = None  # why the function fell back, until the caller takes it
        self.slow: str | None = None  # why the clock found it too slow, until the caller takes it

    def probe(self) -> FunctionVersion:
        """Call the newest function on the signals as they are; raises LivecodeError if it fails."""
        function = self.value.function
        assert function is not None, "only functions have a player"
        version = FunctionVersion(function, signal_names(function), mark_of(function))
        arguments = pick(version.names, self._signals, called(function))
        try:
            checked(self._watchdog.call(function, *arguments, limit_s=PROBE_LIMIT_S))
        except TookTooLong:
            raise
        except BaseException as error:  # not even SystemExit ends a performance
            raise in_the_performers_words(error) from error
        return version

    def play(self, version: FunctionVersion) -> None:
        """Play this version from now on, unless it has failed in a former mind."""
        if self._fallen.leaves_out(version.mark):
            self._show_version()
            return
        if not self._versions or self._versions[-1].function is not version.function:
            self._versions = [*self._versions[-8:], version]
        self._slow = 0

    def state(self) -> None:
        """Return None: a function's memory is the performer's own."""

    @property
    def version(self) -> FunctionVersion | None:
        """The version that plays; None if none is left."""
        return self._versions[-1] if self._versions else None

    def call(self, time_s: Callable[[], float] | None) -> float:
        """Return the number now. A version that fails is dropped for good.

        `time_s` is a clock that shows slowness; None where time is virtual. Raises NoVersion if no
        version is left.
        """
        while self._versions:
            version = self._versions[-1]
            began = time_s() if time_s else 0.0
            try:
                arguments = pick(version.names, self._signals, called(version.function))
                value = checked(
                    self._watchdog.call(version.function, *arguments, limit_s=PLAY_LIMIT_S)
                )
                if time_s is not None:
                    self._watch_pace(time_s() - began)
                return value
            except BaseException as error:  # whatever the error, the performance goes on
                if is_a(error, TookTooLong):
                    self.slow = str(error)
                self.fall_back(error)
        raise NoVersion

    def _watch_pace(self, took_s: float) -> None:
        self._slow = self._slow + 1 if took_s > SLOW_S else 0
        if self._slow >= SLOW_TIMES:
            raise TookTooLong(f"took {took_s * 1000:.0f} ms again and again")

    def fall_back(self, error: BaseException) -> None:
        """Drop the version that plays, which has failed, and go back to the one before."""
        self._slow = 0
        failed = self._versions.pop()
        self._fallen.add(failed.mark)
        name = self.value.name or called(failed.function)
        still = (
            "still playing the previous version" if self._versions else "it counts for nothing now"
        )
        why, trace = LivecodeError("it failed"), ""
        with suppress(TookTooLong), self._watchdog.limit(PLAY_LIMIT_S):
            why, trace = in_the_performers_words(error), traced(error)
        self.failure = Problem(f"{why.text} – {still}", (name,), why.line, trace)
        self._show_version()

    def _show_version(self) -> None:
        """Let the value be the function that plays."""
        if self._versions:
            self.value.settings["node"] = Function(self._versions[-1].function)


def player_of(value: Value) -> FunctionPlayer:
    """Return the player of a value that is a function and plays."""
    assert isinstance(value.player, FunctionPlayer), f"{value} does not play"
    return value.player
