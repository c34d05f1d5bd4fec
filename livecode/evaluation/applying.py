"""Plays the things of a block: probes their functions, starts their sources, and takes failures back."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from livecode.deadlines import Watchdog
from livecode.dsp_rules import MASTER
from livecode.errors import LivecodeError, NothingCalled, did_you_mean, in_words
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.namespace import Namespace
from livecode.language.dsp import Dsp
from livecode.language.duets import Duet
from livecode.language.every import Every
from livecode.language.moments import Moment
from livecode.language.patterns.pattern import Pattern
from livecode.language.sent import Sent
from livecode.language.sources import Sounding
from livecode.language.things import PlayerState, Thing
from livecode.language.values import Function, Value
from livecode.playing.duets import Duets
from livecode.playing.function_player import FunctionPlayer, player_of
from livecode.playing.listening import Signals
from livecode.playing.mix import Mix
from livecode.playing.sounds import Sounds
from livecode.playing.turns import TurnTable
from livecode.transport.messages import Failed

#: A block waits at most this long, in seconds, for the engine to build its @dsp.
BUILD_PATIENCE_S = 2.0


class Applier:
    """Plays things for the evaluator, while ticks go on in another thread."""

    def __init__(
        self,
        namespace: Namespace,
        sounds: Sounds,
        signals: Signals,
        watchdog: Watchdog,
        lock: BlockLock,
        moment: Callable[[], Moment],
        pump: Callable[[], None],
        trying: Callable[[], AbstractContextManager[None]] = nullcontext,
        turns: TurnTable | None = None,
        duets: Duets | None = None,
    ):
        """Play in a performance made of these parts.

        `moment()` returns the moment of the last tick. `pump()` lets the engine act on messages, or
        waits a little. The performer's code runs within `trying()`, which may end it.
        """
        self._namespace, self._sounds, self._signals = namespace, sounds, signals
        self._turns, self._duets = turns, duets
        self._generations = sounds.generations
        self._watchdog, self._lock = watchdog, lock
        self._moment, self._pump, self._trying = moment, pump, trying
        self._unheard: list[Failed] = []  # failures that came in while a block waited
        self._awaited: int | None = None  # the generation whose graph a block waits for
        self._turning: list[Value] = []  # values that are computed otherwise from a line on

    @property
    def mix(self) -> Mix:
        """The mix, as `mute`, `solo`, `fade` and `quant` have set it."""
        return self._sounds.mix

    @mix.setter
    def mix(self, mix: Mix) -> None:
        if mix != self._sounds.mix:
            with self._lock:
                self._sounds.mix = mix

    def between_ticks(self) -> BlockLock:
        """Return the lock: while a block holds it, no tick is computed."""
        return self._lock

    def play(self, thing: Thing, again: bool = False, state: PlayerState | None = None) -> None:
        """Play a thing as its settings describe it; raises LivecodeError if that is not possible.

        again: the thing has been played like this before, so its inputs need not be there now.
        state: a state of its player to go back to; None leaves the player as it is.
        """
        if isinstance(thing, Value):
            self.prepare(thing)
            with self._lock:
                self._turn(thing)
                if isinstance(thing, Pattern):
                    self._sounds.follow_patterns()
        elif isinstance(thing, Every) and self._turns is not None:
            with self._lock:
                self._turns.follow(thing)
        elif isinstance(thing, Duet) and self._duets is not None:
            for value in thing.values():
                self.prepare(value)
            with self._lock:
                self._duets.follow(thing)
        elif isinstance(thing, Sounding):
            thing.check()
            for value in thing.values():
                self.prepare(value, thing)
            if isinstance(thing, Dsp) and not again and not self._sounds.plays(thing):
                self._check_inputs(thing)
            with self._lock:
                generation = self._sounds.play(thing, state)
                self._awaited = generation if isinstance(thing, Dsp) else None
            if self._awaited is not None:
                self._await_built(self._awaited)

    def _turn(self, value: Value) -> None:
        """Let a value be computed as it is described, from the line on at which the block comes in."""
        line = self._sounds.comes_in()
        value.turned(now := self._moment().frame)
        functions = value.function is not None or isinstance(value.nodes()[-1], Function)
        value.turn(None if functions or line <= now else line)
        if value.coming and value not in self._turning:
            self._turning.append(value)

    def tick(self, frame: int) -> None:
        """Let the values turn whose line has come by sample time `frame`."""
        if self._turning:
            self._turning = [value for value in self._turning if not value.turned(frame)]

    def remove(self, *things: Thing) -> None:
        """Fade things out between two ticks, unless other things have taken their names already."""
        if sounding := [thing for thing in things if isinstance(thing, Sounding)]:
            with self._lock:
                self._sounds.remove(*sounding)
        for thing in things:
            if isinstance(thing, Every) and self._turns is not None:
                with self._lock:
                    self._turns.remove(thing)
            elif isinstance(thing, Duet) and self._duets is not None:
                with self._lock:
                    self._duets.remove(thing)

    def state(self, thing: Thing) -> PlayerState | None:
        """Return what a thing's player has learned, as of one tick; None if it learns nothing."""
        with self._lock:
            return None if thing.player is None else thing.player.state()

    def take_in(self) -> None:
        """Take in messages of engine and voices while a block waits and no tick does so."""
        with self._lock.aside():
            self._unheard += self._generations.receive()

    def failures(self) -> list[Failed]:
        """Return the failures since the last call, without that of a graph that a block waits for."""
        failures, self._unheard = [*self._unheard, *self._generations.receive()], []
        return [failure for failure in failures if failure.generation != self._awaited]

    def prepare(self, value: Value, thing: Sounding | None = None) -> None:
        """Probe each function that the value is made of, unless it plays already.

        Curves that have not begun begin at the line at which the thing, or all, comes in. Curves and
        signals are sampled once, which shows a signal that cannot be read. Raises LivecodeError if a
        function or a signal fails.
        """
        with self._lock:
            moment = self._moment()
            line = moment.at(self._sounds.comes_in(thing), 0)
        for part in value.everything():
            part.node.begin(line)
            if part.function is not None:
                player = self._player_for(part)
                if player.version is None or player.version.function is not part.function:
                    with self._lock:  # the function is probed on the signals of this moment
                        pass
                    with self._trying():
                        version = player.probe()
                    with self._lock:
                        player.play(version)
                        self._namespace.watch(part.function)
                part.player = player
            elif not part.node.parts:
                try:
                    part.node.sample(moment)
                except Exception as error:
                    raise LivecodeError(f"{part}: {in_words(error)}") from error

    def _player_for(self, value: Value) -> FunctionPlayer:
        """Return the player of a value, a new one if it has none."""
        if value.player is None:
            return FunctionPlayer(value, self._signals, self._watchdog, self._sounds.fallen)
        return player_of(value)

    def _check_inputs(self, thing: Dsp) -> None:
        own = self._namespace.own().items()
        sounding = [n for n, t in own if isinstance(t, Sounding) and not isinstance(t, Sent)]
        known = {"mix"} if thing.name == MASTER else {*sounding} - {thing.name, MASTER}
        for name in thing.inputs:
            if name not in known:
                near = did_you_mean(name, known, list_all=False)
                raise NothingCalled(name, f"it takes {name!r}, which does not sound yet{near}")

    def _await_built(self, generation: int) -> None:
        """Wait until the engine has built a graph; raises LivecodeError if it could not."""
        end = time.monotonic() + BUILD_PATIENCE_S
        built = self._generations.built
        try:
            with self._trying():
                while generation not in built and time.monotonic() < end:
                    self._pump()
        except BaseException:  # the performer interrupted, or time ran out
            with self._lock:
                self._generations.abort(generation)
            raise
        finally:
            with self._lock:
                self._awaited = None
                self._unheard = [f for f in self._unheard if f.generation != generation]
                why = built.pop(generation, None)  # also None while the engine is still building
        if why is not None:
            with self._lock:
                self._generations.abort(generation)
            raise LivecodeError(why.why, why.line)
