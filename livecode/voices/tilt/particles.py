"""A particle filter that tilts a model towards a reward: weights, resampling, and which one is heard."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: The search for the strength that a cap allows ends after so many halvings.
HALVINGS = 30


class Resampled(NamedTuple):
    """What follows from the scores of one chunk.

    heard: the particle whose oldest undecided chunk is heard; None: none is due yet.
    parents: (particles,), the particle that each one is a copy of from now on; most are their own.
    bits: how far this chunk pushes the model, in bits: the Kullback–Leibler divergence of the
    weights after it from those before.
    strength: what the scores were multiplied by; less than was asked for if the cap said so.
    """

    heard: int | None
    parents: NDArray[np.int64]
    bits: float
    strength: float


@dataclass(frozen=True)
class FilterState:
    """All that decides how a filter goes on."""

    log_weights: Floats  # (particles,)
    roots: NDArray[np.int64]  # (undecided chunks, particles)
    alike: bool
    random: dict[str, Any]


class ParticleFilter:
    """Weighs particles, which are continuations of one sound that a model draws chunk by chunk.

    Particles are samples of p(x), the model. With weights of exp(sum of strength · score) they are
    samples of p(x) · exp(sum of strength · score) up to a constant: the distribution that earns most
    score for its Kullback–Leibler divergence from p (Jaques et al., "Sequence Tutor", ICML 2017).
    The method is sequential importance resampling (Doucet and Johansen, "A tutorial on particle
    filtering and smoothing", 2009).

    A chunk is heard once `lag` more have been drawn: then one particle is chosen by its weight, and
    particles with another past than the chosen one's are dropped. With a lag as long as the sound
    this is exact as the number of particles grows. With a lag of 0 each chunk is tilted for itself.
    """

    def __init__(self, particles: int, seed: int, lag: int = 0):
        """`particles`: how many, 1 or more; `seed` of what is chosen by chance."""
        self.lag = lag
        self._random = np.random.default_rng(seed)
        self.begin(particles)

    def begin(self, particles: int) -> None:
        """Begin again with so many equal particles, and no undecided chunks; chance goes on."""
        self._log_weights = np.zeros(particles)
        self._roots: list[NDArray[np.int64]] = []
        #: Whether nothing has told the particles apart since they were copies of one.
        self._alike = True

    @property
    def weights(self) -> Floats:
        """The share of each particle, (particles,); their sum is 1."""
        return _shares(self._log_weights)

    @property
    def effective(self) -> float:
        """The effective sample size: 1 / sum of squared weights, from 1 to the number of particles."""
        return float(1 / np.square(self.weights).sum())

    def score(
        self, scores: ArrayLike, strength: float = 1.0, most_bits: float = np.inf
    ) -> Resampled:
        """Take in the scores (particles,) of the chunk that all particles have just drawn.

        most_bits: this chunk pushes the model no further than so many bits.
        """
        wanted = np.asarray(scores, float)
        strength = _allowed(self.weights, wanted, strength, most_bits)
        before = self.weights
        self._log_weights = self._log_weights + strength * wanted
        self._alike = self._alike and bool((self._log_weights == self._log_weights[0]).all())
        bits = _divergence_bits(self.weights, before)
        self._roots.append(np.arange(len(wanted)))
        heard = self._choose() if len(self._roots) > self.lag else None
        return Resampled(heard, self._resample(), bits, strength)

    def chance(self) -> Floats:
        """Return a number for each particle, (particles,), from a normal distribution."""
        numbers: Floats = self._random.standard_normal(len(self._log_weights))
        return numbers

    def decide(self) -> int:
        """Choose a particle now, whose undecided chunks are all heard; all particles become its copies."""
        chosen = self._chosen()
        self.begin(len(self._log_weights))
        return chosen

    def state(self) -> FilterState:
        """Return a copy of where the filter is."""
        roots = np.array(self._roots, np.int64).reshape(-1, len(self._log_weights))
        random = dict(self._random.bit_generator.state)
        return FilterState(self._log_weights.copy(), roots, self._alike, random)

    def load_state(self, state: FilterState) -> None:
        """Go on from there."""
        self._log_weights, self._roots = state.log_weights.copy(), list(state.roots.copy())
        self._alike = state.alike
        self._random.bit_generator.state = state.random

    def _chosen(self) -> int:
        """Return a particle, drawn by the weights; of particles that are alike the first."""
        if self._alike:
            return 0
        bounds = np.cumsum(self.weights)
        return int(np.searchsorted(bounds, self._random.random() * bounds[-1], side="right"))

    def _choose(self) -> int:
        """Choose whose oldest chunk is heard, and drop the particles with another one."""
        chosen = self._chosen()
        oldest = self._roots.pop(0)
        self._log_weights = np.where(oldest == oldest[chosen], self._log_weights, -np.inf)
        return chosen

    def _resample(self) -> NDArray[np.int64]:
        """Copy particles by their weights if few carry most of it, or one was dropped; return parents."""
        count = len(self._log_weights)
        own = np.arange(count)
        if self.effective >= count / 2 and np.isfinite(self._log_weights).all():
            return own
        bounds = np.cumsum(self.weights) * count
        places = np.searchsorted(bounds, self._random.random() + own, side="right")
        copies = np.bincount(np.minimum(places, count - 1), minlength=count)
        parents = np.where(copies > 0, own, -1)
        parents[parents < 0] = np.repeat(own, np.maximum(copies - 1, 0))
        self._log_weights = np.zeros(count)
        self._roots = [roots[parents] for roots in self._roots]
        self._alike = all((roots == roots[0]).all() for roots in self._roots)
        return parents


def _shares(log_weights: Floats) -> Floats:
    """Return weights with a sum of 1."""
    weights: Floats = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    return weights


def _divergence_bits(after: Floats, before: Floats) -> float:
    """Return the Kullback–Leibler divergence of weights from those before, in bits."""
    some = after > 0
    return float(max((after[some] * np.log2(after[some] / before[some])).sum(), 0.0))


def _allowed(before: Floats, scores: Floats, strength: float, most_bits: float) -> float:
    """Return the strength, or less if it pushes further than `most_bits`."""

    def pushed(share: float) -> float:
        with np.errstate(divide="ignore"):
            return _divergence_bits(_shares(np.log(before) + share * strength * scores), before)

    if not np.isfinite(most_bits) or pushed(1.0) <= most_bits:
        return strength
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if pushed(middle) <= most_bits else (low, middle)
    return low * strength
