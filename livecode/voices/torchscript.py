"""A TorchScript model as a voice: latents that follow a position, decoded in chunks."""

import numpy as np

from livecode.files import shown
from livecode.neural.torchscript.model import TorchScriptModel
from livecode.neural.torchscript.trust import REACH, program_as_trusted
from livecode.transport.messages import LatentSource
from livecode.voices.resampler import Resampler


class TorchScriptVoice:
    """Plays one model. Its output depends on its inputs alone, never on time."""

    controls = ("position",)

    def __init__(self, source: LatentSource, sample_rate: int, hop: int):
        """Open the file that was trusted, which runs the code in it.

        Raises `LivecodeError` if the file has changed since, or cannot be played.
        """
        self._model = TorchScriptModel(program_as_trusted(source.model, source.version))
        self._name = shown(source.model)
        self.description = about = self._model.description
        self._hop, self._seed = hop, source.seed
        self._resampler = Resampler(about.sample_rate, sample_rate)
        self._ready = np.zeros(0, np.float32)  # decoded, but not played yet
        self._chunks = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What the performer should know of the sound so far, as sentences."""
        if self._model.peak == 1.0:
            return ()
        return (f"{self._name} goes far beyond full scale, and is brought down",)

    def play(self, position: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop,) float32, on the way to position[:latent] in [0, 1]."""
        about = self.description
        wanted = np.zeros(about.latent, np.float32)
        if position is not None:
            wanted[:] = REACH * (2 * np.clip(position[: about.latent], 0.0, 1.0) - 1)
        needed = self._resampler.needs(self._hop)
        while len(self._ready) < needed:
            self._ready = np.concatenate([self._ready, self._chunk(wanted)])
        now, self._ready = self._ready[:needed], self._ready[needed:]
        return self._resampler.process(now, self._hop)

    def reset(self) -> None:
        """Start again, with the same sound."""
        self._model.reset()
        self._ready, self._chunks = np.zeros(0, np.float32), 0

    def _chunk(self, latents: np.ndarray) -> np.ndarray:
        """Return the sound of one latent vector. Its random seed depends on the chunk's number."""
        seed = (self._seed * 1_000_003 + self._chunks) & 0x7FFF_FFFF
        self._chunks += 1
        return self._model.decode(latents[:, None], seed)
