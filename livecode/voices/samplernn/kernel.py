"""The loop that draws samples, compiled with no Python in it: any number of streams in step."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.voices.samplernn.activations import draw, gru, log_softmax, lstm, uniform
from livecode.voices.samplernn.compiling import Array, compiled
from livecode.voices.samplernn.dot import ROWS, byte_panel, byte_rows, float_panel
from livecode.voices.samplernn.rows import (
    add_bias,
    add_rows,
    add_short_rows,
    copy_row,
    gather,
    quantise,
    relu,
    unquantise,
)  # fmt: skip
from livecode.voices.samplernn.weights import FLOAT16, INT5, INT8, INT8_ROWS, Plan, Weights

_float_1, _float_2, _float_4 = (float_panel(False, streams, False) for streams in (1, 2, 4))
_half_1, _half_2, _half_4 = (float_panel(True, streams, False) for streams in (1, 2, 4))
_float_sparse, _half_sparse = float_panel(False, 1, True), float_panel(True, 1, True)
_bytes_1, _bytes_2, _bytes_4 = byte_panel(1), byte_panel(2), byte_panel(4)
_fives_1, _fives_2, _fives_4 = (byte_panel(streams, True) for streams in (1, 2, 4))
_rows_1, _rows_1_narrow = byte_rows(1, 4), byte_rows(1, 1)
_rows_2, _rows_2_narrow, _rows_4 = byte_rows(2, 2), byte_rows(2, 1), byte_rows(4, 1)


class State(NamedTuple):
    """Where every stream is."""

    history: NDArray[np.int32]  # (streams, N_top): the code of sample t at t mod N_top
    t: NDArray[np.int64]  # (streams,): samples since the stream began
    random: NDArray[np.uint64]  # (streams, 2): seed, and numbers drawn
    h: NDArray[np.float32]  # (tiers, layers, streams, dim)
    c: NDArray[np.float32]  # (tiers, layers, streams, dim), of LSTM
    out: NDArray[np.float32]  # (tiers, streams, dim): what the tiers above the samples say
    taps: NDArray[
        np.float32
    ]  # (streams·F_0, F_0, dim): as a table, of the codes just drawn; or empty


class Workspace(NamedTuple):
    """Memory for what is in between; nothing in it outlives a sample."""

    x: NDArray[np.float32]  # (streams, width)
    y: NDArray[np.float32]  # (streams, width)
    z: NDArray[np.float32]  # (streams, width)
    frame: NDArray[np.float32]  # (streams, N_top)
    packed: NDArray[np.float32]  # (4, width): inputs of up to four streams
    octets: NDArray[np.uint8]  # (4, width)
    indices: NDArray[np.int32]  # (width,)
    steps: NDArray[np.float32]  # (4,)
    sums: NDArray[np.float32]  # (4·width,)
    int_sums: NDArray[np.int32]  # (4·width,)
    recent: NDArray[np.int32]  # (F_0,): rows of the table, of the last codes
    alone: NDArray[np.int64]  # (1,): one stream among the members of a product
    weights: NDArray[np.float32]  # (levels + 16,): of the drawing
    shares: NDArray[np.float64]  # (levels/16 + 1,): of the drawing


class Outputs(NamedTuple):
    """What is wanted of each sample; an empty array is not filled."""

    codes: NDArray[np.int32]  # (streams, n)
    log_likelihood: NDArray[np.float32]  # (streams, n): natural, at temperature 1
    entropy: NDArray[np.float32]  # (streams, n): nats, at temperature 1
    log_probs: NDArray[np.float32]  # (n, levels): of the only stream that moves


@compiled()
def advance(
    weights: Weights, plan: Plan, state: State, space: Workspace, members: Array,
    temperatures: Array, unlikely: Array, forced: Array, outputs: Outputs,
) -> None:  # fmt: skip
    """Draw the next n codes of the streams `members`, which is in order of their t mod N_top.

    temperatures: (streams, n) float32 in [0.05, 3]; unlikely: (streams,) float32, see `draw`;
    forced: (streams, n) int32, codes to take instead of drawing, or (streams, 0).
    """
    count = len(members)
    span = plan.spans[-1]
    top = len(plan.spans) - 1
    first = plan.sizes[0]
    for n in range(temperatures.shape[1]):
        begin = 0
        while begin < count:
            end = begin + 1
            phase = state.t[members[begin]] % span
            while end < count and state.t[members[end]] % span == phase:
                end += 1
            group = members[begin:end]
            for i in range(top, -1, -1):
                if phase % plan.spans[i] == 0:
                    _tier(weights, plan, state, space, i, phase, group)
            multiply(weights, plan.up[0] + phase % first, state.out[0], group, space.y, space)
            begin = end
        for s in members:
            _first_sum(weights, plan, state, space, s)
        for k in range(len(plan.hidden)):
            multiply(weights, plan.hidden[k], space.x, members, space.y, space)
            for s in members:
                relu(space.y, s, plan.dim, space.x)
        multiply(weights, plan.output, space.x, members, space.y, space)
        for s in members:
            logits = space.y[s]
            u = uniform(state.random[s, 0], state.random[s, 1])
            state.random[s, 1] += np.uint64(1)
            if forced.shape[1]:
                code = forced[s, n]
            else:
                code = draw(
                    logits,
                    plan.levels,
                    temperatures[s, n],
                    unlikely[s],
                    u,
                    space.weights,
                    space.shares,
                )
            outputs.codes[s, n] = code
            if outputs.entropy.shape[1] or outputs.log_probs.shape[0]:
                entropy = log_softmax(logits, plan.levels, space.weights)
                if outputs.entropy.shape[1]:
                    outputs.entropy[s, n] = entropy
                    outputs.log_likelihood[s, n] = logits[code]
                if outputs.log_probs.shape[0]:
                    for level in range(plan.levels):
                        outputs.log_probs[n, level] = logits[level]
            _take(weights, plan, state, space, s, code)


@compiled()
def _take(weights: Weights, plan: Plan, state: State, space: Workspace, s: int, code: int) -> None:
    """The code is the stream's next one."""
    t = state.t[s]
    state.history[s, t % plan.spans[-1]] = code
    if plan.taps >= 0:
        recall(weights, plan, state, space, s, t)
    state.t[s] = t + 1


