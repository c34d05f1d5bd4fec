"""Graphs: each is one generation of a @dsp, built from its source, tried unheard, then faded in."""

import math
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from livecode.deadlines import TookTooLong, Watchdog
from livecode.dsp_rules import FORBIDDEN
from livecode.engine.control_table import ControlTable
from livecode.engine.envelopes import Envelopes
from livecode.engine.note_bank import NoteBank
from livecode.engine.pyo_lifetime import collect_made, hold_asleep, release, streams_of, wake
from livecode.engine.pyo_quiet import pyo
from livecode.engine.table import Tap
from livecode.errors import LivecodeError, cause_of, in_words, traceback_of
from livecode.transport import ControlBlock, ControlReader
from livecode.transport.messages import PlayGraph
from livecode.transport.schedule import NEVER

#: How long building a graph may take.
BUILD_LIMIT_S = 1.0
#: A new graph runs unheard for this many blocks, and stays on probation for as many more.
TRIAL_BLOCKS = 8
#: A graph that is louder than this, +24 dBFS, runs away.
RUNAWAY = 16.0
#: A mean above this with almost no variation is not a sound but a stuck offset.
STUCK = 0.05
#: How many broken blocks in a row a graph may give before it is removed, from when it could begin.
BROKEN_BLOCKS = 4
#: +12 dBFS: the limit of each strip's samples and gains.
CEILING = 4.0
#: Gains that the engine changes by itself move within this time, so that a jump does not click.
SMOOTHING_S = 0.01

_BUILTINS = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
_SAFE = {key: value for key, value in _BUILTINS.items() if key not in FORBIDDEN}
_PYO = {key: value for key, value in vars(pyo).items() if key[:1] != "_" and key not in FORBIDDEN}


def guarded(sound: Any) -> tuple[Any, list[Any]]:
    """Return `sound` limited to ±CEILING, 0 for NaN and infinity, and the parts to keep alive.

    Without this guard, one NaN would stay in every filter after it. NaN is the only number that
    differs from itself. `Min` and `Max` return their second input if a comparison with NaN fails.
    """
    valid = pyo.Compare(sound, sound, "==")
    low = pyo.Min(sound, comp=CEILING)
    bounded = pyo.Max(low, comp=-CEILING)
    clean = bounded * valid
    return clean, [valid, low, bounded, clean]


