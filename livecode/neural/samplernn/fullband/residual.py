"""Subbands to residual cells and back: the linear predictor, as training and kernel share it.

Everything is plain arithmetic in a given order: sums of float32 go by sixteen lanes, solutions are
in float64, so that every processor finds the same.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.kernels import kernel
from livecode.neural.samplernn.fullband.config import FullbandConfig

LANES = 16
#: Cells are even in sign(e) · ln(1 + |e| / SMALL): fine near zero, wide for what is loud.
SMALL, LARGEST = 1e-4, 2.0
#: The same curve for samples, as frames see them: −2 to 2.
SOFT = 0.003
#: Running means of the residual's size: one over so many steps.
FAST, SLOW = 12, 128
#: Rows of what is told by spread: from this natural logarithm on, so far apart.
SPREAD_FROM, SPREAD_STEP, SPREAD_ROWS = -11.6, 0.05, 256
#: What runs away is held, by the level that the outline tells of a subband (SOFTEST at least): mean
#: sizes are told as MOST times that at most, no sample is beyond RAIL times it, and samples that are
#: FARTHEST times as loud are led back within a few milliseconds.
MOST, RAIL, FARTHEST, SOFTEST = 2.8, 6.0, 3.5, 2e-4
FLOOR = 1e-11  # power added to the autocorrelation: what is below −110 dBFS is no sound
LIMIT = 1.5  # no prediction and no sample is beyond
#: The RMS of a residual is so many times its mean size; a drawn one is made so many times larger at most,
#: or smaller.
RMS_OF_MEAN, FARTHEST_FOLLOWED = 1.25, 2.0

Array = NDArray[Any]
Floats = NDArray[np.float32]


class Predictor(NamedTuple):
    """A configuration's predictor, in numbers."""

    order: int
    hop: int
    kept: float  # of the lag products, over a hop
    weights: NDArray[np.float64]  # (hop,): of the last hop's lag products, the newest first
    share: float  # of the running sums that is the power: 1 − kept over a step
    taper: NDArray[np.float64]  # (order + 1,): makes lag products the autocorrelation of a window
    told: float
    ridge: float
    follows: float
    followed: NDArray[np.float64]  # (subbands,)


class Track(NamedTuple):
    """Where the predictors of a stream are, one for each subband."""

    past: Floats  # (subbands, room and more): the last samples, the newest first
    place: NDArray[np.int64]  # (1,): where the newest is in `past`; at 0 all are moved up
    products: NDArray[np.float64]  # (subbands, order + 1)
    taps: Floats  # (subbands, order): for the newest sample first
    error: NDArray[np.float64]  # (subbands,): power that the solution leaves
    sizes: NDArray[np.float64]  # (subbands, 2): fast and slow mean of the residual's size
    leak: (
        Floats  # (subbands,): what rings is kept of that, a step; less than 1 where it has run away
    )
    work: NDArray[np.float64]  # (4, order + 1 + LANES)
    lanes: Floats  # (LANES,)
    wide: NDArray[np.float64]  # (LANES,)


def predictor(config: FullbandConfig, rate_hz: int) -> Predictor:
    """The predictor that a configuration calls for, of sound at that rate."""
    kept = 0.5 ** (config.subbands / (config.half_life_s * rate_hz))
    return Predictor(
        config.order,
        config.hop,
        kept**config.hop,
        kept ** np.arange(config.hop),
        1 - kept,
        kept ** (np.arange(config.order + 1) / 2),
        config.told,
        config.ridge,
        config.follows,
        np.array(config.followed or (1.0,) * config.subbands),
    )


def track(config: FullbandConfig) -> Track:
    """Predictors that have heard silence."""
    room, m = config.order + config.hop, config.subbands
    return Track(
        np.zeros((m, room + 16 * config.hop), np.float32),
        np.array([16 * config.hop], np.int64),
        np.zeros((m, config.order + 1)),
        np.zeros((m, config.order), np.float32),
        np.full(m, FLOOR),
        np.full((m, 2), SMALL),
        np.ones(m, np.float32),
        np.zeros((4, config.order + 1 + LANES)),
        np.zeros(LANES, np.float32),
        np.zeros(LANES),
    )


@kernel(error_model="numpy", _nrt=False)
def cell_of(e: float, levels: int) -> int:
    """The cell (0 to levels − 1) of a residual."""
    size = np.log1p(abs(e) / SMALL) / np.log1p(LARGEST / SMALL)
    place = (size if e >= 0 else -size) * 0.5 + 0.5
    return min(max(int(np.floor(place * levels)), 0), levels - 1)


@kernel(error_model="numpy", _nrt=False)
def middle_of(cell: int, levels: int) -> Any:
    """The residual in the middle of a cell."""
    place = (cell + 0.5) / levels * 2 - 1
    size = SMALL * np.expm1(abs(place) * np.log1p(LARGEST / SMALL))
    return size if place >= 0 else -size


