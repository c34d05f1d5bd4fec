"""The loop that draws outlines, cells and sound of full-band models, compiled, with no Python in it."""

import numpy as np

from livecode.neural.samplernn.fullband.residual import (
    SMALL,
    SPREAD_FROM,
    SPREAD_STEP,
    Track,
    followed,
    hears_itself,
    lead_back,
    middle_of,
    predicted,
    sample_of,
    softened,
    solve,
    spread_rows,
    step_on,
    take,
)
from livecode.voices.samplernn.activations import gru, log_softmax, uniform
from livecode.voices.samplernn.compiling import Array, compiled
from livecode.voices.samplernn.fullband.choice import draw
from livecode.voices.samplernn.fullband.memory import Scratch, StreamHand, WideOutputs, WideState
from livecode.voices.samplernn.fullband.packing import WidePlan
from livecode.voices.samplernn.fullband.product import multiply
from livecode.voices.samplernn.fullband.told import tell
from livecode.voices.samplernn.rows import add_rows, add_short_rows, relu
from livecode.voices.samplernn.weights import Weights

EXTRAS = 7  # figures of each subband


@compiled()
def advance(
    weights: Weights,
    plan: WidePlan,
    state: WideState,
    space: Scratch,
    members: Array,
    temperatures: Array,
    hand: StreamHand,
    forced: Array,
    tokens: Array,
    labels: Array,
    outputs: WideOutputs,
) -> None:
    """Draw the next n steps of the streams `members`.

    temperatures: (streams, n) float32; forced: (streams, n, subbands) int32, cells to take instead
    of drawing, or (streams, 0, 0); tokens: (streams, 1 + frames, stages) int32, to take instead of
    drawing: row 0 is the very first frame's, where a stream begins, row 1 + f is that of the frame
    after the f-th that begins in these steps; or (streams, 0, 0); labels: (streams, frames,
    outline_dim) float32, what labels add to the input of the outline's tier, by the frame that begins
    in these steps; or (streams, 0, 0).
    """
    for s in members:
        frame = 0
        track = Track(
            state.past[s],
            state.place[s],
            state.products[s],
            state.taps[s],
            state.error[s],
            state.sizes[s],
            state.leak[s],
            space.work,
            space.lanes,
            space.wide,
        )
        for n in range(temperatures.shape[1]):
            if state.t[s] % plan.outline_steps == 0:
                if state.t[s] == 0:
                    _draw_tokens(weights, plan, state, space, s, hand, tokens, 0, outputs)
                _next_outline(
                    weights, plan, state, space, s, hand, tokens, labels, frame + 1, outputs
                )
                tell(weights, plan, state, space, s, hand)
                frame += 1
            _step(
                weights, plan, state, space, s, n, track, temperatures[s, n], hand, forced, outputs
            )


@compiled()
def _next_outline(weights: Weights, plan: WidePlan, state: WideState, space: Scratch, s: int,
                  hand: StreamHand, tokens: Array, labels: Array, row: int,
                  outputs: WideOutputs) -> None:  # fmt: skip
    """The frame that was next sounds; draw the tokens of the one after it."""
    for i in range(plan.stages):
        state.tokens[s, i] = state.following[s, i]
    _outline_step(weights, plan, state, space, s, labels, row - 1)
    _draw_tokens(weights, plan, state, space, s, hand, tokens, row, outputs)
    for i in range(plan.stages):
        outputs.tokens[s, row - 1, i] = state.following[s, i]
    for j in range(plan.bands + plan.parts):
        now = np.float32(0)
        later = np.float32(0)
        for i in range(plan.stages):
            now += plan.codebook[i, state.tokens[s, i], j]
            later += plan.codebook[i, state.following[s, i], j]
        state.outline[s, 0, j] = now
        state.outline[s, 1, j] = later


@compiled()
def _outline_step(
    weights: Weights,
    plan: WidePlan,
    state: WideState,
    space: Scratch,
    s: int,
    labels: Array,
    n: int,
) -> None:
    """The outline's GRU hears the tokens of the frame that sounds, and the labels of the next."""
    space.alone[0] = s
    alone = space.alone
    for j in range(plan.outline_dim):
        total = np.float32(0)
        for i in range(plan.stages):
            total += plan.embedding[i, state.tokens[s, i], j]
        if labels.shape[1]:
            total += labels[s, n, j]
        space.x[s, j] = total
    for k in range(plan.outline_layers):
        multiply(weights, plan.outline_ih[k], space.x, alone, space.y, space)
        multiply(weights, plan.outline_hh[k], state.outline_h[k], alone, space.z, space)
        gru(plan.outline_dim, space.y[s], space.z[s], state.outline_h[k, s])
        for j in range(plan.outline_dim):
            space.x[s, j] = state.outline_h[k, s, j]


