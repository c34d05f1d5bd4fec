"""Dot products: every instruction of this processor, one to four vectors, sparse, and of five bits."""

import numba as nb
import numpy as np
import pytest

from livecode.voices.samplernn import Sampler, processor
from livecode.voices.samplernn.dot import ROWS, byte_panel, byte_rows, float_panel, woven_order
from livecode.voices.samplernn.weights import DOTS
from tests.voices.samplernn.models import chords, model

INSTRUCTIONS = [name for name in processor.available_dots() if name != processor.PLAIN]
COLUMNS = 40
RNG = np.random.default_rng(1)
#: The largest of all values too: nothing may saturate.
WEIGHTS = np.where(
    RNG.random((ROWS, COLUMNS)) < 0.5, 127, RNG.integers(-127, 128, (ROWS, COLUMNS))
).astype(np.int8)
VALUES = np.where(RNG.random((4, COLUMNS)) < 0.5, 255, RNG.integers(0, 256, (4, COLUMNS))).astype(
    np.uint8
)
NO_INDICES = np.zeros(1, np.int32)


def grouped(weights: np.ndarray, group: int) -> np.ndarray:
    return np.ascontiguousarray(weights.reshape(ROWS, -1, group).transpose(1, 0, 2))


@pytest.mark.parametrize("streams", [1, 2, 4])
@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_whole_numbers_are_multiplied_exactly(name: str, streams: int):
    octets, fives = byte_panel(streams), byte_panel(streams, five_bits=True)

    @nb.njit
    def sums(dot, bytes_pool, fives_pool, x, out, more):
        octets(dot, bytes_pool, 0, x, x.shape[1] // 4, NO_INDICES, x.shape[1] // 4, out, 0, 64)
        fives(dot, fives_pool, 0, x, x.shape[1] // 4, NO_INDICES, x.shape[1] // 8, more, 0, 64)

    small = (WEIGHTS // 8 * 8).astype(np.int8)
    pairs = grouped(small, 8).view(np.uint8)
    low, high = pairs[..., :4], pairs[..., 4:]
    rest = [np.packbits(part.reshape(len(pairs), -1) >> 3 & 1, 1, "little") for part in (low, high)]
    packed = np.hstack([(low >> 4 | high & 0xF0).reshape(len(pairs), -1), *rest])
    out, more = np.zeros((2, streams, ROWS), np.int32)
    x = VALUES[:streams].copy()
    sums(
        DOTS[name], grouped(WEIGHTS, 4).view(np.uint8).ravel(), packed.ravel(), x, out, more
    )  # fmt: skip
    assert np.array_equal(out, x.astype(np.int64) @ WEIGHTS.T.astype(np.int64))
    assert np.array_equal(more, x.astype(np.int64) @ small.T.astype(np.int64))


@pytest.mark.skipif("avx512-vnni" not in INSTRUCTIONS, reason="needs AVX-512 VNNI")
@pytest.mark.parametrize("streams", [1, 2, 4])
def test_chosen_inputs_alone_are_multiplied(streams: int):
    product = byte_rows(streams, 1)

    @nb.njit
    def sums(dot, pool, x, indices, out):
        product(dot, pool, 0, 64, x, x.shape[1] // 4, indices, x.shape[1] // 4, out, 0, 64)

    chosen = RNG.permutation(COLUMNS)[:12].astype(np.int32)
    x = VALUES[:streams, :12].copy()
    out = np.zeros((streams, ROWS), np.int32)
    pool = np.ascontiguousarray(WEIGHTS[woven_order()].T).view(np.uint8).ravel()
    sums(DOTS["avx512-vnni"], pool, x, chosen, out)
    assert np.array_equal(out, x.astype(np.int64) @ WEIGHTS[:, chosen].T.astype(np.int64))


@pytest.mark.parametrize("half", [False, True])
def test_floats_are_summed_in_one_order_whatever_goes_along_or_is_left_out(half: bool):
    if half and not processor.has_half():
        pytest.skip("no float16 on this processor")
    one, four, sparse = (
        float_panel(half, streams, few) for streams, few in ((1, False), (4, False), (1, True))
    )

    @nb.njit
    def sums(pool, x, packed, indices, out):
        one(pool, 0, x, x.shape[1], indices, x.shape[1], out[0], 0, 64)
        four(pool, 0, x, x.shape[1], indices, x.shape[1], out[1:], 0, 64)
        sparse(pool, 0, packed, x.shape[1], indices, len(indices), out[5], 0, 64)

    weights = RNG.standard_normal((ROWS, COLUMNS)).astype(np.float16 if half else np.float32)
    x = np.maximum(RNG.standard_normal((4, COLUMNS)), 0).astype(np.float32)
    indices = np.flatnonzero(x[0]).astype(np.int32)
    out = np.zeros((6, ROWS), np.float32)
    pool = np.ascontiguousarray(weights.T).view(np.uint8).ravel()
    sums(pool, x, x[0, indices], indices, out)
    assert out[1:5] == pytest.approx(x @ weights.T.astype(np.float32), abs=1e-4)
    assert np.array_equal(out[0], out[1])
    assert np.array_equal(out[5], out[0])


def test_the_best_way_comes_first_and_float32_last():
    ways = processor.available_dots()
    assert ways[-1] == processor.PLAIN
    assert ways == sorted(ways, key=[*processor.DOTS, processor.PLAIN].index)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shape", [{}, {"dim": 256, "sample_tier": "three-layer"}])
def test_every_instruction_draws_the_same_codes(shape: dict):
    config, tensors = model(**shape)
    drawn = []
    for name in INSTRUCTIONS:
        sampler = Sampler(config, tensors, 5, "int8", dots=name, bits=5)
        sampler.prime(1, chords(config, 7))
        drawn.append(sampler.step_block(np.ones((5, 200))).codes)
    assert all(np.array_equal(codes, drawn[0]) for codes in drawn)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_without_any_instruction_float32_draws_the_same_codes():
    config, tensors = model()
    plain = Sampler(config, tensors, dots=processor.PLAIN)
    assert plain.weights == "float32"
    expected = Sampler(config, tensors, weights="float32").step_block(np.ones((1, 200))).codes
    assert np.array_equal(plain.step_block(np.ones((1, 200))).codes, expected)
