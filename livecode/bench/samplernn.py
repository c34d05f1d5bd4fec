"""`bench samplernn`: how fast streams are drawn on one core, beside a plain torch loop."""

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Literal

import numba as nb
import numpy as np
from numpy.typing import NDArray

from livecode.bench.rows import BenchRow, Identity
from livecode.neural.model_file import Tensors, list_models, read_model
from livecode.neural.samplernn.config import KIND, SampleRNNConfig
from livecode.neural.samplernn.fullband.config import is_fullband
from livecode.voices.samplernn import Sampler, kernel
from livecode.voices.samplernn.divergence import divergence_bits
from livecode.voices.samplernn.processor import PLAIN, available_dots
from livecode.voices.samplernn.sampler import WIDE
from livecode.voices.together import SamplerStep, Together, draw

SAMPLE_RATE = 16_000  # 1 × real time
KL_TARGET = 0.01  # bits a sample
OVER_TORCH = 15.0  # times as fast, with float32
#: (dim, layers, streams) -> target for int8, in × real time of each stream.
TARGETS = {(1024, 1, 1): 2.0, (1024, 2, 1): 1.5, (256, 1, 1): 15.0, (256, 1, 8): 2.0}
#: Further sizes, which show how cost grows with dim, streams and layers.
GROWTH = (
    (128, 1, 1),
    (512, 1, 1),
    (256, 2, 1),
    (256, 1, 2),
    (256, 1, 4),
    (1024, 1, 2),
    (1024, 1, 4),
)
#: (dim, streams, samples by which each is ahead of the next): live streams, drawn hop by hop.
LIVE = ((256, 4, 0), (256, 4, 17), (1024, 2, 0), (1024, 4, 0), (1024, 4, 17))
HOP_SAMPLES = 85
LIMITS = (256, 1024)  # dims for which the time is analysed
COUNTS = 25  # runs, of which the fastest counts, because other programs slow some runs down
KL_SAMPLES, KL_DIMS = 4000, (256, 1024)


def run(seconds: float = 1.0) -> list[BenchRow]:
    """Measure every figure for about `seconds`."""
    rows = []
    for dim, layers, streams in (*TARGETS, *GROWTH):
        rows += _speeds(dim, layers, streams, seconds)
    for dim, streams, apart in LIVE:
        rows.append(_together(dim, streams, apart, seconds))
    for dim in KL_DIMS:
        config = SampleRNNConfig(dim=dim)
        rows += _closeness(config, plausible_tensors(config, 1), {"model": "random", "dim": dim})
    for name, path in list_models().items():
        meta, tensors = read_model(path)
        if meta.kind == KIND and not is_fullband(meta.config):
            config = SampleRNNConfig.from_json(meta.config)
            rows += _closeness(config, tensors, {"model": name, "dim": config.dim})
    return rows


def plausible_tensors(config: SampleRNNConfig, seed: int) -> Tensors:
    """Return random weights, rounded to float16 as in model files, that behave like trained ones.

    About half of the values after a ReLU are zero (He et al. 2015 for its gain), gates are neither
    stuck nor flat, and the output has an entropy of some bits a sample.
    """
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, shape in config.shapes().items():
        inputs, gain = shape[-1], 1.0
        if name == "sample.input.weight":
            inputs = shape[1] * shape[2]
        elif name == "sample.embedding":
            inputs = 1
        elif "hidden" in name:
            gain = 2**0.5
        elif name == "sample.output.weight":
            gain = 3.0
        if len(shape) < 2 or name.endswith("bias"):
            scale = 0.05
        elif name.endswith(("h0", "c0")):
            scale = 0.3
        else:
            scale = gain / inputs**0.5
        tensors[name] = (scale * rng.standard_normal(shape)).astype(np.float16).astype(np.float32)
    return tensors


