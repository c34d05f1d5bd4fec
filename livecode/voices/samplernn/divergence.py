"""How far smaller weights are from exact ones, in bits, and whether they are near enough."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Bits a sample that weights of fewer bits may cost, against whole bytes.
NEAR_BITS = 0.008
SAMPLES = 500


class Model(Protocol):
    """What can be compared."""

    def log_probs(self, codes: ArrayLike) -> NDArray[np.float32]: ...


def divergence_bits(p: NDArray[np.floating], q: NDArray[np.floating]) -> float:
    """Mean Kullback–Leibler divergence of rows of natural log-probabilities q from p, in bits."""
    p64, q64 = p.astype(np.float64), q.astype(np.float64)
    return float((np.exp(p64) * (p64 - q64)).sum(axis=1).mean() / np.log(2))


def is_near(exact: Model, small: Model, codes: NDArray[np.integer]) -> bool:
    """Whether the two say nearly the same on these codes (n,)."""
    return divergence_bits(exact.log_probs(codes), small.log_probs(codes)) <= NEAR_BITS
