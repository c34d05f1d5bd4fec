"""What a stream draws its sound with: one model's sampler, of either make, at the model's rate."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import ModelMeta, read_model
from livecode.neural.samplernn.config import KIND, SampleRNNConfig
from livecode.neural.samplernn.fullband.config import FORMAT, FullbandConfig
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.quantise import dequantised, quantised
from livecode.voices.samplernn import Sampler, StreamState
from livecode.voices.samplernn.fullband.memory import WideState
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from livecode.voices.watch import Watch

Floats = NDArray[np.float32]


class Held(NamedTuple):
    """What a performer holds besides the temperature; a model of levels alone knows only `surface`."""

    surface: float = 1.0  # times the temperature, for samples but not for outlines
    unlikely: float = 0.0  # what is less likely than so many times the likeliest is not drawn
    brightness: float = 0.0  # dB an octave
    transpose: float = 0.0  # semitones
    density: float = 0.0  # logits


class Drawing(Protocol):
    """One stream of a model."""

    @property
    def sampler(self) -> Sampler | FullbandSampler:
        """What draws."""

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        """The next samples (n,) at temperatures (n,)."""

    def state(self) -> Any:
        """A copy of where it is, for `load_state`."""

    def load_state(self, state: Any) -> None:
        """Go on from there."""

    def prime(self, audio: Floats) -> None:
        """Go on from the end of audio (n,) in [-1, 1]."""


class LevelsDrawing:
    """A stream of a model whose codes are levels of the sound."""

    def __init__(self, sampler: Sampler, sample_rate: int, facts: Mapping[str, Any]):
        """The stream of a sampler that has only one."""
        self.sampler, self._config = sampler, sampler.config
        self.watch = Watch(sample_rate, self._config.levels, facts)

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        drawn = self.sampler.step_block(temperatures[None] * held.surface, figures=guarded)
        audio = dequantised(drawn.codes[0], self._config.levels, self._config.quantiser)
        return self.watch.over(self.sampler, audio, drawn) if guarded else audio

    def state(self) -> StreamState:
        return self.sampler.state(0)

    def load_state(self, state: StreamState) -> None:
        self.sampler.set_state(0, state)

    def prime(self, audio: Floats) -> None:
        self.sampler.prime(0, quantised(audio, self._config.levels, self._config.quantiser))


class FullbandState(NamedTuple):
    """Where a full-band stream is: its sampler, and samples drawn that were not wanted yet."""

    sampler: WideState
    spare: Floats


class FullbandDrawing:
    """A stream of a full-band model.

    It needs no watch: the outline that it draws first holds its level, whatever the samples do.
    """

    def __init__(self, sampler: FullbandSampler, model: FullbandSampleRNN):
        """The stream of a sampler that has only one; the model takes in what it is primed with."""
        self.sampler, self._model = sampler, model
        self._spare = np.zeros(0, np.float32)

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        m, count = self.sampler.config.subbands, len(temperatures)
        steps = -(-(count - len(self._spare)) // m)
        if steps > 0:
            hand = self.sampler.hand
            hand.structure[:] = temperatures[0] if count else 1.0
            hand.unlikely[:] = held.unlikely
            hand.brightness[:] = held.brightness
            hand.transpose[:] = held.transpose
            hand.density[:] = held.density
            places = np.minimum(np.arange(steps) * m, count - 1)
            drawn = self.sampler.step_block(temperatures[None, places] * held.surface)
            self._spare = np.concatenate([self._spare, drawn.audio[0]])
        audio, self._spare = self._spare[:count], self._spare[count:]
        return audio

    def state(self) -> FullbandState:
        return FullbandState(self.sampler.state(0), self._spare.copy())

    def load_state(self, state: FullbandState) -> None:
        self.sampler.set_state(0, state.sampler)
        self._spare = state.spare.copy()

    def prime(self, audio: Floats) -> None:
        tokens, cells = self._model.taken_in(audio)
        if len(cells):
            self.sampler.prime(tokens, cells)


class Loaded:
    """A model as it is in memory: once, for as long as a stream of it plays."""

    def __init__(self, path: Path):
        """Read the file and ready the kernel; raises LivecodeError if that is not possible."""
        self.meta, tensors = read_model(path, KIND)
        rate = self.meta.sample_rate
        self.sampler: Sampler | FullbandSampler
        if is_fullband(self.meta):
            config = FullbandConfig.from_json(self.meta.config)
            self._model = FullbandSampleRNN(path.stem, rate, config, tensors)
            self.sampler = FullbandSampler(config, self._model.tensors, rate)
        else:
            self.sampler = Sampler(SampleRNNConfig.from_json(self.meta.config), tensors)
        self.sampler.step_block(np.ones((1, 1)))  # here, not while it plays, its kernel is loaded

    def drawing(self, seed: int) -> Drawing:
        """One more stream of the model."""
        sampler = self.sampler.another(seed)
        if isinstance(sampler, FullbandSampler):
            return FullbandDrawing(sampler, self._model)
        return LevelsDrawing(sampler, self.meta.sample_rate, self.meta.facts)


def is_fullband(meta: ModelMeta) -> bool:
    """Whether a model file holds a full-band SampleRNN."""
    return meta.config.get("format") == FORMAT