@compiled()
def recall(weights: Weights, plan: Plan, state: State, space: Workspace, s: int, t: int) -> None:
    """Make the row of state.taps for the code of sample t, which is in the history."""
    first = plan.sizes[0]
    code = state.history[s, t % plan.spans[-1]]
    wide = space.z
    columns = weights.embedding.shape[1]
    for j in range(columns):
        space.x[s, j] = weights.embedding[code, j]
    space.alone[0] = s
    multiply(weights, plan.taps, space.x, space.alone, wide, space)
    row = state.taps[s * first + t % first]
    for k in range(first):
        for j in range(plan.dim):
            row[k, j] = wide[s, k * plan.dim + j]


@compiled()
def _first_sum(weights: Weights, plan: Plan, state: State, space: Workspace, s: int) -> None:
    """space.x[s] = convolution over the last F_0 codes, and what the tiers say (in space.y[s])."""
    first, span, t = plan.sizes[0], plan.spans[-1], state.t[s]
    for k in range(first):
        if plan.taps >= 0:
            space.recent[k] = s * first + (t - first + k) % first
        else:
            space.recent[k] = state.history[s, (t - first + k) % span]
    x = space.x
    if weights.short_table.shape[0]:
        step = np.float32(weights.short_step)
        add_short_rows(
            weights.short_table, step, space.recent, plan.dim, space.int_sums, space.y, x, s
        )
    elif plan.taps >= 0:
        add_rows(state.taps, space.recent, plan.dim, space.y, x, s)
    else:
        add_rows(weights.table, space.recent, plan.dim, space.y, x, s)
    if plan.relu_first:
        relu(x, s, plan.dim, x)


@compiled()
def _tier(
    weights: Weights, plan: Plan, state: State, space: Workspace, i: int, phase: int, group: Array
) -> None:
    """One step of tier i's RNN, for streams of the same phase."""
    top = len(plan.spans) - 1
    span, longest = plan.spans[i], plan.spans[top]
    half = np.float32(0.5 * plan.levels)
    for s in group:
        for j in range(span):
            code = state.history[s, (phase - span + j) % longest]
            space.frame[s, j] = np.float32(2) * (np.float32(code) / half - np.float32(1))
    if i < top:
        multiply(weights, plan.input[i], space.frame, group, space.x, space)
        step = phase // span % plan.sizes[i + 1]
        multiply(weights, plan.up[i + 1] + step, state.out[i + 1], group, space.y, space)
        for s in group:
            for j in range(plan.dim):
                space.x[s, j] += space.y[s, j]
    for k in range(plan.ih.shape[1]):
        if plan.ih[i, k] < 0:
            multiply(weights, plan.input[i], space.frame, group, space.y, space)
        else:
            multiply(weights, plan.ih[i, k], space.x, group, space.y, space)
        h = state.h[i, k]
        multiply(weights, plan.hh[i, k], h, group, space.z, space)
        for s in group:
            if plan.lstm:
                lstm(plan.dim, space.y[s], space.z[s], h[s], state.c[i, k, s])
            else:
                gru(plan.dim, space.y[s], space.z[s], h[s])
            add = plan.skip and k > 0
            for j in range(plan.dim):
                space.x[s, j] = h[s, j]
                state.out[i, s, j] = state.out[i, s, j] + h[s, j] if add else h[s, j]


@compiled(forceinline=True)
def multiply(
    weights: Weights, number: int, x: Array, members: Array, y: Array, space: Workspace
) -> None:
    """y[s] = W x[s] + b for the streams s in members; up to four share one reading of W."""
    at = 0
    while at < len(members):
        left = len(members) - at
        together = 4 if left >= 4 else 2 if left >= 2 else 1
        if together > weights.dot.together:
            together = 1
        if weights.matrices[number].kind >= INT8:
            _multiply_bytes(weights, number, x, members, at, together, y, space)
        else:
            _multiply_floats(weights, number, x, members, at, together, y, space)
        at += together


