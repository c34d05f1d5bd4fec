"""Draws several takes together, because one pass of the weights serves several streams."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.model import SampleRNN
from livecode.takes.expression import KNOTS_PER_S
from livecode.voices.samplernn import Sampler, StreamState

TOGETHER = 4  # streams; more gain little, and a killed run loses that many unfinished takes
CHUNK = 4000  # samples between two checks whether to stop

Weights = Literal["auto", "float32", "int8"]


@dataclass(frozen=True)
class DrawnTakes:
    """The samples of a batch of takes."""

    codes: NDArray[np.int32]  # (streams, n)
    log_likelihood: NDArray[np.float64]  # (streams,): mean natural log likelihood of each


class Batches:
    """Draws one batch after another with one sampler; for use by one thread."""

    def __init__(self, model: SampleRNN, weights: Weights, start: StreamState | None) -> None:
        """Set up for a model.

        `start` is the state in which every take starts; None is the model's own.
        """
        self._model, self._weights, self._start = model, weights, start
        self._sampler: Sampler | None = None

    def draw(
        self,
        seeds: Sequence[int],
        count: int,
        temperatures: NDArray[np.float32],
        stop: threading.Event,
        told: Callable[[int], None],
    ) -> DrawnTakes | None:
        """Draw takes of `count` samples, one for each seed. Return None if stopped.

        `temperatures` holds one value a millisecond. `told` is called with the number of samples
        drawn since its last call, over all takes. A take depends on its seed alone, not on the
        takes beside it.
        """
        sampler = self._fresh(seeds)
        codes = np.empty((len(seeds), count), np.int32)
        sums = np.zeros(len(seeds))
        for begin in range(0, count, CHUNK):
            if stop.is_set():
                return None
            end = min(begin + CHUNK, count)
            knots = np.arange(begin, end) * KNOTS_PER_S // self._model.sample_rate
            wanted = temperatures[np.minimum(knots, len(temperatures) - 1)]
            drawn = sampler.step_block(np.tile(wanted, (len(seeds), 1)), figures=True)
            assert drawn.log_likelihood is not None
            codes[:, begin:end] = drawn.codes
            sums += drawn.log_likelihood.sum(axis=1, dtype=np.float64)
            told(drawn.codes.size)
        return DrawnTakes(codes, sums / count)

    def _fresh(self, seeds: Sequence[int]) -> Sampler:
        """Return a sampler whose streams are at their start."""
        sampler = self._sampler
        if sampler is None or sampler.streams != len(seeds):
            model = self._model
            sampler = Sampler(model.config, model.tensors, len(seeds), self._weights)
            self._sampler = sampler
        for stream, seed in enumerate(seeds):
            sampler.reset(stream, seed)
            if self._start is not None:
                random = np.array([seed, 0], np.uint64)
                sampler.set_state(stream, replace(self._start, random=random))
        return sampler


def primed(model: SampleRNN, weights: Weights, codes: NDArray[np.integer]) -> StreamState:
    """Return the state of a stream that has been primed with codes (n,)."""
    sampler = Sampler(model.config, model.tensors, 1, weights)
    sampler.prime(0, codes)
    return sampler.state(0)


def split(numbers: Sequence[int], cores: int) -> list[list[int]]:
    """Split numbers into even batches of at most TOGETHER, with as many batches for each core."""
    rounds = -(-len(numbers) // (cores * TOGETHER))
    batches = min(len(numbers), rounds * cores)
    return [part.tolist() for part in np.array_split(np.array(numbers, np.int64), batches or 1)]