@kernel(error_model="numpy", _nrt=False)
def softened(x: Any) -> np.float32:
    """A sample as frames see it, from −2 to 2."""
    size = np.log1p(abs(x) / SOFT) * (2 / np.log1p(1 / SOFT))
    return np.float32(size if x >= 0 else -size)


@kernel(error_model="numpy", _nrt=False)
def spread_row(size: float) -> int:
    """The row (0 to SPREAD_ROWS − 1) for a mean size."""
    at = int((np.log(max(size, 1e-9)) - SPREAD_FROM) / SPREAD_STEP)
    return min(max(at, 0), SPREAD_ROWS - 1)


@kernel(error_model="numpy", _nrt=False)
def spread_rows(track: Track, k: int, level: float, rows: Array) -> None:
    """Fill rows (3,) with those of subband k's fast, slow and solved spread."""
    most = MOST * max(np.float64(level), SOFTEST)
    rows[0] = spread_row(min(track.sizes[k, 0], most))
    rows[1] = spread_row(min(track.sizes[k, 1], most))
    rows[2] = spread_row(min(np.sqrt(track.error[k]), most))


@kernel(error_model="numpy", _nrt=False)
def hears_itself(pred: Predictor) -> bool:
    """Whether what a predictor is solved from is more than it is told: else it changes with that alone."""
    return pred.told < 1


@kernel(error_model="numpy", _nrt=False)
def solve(pred: Predictor, track: Track, k: int, told: Array) -> None:
    """Take in subband k's last hop and solve for new taps; told: (order + 1,) autocorrelation.

    The lag products decay by half in the half-life; weighed by the taper they are the
    autocorrelation of the past under one decaying window, so that the solution is stable (Levinson
    and Durbin).
    """
    order = pred.order
    past, at = track.past[k], track.place[0]
    products, sums = track.products[k], track.work[0]
    for j in range(order + 1):
        sums[j] = 0.0
    for n in range(pred.hop if hears_itself(pred) else 0):
        x = np.float64(past[at + n]) * pred.weights[n]
        if x != 0:
            for j in range(order + 1):
                sums[j] += x * past[at + n + j]
    for j in range(order + 1):
        products[j] = products[j] * pred.kept + sums[j]
        sums[j] = (1 - pred.told) * pred.share * products[j] * pred.taper[j] + pred.told * told[j]
    sums[0] = sums[0] * (1 + pred.ridge) + FLOOR
    a, turned, back, lanes = track.work[1], track.work[2], track.work[3], track.wide
    for j in range(order + 1):
        back[order - j] = sums[j]
    for j in range(order + LANES):
        a[j] = 0.0
    error = sums[0]
    for i in range(order):
        for j in range(LANES):
            lanes[j] = 0.0
        for m in range(0, i, LANES):  # taps from i on are still 0
            for j in range(LANES):
                lanes[j] += a[m + j] * back[order - i + m + j]
        total = sums[i + 1]
        for j in range(LANES):
            total -= lanes[j]
        reflection = total / error
        for j in range(i):
            turned[j] = a[i - 1 - j]
        for j in range(i):
            a[j] -= reflection * turned[j]
        a[i] = reflection
        error *= 1 - reflection * reflection
        if error < 1e-14:  # nothing is left to predict, as far as float64 can tell
            error = 1e-14
            break
    taps = track.taps[k]
    for j in range(order):
        taps[j] = a[j]
    track.error[k] = error


@kernel(error_model="numpy", _nrt=False)
def predicted(pred: Predictor, track: Track, k: int) -> Any:
    """What subband k's predictor expects next.

    Where it has run away, a tap counts for less the farther back it looks: all that rings dies away by
    `leak` a step. A prediction that is only made smaller as a whole may ring for ever.
    """
    taps, past, lanes = track.taps[k], track.past[k], track.lanes
    first, leak = track.place[0], track.leak[k]
    for j in range(LANES):
        lanes[j] = 0
    if leak < 1:
        kept = leak
        for n in range(pred.order):
            lanes[0] += taps[n] * kept * past[first + n]
            kept *= leak
        return min(max(lanes[0], np.float32(-LIMIT)), np.float32(LIMIT))
    for n in range(0, pred.order, LANES):
        for j in range(LANES):
            lanes[j] += taps[n + j] * past[first + n + j]
    total = np.float32(0)
    for j in range(LANES):
        total += lanes[j]
    return min(max(total, np.float32(-LIMIT)), np.float32(LIMIT))


@kernel(error_model="numpy", _nrt=False)
def lead_back(track: Track, k: int, level: float, count: int) -> None:
    """Set what is kept of what rings in subband k, by its last samples (count) and the outline's level."""
    first, total = track.place[0], np.float32(0)
    for j in range(count):
        total += track.past[k, first + j] * track.past[k, first + j]
    loud = np.sqrt(np.float64(total) / count)
    most = FARTHEST * max(np.float64(level), SOFTEST)
    track.leak[k] = np.float32(1 if loud <= most else max(most / loud, 0.5) ** 0.125)


