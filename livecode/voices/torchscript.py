"""A TorchScript model as a voice: latents that follow a position, decoded a stretch at a time."""

from pathlib import Path

import numpy as np

from livecode.neural.torchscript.model import TorchScriptModel
from livecode.neural.torchscript.trust import REACH
from livecode.voices.resampler import Resampler


class TorchScriptVoice:
    """Plays one model. Nothing in it depends on time but what it is given."""

    controls = ("position",)

    def __init__(self, path: str, sample_rate: int, hop: int, seed: int):
        """Opens the file, which runs its code; LivecodeError if it cannot be played."""
        self._model = TorchScriptModel(Path(path))
        self.description = about = self._model.description
        self._hop, self._seed = hop, seed
        self._resampler = Resampler(about.sample_rate, sample_rate)
        self._ready = np.zeros(0, np.float32)  # decoded, not yet played
        self._stretches = 0

    def play(self, position: np.ndarray | None) -> np.ndarray:
        """The next hop (hop,) float32, on the way to position[:latent] in [0, 1]."""
        about = self.description
        wanted = np.zeros(about.latent, np.float32)
        if position is not None:
            wanted[:] = REACH * (2 * np.clip(position[: about.latent], 0.0, 1.0) - 1)
        needed = self._resampler.needs(self._hop)
        while len(self._ready) < needed:
            self._ready = np.concatenate([self._ready, self._stretch(wanted)])
        now, self._ready = self._ready[:needed], self._ready[needed:]
        return self._resampler.process(now, self._hop)

    def reset(self) -> None:
        """Begin again, to the same sound."""
        self._model.reset()
        self._ready, self._stretches = np.zeros(0, np.float32), 0

    def _stretch(self, latents: np.ndarray) -> np.ndarray:
        """One latent's worth of sound; what is random in it follows from where it stands."""
        seed = (self._seed * 1_000_003 + self._stretches) & 0x7FFF_FFFF
        self._stretches += 1
        return self._model.decode(latents[:, None], seed)
