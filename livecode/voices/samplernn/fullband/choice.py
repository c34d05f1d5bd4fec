"""One of a few, by chance: how tokens and cells are drawn."""

import numpy as np

from livecode.voices.samplernn.activations import exp32, largest
from livecode.voices.samplernn.compiling import Array, compiled


@compiled()
def draw(
    logits: Array, count: int, temperature: float, unlikely: float, u: float, weights: Array
) -> int:
    """One of `count`: where the cumulated softmax of logits / temperature passes u in [0, 1).

    What has less than `unlikely` times the largest share at temperature 1 is never drawn (min-p,
    Nguyen et al. 2024).
    """
    peak = largest(logits, count)
    scale = np.float32(1) / temperature
    least = np.float32(np.log(max(unlikely, 1e-38))) * scale
    total = 0.0
    for j in range(count):
        x = max((logits[j] - peak) * scale, np.float32(-80))
        share = exp32(x) if x > np.float32(-80) and x >= least else np.float32(0)
        weights[j] = share
    for j in range(count):
        total += weights[j]
    target = u * total
    passed = 0.0
    last = 0
    for j in range(count):
        if weights[j] > 0:
            last = j
            passed += weights[j]
            if passed > target:
                break
    return last
