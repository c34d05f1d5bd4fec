"""A latent voice: a place in a latent space, decoded to a spectrum, played by a bank of sines."""

import math

import numpy as np

from livecode.neural.spaces.space import Space
from livecode.neural.spaces.texture import Motion
from livecode.voices.sinebank import SineBank

#: The position is followed with this time constant, so that an agent's steps glide.
GLIDE_S = 0.02
#: Every spectrum is brought to this level: −20 dBFS RMS leaves room for a handful of voices.
LEVEL_RMS = 0.1
#: Spectra quieter than this (−60 dBFS) keep their distance: a near-silent one is not blown up.
QUIET_RMS = 1e-3
#: A texture fainter than this is none.
FAINTEST = 1e-4
#: A texture makes it so much louder or quieter, in nepers, at most: 8.7 dB.
MOST_LEVEL = 1.0


class LatentVoice:
    """Plays one latent space. Nothing in it depends on time but what it is given."""

    controls = ("position", "texture")

    def __init__(self, space: Space, sample_rate: int, hop: int, seed: int):
        """`hop`: frames between two spectra, at `sample_rate` Hz."""
        self._space = space
        self._hop = hop
        self._bank = SineBank(space.bins, space.sample_rate / space.n_fft, sample_rate, seed)
        self._follow = 1 - np.exp(-hop / (GLIDE_S * sample_rate))
        self._position: np.ndarray | None = None
        self._magnitudes = np.zeros(space.bins, np.float32)
        self._motion = None if space.texture is None else Motion(space.texture, seed)
        self._hop_s = hop / sample_rate
        self._alive = 0.0  # how much of the texture there is, on the way to what is asked for
        self.out = np.zeros(hop, np.float32)

    def play(self, value: np.ndarray | None, texture: np.ndarray | None = None) -> np.ndarray:
        """The next hop (hop,) float32, on the way to the position value[:latent] in [0, 1].

        texture[0]: how much of the space's texture there is; at 0 a held position stands still.
        """
        if value is None:
            position = np.full(self._space.latent, 0.5)
        else:
            position = np.clip(value[: self._space.latent], 0.0, 1.0)
        if self._position is None:
            self._position = position.copy()
        else:
            self._position += self._follow * (position - self._position)
        z = self._space.place(self._position)
        louder = self._decode(z, 0.0 if texture is None else float(texture[0]))
        rms = float(np.sqrt(np.square(self._magnitudes).sum() / 2 / 1.5))  # 1.5: Hann main lobe
        self._bank.play(self._magnitudes, louder * LEVEL_RMS / max(rms, QUIET_RMS), self.out)
        return self.out

    def _decode(self, z: np.ndarray, texture: float) -> float:
        """The spectrum at z, moved by the texture, and how much louder than usual it is."""
        self._alive += self._follow * (texture - self._alive)
        if self._motion is None or (texture <= 0.0 and self._alive < FAINTEST):
            self._alive = 0.0
            self._space.decode_into(z, self._magnitudes)
            return 1.0
        moves = self._motion.advance(self._hop_s, z, self._alive)
        self._space.decode_into(z, self._magnitudes, moves[:-1])
        return math.exp(min(max(float(moves[-1]), -MOST_LEVEL), MOST_LEVEL))