@compiled()
def _draw_tokens(weights: Weights, plan: WidePlan, state: WideState, space: Scratch, s: int,
                 hand: StreamHand, tokens: Array, row: int, outputs: WideOutputs) -> None:  # fmt: skip
    """The tokens that follow, stage after stage; row: of those to take and of their figures."""
    space.alone[0] = s
    alone, top = space.alone, plan.outline_layers - 1
    dim = plan.outline_dim
    adapter, share = plan.adapter, hand.learned[s]
    rank = len(adapter.down) if share != 0 else 0
    for r in range(rank):
        total = np.float32(0)
        for j in range(dim):
            total += adapter.down[r, j] * state.outline_h[top, s, j]
        space.frame[s, r] = total
    for i in range(plan.stages):
        multiply(weights, plan.heads + i, state.outline_h[top], alone, space.y, space)
        for j in range(dim):
            total = space.y[s, j]
            for before in range(i):
                total += plan.before[before, state.following[s, before], j]
            space.x[s, j] = max(total, np.float32(0))
        multiply(weights, plan.outputs + i, space.x, alone, space.y, space)
        for j in range(plan.entries):
            space.logits[j] = space.y[s, j]
            if i == 0:
                space.logits[j] += hand.density[s] * plan.onset[j]
            if share != 0 and len(adapter.raised):
                total = adapter.raised[i, j]
                for r in range(rank):
                    total += adapter.up[i, j, r] * space.frame[s, r]
                space.logits[j] += share * total
        u = uniform(state.random[s, 0], state.random[s, 1])
        state.random[s, 1] += np.uint64(1)
        token = draw(
            space.logits, plan.entries, hand.structure[s], hand.unlikely[s], u, space.weights
        )
        if tokens.shape[1]:
            token = tokens[s, row, i]
        state.following[s, i] = token
        if outputs.token_log_probs.shape[0]:
            log_softmax(space.logits, plan.entries, space.weights)
            for j in range(plan.entries):
                outputs.token_log_probs[row, i, j] = space.logits[j]


