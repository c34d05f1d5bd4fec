"""All voices of a performance: started and stopped by messages, each kept ahead of the engine."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from livecode.errors import LivecodeError
from livecode.messages import (
    Failed,
    FileSource,
    LatentSource,
    StartVoice,
    StopVoice,
    StreamSource,
    receive,
    send,
)
from livecode.neural.load import load_space
from livecode.timing import HOP, look_ahead
from livecode.transport import Arena, ControlReader, SampleRing
from livecode.voices.file import FileVoice
from livecode.voices.latent import LatentVoice
from livecode.voices.noise import NoiseVoice


class Source(Protocol):
    """Something that computes sound, one hop after the other."""

    control: str  # the name of the control that it follows

    def play(self, value: np.ndarray | None) -> np.ndarray:
        """The next hop (HOP,) float32, at that value (width,) of its control; None: none yet."""


@dataclass
class Voice:
    """A sounding source, its ring, and the sample time of the next sample that it will compute."""

    name: str
    source: Source
    control: ControlReader | None
    ring: SampleRing
    frame: int

    def fill(self, ahead: int, due: int) -> int:
        """Compute until `ahead` frames wait in the ring; returns how many hops that took.

        due: the sample time of the engine's next block.  A ring that was empty then is heard later
        than it was to be: what comes next follows the controls of the time at which it is heard.
        """
        hops = 0
        while self.ring.available < ahead and self.ring.room >= HOP:
            self.frame = max(self.frame, due + self.ring.available)
            value = None if self.control is None else self.control.at(self.frame)
            self.ring.write(self.source.play(value))
            self.frame += HOP
            hops += 1
        return hops


class VoiceHost:
    """Keeps every voice's ring filled."""

    def __init__(self, arena: Arena, load_in_thread: bool = False):
        """`load_in_thread`: what a voice needs is read beside the others' playing."""
        self.arena = arena
        self.voices: dict[int, Voice] = {}
        self._ahead = look_ahead(arena.header.block)
        self._from_mind = arena.messages["mind", "voices"]
        self._to_mind = arena.messages["voices", "mind"]
        self._load_in_thread = load_in_thread
        self._wanted: dict[int, StartVoice] = {}
        self._loaded: deque[tuple[StartVoice, Source | str]] = deque()
        self._handlers: dict[type, Callable] = {
            StartVoice: self._start,
            StopVoice: self._stop,
        }

    def process(self) -> int:
        """Act on what has been asked for, and fill the rings; returns how many hops that took."""
        for message in receive(self._from_mind):
            self._handlers[type(message)](message)
        while self._loaded:
            self._begin(*self._loaded.popleft())
        computed = 0
        due = self.arena.header.clock()[0] + self.arena.header.block
        for generation, voice in list(self.voices.items()):
            try:
                computed += voice.fill(self._ahead, due)
            except Exception as error:  # one voice's trouble stays its own
                del self.voices[generation]
                self._fail(voice.name, generation, f"it stopped: {type(error).__name__}: {error}")
        return computed

    def _start(self, message: StartVoice) -> None:
        if message.generation in self.voices or message.generation in self._wanted:
            return  # said twice, to be heard by a host that had only just come up
        self._wanted[message.generation] = message
        if self._load_in_thread:
            threading.Thread(target=self._load, args=(message,), daemon=True).start()
        else:
            self._load(message)

    def _load(self, message: StartVoice) -> None:
        try:
            loaded: Source | str = self._source(message)
        except LivecodeError as error:
            loaded = str(error)
        except Exception as error:
            loaded = f"{type(error).__name__}: {error}"
        self._loaded.append((message, loaded))

    def _begin(self, message: StartVoice, loaded: Source | str) -> None:
        if self._wanted.pop(message.generation, None) is None:
            return  # stopped while it was being loaded
        if isinstance(loaded, str):
            self._fail(message.name, message.generation, loaded)
            return
        slot = self.arena.controls.find(f"{message.name}.{loaded.control}")
        control = None if slot is None else ControlReader(self.arena.controls, slot)
        ring = self.arena.rings[message.ring]
        self.voices[message.generation] = Voice(message.name, loaded, control, ring, message.at)

    def _source(self, message: StartVoice) -> Source:
        source, sample_rate = message.source, self.arena.header.sample_rate
        if isinstance(source, LatentSource):
            return LatentVoice(load_space(source.model), sample_rate, HOP, source.seed)
        if isinstance(source, StreamSource):
            return NoiseVoice(sample_rate, HOP, source.seed)
        assert isinstance(source, FileSource)
        return FileVoice(source.path, sample_rate, HOP)

    def _stop(self, message: StopVoice) -> None:
        self._wanted.pop(message.generation, None)
        self.voices.pop(message.generation, None)

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
