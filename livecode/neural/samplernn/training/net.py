"""SampleRNN as it is trained: torch modules whose folded weights are what a model file holds."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livecode.neural.samplernn.config import GATES, SampleRNNConfig
from livecode.neural.samplernn.training.cells import gru, lstm

CHUNK = 8192  # samples that pass the sample tier at a time, so that they stay in the cache

SPREAD = 0.3  # of an embedding's values at first; 1 learns more slowly
WAVES = 32  # cosines over the levels that an embedding begins with, and twice as many an output
SLOPE = 3.0  # how steep the outputs are over the levels at first

State = list[Tensor]  # per tier (2 for an LSTM, else 1; layers; batch; dim)


def linear(x: Tensor, weight: Tensor, bias: Tensor, precision: torch.dtype) -> Tensor:
    """A linear layer that multiplies, and answers, in that precision."""
    return F.linear(x.to(precision), weight.to(precision), bias.to(precision))


def surprisal(logits: Tensor, targets: Tensor, slope: bool) -> tuple[float, Tensor]:
    """Negative log-likelihood in nats, summed, of targets (n,) under logits (n, levels).

    With `slope`, its gradient for the logits, which takes their place in memory.
    """
    rows = torch.arange(len(targets))
    loss = logits.logsumexp(1) - logits[rows, targets]
    if slope:
        torch.softmax(logits, 1, out=logits)
        logits[rows, targets] -= 1
    return float(loss.sum()), logits


class Normed(nn.Module):
    """A weight (out, ...) as direction and length per output (Salimans and Kingma 2016)."""

    def __init__(self, weight: Tensor, norm: bool) -> None:
        super().__init__()
        self.direction = nn.Parameter(weight)
        self.length = nn.Parameter(self._norm(weight)) if norm else None

    @staticmethod
    def _norm(weight: Tensor) -> Tensor:
        norm: Tensor = weight.flatten(1).norm(dim=1).view(-1, *[1] * (weight.ndim - 1))
        return norm

    def forward(self) -> Tensor:
        """The weight itself."""
        if self.length is None:
            return self.direction
        return self.direction * (self.length / self._norm(self.direction))


class Tier(nn.Module):
    """A frame tier: RNN over frames of N_i samples, upsampled to what the tier below runs at."""

    def __init__(self, config: SampleRNNConfig, tier: int, norm: bool) -> None:
        super().__init__()
        d, size, self.span = config.dim, config.frame_sizes[tier], config.spans[tier]
        self.config, self.size = config, size
        self.lstm = config.cell == "lstm"
        self.input = Normed(_uniform((d, self.span), self.span), norm)
        self.input_bias = nn.Parameter(torch.zeros(d))
        self.h0 = nn.Parameter(torch.zeros(2 if self.lstm else 1, config.layers, d))
        gates = GATES[config.cell]
        for k in range(config.layers):
            for side in ("ih", "hh"):
                weight = nn.Parameter(_uniform((gates * d, d), d))
                self.register_parameter(f"weight_{side}_l{k}", weight)
                self.register_parameter(f"bias_{side}_l{k}", nn.Parameter(torch.zeros(gates * d)))
        self.up = Normed(_uniform((size * d, d), d), norm)
        self.up_bias = nn.Parameter(torch.zeros(size * d))

    def start(self, batch: int) -> Tensor:
        """The learned state before the first frame: (1 or 2, layers, batch, dim)."""
        return self.h0[:, :, None].expand(-1, -1, batch, -1)

    def forward(
        self, frames: Tensor, conditioning: Tensor | None, state: Tensor, precision: torch.dtype
    ) -> tuple[Tensor, Tensor]:
        """Conditioning (batch, time * F_i, dim) for the tier below, and the state after.

        `frames` are (batch, time, N_i) scaled samples, `conditioning` (batch, time, dim).
        """
        batch, time, _ = frames.shape
        x = F.linear(frames, self.input(), self.input_bias)
        if conditioning is not None:
            x = x + conditioning
        total, ends = None, []
        for k in range(self.config.layers):
            ih, hh, ih_bias, hh_bias = (
                getattr(self, f"{part}_{side}_l{k}")
                for part in ("weight", "bias")
                for side in ("ih", "hh")
            )
            expanded = linear(x, ih, ih_bias, precision).to(frames.dtype)
            if self.lstm:
                x, cell = lstm(expanded, state[0, k], state[1, k], hh, hh_bias, precision)
                ends.append(torch.stack((x[:, -1], cell)))
            else:
                x = gru(expanded, state[0, k], hh, hh_bias, precision)
                ends.append(x[:, -1][None])
            total = x if total is None or not self.config.skip else total + x
        assert total is not None
        up = linear(total, self.up(), self.up_bias, precision)
        return up.reshape(batch, time * self.size, self.config.dim), torch.stack(ends, 1)


class SampleTier(nn.Module):
    """The lowest tier: from F_0 embedded samples and conditioning to the next one's levels."""

    def __init__(self, config: SampleRNNConfig, norm: bool) -> None:
        super().__init__()
        d, e, size = config.dim, config.embedding, config.frame_sizes[0]
        self.config = config
        embedding = SPREAD * torch.randn(config.levels, e)
        embedding[:, :WAVES] = _smooth(config.levels, min(WAVES, e))
        self.embedding = nn.Parameter(embedding)
        self.input = Normed(_uniform((d, e, size), e * size), norm)
        names = ["hidden", "hidden2"] if config.sample_tier == "three-layer" else ["hidden"]
        self.hidden = nn.ModuleList(Normed(_uniform((d, d), d), norm) for _ in names)
        self.hidden_bias = nn.ParameterList(nn.Parameter(torch.zeros(d)) for _ in names)
        mix = SLOPE * torch.randn(2 * WAVES, d) / d**0.5
        self.output = Normed(_smooth(config.levels, 2 * WAVES) @ mix, norm)
        self.output_bias = nn.Parameter(torch.zeros(config.levels))

    def weights(self) -> list[Tensor]:
        """The table (F_0 * levels, dim) of embedding times convolution, then the layers'."""
        conv = self.input().permute(2, 1, 0)  # (F_0, e, dim)
        table = torch.matmul(self.embedding, conv).flatten(0, 1)
        weights = [table]
        for weight, bias in zip(self.hidden, self.hidden_bias, strict=True):
            weights += [weight(), bias]
        return [*weights, self.output(), self.output_bias]

    def logits(self, past: Tensor, conditioning: Tensor, weights: list[Tensor]) -> Tensor:
        """Unnormalised log-probabilities (n, levels) from rows (n, F_0) of the table."""
        table, *layers, output, output_bias = weights
        precision = conditioning.dtype
        x = F.embedding_bag(past, table, mode="sum").to(precision) + conditioning
        if self.config.sample_tier == "two-layer":
            x = x.relu_()
        for weight, bias in zip(layers[::2], layers[1::2], strict=True):
            x = linear(x, weight, bias, precision).relu_()
        return linear(x, output, output_bias, precision).to(table.dtype)


