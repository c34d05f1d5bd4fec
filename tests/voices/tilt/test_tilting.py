"""Candidates beside what is heard: drawn piece by piece, given up where time is short, never waited for."""

from pathlib import Path

import numpy as np
import pytest

from livecode.transport.candidates import offered
from livecode.transport.messages import GivenUp, Scores, StreamSource, receive
from livecode.transport.timing import HOP
from livecode.voices.host import VoiceHost
from livecode.voices.stream import StreamVoice
from tests.samplernn_model import write_samplernn
from tests.voices.test_host import BLOCK, Stage, await_

CHUNK_S, CANDIDATES = 0.1, 4


class Clock:
    """Seconds that go on only where something takes time, and the engine with them."""

    def __init__(self, stage: Stage):
        self.stage, self.now_s, self.owed = stage, 0.0, 0.0

    def take(self, blocks: float) -> None:
        self.now_s += blocks * BLOCK / 48_000
        self.owed += blocks
        while self.owed >= 1:
            self.stage.engine_block()
            self.owed -= 1


def tilted(path: Path, blocks_a_piece: float) -> tuple[Stage, StreamVoice]:
    """A tilted stream beside another voice; to draw a piece takes so many of the engine's blocks."""
    stage = Stage()
    clock = Clock(stage)
    stage.host = VoiceHost(stage.arena, lambda: clock.now_s)
    controls = stage.arena.controls
    controls.write(controls.open("r7.tilt"), 0, np.array([1.0, CANDIDATES, CHUNK_S, 1000.0]))
    stage.begins[1] = 0
    stage.start("r7", 1, StreamSource(str(path), 7))
    await_(lambda: stage.host.process() or stage.host.voices)
    stage.echo("good", 2)
    source = stage.host.voices[1].source
    assert isinstance(source, StreamVoice)
    draw = source.tilt.draw

    def slowly() -> bool:
        if source.candidates > 1 and source.tilt.planned:
            clock.take(blocks_a_piece)
        return draw()

    source.tilt.draw = slowly  # type: ignore[method-assign]
    return stage, source


@pytest.mark.timeout(30)
@pytest.mark.parametrize("blocks_a_piece", [0.25, 3.0])
def test_no_sound_waits_for_candidates(tmp_path: Path, blocks_a_piece: float) -> None:
    stage, source = tilted(write_samplernn(tmp_path, lufs=-20.0), blocks_a_piece)
    given_up, scored, widest = 0, 0, 0
    for _ in range(200):
        stage.engine_block()
        stage.host.process()
        widest = max(widest, source.candidates)
        for chunk in offered(stage.arena.candidates):
            scored += 1
            stage.tell(Scores(1, chunk.chunk, tuple(float(n) for n in range(chunk.count))))
        told = receive(stage.arena.messages["voices", "mind"])
        given_up += sum(isinstance(message, GivenUp) for message in told)
    for generation in (1, 2):
        assert not any(block is None for block in stage.heard[generation]), "an underrun"
        assert len(stage.heard[generation]) > 190
    assert widest == CANDIDATES, "it is tilted"
    if blocks_a_piece < 1:
        assert scored > 5
        assert not given_up
    else:
        assert given_up > 0, "one candidate goes on alone"


def test_a_chunk_is_offered_with_the_time_at_which_it_is_heard(tmp_path: Path) -> None:
    stage, source = tilted(write_samplernn(tmp_path, lufs=-20.0), 0.0)
    begins = []
    for _ in range(150):
        stage.engine_block()
        stage.host.process()
        begins += [chunk.begin for chunk in offered(stage.arena.candidates)]
    steps = np.diff(begins)
    assert len(steps) > 4
    assert np.abs(steps - round(CHUNK_S * source.rate_hz / 64) * 64 * 3).max() <= 3
    ahead = begins[-1] - stage.host.voices[1].frame
    assert 0 < ahead < 2 * CHUNK_S * 48_000 + HOP
