"""What happens to sums in the kernel: gates, softmax and the draw; plain arithmetic on vectors.

Only additions, multiplications and divisions of float32 in a given order, no library's exp or tanh:
the same on every processor.
"""

import numpy as np

from livecode.voices.samplernn.compiling import Array, compiled

CHUNK = 16  # levels whose probabilities are summed first


@compiled(inline="always")
def exp32(x: np.float32) -> np.float32:
    """e^x in float32 for x in [−87, 88], to 2e−7 (relative); Cephes' reduction and polynomial."""
    exponent = np.int32(
        x * np.float32(1.44269504) + np.float32(127.5)
    )  # above zero: cut off, it rounds
    n = np.float32(exponent - np.int32(127))
    r = x - n * np.float32(0.693359375) - n * np.float32(-2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * (r * r) + r + np.float32(1)
    return p * np.int32(exponent << np.int32(23)).view(np.float32)


@compiled(inline="always")
def sigmoid(x: np.float32) -> np.float32:
    """1 / (1 + e^−x)."""
    x = min(max(x, np.float32(-30)), np.float32(30))
    return np.float32(1) / (np.float32(1) + exp32(-x))


@compiled(inline="always")
def tanh32(x: np.float32) -> np.float32:
    """tanh x, to 2e−7 (absolute)."""
    return np.float32(2) * sigmoid(np.float32(2) * x) - np.float32(1)


@compiled()
def gru(dim: int, x: Array, y: Array, h: Array) -> None:
    """h (dim,) to its next value; x, y (3·dim,): the gates' sums of input and of h, as torch has them."""
    for j in range(dim):
        r = sigmoid(x[j] + y[j])
        z = sigmoid(x[dim + j] + y[dim + j])
        n = tanh32(x[2 * dim + j] + r * y[2 * dim + j])
        h[j] = n + z * (h[j] - n)


@compiled()
def lstm(dim: int, x: Array, y: Array, h: Array, c: Array) -> None:
    """h and c (dim,) to their next values; x, y (4·dim,): the gates' sums of input and of h."""
    for j in range(dim):
        enter = sigmoid(x[j] + y[j])
        forget = sigmoid(x[dim + j] + y[dim + j])
        cell = tanh32(x[2 * dim + j] + y[2 * dim + j])
        out = sigmoid(x[3 * dim + j] + y[3 * dim + j])
        c[j] = forget * c[j] + enter * cell
        h[j] = out * tanh32(c[j])


@compiled(fastmath={"nnan", "nsz", "reassoc"})
def largest(x: Array, count: int) -> np.float32:
    """The largest of x[:count]."""
    most: np.float32 = x[0]
    for j in range(count):
        most = max(most, x[j])
    return most


@compiled(inline="always")
def uniform(seed: np.uint64, number: int) -> float:
    """A number in [0, 1): the stream's number-th. SplitMix64 (Steele et al. 2014), counted."""
    z = seed + (number + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * 2.0**-53


@compiled()
def draw(
    logits: Array,
    levels: int,
    temperature: float,
    unlikely: float,
    u: float,
    weights: Array,
    shares: Array,
) -> int:
    """The code at which the cumulated softmax of logits[:levels] / temperature passes u in [0, 1).

    What has less than `unlikely` times the largest share at temperature 1 is never drawn (min-p,
    Nguyen et al. 2024).
    """
    peak = largest(logits, levels)
    scale = np.float32(1) / temperature
    least = np.float32(np.log(max(unlikely, 1e-38))) * scale
    for j in range(levels):
        # below −80, e^x is nothing beside the peak's 1, and soon a denormal
        x = max((logits[j] - peak) * scale, np.float32(-80))
        weights[j] = exp32(x) if x > np.float32(-80) and x >= least else np.float32(0)
    chunks = (levels + CHUNK - 1) // CHUNK
    weights[levels : chunks * CHUNK] = 0
    total = 0.0
    for chunk in range(chunks):
        share = weights[chunk * CHUNK]
        for j in range(1, CHUNK):
            share += weights[chunk * CHUNK + j]
        total += share
        shares[chunk] = total
    target = u * total
    chunk = 0
    while chunk < chunks - 1 and shares[chunk] <= target:
        chunk += 1
    passed = shares[chunk - 1] if chunk else 0.0
    last = chunk * CHUNK
    for j in range(chunk * CHUNK, min((chunk + 1) * CHUNK, levels)):
        if weights[j] > 0:
            last = (
                j  # rounding may leave the target beyond the chunk's end: its last possible level
            )
            passed += weights[j]
            if passed > target:
                break
    return last


@compiled()
def log_softmax(logits: Array, levels: int, weights: Array) -> float:
    """Turn logits[:levels] into natural log-probabilities, in place; returns the entropy in nats."""
    peak = largest(logits, levels)
    total = 0.0
    mean = 0.0
    for j in range(levels):
        x = logits[j] - peak
        weights[j] = exp32(max(x, np.float32(-80)))
    for j in range(levels):
        total += weights[j]
        mean += weights[j] * (logits[j] - peak)
    log_total = np.float32(np.log(total))
    for j in range(levels):
        logits[j] = logits[j] - peak - log_total
    entropy: float = np.log(total) - mean / total
    return entropy
