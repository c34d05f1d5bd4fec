"""All voices of a performance: started and stopped by messages, each kept ahead of the engine."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from livecode.errors import LivecodeError
from livecode.neural.load import load_space
from livecode.neural.torchscript.trust import is_foreign
from livecode.transport import Arena, ControlReader, SampleBuffer
from livecode.transport.messages import (
    TEST_MODEL,
    Failed,
    FileSource,
    Late,
    LatentSource,
    Message,
    Note,
    Placed,
    Rested,
    StartVoice,
    StopVoice,
    StreamSource,
    Unread,
    receive,
    send,
)
from livecode.transport.schedule import NEVER, Schedule
from livecode.transport.timing import HOP, look_ahead
from livecode.voices.file import FileVoice
from livecode.voices.isolated import IsolatedVoice
from livecode.voices.latent import LatentVoice
from livecode.voices.load_shedding import LoadShedding
from livecode.voices.noise import NoiseVoice
from livecode.voices.priority import ordinary
from livecode.voices.stream import Memory, StreamVoice


class Source(Protocol):
    """Something that computes sound, one hop after the other."""

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of the controls that it follows."""

    @property
    def play(self) -> Callable[..., np.ndarray]:
        """Gives the next hop (HOP,) float32, at those controls' values, (width,) each; None: none yet."""


@dataclass
class Voice:
    """A sounding source, its buffer, and the sample time of the next sample that it will compute."""

    name: str
    source: Source
    controls: list[ControlReader | None]
    buffer: SampleBuffer
    frame: int
    #: Told of each place in the buffer from which on sound is for another time than what went before.
    on_place: Callable[[int, int, bool], None] = lambda position, frame, fresh: None
    renewed: Callable[[], Source] | None = None  # gives the source afresh
    schedule: Schedule | None = None  # when all that is to come about, if it has been before
    generation: int = 0
    played: bool = False

    def fill(self, ahead: int, due: int, memory: Memory, until: int = NEVER) -> int:
        """Compute until `ahead` frames wait in the buffer; returns how many hops that took.

        due: the sample time of the engine's next block.  A buffer that was empty then is heard later
        than it was to be: what comes next follows the controls of the time at which it is heard.
        until: nothing is computed for that sample time or later.
        """
        hops = 0
        while self.buffer.available < ahead and self.buffer.room >= HOP:
            frame = self._place(due) if self.schedule is None else self._placed(self.schedule)
            if frame >= until:
                break
            self.frame, self.played = frame, True
            if isinstance(self.source, StreamVoice):
                memory.note(self.name, self.source, self.frame, HOP)
            values = [None if c is None else c.at(self.frame) for c in self.controls]
            self.buffer.write(self.source.play(*values))
            self.frame += HOP
            hops += 1
        return hops

    def _place(self, due: int) -> int:
        """The sample time of the next hop."""
        frame = max(self.frame, due + self.buffer.available)
        if frame != self.frame or not self.played:
            self.on_place(self.buffer.written, frame, not self.played)
        return frame

    def _placed(self, schedule: Schedule) -> int:
        """The same, as it was the first time."""
        position = self.buffer.written
        if isinstance(self.source, StreamVoice):
            rests = schedule.rests.get(self.generation, {})
            self.source.resting = rests.get(position, self.source.resting)
        placing = schedule.placed.get(self.generation, {}).get(position)
        if placing is None:
            return self.frame if self.played else NEVER
        if placing.fresh and self.played and self.renewed is not None:
            self.source = self.renewed()
        return placing.frame


