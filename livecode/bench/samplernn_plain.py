"""SampleRNN sampled plainly in torch, layer by layer and with the same weights: the baseline."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.config import SampleRNNConfig


class PlainLoop:
    """One stream, sampled through the trained layers, as published implementations do.

    Every sample passes one by one through embedding, convolutions (even where a matrix would do),
    RNN and transposed convolution.
    """

    def __init__(self, config: SampleRNNConfig, tensors: Tensors):
        """Set up from tensors named as in `config.shapes()`."""
        self.config = config
        weights = {name: torch.from_numpy(np.array(t, np.float32)) for name, t in tensors.items()}
        self._tiers = [_Tier(config, i, weights) for i in range(len(config.frame_sizes))]
        self._embedding = nn.Embedding.from_pretrained(weights["sample.embedding"])
        first = config.frame_sizes[0]
        self._conv = nn.Conv1d(config.embedding, config.dim, first, bias=False)
        self._conv.weight.data = weights["sample.input.weight"]
        names = ["hidden"] if config.sample_tier == "two-layer" else ["hidden", "hidden2"]
        self._hidden = [_linear(weights, f"sample.{name}") for name in names]
        self._output = _linear(weights, "sample.output")
        self._codes = torch.full((config.lookback,), config.silence, dtype=torch.long)
        self._t = 0

    def log_probs(self, codes: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return natural log probabilities (T - lookback, levels) of what follows codes (T,)."""
        lookback = self.config.lookback
        self._codes = torch.from_numpy(np.array(codes[:lookback], np.int64))
        rows = []
        with torch.inference_mode():
            for code in codes[lookback:]:
                rows.append(self._logits().log_softmax(0).numpy())
                self._take(torch.tensor([int(code)]))
        return np.array(rows, np.float32)

    def draw(self, seed: int) -> Iterator[int]:
        """Yield one code after another, at temperature 1."""
        generator = torch.Generator().manual_seed(seed)
        with torch.inference_mode():
            while True:
                code = torch.multinomial(self._logits().softmax(0), 1, generator=generator)
                self._take(code)
                yield int(code)

    def _take(self, code: Tensor) -> None:
        self._codes = torch.cat([self._codes[1:], code])
        self._t += 1

    def _logits(self) -> Tensor:
        config = self.config
        said: Tensor | None = None
        for i in reversed(range(len(self._tiers))):
            if self._t % config.spans[i] == 0:
                self._tiers[i].step(self._codes, said)
            below = 1 if i == 0 else config.spans[i - 1]
            said = self._tiers[i].said[self._t // below % config.frame_sizes[i]]
        recent = self._embedding(self._codes[-config.frame_sizes[0] :])
        x = self._conv(recent.T[None])[0, :, 0] + said
        if config.sample_tier == "two-layer":
            x = x.relu()
        for layer in self._hidden:
            x = _through(layer, x).relu()
        return _through(self._output, x)


class _Tier:
    """A tier of frames, and its output at the last step, (F_i, dim)."""

    def __init__(self, config: SampleRNNConfig, i: int, weights: dict[str, Tensor]):
        self._config, self._span = config, config.spans[i]
        name = f"tiers.{i}"
        self._input = _linear(weights, f"{name}.input")
        kind = nn.GRU if config.cell == "gru" else nn.LSTM
        self._layers = []
        self._states: list[tuple[Tensor, ...]] = []
        for k in range(config.layers):
            layer = kind(config.dim, config.dim)
            for side in ("ih", "hh"):
                for part in ("weight", "bias"):
                    found = weights[f"{name}.rnn.{part}_{side}_l{k}"]
                    getattr(layer, f"{part}_{side}_l0").data = found
            self._layers.append(layer)
            parts = ("h0",) if config.cell == "gru" else ("h0", "c0")
            self._states.append(tuple(weights[f"{name}.{part}"][k][None] for part in parts))
        size, dim = config.frame_sizes[i], config.dim
        self._up = nn.ConvTranspose1d(dim, dim, size, stride=size, bias=False)
        self._up.weight.data = weights[f"{name}.up.weight"].permute(2, 1, 0).contiguous()
        self._up_bias = weights[f"{name}.up.bias"]
        self.said = self._up_bias

    def step(self, codes: Tensor, said: Tensor | None) -> None:
        """Step with codes (N_top,) and the output of the tier above for this frame, (dim,)."""
        frame = 2 * (codes[-self._span :].float() / (self._config.levels / 2) - 1)
        x = _through(self._input, frame)
        if said is not None:
            x = x + said
        outputs = []
        for k, layer in enumerate(self._layers):
            state = self._states[k]
            y, after = layer(x[None], state[0] if len(state) == 1 else state)
            self._states[k] = after if isinstance(after, tuple) else (after,)
            x = y[0]
            outputs.append(x)
        total = torch.stack(outputs).sum(0) if self._config.skip else x
        self.said = self._up(total[None, :, None])[0].T + self._up_bias


def _linear(weights: dict[str, Tensor], name: str) -> nn.Conv1d:
    weight = weights[f"{name}.weight"]
    layer = nn.Conv1d(weight.shape[1], weight.shape[0], 1)
    assert layer.bias is not None
    layer.weight.data, layer.bias.data = weight[..., None], weights[f"{name}.bias"]
    return layer


def _through(layer: nn.Conv1d, x: Tensor) -> Tensor:
    return torch.as_tensor(layer(x[None, :, None])[0, :, 0])
