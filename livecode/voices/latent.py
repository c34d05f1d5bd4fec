"""A latent voice: a position in a latent space, decoded to a spectrum and played by a bank of sines."""

import math

import numpy as np

from livecode.neural.audio.loudness import OFFSET_DB, TARGET_LUFS
from livecode.neural.audio.spectrum import HANN_POWER, bin_frequencies, k_weighting
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.texture import Motion
from livecode.voices.sinebank import SineBank

#: Time constant of the glide to a new position, so that an agent's steps do not jump.
GLIDE_S = 0.02
#: Every spectrum is brought to this RMS, weighed as it is heard: that of −20 LUFS, which leaves room
#: for about five voices.
HEARD_RMS = 10 ** ((TARGET_LUFS - OFFSET_DB) / 20)
#: Spectra below −60 dBFS are amplified no further, so that near-silence stays quiet; and those of low
#: sounds, which are hardly heard, by so much beside their RMS at most.
QUIET_RMS, LOW_SHARE = 1e-3, 0.7
#: A share of texture below this counts as none.
FAINTEST = 1e-4
#: The most, in nepers, by which a texture changes the level: 8.7 dB.
MOST_LEVEL = 1.0


class LatentVoice:
    """Plays one latent space. Its output depends on its inputs alone, never on time."""

    controls = ("position", "texture")

    def __init__(self, space: LatentSpace, sample_rate: int, hop: int, seed: int):
        """Set up the voice. `hop` is the number of frames between two spectra, at `sample_rate` Hz."""
        self._space = space
        self._hop = hop
        self._bank = SineBank(space.bins, space.sample_rate / space.n_fft, sample_rate, seed)
        self._weights = k_weighting(bin_frequencies(space.n_fft, space.sample_rate))
        self._follow = 1 - np.exp(-hop / (GLIDE_S * sample_rate))
        self._position: np.ndarray | None = None
        self._magnitudes = np.zeros(space.bins, np.float32)
        self._motion = None if space.texture is None else Motion(space.texture, seed)
        self._hop_s = hop / sample_rate
        self.texture_share = 0.0  # glides to the share that is asked for
        self.out = np.zeros(hop, np.float32)

    def play(self, value: np.ndarray | None, texture: np.ndarray | None = None) -> np.ndarray:
        """Return the next hop, (hop,) float32, on the way to the position value[:latent] in [0, 1].

        texture[0] is the share of the space's texture. With 0, a held position does not move.
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
        rms, heard = (
            float(np.sqrt(np.square(each).sum() / 2 / HANN_POWER))
            for each in (self._magnitudes, self._magnitudes * self._weights)
        )
        level = HEARD_RMS / max(heard, LOW_SHARE * rms, QUIET_RMS)
        self._bank.play(self._magnitudes, louder * level, self.out)
        return self.out

    def jump(self) -> None:
        """Go to the next position at once, instead of gliding there."""
        self._position = None

    def _decode(self, z: np.ndarray, texture: float) -> float:
        """Decode the spectrum at z, moved by the texture. Return the factor of its level."""
        self.texture_share += self._follow * (texture - self.texture_share)
        if self._motion is None or (texture <= 0.0 and self.texture_share < FAINTEST):
            self.texture_share = 0.0
            self._space.decode_into(z, self._magnitudes)
            return 1.0
        moves = self._motion.advance(self._hop_s, z, self.texture_share)
        self._space.decode_into(z, self._magnitudes, moves[:-1])
        return math.exp(min(max(float(moves[-1]), -MOST_LEVEL), MOST_LEVEL))