@compiled()
def _multiply_floats(
    weights: Weights,
    number: int,
    x: Array,
    members: Array,
    at: int,
    streams: int,
    y: Array,
    space: Workspace,
) -> None:
    m = weights.matrices[number]
    pool, packed, indices, sums = weights.pool, space.packed, space.indices, space.sums
    rows, count, width = m.rows, m.columns, packed.shape[1]
    sparse = streams == 1 and m.positive == 1
    if sparse:
        count = gather(x, members, at, streams, count, packed, indices)
    else:
        for s in range(streams):
            copy_row(x, members[at + s], count, packed, s)
    half = m.kind == FLOAT16
    for panel in range(rows // ROWS):
        offset, row = m.offset + panel * m.panel, panel * ROWS
        if sparse and half:
            _half_sparse(pool, offset, packed, width, indices, count, sums, row, rows)
        elif sparse:
            _float_sparse(pool, offset, packed, width, indices, count, sums, row, rows)
        elif streams == 1 and half:
            _half_1(pool, offset, packed, width, indices, count, sums, row, rows)
        elif streams == 1:
            _float_1(pool, offset, packed, width, indices, count, sums, row, rows)
        elif streams == 2 and half:
            _half_2(pool, offset, packed, width, indices, count, sums, row, rows)
        elif streams == 2:
            _float_2(pool, offset, packed, width, indices, count, sums, row, rows)
        elif half:
            _half_4(pool, offset, packed, width, indices, count, sums, row, rows)
        else:
            _float_4(pool, offset, packed, width, indices, count, sums, row, rows)
    for s in range(streams):
        add_bias(sums, s * rows, weights.bias, m.first, rows, y, members[at + s])


@compiled(forceinline=True)
def _multiply_bytes(
    weights: Weights,
    number: int,
    x: Array,
    members: Array,
    at: int,
    streams: int,
    y: Array,
    space: Workspace,
) -> None:
    m = weights.matrices[number]
    dot, pool, octets, indices = weights.dot, weights.pool, space.octets, space.indices
    rows, sums, width = m.rows, space.int_sums, octets.shape[1] // 4
    if m.kind == INT8_ROWS:
        count = gather(x, members, at, streams, m.columns, space.packed, indices)
        for s in range(streams):
            space.steps[s] = quantise(space.packed, s, count, True, octets, s)
        panel_rows = m.panel // m.columns
        for row in range(0, rows, ROWS * (4 // streams) if panel_rows > ROWS else ROWS):
            offset = m.offset + row // panel_rows * m.panel + row % panel_rows
            if streams == 4:
                _rows_4(
                    dot,
                    pool,
                    offset,
                    panel_rows,
                    octets,
                    width,
                    indices,
                    count // 4,
                    sums,
                    row,
                    rows,
                )
            elif streams == 2 and panel_rows > ROWS:
                _rows_2(
                    dot,
                    pool,
                    offset,
                    panel_rows,
                    octets,
                    width,
                    indices,
                    count // 4,
                    sums,
                    row,
                    rows,
                )
            elif streams == 2:
                _rows_2_narrow(
                    dot, pool, offset, panel_rows, octets, width, indices, count // 4, sums, row, rows
                )  # fmt: skip
            elif panel_rows > ROWS:
                _rows_1(
                    dot,
                    pool,
                    offset,
                    panel_rows,
                    octets,
                    width,
                    indices,
                    count // 4,
                    sums,
                    row,
                    rows,
                )
            else:
                _rows_1_narrow(
                    dot,
                    pool,
                    offset,
                    panel_rows,
                    octets,
                    width,
                    indices,
                    count // 4,
                    sums,
                    row,
                    rows,
                )
    else:
        count = (m.columns + 3) // 4
        pairs = (count + 1) // 2
        for s in range(streams):
            space.steps[s] = quantise(x, members[at + s], m.columns, m.positive == 1, octets, s)
        for panel in range(rows // ROWS):
            offset, row = m.offset + panel * m.panel, panel * ROWS
            if m.kind == INT5 and streams == 1:
                _fives_1(dot, pool, offset, octets, width, indices, pairs, sums, row, rows)
            elif m.kind == INT5 and streams == 2:
                _fives_2(dot, pool, offset, octets, width, indices, pairs, sums, row, rows)
            elif m.kind == INT5:
                _fives_4(dot, pool, offset, octets, width, indices, pairs, sums, row, rows)
            elif streams == 1:
                _bytes_1(dot, pool, offset, octets, width, indices, count, sums, row, rows)
            elif streams == 2:
                _bytes_2(dot, pool, offset, octets, width, indices, count, sums, row, rows)
            else:
                _bytes_4(dot, pool, offset, octets, width, indices, count, sums, row, rows)
    for s in range(streams):
        unquantise(
            sums, s * rows, weights.shift, weights.scale, space.steps[s], weights.bias,
            m.first, rows, y, members[at + s],
        )  # fmt: skip


#: Where the compiled code is kept.
CACHE_PATH: str = advance.stats.cache_path or ""  # type: ignore[attr-defined]
