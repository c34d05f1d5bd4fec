"""The words of a set: `scene`, `go`, `loop`, `hold`, `release`, `stretch` and `skip`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.deferred import Deferred
from livecode.evaluation.namespace import Namespace
from livecode.language import curves
from livecode.language.duets import Duet
from livecode.language.every import Every
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding
from livecode.language.units import Span, bars, is_number, span
from livecode.language.values import Value, as_value
from livecode.playing.clock import PerformanceClock
from livecode.playing.sounds import Sounds
from livecode.sets.scene_options import LONGEST_FADE_S, LONGEST_QUANT_S
from livecode.sets.scenes import NO_END_S, Scenes
from livecode.sets.set_player import SetPlayer


class SceneSignal:
    """The present scene of the set: `scene.name`, `scene.time`, `scene.left`, `scene.next`."""

    def __init__(self, scenes: Scenes):
        self._scenes = scenes

    @property
    def name(self) -> str:
        """The scene's name; "" without a set."""
        scene = self._scenes.scene
        return "" if scene is None else scene.name

    @property
    def time(self) -> float:
        """Seconds since the scene began: `lambda scene: min(1, scene.time / 10)` fades in."""
        return self._scenes.time_s

    @property
    def left(self) -> float:
        """Seconds until the scene is over; a million if it waits for a cue."""
        left_s = self._scenes.left_s
        return NO_END_S if left_s is None else left_s

    @property
    def number(self) -> int:
        """The scene's number in the set, from 1; 0 without a set."""
        return 0 if self._scenes.index is None else self._scenes.index + 1

    @property
    def next(self) -> str:
        """The name of the scene that follows; "" after the last."""
        set_file, following = self._scenes.set_file, self._scenes.following()
        return "" if set_file is None or following is None else set_file.scenes[following].name

    def __repr__(self) -> str:
        set_file = self._scenes.set_file
        if set_file is None:
            return "no set is open"
        rows = []
        for index, each in enumerate(set_file.scenes):
            here = "▶" if index == self._scenes.index else " "
            length = f"{each.lasts}" if each.lasts is not None else ""
            out = "  left out" if each.name in self._scenes.skipped else ""
            rows.append(f"{here} {index + 1:>2}  {each.name:<20} {length}{out}".rstrip())
        return "\n".join(rows) or "the set has no scenes"


#: What a scene can set of itself in its cell, as in its header.
SETTABLE = ("ends", "fade", "quant", "when")


class SceneWord(SignalWord):
    """The present scene of the set: `scene.name`, `.time`, `.left`, `.next`; alone it lists them all.

    In a cell, `scene.ends = ["r7"]` takes names away; `scene.fade = 2*s` and `scene.quant = 1*bars`
    say how its sources come in; `scene.when = lambda rings: …` goes on to the next scene once it is
    above 0. In functions it is a signal: `lambda scene: min(1, scene.time / 10)`.
    """

    def __init__(
        self,
        signals: Mapping[str, Any],
        namespace: Namespace,
        sounds: Sounds,
        set_player: SetPlayer,
        deferred: Deferred,
    ):
        super().__init__(("scene",), signals)
        self._namespace, self._sounds = namespace, sounds
        self._set_player, self._deferred = set_player, deferred

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif name in SETTABLE:
            getattr(self, f"_set_{name}")(value)
        else:
            raise LivecodeError(
                f"scene has nothing called {name!r} to set{did_you_mean(name, SETTABLE)}"
            )

    def __repr__(self) -> str:
        return repr(self._now())

    def _set_ends(self, ends: Any) -> None:
        names = [ends] if isinstance(ends, (str, Sounding)) else ends
        if not isinstance(names, Iterable):
            raise LivecodeError(f'scene.ends takes names, as ["r7", "ego"], not {ends!r}')
        for each in names:
            if not isinstance(each, (str, Sounding)):
                raise LivecodeError(f'scene.ends takes names, as ["r7", "ego"], not {each!r}')
            if isinstance(self._namespace.get(str(each)), (Sounding, Every, Duet)):
                del self._namespace[str(each)]  # a name that is not there needs no end

    def _set_fade(self, length: Any) -> None:
        fade = _length("fade", length, LONGEST_FADE_S)
        with self._set_player.reading():
            self._sounds.enter_with_fade(fade)

    def _set_quant(self, length: Any) -> None:
        quant = _length("quant", length, LONGEST_QUANT_S)
        with self._set_player.reading():
            self._sounds.enter_at_quant(quant, self._set_player.scenes.begun)

    def _set_when(self, condition: Any) -> None:
        if condition is None:
            self._deferred.when_done(lambda: self._set_player.set_condition(None))
        else:
            self._set_player.set_condition(as_value(condition))


def _length(setting: str, length: Any, longest_s: float) -> Span:
    checked = span(length)
    if not 0 <= checked.plain_s <= longest_s:
        raise LivecodeError(f"scene.{setting} takes 0*s to {longest_s:g}*s, not {checked}")
    return checked


def scene_words(
    set_player: SetPlayer, deferred: Deferred, lock: BlockLock, clock: PerformanceClock
) -> dict[str, Callable[..., Any]]:
    """Return the words for going through a set, by name."""
    scenes = set_player.scenes

    def soon(action: Callable[[Scenes], object]) -> None:
        """Act when the block is done: if it is a scene's cell, the scene has begun by then."""
        if scenes.index is None:
            raise LivecodeError("no scene is playing; open a set with `livecode play SET.py`")

        def act() -> None:
            with lock:
                action(scenes)

        if not clock.taking_over:
            deferred.when_done(act)

    def go(where: Any = None) -> None:
        """Go to a scene of the set: `go("coda")`, `go(+1)`, `go(-1)`; `go()` is what comes next.

        It begins at once, or at the next multiple of its `quant=`.
        """
        target: str | int | None
        if where is None or isinstance(where, str):
            target = where
        elif is_number(where):
            target = int(where)
        else:
            raise LivecodeError(f'go takes a name or a number, as go("coda"), not {where!r}')
        own = set_player.in_cell
        if not clock.taking_over:  # the scene's own block is run again by itself
            deferred.after_block(lambda: set_player.go(target, own))

    def loop(on: bool = True) -> None:
        """Let the present scene begin again when it is over: `loop()`; `loop(False)` ends that."""
        soon(lambda scenes: scenes.loop(bool(on)))

    def hold(value: Any = None, every: Span | float = 1 * bars) -> Value | None:
        """Stay in the present scene: `hold()`, until `release()`. With a value, sample and hold.

        `hold(rings.twist, every=1*beats)` reads something only `every` so often.
        """
        if value is not None:
            return curves.hold(value, every)
        soon(lambda scenes: setattr(scenes, "held", True))
        return None

    def release() -> None:
        """End `hold()`: a scene whose time is over goes on at once."""
        soon(lambda scenes: setattr(scenes, "held", False))

    def stretch(by: Span | float) -> None:
        """Make the present scene longer: `stretch(2)` twice as long, `stretch(30*s)` 30 s more."""
        longer = by if isinstance(by, Span) or is_number(by) else span(by)
        soon(lambda scenes: scenes.stretch(longer))

    def skip(name: str | None = None) -> None:
        """Leave out the scene that comes next, or one by name: `skip("storm")`. `go` takes it back."""
        soon(lambda scenes: scenes.skip(name))

    words = (go, hold, loop, release, skip, stretch)
    return {word.__name__: word for word in words}
