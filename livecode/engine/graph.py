"""Graphs: one generation of a performer's @dsp, built from its source, tried unheard, then faded in."""

import math
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from livecode.deadlines import TookTooLong, Watchdog
from livecode.dsp_rules import FORBIDDEN
from livecode.engine.pyo_lifetime import asleep, keeping, let_go, wake
from livecode.engine.pyo_quiet import pyo
from livecode.engine.table import Tap
from livecode.errors import LivecodeError
from livecode.transport import ControlBlock, ControlReader
from livecode.transport.messages import PlayGraph

#: Building a graph may take this long.
BUILD_LIMIT_S = 1.0
#: A new graph runs unheard for this many blocks, and is on probation for as many again.
TRIAL_BLOCKS = 8
#: Louder than this (+24 dBFS) is a graph that runs away.
RUNAWAY = 16.0
#: A mean above this with next to nothing around it is no sound but a stuck offset.
STUCK = 0.05
#: Blocks in a row that a playing graph may be broken before it is taken out.
BROKEN_BLOCKS = 4
#: Louder than any sum that should reach the master: +12 dBFS.
CEILING = 4.0
#: Controls follow what is asked within this time, so that a jump does not click.
SMOOTHING_S = 0.01

_BUILTINS = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
_SAFE = {key: value for key, value in _BUILTINS.items() if key not in FORBIDDEN}
_PYO = {key: value for key, value in vars(pyo).items() if key[:1] != "_" and key not in FORBIDDEN}


def guarded(sound: Any) -> tuple[Any, list[Any]]:
    """`sound` with NaN and ±infinity replaced and everything within ±CEILING, and the parts to keep.

    One NaN would stay in every filter after it for good.  NaN is the only number that differs
    from itself; `Min` and `Max` give their second input where a comparison with NaN fails.
    """
    valid = pyo.Compare(sound, sound, "==")
    low = pyo.Min(sound, comp=CEILING)
    bounded = pyo.Max(low, comp=-CEILING)
    clean = bounded * valid
    return clean, [valid, low, bounded, clean]


class Graph:
    """A @dsp in the engine: `out` is silent until `begin`."""

    def __init__(
        self,
        message: PlayGraph,
        inputs: Mapping[str, Any],
        server: Any,
        block: int,
        watchdog: Watchdog,
    ):
        """Build it; LivecodeError says what is wrong with the performer's function."""
        self.message = message
        self._age = 0
        self._broken = 0
        self._closed = False
        self.begun = False
        self.fade_s = message.fade_s  # of its last change
        self._ends: int | None = None  # blocks until it is silent for good
        first = len(server.getStreams())
        self._names: dict[str, Any] = {"__builtins__": _SAFE, "np": np, **_PYO}
        try:
            with keeping() as self._made, asleep() as self._asleep:
                self._build(inputs, block, watchdog)
        except BaseException:
            self._names.clear()
            raise
        self.streams = server.getStreams()[first:]

    def _build(self, inputs: Mapping[str, Any], block: int, watchdog: Watchdog) -> None:
        message = self.message
        # What is made of a pyo object stays in its books: each graph has its sources afresh.
        taken = {name: pyo.Sig(inputs[name]) for name in message.inputs}
        self.controls = {
            key: pyo.SigTo(value, time=SMOOTHING_S, init=value)
            for key, value in message.controls.items()
        }
        built = _call(message, self._names, taken, self.controls, watchdog)
        stereo = pyo.Mix([built, built] if len(built) == 1 else built, voices=2)
        self._tap = Tap(stereo, block)
        self._line = pyo.SigTo(0.0, time=0.05, init=0.0)
        self._gain = pyo.Sin(self._line * (math.pi / 2))  # equal power, as in feed.py
        self.out = guarded(stereo)[0] * self._gain

    @property
    def number(self) -> int:
        """Its generation."""
        return self.message.generation

    @property
    def ready(self) -> bool:
        """Whether it has been tried for long enough."""
        return self._age >= TRIAL_BLOCKS

    @property
    def on_probation(self) -> bool:
        """Whether it is so young that a crash of the engine counts as its own."""
        return self._age < 2 * TRIAL_BLOCKS and not self._closed

    @property
    def heard(self) -> bool:
        """Whether it has begun and is to go on."""
        return self.begun and self._ends is None

    @property
    def ended(self) -> bool:
        """Whether it is silent for good."""
        return self._ends is not None and self._ends <= 0

    def start(self) -> None:
        """Compute from the coming block on: all of it from the same one."""
        for part in self._asleep:
            wake(part)
        self._asleep = []

    def begin(self, block_s: float) -> None:
        """Fade in; as every fade it takes a block at least, for a shorter one would click."""
        self.begun = True
        self._line.time = max(self.fade_s, block_s)
        self._line.value = 1.0

    def leave(self, fade_s: float, block_s: float) -> None:
        """Fade out, for good."""
        if self._ends is None:
            self.fade_s = fade_s
            self._line.time = max(fade_s, block_s)
            self._line.value = 0.0
            self._ends = math.ceil(fade_s / block_s) + 2 if self.begun else 0

    def check(self) -> str | None:
        """Look at the block that it computed last; a sentence if it is broken for good."""
        self._age += 1
        if self._ends is not None:
            self._ends -= 1
        block = self._tap.read()
        why = None
        if not np.isfinite(block).all():
            why = "gives samples that are not numbers"
        elif np.abs(block).max() > RUNAWAY:
            why = f"runs away, to {np.abs(block).max():.0f} times full scale"
        elif abs(block.mean()) > STUCK and block.std() < 1e-4:
            why = f"stands still at {block.mean():.2f} instead of sounding"
        self._broken = self._broken + 1 if why else 0
        return why if self._broken >= BROKEN_BLOCKS else None

    def close(self) -> None:
        """Stop computing it."""
        self._closed = True
        let_go(self._made)
        # The function holds its names, and they hold it: nothing in the engine looks for cycles.
        self._names.clear()