class SampleRNNNet(nn.Module):
    """All tiers; `codes` are (batch, lookback + T) with T a multiple of the look-back."""

    def __init__(self, config: SampleRNNConfig, weight_norm: bool = True) -> None:
        super().__init__()
        self.config = config
        self.precision = torch.float32  # of the matrix products; all else is float32
        self.tiers = nn.ModuleList(
            Tier(config, i, weight_norm) for i in range(len(config.frame_sizes))
        )
        self.sample = SampleTier(config, weight_norm)

    def expect(self, shares: NDArray[np.float64]) -> None:
        """Begins with the frequencies (levels,) of levels, which need not be learned then."""
        with torch.no_grad():
            self.sample.output_bias.copy_(torch.from_numpy(np.log(shares)))

    def start(self, batch: int) -> State:
        """The learned states of all tiers, the lowest first."""
        return [tier.start(batch) for tier in self.tiers]  # type: ignore[operator]

    def conditioning(self, codes: Tensor, state: State) -> tuple[Tensor, State]:
        """What the frame tiers tell the sample tier (batch, T, dim), and the states after."""
        config = self.config
        samples = codes.to(torch.float32) * (4 / config.levels) - 2
        told: Tensor | None = None
        after: State = []
        for i in reversed(range(len(config.spans))):
            span = config.spans[i]
            frames = samples[:, config.lookback - span : -span]
            frames = frames.reshape(codes.shape[0], -1, span)
            told, end = self.tiers[i](frames, told, state[i], self.precision)
            after.insert(0, end)
        assert told is not None
        return told, after

    def past(self, codes: Tensor) -> Tensor:
        """Rows of the sample tier's table: (batch * T, F_0) int32."""
        size = self.config.frame_sizes[0]
        windows = codes[:, self.config.lookback - size : -1].unfold(1, size, 1)
        steps = torch.arange(size, dtype=codes.dtype) * self.config.levels
        return (windows + steps).reshape(-1, size)

    def losses(
        self, codes: Tensor, state: State, read: Tensor | None = None
    ) -> tuple[float, State]:
        """Mean negative log-likelihood in nats of the T samples, and the states after.

        `read` are the codes that it reads, where they are not just those that it predicts.
        With gradients enabled they are added to the parameters' `grad` on the way, chunk by
        chunk through the sample tier, so that its activations never leave the cache.
        """
        read = codes if read is None else read
        told, after = self.conditioning(read, state)
        weights = self.sample.weights()
        learning = torch.is_grad_enabled()
        leaves = [w.detach().requires_grad_(learning) for w in weights]
        flat = told.detach().reshape(-1, self.config.dim)
        of_told = torch.empty_like(flat) if learning else flat
        past, targets = self.past(read), codes[:, self.config.lookback :].reshape(-1).long()
        total = 0.0
        for begin in range(0, len(flat), CHUNK):
            part = slice(begin, begin + CHUNK)
            seen = flat[part].requires_grad_(learning)
            logits = self.sample.logits(past[part], seen, leaves)
            surprise, slope = surprisal(logits.detach(), targets[part], learning)
            total += surprise
            if learning:
                logits.backward(slope.div_(len(flat)))
                assert seen.grad is not None
                of_told[part] = seen.grad
        if learning:
            torch.autograd.backward(
                [told, *weights], [of_told.view_as(told), *[leaf.grad for leaf in leaves]]
            )
        return total / len(flat), [end.detach() for end in after]

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The tensors of a model file, weight norm folded in, as float32."""
        config, found = self.config, {}
        for i, tier in enumerate(self.tiers):
            assert isinstance(tier, Tier)
            name = f"tiers.{i}"
            found[f"{name}.h0"] = tier.h0[0]
            if config.cell == "lstm":
                found[f"{name}.c0"] = tier.h0[1]
            found[f"{name}.input.weight"], found[f"{name}.input.bias"] = (
                tier.input(),
                tier.input_bias,
            )
            for k in range(config.layers):
                for part in ("weight", "bias"):
                    for side in ("ih", "hh"):
                        key = f"{part}_{side}_l{k}"
                        found[f"{name}.rnn.{key}"] = getattr(tier, key)
            found[f"{name}.up.weight"] = tier.up().view(tier.size, config.dim, config.dim)
            found[f"{name}.up.bias"] = tier.up_bias.view(tier.size, config.dim)
        sample = self.sample
        found["sample.embedding"] = sample.embedding
        found["sample.input.weight"] = sample.input()
        for k, name in enumerate(("hidden", "hidden2")[: len(sample.hidden)]):
            found[f"sample.{name}.weight"] = sample.hidden[k]()
            found[f"sample.{name}.bias"] = sample.hidden_bias[k]
        found["sample.output.weight"] = sample.output()
        found["sample.output.bias"] = sample.output_bias
        return {name: tensor.detach().numpy().copy() for name, tensor in found.items()}


def _smooth(levels: int, waves: int) -> Tensor:
    """Cosines over the levels (levels, waves), the slower ones the larger: near levels are alike."""
    places = (torch.arange(levels) + 0.5) / levels
    numbers = torch.arange(1, waves + 1)
    return torch.cos(torch.pi * places[:, None] * numbers) / numbers


def _uniform(shape: tuple[int, ...], inputs: int) -> Tensor:
    """Torch's own beginning for layers; the larger ones of the first SampleRNN learn more slowly."""
    return torch.empty(shape).uniform_(-(inputs**-0.5), inputs**-0.5)
