"""The axes of a trained space: their order and signs, and how positions map to latent values."""

from dataclasses import dataclass

import numpy as np

from livecode.neural.audio import spectrum
from livecode.neural.audio.descriptors import ALIGNABLE
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.space import KNOTS, LatentSpace

BANDS = 80  # on the ERB-rate scale, each half a critical band
CONTEXTS = 48  # points of the space at which each axis is swept
EVEN = 1.1  # an axis is warped if its audible change differs from the mean by more than this factor
UNEVEN = 1.6  # the halves of an axis may differ by this factor in audible change
SWEPT = 64  # steps of half an axis when it is measured


@dataclass(frozen=True)
class Axes:
    """How latent dimensions become axes: the strongest first, brighter towards 1."""

    order: tuple[int, ...]  # of each axis: latent dimension
    signs: tuple[float, ...]  # of each axis: +1 or -1
    knots: Floats  # (latent, KNOTS), of each axis: latent values at equal steps of position


def audible_change(space: LatentSpace, mags: Floats) -> Floats:
    """Return the change between successive spectra (steps, ..., bins): (steps - 1, ...).

    The change is the mean difference of scaled levels over half critical bands, with all spectra at
    equal loudness. So a moved peak counts, and inaudibly fine detail does not.
    """
    change: Floats = np.abs(np.diff(listened(space, mags), axis=0)).mean(-1)
    return change


def listened(space: LatentSpace, mags: Floats) -> Floats:
    """Return scaled levels over half critical bands, (..., BANDS), of magnitudes (..., bins)."""
    bands = spectrum.band_matrix(space.frequencies_hz, BANDS)
    return spectrum.scaled(np.sqrt(np.square(mags) @ (bands > 0)))


def _sweep(space: LatentSpace, axis: int, values: Floats, contexts: Floats) -> Floats:
    """Return magnitudes (values, contexts, bins) along one latent dimension at each context."""
    points = np.repeat(contexts[None], len(values), axis=0)
    points[:, :, axis] = values[:, None]
    return space.decode(points)


def _equal_steps(values: Floats, change: Floats, count: int) -> Floats:
    """Return `count` resampled values between which the change varies little.

    Only large differences from the mean change are evened out. So an axis that is nearly even, such
    as pitch in octaves, stays as it was trained.
    """
    change = change + 1e-3 * change.mean() + 1e-9
    usual = np.exp(np.log(change).mean())
    excess = change / np.clip(change, usual / EVEN, usual * EVEN)
    heard = np.concatenate([[0.0], np.cumsum(excess)])
    even = np.linspace(0, heard[-1], count)
    return np.interp(even, heard, values).astype(np.float32)


def _shortened(values: Floats, change: Floats, most: float) -> tuple[Floats, Floats]:
    """Return the first values, up to where their change sums to `most`, and that change."""
    kept = max(4, int(np.searchsorted(np.cumsum(change), most)))
    return values[: kept + 1], change[:kept]


def _laid_out(
    space: LatentSpace, low: Floats, middle: Floats, high: Floats, contexts: Floats
) -> list[Floats]:
    """Return every axis's latent values (KNOTS,) at equally audible steps of each half."""
    half = KNOTS // 2
    knots = []
    for axis in range(space.latent):
        below = np.linspace(middle[axis], low[axis], SWEPT + 1, dtype=np.float32)
        above = np.linspace(middle[axis], high[axis], SWEPT + 1, dtype=np.float32)
        changes = [
            audible_change(space, _sweep(space, axis, values, contexts)).mean(-1)
            for values in (below, above)
        ]
        weaker = min(change.sum() for change in changes)
        halves = [
            _equal_steps(*_shortened(values, change, UNEVEN * weaker), half + 1)
            for values, change in zip((below, above), changes, strict=True)
        ]
        knots.append(np.concatenate([halves[0][::-1], halves[1][1:]]))
    return knots


def find_axes(
    space: LatentSpace, points: Floats, rng: np.random.Generator, nested: bool = False
) -> Axes:
    """Return the axes of a space whose training data lies at latent points (n, latent).

    An axis reaches from the 2nd to the 98th percentile; its middle, the median, is at 0.5. Each
    half is warped from the middle outwards, so that equal steps within it are about equally
    audible. A half more than `UNEVEN` times as audible as the other is shortened. In a `nested`
    space the middle is 0, where closed axes rested in training.
    """
    low, middle, high = np.percentile(points, [2, 50, 98], axis=0).astype(np.float32)
    if nested:
        middle[:] = 0
    least = 0.1 * np.maximum(high - low, 1e-3)  # every axis has some length
    low, high = np.minimum(low, middle - least), np.maximum(high, middle + least)
    contexts = points[rng.permutation(len(points))[:CONTEXTS]]
    knots = _laid_out(space, low, middle, high, contexts)
    # Repeat with the other axes anywhere, as a performer may leave them.
    steps, anywhere = np.linspace(0, 1, KNOTS), rng.random((CONTEXTS, space.latent))
    contexts = np.stack(
        [np.interp(anywhere[:, i], steps, knots[i]) for i in range(space.latent)], 1
    )
    knots = _laid_out(space, low, middle, high, contexts.astype(np.float32))
    strengths, signs = [], []
    for axis in range(space.latent):
        # a quarter of the axis at a time
        mags = _sweep(space, axis, knots[axis][:: KNOTS // 4], contexts)
        strengths.append(float(audible_change(space, mags).mean()))
        power = np.square(mags[[0, -1]])
        centroid = np.log((power @ space.frequencies_hz) / power.sum(-1)).mean(-1)
        named = space.axis_names[axis] in ALIGNABLE  # a named axis has its sign already
        signs.append(1.0 if centroid[1] >= centroid[0] or named else -1.0)
    order = np.argsort(strengths)[::-1]
    table = np.array([knots[i] if signs[i] > 0 else -knots[i][::-1] for i in order], np.float32)
    return Axes(
        order=tuple(int(i) for i in order),
        signs=tuple(signs[i] for i in order),
        knots=table,
    )


def arranged(tensors: dict[str, Floats], axes: Axes) -> dict[str, Floats]:
    """Return the weights of a space with its latent dimensions in the order and sign of the axes."""
    order, signs = np.array(axes.order), np.array(axes.signs, np.float32)
    weight, bias = tensors["encoder.4.weight"], tensors["encoder.4.bias"]
    latent = len(order)
    spread = latent + order  # the second half are the posterior's variances
    return tensors | {
        "encoder.4.weight": np.concatenate([weight[order] * signs[:, None], weight[spread]]),
        "encoder.4.bias": np.concatenate([bias[order] * signs, bias[spread]]),
        "decoder.body.0.weight": tensors["decoder.body.0.weight"][:, order] * signs,
        "decoder.skip.weight": tensors["decoder.skip.weight"][:, order] * signs,
        "axes": axes.knots,
    }