def seconds_a_sample(step: Callable[[int], object], seconds: float) -> float:
    """Return the processor seconds per sample of step(n), which draws n samples.

    The measurement takes about `seconds` in all.
    """
    step(16)
    began = time.process_time()
    step(64)
    samples = max(64, int(seconds / COUNTS / ((time.process_time() - began) / 64)) // 64 * 64)
    counts: list[float] = []
    for _ in range(COUNTS):
        began = time.process_time()
        step(samples)
        counts.append((time.process_time() - began) / samples)
    return min(counts)


def schedule(sampler: Sampler) -> list[int]:
    """Return the matrices that one stream uses in its first N_top samples, in order."""
    plan = sampler.plan
    numbers = []
    for t in range(int(plan.spans[-1])):
        for i in range(len(plan.spans) - 1, -1, -1):
            if t % plan.spans[i]:
                continue
            numbers += [plan.input[i], *plan.ih[i], *plan.hh[i]]
            if i + 1 < len(plan.spans):
                numbers.append(plan.up[i + 1] + t // plan.spans[i] % plan.sizes[i + 1])
        numbers += [plan.up[0] + t % plan.sizes[0], *plan.hidden, plan.output]
    return [int(number) for number in numbers if number >= 0]


def seconds_of_products(sampler: Sampler, numbers: list[int], seconds: float) -> float:
    """Return the seconds of the products with these matrices alone, on vectors of the sampler."""
    order, alone = np.array(numbers), np.zeros(1, np.int64)
    weights, space = sampler.kept

    def run_through(times: int) -> None:
        _multiply_all(weights, order, space.x, alone, space.y, space, times)

    run_through(1)
    counts: list[float] = []
    until = time.process_time() + seconds
    while len(counts) < COUNTS or time.process_time() < until:
        began = time.process_time()
        run_through(10)
        counts.append((time.process_time() - began) / 10)
    return min(counts)


@nb.njit(nogil=True, error_model="numpy", _nrt=False)
def _multiply_all(
    weights: Any,
    numbers: NDArray[np.int64],
    x: NDArray[np.float32],
    members: NDArray[np.int64],
    y: NDArray[np.float32],
    space: Any,
    times: int,
) -> None:
    for _ in range(times):
        for number in numbers:
            kernel.multiply(weights, number, x, members, y, space)


def _speeds(dim: int, layers: int, streams: int, seconds: float) -> list[BenchRow]:
    config = SampleRNNConfig(dim=dim, layers=layers)
    tensors = plausible_tensors(config, seed=1)
    plain = None
    if find_spec("torch") is not None:
        plain = 1 / SAMPLE_RATE / _plain_seconds(config, tensors, seconds)
    rows = []
    kinds: list[tuple[Literal["int8", "float32"], Literal[5, 8] | None]] = [("float32", None)]
    if available_dots() != [PLAIN]:
        kinds = [("int8", None), ("float32", None)]
        if dim >= WIDE and streams == 1:
            kinds.insert(1, ("int8", 8))
    for weights, bits in kinds:
        sampler = Sampler(config, tensors, streams, weights, bits=bits)
        step = _stepping(sampler)
        cost_s = seconds_a_sample(step, seconds)
        about: dict[str, str | int | float] = {
            "dim": dim, "layers": layers, "streams": streams, "cores": 1, "weights": weights,
        }  # fmt: skip
        if weights == "int8":
            about |= {"tiers": f"{sampler.bits} bit", "by": sampler.dots}
        target = TARGETS.get((dim, layers, streams)) if (weights, bits) == kinds[0] else None
        speed = 1 / SAMPLE_RATE / cost_s
        memory: dict[str, str | int | float] = {
            "weights_mb": round(sampler.weight_bytes / 1e6, 1),
            "stream_kb": round(sampler.stream_bytes / 1e3, 1),
        }
        what = "each stream" if streams > 1 else "one stream"
        rows.append(
            BenchRow.measured(
                what, speed, "× real time", about | memory,
                baseline=plain, target=target, better="higher",
            )
        )  # fmt: skip
        if streams == 1 and layers == 1 and dim in LIMITS:
            rows += _limits(sampler, about, seconds)
        if weights == "float32" and plain and (dim, layers, streams) == (1024, 1, 1):
            rows.append(
                BenchRow.measured(
                    "float32 over the torch loop", speed / plain, "×", about,
                    target=OVER_TORCH, better="higher",
                )
            )  # fmt: skip
    return rows


def _together(dim: int, streams: int, apart: int, seconds: float) -> BenchRow:
    """Return how fast live streams of one model are drawn together, beside one after the other."""
    config = SampleRNNConfig(dim=dim)
    first = Sampler(config, plausible_tensors(config, seed=1))
    samplers = [first.another(seed) for seed in range(streams)]
    for number, sampler in enumerate(samplers):
        sampler.step_block(np.ones((1, 1 + apart * number)))
    together = Together()
    steps = [SamplerStep(np.ones(HOP_SAMPLES, np.float32), 0.0, False)] * streams

    def hops(draw_hop: Callable[[], object]) -> float:
        """Return the processor seconds of one sample of each stream."""
        return seconds_a_sample(
            lambda n: [draw_hop() for _ in range(-(-n // HOP_SAMPLES))], seconds
        )

    alone_s = hops(lambda: [draw(one, [step]) for one, step in zip(samplers, steps, strict=True)])
    together_s = hops(lambda: together.draw(samplers, steps))
    about: Identity = {
        "dim": dim,
        "streams": streams,
        "apart": apart,
        "cores": 1,
        "weights": first.weights,
    }
    return BenchRow.measured(
        "live streams together, each", 1 / SAMPLE_RATE / together_s, "× real time", about,
        baseline=1 / SAMPLE_RATE / alone_s, better="higher",
    )  # fmt: skip


def _stepping(sampler: Sampler) -> Callable[[int], object]:
    return lambda n: sampler.step_block(np.ones((sampler.streams, n), np.float32))


def _limits(sampler: Sampler, about: Identity, seconds: float) -> list[BenchRow]:
    """Return rows on where the time goes: products alone, one product, and all products of a kind."""
    plan = sampler.plan
    span = int(plan.spans[-1])
    alone_s = seconds_of_products(sampler, schedule(sampler), seconds / 4) / span
    rows = [
        BenchRow("matrix products alone", 1 / SAMPLE_RATE / alone_s, "× real time", about=about)
    ]
    matrices = sampler.matrices
    every = [n for n in range(len(matrices)) if matrices["kind"][n] == matrices["kind"][plan.up[0]]]
    for where, numbers in (("one upsampler's", [int(plan.up[0])]), ("all such", every)):
        weights = sum(int(matrices["rows"][n] * matrices["columns"][n]) for n in numbers)
        rate = weights / seconds_of_products(sampler, numbers, seconds / 8) / 1e9
        rows.append(BenchRow(f"product with {where} weights", rate, "GMAC/s", about=about))
    return rows


def _plain_seconds(config: SampleRNNConfig, tensors: Tensors, seconds: float) -> float:
    import torch

    from livecode.bench.samplernn_plain import PlainLoop

    torch.set_num_threads(1)
    codes = PlainLoop(config, tensors).draw(seed=1)
    return seconds_a_sample(lambda n: [next(codes) for _ in range(n)], min(seconds, 1.0))


def _closeness(config: SampleRNNConfig, tensors: Tensors, about: Identity) -> list[BenchRow]:
    """Return how far int8 probabilities are from float32's, on samples of the model itself."""
    if available_dots() == [PLAIN]:
        return []
    exact = Sampler(config, tensors, weights="float32")
    codes = exact.step_block(np.ones((1, KL_SAMPLES + config.lookback))).codes[0]
    expected = exact.log_probs(codes)
    rows = []
    for bits in dict.fromkeys((Sampler(config, tensors, weights="int8").bits, 8)):
        small = Sampler(config, tensors, weights="int8", bits=bits)
        away = divergence_bits(expected, small.log_probs(codes))
        found = dict(about) | {"weights": "int8", "tiers": f"{bits} bit"}
        rows.append(
            BenchRow.measured("from float32 (KL)", away, "bit/sample", found, target=KL_TARGET)
        )
    return rows
