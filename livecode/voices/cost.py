"""Measures which share of a core one latent voice takes."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livecode.neural.spaces.space import LatentSpace
from livecode.transport.timing import HOP
from livecode.voices.latent import LatentVoice

SAMPLE_RATE = 48_000  # Hz, of the sound
#: The number of measurements, of which the lowest counts: other programs only add to the time.
CHUNKS = 5


def voice_share(
    space: LatentSpace, seconds: float, sample_rate: int = SAMPLE_RATE, texture: float = 0.0
) -> float:
    """Return the share of one core, from 0 to 1, that a voice takes while its position moves.

    The measurement takes about `seconds`, and longer on the first run ever, which compiles kernels.
    """
    voice = LatentVoice(space, sample_rate, HOP, seed=1)
    positions, amount = wandering(space.latent), np.array([texture])
    cost_s = seconds_each(lambda i: voice.play(positions[i % len(positions)], amount), seconds)
    return cost_s * sample_rate / HOP


def seconds_each(action: Callable[[int], object], seconds: float) -> float:
    """Return the processor seconds that one `action(i)` takes, measured for about `seconds` in all."""
    action(0)
    began = time.process_time()
    action(1)
    times = max(1, int(seconds / CHUNKS / max(time.process_time() - began, 1e-6)))
    counts = []
    for _ in range(CHUNKS):
        began = time.process_time()
        for i in range(times):
            action(i)
        counts.append((time.process_time() - began) / times)
    return min(counts)


def wandering(dims: int, places: int = 997) -> NDArray[np.float64]:
    """Return positions (places, dims) in [0, 1] in small steps, as an agent takes them."""
    steps = np.random.default_rng(1).choice([-0.01, 0.01], (places, dims))
    return np.asarray(np.abs((0.5 + steps.cumsum(0)) % 2 - 1))
