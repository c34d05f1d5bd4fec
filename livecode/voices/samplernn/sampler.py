"""Streams of a SampleRNN as a live voice uses them: seeded, primed, stepped by blocks, put aside."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.config import TEMPERATURES, SampleRNNConfig
from livecode.voices.samplernn import processor
from livecode.voices.samplernn.compiling import ensure_compiled
from livecode.voices.samplernn.divergence import SAMPLES, is_near
from livecode.voices.samplernn.dot import ROWS
from livecode.voices.samplernn.kernel import CACHE_PATH, Outputs, State, Workspace, advance, recall
from livecode.voices.samplernn.weights import LARGEST_TABLE_BYTES, Weights, pack

#: From this dim on, int8 models keep the tiers in 5 bits: they are most of what is to be read, and
#: wider ones do not stay in the processor's cache.
WIDE = 768
TOGETHER = 4  # streams that the kernel may take in one pass of the weights


@dataclass(frozen=True)
class DrawnCodes:
    """Samples of all streams; the figures are None unless they were asked for."""

    codes: NDArray[np.int32]  # (streams, n)
    log_likelihood: NDArray[np.float32] | None = None  # (streams, n) of codes; nats, temperature 1
    entropy: NDArray[np.float32] | None = None  # (streams, n) of the model's expectation; nats


@dataclass(frozen=True)
class StreamState:
    """All that decides how a stream goes on; of one model's streams, any can take it up."""

    history: NDArray[np.int32]  # (N_top,)
    t: int
    random: NDArray[np.uint64]  # (2,)
    h: NDArray[np.float32]  # (tiers, layers, dim)
    c: NDArray[np.float32]  # (tiers, layers, dim)
    out: NDArray[np.float32]  # (tiers, dim)


