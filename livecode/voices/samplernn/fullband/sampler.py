"""Streams of a full-band model as a live voice uses them: seeded, stepped by blocks, put aside."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecode.neural.audio.spectrum import k_weighting
from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband import bands, residual
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.labels import UNKNOWN, numbers_of
from livecode.neural.samplernn.fullband.subbands import TAPS
from livecode.voices.samplernn import compiling, processor
from livecode.voices.samplernn.compiling import Kernel, ensure_compiled
from livecode.voices.samplernn.dot import ROWS
from livecode.voices.samplernn.fullband.kernel import CACHE_PATH, advance
from livecode.voices.samplernn.fullband.labelling import LabelHand, Telling
from livecode.voices.samplernn.fullband.memory import Scratch, StreamHand, WideOutputs, WideState
from livecode.voices.samplernn.fullband.packing import WidePlan, pack

Floats = NDArray[np.float32]

TEMPERATURES = (0.05, 3.0)

#: What the compiled code is made of: this make's own, and what it takes of the other's.
KERNEL = Kernel(
    str(__package__),
    (
        Path(bands.__file__),
        Path(residual.__file__),
        *(
            Path(__file__).parent / f"{name}.py"
            for name in ("choice", "kernel", "memory", "packing", "product", "sharpening", "told")
        ),
        *compiling.LEVELS.files,
    ),
)


@dataclass(frozen=True)
class FullbandDrawn:
    """Steps of all streams; figures are None unless they were asked for."""

    audio: Floats  # (streams, n · subbands)
    cells: NDArray[np.int32]  # (streams, n, subbands)
    tokens: NDArray[np.int32]  # (streams, frames, stages)
    surprise: Floats | None = None  # (streams, n): nats a cell at temperature 1
    entropy: Floats | None = None


class FullbandSampler:
    """Draws steps of one or more streams of a model, all with the same weights."""

    def __init__(self, config: FullbandConfig, tensors: Tensors, rate_hz: int, streams: int = 1,
                 weights: Literal["auto", "float32", "int8"] = "auto",
                 seeds: Sequence[int] | None = None, dots: str | None = None,
                 compile_apart: bool = True):  # fmt: skip
        """Packs the tensors; see `Sampler` for `weights`, `dots` and `compile_apart`."""
        if compile_apart:
            ensure_compiled(CACHE_PATH, KERNEL)
        dots = processor.available_dots()[0] if dots is None else dots
        if weights == "auto":
            weights = "float32" if dots == processor.PLAIN else "int8"
        self.config, self.rate_hz, self.weights, self.streams = config, rate_hz, weights, streams
        self._weights, self.plan = pack(config, tensors, rate_hz, weights, dots)
        self._h0 = np.stack([tensors[f"tiers.{i}.h0"][0] for i in range(2)]).astype(np.float32)
        self._outline_h0 = np.asarray(tensors["outline.h0"], np.float32)
        self._telling = Telling.of(config, tensors, rate_hz)
        self._usual_power = _usual_power(self.plan, rate_hz)
        self._make(streams)
        for stream, seed in enumerate(range(streams) if seeds is None else seeds):
            self.reset(stream, seed)

    def _make(self, streams: int) -> None:
        self._state = _state(self.config, streams)
        self._space = _scratch(self._weights.matrices, self.config, streams)
        #: Logits that each of the outline's first tokens gains, (entries,); None: none. All streams have the
        #: same, and the same density in hand.
        self.lean: Floats | None = None
        #: What the outline's tokens gain by what was learned, as much as is in hand; None: nothing.
        self.adapter: Adapter | None = None
        #: What a performer holds of the labels, where the next samples are drawn.
        self.labels = LabelHand()
        defaults = {"structure": 1.0}
        self.hand = StreamHand(
            *(np.full(streams, defaults.get(name, 0.0), np.float32) for name in StreamHand._fields)
        )

    def louder_by(self, brightness: float) -> float:
        """How many dB louder the model's outlines are when they are so much brighter, in dB an octave."""
        gains = 10 ** (brightness * self.plan.octaves[: self.config.bands] / 10)
        return float(10 * np.log10(self._usual_power @ gains / self._usual_power.sum()))

    def another(self, seed: int) -> "FullbandSampler":
        """One more stream of the same model, drawn on its own; the weights are in memory once."""
        return self.several([seed])

    def several(self, seeds: Sequence[int]) -> "FullbandSampler":
        """More streams of the same model, drawn together; the weights are in memory once."""
        other = copy(self)
        other.streams = len(seeds)
        other._make(len(seeds))
        for stream, seed in enumerate(seeds):
            other.reset(stream, seed)
        return other

    def reset(self, stream: int, seed: int | None = None) -> None:
        """To silence and the learned first states."""
        s, config = self._state, self.config
        for name, rows in zip(WideState._fields, self._rows(), strict=True):
            if name != "random":
                rows[stream] = 0
        s.up[:, stream, : config.dim] = self._h0
        s.outline_h[:, stream, : config.outline_dim] = self._outline_h0
        s.cells[stream] = config.levels // 2
        s.leak[stream] = 1
        s.error[stream] = residual.FLOOR
        s.sizes[stream] = residual.SMALL
        s.place[stream] = 16 * config.hop
        s.kept[stream] = UNKNOWN
        if seed is not None:
            s.random[stream] = seed % 2**64, 0

    def step_block(self, temperatures: ArrayLike, figures: bool = False,
                   tokens: NDArray[np.int32] | None = None) -> FullbandDrawn:  # fmt: skip
        """The next n steps of each stream at temperatures (streams, n).

        tokens: (streams, 1 + frames, stages), of outlines, in the place of drawn ones; see `advance`.
        """
        wanted = np.asarray(temperatures, np.float32)
        if wanted.ndim != 2 or len(wanted) != self.streams:
            raise ValueError(f"temperatures of shape ({self.streams}, n), not {wanted.shape}")
        clipped = np.clip(np.nan_to_num(wanted, nan=1.0), *TEMPERATURES)
        return self._advance(clipped, None, tokens, figures)

    def prime(self, tokens: NDArray[np.int32], cells: NDArray[np.int32],
              figures: bool = False) -> FullbandDrawn:  # fmt: skip
        """The only stream goes on as if it had drawn tokens (1 + frames, stages) and cells (n, subbands)."""
        self._state.kept[0] = UNKNOWN
        ones = np.ones((1, len(cells)), np.float32)
        return self._advance(ones, cells[None], tokens[None], figures)

    def keep(self, stream: int, numbers: Floats) -> None:
        """Let a stream keep these numbers (numbers,) of labels, UNKNOWN or known, from where it is."""
        self._state.kept[stream] = numbers

    def state(self, stream: int) -> WideState:
        """A copy of where the stream is; of the same model's streams, any can take it up."""
        return WideState(*(rows[stream].copy() for rows in self._rows()))

    def set_state(self, stream: int, state: WideState, random: bool = True) -> None:
        """Goes on from there; its random numbers go on from where they are unless `random`."""
        for name, rows, value in zip(WideState._fields, self._rows(), state, strict=True):
            if random or name != "random":
                rows[stream] = value

    def residual_sizes(self, stream: int) -> NDArray[np.float64]:
        """How large residuals have lately been, (subbands,), as a share of what is solved for.

        That is their RMS, by a running mean of their size, over the RMS that the predictor leaves: what
        `FullbandConfig.followed` is the mean of.
        """
        mean = self._state.sizes[stream, :, 1]
        own = np.maximum(residual.RMS_OF_MEAN * mean, residual.SMALL)
        share: NDArray[np.float64] = own / np.maximum(
            np.sqrt(self._state.error[stream]), residual.SMALL
        )
        return share

    @property
    def outline_hidden(self) -> Floats:
        """What the outline's last layer holds of each stream, (streams, outline_dim)."""
        hidden: Floats = self._state.outline_h[-1][:, : self.config.outline_dim].copy()
        return hidden

    def log_probs(self, tokens: NDArray[np.int32], cells: NDArray[np.int32],
                  ) -> tuple[Floats, Floats]:  # fmt: skip
        """Natural log-probabilities from the beginning on: (1 + frames, stages, entries) of tokens,
        (n, subbands, levels) of cells (n, subbands).  The only stream stays where it is."""
        config, before = self.config, self.state(0)
        self.reset(0)
        found = (
            np.zeros((len(tokens), config.stages, config.entries), np.float32),
            np.zeros((len(cells), config.subbands, config.levels), np.float32),
        )
        ones = np.ones((1, len(cells)), np.float32)
        self._advance(ones, cells[None], tokens[None], False, found)
        self.set_state(0, before)
        return found

    def _rows(self) -> list[NDArray[Any]]:
        """The arrays of the state, with the streams counted by the first dimension."""
        arrays: list[NDArray[Any]] = list(self._state)
        return [
            np.moveaxis(value, 1, 0) if name in BEHIND else value
            for name, value in zip(WideState._fields, arrays, strict=True)
        ]

    def _advance(self, temperatures: Floats, forced: NDArray[np.int32] | None,
                 tokens: NDArray[np.int32] | None, figures: bool,
                 log_probs: tuple[Floats, Floats] | None = None) -> FullbandDrawn:  # fmt: skip
        config, (streams, n) = self.config, temperatures.shape
        m, per = config.subbands, config.outline_steps
        t = self._state.t
        frames = int(max((t + n + per - 1) // per - (t + per - 1) // per))
        some = (streams, n) if figures else (streams, 0)
        nothing = np.zeros((0, m, config.levels), np.float32)
        if log_probs is None:
            log_probs = (np.zeros((0, config.stages, config.entries), np.float32), nothing)
        outputs = WideOutputs(
            np.zeros((streams, n * m), np.float32),
            np.zeros((streams, n, m), np.int32),
            np.zeros(some, np.float32),
            np.zeros(some, np.float32),
            log_probs[1],
            np.zeros((streams, frames, config.stages), np.int32),
            log_probs[0],
        )
        none = np.zeros((streams, 0, 0), np.int32)
        plan, hand = self.plan, self.hand
        labels = np.zeros((streams, 0, 0), np.float32)
        if self._telling is not None:
            labels = self._telling.rows(t, self._state.kept, self.labels, hand, frames)
            hand = self._telling.without_told(hand)
            self.labels = self.labels.moved(n * m)
        if self.lean is not None:
            plan = plan._replace(onset=hand.density[0] * plan.onset + self.lean)
            hand = hand._replace(density=np.ones_like(hand.density))
        if self.adapter is not None:
            plan = plan._replace(adapter=self.adapter)
        advance(
            self._weights,
            plan,
            self._state,
            self._space,
            np.arange(streams),
            np.ascontiguousarray(temperatures),
            hand,
            none if forced is None else np.ascontiguousarray(forced, np.int32),
            none if tokens is None else np.ascontiguousarray(tokens, np.int32),
            labels,
            outputs,
        )
        return FullbandDrawn(
            outputs.audio,
            outputs.cells,
            outputs.tokens,
            outputs.surprise if figures else None,
            outputs.entropy if figures else None,
        )


#: Of WideState: where the streams are counted by the second dimension.
BEHIND = ("up", "outline_h", "told")


def _state(config: FullbandConfig, streams: int) -> WideState:
    m, features = config.subbands, config.features
    width, o_width = _wide(config.dim), _wide(config.outline_dim)
    one = residual.track(config)

    def many(array: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(array[None], streams, axis=0)

    def floats(*shape: int) -> Floats:
        return np.zeros(shape, np.float32)

    return WideState(
        t=np.zeros(streams, np.int64),
        random=np.zeros((streams, 2), np.uint64),
        up=floats(2, streams, width),
        frames=floats(streams, config.spans[1], 2 * m),
        cells=np.zeros((streams, config.frame_sizes[0] * m), np.int32),
        outline_h=floats(config.outline_layers, streams, o_width),
        tokens=np.zeros((streams, config.stages), np.int32),
        following=np.zeros((streams, config.stages), np.int32),
        level=floats(streams, m),
        recent=floats(streams, m),
        outline=floats(streams, 2, features),
        told=floats(3, streams, width),
        autocorrelation=np.zeros((streams, m, config.order + 1)),
        past=many(one.past),
        place=many(one.place),
        products=many(one.products),
        taps=many(one.taps),
        error=many(one.error),
        sizes=many(one.sizes),
        leak=many(one.leak),
        parts=floats(streams, (TAPS + 1) // m, m),
        kept=np.full((streams, len(numbers_of(config.labels))), UNKNOWN, np.float32),
    )


def _wide(count: int) -> int:
    return -(-count // ROWS) * ROWS + ROWS


def _scratch(matrices: NDArray[np.void], config: FullbandConfig, streams: int) -> Scratch:
    width = _wide(int(max(matrices[name].max() for name in ("rows", "columns"))))
    together, one = 4, residual.track(config)

    def floats(*shape: int) -> Floats:
        return np.zeros(shape, np.float32)

    return Scratch(
        x=floats(streams, width),
        y=floats(streams, width),
        z=floats(streams, width),
        frame=floats(streams, width),
        packed=floats(together, width),
        octets=np.zeros((together, width), np.uint8),
        indices=np.zeros(width, np.int32),
        steps=floats(together),
        sums=floats(together * width),
        int_sums=np.zeros(together * width, np.int32),
        recent=np.zeros(config.frame_sizes[0] * config.subbands, np.int32),
        alone=np.zeros(1, np.int64),
        weights=floats(max(config.levels, config.entries) + 16),
        logits=floats(max(config.levels, config.entries)),
        rows=np.zeros((config.subbands, 3), np.int64),
        expected=floats(config.subbands),
        powers=np.zeros((3, config.bands)),
        work=one.work,
        lanes=one.lanes,
        wide=one.wide,
    )


def _usual_power(plan: WidePlan, rate_hz: int) -> Floats:
    """The power of each band (bands,) in the mean of the model's first codebook, as it is heard."""
    levels = plan.codebook[0] * plan.scale + plan.mean
    power = np.mean(10 ** (levels[:, : plan.bands] / 10), axis=0)
    hz = np.minimum(bands.centres_hz(plan.bands), rate_hz / 2)
    return np.asarray(power * np.square(k_weighting(hz.astype(np.float32))), np.float32)