def _call(
    message: PlayGraph,
    names: dict[str, Any],
    inputs: Mapping[str, Any],
    controls: Mapping[str, Any],
    watchdog: Watchdog,
) -> Any:
    """What the performer's function returns, which must be something that sounds; `names` are its own."""
    filename = f"<dsp {message.name}>"
    try:
        with watchdog.limit(BUILD_LIMIT_S):
            exec(compile(message.source, filename, "exec"), names)
            arguments = [inputs[name] for name in message.inputs]
            built = names[message.function](*arguments, **controls)
    except TookTooLong as error:
        raise LivecodeError(str(error)) from error
    except BaseException as error:  # SystemExit is no reason to end
        raise _located(error, filename, message.first_line) from error
    if hasattr(built, "_getStream"):  # one channel of an object, as ego[0]
        built = pyo.Sig(built)
    if not isinstance(built, pyo.PyoObject):
        what = "nothing: end it with return" if built is None else f"{type(built).__name__}"
        raise LivecodeError(f"a @dsp returns a pyo object that sounds, and this returns {what}")
    return built


def _located(error: BaseException, filename: str, first_line: int) -> LivecodeError:
    """The error as a sentence, with its line in the performer's block."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == filename and frame.lineno
    ]  # fmt: skip
    cause: BaseException = error
    while cause.__cause__ is not None:  # pyo wraps argument errors in SystemError
        cause = cause.__cause__
    text = f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
    return LivecodeError(text, lines[-1] + first_line - 1 if lines else None)


class Chain:
    """The graphs of one name, cross-faded into a mixer, their controls followed."""

    def __init__(self, name: str, mixer: Any, block_s: float, controls: ControlBlock):
        self.mixer, self._name, self._block_s, self._block = mixer, name, block_s, controls
        self.graphs: list[Graph] = []
        self._readers: dict[str, ControlReader] = {}

    def add(self, graph: Graph) -> None:
        """Let a new graph run, unheard."""
        self.graphs.append(graph)
        for key in graph.controls:
            slot = self._block.find(f"{self._name}.{key}")
            reader = self._readers.get(key)
            if slot is not None and (reader is None or reader.closed):
                self._readers[key] = ControlReader(self._block, slot)
        for channel in (0, 1):
            key = f"graph/{graph.number}/{channel}"
            self.mixer.addInput(key, graph.out[channel])
            self.mixer.setAmp(key, channel, 1)

    def leave(self, fade_s: float, before: float = math.inf) -> None:
        """Fade out all graphs of generations before that one."""
        for graph in self.graphs:
            if graph.number < before:
                graph.leave(fade_s, self._block_s)

    def advance(
        self,
        frame: int,
        on_begin: Callable[[Graph], None],
        on_end: Callable[[Graph], None],
        on_fail: Callable[[Graph, str], None],
    ) -> None:
        """Set the controls of each graph and look after it, once a block."""
        values = {key: reader.at(frame) for key, reader in self._readers.items()}
        for graph in list(self.graphs):
            for key, control in graph.controls.items():
                value = values.get(key)
                if value is not None and np.isfinite(value[0]) and value[0] != control.value:
                    control.value = float(value[0])
            why = graph.check()
            if why is not None and not graph.ended:
                self._drop(graph)
                on_fail(graph, why)
            elif graph.ended:
                self._drop(graph)
                on_end(graph)
            elif graph.ready and not graph.begun and frame >= graph.message.at:
                graph.begin(self._block_s)
                self.leave(graph.message.fade_s, before=graph.number)
                on_begin(graph)

    def close(self) -> None:
        """Follow no controls any more."""
        for reader in self._readers.values():
            reader.end()

    def _drop(self, graph: Graph) -> None:
        self.graphs.remove(graph)
        for channel in (0, 1):
            self.mixer.delInput(f"graph/{graph.number}/{channel}")
        graph.close()