class Sampler:
    """Draws samples of one or more streams of a model, all with the same weights.

    What a stream draws depends on its seed, its temperatures and its codes so far; not on how its
    samples are divided into blocks, nor on which streams go along.
    """

    def __init__(
        self,
        config: SampleRNNConfig,
        tensors: Tensors,
        streams: int = 1,
        weights: Literal["auto", "float32", "int8"] = "auto",
        seeds: Sequence[int] | None = None,
        dots: str | None = None,
        bits: Literal[5, 8] | None = None,
        table_bytes: int = LARGEST_TABLE_BYTES,
        compile_apart: bool = True,
    ):
        """Packs the tensors; `dots`: one of `processor.available_dots()` (the best).

        bits: how many bits of a tier's weights int8 keeps (8; for wide models 5, if that is
        measured to say nearly the same).
        The first convolution becomes a table of at most `table_bytes`.  With `compile_apart`, code
        that is not on disk yet is compiled in another process, so that this one's threads go on.
        "auto" takes int8 where the processor has an instruction for it.  Seeds are by default
        0, 1, …  Raises LivecodeError where int8 is asked for and cannot be had.
        """
        available = processor.available_dots()
        dots = available[0] if dots is None else dots
        if weights == "auto":
            weights = "float32" if dots == processor.PLAIN else "int8"
        if dots not in available or (weights == "int8" and dots == processor.PLAIN):
            raise LivecodeError(
                f"this processor cannot multiply int8 weights with {dots!r}: choose float32 weights"
            )
        if compile_apart:
            ensure_compiled(CACHE_PATH)
        self.config = config
        self.weights = weights
        self.dots = dots
        self.streams = streams
        self.bits: Literal[5, 8] = bits or 8
        self._weights, self.plan = pack(config, tensors, weights, dots, self.bits, table_bytes)
        count = len(config.frame_sizes)
        self._h0 = np.stack([tensors[f"tiers.{i}.h0"] for i in range(count)])
        self._c0 = np.zeros_like(self._h0)
        if config.cell == "lstm":
            self._c0 = np.stack([tensors[f"tiers.{i}.c0"] for i in range(count)])
        self._state = _state(config, streams, taps=self.plan.taps >= 0)
        self._space = _workspace(self._weights, config, streams)
        self._none = np.zeros((0, 0), np.float32)
        seeds = range(streams) if seeds is None else seeds
        if bits is None and weights == "int8" and config.dim >= WIDE:
            self._narrow(tensors, table_bytes)
        for stream, seed in zip(range(streams), seeds, strict=True):
            self.reset(stream, seed)

    def another(self, seed: int) -> "Sampler":
        """One more stream of the same model, drawn on its own; the weights are in memory once."""
        return self.several([seed])

    def several(self, seeds: Sequence[int]) -> "Sampler":
        """More streams of the same model, drawn together; the weights are in memory once."""
        other = copy(self)
        other.streams = len(seeds)
        other._state = _state(self.config, len(seeds), taps=self.plan.taps >= 0)
        other._space = _workspace(self._weights, self.config, len(seeds))
        for stream, seed in enumerate(seeds):
            other.reset(stream, seed)
        return other

    def _narrow(self, tensors: Tensors, table_bytes: int) -> None:
        """Take 5 bits for the tiers if that says nearly the same of what the model draws."""
        small = Sampler(
            self.config, tensors, 1, "int8", None, self.dots, 5, table_bytes, compile_apart=False
        )
        codes = small.step_block(np.ones((1, SAMPLES + self.config.lookback))).codes[0]
        if is_near(self, small, codes):
            self._weights, self.plan, self.bits = small._weights, small.plan, small.bits

    @property
    def identity(self) -> int:
        """What the samplers of one model share, and others do not have as long as it is in memory."""
        return id(self._weights)

    @property
    def kept(self) -> tuple[Weights, Workspace]:
        """What the kernel is given, for measuring its parts."""
        return self._weights, self._space

    @property
    def matrices(self) -> NDArray[np.void]:
        """How each matrix of `plan` is kept: records of `weights.MATRIX`."""
        return self._weights.matrices

    @property
    def weight_bytes(self) -> int:
        """Memory that the weights take."""
        w: Weights = self._weights
        parts = (w.pool, w.scale, w.shift, w.bias, w.table, w.short_table, w.embedding)
        return sum(part.nbytes for part in parts)

    @property
    def stream_bytes(self) -> int:
        """Memory that one more stream takes."""
        s: State = self._state
        return sum(part.nbytes for part in s) // self.streams

    def step_block(
        self, temperatures: ArrayLike, figures: bool = False, unlikely: ArrayLike = 0.0
    ) -> DrawnCodes:
        """The next n samples of each stream at temperatures (streams, n).

        unlikely: levels with less than this share of the likeliest's probability are never drawn;
        one share for all streams, or (streams,).
        Holds no interpreter lock, and is not to be called from two threads at once.
        """
        wanted = np.asarray(temperatures, np.float32)
        if wanted.ndim != 2 or len(wanted) != self.streams:
            raise ValueError(f"temperatures of shape ({self.streams}, n), not {wanted.shape}")
        clipped = np.clip(np.nan_to_num(wanted, nan=1.0), *TEMPERATURES)
        return self._advance(range(self.streams), clipped, None, figures, unlikely=unlikely)

    def prime(self, stream: int, codes: ArrayLike, figures: bool = False) -> DrawnCodes:
        """Goes on as if the stream had drawn these codes (n,); DrawnCodes holds that stream alone."""
        forced = self._checked(codes)
        drawn = self._advance([stream], None, (stream, forced), figures)
        row = slice(stream, stream + 1)
        if drawn.log_likelihood is None or drawn.entropy is None:
            return DrawnCodes(drawn.codes[row])
        return DrawnCodes(drawn.codes[row], drawn.log_likelihood[row], drawn.entropy[row])

    def reset(self, stream: int, seed: int | None = None) -> None:
        """To silence and the learned first state; without a seed, its random numbers go on."""
        state = self._state
        state.history[stream] = self.config.silence
        state.t[stream] = 0
        state.h[:, :, stream, : self.config.dim] = self._h0
        state.c[:, :, stream, : self.config.dim] = self._c0
        state.out[:, stream] = 0
        if seed is not None:
            state.random[stream] = seed % 2**64, 0
        self._recall(stream)

    def state(self, stream: int) -> StreamState:
        """A copy of where the stream is."""
        s = self._state
        return StreamState(
            s.history[stream].copy(),
            int(s.t[stream]),
            s.random[stream].copy(),
            s.h[:, :, stream].copy(),
            s.c[:, :, stream].copy(),
            s.out[:, stream].copy(),
        )

    def set_state(self, stream: int, state: StreamState, random: bool = True) -> None:
        """Goes on from there; its random numbers go on from where they are unless `random`."""
        s = self._state
        s.history[stream] = state.history
        s.t[stream] = state.t
        if random:
            s.random[stream] = state.random
        s.h[:, :, stream] = state.h
        s.c[:, :, stream] = state.c
        s.out[:, stream] = state.out
        self._recall(stream)

    @property
    def hidden(self) -> NDArray[np.float32]:
        """Where the tiers of each stream are, (streams, width), within -1 and 1."""
        return np.moveaxis(self._state.h, 2, 0).reshape(self.streams, -1)

    def push(self, push: NDArray[np.float32]) -> None:
        """Move the tiers of all streams by so much, (width,)."""
        h = self._state.h
        tiers, layers, _, dim = h.shape
        h += push.reshape(tiers, layers, 1, dim)
        np.clip(h, -1, 1, out=h)

    def log_probs(self, codes: ArrayLike) -> NDArray[np.float32]:
        """Natural log-probabilities (T - lookback, levels) of what follows codes (T,).

        The streams stay where they are.
        """
        known = self._checked(codes)
        lookback = self.config.lookback
        out = np.empty((max(len(known) - lookback, 0), self.config.levels), np.float32)
        if not len(out):
            return out
        before = self.state(0)
        self.reset(0)
        self._state.history[0] = known[:lookback]
        self._recall(0)
        self._advance([0], None, (0, known[lookback:]), False, out)
        self.set_state(0, before)
        return out

    def _checked(self, codes: ArrayLike) -> NDArray[np.int32]:
        known = np.asarray(codes)
        if known.ndim != 1 or (
            known.size and not 0 <= known.min() <= known.max() < self.config.levels
        ):
            raise ValueError(f"codes (n,) from 0 to {self.config.levels - 1}")
        return known.astype(np.int32)

    def _recall(self, stream: int) -> None:
        """What is derived from the last codes."""
        if self.plan.taps >= 0:
            t = int(self._state.t[stream])
            # t = 0 looks back on samples before the first: the history goes round
            for before in range(1, self.config.frame_sizes[0] + 1):
                recall(self._weights, self.plan, self._state, self._space, stream, t - before)

    def _advance(
        self,
        streams: Sequence[int],
        temperatures: NDArray[np.float32] | None,
        forced: tuple[int, NDArray[np.int32]] | None,
        figures: bool,
        log_probs: NDArray[np.float32] | None = None,
        unlikely: ArrayLike = 0.0,
    ) -> DrawnCodes:
        if forced is not None:
            codes = np.zeros((self.streams, len(forced[1])), np.int32)
            codes[forced[0]] = forced[1]
            temperatures = np.ones(codes.shape, np.float32)
        else:
            codes = np.zeros((self.streams, 0), np.int32)
        assert temperatures is not None
        members = np.array(streams, np.int64)
        phases = self._state.t[members] % self.config.lookback
        shape = temperatures.shape
        likelihood = np.zeros(shape if figures else (self.streams, 0), np.float32)
        outputs = Outputs(
            np.zeros(shape, np.int32),
            likelihood,
            np.zeros_like(likelihood),
            self._none if log_probs is None else log_probs,
        )
        advance(
            self._weights,
            self.plan,
            self._state,
            self._space,
            members[np.argsort(phases, kind="stable")],
            np.ascontiguousarray(temperatures),
            np.full(self.streams, np.asarray(unlikely, np.float32)),
            codes,
            outputs,
        )
        if figures:
            return DrawnCodes(outputs.codes, outputs.log_likelihood, outputs.entropy)
        return DrawnCodes(outputs.codes)


