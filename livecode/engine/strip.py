"""One strip of the mixer per sounding name: buffers and graphs summed, with level, pan and dry share."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from livecode.engine.builder import Builder
from livecode.engine.crossfade import Feed
from livecode.engine.effects import Effects
from livecode.engine.gain_stage import GainStage, last_of
from livecode.engine.graph import SMOOTHING_S, GraphChain, guarded
from livecode.engine.history import SoundHistory
from livecode.engine.master import RISE_FRAMES, Master
from livecode.engine.pyo_lifetime import collect_made, streams_of
from livecode.engine.pyo_quiet import pyo
from livecode.engine.table import Table, Tap
from livecode.transport import Arena
from livecode.transport.kits import LONGEST_GRAB_S

#: So much of what a name has played is kept, in seconds: an order to write it may come late.
REMEMBERED_S = LONGEST_GRAB_S + 4.0

#: The name of the device's input, which is only listened to.
MIC = "mic"


class Strip:
    """The sound of one name, in stereo, at its place in the mix."""

    def __init__(
        self,
        name: str,
        arena: Arena,
        master: Master,
        server: Any,
        builder: Builder,
        is_underrun: Callable[[int, int], bool] | None = None,
    ):
        """Make the strip of a name. `builder` makes its effects; `is_underrun` is as in `Feed`."""
        self.name = name
        self._arena, self._mixer, self._server = arena, master.mixer, server
        block, sample_rate = arena.header.block, arena.header.sample_rate
        self.feed = Feed(block, is_underrun)
        self._table = Table(block)
        self._silent = False  # nothing is fed, and the table is silent
        first = len(server.getStreams())
        with collect_made() as made:
            read = pyo.TableRead(self._table.pyo, freq=sample_rate / block, loop=1, interp=1).play()
            bus = pyo.Mixer(outs=2, chnls=1, time=RISE_FRAMES / sample_rate)
            for channel in (0, 1):
                bus.addInput(f"buffers/{channel}", read[channel])
                bus.setAmp(f"buffers/{channel}", channel, 1)
            sources = pyo.Sig(bus[0] + bus[1])
        self._before_effects = streams_of(made, server.getStreams()[first:])
        self.chain = GraphChain(name, bus, block, sample_rate, arena.controls)
        with collect_made() as made:
            shaped = pyo.Sig(sources)
            clean, parts = guarded(shaped)
            self.gain_stage = GainStage(name, arena.controls, block, sample_rate)
            #: The sound that a @dsp takes.
            self.sound = clean * self.gain_stage.gain
            self.tap = Tap(self.sound, block)
            self._before_gain = Tap(clean, block)
            self._direct_gain = pyo.SigTo(1.0, time=SMOOTHING_S, init=1.0)
            self._direct_gain_tap = Tap(self._direct_gain, block)
            #: The sound that goes to the master, and that is sent to what all names share.
            self.direct = self.sound * self._direct_gain
        self._streams_after_effects = streams_of(made, server.getStreams()[first:])
        self._parts = [read, bus, sources, shaped, *parts]
        self.effects = Effects(
            name, sources, shaped, arena.controls, block, sample_rate, builder, server
        )
        for channel in (0, 1):
            self._mixer.addInput(self._key(channel), self.direct[channel])
            self._mixer.setAmp(self._key(channel), channel, 1)
        self.past = 1.0  # how much is heard past the graphs that take the name
        self.taken = 0  # the number of graphs that take this name
        self._aside = False  # heard only through those graphs, except for the dry share
        self._direct_fade_s = SMOOTHING_S  # how long the next change of `_direct_gain` takes
        self.peak = 0.0
        #: What the name has played, before level and pan: it can be cut while it is muted.
        self.history = SoundHistory(round(REMEMBERED_S * sample_rate))

    @property
    def empty(self) -> bool:
        """Whether nothing sounds here and no graph takes this name."""
        return self.feed.empty and not self.chain.graphs and not self.taken

    @property
    def sent(self) -> dict[str, float]:
        """How much of it goes to what all names share, from when it begins until it ends.

        A replay may make the strip some blocks sooner or later than it was made live.
        """
        begun = self.feed.begun or any(graph.begun for graph in self.chain.graphs)
        return self.effects.sent if begun else {}

    @property
    def inputs(self) -> set[str]:
        """The names that this strip's graphs take, and the one that pushes it back."""
        taken = {name for graph in self.chain.graphs for name in graph.message.inputs}
        return taken | ({self.effects.ducked_by} - {""})

    def taking(self) -> Iterator[tuple[str, bool, float]]:
        """Yield each name that is heard through this one: whether it is now, and its fade in seconds."""
        for graph in self.chain.graphs:
            for name in graph.message.inputs:
                yield name, graph.heard, graph.fade_s
        for name, heard, fade_frames in self.feed.taken():
            yield name, heard, fade_frames / self._arena.header.sample_rate

    @property
    def streams(self) -> list[Any]:
        """All that is computed for the strip but for its graphs, in order."""
        return [*self._before_effects, *self.effects.streams, *self._streams_after_effects]

    def prepare(self, frame: int, away: bool = False) -> None:
        """Write the block at sample time `frame` into the table, and set all controls.

        `away`: the name is heard from other outputs than the master's.
        """
        if not (self.feed.empty and self._silent):
            self._silent = self.feed.empty
            sound = self.feed.block(frame)
            for side, samples in zip(self._table.sides, sound.T, strict=True):
                side[:] = samples
        self.effects.advance(frame)
        self.gain_stage.follow(frame)
        dry = self.gain_stage.numbers("dry", frame)
        self.past = last_of(dry) if self._aside else 1.0
        direct = 0.0 if away else self.past
        if direct != self._direct_gain.value:
            self._direct_gain.time, self._direct_fade_s = self._direct_fade_s, SMOOTHING_S
            self._direct_gain.value = direct
        last = self.tap.read()
        self.history.write(self._before_gain.read(), frame)
        self.peak = float(np.abs(last).max())

    def fall_silent(self) -> None:
        """End all of it within a block; the master's gate closes meanwhile."""
        self.feed.fade_out(len(self.tap.block))
        self.chain.fade_out(0.0)

    def added(self) -> np.ndarray:
        """Return what the strip added to the mix in the last computed block, (frames, 2)."""
        added: np.ndarray = self.tap.read() * self._direct_gain_tap.read()
        return added

    def kept(self) -> np.ndarray:
        """Return what it kept from the mix in the last computed block, for other outputs, (frames, 2)."""
        kept: np.ndarray = self.tap.read() * (self.past - self._direct_gain_tap.read())
        return kept

    def before_gain(self) -> np.ndarray:
        """Return the last computed block before level and pan, (frames, 2)."""
        return self._before_gain.read()

    def step_aside(self, aside: bool, fade_s: float) -> None:
        """Choose whether the name, except its dry share, is heard only through graphs that take it."""
        if aside != self._aside:
            self._aside = aside
            self._direct_fade_s = max(fade_s, SMOOTHING_S)

    def compute_before(self, later: Any) -> None:
        """Compute this strip before the stream `later`.

        pyo computes streams in the order of their creation, and a strip that is computed after its
        listener is heard one block late.
        """
        for graph in self.chain.graphs:
            for stream in graph.streams:
                self._server._server.changeStreamPosition(later, stream)
        for stream in self.streams:
            self._server._server.changeStreamPosition(later, stream)

    def close(self) -> None:
        """Take the strip out of the mix. It must be silent."""
        for channel in (0, 1):
            self._mixer.delInput(self._key(channel))
        self.gain_stage.close()
        self.effects.close()
        self.chain.close()

    def bind(self) -> None:
        """Follow the controls that have been opened since the last call."""
        self.gain_stage.bind()
        self.effects.bind()

    def _key(self, channel: int) -> str:
        return f"{self.name}/{channel}"


def order(strips: Mapping[str, Strip], later: Any) -> None:
    """Compute every strip after those that its graphs take, and all of them before the stream `later`.

    Count how often each is taken.
    """
    done: list[str] = []

    def place(name: str, above: tuple[str, ...] = ()) -> None:
        if name in done or name in above or name not in strips:
            return  # strips that take each other are heard one block late, as in hardware
        for taken in strips[name].inputs:
            place(taken, (*above, name))
        done.append(name)

    for name in strips:
        place(name)
    takers = [taken for strip in strips.values() for taken in strip.inputs]
    for name in done:
        strips[name].compute_before(later)
        strips[name].taken = takers.count(name)


class Input:
    """The device's first two inputs, which are listened to but not heard."""

    def __init__(self, block: int):
        self._block = block
        self.used = False  # whether anything listens to them, or plays them
        self.tap: Tap | None = None

    def listen(self, played: bool) -> None:
        """Fill a tap with them from now on, unless a strip plays them under the same name."""
        self.used = True
        if self.tap is None and not played:
            self._input = pyo.Input([0, 1])
            self.tap = Tap(self._input, self._block)
