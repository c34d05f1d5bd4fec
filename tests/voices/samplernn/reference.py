"""A SampleRNN written to be read, in plain numpy, one sample after the other: what the kernel must equal."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.config import SampleRNNConfig

Floats = NDArray[np.floating]


class Reference:
    """One stream of a SampleRNN (Mehri et al. 2017, arXiv:1612.07837), from silence and state h0."""

    def __init__(self, config: SampleRNNConfig, tensors: Tensors):
        """`tensors` as `config.shapes()` names them."""
        self.config = config
        self._w = tensors
        self._codes = [config.silence] * config.lookback
        self._t = 0
        tiers = range(len(config.frame_sizes))
        self._h = [list(tensors[f"tiers.{i}.h0"]) for i in tiers]
        lstm = config.cell == "lstm"
        self._c = [list(tensors[f"tiers.{i}.c0"]) for i in tiers] if lstm else []
        self._out: list[Floats] = [np.zeros(config.dim, np.float32) for _ in tiers]

    def log_probs(self, codes: NDArray[np.integer]) -> Floats:
        """Natural log-probabilities (T - lookback, levels) of each next code, for codes (T,)."""
        lookback = self.config.lookback
        self._codes = [int(code) for code in codes[:lookback]]
        rows = []
        for code in codes[lookback:]:
            logits = self.logits()
            peak = logits.max()
            rows.append(logits - peak - np.log(np.exp(logits - peak).sum()))
            self.take(int(code))
        return np.array(rows).reshape(-1, self.config.levels)

    def take(self, code: int) -> None:
        """The code that was drawn for the sample of the last `logits`."""
        self._codes = [*self._codes[1:], code]
        self._t += 1

    def logits(self) -> Floats:
        """Unnormalised natural log-probabilities (levels,) of the next code."""
        config, w = self.config, self._w
        for i in reversed(range(len(config.frame_sizes))):
            if self._t % config.spans[i] == 0:
                self._tier(i)
        recent = self._codes[-config.frame_sizes[0] :]
        embedded = w["sample.embedding"][recent]  # (F_0, e), oldest first
        x = np.einsum("dek,ke->d", w["sample.input.weight"], embedded) + self._up(0)
        if config.sample_tier == "two-layer":
            x = _relu(x)
        x = _relu(w["sample.hidden.weight"] @ x + w["sample.hidden.bias"])
        if config.sample_tier == "three-layer":
            x = _relu(w["sample.hidden2.weight"] @ x + w["sample.hidden2.bias"])
        return np.asarray(w["sample.output.weight"] @ x + w["sample.output.bias"])

    def _tier(self, i: int) -> None:
        """One step of a tier's RNN."""
        config, w = self.config, self._w
        frame = np.array(self._codes[-config.spans[i] :], np.float32)
        frame = 2 * (frame / (config.levels / 2) - 1)
        x = w[f"tiers.{i}.input.weight"] @ frame + w[f"tiers.{i}.input.bias"]
        if i + 1 < len(config.frame_sizes):
            x = x + self._up(i + 1)
        total = np.zeros_like(x)
        step: Callable[[int, int, Floats], Floats]
        step = self._gru if config.cell == "gru" else self._lstm
        for layer in range(config.layers):
            x = step(i, layer, x)
            total = total + x
        self._out[i] = total if config.skip else x

    def _up(self, i: int) -> Floats:
        """What tier i says (dim,) to the frame below that begins now, or to this sample."""
        below = 1 if i == 0 else self.config.spans[i - 1]
        step = self._t // below % self.config.frame_sizes[i]
        w = self._w
        return np.asarray(
            w[f"tiers.{i}.up.weight"][step] @ self._out[i] + w[f"tiers.{i}.up.bias"][step]
        )

    def _gates(self, i: int, layer: int, side: str, x: Floats) -> list[Floats]:
        name = f"{side}_l{layer}"
        w = self._w
        y = w[f"tiers.{i}.rnn.weight_{name}"] @ x + w[f"tiers.{i}.rnn.bias_{name}"]
        return np.split(y, len(y) // self.config.dim)

    def _gru(self, i: int, layer: int, x: Floats) -> Floats:
        """Cho et al. 2014, in the form of torch.nn.GRU: the reset gate after the product."""
        h = self._h[i][layer]
        xr, xz, xn = self._gates(i, layer, "ih", x)
        hr, hz, hn = self._gates(i, layer, "hh", h)
        z = _sigmoid(xz + hz)
        n = np.tanh(xn + _sigmoid(xr + hr) * hn)
        self._h[i][layer] = (1 - z) * n + z * h
        return self._h[i][layer]

    def _lstm(self, i: int, layer: int, x: Floats) -> Floats:
        """Hochreiter and Schmidhuber 1997, in the form of torch.nn.LSTM."""
        inputs = self._gates(i, layer, "ih", x)
        states = self._gates(i, layer, "hh", self._h[i][layer])
        enter, forget, cell, out = (a + b for a, b in zip(inputs, states, strict=True))
        c = _sigmoid(forget) * self._c[i][layer] + _sigmoid(enter) * np.tanh(cell)
        self._c[i][layer] = c
        self._h[i][layer] = _sigmoid(out) * np.tanh(c)
        return self._h[i][layer]


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