@compiled()
def _step(
    weights: Weights,
    plan: WidePlan,
    state: WideState,
    space: Scratch,
    s: int,
    n: int,
    track: Track,
    temperature: float,
    hand: StreamHand,
    forced: Array,
    outputs: WideOutputs,
) -> None:
    """One step: a cell of each subband, and so many samples of sound."""
    t = state.t[s]
    space.alone[0] = s
    alone, pred = space.alone, plan.predictor
    if t % plan.spans[1] == 0:
        _tier(weights, plan, state, space, s, 1)
    if t % plan.spans[0] == 0:
        _tier(weights, plan, state, space, s, 0)
        for k in range(plan.subbands):
            total = np.float32(0)
            for j in range(plan.spans[1]):
                total += abs(state.frames[s, j, k])
            state.recent[s, k] = total / np.float32(plan.spans[1])
            lead_back(track, k, state.level[s, k], plan.spans[1])
    multiply(weights, plan.up[0] + t % plan.sizes[0], state.up[0], alone, space.y, space)
    for j in range(plan.dim):
        space.y[s, j] += state.told[2, s, j]
    given = space.frame
    newest = (t - 1) % plan.spans[1]
    for k in range(plan.subbands):
        if t % (pred.hop if hears_itself(pred) else plan.outline_steps) == 0:
            solve(pred, track, k, state.autocorrelation[s, k])
        space.expected[k] = predicted(pred, track, k)
        spread_rows(track, k, state.level[s, k], space.rows[k])
        at = k * EXTRAS
        for i in range(3):
            size = np.float32(space.rows[k, i]) * np.float32(SPREAD_STEP)
            size += np.float32(SPREAD_FROM - np.log(SMALL))
            given[s, at + i] = size * np.float32(0.3) - np.float32(0.5)
        given[s, at + 3] = softened(space.expected[k])
        given[s, at + 4] = state.frames[s, newest, k]
        given[s, at + 5] = softened(state.level[s, k])
        given[s, at + 6] = state.recent[s, k]
    multiply(weights, plan.extra, given, alone, space.z, space)
    for j in range(plan.dim):
        space.y[s, j] += space.z[s, j]
    _first_sum(weights, plan, state, space, s, t)
    multiply(weights, plan.hidden, space.x, alone, space.y, space)
    relu(space.y, s, plan.dim, space.x)
    multiply(weights, plan.output, space.x, alone, space.y, space)
    surprise = 0.0
    entropy = 0.0
    place = t % plan.spans[1]
    first = t % plan.sizes[0] * plan.subbands
    for k in range(plan.subbands):
        row = plan.spread[k, space.rows[k, 0] // plan.per_spread]
        logits = space.logits
        for j in range(plan.levels):
            logits[j] = space.y[s, k * plan.levels + j] + row[j]
        u = uniform(state.random[s, 0], state.random[s, 1])
        state.random[s, 1] += np.uint64(1)
        if forced.shape[1]:
            cell = forced[s, n, k]
        else:
            cell = draw(logits, plan.levels, temperature, hand.unlikely[s], u, space.weights)
        outputs.cells[s, n, k] = cell
        if outputs.surprise.shape[1] or outputs.log_probs.shape[0]:
            entropy += log_softmax(logits, plan.levels, space.weights)
            surprise -= logits[cell]
            if outputs.log_probs.shape[0]:
                for j in range(plan.levels):
                    outputs.log_probs[n, k, j] = logits[j]
        e = middle_of(cell, plan.levels)
        if not forced.shape[1]:
            e = followed(pred, track, k, e)
        x = sample_of(space.expected[k], e, state.level[s, k])
        take(track, k, x, e)
        state.frames[s, place, k] = softened(x)
        state.frames[s, place, plan.subbands + k] = np.float32(cell) * (
            np.float32(4) / np.float32(plan.levels)
        ) - np.float32(2)
        state.cells[s, first + k] = cell
    if outputs.surprise.shape[1]:
        outputs.surprise[s, n] = surprise / plan.subbands
        outputs.entropy[s, n] = entropy / plan.subbands
    step_on(pred, track)
    _sound(plan, state, s, n, track, outputs)
    state.t[s] = t + 1


@compiled()
def _sound(
    plan: WidePlan, state: WideState, s: int, n: int, track: Track, outputs: WideOutputs
) -> None:
    """The samples that this step completes, of the last steps' subbands."""
    parts = state.parts[s]
    steps = len(parts)
    for j in range(steps - 1, 0, -1):
        for k in range(plan.subbands):
            parts[j, k] = parts[j - 1, k]
    for k in range(plan.subbands):
        parts[0, k] = track.past[k, track.place[0]]
    for r in range(plan.subbands):
        total = np.float32(0)
        for k in range(plan.subbands):
            for j in range(steps):
                total += parts[j, k] * plan.synthesis[k, plan.subbands * j + r]
        outputs.audio[s, n * plan.subbands + r] = total


@compiled()
def _first_sum(
    weights: Weights, plan: WidePlan, state: WideState, space: Scratch, s: int, t: int
) -> None:
    """space.x[s] = what the last F_0 steps' cells add, and space.y[s], where positive."""
    size, m = plan.sizes[0], plan.subbands
    for f in range(size):
        for k in range(m):
            space.recent[f * m + k] = state.cells[s, (t + f) % size * m + k]
    if weights.short_table.shape[0]:
        step = np.float32(weights.short_step)
        add_short_rows(
            weights.short_table, step, space.recent, plan.dim, space.int_sums, space.y, space.x, s
        )
    else:
        add_rows(weights.table, space.recent, plan.dim, space.y, space.x, s)
    relu(space.x, s, plan.dim, space.x)


@compiled()
def _tier(
    weights: Weights, plan: WidePlan, state: WideState, space: Scratch, s: int, i: int
) -> None:
    """One step of tier i's GRU."""
    t, span, longest, wide = state.t[s], plan.spans[i], plan.spans[1], 2 * plan.subbands
    alone, given = space.alone, space.frame
    for j in range(span):
        for k in range(wide):
            given[s, j * wide + k] = state.frames[s, (t - span + j) % longest, k]
    if i == 1:
        per = plan.outline_steps // span
        at = t % plan.outline_steps // span
        part = at * plan.parts // per
        given[s, span * wide] = state.outline[s, 0, plan.bands + part]
        if part + 1 < plan.parts:
            given[s, span * wide + 1] = state.outline[s, 0, plan.bands + part + 1]
        else:
            given[s, span * wide + 1] = state.outline[s, 1, plan.bands]
        given[s, span * wide + 2] = np.float32(at) / np.float32(per)
    multiply(weights, plan.input[i], given, alone, space.x, space)
    for j in range(plan.dim):
        space.x[s, j] += state.told[i, s, j]
    if i == 0:
        above = plan.up[1] + t % longest // span
        multiply(weights, above, state.up[1], alone, space.y, space)
        for j in range(plan.dim):
            space.x[s, j] += space.y[s, j]
    multiply(weights, plan.ih[i], space.x, alone, space.y, space)
    multiply(weights, plan.hh[i], state.up[i], alone, space.z, space)
    gru(plan.dim, space.y[s], space.z[s], state.up[i, s])


#: Where the compiled code is kept.
CACHE_PATH: str = advance.stats.cache_path or ""  # type: ignore[attr-defined]
