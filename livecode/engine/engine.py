"""The engine's block, run inside pyo's callback: clock, panic, messages, graphs, feeds and taps."""

import logging
from collections import deque
from collections.abc import Callable

import msgspec

from livecode.dsp_rules import MASTER
from livecode.engine.builder import Builder
from livecode.engine.graph import Graph, GraphChain
from livecode.engine.history import Grabber
from livecode.engine.load import BlockLoad
from livecode.engine.master import Master
from livecode.engine.meters import Meters
from livecode.engine.outputs import DeviceOutputs
from livecode.engine.overload import Overload
from livecode.engine.pyo_quiet import pyo
from livecode.engine.pyo_random import PyoRandom
from livecode.engine.recording import Recording
from livecode.engine.sends import Sends
from livecode.engine.strip import MIC, Input, Strip, order
from livecode.engine.waiting import Fades, Shapes
from livecode.transport import Arena
from livecode.transport.messages import (
    Began,
    Built,
    ChooseAudio,
    Ended,
    Fade,
    Failed,
    GrabSound,
    Late,
    Listen,
    Lost,
    Message,
    Note,
    OpenGate,
    PlayBuffer,
    PlayGraph,
    Record,
    Shape,
    ShapeFollowed,
    Silenced,
    SurveyAudio,
    Underrun,
    Unread,
    receive,
    send,
)
from livecode.transport.schedule import NEVER, Schedule

_log = logging.getLogger(__name__)
#: Failures of parts of blocks are logged up to this number.
MOST_LOGGED = 10
#: The note when a voice is late.
UNDERRUN = "had a gap: its voice was late because this machine is busy"


