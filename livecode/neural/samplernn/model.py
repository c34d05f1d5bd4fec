"""SampleRNN as it is loaded: log-probabilities and takes in plain numpy; nothing here is live."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.config import KIND, TEMPERATURES, SampleRNNConfig
from livecode.neural.samplernn.quantise import Codes, Floats, dequantised, quantised

__all__ = ["KIND", "SampleRNN"]

CHUNK = 4096  # samples that pass the sample tier at a time


class SampleRNN:
    """A trained SampleRNN: its configuration, its sample rate in Hz, and its weights.

    Raises LivecodeError if the tensors are not those that the configuration calls for.
    """

    def __init__(
        self, name: str, sample_rate: int, config: SampleRNNConfig, tensors: Tensors
    ) -> None:
        for tensor, shape in config.shapes().items():
            if tensor not in tensors or tensors[tensor].shape != shape:
                raise LivecodeError(
                    f"the SampleRNN {name!r} lacks the tensor {tensor!r} of shape {shape}: "
                    "copy or train it again"
                )
        self.name, self.sample_rate, self.config = name, sample_rate, config
        self.tensors = {name: np.asarray(t, np.float32) for name, t in tensors.items()}
        conv = self.tensors["sample.input.weight"].transpose(2, 1, 0)
        self._table = np.matmul(self.tensors["sample.embedding"], conv)  # (F_0, levels, dim)

    @property
    def lookback(self) -> int:
        """Samples that are only looked back on, before the first that is predicted."""
        return self.config.lookback

    def quantise(self, audio: Floats) -> Codes:
        """Levels (n,) of audio (n,) in [-1, 1]."""
        return quantised(audio, self.config.levels, self.config.quantiser)

    def dequantise(self, codes: NDArray[np.integer]) -> Floats:
        """Audio (n,) in [-1, 1] of levels (n,)."""
        return dequantised(codes, self.config.levels, self.config.quantiser)

    def log_probs(self, codes: NDArray[np.integer]) -> Floats:
        """Natural log-probabilities (T - lookback, levels) of every next level of codes (T,).

        Row t is the distribution of codes[lookback + t] given all codes before it.
        """
        codes = self._checked(codes)
        look, config = self.lookback, self.config
        count = len(codes) - look
        padded = np.pad(codes, (0, -count % look), constant_values=config.silence)
        samples = padded.astype(np.float32) * np.float32(4 / config.levels) - np.float32(2)
        told: Floats | None = None
        for i in reversed(range(len(config.spans))):
            span = config.spans[i]
            frames = samples[look - span : len(samples) - span].reshape(-1, span)
            state = self._start(i, 1)
            rows = []
            for f, frame in enumerate(frames):
                rows.append(self._tier(i, frame[None], None if told is None else told[f], state))
            told = np.stack(rows).transpose(0, 2, 1, 3).reshape(-1, 1, config.dim)
        assert told is not None
        size = config.frame_sizes[0]
        past = np.lib.stride_tricks.sliding_window_view(codes[look - size : -1], size)
        out = np.empty((count, config.levels), np.float32)
        for begin in range(0, count, CHUNK):
            part = slice(begin, min(begin + CHUNK, count))
            out[part] = _log_softmax(self._logits(past[part], told[part, 0]))
        return out

    def generate(
        self,
        seconds: float,
        temperature: float | Sequence[float] = 1.0,
        seed: int = 0,
        unlikely: float = 0.0,
    ) -> Floats:
        """New sound: float32 (n,) at `sample_rate`, or (takes, n) for several temperatures.

        unlikely: levels with less than this share of the likeliest's probability are never drawn.
        """
        takes = np.atleast_1d(np.asarray(temperature, np.float64))
        if not (np.isfinite(takes).all() and takes.min() > 0):
            raise LivecodeError(f"a temperature is a number above 0, not {temperature!r}")
        codes = self._sampled(max(1, round(seconds * self.sample_rate)), takes, seed, unlikely)
        audio = self.dequantise(codes)
        return audio if np.ndim(temperature) else audio[0]

    def _sampled(
        self, count: int, temperatures: NDArray[np.float64], seed: int, unlikely: float
    ) -> Codes:
        """Levels (streams, count) by inverting the cumulative distribution of every sample."""
        config, look, streams = self.config, self.lookback, len(temperatures)
        rng = np.random.default_rng(seed)
        codes = np.full((streams, look + count), config.silence, np.int32)
        states = [self._start(i, streams) for i in range(len(config.spans))]
        told: list[Floats] = [np.empty(0, np.float32) for _ in config.spans]
        cold = (1 / np.clip(temperatures, *TEMPERATURES)).astype(np.float32)[:, None]
        last = config.levels - 1
        for t in range(count):
            for i in reversed(range(len(config.spans))):
                span = config.spans[i]
                if t % span:
                    continue
                frame = codes[:, look + t - span : look + t].astype(np.float32)
                frame = frame * np.float32(4 / config.levels) - np.float32(2)
                above = None
                if i + 1 < len(config.spans):
                    above = told[i + 1][t // span % config.frame_sizes[i + 1]]
                told[i] = self._tier(i, frame, above, states[i])
            size = config.frame_sizes[0]
            past = codes[:, look + t - size : look + t]
            logits = self._logits(past, told[0][t % size])
            logits -= logits.max(1, keepdims=True)
            logits[logits < np.log(max(unlikely, 1e-38))] = -np.inf
            odds = np.exp(logits * cold).cumsum(1, dtype=np.float64)
            draws = rng.random(streams)[:, None] * odds[:, -1:]
            codes[:, look + t] = np.minimum((odds <= draws).sum(1), last)
        return codes[:, look:]

    def _checked(self, codes: NDArray[np.integer]) -> Codes:
        codes = np.asarray(codes)
        if codes.ndim != 1 or codes.dtype.kind not in "iu" or len(codes) <= self.lookback:
            raise LivecodeError(
                f"{self.name!r} judges one row of more than {self.lookback} whole numbers, "
                f"not {codes.dtype} of shape {codes.shape}"
            )
        if codes.min() < 0 or codes.max() >= self.config.levels:
            raise LivecodeError(
                f"the levels of {self.name!r} are 0 to {self.config.levels - 1}, "
                f"not {codes.min()} to {codes.max()}"
            )
        return codes.astype(np.int32)

    def _start(self, tier: int, streams: int) -> dict[str, Floats]:
        """The learned state of a tier: h (and c) of shape (layers, streams, dim)."""
        names = {"h": f"tiers.{tier}.h0", "c": f"tiers.{tier}.c0"}
        return {
            short: np.repeat(self.tensors[name][:, None], streams, axis=1)
            for short, name in names.items()
            if name in self.tensors
        }

    def _tier(
        self, tier: int, frame: Floats, above: Floats | None, state: dict[str, Floats]
    ) -> Floats:
        """One step of a tier: (F_i, streams, dim) for the tier below; moves the state on."""
        own: dict[str, Any] = self.tensors
        name = f"tiers.{tier}"
        x = frame @ own[f"{name}.input.weight"].T + own[f"{name}.input.bias"]
        if above is not None:
            x = x + above
        total: Floats | None = None
        for k in range(self.config.layers):
            expanded = x @ own[f"{name}.rnn.weight_ih_l{k}"].T + own[f"{name}.rnn.bias_ih_l{k}"]
            h = state["h"][k]
            hidden = h @ own[f"{name}.rnn.weight_hh_l{k}"].T + own[f"{name}.rnn.bias_hh_l{k}"]
            if self.config.cell == "gru":
                x = _gru(expanded, hidden, h)
            else:
                x, state["c"][k] = _lstm(expanded + hidden, state["c"][k])
            state["h"][k] = x
            total = x if total is None or not self.config.skip else total + x
        assert total is not None
        up: Floats = own[f"{name}.up.weight"]
        below: Floats = np.matmul(total, up.transpose(0, 2, 1)) + own[f"{name}.up.bias"][:, None]
        return below

    def _logits(self, past: NDArray[np.integer], told: Floats) -> Floats:
        """Unnormalised log-probabilities (n, levels) from (n, F_0) samples and (n, dim)."""
        x = told.copy()
        for f in range(past.shape[1]):
            x += self._table[f][past[:, f]]
        if self.config.sample_tier == "two-layer":
            np.maximum(x, 0, out=x)
        names = ("hidden", "hidden2") if self.config.sample_tier == "three-layer" else ("hidden",)
        for name in names:
            x = x @ self.tensors[f"sample.{name}.weight"].T + self.tensors[f"sample.{name}.bias"]
            np.maximum(x, 0, out=x)
        out: Floats = x @ self.tensors["sample.output.weight"].T
        return out + self.tensors["sample.output.bias"]


def _sigmoid(x: Floats) -> Floats:
    half: Floats = np.tanh(x * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    return half


def _gru(expanded: Floats, hidden: Floats, h: Floats) -> Floats:
    """The next state (streams, dim), by torch's formula and order of gates."""
    d = h.shape[-1]
    rz = _sigmoid(expanded[:, : 2 * d] + hidden[:, : 2 * d])
    n = np.tanh(expanded[:, 2 * d :] + rz[:, :d] * hidden[:, 2 * d :])
    z = rz[:, d:]
    moved: Floats = n + z * (h - n)
    return moved


def _lstm(gates: Floats, c: Floats) -> tuple[Floats, Floats]:
    """The next state and cell (streams, dim), by torch's formula and order of gates."""
    d = c.shape[-1]
    i, f, o = (_sigmoid(gates[:, k * d : (k + 1) * d]) for k in (0, 1, 3))
    cell: Floats = f * c + i * np.tanh(gates[:, 2 * d : 3 * d])
    return o * np.tanh(cell), cell


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(1, keepdims=True)
    out: Floats = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return out
