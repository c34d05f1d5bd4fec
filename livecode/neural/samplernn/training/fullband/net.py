"""A full-band SampleRNN as it is trained: torch modules whose tensors are those of a model file."""

import math
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livecode.neural.samplernn.fullband import residual
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.training.cells import gru
from livecode.neural.samplernn.training.net import linear

CHUNK = 4096  # steps that pass the sample tier at a time, so that they stay in the cache
#: Spreads of the logistic distributions that the tables by spread begin with, in mean sizes.
WIDTH = 0.55


class WideBatch:
    """Steps of several streams, as the net reads them."""

    def __init__(self, config: FullbandConfig, cells: NDArray[np.uint8], targets: NDArray[np.uint8],
                 rows: NDArray[np.uint8], x: NDArray[np.float16], p: NDArray[np.float16],
                 outline: NDArray[np.float32], told: NDArray[np.float32]) -> None:  # fmt: skip
        """(streams, span + steps, subbands …), but targets, rows and p without the span before.

        outline: (streams, frames + 1, features); the one frame more is for the levels of parts.
        told: (streams, frames, subbands): the level, as RMS, that the outline tells.
        """
        self.cells = torch.from_numpy(cells.astype(np.int32))
        self.targets = torch.from_numpy(targets.astype(np.int64))
        most = np.log(residual.MOST * np.maximum(told, residual.SOFTEST))
        cap = np.floor((most - residual.SPREAD_FROM) / residual.SPREAD_STEP).astype(np.int32)
        cap = np.repeat(np.clip(cap, 0, residual.SPREAD_ROWS - 1), config.outline_steps, axis=1)
        self.rows = torch.from_numpy(np.minimum(rows, cap[..., None]).astype(np.int32))
        soft = torch.from_numpy(softened(x))
        level = self.cells.to(torch.float32) * (4 / config.levels) - 2
        self.frames = torch.cat((soft, level), 2)  # (streams, span + steps, 2 · subbands)
        extra = self.rows.to(torch.float32)
        extra = extra * residual.SPREAD_STEP + (residual.SPREAD_FROM - math.log(residual.SMALL))
        extra = extra * 0.3 - 0.5
        span, low = config.spans[1], config.spans[0]
        last = soft[:, span - 1 : -1, :, None]
        expected = torch.from_numpy(softened(p))[..., None]
        level = torch.from_numpy(softened(told)).repeat_interleave(config.outline_steps, 1)
        sums = F.pad(soft.abs().cumsum(1), (0, 0, 1, 0))  # of the frame of the highest tier before
        ends = sums[:, span::low][:, :-1] - sums[:, ::low][:, : soft.shape[1] // low - span // low]
        recent = (ends / span).repeat_interleave(low, 1)
        self.extra = torch.cat((extra, expected, last, level[..., None], recent[..., None]), 3)
        self.extra = self.extra.flatten(2)
        self.outline = torch.from_numpy(outline)


def softened(x: NDArray[np.floating]) -> NDArray[np.float32]:
    """`residual.softened` of arrays."""
    wide = np.abs(x.astype(np.float32))
    size = np.log1p(wide / residual.SOFT) * (2 / math.log1p(1 / residual.SOFT))
    return np.asarray(np.copysign(size, x), np.float32)


class WideTier(nn.Module):
    """A frame tier: a GRU over frames, upsampled to what the tier below runs at."""

    def __init__(self, config: FullbandConfig, tier: int) -> None:
        super().__init__()
        d, size = config.dim, config.frame_sizes[tier]
        inputs = config.shapes()[f"tiers.{tier}.input.weight"][1]
        self.config, self.size, self.span = config, size, config.spans[tier]
        self.input, self.input_bias = _weight(d, inputs), _zeros(d)
        self.outline = _weight(d, config.features)
        self.ih, self.ih_bias = _weight(3 * d, d), _zeros(3 * d)
        self.hh, self.hh_bias = _weight(3 * d, d), _zeros(3 * d)
        self.up, self.up_bias = _weight(size * d, d), _zeros(size * d)
        self.h0 = _zeros(1, d)

    def forward(self, frames: Tensor, more: Tensor, state: Tensor,
                precision: torch.dtype) -> tuple[Tensor, Tensor]:  # fmt: skip
        """What the tier below is told (batch, time · size, dim), and the state after (batch, dim).

        frames: (batch, time, inputs); more: (batch, time, dim), what else comes in.
        """
        batch, time, _ = frames.shape
        x = linear(frames, self.input, self.input_bias, precision).to(more.dtype) + more
        expanded = linear(x, self.ih, self.ih_bias, precision).to(more.dtype)
        h = gru(expanded, state, self.hh, self.hh_bias, precision)
        up = linear(h, self.up, self.up_bias, precision)
        return up.reshape(batch, time * self.size, self.config.dim), h[:, -1]


class FullbandNet(nn.Module):
    """The tiers that expect cells; the outline's own tier is trained apart."""

    def __init__(self, config: FullbandConfig) -> None:
        super().__init__()
        self.config = config
        self.precision = torch.float32  # of the matrix products; all else is float32
        d, m, e, size = config.dim, config.subbands, config.embedding, config.frame_sizes[0]
        self.tiers = nn.ModuleList(WideTier(config, i) for i in range(2))
        # cosines over the cells: as good as a learned embedding, and nothing to learn in it
        places = (torch.arange(config.levels) + 0.5) / config.levels
        self.embedding = torch.cos(torch.pi * places[:, None] * torch.arange(1, e + 1))
        self.input = _weight(d, size * m * e)
        self.extra = _weight(d, m * config.extras)
        self.outline = _weight(d, config.features)
        self.hidden, self.hidden_bias = _weight(d, d), _zeros(d)
        self.output = nn.Parameter(0.1 * torch.randn(m * config.levels, d) / d**0.5)
        self.output_bias = _zeros(m * config.levels)
        table = _spread_logits(config)
        self.spread = nn.Parameter(table.repeat(m, 1, 1))

    def _tiers(self) -> list[WideTier]:
        return [cast(WideTier, tier) for tier in self.tiers]

    def start(self, batch: int) -> list[Tensor]:
        """The learned states of both tiers."""
        return [tier.h0.expand(batch, -1) for tier in self._tiers()]

    def told(self, batch: WideBatch, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """What the frame tiers tell the sample tier (batch, steps, dim), and the states after."""
        config = self.config
        low, high = config.spans
        frames, outline = batch.frames, batch.outline
        streams, steps = batch.targets.shape[:2]
        per = config.outline_steps // high  # highest frames to a frame of the outline
        tier = self._tiers()[1]
        seen = frames[:, :steps].reshape(streams, steps // high, -1)
        parts = local_parts(outline, config, per)
        above = torch.repeat_interleave(F.linear(outline[:, :-1], tier.outline), per, 1)
        told, after_high = tier(torch.cat((seen, parts), 2), above, state[1], self.precision)
        tier = self._tiers()[0]
        seen = frames[:, high - low : high - low + steps].reshape(streams, steps // low, -1)
        above = torch.repeat_interleave(
            F.linear(outline[:, :-1], tier.outline),
            config.outline_steps // low,
            1,
        )
        told, after_low = tier(seen, told.to(above.dtype) + above, state[0], self.precision)
        return told, [after_low, after_high]

    def weights(self) -> list[Tensor]:
        """The sample tier's tensors."""
        return [self.input, self.extra, self.hidden, self.hidden_bias, self.output,
                self.output_bias, self.spread]  # fmt: skip

    def past(self, batch: WideBatch, precision: torch.dtype) -> Tensor:
        """The last F_0 steps' cells, embedded: (batch · steps, F_0 · subbands · embedding)."""
        config = self.config
        size, width = config.frame_sizes[0], config.subbands * config.embedding
        seen = batch.cells[:, config.spans[1] - size : -1]
        embedded = F.embedding(seen, self.embedding.to(precision)).flatten(2)
        windows = embedded.unfold(1, size, 1).transpose(2, 3)
        return windows.reshape(-1, size * width)

    def logits(self, past: Tensor, extra: Tensor, rows: Tensor, told: Tensor,
               weights: list[Tensor]) -> Tensor:  # fmt: skip
        """Unnormalised log-probabilities (n, subbands, levels) of n steps."""
        of_past, of_extra, hidden, hidden_bias, output, output_bias, spread = weights
        config, precision = self.config, told.dtype
        x = F.linear(past, of_past.to(precision)) + told
        x = (x + F.linear(extra, of_extra).to(precision)).relu_()
        x = linear(x, hidden, hidden_bias, precision).relu_()
        y = linear(x, output, output_bias, precision).view(-1, config.subbands, config.levels)
        step = torch.arange(config.subbands, dtype=torch.int32) * config.spreads
        per = residual.SPREAD_ROWS // config.spreads
        return F.embedding(rows[:, :, 0] // per + step, spread.flatten(0, 1)) + y

    def losses(
        self, batch: WideBatch, state: list[Tensor]
    ) -> tuple[NDArray[np.float64], list[Tensor]]:
        """Mean negative log-likelihood in nats by subband, and the states after.

        With gradients enabled they are added to the parameters' `grad` on the way, chunk by chunk
        through the sample tier, so that its activations never leave the cache.
        """
        config = self.config
        told, after = self.told(batch, state)
        outline = torch.repeat_interleave(
            F.linear(batch.outline[:, :-1], self.outline), config.outline_steps, 1
        )
        told = told + outline.to(told.dtype)
        weights = self.weights()
        learning = torch.is_grad_enabled()
        leaves = [w.detach().requires_grad_(learning) for w in weights]
        flat = told.detach().reshape(-1, config.dim)
        of_told = torch.empty_like(flat) if learning else flat
        past, extra = self.past(batch, told.dtype), batch.extra.reshape(len(flat), -1)
        rows, targets = batch.rows.flatten(0, 1), batch.targets.flatten(0, 1)
        total = np.zeros(config.subbands)
        count = len(flat)
        for begin in range(0, count, CHUNK):
            part = slice(begin, begin + CHUNK)
            seen = flat[part].requires_grad_(learning)
            logits = self.logits(past[part], extra[part], rows[part], seen, leaves)
            flat_logits, goal = logits.detach().flatten(0, 1), targets[part].flatten()
            numbers = torch.arange(len(goal))
            loss = flat_logits.logsumexp(1) - flat_logits[numbers, goal]
            total += loss.view(-1, config.subbands).sum(0).numpy()
            if learning:
                slope = torch.softmax(flat_logits, 1)
                slope[numbers, goal] -= 1
                logits.backward(slope.div_(count).view_as(logits))
                assert seen.grad is not None
                of_told[part] = seen.grad
        if learning:
            torch.autograd.backward(
                [told, *weights], [of_told.view_as(told), *[leaf.grad for leaf in leaves]]
            )
        return total / count, [end.detach() for end in after]

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The tiers' tensors of a model file."""
        found: dict[str, Tensor] = {}
        for i, tier in enumerate(self._tiers()):
            name, d = f"tiers.{i}", self.config.dim
            found |= {
                f"{name}.h0": tier.h0,
                f"{name}.input.weight": tier.input,
                f"{name}.input.bias": tier.input_bias,
                f"{name}.rnn.weight_ih_l0": tier.ih,
                f"{name}.rnn.bias_ih_l0": tier.ih_bias,
                f"{name}.rnn.weight_hh_l0": tier.hh,
                f"{name}.rnn.bias_hh_l0": tier.hh_bias,
                f"{name}.up.weight": tier.up.view(tier.size, d, d),
                f"{name}.up.bias": tier.up_bias.view(tier.size, d),
                f"{name}.outline.weight": tier.outline,
            }
        found |= {
            "sample.input.weight": self.input,
            "sample.extra.weight": self.extra,
            "sample.outline.weight": self.outline,
            "sample.hidden.weight": self.hidden,
            "sample.hidden.bias": self.hidden_bias,
            "sample.output.weight": self.output,
            "sample.output.bias": self.output_bias,
            "sample.spread": self.spread,
        }
        return {name: tensor.detach().numpy().copy() for name, tensor in found.items()}


def local_parts(outline: Tensor, config: FullbandConfig, per: int) -> Tensor:
    """Level of a highest frame's part, of the next, and where it is: (batch, frames · per, 3)."""
    levels = outline[:, :, config.bands :].flatten(1)  # (batch, (frames + 1) · parts)
    frames = (outline.shape[1] - 1) * per
    at = torch.arange(frames) * config.parts // per
    place = (torch.arange(frames) % per).to(levels.dtype) / per
    return torch.stack((levels[:, at], levels[:, at + 1], place.expand(len(levels), -1)), 2)


def _spread_logits(config: FullbandConfig) -> Tensor:
    """Logits (1, spreads, levels) of a logistic distribution of each spread."""
    per = residual.SPREAD_ROWS / config.spreads
    sizes = np.exp(
        residual.SPREAD_FROM + (np.arange(config.spreads) + 0.5) * per * residual.SPREAD_STEP
    )
    edges = np.arange(config.levels + 1) / config.levels * 2 - 1
    curve = np.sign(edges) * residual.SMALL
    curve = curve * np.expm1(np.abs(edges) * np.log1p(residual.LARGEST / residual.SMALL))
    shares = np.empty((config.spreads, config.levels))
    for row, size in enumerate(sizes):
        mass = 0.0
        for width, share in ((0.6, 0.7), (2.0, 0.3)):
            z = np.tanh(np.clip(curve / (2 * width * WIDTH * 2 * size), -30, 30)) / 2
            mass = mass + share * np.diff(z)
        shares[row] = np.log(mass + 1e-6)
    return torch.from_numpy(shares.astype(np.float32))[None]


def _weight(outputs: int, *inputs: int) -> nn.Parameter:
    bound = math.prod(inputs) ** -0.5
    return nn.Parameter(torch.empty(outputs, *inputs).uniform_(-bound, bound))


def _zeros(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.zeros(*shape))
