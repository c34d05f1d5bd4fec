"""The vocabulary of cues over OSC: each word becomes one of a few fixed blocks."""

from collections.abc import Callable
from dataclasses import dataclass

from livecode.language.agents import Agent
from livecode.language.units import is_number
from livecode.playing.clock import PerformanceClock
from livecode.playing.sounds import Sounds
from livecode.sets.scenes import Scenes
from livecode.signals.intake import CUES
from livecode.signals.keys import Keys
from livecode.signals.osc import Argument

#: Words of which only the newest cue counts.
FADERS = ("dims", "every", "level")


class CueError(Exception):
    """Why a cue was not followed."""


@dataclass(frozen=True)
class CueTargets:
    """The parts that a cue can act on. `panic()` silences everything at once."""

    scenes: Scenes
    sounds: Sounds
    keys: Keys
    clock: PerformanceClock
    panic: Callable[[], None]


#: Does what the cue says; returns a block to evaluate, "" for none.
Action = Callable[[], str]
#: Reads a cue's arguments: (a key, of which only the newest action counts, the action).
ReadCue = Callable[[CueTargets, tuple[Argument, ...]], tuple[str, Action]]


def _number(word: str, arguments: tuple[Argument, ...], low: float, high: float) -> float:
    if arguments and is_number(arguments[0]) and low <= float(arguments[0]) <= high:
        return float(arguments[0])
    raise CueError(f"{CUES}{word} takes a number from {low:g} to {high:g}")


def _plain(word: str, code: str) -> ReadCue:
    """A cue without arguments."""

    def read(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
        if arguments and arguments != (1,):  # a button sends 1
            raise CueError(f"{CUES}{word} takes nothing but the token")
        return word, lambda: code

    return read


def _switch(word: str, on: str, off: str) -> ReadCue:
    """A cue that takes 1, 0 or nothing; nothing means 1."""

    def read(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
        code = on if not arguments or _number(word, arguments, 0, 1) >= 0.5 else off
        return word, lambda: code

    return read


def _cue(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    """`cue +1`, `cue -1`, or `cue` and a scene's name."""
    where = arguments[0] if arguments else ""
    set_file = targets.scenes.set_file
    if set_file is not None and where in [scene.name for scene in set_file.scenes]:
        return "cue", lambda: f"go({where!r})"
    step = {"": "", "+1": "+1", "-1": "-1", "1": "+1"}.get(
        str(int(where)) if is_number(where) else str(where)
    )
    if step is None:
        raise CueError(f"{CUES}cue takes +1, -1 or a scene's name, and {str(where)[:40]!r} is none")
    return "cue", lambda: f"go({step})"


def _agents(targets: CueTargets, arguments: tuple[Argument, ...]) -> list[str]:
    """The agent that is named, or all agents."""
    names = [str(thing) for thing in targets.sounds if isinstance(thing, Agent)]
    if not arguments:
        return names
    if arguments[0] not in names:
        raise CueError(f"no agent is called {str(arguments[0])[:40]!r}")
    return [str(arguments[0])]


def _dims(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    dims = int(_number("dims", arguments, 1, 64))
    names = _agents(targets, arguments[1:])
    return _key("dims", arguments), lambda: "\n".join(f"{name}.dims = {dims}" for name in names)


def _every(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    every_s = _number("every", arguments, 0.005, 60)
    names = _agents(targets, arguments[1:])
    code = "\n".join(f"{name}.every = {every_s:g}*s" for name in names)
    return _key("every", arguments), lambda: code


def _level(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    names = [str(thing) for thing in targets.sounds]
    if not arguments or arguments[0] not in names:
        what = str(arguments[0])[:40] if arguments else ""
        raise CueError(f"{CUES}level takes a name that sounds and a number, and {what!r} is none")
    level = _number("level", arguments[1:], 0, 4)
    return f"level {arguments[0]}", lambda: f"{arguments[0]}.level = {level:g}"


def _stretch(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    seconds = _number("stretch", arguments, 0.1, 3600)
    return "stretch", lambda: f"stretch({seconds:g}*s)"


def _press(key: str) -> ReadCue:
    """A like or a dislike, as by the terminal's own key."""

    def read(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
        def press() -> str:
            targets.keys.press(key, targets.clock.time_s)
            return ""

        return key, press

    return read


def _panic(targets: CueTargets, arguments: tuple[Argument, ...]) -> tuple[str, Action]:
    def panic() -> str:
        targets.panic()
        return ""

    return "panic", panic


def _key(word: str, arguments: tuple[Argument, ...]) -> str:
    return f"{word} {arguments[1] if len(arguments) > 1 else ''}"


#: Every cue, by the word after CUES in its address.
VOCABULARY: dict[str, ReadCue] = {
    "cue": _cue,
    "dims": _dims,
    "dislike": _press("dislike"),
    "every": _every,
    "hold": _switch("hold", "hold()", "release()"),
    "hush": _plain("hush", "hush()"),
    "level": _level,
    "like": _press("like"),
    "loop": _switch("loop", "loop()", "loop(False)"),
    "panic": _panic,
    "release": _plain("release", "release()"),
    "stretch": _stretch,
}
