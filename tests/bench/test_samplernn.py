"""The measurement of the sampling kernel: beside a torch loop that says the same."""

import numpy as np
import pytest

from livecode.bench import samplernn as bench
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.voices.samplernn import Sampler
from tests.voices.samplernn.models import SHAPES, chords, model
from tests.voices.samplernn.reference import Reference

pytest.importorskip("torch")
from livecode.bench.samplernn_plain import PlainLoop


@pytest.mark.parametrize("shape", SHAPES)
def test_the_plain_loop_says_what_the_reference_says(shape: str):
    config, tensors = model(**SHAPES[shape])
    codes = chords(config, config.lookback + (30 if config.levels > 1000 else 100))
    expected = Reference(config, tensors).log_probs(codes)
    assert np.abs(PlainLoop(config, tensors).log_probs(codes) - expected).max() < 1e-4


def test_the_plain_loop_draws_with_a_seed():
    def drawn(seed: int) -> list[int]:
        codes = PlainLoop(*model()).draw(seed)
        return [next(codes) for _ in range(50)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_random_models_behave_as_trained_ones():
    config, tensors = model(dim=128)
    sampler = Sampler(config, tensors, weights="float32")
    drawn = sampler.step_block(np.ones((1, 500)), figures=True)
    assert drawn.entropy is not None
    assert 2 < drawn.entropy.mean() / np.log(2) < 7
    assert all((t == t.astype(np.float16)).all() for t in tensors.values())
    assert 0.4 < (sampler.kept[1].x[0, : config.dim] == 0).mean() < 0.6, "zeros after the ReLU"


def test_a_schedule_holds_what_every_sample_takes():
    config = SampleRNNConfig(dim=8, frame_sizes=(4, 2), layers=2, embedding=4)
    sampler = Sampler(config, bench.plausible_tensors(config, 1))
    plan, numbers = sampler.plan, bench.schedule(sampler)
    assert numbers.count(int(plan.output)) == 8
    assert [numbers.count(int(plan.up[0]) + step) for step in range(4)] == [2, 2, 2, 2]
    assert numbers.count(int(plan.hh[0, 1])) == 2
    assert numbers.count(int(plan.hh[1, 1])) == 1
    assert numbers.count(int(plan.input[1])) == 1


def test_rows_say_what_was_measured_beside_what(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "TARGETS", {(64, 1, 1): 2.0, (64, 1, 2): 1.0})
    monkeypatch.setattr(bench, "GROWTH", ())
    monkeypatch.setattr(bench, "LIVE", ((64, 2, 17),))
    monkeypatch.setattr(bench, "LIMITS", (64,))
    monkeypatch.setattr(bench, "KL_DIMS", (64,))
    monkeypatch.setattr(bench, "list_models", dict)
    rows = bench.run(seconds=0.02)
    together = [row for row in rows if row.what.startswith("live streams together")]
    assert [(row.about["streams"], row.about["apart"]) for row in together] == [(2, 17)]
    assert all(row.baseline for row in together)
    speeds = [
        row for row in rows if row.unit == "× real time" and row.baseline and row not in together
    ]
    assert all(row.value and row.baseline and row.value > row.baseline for row in speeds)
    assert {row.about["streams"] for row in speeds} == {1, 2}
    assert [row.target for row in speeds if row.about["weights"] == "float32"] == [None, None]
    assert all(row.value and row.value > 0 for row in rows)
    if len(speeds) > 2:
        assert {row.ok for row in rows if row.unit == "bit/sample"} == {True}