class Graph:
    """One generation of a @dsp in the engine; `out` is silent until `begin`."""

    def __init__(
        self,
        message: PlayGraph,
        inputs: Mapping[str, Any],
        server: Any,
        block: int,
        watchdog: Watchdog,
        controls: ControlBlock | None = None,
    ):
        """Build the graph; that of a synth reads its notes from `controls`.

        Raises `LivecodeError` that says what is wrong with the performer's function.
        """
        self.message = message
        self._age = 0
        self._broken = 0
        self.sound = False  # whether its last block was fit to be heard
        self._closed = False
        self.begun = False
        #: Whether its cost is known or cannot be known; until then, it is not heard.
        self.tried = True
        self.fade_s = message.fade_s  # seconds, of the last change
        self._ends: int | None = None  # blocks until the graph is silent for good
        first = len(server.getStreams())
        self.notes: NoteBank | None = None
        if message.voices and controls is not None:
            self.notes = NoteBank(message.name, message.generation, message.voices, block, controls)
        self._envelopes = Envelopes()
        self._names: dict[str, Any] = {
            "__builtins__": _SAFE, "np": np, **_PYO, "adsr": self._envelopes.adsr
        }  # fmt: skip
        try:
            with collect_made() as self._made, hold_asleep() as self.asleep:
                self._build(inputs, server, block, watchdog)
        except BaseException:
            self._names.clear()
            raise
        self.streams = streams_of(self._made, server.getStreams()[first:])

    def _build(
        self, inputs: Mapping[str, Any], server: Any, block: int, watchdog: Watchdog
    ) -> None:
        message = self.message
        # A pyo object remembers what is made from it, so each graph gets inputs of its own.
        if self.notes is not None:
            taken = self.notes.streams()
        else:
            taken = {name: pyo.Sig(inputs[name]) for name in message.inputs}
        self.controls = {
            key: ControlTable(block, server.getSamplingRate(), value)
            for key, value in message.controls.items()
        }
        controls = {key: control.sound for key, control in self.controls.items()}
        self._envelopes.know(self.controls)
        built = _call(message, self._names, taken, controls, watchdog)
        if self.notes is not None and len(built) != 2:
            built = built.mix(1)
        stereo = pyo.Mix([built, built] if len(built) == 1 else built, voices=2)
        self._tap = Tap(stereo, block)
        self._line = pyo.SigTo(0.0, time=0.05, init=0.0)
        self._gain = pyo.Sin(self._line * (math.pi / 2))  # equal power, as in feed.py
        self.out = guarded(stereo)[0] * self._gain

    @property
    def number(self) -> int:
        """The graph's generation."""
        return self.message.generation

    @property
    def ready(self) -> bool:
        """Whether the graph has been tried for long enough."""
        return self._age >= TRIAL_BLOCKS

    @property
    def closed(self) -> bool:
        """Whether it has been taken out of the mix."""
        return self._closed

    @property
    def on_probation(self) -> bool:
        """Whether the graph is so young that a crash of the engine is put down to it."""
        return self._age < 2 * TRIAL_BLOCKS and not self._closed

    @property
    def heard(self) -> bool:
        """Whether the graph has begun and is not fading out."""
        return self.begun and self._ends is None

    @property
    def ended(self) -> bool:
        """Whether the graph is silent for good."""
        return self._ends is not None and self._ends <= 0

    def play_notes(self, frame: int) -> None:
        """Begin and end the notes of the block at sample time `frame`, if it is a synth's."""
        if self.notes is not None:
            self.notes.advance(frame)
            self._envelopes.advance()

    def may_begin(self, frame: int) -> bool:
        """Whether a graph that has not begun is due, and its last block was fit to be heard."""
        due = self.ready and self.tried and frame >= self.message.at
        return due and self.sound and not self.begun

    def start(self) -> None:
        """Start computing, with all parts in the coming block."""
        for part in self.asleep:
            wake(part)
        self.asleep = []

    def begin(self, block_s: float) -> None:
        """Fade in. The fade takes at least one block, since a shorter one would click."""
        self.begun = True
        # a fade would blunt what begins from silence
        self._line.time = max(self.fade_s if self.notes is None else 0.0, block_s)
        self._line.value = 1.0

    def fade_out(self, fade_s: float, block_s: float) -> None:
        """Fade out, for good."""
        if self._ends is None:
            self.fade_s = fade_s
            self._line.time = max(fade_s, block_s)
            self._line.value = 0.0
            self._ends = math.ceil(fade_s / block_s) + 2 if self.begun else 0

    def check(self, frame: int) -> str | None:
        """Look at the block before sample time `frame`. Return a sentence's end if it is broken for good.

        While a graph cannot begin yet it may be broken by controls that are still as they were before it.
        """
        self._age += 1
        if self._ends is not None:
            self._ends -= 1
        block = self._tap.read()
        peak = float(np.abs(block).max())  # NaN if any sample is
        why = None
        if not math.isfinite(peak):
            why = "gives samples that are not numbers"
        elif peak > RUNAWAY:
            why = f"runs away, to {peak:.0f} times full scale"
        elif peak > STUCK and abs(block.mean()) > STUCK and block.std() < 1e-4:
            why = f"stands still at {block.mean():.2f} instead of sounding"
        self.sound = why is None
        could_begin = self.begun or (self.ready and frame >= self.message.at)
        self._broken = 0 if self.sound else self._broken + could_begin
        return why if self._broken >= BROKEN_BLOCKS else None

    def close(self) -> None:
        """Stop computing the graph and release its parts."""
        self._closed = True
        if self.notes is not None:
            self.notes.close()
        self._envelopes.close()
        self.controls.clear()  # their arrays must be gone before their tables
        release(self._made)
        # The function and its names refer to each other, and the engine does not collect cycles.
        self._names.clear()