def _padded(count: int) -> int:
    return -(-count // ROWS) * ROWS


def _state(config: SampleRNNConfig, streams: int, taps: bool) -> State:
    tiers, first = len(config.frame_sizes), config.frame_sizes[0]
    return State(
        history=np.zeros((streams, config.lookback), np.int32),
        t=np.zeros(streams, np.int64),
        random=np.zeros((streams, 2), np.uint64),
        h=np.zeros((tiers, config.layers, streams, config.dim), np.float32),
        c=np.zeros((tiers, config.layers, streams, config.dim), np.float32),
        out=np.zeros((tiers, streams, config.dim), np.float32),
        taps=np.zeros((streams * first if taps else 0, first, config.dim), np.float32),
    )


def _workspace(weights: Weights, config: SampleRNNConfig, streams: int) -> Workspace:
    # one panel more: a gathered vector is filled up to a whole number of fours
    width = ROWS + _padded(int(max(weights.matrices[name].max() for name in ("rows", "columns"))))

    def floats(*shape: int) -> NDArray[np.float32]:
        return np.zeros(shape, np.float32)

    return Workspace(
        x=floats(streams, width),
        y=floats(streams, width),
        z=floats(streams, width),
        frame=floats(streams, config.lookback),
        packed=floats(TOGETHER, width),
        octets=np.zeros((TOGETHER, width), np.uint8),
        indices=np.zeros(width, np.int32),
        steps=floats(TOGETHER),
        sums=floats(TOGETHER * width),
        int_sums=np.zeros(TOGETHER * width, np.int32),
        recent=np.zeros(config.frame_sizes[0], np.int32),
        alone=np.zeros(1, np.int64),
        weights=floats(config.levels + 16),
        shares=np.zeros(config.levels // 16 + 1),
    )