class VoiceHost:
    """Keeps every voice's buffer filled."""

    def __init__(
        self,
        arena: Arena,
        live_clock: Callable[[], float] | None = None,
        schedule: Schedule | None = None,
    ):
        """`live_clock`: in seconds, None where the performance does not run in real time.

        Live, what a voice needs is read beside the others' playing, and streams that there is no
        time for are frozen.  `schedule`: when things are to come about otherwise left to chance.
        """
        self.arena, self._schedule = arena, schedule
        self.voices: dict[int, Voice] = {}
        self._ahead = look_ahead(arena.header.block)
        self._from_mind = arena.messages["mind", "voices"]
        self._to_mind = arena.messages["voices", "mind"]
        self._live = live_clock is not None
        self._apart: dict[int, IsolatedVoice] = {}
        self._load_shedding = None
        if live_clock is not None:
            self._load_shedding = LoadShedding(HOP / arena.header.sample_rate, live_clock)
        arena.controls.on_late = lambda change, at: self._tell(Late(change, at))
        arena.controls.on_unread = lambda *what: self._tell(Unread(*what))
        self._memory = Memory(arena.header.sample_rate)
        self._wanted: dict[int, StartVoice] = {}
        self._leaving: set[int] = set()  # generations that play on until their buffer is another's
        self._loaded: deque[tuple[StartVoice, Source | str]] = deque()
        self._handlers: dict[type, Callable] = {
            StartVoice: self._start,
            StopVoice: self._stop,
        }

    def process(self) -> int:
        """Act on what has been asked for, and fill the buffers; returns how many hops that took."""
        for message in receive(self._from_mind):
            self._handlers[type(message)](message)
        while self._loaded:
            self._begin(*self._loaded.popleft())
        computed = 0
        due = self.arena.header.clock()[0] + self.arena.header.block
        for generation, voice in list(self.voices.items()):
            try:
                computed += self._fill(generation, voice, due)
            except Exception as error:  # one voice's trouble stays its own
                del self.voices[generation]
                self._fail(voice.name, generation, f"it stopped: {type(error).__name__}: {error}")
        for generation, apart in list(self._apart.items()):
            if (why := apart.poll()) is not None:
                del self._apart[generation]
                self._fail(apart.name, generation, why)
        if self._load_shedding is not None:
            self._thin(self._load_shedding)
        return computed

    def close(self) -> None:
        """End the processes of voices that have one of their own."""
        for apart in self._apart.values():
            apart.stop()
        self._apart.clear()

    def _fill(self, generation: int, voice: Voice, due: int) -> int:
        until = NEVER if self._schedule is None else due + self._ahead + HOP

        def fill() -> int:
            return voice.fill(self._ahead, due, self._memory, until)

        resting = isinstance(voice.source, StreamVoice) and not voice.source.busy
        if self._load_shedding is None or resting:
            return fill()
        return self._load_shedding.timed(generation, fill)

    def _thin(self, load_shedding: LoadShedding) -> None:
        """Freeze a stream that there is no time for, or let it go on, and say so."""
        streams = {
            generation: voice.source
            for generation, voice in self.voices.items()
            if isinstance(voice.source, StreamVoice)
        }
        decision = load_shedding.decide(streams, self.voices)
        if decision is None:
            return
        voice = self.voices[decision.generation]
        self._tell(Rested(decision.generation, voice.buffer.written, decision.rests))
        name = voice.name
        text = (
            f"{name} repeats its last second: this machine cannot keep up with all that sounds"
            if decision.rests
            else f"{name} goes on"
        )
        send(self._to_mind, Note(text, self.arena.header.clock()[0]))

    def _start(self, message: StartVoice) -> None:
        if any(message.generation in each for each in (self.voices, self._wanted, self._apart)):
            return  # said twice, to be heard by a host that had only just come up
        self._wanted[message.generation] = message
        if (
            self._live
            and isinstance(message.source, LatentSource)
            and is_foreign(message.source.model)
        ):
            self._begin_apart(message)
        elif self._live:
            threading.Thread(target=self._load_beside, args=(message,), daemon=True).start()
        else:
            self._load(message)

    def _load_beside(self, message: StartVoice) -> None:
        """Load in this thread, which is not as urgent as the one that plays and began it."""
        ordinary()
        self._load(message)

    def _load(self, message: StartVoice) -> None:
        try:
            loaded: Source | str = self._source(message)
        except LivecodeError as error:
            loaded = str(error)
        except Exception as error:
            loaded = f"{type(error).__name__}: {error}"
        self._loaded.append((message, loaded))

    def _begin_apart(self, message: StartVoice) -> None:
        del self._wanted[message.generation]
        self._apart[message.generation] = IsolatedVoice(self.arena, message)

    def _begin(self, message: StartVoice, loaded: Source | str) -> None:
        if self._wanted.pop(message.generation, None) is None:
            return  # stopped while it was being loaded
        if isinstance(loaded, str):
            self._fail(message.name, message.generation, loaded)
            return
        block = self.arena.controls
        generation = message.generation
        slots = [block.find(f"{message.name}.{control}") for control in loaded.controls]
        controls = [
            None if slot is None else ControlReader(block, slot, generation) for slot in slots
        ]
        buffer = self.arena.buffers[message.buffer]
        for former in [each for each in self._leaving if each in self.voices]:
            if self.voices[former].buffer is buffer:
                del self.voices[former]
        self._leaving &= set(self.voices)
        source = message.source
        if isinstance(source, StreamSource) and isinstance(loaded, StreamVoice) and source.since:
            self._memory.recall(message.name, loaded, source.since)
        self.voices[generation] = Voice(
            message.name,
            loaded,
            controls,
            buffer,
            message.at,
            lambda *where: self._tell(Placed(generation, *where)),
            lambda: self._source(message),
            self._schedule,
            generation,
        )

    def _source(self, message: StartVoice) -> Source:
        source, sample_rate = message.source, self.arena.header.sample_rate
        if isinstance(source, LatentSource) and is_foreign(source.model):
            from livecode.voices.torchscript import TorchScriptVoice  # PyTorch is there to train

            return TorchScriptVoice(source.model, sample_rate, HOP, source.seed)
        if isinstance(source, LatentSource):
            return LatentVoice(load_space(source.model), sample_rate, HOP, source.seed)
        if isinstance(source, StreamSource):
            if source.model == TEST_MODEL:
                return NoiseVoice(sample_rate, HOP, source.seed)
            return StreamVoice(source, sample_rate, HOP)
        assert isinstance(source, FileSource)
        return FileVoice(source.path, sample_rate, HOP)

    def _stop(self, message: StopVoice) -> None:
        self._wanted.pop(message.generation, None)
        if self._schedule is None:
            voice = self.voices.pop(message.generation, None)
            for control in [] if voice is None else voice.controls:
                if control is not None:
                    control.end()
        else:  # a mind that lags behind hears of the end before, by the sample clock, it comes about
            self._leaving.add(message.generation)
        if (apart := self._apart.pop(message.generation, None)) is not None:
            apart.stop()

    def _tell(self, message: Message) -> None:
        send(self._to_mind, message)

    def _fail(self, name: str, generation: int, why: str) -> None:
        send(self._to_mind, Failed(name, generation, why))


def run(host: VoiceHost, stopped: Callable[[], bool]) -> None:
    """Keep the voices filled until `stopped()`."""
    header = host.arena.header
    rest_s = header.block / header.sample_rate / 4
    while not stopped():
        began = time.perf_counter()
        host.process()
        worked = time.perf_counter() - began
        header.voices_load += 0.01 * (worked / (worked + rest_s) - header.voices_load)
        header.voices_beat_ns = time.monotonic_ns()
        time.sleep(rest_s)