class Engine:
    """Mixes what sounds, block by block; each call of `begin_block` prepares one block.

    `server` is a booted pyo server that has not been started. `clock_ns` is a monotonic clock, or a virtual
    one; `work_ns` and `waited_ns` return how long this thread has computed so far, and waited for a core.
    """

    def __init__(
        self,
        arena: Arena,
        server: pyo.Server,
        clock_ns: Callable[[], int],
        work_ns: Callable[[], int] = lambda: 0,
        waited_ns: Callable[[], int] = lambda: 0,
        schedule: Schedule | None = None,
        seed: int = 0,
    ):
        """Set up the mixer and register the callback.

        `seed` determines what is random in a @dsp. In a replay, `schedule` says when things happened live.
        """
        self.arena, self.server, self._clock_ns = arena, server, clock_ns
        self._schedule = schedule
        self._fades = Fades(schedule)
        server.setGlobalSeed(seed % 2**31 or 1)  # for what is drawn while a graph is built
        self._pyo_random = PyoRandom(seed)
        arena.controls.on_late = lambda change, at: self.tell(Late(change, at))
        arena.controls.on_lost = lambda *what: self.tell(Lost(*what))
        arena.controls.on_unread = lambda *what: self.tell(Unread(*what))
        arena.controls.count_as_read()  # what an engine before this one has got is not late
        self.block, self.sample_rate = arena.header.block, arena.header.sample_rate
        self.master = Master(server, self.sample_rate, self.block, arena.controls)
        self.strips: dict[str, Strip] = {}
        self._ducks: dict[str, str] = {}  # names, and what pushes each back
        self._shapes = Shapes(schedule)
        self.builder = Builder(arena, server)
        self.sends = Sends(arena, self.master, self.builder, server)
        self.grabber = Grabber(self.sample_rate, lambda: self.builder.threaded)
        self._listened: dict[int, str] = {}  # tap -> the name that fills it
        self.input = Input(self.block)
        self.outputs = DeviceOutputs(self.master, self.strips, self.note)
        self.meters = Meters(arena.meters, self.sample_rate)
        self.recording = Recording(
            arena, self.master, self.strips, self.sends, self.outputs, lambda *note: self.tell(Note(*note))
        )  # fmt: skip
        self.errors = 0  # parts of blocks that raised: bugs, which must not cause silence
        self.frame = 0
        #: Called with what performers ask of the way to the loudspeaker.
        self.on_audio: Callable[[ChooseAudio | SurveyAudio], None] = lambda order: None
        self._notes: deque[str] = deque()  # by other threads
        self._load = load = BlockLoad(arena.header, clock_ns, work_ns, waited_ns)
        self._overload = Overload(load, arena.header, self._chains, self.tell)
        self._panics = arena.header.panics
        self._from = [arena.messages["mind", "engine"], arena.messages["terminal", "engine"]]
        self._to_mind = arena.messages["engine", "mind"]
        self._handlers: dict[type, Callable[..., None]] = {
            PlayBuffer: self._play_buffer,
            PlayGraph: self._play_graph,
            Fade: self._fade,
            Listen: self._listen_to,
            OpenGate: self._open_gate,
            Record: self._record,
            **dict.fromkeys((ChooseAudio, SurveyAudio), lambda order: self.on_audio(order)),
            Shape: self._shape,
            GrabSound: lambda message: self.grabber.take(message),
        }
        server.setCallback(self.begin_block)

    def begin_block(self) -> None:
        """Prepare the next block. pyo calls this before it computes each block."""
        now_ns = self._clock_ns()
        self._attempt(self._open_block, now_ns)
        self.listen()
        self._attempt(self._follow_shapes)
        self._attempt(self._begin_fades)
        for strip in list(self.strips.values()):
            self._attempt(self._advance, strip)
        self._attempt(self.sends.advance, self.frame, self.strips)
        self._attempt(self._advance_master)
        self._attempt(self.grabber.advance, self.frame, self.strips)
        self._attempt(self._make_room)
        self._attempt(self._fill_taps)
        self._attempt(self.meters.post, self.strips, self.frame)
        self._load.end_block()
        self.frame += self.block
        # last, because what another thread builds draws numbers, too
        self._pyo_random.begin_block(self.frame)

    def listen(self) -> None:
        """Handle messages, and take in graphs that have been built."""
        for buffer in self._from:
            for message in receive(buffer):
                self._attempt(lambda each: self._handlers[type(each)](each), message)
        while self._notes:
            self.tell(Note(self._notes.popleft(), self.frame))
        self._attempt(self._take_built)

    def note(self, text: str) -> None:
        """Tell the performer a sentence with the next block; any thread may call this."""
        self._notes.append(text)

    def restart_load(self) -> None:
        """Measure the load afresh, since another thread will compute the blocks."""
        self._load.restart()

    def close(self) -> None:
        """Finish the recording, end the threads, and release the server with its callback."""
        self.recording.stop()
        self.builder.close()
        self.server.setCallback(lambda: None)

    def tell(self, message: Message) -> None:
        """Send a message to the mind. The message is dropped if no mind reads it."""
        send(self._to_mind, message)

    def _attempt(self, step: Callable[..., None], *arguments: object) -> None:
        """Do one part of a block. If it raises, the other parts are done nevertheless."""
        try:
            step(*arguments)
        except Exception:
            self.errors += 1
            if self.errors < MOST_LOGGED:
                _log.exception("part of a block failed")

    def _chains(self) -> list[GraphChain]:
        return [self.master.chain, *(strip.chain for strip in self.strips.values())]

    def _play_buffer(self, message: PlayBuffer) -> None:
        strip = self._strip(message.name)
        strip.bind()
        buffer = self.arena.buffers[message.buffer]
        for other in self.strips.values():
            other.feed.release(buffer, but=message.generation)
        at = message.at
        if self._schedule is not None:
            at = self._schedule.began.get(message.generation, NEVER)
        fade = message.fade_s * self.sample_rate
        strip.feed.add(message.generation, buffer, at, fade, message.takes)

    def _play_graph(self, message: PlayGraph) -> None:
        if self.builder.knows(message.generation):
            return  # the mind says it twice, in case the engine has only just started
        self.input.used |= "Input(" in message.source
        inputs = {name: self._strip(name).sound for name in message.inputs if name != "mix"}
        if self._schedule is not None:
            at = self._schedule.began.get(message.generation, NEVER)
            message = msgspec.structs.replace(message, at=at)
        self.builder.build(message, {**inputs, "mix": self.master.mix})

    def _fade(self, message: Fade) -> None:
        if (late := self._fades.take(message, self.frame)) is not None:
            self.tell(late)

    def _begin_fades(self) -> None:
        for fade in self._fades.due(self.frame):
            if fade.name == MASTER:
                self.master.chain.fade_out(fade.fade_s, fade.before)
                if not any(graph.heard for graph in self.master.chain.graphs):
                    self.master.fade_plain_sum(1.0, fade.fade_s)
            elif (strip := self.strips.get(fade.name)) is not None:
                strip.feed.fade_out(fade.fade_s * self.sample_rate, fade.before)
                strip.chain.fade_out(fade.fade_s, fade.before)

    def _shape(self, message: Shape) -> None:
        self._shapes.take(message)
        self._follow_shapes()

    def _follow_shapes(self) -> None:
        for shape in self._shapes.due(self.frame):
            self.tell(ShapeFollowed(shape.name, self.frame))
            self._ducks[shape.name] = shape.duck
            self.outputs.follow(shape)
            self._duck(self._strip(shape.name))
            self._order()

    def _duck(self, strip: Strip) -> None:
        """Let a strip have its effects, and be pushed back by what pushes its name back."""
        strip.bind()
        by = self._ducks.get(strip.name, "")
        strip.effects.duck(by, self._strip(by).sound if by else None)

    def _listen_to(self, message: Listen) -> None:
        if message.name == MIC:
            self.input.listen(MIC in self.strips)
        if message.name:
            self._listened[message.tap] = message.name
        else:
            self._listened.pop(message.tap, None)

    def _open_gate(self, message: OpenGate) -> None:
        if message.panics == self._panics:
            self.master.open_gate()

    def _record(self, message: Record) -> None:
        if self._schedule is None:  # a replay does not overwrite the recording
            self.recording.change(message.path, message.stems, message.bits, self.frame)

    def _open_block(self, now_ns: int) -> None:
        self._load.begin_block(now_ns)
        self._overload.begin_block()
        self.arena.header.tick_clock(self.frame, now_ns)
        self._take_tap()
        self._check_panic()

    def _check_panic(self) -> None:
        panics = self.arena.header.panics
        if self._schedule is not None:
            panics = sum(at <= self.frame for at in self._schedule.silenced)
        if panics != self._panics:
            self._panics = panics
            self.tell(Silenced(self.frame))
            self.master.close_gate()
            for strip in self.strips.values():
                strip.fall_silent()
            self.sends.forget()
            self.master.chain.fade_out(0.0)
            self.master.fade_plain_sum(1.0, 0.0)

    def _strip(self, name: str) -> Strip:
        if name not in self.strips:
            is_underrun = None if self._schedule is None else self._schedule.is_underrun
            parts = self.arena, self.master, self.server, self.builder
            strip = self.strips[name] = Strip(name, *parts, is_underrun)
            strip.compute_before(self.sends.first_stream)
            self._duck(strip)
        return self.strips[name]

    def _take_built(self) -> None:
        """Run graphs that have been built, and report those that could not be built."""
        for graph in self.builder.take(self._may_run):
            message = graph.message
            if isinstance(graph, Graph):
                graph.start()
                trial = self._overload.tries(graph)
                self.tell(Built(message.name, message.generation, self.frame, trial))
                if message.name == MASTER:
                    self.master.gain_stage.bind()
                    self.master.chain.add(graph)
                    for stream in graph.streams:
                        place = self.master.insert_stream
                        self.server._server.changeStreamPosition(place, stream)
                else:
                    strip = self._strip(message.name)
                    strip.bind()
                    strip.chain.add(graph)
                    self._order()
            else:
                why = graph.why
                self.tell(Failed(message.name, message.generation, why.text, why.line))

    def _may_run(self, message: PlayGraph) -> bool:
        """Return whether a built graph is to be computed from this block on, if not before."""
        since = message.since
        if self._schedule is not None:
            since = self._schedule.built.get(message.generation, 0)
        return since <= self.frame

    def _order(self) -> None:
        order(self.strips, self.sends.first_stream)

    def _advance(self, strip: Strip) -> None:
        # the last block of the strip has been computed
        if strip.empty and not self.builder.waiting:
            strip.close()
            del self.strips[strip.name]
            return
        strip.prepare(self.frame, self.outputs.away(strip.name))
        changed = strip.effects.take_change()
        if strip.feed.began:
            fade_s = strip.feed.last_fade_frames / self.sample_rate
            strip.chain.fade_out(fade_s, before=max(strip.feed.began))
        before = len(strip.chain.graphs)
        strip.chain.advance(self.frame, self._graph_began, self._graph_ended, self._graph_failed)
        if changed or len(strip.chain.graphs) != before:
            self._order()
        self._report(strip)

    def _fill_taps(self) -> None:
        for index, name in self._listened.items():
            if name in self.strips:
                self.arena.taps[index].write(self.strips[name].tap.block, self.frame)
            elif name == MIC and self.input.tap is not None:
                self.arena.taps[index].write(self.input.tap.read(), self.frame)

    def _make_room(self) -> None:
        """Fade each name's direct sound out while others take the name, and in again afterwards."""
        takers: dict[str, list[tuple[bool, float]]] = {name: [] for name in self.strips}
        for strip in self.strips.values():
            for name, heard, fade_s in strip.taking():
                takers.setdefault(name, []).append((heard, fade_s))
        for name, strip in self.strips.items():
            fade_s = max((fade_s for _, fade_s in takers[name]), default=0.0)
            strip.step_aside(any(heard for heard, _ in takers[name]), fade_s)

    def _advance_master(self) -> None:
        self.master.follow(self.frame)
        chain = self.master.chain
        chain.advance(self.frame, self._graph_began, self._graph_ended, self._graph_failed)

    def _graph_began(self, graph: Graph) -> None:
        message = graph.message
        if message.name == MASTER:
            self.master.fade_plain_sum(0.0, message.fade_s)
        else:
            feed = self.strips[message.name].feed
            feed.fade_out(message.fade_s * self.sample_rate, before=graph.number)
        self.tell(Began(message.name, message.generation, self.frame))

    def _graph_ended(self, graph: Graph) -> None:
        self.tell(Ended(graph.message.name, graph.number))

    def _graph_failed(self, graph: Graph, why: str) -> None:
        name = graph.message.name
        if name == MASTER and len(self.master.chain.graphs) == 0:
            self.master.fade_plain_sum(1.0, 0.05)
        self.tell(Failed(name, graph.number, f"it {why}"))

    def _report(self, strip: Strip) -> None:
        feed = strip.feed
        for gap in feed.gaps:
            self.tell(Underrun(*gap))
        feed.gaps.clear()
        for number in feed.began:
            self.tell(Began(strip.name, number, self.frame))
        for number in feed.broken:
            why = f"{strip.name} gave samples that are not numbers, and was taken out of the mix"
            self.tell(Failed(strip.name, number, why))
        for number in feed.ended:
            self.tell(Ended(strip.name, number))
        for told in (feed.began, feed.broken, feed.ended):
            told.clear()
        if feed.underruns:
            self.arena.header.underruns += feed.underruns
            self.tell(Note(f"{strip.name} {UNDERRUN}", self.frame))
            feed.underruns = 0

    def _take_tap(self) -> None:
        heard = self.master.read_tap()
        self.arena.header.peak_left, self.arena.header.peak_right = abs(heard).max(axis=0)
        self.arena.tap.write(heard, self.frame)
        self.recording.take(heard, self.frame)
