"""Streams: what decides a sample and what must not, undo, primes, odd temperatures."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.voices.samplernn import Sampler
from livecode.voices.samplernn.processor import PLAIN, available_dots
from tests.voices.samplernn.models import SHAPES, chords, model
from tests.voices.samplernn.reference import Reference

WEIGHTS = ["float32"] if available_dots() == [PLAIN] else ["float32", "int8"]
CONFIG, TENSORS = model(frame_sizes=(4, 3), layers=2)
SAMPLERS = {weights: Sampler(CONFIG, TENSORS, weights=weights) for weights in WEIGHTS}
ALONE = {weights: Sampler(CONFIG, TENSORS, weights=weights) for weights in WEIGHTS}


def ones(count: int, streams: int = 1) -> np.ndarray:
    return np.ones((streams, count), np.float32)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_same_seed_draws_the_same_and_another_one_something_else(weights):
    def drawn(seed: int) -> np.ndarray:
        return Sampler(CONFIG, TENSORS, weights=weights, seeds=[seed]).step_block(ones(300)).codes

    assert np.array_equal(drawn(7), drawn(7))
    assert not np.array_equal(drawn(7), drawn(8))
    assert not np.array_equal(drawn(2**64 - 1), drawn(0))
    assert np.array_equal(drawn(-1), drawn(2**64 - 1))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.sampled_from(WEIGHTS))
def test_how_samples_are_cut_into_blocks_changes_nothing(blocks: list[int], weights: str):
    sampler = SAMPLERS[weights]
    curve = np.linspace(0.3, 2, sum(blocks), dtype=np.float32)[None]
    sampler.reset(0, seed=5)
    whole = sampler.step_block(curve).codes
    sampler.reset(0, seed=5)
    ends = np.cumsum([0, *blocks])
    parts = [sampler.step_block(curve[:, begin:end]).codes for begin, end in pairwise(ends)]
    assert np.array_equal(whole, np.concatenate(parts, axis=1))


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("streams", [2, 3, 4, 7, 9])
@pytest.mark.parametrize("shape", ["as published", "wide enough for whole panels", "lstm"])
def test_which_streams_go_along_changes_nothing(weights, streams: int, shape: str):
    config, tensors = model(**SHAPES[shape])
    together = Sampler(config, tensors, streams, weights)
    alone = Sampler(config, tensors, 1, weights)
    curve = np.random.default_rng(1).uniform(0.5, 1.5, (streams, 150)).astype(np.float32)
    for stream in range(0, streams, 3):  # some are at other places of their frames
        together.prime(stream, chords(config, 5 + stream))
    drawn = together.step_block(curve, figures=True)
    assert drawn.log_likelihood is not None
    for stream in range(streams):
        alone.reset(0, seed=stream)
        if stream % 3 == 0:
            alone.prime(0, chords(config, 5 + stream))
        single = alone.step_block(curve[stream : stream + 1], figures=True)
        assert np.array_equal(drawn.codes[stream], single.codes[0])
        assert single.log_likelihood is not None
        assert np.array_equal(drawn.log_likelihood[stream], single.log_likelihood[0])


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("table_bytes", [1 << 26, 0])
def test_a_state_put_aside_is_taken_up_by_any_stream_of_the_model(weights, table_bytes: int):
    sampler = Sampler(CONFIG, TENSORS, 3, weights, table_bytes=table_bytes)
    sampler.step_block(ones(29, 3))
    aside = sampler.state(1)
    after = sampler.step_block(ones(50, 3)).codes[1]
    sampler.step_block(ones(31, 3))
    sampler.set_state(2, aside)
    sampler.set_state(1, aside)
    again = sampler.step_block(ones(50, 3)).codes
    assert np.array_equal(again[1], after)
    assert np.array_equal(again[2], after)
    assert not np.array_equal(again[0], after)


def test_a_state_is_a_copy():
    sampler = Sampler(CONFIG, TENSORS)
    aside = sampler.state(0)
    before = [np.copy(part) for part in vars(aside).values()]
    sampler.step_block(ones(100))
    assert all(
        np.array_equal(one, other) for one, other in zip(before, vars(aside).values(), strict=True)
    )


@pytest.mark.parametrize("weights", WEIGHTS)
def test_primed_with_what_it_drew_a_stream_goes_on_as_the_one_that_drew_it(weights):
    first, second = SAMPLERS[weights], ALONE[weights]
    first.reset(0, seed=1)
    drawn = first.step_block(ones(77), figures=True)
    second.reset(0, seed=1)
    primed = second.prime(0, drawn.codes[0], figures=True)
    assert np.array_equal(primed.codes, drawn.codes)
    assert drawn.log_likelihood is not None
    assert np.array_equal(primed.log_likelihood, drawn.log_likelihood)
    assert np.array_equal(first.step_block(ones(60)).codes, second.step_block(ones(60)).codes)


def test_figures_are_those_of_the_model_at_temperature_one():
    sampler = Sampler(CONFIG, TENSORS, weights="float32")
    drawn = sampler.step_block(np.full((1, 200), 0.4), figures=True)
    silence = np.full(CONFIG.lookback, CONFIG.silence)
    expected = Reference(CONFIG, TENSORS).log_probs(np.concatenate([silence, drawn.codes[0]]))
    assert drawn.log_likelihood is not None
    assert drawn.entropy is not None
    likelihood = expected[np.arange(200), drawn.codes[0]]
    assert drawn.log_likelihood[0] == pytest.approx(likelihood, abs=1e-4)
    assert drawn.entropy[0] == pytest.approx(-(np.exp(expected) * expected).sum(1), abs=1e-3)
    assert sampler.step_block(ones(1)).log_likelihood is None


def test_log_probs_leave_the_streams_where_they_are():
    sampler = Sampler(CONFIG, TENSORS)
    sampler.step_block(ones(10))
    aside = sampler.state(0)
    after = sampler.step_block(ones(20)).codes
    sampler.set_state(0, aside)
    assert sampler.log_probs(chords(CONFIG, 40)).shape == (40 - CONFIG.lookback, CONFIG.levels)
    assert np.array_equal(sampler.step_block(ones(20)).codes, after)
    assert sampler.log_probs(np.zeros(CONFIG.lookback, int)).shape == (0, CONFIG.levels)
    assert sampler.log_probs([]).shape == (0, CONFIG.levels)


def test_a_reset_stream_begins_again_and_the_others_go_on():
    sampler = Sampler(CONFIG, TENSORS, 2)
    first = sampler.step_block(ones(20, 2)).codes
    going_on = Sampler(CONFIG, TENSORS, 2).step_block(ones(40, 2)).codes[1, 20:]
    sampler.reset(0, seed=0)
    again = sampler.step_block(ones(20, 2)).codes
    assert np.array_equal(again[0], first[0])
    assert np.array_equal(again[1], going_on)
    sampler.reset(0)
    assert not np.array_equal(sampler.step_block(ones(20, 2)).codes[0], first[0])


@pytest.mark.parametrize(
    ("odd", "meant"),
    [(np.nan, 1.0), (0.0, 0.05), (-1.0, 0.05), (np.inf, 3.0), (-np.inf, 0.05), (1e30, 3.0)],
)
def test_odd_temperatures_are_brought_back(odd: float, meant: float):
    sampler = SAMPLERS[WEIGHTS[-1]]
    drawn = []
    for temperature in (odd, meant):
        sampler.reset(0, seed=3)
        drawn.append(sampler.step_block(np.full((1, 100), temperature)).codes)
    assert np.array_equal(drawn[0], drawn[1])


def test_the_lowest_temperature_takes_nearly_always_the_likeliest():
    config, tensors = model()
    tensors["sample.output.weight"] *= 100  # logits in the hundreds: no overflow
    sampler = Sampler(config, tensors, weights="float32")
    codes = sampler.step_block(np.full((1, 300), 0.05)).codes[0]
    heard = np.concatenate([np.full(config.lookback, config.silence), codes])
    log_probs = sampler.log_probs(heard)
    assert np.isfinite(log_probs).all()
    assert (log_probs.argmax(axis=1) == codes).mean() > 0.99


def test_what_is_no_block_or_no_code_is_refused():
    sampler = SAMPLERS["float32"]
    with pytest.raises(ValueError, match=r"\(1, n\)"):
        sampler.step_block(np.ones((2, 3)))
    with pytest.raises(ValueError, match="255"):
        sampler.prime(0, [256])
    with pytest.raises(ValueError, match="255"):
        sampler.log_probs([-1])
    with pytest.raises(LivecodeError, match="float32"):
        Sampler(CONFIG, TENSORS, weights="int8", dots=PLAIN)


def test_a_processor_without_better_gets_float32():
    sampler = Sampler(CONFIG, TENSORS)
    assert sampler.weights == WEIGHTS[-1]
    assert sampler.dots == available_dots()[0]


def test_drawing_holds_no_interpreter_lock():
    sampler = Sampler(*model(dim=256))
    sampler.step_block(ones(8))
    counted, done = [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            counted[0] += 1

    counter = threading.Thread(target=count)
    counter.start()
    before, began = counted[0], time.perf_counter()
    time.sleep(0.1)
    alone = (counted[0] - before) / (time.perf_counter() - began)
    before, began = counted[0], time.perf_counter()
    sampler.step_block(ones(60_000))
    beside = (counted[0] - before) / (time.perf_counter() - began)
    done.set()
    counter.join()
    assert beside > 0.2 * alone, "with the lock held it would stand still"
