"""A full-band model walked through step by step in plain numpy: what the kernel is compared with."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband import bands, codebook, residual
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.config import FullbandConfig

Floats = NDArray[np.float32]

#: Chooses one of so many by their natural log-probabilities (count,), for a token or a cell.
Choose = Callable[[Floats, bool], int]


def embedded_cells(config: FullbandConfig) -> Floats:
    """What each cell is read as: (levels, embedding) cosines."""
    places = (np.arange(config.levels) + 0.5) / config.levels
    return np.cos(np.pi * places[:, None] * np.arange(1, config.embedding + 1)).astype(np.float32)


class Walk:
    """One stream from its beginning; `choose` is asked for every token and every cell, in order."""

    def __init__(
        self,
        config: FullbandConfig,
        tensors: Tensors,
        rate_hz: int,
        choose: Choose,
        adapter: Adapter | None = None,
        free: bool = False,
    ):
        """`free`: cells are drawn, and their residuals follow the outline; else they are known sound."""
        self._adapter, self._free = adapter, free
        self._config, self._own, self._rate_hz, self._choose = config, tensors, rate_hz, choose
        m, size, span = config.subbands, config.frame_sizes[0], config.spans[1]
        self._predictor = residual.predictor(config, rate_hz)
        self._track = residual.track(config)
        self._h = [tensors[f"tiers.{i}.h0"][0].astype(np.float32) for i in range(2)]
        self._outline_h = [row.astype(np.float32) for row in tensors["outline.h0"]]
        self._frames = np.zeros((span, 2 * m), np.float32)  # the oldest first
        self._cells = np.full((size, m), config.levels // 2)
        self._embedded = embedded_cells(config)
        self._told = [np.empty(0, np.float32)] * 2  # by the tiers, a row for each step below
        #: What labels add to the input of the outline's tier before the frame to come, (outline_dim,).
        self.told: Floats | None = None
        self._t = 0
        self._following = self._draw_tokens()

    def frame(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        """Draw the tokens of the frame after the next, and the next frame's cells.

        Returns these tokens (stages,), cells (steps, subbands) and samples (steps, subbands).
        """
        config, own = self._config, self._own
        tokens = self._following
        self._outline_step(tokens)
        self._following = self._draw_tokens()
        book, scale, mean = own["outline.codebook"], own["outline.scale"], own["outline.mean"]
        now, later = codebook.outline_of(np.stack([tokens, self._following]), book)
        levels = (now * scale + mean)[None]
        self._level = bands.told_rms(levels, config, self._rate_hz)[0]
        self._acf = bands.told_autocorrelation(levels, config, self._rate_hz)[0]
        names = ("tiers.0.outline.weight", "tiers.1.outline.weight", "sample.outline.weight")
        self._of_outline = [own[name] @ now for name in names]
        self._parts = np.append(now[config.bands :], later[config.bands])
        steps = [self._step() for _ in range(config.outline_steps)]
        cells = np.array([cells for cells, _ in steps], np.int32)
        return self._following, cells, np.array([x for _, x in steps], np.float32)

    def outline(self, frames: int) -> NDArray[np.int32]:
        """Draw the tokens (frames, stages) of an outline alone, from the frame that comes next on."""
        found = []
        for _ in range(frames):
            found.append(self._following)
            self._outline_step(self._following)
            self._following = self._draw_tokens()
        return np.array(found, np.int32)

    def first_tokens(self) -> NDArray[np.int32]:
        """The tokens of the frame that comes next."""
        return self._following

    def _outline_step(self, tokens: NDArray[np.int32]) -> None:
        own = self._own
        x = np.sum([own["outline.embedding"][i, token] for i, token in enumerate(tokens)], axis=0)
        if self.told is not None:
            x = x + self.told
        for k, h in enumerate(self._outline_h):
            weights = [
                own[f"outline.rnn.{part}_{side}_l{k}"]
                for side in ("ih", "hh")
                for part in ("weight", "bias")
            ]
            self._outline_h[k] = x = _gru(x, h, *weights)

    def _draw_tokens(self) -> NDArray[np.int32]:
        config, own = self._config, self._own
        tokens: list[int] = []
        for i in range(config.stages):
            y = own["outline.head.weight"][i] @ self._outline_h[-1] + own["outline.head.bias"][i]
            for before, token in enumerate(tokens):
                y = y + own["outline.before"][before, token]
            logits = own["outline.output.weight"][i] @ np.maximum(y, 0)
            logits = logits + own["outline.output.bias"][i]
            if self._adapter is not None:
                logits = logits + self._adapter.gain(i, self._outline_h[-1])
            tokens.append(self._choose(_log_softmax(logits), True))
        return np.array(tokens, np.int32)

    def _step(self) -> tuple[list[int], list[np.float32]]:
        config, own, track, t = self._config, self._own, self._track, self._t
        low, high = config.spans
        m = config.subbands
        if t % high == 0:
            self._told[1] = self._tier(1, self._frames)
        if t % low == 0:
            self._told[0] = self._tier(0, self._frames[-low:])
            self._recent = np.abs(self._frames[:, :m]).mean(axis=0)
            for k in range(m):
                residual.lead_back(track, k, self._level[k], high)
        extra, rows, expected = [], np.zeros((m, 3), np.int64), np.zeros(m, np.float32)
        for k in range(m):
            if t % config.hop == 0:
                residual.solve(self._predictor, track, k, self._acf[k])
            expected[k] = residual.predicted(self._predictor, track, k)
            residual.spread_rows(track, k, self._level[k], rows[k])
            spread = rows[k] * residual.SPREAD_STEP + residual.SPREAD_FROM
            extra += list((spread - math.log(residual.SMALL)) * 0.3 - 0.5)
            extra += [residual.softened(expected[k]), self._frames[-1, k]]
            extra += [residual.softened(self._level[k]), self._recent[k]]
        past = self._embedded[self._cells].ravel()
        x = own["sample.input.weight"] @ past + self._told[0][t % config.frame_sizes[0]]
        x = x + own["sample.extra.weight"] @ np.array(extra, np.float32) + self._of_outline[2]
        x = own["sample.hidden.weight"] @ np.maximum(x, 0) + own["sample.hidden.bias"]
        y = own["sample.output.weight"] @ np.maximum(x, 0) + own["sample.output.bias"]
        logits = y.reshape(m, config.levels)
        per = residual.SPREAD_ROWS // config.spreads
        cells, samples = [], []
        for k in range(m):
            row = own["sample.spread"][k, rows[k, 0] // per]
            cell = self._choose(_log_softmax(logits[k] + row), False)
            e = residual.middle_of(cell, config.levels)
            if self._free:
                e = residual.followed(self._predictor, track, k, e)
            sample = residual.sample_of(expected[k], e, self._level[k])
            residual.take(track, k, sample, e)
            cells.append(cell)
            samples.append(sample)
        residual.step_on(self._predictor, track)
        soft = [residual.softened(x) for x in samples]
        heard = np.array(soft + [cell * (4 / config.levels) - 2 for cell in cells], np.float32)
        self._frames = np.concatenate([self._frames[1:], heard[None]])
        self._cells = np.concatenate([self._cells[1:], np.array(cells)[None]])
        self._t = t + 1
        return cells, samples

    def _tier(self, i: int, frames: Floats) -> Floats:
        config, own, name = self._config, self._own, f"tiers.{i}"
        given = frames.ravel()
        if i == 1:
            per = config.outline_steps // config.spans[1]
            at = self._t % config.outline_steps // config.spans[1]
            part = at * config.parts // per
            given = np.append(given, [*self._parts[part : part + 2], at / per])
        x = own[f"{name}.input.weight"] @ given.astype(np.float32) + own[f"{name}.input.bias"]
        x = x + self._of_outline[i]
        if i == 0:
            x = x + self._told[1][self._t % config.spans[1] // config.spans[0]]
        weights = [
            own[f"{name}.rnn.{part}_{side}_l0"]
            for side in ("ih", "hh")
            for part in ("weight", "bias")
        ]
        self._h[i] = _gru(x, self._h[i], *weights)
        told: Floats = own[f"{name}.up.weight"] @ self._h[i] + own[f"{name}.up.bias"]
        return told


def _gru(x: Floats, h: Floats, ih: Floats, ih_bias: Floats, hh: Floats, hh_bias: Floats) -> Floats:
    """The next h (dim,), by torch's formula."""
    a, b = ih @ x + ih_bias, hh @ h + hh_bias
    dim = len(h)
    r = 1 / (1 + np.exp(-(a[:dim] + b[:dim])))
    z = 1 / (1 + np.exp(-(a[dim : 2 * dim] + b[dim : 2 * dim])))
    n = np.tanh(a[2 * dim :] + r * b[2 * dim :])
    return np.asarray(n + z * (h - n), np.float32)


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), np.float32)
