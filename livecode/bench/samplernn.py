"""`bench samplernn`: how fast streams are drawn on one core, beside the plain torch loop of the same weights."""

import time
from collections.abc import Callable
from importlib.util import find_spec

import numba as nb
import numpy as np
from numpy.typing import NDArray

from livecode.bench.rows import Identity, Row
from livecode.neural.files import Tensors, list_models, read_model
from livecode.neural.samplernn_config import KIND, SampleRNNConfig
from livecode.voices.samplernn import Sampler
from livecode.voices.samplernn.processor import PLAIN, available_dots

SAMPLE_RATE = 16_000  # Hz: 1 × real time
KL_TARGET = 0.01  # bits a sample
OVER_TORCH = 15.0  # times, with float32
#: (dim, layers, streams) -> what int8 is to reach, in × real time of each stream.
TARGETS = {(1024, 1, 1): 2.0, (1024, 2, 1): 1.5, (256, 1, 1): 15.0, (256, 1, 8): 2.0}
#: What is measured besides: how cost grows with dim, streams and layers.
GROWTH = (
    (128, 1, 1),
    (512, 1, 1),
    (256, 2, 1),
    (256, 1, 2),
    (256, 1, 4),
    (1024, 1, 2),
    (1024, 1, 4),
)
COUNTS = 5  # the quickest of so many: what else the machine does is not the kernel's cost
KL_SAMPLES = 4000


def run(seconds: float = 1.0) -> list[Row]:
    """Every figure for about so long."""
    rows = []
    for dim, layers, streams in (*TARGETS, *GROWTH):
        rows += _speeds(dim, layers, streams, seconds)
    for dim in (256, 1024):
        config = SampleRNNConfig(dim=dim)
        rows += _closeness(config, plausible_tensors(config, 1), {"model": "random", "dim": dim})
    for name, path in list_models().items():
        meta, tensors = read_model(path)
        if meta.kind == KIND:
            config = SampleRNNConfig.from_json(meta.config)
            rows += _closeness(config, tensors, {"model": name, "dim": config.dim})
    return rows


def plausible_tensors(config: SampleRNNConfig, seed: int) -> Tensors:
    """Random weights, as model files hold them (float16), that behave as trained ones do.

    About half the values are zero after a ReLU (He et al. 2015 for its gain), gates are neither
    stuck nor flat, and the output is worth some bits a sample.
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
    """Of step(n), which draws n samples; counted for about `seconds` in all."""
    step(16)
    began = time.perf_counter()
    step(64)
    samples = max(64, int(seconds / COUNTS / ((time.perf_counter() - began) / 64)) // 64 * 64)
    counts = []
    for _ in range(COUNTS):
        began = time.perf_counter()
        step(samples)
        counts.append((time.perf_counter() - began) / samples)
    return min(counts)


def bytes_a_sample(sampler: Sampler) -> float:
    """Bytes of weights that one sample of one stream passes over, if no zero is left out."""
    plan, matrices = sampler.plan, sampler.matrices
    total = float(_size(matrices, [plan.up[0], *plan.hidden, plan.output]))
    for i, span in enumerate(plan.spans):
        numbers = [plan.input[i], *plan.ih[i], *plan.hh[i]]
        if i + 1 < len(plan.spans):
            numbers.append(plan.up[i + 1])
        total += _size(matrices, [n for n in numbers if n >= 0]) / span
    return total


def read_rate(size: int, seconds: float) -> float:
    """Bytes a second at which one core reads so much memory, over and over."""
    words = np.ones(size // 8 + 64, np.int64)
    _total(words)
    counts = []
    until = time.perf_counter() + seconds
    while len(counts) < COUNTS or time.perf_counter() < until:
        began = time.perf_counter()
        _total(words)
        counts.append(time.perf_counter() - began)
    return words.nbytes / min(counts)


@nb.njit(cache=True)
def _total(words):
    total = 0
    for word in words:
        total += word
    return total


def _size(matrices: NDArray[np.void], numbers: list[int]) -> int:
    chosen = matrices[np.array(numbers)]
    return int((chosen["panel"] * chosen["rows"] // 64).sum())


def _speeds(dim: int, layers: int, streams: int, seconds: float) -> list[Row]:
    config = SampleRNNConfig(dim=dim, layers=layers)
    tensors = plausible_tensors(config, seed=1)
    plain = None
    if find_spec("torch") is not None:
        plain = 1 / SAMPLE_RATE / _plain_seconds(config, tensors, seconds)
    rows = []
    kinds = ["float32"] if available_dots() == [PLAIN] else ["int8", "float32"]
    for weights in kinds:
        sampler = Sampler(config, tensors, streams, "int8" if weights == "int8" else "float32")
        warm = np.ones((streams, 64), np.float32)
        sampler.step_block(warm)
        cost_s = seconds_a_sample(
            lambda n, s=sampler: s.step_block(np.ones((streams, n), np.float32)), seconds
        )
        about: Identity = {
            "dim": dim, "layers": layers, "streams": streams, "cores": 1, "weights": weights,
            "by": sampler.dots if weights == "int8" else "float32",
            "weights_mb": round(sampler.weight_bytes / 1e6, 1),
            "stream_kb": round(sampler.stream_bytes / 1e3, 1),
        }  # fmt: skip
        target = TARGETS.get((dim, layers, streams)) if weights == kinds[0] else None
        speed = 1 / SAMPLE_RATE / cost_s
        rows.append(
            Row.measured(
                "each stream" if streams > 1 else "one stream", speed, "× real time", about,
                baseline=plain, target=target, better="higher",
            )
        )  # fmt: skip
        if streams == 1:
            passed = bytes_a_sample(sampler) / cost_s / 1e9
            rate = read_rate(sampler.weight_bytes, seconds / 4) / 1e9
            what = "weights passed over, beside reading them"
            rows.append(Row.measured(what, passed, "GB/s", about, baseline=rate, better="higher"))
        if weights == "float32" and plain and (dim, layers, streams) == (1024, 1, 1):
            rows.append(
                Row.measured(
                    "float32 over the torch loop", speed / plain, "×", about,
                    target=OVER_TORCH, better="higher",
                )
            )  # fmt: skip
    return rows


def _plain_seconds(config: SampleRNNConfig, tensors: Tensors, seconds: float) -> float:
    import torch

    from livecode.bench.samplernn_plain import PlainLoop

    torch.set_num_threads(1)
    codes = PlainLoop(config, tensors).draw(seed=1)
    return seconds_a_sample(lambda n: [next(codes) for _ in range(n)], min(seconds, 1.0))


def _closeness(config: SampleRNNConfig, tensors: Tensors, about: Identity) -> list[Row]:
    """How far int8's probabilities are from float32's, on what the model itself draws."""
    if available_dots() == [PLAIN]:
        return []
    exact = Sampler(config, tensors, weights="float32")
    codes = exact.step_block(np.ones((1, KL_SAMPLES + config.lookback))).codes[0]
    bits = divergence_bits(
        exact.log_probs(codes), Sampler(config, tensors, weights="int8").log_probs(codes)
    )
    return [Row.measured("int8 from float32", bits, "bit/sample (KL)", about, target=KL_TARGET)]


def divergence_bits(p: NDArray[np.floating], q: NDArray[np.floating]) -> float:
    """Mean Kullback–Leibler divergence of rows of natural log-probabilities q from p, in bits."""
    p64, q64 = p.astype(np.float64), q.astype(np.float64)
    return float((np.exp(p64) * (p64 - q64)).sum(axis=1).mean() / np.log(2))