def _call(
    message: PlayGraph,
    names: dict[str, Any],
    inputs: Mapping[str, Any],
    controls: Mapping[str, Any],
    watchdog: Watchdog,
) -> Any:
    """Return the pyo object that the performer's function returns. `names` are its globals.

    Raises `LivecodeError` if the function raises, is too slow, or returns something else.
    """
    filename = f"<dsp {message.name}>"
    try:
        with watchdog.limit(BUILD_LIMIT_S):
            exec(compile(message.source, filename, "exec"), names)
            built = names[message.function](*inputs.values(), **controls)
    except TookTooLong as error:
        raise LivecodeError(str(error)) from error
    except BaseException as error:  # SystemExit, for example, must not end the engine
        raise _located(error, filename, message.first_line) from error
    if hasattr(built, "_getStream"):  # a single channel of an object, such as ego[0]
        built = pyo.Sig(built)
    if not isinstance(built, pyo.PyoObject):
        what = "nothing: end it with return" if built is None else f"{type(built).__name__}"
        raise LivecodeError(f"a @dsp returns a pyo object that sounds, and this returns {what}")
    return built


def _located(error: BaseException, filename: str, first_line: int) -> LivecodeError:
    """The error as a sentence, with its line in the performer's block."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(traceback_of(error))
        if frame.filename == filename and frame.lineno
    ]  # fmt: skip
    cause: BaseException = error
    while (deeper := cause_of(cause)) is not None:  # pyo wraps argument errors in SystemError
        cause = deeper
    text = in_words(cause)
    return LivecodeError(text, lines[-1] + first_line - 1 if lines else None)


class GraphChain:
    """The graphs of one name, cross-faded into a mixer; their controls are followed."""

    def __init__(self, name: str, mixer: Any, block: int, sample_rate: int, controls: ControlBlock):
        self.mixer, self._name, self._controls = mixer, name, controls
        self._block, self._block_s = block, block / sample_rate
        self._smooth = round(SMOOTHING_S * sample_rate)  # frames
        self.graphs: list[Graph] = []
        self._readers: dict[str, ControlReader] = {}

    def add(self, graph: Graph) -> None:
        """Run a new graph unheard."""
        self.graphs.append(graph)
        for key in graph.controls:
            slot = self._controls.find(f"{self._name}.{key}")
            reader = self._readers.get(key)
            if slot is not None and (reader is None or reader.closed):
                self._readers[key] = ControlReader(self._controls, slot, smooth=self._smooth)
        for channel in (0, 1):
            key = f"graph/{graph.number}/{channel}"
            self.mixer.addInput(key, graph.out[channel])
            self.mixer.setAmp(key, channel, 1)

    def fade_out(self, fade_s: float, before: float = math.inf) -> None:
        """Fade out all graphs of generations below `before`."""
        for graph in self.graphs:
            if graph.number < before:
                graph.fade_out(fade_s, self._block_s)

    def advance(
        self,
        frame: int,
        on_begin: Callable[[Graph], None],
        on_end: Callable[[Graph], None],
        on_fail: Callable[[Graph, str], None],
    ) -> None:
        """Write the controls of each graph and check its state; call it once a block."""
        for reader in self._readers.values():  # where nothing is heard yet, nothing can click
            reader.smooth = self._smooth if any(graph.heard for graph in self.graphs) else 0
        values = {key: reader.line(frame, self._block) for key, reader in self._readers.items()}
        for graph in list(self.graphs):
            graph.play_notes(frame)
            for key, control in graph.controls.items():
                if (numbers := values.get(key)) is not None:
                    control.fill(numbers)
            why = graph.check(frame)
            if why is not None and not graph.ended:
                self._drop(graph)
                on_fail(graph, why)
            elif graph.ended:
                self._drop(graph)
                on_end(graph)
            elif graph.message.at == NEVER and not graph.on_probation:
                self._drop(graph)  # a replay: it was refused, or replaced before it was heard
            elif graph.may_begin(frame):
                graph.begin(self._block_s)
                self.fade_out(graph.message.fade_s, before=graph.number)
                on_begin(graph)

    def refuse(self, graph: Graph) -> None:
        """Take out a graph that has not been heard."""
        if graph in self.graphs:
            self._drop(graph)

    def close(self) -> None:
        """Stop following the controls."""
        for reader in self._readers.values():
            reader.end()

    def _drop(self, graph: Graph) -> None:
        self.graphs.remove(graph)
        for channel in (0, 1):
            self.mixer.delInput(f"graph/{graph.number}/{channel}")
        graph.close()