@kernel(error_model="numpy", _nrt=False)
def followed(pred: Predictor, track: Track, k: int, residual: Any) -> Any:
    """Scale a drawn residual of subband k by (target RMS / recent RMS) ** follows, 1/2 to 2.

    The target is what the predictor is solved for, times `followed`. A drawn cell listens to the cells
    before it: a stroke that begins too softly goes on so, and what should have died away hisses on.
    """
    if pred.follows == 0:
        return residual
    told = max(np.sqrt(track.error[k]) * pred.followed[k], SMALL)
    own = max(RMS_OF_MEAN * track.sizes[k, 1], SMALL)
    times = min(max((told / own) ** pred.follows, 1 / FARTHEST_FOLLOWED), FARTHEST_FOLLOWED)
    return residual * times


@kernel(error_model="numpy", _nrt=False)
def sample_of(expected: float, residual: float, level: float) -> np.float32:
    """The sample that a prediction and a residual give, within the rails of the outline's level."""
    rail = min(RAIL * max(np.float64(level), SOFTEST), LIMIT)
    return np.float32(min(max(expected + residual, -rail), rail))


@kernel(error_model="numpy", _nrt=False)
def take(track: Track, k: int, x: float | np.float32, residual: float) -> None:
    """The sample x of subband k comes next, and this residual is what was left of it."""
    track.past[k, track.place[0] - 1] = x
    size = abs(residual)
    track.sizes[k, 0] += (size - track.sizes[k, 0]) / FAST
    track.sizes[k, 1] += (size - track.sizes[k, 1]) / SLOW


@kernel(error_model="numpy", _nrt=False)
def step_on(pred: Predictor, track: Track) -> None:
    """All subbands have taken their sample."""
    at = track.place[0] - 1
    room = pred.order + pred.hop
    if at == 0:
        end = track.past.shape[1]
        for k in range(track.past.shape[0]):
            for j in range(room):
                track.past[k, end - 1 - j] = track.past[k, room - 1 - j]
        at = end - room
    track.place[0] = at


@kernel(error_model="numpy", _nrt=False)
def encoded(
    pred: Predictor,
    track: Track,
    levels: int,
    spans: tuple[int, int],
    audio: Array,
    told: Array,
    level: Array,
    frame_steps: int,
    noise: Array,
    off: Array,
    x: Array,
    p: Array,
    cells: Array,
    targets: Array,
    rows: Array,
) -> None:
    """Cells of subbands audio (n, subbands), as the model reads and predicts them; fills the rest.

    spans: steps in a frame of each tier; told: (frames, subbands, order + 1) and level: (frames,
    subbands), by frame of the outline; noise: (n, subbands) unit normal; off: (frames,) how many
    times the residual's mean size it is worth.  x: samples as read; p: predictions; cells: as read;
    targets: what brings a sample to the true one; all (n, subbands); rows: (n, subbands, 3) of the
    fast, the slow and the solved spread.
    """
    low, high = spans
    for t in range(len(audio)):
        frame = t // frame_steps
        for k in range(audio.shape[1]):
            told_level = level[frame, k]
            if t % low == 0:
                lead_back(track, k, told_level, high)
            if t % pred.hop == 0:
                solve(pred, track, k, told[frame, k])
            expected = predicted(pred, track, k)
            p[t, k] = expected
            spread_rows(track, k, told_level, rows[t, k])
            target = cell_of(audio[t, k] - expected, levels)
            targets[t, k] = target
            read = target
            if off[frame] > 0:
                size = noise[t, k] * off[frame] * track.sizes[k, 1]
                read = cell_of(middle_of(target, levels) + size, levels)
            cells[t, k] = read
            e = middle_of(read, levels)
            sample = sample_of(expected, e, told_level)
            x[t, k] = sample
            take(track, k, sample, e)
        step_on(pred, track)


@kernel(error_model="numpy", _nrt=False)
def decoded(
    pred: Predictor,
    track: Track,
    levels: int,
    spans: tuple[int, int],
    cells: Array,
    told: Array,
    level: Array,
    frame_steps: int,
    x: Array,
) -> None:
    """Fill x (n, subbands) with the samples that cells (n, subbands) stand for; see `encoded`."""
    low, high = spans
    for t in range(len(cells)):
        frame = t // frame_steps
        for k in range(cells.shape[1]):
            if t % low == 0:
                lead_back(track, k, level[frame, k], high)
            if t % pred.hop == 0:
                solve(pred, track, k, told[frame, k])
            e = middle_of(cells[t, k], levels)
            sample = sample_of(predicted(pred, track, k), e, level[frame, k])
            x[t, k] = sample
            take(track, k, sample, e)
        step_on(pred, track)
