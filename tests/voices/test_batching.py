"""Streams of one model are drawn together, and heard as if each were alone."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecode.transport.messages import StreamSource
from livecode.transport.timing import HOP
from livecode.voices.drawing import Held
from livecode.voices.drawn_ahead import Asked, DrawnAhead, draw_together
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn import Sampler
from livecode.voices.together import Together
from tests.samplernn_model import write_samplernn
from tests.voices.test_host import Stage

STREAMS = 3


def test_each_stream_draws_what_it_draws_alone_whatever_is_asked_of_the_others(
    tmp_path: Path,
) -> None:
    loaded, together = Loaded(write_samplernn(tmp_path, "any", lufs=-20.0)), Together()
    chance = random.Random(1)
    joint = [DrawnAhead(loaded.drawing(seed)) for seed in range(STREAMS)]
    alone = [loaded.drawing(seed) for seed in range(STREAMS)]
    for _ in range(60):
        asked = [
            Asked(
                np.full(chance.choice([1, 85, 86, 200]), 0.7 + chance.random(), np.float32),
                Held(unlikely=0.1 * chance.random(), energy=chance.choice([0.0, 0.0, 0.0, 1.0])),
                chance.random() < 0.5,
            )
            for _ in range(STREAMS)
        ]
        some = [each for each in range(STREAMS) if chance.random() < 0.8]
        if some:
            draw_together([(joint[each], asked[each]) for each in some], together)
        if chance.random() < 0.2:  # another hand, just before it is due
            asked[0] = asked[0]._replace(temperatures=asked[0].temperatures + np.float32(0.1))
        for one, other, each in zip(joint, alone, asked, strict=True):
            assert (one.next(*each) == other.next(*each)).all()


def test_live_streams_of_one_model_take_one_call_of_the_kernel_for_a_hop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = (
        write_samplernn(tmp_path, lufs=-20.0),
        write_samplernn(tmp_path, "other", lufs=-20.0),
    )
    calls: list[int] = []
    chance = random.Random(1)
    step = Sampler.step_block

    def counted(self: Sampler, *values: Any, **named: Any) -> Any:
        calls.append(self.streams)
        return step(self, *values, **named)

    monkeypatch.setattr(Sampler, "step_block", counted)

    def heard(*names: str) -> dict[str, np.ndarray]:
        """What each voice plays: b moves all the time, c is frozen for a while, d has another model."""
        stage = Stage()
        out: dict[str, list[np.ndarray]] = {name: [] for name in names}
        for name in names:
            stage.start(
                name, "abcd".index(name), StreamSource(str(other if name == "d" else path), 7)
            )
        for hop in range(80):
            for name in names:
                if name == "b":
                    stage.control("b.temperature", hop * HOP, 0.9 + 0.005 * hop)
                if name == "c" and hop in (30, 50):
                    stage.control("c.frozen", hop * HOP, float(hop == 30))
            stage.arena.header.tick_clock(hop * HOP, hop * HOP)
            stage.host.process()
            while chance.random() < 0.5 and stage.host.draw_ahead():
                pass
            for name in names if hop > 1 else ():
                block = np.zeros((HOP, 1), np.float32)
                assert stage.arena.buffers["abcd".index(name)].read_into(block) == HOP
                out[name].append(block)
        return {name: np.concatenate(blocks) for name, blocks in out.items()}

    together = heard("a", "b", "c", "d")
    assert max(calls) == STREAMS
    assert len(calls) < 0.7 * sum(calls), "most calls draw several"
    for name, sound in together.items():
        assert (sound == heard(name)[name]).all(), name
