"""`bench training`: how fast a SampleRNN learns here, beside a plain torch loop of the same model."""

import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from livecode.bench.rows import BenchRow, Identity
from livecode.neural.audio.order import ClipOrder
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.training.adam import BETAS, CLIP
from livecode.neural.samplernn.training.learning import (
    Learning,
    frequencies,
    keep_memory,
    multiplies_bfloat16,
)
from livecode.neural.samplernn.training.settings import USUAL

SAMPLE_RATE = 16_000
STREAMS, SEQUENCE, SEQUENCES = 16, 512, 16
LEARNING_RATE = 2e-3
STEPS = 120
FASTER = 2.0  # times the plain loop's samples a second
NO_WORSE = 0.02  # bits a sample


class PlainTier(nn.Module):
    """A frame tier as in the papers: 1 × 1 convolution, RNN, transposed convolution."""

    def __init__(self, config: SampleRNNConfig, tier: int) -> None:
        super().__init__()
        self.span, size, d = config.spans[tier], config.frame_sizes[tier], config.dim
        self.input = weight_norm(nn.Conv1d(self.span, d, 1))
        self.rnn = nn.GRU(d, d, config.layers, batch_first=True)
        self.h0 = nn.Parameter(torch.zeros(config.layers, d))
        self.up = weight_norm(nn.ConvTranspose1d(d, d, size, stride=size))

    def forward(self, frames: Tensor, above: Tensor | None, state: Tensor) -> tuple[Tensor, Tensor]:
        """Map frames (batch, time, span), the output of the tier above, and the state one step on."""
        x = self.input(frames.transpose(1, 2)).transpose(1, 2)
        x = x if above is None else x + above
        out, state = self.rnn(x, state)
        return self.up(out.transpose(1, 2)).transpose(1, 2), state


class PlainSampleRNN(nn.Module):
    """The model of `SampleRNNNet` with a GRU and two layers, made of torch's own modules."""

    def __init__(self, config: SampleRNNConfig) -> None:
        super().__init__()
        self.config, d = config, config.dim
        self.tiers = nn.ModuleList(PlainTier(config, i) for i in range(len(config.spans)))
        self.embedding = nn.Embedding(config.levels, config.embedding)
        self.input = weight_norm(nn.Conv1d(config.embedding, d, config.frame_sizes[0], bias=False))
        self.hidden = weight_norm(nn.Conv1d(d, d, 1))
        self.output = weight_norm(nn.Conv1d(d, config.levels, 1))

    def start(self, batch: int) -> list[Tensor]:
        """Return the learned initial states."""
        states = []
        for tier in self.tiers:
            assert isinstance(tier, PlainTier)
            states.append(tier.h0[:, None].expand(-1, batch, -1).contiguous())
        return states

    def forward(self, codes: Tensor, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Return the mean loss in nats of codes (batch, lookback + T), and the states after."""
        config, look = self.config, self.config.lookback
        samples = codes.float() * (4 / config.levels) - 2
        above = None
        after: list[Tensor] = []
        for i in reversed(range(len(config.spans))):
            span = config.spans[i]
            frames = samples[:, look - span : -span].reshape(len(codes), -1, span)
            above, end = self.tiers[i](frames, above, state[i])
            after.insert(0, end.detach())
        assert above is not None
        past = codes[:, look - config.frame_sizes[0] : -1].long()
        x = self.input(self.embedding(past).transpose(1, 2)) + above.transpose(1, 2)
        logits = self.output(functional.relu(self.hidden(functional.relu(x))))
        return functional.cross_entropy(logits, codes[:, look:].long()), after


class PlainLearning:
    """A plain training step for `PlainSampleRNN`."""

    def __init__(self, config: SampleRNNConfig) -> None:
        torch.manual_seed(0)
        self.net = PlainSampleRNN(config)
        self.adam = torch.optim.Adam(self.net.parameters(), LEARNING_RATE, betas=BETAS)
        self.state = self.net.start(STREAMS)

    def step(self, codes: Tensor, fresh: bool) -> float:
        """Do one step of Adam. Return the loss in bits a sample."""
        state = self.net.start(STREAMS) if fresh else self.state
        self.adam.zero_grad()
        loss, self.state = self.net(codes, state)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), CLIP)
        self.adam.step()
        return float(loss.detach()) / float(np.log(2))


def training_speed(steps: int = STEPS, config: SampleRNNConfig = USUAL) -> list[BenchRow]:
    """Measure training samples a second on one thread, and bits a sample after as many steps."""
    torch.set_num_threads(1)
    audio = sound(90.0)
    half = len(audio) // 10
    train, test = audio[half:], audio[:half]
    order = ClipOrder((train,), STREAMS, SEQUENCE, SEQUENCES, config.lookback, seed=0)
    learning = Learning(config, STREAMS, low=multiplies_bfloat16())
    learning.net.expect(frequencies(config, [train]))
    plain = PlainLearning(config)
    rows = np.stack(np.split(test[: len(test) // 8 * 8], 8))
    rows = rows[:, : (rows.shape[1] // config.lookback) * config.lookback]
    codes = learning.codes(rows)

    def plain_step(i: int) -> None:
        plain.step(learning.codes(order.audio(i)), order.begins(i))

    # before memory is kept, which would help the plain loop, too
    plain_rate = _rate(plain_step, steps)
    keep_memory()
    rate = _rate(lambda i: learning.step(order, LEARNING_RATE), steps)
    bits = learning.held_out_bits(codes)
    with torch.no_grad():
        loss, _ = plain.net(codes, plain.net.start(len(codes)))
    plain_bits = float(loss) / float(np.log(2))
    about: Identity = {
        "dim": config.dim,
        "frames": " ".join(map(str, config.frame_sizes)),
        "layers": config.layers,
        "cores": 1,
        "products": "bfloat16" if learning.low else "float32",
        "steps": steps,
    }
    return [
        BenchRow.measured("training", rate, "samples/s", about, baseline=plain_rate,
                     target=FASTER * plain_rate, better="higher"),
        BenchRow.measured("held out after training", bits, "bits/sample", about, baseline=plain_bits,
                     target=plain_bits + NO_WORSE),
    ]  # fmt: skip


def sound(seconds: float) -> NDArray[np.float32]:
    """Return plucked tones with a little noise, always the same: a sound that can be learned."""
    rng = np.random.default_rng(1)
    count = int(seconds * SAMPLE_RATE)
    audio = rng.normal(0, 0.002, count)
    length = SAMPLE_RATE // 2
    t = np.arange(length) / SAMPLE_RATE
    for begin in range(0, count - length, SAMPLE_RATE // 6):
        hz = 110 * 2 ** (rng.integers(36) / 12)
        partials = sum(0.6**k * np.sin(2 * np.pi * hz * k * t) for k in range(1, 7))
        audio[begin : begin + length] += 0.12 * np.exp(-5 * t) * partials
    return np.asarray(audio / np.abs(audio).max(), np.float32)


def _rate(step: Callable[[int], object], steps: int) -> float:
    """Return samples a second of processor time, without the first few steps."""
    for i in range(3):
        step(i)
    began = time.process_time()
    for i in range(3, steps):
        step(i)
    return (steps - 3) * STREAMS * SEQUENCE / (time.process_time() - began)
