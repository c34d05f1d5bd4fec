"""Cues of a second person over OSC: a fixed vocabulary behind a token; no text is ever evaluated."""

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from livecode.language.agents import Agent
from livecode.language.units import is_number
from livecode.signals.intake import CUES
from livecode.signals.osc import Argument, OscMessage

if TYPE_CHECKING:
    from livecode.performance.performance import Performance

#: Cues a second; those of one fader count as one until it has been followed.
CUES_PER_S = 20
BURST = 20
#: Cues of which only the newest counts.
FADERS = ("dims", "every", "level")
#: What a cue did is said, but of a fader that moves no more often than this.
SAY_EVERY_S = 2.0
#: Who may guess a token by sending has been told of once; more is noise.
MOST_TOLD = 20


class CueError(Exception):
    """Why a cue was not followed."""


class Cues:
    """Takes cues in during ticks, and has them followed between blocks."""

    def __init__(self, performance: "Performance"):
        self._performance = performance
        self.token = ""  # closed
        #: Lets `run` be called soon, where blocks are evaluated; offline that is here and now.
        self.wake: Callable[[], None] = self.run
        self._waiting: dict[str, Callable[[], str]] = {}
        self._late: dict[str, Callable[[], str]] = {}  # of faders
        self._told: set[str] = set()
        self._said: dict[str, int] = {}  # key -> sample time until which it is not said again
        self._budget, self._filled = float(BURST), 0  # of cues, and when it was last filled

    def receive(self, message: OscMessage) -> bool:
        """Take in a message whose address begins with CUES; whether it is followed."""
        word = message.address.removeprefix(CUES)
        try:
            arguments = self._admitted(message.args)
            read = VOCABULARY.get(word)
            if read is None:
                raise CueError(f"{CUES}{word} is no cue; there are {', '.join(sorted(VOCABULARY))}")
            key, action = read(self._performance, arguments)
        except CueError as error:
            self._tell(str(error))
            return False
        if word in FADERS and (key in self._late or not self._in_time()):
            self._late[key] = action  # where it stops counts
            return True
        if key not in self._waiting and word not in FADERS and not self._in_time():
            self._tell(f"more than {CUES_PER_S} cues a second: the rest is not followed")
            return False
        if word == "panic":
            action()  # now, whatever runs
            return True
        self._follow(key, action)
        return True

    def tick(self) -> None:
        """Follow the faders that had moved too often."""
        while self._late and self._in_time():
            key = next(iter(self._late))
            self._follow(key, self._late.pop(key))

    def run(self) -> None:
        """Follow what has come in; in the thread in which blocks are evaluated."""
        while self._waiting:
            key = next(iter(self._waiting))
            action = self._waiting.pop(key)
            code = action()
            if code:
                self._say(key, code)
                self._performance.evaluate(code, "cue", quietly=True)
                self._performance.run_later()

    def _follow(self, key: str, action: "Action") -> None:
        first = not self._waiting
        self._waiting[key] = action
        self._performance.set_player.hurry()
        if first:
            self.wake()

    def _admitted(self, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        """The arguments without the token, which is the last of them, or the first."""
        if not self.token:
            raise CueError("a cue has come over OSC, but cues are closed; --cues TOKEN opens them")
        for at in (-1, 0):
            if arguments and hmac.compare_digest(_text(arguments[at]), self.token.encode()):
                return arguments[:-1] if at else arguments[1:]
        raise CueError("a cue without the right token has come over OSC, and was not followed")

    def _in_time(self) -> bool:
        performance = self._performance
        frame = performance.frame
        gained = (frame - self._filled) / performance.sample_rate * CUES_PER_S
        self._budget, self._filled = min(BURST, self._budget + gained), frame
        if self._budget < 1:
            return False
        self._budget -= 1
        return True

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(sentence)
            self._performance.say("note", sentence)

    def _say(self, key: str, code: str) -> None:
        frame = self._performance.frame
        if frame >= self._said.get(key, 0):
            self._said[key] = frame + round(SAY_EVERY_S * self._performance.sample_rate)
            self._performance.say("note", f"cue: {code}")


def _text(argument: Argument) -> bytes:
    return str(argument).encode()


Action = Callable[[], str]  # what it does; returns a block to evaluate, "" for none
Read = Callable[["Performance", tuple[Argument, ...]], tuple[str, Action]]


def _number(word: str, arguments: tuple[Argument, ...], low: float, high: float) -> float:
    if arguments and is_number(arguments[0]) and low <= float(arguments[0]) <= high:
        return float(arguments[0])
    raise CueError(f"{CUES}{word} takes a number from {low:g} to {high:g}")


def _plain(word: str, code: str) -> Read:
    """A cue without arguments."""

    def read(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
        if arguments and arguments != (1,):  # a button sends 1
            raise CueError(f"{CUES}{word} takes nothing but the token")
        return word, lambda: code

    return read


def _switch(word: str, on: str, off: str) -> Read:
    """A cue that takes 1, 0 or nothing, which is 1."""

    def read(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
        code = on if not arguments or _number(word, arguments, 0, 1) >= 0.5 else off
        return word, lambda: code

    return read


def _cue(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    where = arguments[0] if arguments else ""
    names = (
        [scene.name for scene in performance.scenes.set_file.scenes]
        if (performance.scenes.set_file)
        else []
    )
    if where in names:
        return "cue", lambda: f"go({where!r})"
    step = {"": "", "+1": "+1", "-1": "-1", "1": "+1"}.get(
        str(int(where)) if is_number(where) else str(where)
    )
    if step is None:
        raise CueError(f"{CUES}cue takes +1, -1 or a scene's name, and {str(where)[:40]!r} is none")
    return "cue", lambda: f"go({step})"


def _agents(performance: "Performance", arguments: tuple[Argument, ...]) -> list[str]:
    """The agent that is named, or all."""
    names = [str(thing) for thing in performance.sounds if isinstance(thing, Agent)]
    if not arguments:
        return names
    if arguments[0] not in names:
        raise CueError(f"no agent is called {str(arguments[0])[:40]!r}")
    return [str(arguments[0])]


def _dims(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    dims = int(_number("dims", arguments, 1, 64))
    names = _agents(performance, arguments[1:])
    return _key("dims", arguments), lambda: "\n".join(f"{name}.dims = {dims}" for name in names)


def _every(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    every_s = _number("every", arguments, 0.005, 60)
    names = _agents(performance, arguments[1:])
    code = "\n".join(f"{name}.every = {every_s:g}*s" for name in names)
    return _key("every", arguments), lambda: code


def _level(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    names = [str(thing) for thing in performance.sounds]
    if not arguments or arguments[0] not in names:
        what = str(arguments[0])[:40] if arguments else ""
        raise CueError(f"{CUES}level takes a name that sounds and a number, and {what!r} is none")
    level = _number("level", arguments[1:], 0, 4)
    return f"level {arguments[0]}", lambda: f"{arguments[0]}.level = {level:g}"


def _stretch(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    seconds = _number("stretch", arguments, 0.1, 3600)
    return "stretch", lambda: f"stretch({seconds:g}*s)"


def _struck(key: str) -> Read:
    """A like or a dislike, as by the terminal's own key."""

    def read(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
        def press() -> str:
            performance.keys.press(key, performance.frame / performance.sample_rate)
            return ""

        return key, press

    return read


def _panic(performance: "Performance", arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    def panic() -> str:
        performance.panic()
        return ""

    return "panic", panic


def _key(word: str, arguments: tuple[Argument, ...]) -> str:
    return f"{word} {arguments[1] if len(arguments) > 1 else ''}"


#: All that a cue can do.
VOCABULARY: dict[str, Read] = {
    "cue": _cue,
    "dims": _dims,
    "dislike": _struck("dislike"),
    "every": _every,
    "hold": _switch("hold", "hold()", "release()"),
    "hush": _plain("hush", "hush()"),
    "level": _level,
    "like": _struck("like"),
    "loop": _switch("loop", "loop()", "loop(False)"),
    "panic": _panic,
    "release": _plain("release", "release()"),
    "stretch": _stretch,
}
