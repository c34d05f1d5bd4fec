"""Takes of a full-band SampleRNN, as a stream of it plays when nothing is held but the temperature."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livecode.errors import LivecodeError
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.hanging import held_on
from livecode.neural.samplernn.fullband.heat import Heat
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.fullband.subbands import TAPS
from livecode.neural.samplernn.opening import open_samplernn
from livecode.takes.batch import DrawnTakes, Floats, Told, Weights, at_samples
from livecode.voices.moments import moments_of
from livecode.voices.samplernn.fullband.memory import WideState
from livecode.voices.samplernn.fullband.sampler import FullbandSampler

CHUNK_FRAMES = 2  # of the outline, between two looks at how long it has stayed


class WideTakes:
    """The `TakesModel` of a full-band model."""

    bits, step = 24, 0.0

    def __init__(self, path: Path) -> None:
        """Make takes of the model in a file."""
        meta, config, tensors = open_samplernn(path)
        assert isinstance(config, FullbandConfig)
        self.name, self.sample_rate, self._tensors = path.stem, meta.sample_rate, tensors
        self._model = FullbandSampleRNN(path.stem, meta.sample_rate, config, tensors)
        self._heat = Heat.of(meta.facts)

    def usual_weights(self) -> Weights:
        """Return the weights that this processor multiplies fastest."""
        return self._sampler("auto").weights

    def _sampler(self, weights: Weights) -> FullbandSampler:
        model = self._model
        return FullbandSampler(model.config, model.tensors, self.sample_rate, weights=weights)

    def primed(self, weights: Weights, heard: Floats) -> WideState:
        """Return the state of a stream that has heard the whole frames of this sound (n,).

        Raises LivecodeError if there is not one.
        """
        hop = self._model.config.outline_hop
        tokens, cells = self._model.taken_in(heard[len(heard) % hop :])
        if not len(cells):
            raise LivecodeError(
                f"a prime of {self.name!r} is {hop / self.sample_rate:.3f} s long or longer"
            )
        sampler = self._sampler(weights)
        sampler.prime(tokens, cells)
        return sampler.state(0)

    def batches(self, weights: Weights, start: WideState | None) -> "WideBatches":
        """Return what draws takes that begin in `start`, else in one of the model's best moments."""
        sampler = self._sampler(weights)
        starts = moments_of(sampler, self._tensors) if start is None else [start]
        return WideBatches(sampler, starts, self._heat)


class WideBatches:
    """Draws one batch after another; a take's seed chooses which of `starts` it begins in."""

    def __init__(self, sampler: FullbandSampler, starts: Sequence[WideState], heat: Heat) -> None:
        """Draw outlines and cells as hot as `heat` says."""
        self._one, self._starts, self._heat = sampler, starts, heat
        self._sampler: FullbandSampler | None = None

    def draw(
        self,
        seeds: Sequence[int],
        count: int,
        temperatures: Floats,
        stop: threading.Event,
        told: Told,
    ) -> DrawnTakes | None:
        """Draw takes as `Batches` says."""
        sampler, config = self._fresh(seeds), self._one.config
        m, rate = config.subbands, self._one.rate_hz
        late = 0 if self._starts else TAPS  # the filters are empty at a model's own beginning
        audio = np.empty((len(seeds), count + late + m), np.float32)
        sums, holds = np.zeros(len(seeds)), [(-1, 0)] * len(seeds)
        steps = -(-(count + late) // m)
        for begin in range(0, steps, CHUNK_FRAMES * config.outline_steps):
            if stop.is_set():
                return None
            end = min(begin + CHUNK_FRAMES * config.outline_steps, steps)
            heard = np.maximum(np.arange(begin, end) * m - late, 0)
            wanted = at_samples(temperatures, heard, rate)
            restless = [self._heat.restless(hold) for hold in holds]
            sampler.hand.structure[:] = self._heat.outlines(wanted[:1]) * np.array(restless)
            sampler.hand.brightness[:] = self._heat.brightness(float(wanted[0]))
            sampler.hand.density[:] = self._heat.density(float(wanted[0]))
            hot = np.tile(self._heat.cells(wanted), (len(seeds), 1))
            drawn = sampler.step_block(hot, figures=True)
            assert drawn.surprise is not None
            audio[:, begin * m : end * m] = drawn.audio
            sums -= drawn.surprise.sum(axis=1, dtype=np.float64)
            for stream, tokens in enumerate(drawn.tokens[:, :, 0]):
                for token in tokens:
                    holds[stream] = held_on(holds[stream], int(token))
            told((min(end * m, count + late) - max(begin * m, late)) * len(seeds))
        return DrawnTakes(audio[:, late : late + count].copy(), sums / steps)

    def _fresh(self, seeds: Sequence[int]) -> FullbandSampler:
        """Return a sampler whose streams are at their start."""
        sampler = self._sampler
        if sampler is None or sampler.streams != len(seeds):
            sampler = self._sampler = self._one.several(seeds)
        for stream, seed in enumerate(seeds):
            sampler.reset(stream, seed)
            if self._starts:
                state = self._starts[seed % len(self._starts)]
                sampler.set_state(stream, state, random=False)
        return sampler
