"""Streams that are drawn ahead: heard as they would be anyway, and ready when a machine stalls."""

import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from livecode.transport.messages import StreamSource
from livecode.transport.timing import HOP
from livecode.voices.batching import Batching
from livecode.voices.drawing import Held
from livecode.voices.drawn_ahead import CALM, HOPS, DrawnAhead
from livecode.voices.load_shedding import LoadShedding
from livecode.voices.loop import SHORT_S, run
from livecode.voices.stream import StreamVoice
from livecode.voices.voice import Voice
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn
from tests.voices.test_host import Stage

RATE = 48_000


def beside(*streams: StreamVoice) -> list[SimpleNamespace]:
    """Return streams as voices, as far as drawing ahead asks for these."""
    return [SimpleNamespace(source=stream) for stream in streams]


@pytest.mark.parametrize("make", [write_samplernn, write_fullband])
@pytest.mark.timeout(600)
def test_what_is_heard_does_not_depend_on_how_far_ahead_it_was_drawn(
    tmp_path: Path, make: Callable[..., Path]
) -> None:
    source = StreamSource(str(make(tmp_path, "any", lufs=-20.0)), 3)
    plain, ahead = (StreamVoice(source, RATE, HOP) for _ in range(2))
    chance, batching = random.Random(1), Batching()
    most = 0
    settings = {"temperature": 1.0, "frozen": 0.0, "guard": 1.0, "priority": 1.0, "surface": 1.0}
    states = plain.state(), ahead.state()
    for hop in range(600):
        if chance.random() < 0.04:
            changed = chance.choice([*settings])
            settings[changed] = {"temperature": 0.7 + chance.random()}.get(
                changed, float(chance.random() < 0.5)
            )
        elif 200 < hop < 220:  # a hand that moves
            settings["temperature"] += 0.01
        values = [np.array([value]) for value in settings.values()]
        assert (plain.play(*values) == ahead.play(*values)).all(), hop
        for _ in range(chance.choice([0, 0, 1, 3])):
            batching.draw_ahead(beside(ahead))  # type: ignore[arg-type]
        most = max(most, ahead.ahead.hops)
        if hop % 97 == 50:
            states = plain.state(), ahead.state()
        elif hop % 97 == 80:
            plain.load_state(states[0])
            ahead.load_state(states[1])
    assert most == HOPS
    assert plain._drawing.watch.rescues == ahead._drawing.watch.rescues
    if make is write_samplernn:
        assert ahead._drawing.watch.rescues > 0, "it was taken back, too"


def test_a_stall_is_not_heard_and_a_change_is_heard_on_its_sample(tmp_path: Path) -> None:
    stage = Stage()
    stage.control("r7.temperature", 0, 0.9)
    stage.start("r7", 1, StreamSource(str(write_samplernn(tmp_path)), 7))
    stage.host.process()
    voice = stage.host.voices[1]
    source = voice.source
    assert isinstance(source, StreamVoice)

    def play(hops: int) -> None:
        for _ in range(hops):
            stage.arena.buffers[1].read_into(np.zeros((HOP, 1), np.float32))
            stage.host.process()

    play(CALM)
    while stage.host.draw_ahead():
        pass
    drawn: list[float] = []
    draw = source._drawing.next
    source._drawing.next = lambda temperatures, *more: (  # type: ignore[method-assign]
        drawn.extend(temperatures) or draw(temperatures, *more)
    )
    play(HOPS)
    assert not drawn, "the kernel was not needed"
    while stage.host.draw_ahead():
        pass
    drawn.clear()
    stage.control("r7.temperature", voice.frame + 3 * HOP, 1.4)
    play(8)
    assert max(drawn) == np.float32(1.4)
    assert len(drawn) <= 7 * HOP, "what was drawn before the change stays"


def test_there_is_no_long_rest_before_all_streams_are_drawn_ahead(tmp_path: Path) -> None:
    stage = Stage()
    model = str(write_samplernn(tmp_path))
    for generation, name in enumerate(("one", "two"), 1):
        stage.start(name, generation, StreamSource(model, generation))
    for _ in range(CALM + 1):
        stage.host.process()
        for buffer in (1, 2):
            stage.arena.buffers[buffer].read_into(np.zeros((HOP, 1), np.float32))
    rests: list[tuple[float, int]] = []

    def sleep(seconds: float) -> None:
        rests.append((seconds, sum(drawn(voice) for voice in stage.host.voices.values())))

    run(stage.host, lambda: bool(rests) and rests[-1][0] > SHORT_S, sleep)
    assert [ahead for _, ahead in rests] == sorted(ahead for _, ahead in rests)
    assert rests[-1][1] == 2 * HOPS, "it rests for long once both are"
    assert {seconds for seconds, _ in rests[:-1]} == {SHORT_S}


def drawn(voice: Voice) -> int:
    """How many hops of a stream are drawn ahead."""
    assert isinstance(voice.source, StreamVoice)
    return voice.source.ahead.hops


def test_what_goes_wrong_ahead_goes_wrong_when_it_is_due_and_leaves_the_stream_as_it_was(
    tmp_path: Path,
) -> None:
    source = StreamSource(str(write_samplernn(tmp_path)), 3)
    plain, ahead = (StreamVoice(source, RATE, HOP)._drawing for _ in range(2))
    drawn = DrawnAhead(ahead)
    ones = np.ones(100, np.float32)
    for _ in range(CALM + 1):
        assert (plain.next(ones, Held(), False) == drawn.next(ones, Held(), False)).all()
    step = ahead.sampler.step_block

    def fail(*_: object) -> None:
        step(np.ones((1, 3)))
        raise MemoryError

    ahead.sampler.step_block = fail  # type: ignore[method-assign, assignment]
    asked = drawn.asked(100)
    assert asked is not None
    drawn.draw(asked)
    with pytest.raises(MemoryError):
        drawn.next(ones, Held(), False)
    ahead.sampler.step_block = step  # type: ignore[method-assign]
    assert drawn.hops == 0


def test_the_load_counts_what_was_drawn_ahead() -> None:
    now = [0.0]
    shedding = LoadShedding(0.005, lambda: now[0])
    shedding.timed(1, lambda: True, lambda: 0.006)
    streams = {1: SimpleNamespace(resting=False, priority=0.0, candidates=0, most=0)}
    now[0] = 1.0
    decision = shedding.decide(streams, [1])  # type: ignore[arg-type]
    assert decision is not None
    assert streams[1].resting
