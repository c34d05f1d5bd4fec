"""A full-band SampleRNN as it is loaded: codes, log-probabilities and takes in plain numpy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband import bands, codebook, residual
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.subbands import TAPS, joined, split
from livecode.neural.samplernn.fullband.walk import Walk

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]

TEMPERATURES = (0.01, 10.0)


class FullbandSampleRNN:
    """A trained full-band SampleRNN: its configuration, its sample rate in Hz, and its weights.

    Its codes are one row of whole numbers: the tokens of the first frame's outline, then, for each
    frame, the tokens of the frame after it and the cells of its steps, subband after subband.
    Raises LivecodeError if the tensors are not those that the configuration calls for.
    """

    def __init__(
        self, name: str, sample_rate: int, config: FullbandConfig, tensors: Tensors
    ) -> None:
        for tensor, shape in config.shapes().items():
            if tensor not in tensors or tensors[tensor].shape != shape:
                raise LivecodeError(
                    f"the SampleRNN {name!r} lacks the tensor {tensor!r} of shape {shape}: "
                    "copy or train it again"
                )
        self.name, self.sample_rate, self.config = name, sample_rate, config
        self.tensors = {name: np.asarray(t, np.float32) for name, t in tensors.items()}

    @property
    def lookback(self) -> int:
        """Codes that are only looked back on: none, since a stream begins with an outline."""
        return 0

    def quantise(self, audio: Floats) -> Codes:
        """Codes of audio (n,) in [-1, 1]: those of its whole frames."""
        tokens, cells = self.taken_in(audio)
        return woven(tokens, cells, self.config)

    def outlined(self, audio: Floats) -> Codes:
        """Tokens (1 + frames, stages) of the outline of audio (n,) in [-1, 1]."""
        config = self.config
        frames = len(audio) // config.outline_hop
        audio = np.asarray(audio[: frames * config.outline_hop], np.float32)
        late = np.pad(audio, ((TAPS + 1) // 2, 0))
        outline = bands.measured(late, config, self.sample_rate)
        normal = (outline - self.tensors["outline.mean"]) / self.tensors["outline.scale"]
        book = self.tensors["outline.codebook"]
        tokens = codebook.tokens_of(normal, book, config.hold)[: frames + 1]
        return np.concatenate([tokens, tokens[-1:]])[: frames + 1]

    def taken_in(self, audio: Floats) -> tuple[Codes, Codes]:
        """Tokens (1 + frames, stages) and cells (steps, subbands) of audio (n,) in [-1, 1]."""
        config = self.config
        tokens = self.outlined(audio)
        frames = len(tokens) - 1
        audio = np.asarray(audio[: frames * config.outline_hop], np.float32)
        parts = split(audio, config.subbands)
        told, level = self._told(tokens)
        n, m = parts.shape
        x, p = np.empty((n, m), np.float32), np.empty((n, m), np.float32)
        cells, targets = np.empty((n, m), np.uint8), np.empty((n, m), np.uint8)
        residual.encoded(
            residual.predictor(config, self.sample_rate), residual.track(config), config.levels,
            config.spans, parts, told, level, config.outline_steps, np.zeros((n, m), np.float32),
            np.zeros(frames + 1), x, p, cells, targets, np.empty((n, m, 3), np.uint8),
        )  # fmt: skip
        return tokens, cells.astype(np.int32)

    def dequantise(self, codes: NDArray[np.integer]) -> Floats:
        """Audio (frames · outline_hop,) of codes, late by TAPS samples as all that it plays."""
        config, (tokens, cells) = self.config, self.apart(codes)
        told, level = self._told(tokens)
        x = np.empty(cells.shape, np.float32)
        residual.decoded(
            residual.predictor(config, self.sample_rate), residual.track(config), config.levels,
            config.spans, cells, told, level, config.outline_steps, x,
        )  # fmt: skip
        return joined(x, config.subbands)

    def apart(self, codes: NDArray[np.integer]) -> tuple[Codes, Codes]:
        """Tokens and cells of codes; raises LivecodeError if they are not of whole frames."""
        config, known = self.config, np.asarray(codes)
        stages, frame = config.stages, config.stages + config.outline_hop
        if known.ndim != 1 or known.dtype.kind not in "iu" or (len(known) - stages) % frame:
            raise LivecodeError(
                f"{self.name!r} judges one row of whole numbers, {stages} and {frame} for each "
                f"frame, not {known.dtype} of shape {known.shape}"
            )
        if (
            len(known) <= stages
            or known.min() < 0
            or known.max() >= max(config.levels, config.entries)
        ):
            raise LivecodeError(f"the codes of {self.name!r} are none, or out of range")
        rows = known[stages:].reshape(-1, frame)
        tokens = np.concatenate([known[None, :stages], rows[:, :stages]]).astype(np.int32)
        cells = rows[:, stages:].reshape(-1, config.subbands).astype(np.int32)
        return tokens, cells

    def log_probs(self, codes: NDArray[np.integer], adapter: Adapter | None = None) -> Floats:
        """Natural log-probabilities (T, larger of levels and entries) of each of codes (T,).

        Row t is the distribution of codes[t] given all codes before it; where a code has fewer
        values than the row, the rest are impossible. `adapter`: what its outline is drawn with.
        """
        tokens, _ = self.apart(codes)
        left = iter([int(code) for code in codes])
        rows: list[Floats] = []

        def choose(log_probs: Floats, token: bool) -> int:
            rows.append(log_probs)
            return next(left)

        walk = Walk(self.config, self.tensors, self.sample_rate, choose, adapter)
        for _ in tokens[1:]:
            walk.frame()
        out = np.full((len(rows), max(map(len, rows))), -np.inf, np.float32)
        for row, log_probs in zip(out, rows, strict=True):
            row[: len(log_probs)] = log_probs
        return out

    def generate(
        self,
        seconds: float,
        temperature: float | Sequence[float] = 1.0,
        seed: int = 0,
        unlikely: float = 0.0,
    ) -> Floats:
        """New sound: float32 (n,) at `sample_rate`, or (takes, n) for several temperatures.

        unlikely: what has less than this share of the likeliest's probability is never drawn.
        """
        takes = np.atleast_1d(np.asarray(temperature, np.float64))
        if not (np.isfinite(takes).all() and takes.min() > 0):
            raise LivecodeError(f"a temperature is a number above 0, not {temperature!r}")
        count = max(1, round(seconds * self.sample_rate))
        audio = np.stack(
            [self._take(count, each, unlikely, [seed, n]) for n, each in enumerate(takes)]
        )
        return audio if np.ndim(temperature) else audio[0]

    def _take(self, count: int, temperature: float, unlikely: float, seed: list[int]) -> Floats:
        rng = np.random.default_rng(seed)
        cold = 1 / np.clip(temperature, *TEMPERATURES)

        def choose(log_probs: Floats, token: bool) -> int:
            shifted = log_probs.astype(np.float64) - log_probs.max()
            possible = shifted >= np.log(max(unlikely, 1e-38))
            odds = np.exp(shifted * cold) * possible
            return int(min((odds.cumsum() <= rng.random() * odds.sum()).sum(), len(odds) - 1))

        walk = Walk(self.config, self.tensors, self.sample_rate, choose, free=True)
        frames = -(-(count + TAPS) // self.config.outline_hop)
        x = np.concatenate([walk.frame()[2] for _ in range(frames)])
        return joined(x, self.config.subbands)[TAPS : TAPS + count]

    def _told(self, tokens: Codes) -> tuple[NDArray[np.float64], Floats]:
        """What the predictors are told of frames, and the levels (frames, subbands) of subbands."""
        outline = codebook.outline_of(tokens, self.tensors["outline.codebook"])
        levels = outline * self.tensors["outline.scale"] + self.tensors["outline.mean"]
        return (
            bands.told_autocorrelation(levels, self.config, self.sample_rate),
            bands.told_rms(levels, self.config, self.sample_rate),
        )


def woven(tokens: Codes, cells: Codes, config: FullbandConfig) -> Codes:
    """One row of codes of tokens (1 + frames, stages) and cells (steps, subbands)."""
    frames = len(tokens) - 1
    rows = cells.reshape(frames, config.outline_hop)
    return np.concatenate([tokens[0], np.concatenate([tokens[1:], rows], 1).ravel()]).astype(
        np.int32
    )
