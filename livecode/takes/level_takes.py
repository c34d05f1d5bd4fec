"""Takes of a SampleRNN whose codes are levels of the sound."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livecode.neural.samplernn.model import SampleRNN
from livecode.takes.batch import DrawnTakes, Floats, Told, Weights, at_samples
from livecode.voices.samplernn import Sampler, StreamState

CHUNK = 4000  # samples between two checks whether to stop
LARGEST_16_BIT = 256  # levels; with more levels, 16 bits would lose some


class LevelTakes:
    """The `TakesModel` of such a model."""

    def __init__(self, model: SampleRNN) -> None:
        """Make takes of a loaded model."""
        self._model, self.name, self.sample_rate = model, model.name, model.sample_rate
        config = model.config
        self.bits = 16 if config.levels <= LARGEST_16_BIT else 24
        middle = model.dequantise(np.array([config.silence, config.silence + 1]))
        self.step = float(middle[1] - middle[0])

    def usual_weights(self) -> Weights:
        """Return the weights that this processor multiplies fastest."""
        return Sampler(self._model.config, self._model.tensors).weights

    def primed(self, weights: Weights, heard: Floats) -> StreamState:
        """Return the state of a stream that has heard this sound (n,)."""
        sampler = Sampler(self._model.config, self._model.tensors, 1, weights)
        sampler.prime(0, self._model.quantise(heard))
        return sampler.state(0)

    def batches(self, weights: Weights, start: StreamState | None) -> "LevelBatches":
        """Return what draws takes that begin in `start`, or in the model's own first state."""
        return LevelBatches(self._model, weights, start)


class LevelBatches:
    """`Batches` of a model whose codes are levels of the sound."""

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
        temperatures: Floats,
        stop: threading.Event,
        told: Told,
    ) -> DrawnTakes | None:
        """Draw takes as `Batches` says."""
        sampler = self._fresh(seeds)
        codes = np.empty((len(seeds), count), np.int32)
        sums = np.zeros(len(seeds))
        for begin in range(0, count, CHUNK):
            if stop.is_set():
                return None
            end = min(begin + CHUNK, count)
            wanted = at_samples(temperatures, np.arange(begin, end), self._model.sample_rate)
            drawn = sampler.step_block(np.tile(wanted, (len(seeds), 1)), figures=True)
            assert drawn.log_likelihood is not None
            codes[:, begin:end] = drawn.codes
            sums += drawn.log_likelihood.sum(axis=1, dtype=np.float64)
            told(drawn.codes.size)
        return DrawnTakes(self._model.dequantise(codes), sums / count)

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
