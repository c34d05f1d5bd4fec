"""Having things played: their functions probed, their sources started, and what fails taken back."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from livecode.deadlines import Watchdog
from livecode.dsp_rules import MASTER
from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.namespace import Namespace
from livecode.language.dsp import Dsp
from livecode.language.sources import Sounding
from livecode.language.things import PlayerState, Thing
from livecode.language.values import Moment, Value
from livecode.playing.function_player import FunctionPlayer, player_of
from livecode.playing.listening import Signals
from livecode.playing.mix import Mix
from livecode.playing.sounds import Sounds
from livecode.transport.messages import Failed

#: How long a block waits for its @dsp to be built.
BUILD_PATIENCE_S = 2.0


class Applier:
    """Plays what the evaluator has it play, while the tick goes on in another thread."""

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
    ):
        """`moment` is that of the last tick; `pump` lets the engine act on messages, or waits.

        Within `trying()` runs code of the performer's that may take too long.
        """
        self._namespace, self._sounds, self._signals = namespace, sounds, signals
        self._generations = sounds.generations
        self._watchdog, self._lock = watchdog, lock
        self._moment, self._pump, self._trying = moment, pump, trying
        self._unheard: list[Failed] = []  # that came in while a block waited
        self._awaited: int | None = None  # the generation whose graph a block waits for

    @property
    def mix(self) -> Mix:
        """What `mute`, `solo`, `fade` and `quant` have set."""
        return self._sounds.mix

    @mix.setter
    def mix(self, mix: Mix) -> None:
        self._sounds.mix = mix

    def play(self, thing: Thing, again: bool = False, state: PlayerState | None = None) -> None:
        """Make what is played follow the description; LivecodeError says why it cannot.

        again: it has been played like this before, so that what it takes need not be there now.
        state: of its player, as `state` gave it, to go back to; None: it goes on.
        """
        if isinstance(thing, Value):
            self.prepare(thing)
        elif isinstance(thing, Sounding):
            thing.check()
            for value in thing.values():
                self.prepare(value)
            if isinstance(thing, Dsp) and not again and not self._sounds.plays(thing):
                self._check_inputs(thing)
            with self._lock:
                generation = self._sounds.play(thing, state)
                self._awaited = generation if isinstance(thing, Dsp) else None
            if self._awaited is not None:
                self._await_built(self._awaited)

    def remove(self, thing: Thing) -> None:
        """Let it go: it fades out, unless another has taken its name already."""
        if isinstance(thing, Sounding):
            with self._lock:
                self._sounds.remove(thing)
                if str(thing) not in self._sounds:
                    self._signals.forget(str(thing))

    def state(self, thing: Thing) -> PlayerState | None:
        """What its player has learned, as of one tick; None if it learns nothing."""
        with self._lock:
            return None if thing.player is None else thing.player.state()

    def take_in(self) -> None:
        """Hear what engine and voices have to say while a block waits, where no ticks do."""
        with self._lock.aside():
            self._unheard += self._generations.receive()

    def failures(self) -> list[Failed]:
        """What has failed since the last call, but for what a block waits for and says itself."""
        failures, self._unheard = [*self._unheard, *self._generations.receive()], []
        return [failure for failure in failures if failure.generation != self._awaited]

    def prepare(self, value: Value) -> None:
        """Probe each function that the value is made of and that is not yet played.

        What is no function is sampled once: with this its curves begin, and a signal that cannot
        be read is noticed.
        """
        with self._lock:
            moment = self._moment()
        for part in value.everything():
            if part.function is not None:
                player = self._player_for(part)
                if player.version is None or player.version.function is not part.function:
                    with self._lock:  # it is tried on the signals of this moment
                        pass
                    with self._trying():
                        version = player.probe()
                    with self._lock:
                        player.play(version)
                part.player = player
            elif not part.node.parts:
                try:
                    part.node.sample(moment)
                except Exception as error:
                    raise LivecodeError(f"{part}: {type(error).__name__}: {error}") from error

    def _player_for(self, value: Value) -> FunctionPlayer:
        """The player that the value has, or a new one."""
        if value.player is None:
            return FunctionPlayer(value, self._signals, self._watchdog)
        return player_of(value)

    def _check_inputs(self, thing: Dsp) -> None:
        sounding = [name for name, t in self._namespace.own().items() if isinstance(t, Sounding)]
        known = {"mix"} if thing.name == MASTER else {*sounding} - {thing.name, MASTER}
        for name in thing.inputs:
            if name not in known:
                raise LivecodeError(
                    f"it takes {name!r}, which does not sound{did_you_mean(name, known)}"
                )

    def _await_built(self, generation: int) -> None:
        """Wait until the engine has built a graph; what is wrong with it is wrong with the block."""
        end = time.monotonic() + BUILD_PATIENCE_S
        built = self._generations.built
        try:
            with self._trying():
                while generation not in built and time.monotonic() < end:
                    self._pump()
        except BaseException:  # an interruption
            with self._lock:
                self._generations.abort(generation)
            raise
        finally:
            with self._lock:
                self._awaited = None
                self._unheard = [f for f in self._unheard if f.generation != generation]
                why = built.pop(generation, None)  # None, too, while the engine is still at it
        if why is not None:
            with self._lock:
                self._generations.abort(generation)
            raise LivecodeError(why.why, why.line)
