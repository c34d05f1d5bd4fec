"""A model of streams as it is in memory, once, and the streams that are drawn of it."""

from pathlib import Path

import numpy as np

from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.opening import open_samplernn
from livecode.voices.drawing import Drawing, FullbandDrawing, Held, LevelsDrawing
from livecode.voices.moments import moments_of
from livecode.voices.samplernn import Sampler
from livecode.voices.samplernn.fullband.sampler import FullbandSampler

#: A model whose file does not say how loud it is is listened to for so long.
LISTEN_S, LISTEN_BLOCK = 4.0, 4000
MOST_GAIN = 10.0  # no model is made louder or softer than by this factor


class Loaded:
    """A model as it is in memory: once, for as long as a stream of it plays."""

    def __init__(self, path: Path):
        """Read the file and ready the kernel; raises LivecodeError if that is not possible."""
        self.path = path
        self.meta, config, tensors = open_samplernn(path)
        rate = self.meta.sample_rate
        self.sampler: Sampler | FullbandSampler
        #: The model as it is read, if it is a full-band one.
        self.fullband: FullbandSampleRNN | None = None
        if isinstance(config, FullbandConfig):
            self.fullband = FullbandSampleRNN(path.stem, rate, config, tensors)
            self.sampler = FullbandSampler(config, self.fullband.tensors, rate)
        else:
            self.sampler = Sampler(config, tensors)
        self.sampler.step_block(np.ones((1, 1)))  # here, not while it plays, its kernel is loaded
        self._moments = moments_of(self.sampler, tensors)
        known = self.meta.facts.get("lufs")
        self.lufs = self._heard_lufs() if known is None else float(known)

    @property
    def gain(self) -> float:
        """What brings the model to the loudness of all voices."""
        if not np.isfinite(self.lufs):
            return 1.0
        gain = 10 ** ((TARGET_LUFS - self.lufs) / 20)
        return float(np.clip(gain, 1 / MOST_GAIN, MOST_GAIN))

    @property
    def usual_bits(self) -> float:
        """How surprising the model finds what it plays, in bits a sample; not a number: nobody knows.

        A file that does not tell is taken to find it as surprising as its held-out sound.
        """
        facts = self.meta.facts
        held_out = facts.get("held_out_bits", facts.get("held_out_bits_a_cell", np.nan))
        return float(facts.get("drawn_bits", np.mean(held_out)))

    @property
    def frame(self) -> int:
        """Samples of the longest frame: where one begins, a moment can be taken."""
        config = self.sampler.config
        return config.outline_hop if isinstance(config, FullbandConfig) else config.lookback

    @property
    def steps(self) -> int:
        """Steps of the sampler in that frame: a full-band model draws several samples in each."""
        config = self.sampler.config
        return config.outline_steps if isinstance(config, FullbandConfig) else config.lookback

    def drawing(self, seed: int) -> Drawing:
        """One more stream of the model."""
        sampler = self.sampler.another(seed)
        if isinstance(sampler, FullbandSampler):
            assert self.fullband is not None
            return FullbandDrawing(sampler, self.fullband, self.meta.facts, self._moments)
        return LevelsDrawing(sampler, self.meta.sample_rate, self.meta.facts, self._moments)

    def _heard_lufs(self) -> float:
        """The loudness of some seconds of the stream of seed 0, as it plays by itself."""
        drawing, rate = self.drawing(0), self.meta.sample_rate
        drawing.begin(0)
        ones = np.ones(LISTEN_BLOCK, np.float32)
        blocks = range(0, round(LISTEN_S * rate), LISTEN_BLOCK)
        heard = np.concatenate([drawing.next(ones, Held(), True) for _ in blocks])
        return lufs(heard - heard.mean(), rate)
