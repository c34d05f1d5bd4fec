"""Moments of a model: places in what it was trained on that streams begin from and are taken back to."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.voices.samplernn import Sampler, StreamState
from livecode.voices.samplernn.fullband.memory import WideState
from livecode.voices.samplernn.fullband.sampler import FullbandSampler

#: Tensors of a model file that hold moments begin so; each has a row for each moment.
PREFIX = "moments."
#: What of a full-band stream's state decides how it goes on, where a frame of its outline begins.
WIDE = (
    "up", "frames", "cells", "outline_h", "following", "past", "products", "sizes", "leak", "parts",
    "kept",
)  # fmt: skip


def moments_of(sampler: Sampler | FullbandSampler, tensors: Tensors) -> list[Any]:
    """The states that a model file's tensors hold, for the sampler's `set_state`; maybe none."""
    rows = {
        name.removeprefix(PREFIX): tensor
        for name, tensor in tensors.items()
        if name.startswith(PREFIX)
    }
    if not rows:
        return []
    count = min(len(tensor) for tensor in rows.values())
    each = [{name: rows[name][i] for name in rows} for i in range(count)]
    if isinstance(sampler, FullbandSampler):
        return [_wide_state(sampler, row) for row in each]
    return [_levels_state(sampler, row) for row in each]


def moment_tensors(
    sampler: Sampler | FullbandSampler, states: Sequence[Any]
) -> dict[str, NDArray[Any]]:
    """The tensors of a model file that hold states of the sampler's streams.

    A state is taken where a frame of the model's highest tier, or of its outline, begins.
    """
    if isinstance(sampler, FullbandSampler):
        named = [_of_wide(sampler, state) for state in states]
    else:
        named = [{"history": s.history, "h": s.h, "c": s.c} for s in states]
    return {
        PREFIX + name: np.stack([row[name] for row in named]).astype(np.float32)
        for name in named[0]
    }


def _levels_state(sampler: Sampler, rows: dict[str, NDArray[np.float32]]) -> StreamState:
    now, h = sampler.state(0), rows["h"]
    return StreamState(
        history=_within(rows["history"], sampler.config.levels),
        t=0,
        random=now.random,
        h=h,
        c=rows["c"],
        out=h.sum(axis=1) if sampler.config.skip else h[:, -1],
    )


def _within(codes: NDArray[np.float32], count: int) -> NDArray[np.int32]:
    """Return codes of which each is one of `count`: the kernel looks them up without asking."""
    return np.clip(codes, 0, count - 1).astype(np.int32)


def _of_wide(sampler: FullbandSampler, state: WideState) -> dict[str, NDArray[Any]]:
    config = sampler.config
    room, at = config.order + config.hop, int(state.place[0])
    rows = {name: getattr(state, name) for name in WIDE}
    return rows | {"past": state.past[:, at : at + room]}


def _wide_state(sampler: FullbandSampler, rows: dict[str, NDArray[np.float32]]) -> WideState:
    now, config = sampler.state(0), sampler.config
    at = 16 * config.hop
    values: dict[str, Any] = {}
    for name in WIDE:
        kept: NDArray[Any] = getattr(now, name)
        if name == "kept" and (name not in rows or rows[name].shape != kept.shape):
            pass  # of a model without labels
        elif name == "past":
            kept[:, at : at + rows["past"].shape[1]] = rows["past"]
        else:
            row = rows[name].reshape(kept.shape)
            codes = {"cells": config.levels, "following": config.entries}.get(name)
            kept[...] = row if codes is None else _within(row, codes)
        values[name] = kept
    # a multiple of a frame of the outline other than 0, where a stream draws its very first
    values |= {"t": np.int64(config.outline_steps), "place": np.array([at])}
    return now._replace(**values)
