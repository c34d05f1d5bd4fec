"""One strip of the mixer per sounding name: its buffers and graphs summed, its level, pan and dry share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from livecode.engine.fader import Fader
from livecode.engine.feed import Feed
from livecode.engine.graph import SMOOTHING_S, Chain, guarded
from livecode.engine.master import RISE_FRAMES, Master
from livecode.engine.pyo_quiet import pyo
from livecode.engine.table import Table, Tap
from livecode.transport import Arena


class Strip:
    """What one name sounds like, in stereo, at its place in the mix."""

    def __init__(
        self,
        name: str,
        arena: Arena,
        master: Master,
        server: Any,
        is_underrun: Callable[[int, int], bool] | None = None,
    ):
        self.name = name
        self._arena, self._mixer, self._server = arena, master.mixer, server
        block, sample_rate = arena.header.block, arena.header.sample_rate
        self.feed = Feed(block, is_underrun)
        first = len(server.getStreams())
        self._table = Table(block)
        read = pyo.TableRead(self._table.pyo, freq=sample_rate / block, loop=1, interp=1).play()
        bus = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
        for channel in (0, 1):
            bus.addInput(f"buffers/{channel}", read[channel])
            bus.setAmp(f"buffers/{channel}", channel, 1)
        self.chain = Chain(name, bus, block / sample_rate, arena.controls)
        clean, parts = guarded(pyo.Sig(bus[0] + bus[1]))
        self.fader = Fader(name, arena.controls)
        #: What a @dsp takes.
        self.sound = clean * self.fader.gain
        self.tap = Tap(self.sound, block)
        self._past = pyo.SigTo(1.0, time=SMOOTHING_S, init=1.0)
        self._past_tap = Tap(self._past, block)
        self._direct = self.sound * self._past
        self._parts = [read, bus, *parts]
        self.streams = server.getStreams()[first:]
        for channel in (0, 1):
            self._mixer.addInput(self._key(channel), self._direct[channel])
            self._mixer.setAmp(self._key(channel), channel, 1)
        self.taken = 0  # by how many graphs
        self._aside = False  # heard through those alone, but for its dry share
        self._past_s = SMOOTHING_S  # how long the next change of `_past` takes
        self.peak = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing sounds here and no graph listens."""
        return self.feed.empty and not self.chain.graphs and not self.taken

    @property
    def inputs(self) -> set[str]:
        """Names that its graphs take."""
        return {name for graph in self.chain.graphs for name in graph.message.inputs}

    def prepare(self, frame: int) -> None:
        """Write the block at sample time `frame` into the table, and set all controls."""
        quiet = not self.feed.begun and not any(graph.begun for graph in self.chain.graphs)
        sound = self.feed.block(frame)
        for side, samples in zip(self._table.sides, sound.T, strict=True):
            side[:] = samples
        self.fader.follow(frame, quiet)
        past = self.fader.value("dry", frame) if self._aside else 1.0
        if past != self._past.value:
            self._past.time, self._past_s = self._past_s, SMOOTHING_S
            self._past.value = past
        self.peak = float(np.abs(self.tap.read()).max())

    def added(self) -> np.ndarray:
        """What it added to the mix in the block that was computed last, (frames, 2)."""
        return self.tap.read() * self._past_tap.read()

    def step_aside(self, aside: bool, fade_s: float) -> None:
        """Be heard through the graphs that take it alone, but for its dry share; or not any more."""
        if aside != self._aside:
            self._aside = aside
            self._past_s = max(fade_s, SMOOTHING_S)

    def compute_before(self, later: Any) -> None:
        """Have this strip computed before a stream: pyo computes in order of creation, and what
        comes after its listener is heard a block late."""
        for graph in self.chain.graphs:
            for stream in graph.streams:
                self._server._server.changeStreamPosition(later, stream)
        for stream in self.streams:
            self._server._server.changeStreamPosition(later, stream)

    def close(self) -> None:
        """Take the strip out of the mix; it must be silent."""
        for channel in (0, 1):
            self._mixer.delInput(self._key(channel))
        self.fader.close()
        self.chain.close()

    def _key(self, channel: int) -> str:
        return f"{self.name}/{channel}"


class Input:
    """The device's first two inputs, listened to but not heard."""

    def __init__(self, block: int):
        self._input = pyo.Input([0, 1])
        self.tap = Tap(self._input, block)
