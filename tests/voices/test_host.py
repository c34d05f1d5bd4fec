"""The host of voices: buffers filled ahead, right controls, and voices unharmed by another's faults."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.transport import Arena, ControlReader, Layout
from livecode.transport.messages import (
    Failed,
    FileSource,
    LatentSource,
    Note,
    StartVoice,
    StopVoice,
    StreamSource,
    receive,
    send,
)
from livecode.transport.timing import HOP, look_ahead, voice_lead
from livecode.voices.first_start import CompiledPart
from livecode.voices.host import LONG_S, VoiceHost
from livecode.voices.stream import StreamVoice, _models
from livecode.voices.voice import Voice
from tests.samplernn_model import write_samplernn

BLOCK = 256
LAYOUT = Layout(buffers=8, buffer_frames=8192, slots=32, taps=1)


class Stage:
    """A host, and an engine that reads its buffers one block ahead, as the real one does."""

    def __init__(self, block: int = BLOCK, live_clock: Callable[[], float] | None = None):
        self.arena = Arena.private(48000, block, LAYOUT)
        self.host = VoiceHost(self.arena, live_clock)
        self.block = block
        self.frame = 0
        self.begins: dict[int, int] = {}  # buffer -> sample time from which it may be read
        self.heard: dict[int, list[np.ndarray | None]] = {}  # None: an underrun

    def start(self, name: str, generation: int, source=None, at: int = 0) -> None:
        buffer = generation % LAYOUT.buffers
        self.arena.buffers[buffer].reset(1)
        source = source or LatentSource("additive", 1)
        self.tell(StartVoice(name, generation, buffer, at, source))

    def tell(self, message) -> None:
        assert send(self.arena.messages["mind", "voices"], message)

    def failures(self) -> dict[int, str]:
        told = receive(self.arena.messages["voices", "mind"])
        return {message.generation: message.why for message in told if isinstance(message, Failed)}

    def available(self, generation: int) -> int:
        return self.arena.buffers[generation % LAYOUT.buffers].available

    def echo(self, name: str, generation: int, at: int = 0) -> None:
        """A voice whose samples are the value of its control."""
        buffer = generation % LAYOUT.buffers
        self.arena.buffers[buffer].reset(1)
        self.begins[buffer] = at
        reader = ControlReader(self.arena.controls, self.arena.controls.open(f"{name}.value"))
        voice = Voice(name, Echo(), [reader], self.arena.buffers[buffer], at)
        self.host.voices[generation] = voice

    def control(self, name: str, frame: int, value: float) -> None:
        controls = self.arena.controls
        controls.write(controls.open(name), frame, value)

    def engine_block(self) -> None:
        self.arena.header.tick_clock(self.frame, self.frame)
        for number, begins in self.begins.items():
            buffer, heard = self.arena.buffers[number], self.heard.setdefault(number, [])
            ahead = bool(heard) and heard[-1] is not None
            if self.frame >= begins and buffer.available >= self.block * (1 if ahead else 2):
                for _ in range(1 if ahead else 2):
                    out = np.zeros((self.block, 1), np.float32)
                    buffer.read_into(out)
                    heard.append(out[:, 0])
            elif ahead:
                heard.append(None)
        self.frame += self.block


class Echo:
    controls = ("value",)

    def play(self, value: np.ndarray | None) -> np.ndarray:
        return np.full(HOP, -1.0 if value is None else value[0], np.float32)


class Broken:
    controls = ("value",)

    def play(self, value: np.ndarray | None) -> np.ndarray:
        raise ZeroDivisionError("deliberately")


def await_(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


def test_a_voice_is_filled_to_the_look_ahead_and_no_further():
    stage = Stage()
    stage.start("ego", 1)
    assert stage.host.process() == look_ahead(BLOCK) // HOP
    assert stage.available(1) == look_ahead(BLOCK)
    assert stage.host.process() == 0
    stage.arena.buffers[1].read_into(np.zeros((300, 1), np.float32))
    assert stage.host.process() == 2
    assert look_ahead(BLOCK) <= stage.available(1) < look_ahead(BLOCK) + HOP


@pytest.mark.timeout(20)
@pytest.mark.parametrize("block", [2048, 4096])
def test_a_look_ahead_longer_than_the_ring_fills_the_ring(block: int):
    stage = Stage(block)
    assert look_ahead(block) >= LAYOUT.buffer_frames
    stage.start("ego", 1)
    stage.host.process()
    assert stage.available(1) == LAYOUT.buffer_frames


def test_a_voice_started_twice_is_one():
    stage = Stage()
    stage.start("ego", 1)
    stage.host.process()
    voice = stage.host.voices[1]
    stage.tell(StartVoice("ego", 1, 1, 0, LatentSource("additive", 1)))
    stage.host.process()
    assert stage.host.voices == {1: voice}
    assert stage.available(1) == look_ahead(BLOCK)


def test_a_voice_that_is_stopped_writes_no_more_and_stopping_again_does_no_harm():
    stage = Stage()
    stage.start("ego", 1)
    stage.host.process()
    stage.tell(StopVoice(1))
    stage.tell(StopVoice(1))
    stage.tell(StopVoice(99))
    stage.arena.buffers[1].reset(1)
    assert stage.host.process() == 0
    assert stage.available(1) == 0


def test_a_voice_that_fails_is_told_of_and_the_others_play_on():
    stage = Stage()
    stage.start("ego", 1)
    stage.host.process()
    stage.echo("bad", 2)
    stage.echo("good", 3)
    stage.host.voices[2].source = Broken()
    stage.arena.buffers[1].read_into(np.zeros((BLOCK, 1), np.float32))
    stage.host.process()
    assert stage.available(1) == stage.available(3) == look_ahead(BLOCK)
    assert list(stage.host.voices) == [1, 3]
    failures = stage.failures()
    assert list(failures) == [2]
    assert "ZeroDivisionError: deliberately" in failures[2]
    stage.host.process()
    assert not stage.failures(), "once"


class Slow:
    """A voice of which a hop takes twice the time it lasts, in which the engine goes on."""

    controls = ("value",)

    def __init__(self, stage: Stage):
        self.stage, self.now_s = stage, 0.0

    def play(self, value: np.ndarray | None) -> np.ndarray:
        self.now_s += 2 * HOP / 48000
        for _ in range(2 * HOP // BLOCK):
            self.stage.engine_block()
        return np.zeros(HOP, np.float32)


@pytest.mark.timeout(20)
def test_a_voice_that_is_too_slow_holds_up_no_other():
    stage = Stage(live_clock=lambda: 0.0)
    slow = Slow(stage)
    stage.host = VoiceHost(stage.arena, lambda: slow.now_s)
    stage.echo("slow", 1)
    stage.echo("good", 2)
    stage.host.process()
    stage.host.voices[1].source = slow
    for _ in range(30):
        stage.engine_block()
        stage.host.process()
    assert not any(block is None for block in stage.heard[2]), "an underrun of the one beside it"
    assert any(block is None for block in stage.heard[1])


def test_what_cannot_be_loaded_is_told_of_and_the_others_play_on(tmp_path: Path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\xff" * 100)
    sources = [
        LatentSource("nosuchmodel", 1),
        LatentSource(str(broken), 1),
        FileSource(str(tmp_path / "nosuch.wav")),
        FileSource(str(broken)),
    ]
    stage = Stage()
    for generation, source in enumerate(sources, start=1):
        stage.start("bad", generation, source)
    stage.start("ego", 5)
    stage.host.process()
    failures = stage.failures()
    assert list(failures) == [1, 2, 3, 4]
    assert all(len(why.splitlines()) == 1 for why in failures.values())
    assert "nosuchmodel" in failures[1]
    assert stage.available(5) == look_ahead(BLOCK)


def test_a_source_of_a_strange_kind_or_seed_stops_no_other():
    stage = Stage()
    stage.start("odd", 1, LatentSource("additive", -5))
    stage.start("ego", 2)
    stage.host.process()
    assert not stage.failures()
    assert stage.available(1) == stage.available(2) == look_ahead(BLOCK)


def test_while_a_voice_is_loaded_the_others_are_filled(tmp_path: Path):
    long = tmp_path / "long.wav"
    soundfile.write(long, np.random.default_rng(1).uniform(-1, 1, 44100 * 60), 44100)
    stage = Stage(live_clock=time.perf_counter)
    stage.start("ego", 1)
    await_(lambda: stage.host.process() or stage.host.voices)
    stage.start("file", 2, FileSource(str(long)))
    stage.host.process()
    assert list(stage.host.voices) == [1], "the file takes longer than that to read"
    stage.arena.buffers[1].read_into(np.zeros((BLOCK, 1), np.float32))
    assert stage.host.process() == 1
    await_(lambda: stage.host.process() or 2 in stage.host.voices)
    await_(lambda: stage.available(2) == look_ahead(BLOCK) or stage.host.process())


def test_a_voice_that_is_stopped_while_it_is_loaded_never_begins():
    stage = Stage(live_clock=time.perf_counter)
    stage.start("ego", 1)
    stage.tell(StopVoice(1))
    stage.start("alter", 2)
    await_(lambda: stage.host.process() or 2 in stage.host.voices)
    for _ in range(20):
        stage.host.process()
        time.sleep(0.002)
    assert list(stage.host.voices) == [2]
    assert stage.available(1) == 0


def test_a_control_is_followed_in_the_sample_time_at_which_it_is_heard():
    stage = Stage()
    begin = 3 * BLOCK
    stage.echo("ego", 1, begin)
    for frame in range(0, 40 * HOP, HOP):
        stage.control("ego.value", frame, frame / HOP)
    for _ in range(30):
        stage.host.process()
        stage.engine_block()
    heard = np.concatenate(stage.heard[1])
    assert np.array_equal(heard, (begin + np.arange(len(heard))) // HOP)


def walk(stage: Stage, blocks: int, computing: bool = True) -> None:
    """Run blocks while the mind announces frames ahead of time and the engine plays."""
    for _ in range(blocks):
        ahead = stage.frame + voice_lead(BLOCK)
        stage.control("ego.value", ahead, ahead)
        if computing:
            stage.host.process()
        stage.engine_block()


def heard_now(stage: Stage) -> float:
    """Return the value in the newest block that was heard; the engine holds one more."""
    return float(stage.heard[1][-2][0])


def test_after_an_underrun_controls_are_followed_in_the_time_at_which_they_are_heard():
    stage = Stage()
    stage.echo("ego", 1, 3 * BLOCK)
    walk(stage, 50)
    assert stage.frame - BLOCK - heard_now(stage) <= HOP
    walk(stage, 100, computing=False)  # the process was held up for half a second
    assert stage.heard[1][-1] is None
    walk(stage, 20)
    assert stage.frame - BLOCK - heard_now(stage) <= 2 * HOP
    assert len(stage.host.voices[1].controls[0]._waiting) < 20, "nothing piles up"


def test_voices_that_take_the_place_of_dead_ones_follow_the_controls_of_now():
    stage = Stage()
    stage.echo("ego", 1, 3 * BLOCK)
    walk(stage, 500)
    stage.host = VoiceHost(stage.arena)
    walk(stage, 20)
    control = ControlReader(stage.arena.controls, stage.arena.controls.find("ego.value"))
    buffer = stage.arena.buffers[1]
    stage.host.voices[1] = Voice("ego", Echo(), [control], buffer, 3 * BLOCK)  # begun long ago
    walk(stage, 20)
    assert abs(stage.frame - BLOCK - heard_now(stage)) <= 2 * HOP


def test_an_engine_that_comes_back_hears_the_controls_of_now():
    stage = Stage()
    stage.echo("ego", 1, 3 * BLOCK)
    walk(stage, 50)
    stage.frame += 200 * BLOCK  # it was away for a second, and the buffers stood still
    walk(stage, 20)
    assert abs(stage.frame - BLOCK - heard_now(stage)) <= 2 * HOP


def test_a_control_that_is_no_number_leaves_a_voice_where_it_is():
    stage = Stage()
    stage.echo("ego", 1)
    stage.control("ego.value", 0, 3.0)
    stage.control("ego.value", 1, np.nan)
    stage.host.process()
    out = np.zeros((look_ahead(BLOCK), 1), np.float32)
    stage.arena.buffers[1].read_into(out)
    assert (out == 3.0).all()


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_each_sample_of_a_stream_is_drawn_at_the_temperature_of_the_moment_at_which_it_is_heard(
    tmp_path: Path, rate: int
) -> None:
    def temperature(frame: float) -> float:
        return 0.5 + frame / 48_000

    stage = Stage()
    for frame in range(0, 60 * HOP, HOP):
        stage.control("r7.temperature", frame, temperature(frame))
    model = write_samplernn(tmp_path, sample_rate=rate)
    stage.start("r7", 1, StreamSource(str(model), 7))
    stage.host.process()
    source = stage.host.voices[1].source
    assert isinstance(source, StreamVoice)
    drawn, begin, draw = [], stage.host.voices[1].frame, source._drawing.next
    source._drawing.next = lambda temperatures, *more: (  # type: ignore[method-assign]
        drawn.extend(temperatures) or draw(temperatures, *more)
    )
    for _ in range(20):
        stage.arena.buffers[1].read_into(np.zeros((HOP, 1), np.float32))
        stage.host.process()
    # the resampler's output lags behind its input
    heard = begin + (np.arange(len(drawn)) + source._resampler.delay) * 48_000 / rate
    off = np.array(drawn) - [temperature(frame) for frame in heard]
    assert len(drawn) > 15 * HOP * rate / 48_000
    assert abs(off).max() * 48_000 <= 2 * 48_000 / rate, "frames"


def test_what_loads_long_is_told_once_with_the_reason(tmp_path, monkeypatch):
    now = [0.0]
    stage = Stage(live_clock=lambda: now[0])
    model = write_samplernn(tmp_path)
    monkeypatch.setattr(CompiledPart, "is_compiled", property(lambda _: False))
    with _models._lock:  # as while its kernel is compiled
        stage.start("r7", 1, StreamSource(str(model), 1))
        stage.host.process()
        notes = [told_notes(stage)]
        for _ in range(2):
            now[0] += LONG_S + 0.1
            stage.host.process()
            notes.append(told_notes(stage))
    why = "what it plays with is compiled for this processor, once"
    assert notes == [[], [f"still waits: {why}"], []]


def told_notes(stage: Stage) -> list[str]:
    told = receive(stage.arena.messages["voices", "mind"])
    return [message.text for message in told if isinstance(message, Note)]
