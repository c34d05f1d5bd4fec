"""The axes of a trained space: their order, their signs, and how positions map onto them."""

from dataclasses import dataclass

import numpy as np

from livecode.neural import spectrum
from livecode.neural.space import KNOTS, Space
from livecode.neural.spectrum import Floats

BANDS = 80  # on the ERB-rate scale, half a critical band each
CONTEXTS = 48  # points of the space at which each axis is swept
EVEN = 1.45  # audible change may differ from its mean by this factor before an axis is warped


@dataclass(frozen=True)
class Axes:
    """How the latent dimensions become axes: the strongest first, brighter towards 1."""

    order: tuple[int, ...]  # latent dimension of each axis
    signs: tuple[float, ...]  # +1 or -1 for each axis
    knots: Floats  # (latent, KNOTS) latent values at equal steps of position, of each axis


def audible_change(space: Space, mags: Floats) -> Floats:
    """Change between successive spectra (steps, ..., bins): (steps - 1, ...).

    Mean difference of level over half critical bands, levels scaled as for the models, all
    spectra at equal loudness; so a moved peak counts, and an inaudibly fine one does not.
    """
    bands = spectrum.band_matrix(space.frequencies_hz, BANDS)
    levels = spectrum.scaled(np.sqrt(np.square(mags) @ (bands > 0)))
    change: Floats = np.abs(np.diff(levels, axis=0)).mean(-1)
    return change


def _sweep(space: Space, axis: int, values: Floats, contexts: Floats) -> Floats:
    """Magnitudes (values, contexts, bins) along one latent dimension at each context."""
    points = np.repeat(contexts[None], len(values), axis=0)
    points[:, :, axis] = values[:, None]
    return space.decode(points)


def _equal_steps(values: Floats, change: Floats) -> Floats:
    """Resamples values so that the change between them varies little: len(values) again.

    Only what differs much from the mean is evened out; so an axis that is nearly even, such as
    pitch in octaves, stays as it was trained.
    """
    change = change + 1e-3 * change.mean() + 1e-9
    usual = np.exp(np.log(change).mean())
    excess = change / np.clip(change, usual / EVEN, usual * EVEN)
    heard = np.concatenate([[0.0], np.cumsum(excess)])
    even = np.linspace(0, heard[-1], len(values))
    return np.interp(even, heard, values).astype(np.float32)


def find_axes(space: Space, points: Floats, rng: np.random.Generator) -> Axes:
    """The axes of a space whose training data lies at latent points (n, latent).

    Each half of an axis, from the median outwards, is warped on its own: the median stays the
    middle, and within each half equal steps differ little in how audible they are.
    """
    low, middle, high = np.percentile(points, [2, 50, 98], axis=0).astype(np.float32)
    contexts = points[rng.permutation(len(points))[:CONTEXTS]]
    half = KNOTS // 2
    knots, strengths, signs = [], [], []
    for axis in range(space.latent):
        least = 0.1 * max(high[axis] - low[axis], 1e-3)  # an axis never stands still
        below = np.linspace(min(low[axis], middle[axis] - least), middle[axis], 65)
        above = np.linspace(middle[axis], max(high[axis], middle[axis] + least), 65)
        values = np.concatenate([below, above[1:]]).astype(np.float32)
        mags = _sweep(space, axis, values, contexts)
        change = audible_change(space, mags).mean(-1)
        warped_below = _equal_steps(below, change[:64])[:: 64 // half]
        warped_above = _equal_steps(above, change[64:])[:: 64 // half]
        knots.append(np.concatenate([warped_below, warped_above[1:]]))
        strengths.append(float(audible_change(space, mags[::32]).mean()))  # a quarter at a time
        power = np.square(mags[[0, -1]])
        centroid = np.log((power @ space.frequencies_hz) / power.sum(-1)).mean(-1)
        signs.append(1.0 if centroid[1] >= centroid[0] else -1.0)
    order = np.argsort(strengths)[::-1]
    table = np.array([knots[i] if signs[i] > 0 else -knots[i][::-1] for i in order], np.float32)
    return Axes(
        order=tuple(int(i) for i in order),
        signs=tuple(signs[i] for i in order),
        knots=table,
    )


def arranged(tensors: dict[str, Floats], axes: Axes) -> dict[str, Floats]:
    """The weights of a space with its latent dimensions ordered and signed as the axes."""
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
