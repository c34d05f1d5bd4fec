"""A latent sound space at play, in numpy: from points to magnitudes, and from audio to points."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.decoder import SoundParts, SpaceDecoder
from livecode.neural.spaces.manner import manner_of
from livecode.neural.spaces.search import SEARCH_STEPS, nearest
from livecode.neural.spaces.texture import Texture

KIND = "space"
# points of each axis's map from position to latent value; the middle one is the rest position
KNOTS = 33
#: Axes go from the 2nd to the 98th percentile: so many standard deviations from the middle.
TRAINED_REACH = 2.05
#: Of fewer sounds no standard deviation is taken.
LEAST_SOUNDS = 8
MARGIN = 0.25  # how far a latent value may go outside its trained range, in ranges


class LatentSpace:
    """A trained spectral VAE, ready to play.

    The decoder is a small network whose outputs draw a spectrum: pitch, stretch and gains of a
    series of partials (if the space has one), and the levels of bands between them. All spectra
    have the same loudness: the space holds timbre and pitch, and the voice sets the level.
    """

    def __init__(
        self, name: str, sample_rate: int, config: dict[str, Any], tensors: dict[str, Floats]
    ) -> None:
        self.name = name
        self.sample_rate = sample_rate
        self.n_fft = int(config["n_fft"])
        self.latent = int(config["latent"])
        self.bins = self.n_fft // 2
        self.manner = manner_of(config)
        self.partials, self.bands = int(config["partials"]), int(config["bands"])
        self.frequencies_hz = spectrum.bin_frequencies(self.n_fft, sample_rate)
        self.axis_names: tuple[str, ...] = tuple(config["axis_names"])
        #: Names of the sounds that it was trained on, and their latent points (sounds, latent).
        self.sound_names: tuple[str, ...] = tuple(config.get("sounds", ()))
        self.sound_points: Floats = tensors.get("sounds", np.zeros((0, self.latent), np.float32))
        self._axes = tensors["axes"]  # (latent, KNOTS): latent values at equal steps of position
        span = self._axes[:, -1:] - self._axes[:, :1]
        self.low: Floats = np.ascontiguousarray((self._axes[:, :1] - MARGIN * span)[:, 0])
        self.high: Floats = np.ascontiguousarray((self._axes[:, -1:] + MARGIN * span)[:, 0])
        self._weighting = spectrum.k_weighting(self.frequencies_hz)
        self._encoder = [
            (tensors[f"encoder.{i}.weight"], tensors[f"encoder.{i}.bias"]) for i in (0, 2, 4)
        ]
        self._decoder = SpaceDecoder(config, tensors, self.n_fft, sample_rate)
        #: How the sound moves at a held position; None if the space has no texture.
        self.texture: Texture | None = None
        if about := config.get("texture"):
            self.texture = Texture(tensors, int(about["step"]) / sample_rate)

    @property
    def axes(self) -> tuple[str, ...]:
        """The meaning of each axis, in order: a factor, a descriptor, or `free n`."""
        return self.axis_names

    @property
    def spread(self) -> Floats:
        """The standard deviation of the latent values of what it was trained on, (latent,).

        A space that names no sounds is taken to lie normally between the ends of its axes.
        """
        if len(self.sound_points) >= LEAST_SOUNDS:
            return np.asarray(self.sound_points.std(axis=0), np.float32)
        span: Floats = (self._axes[:, -1] - self._axes[:, 0]) / np.float32(2 * TRAINED_REACH)
        return span

    def decode(self, z: Floats) -> Floats:
        """Return magnitudes (..., bins) at latent points (..., latent)."""
        z = np.asarray(z, np.float32)
        points = np.ascontiguousarray(z.reshape(-1, self.latent))
        out = np.empty((len(points), self.bins), np.float32)
        for point, frame in zip(points, out, strict=True):
            self.decode_into(point, frame)
        return out.reshape(*z.shape[:-1], self.bins)

    def decode_into(self, z: Floats, out: Floats, moves: Floats | None = None) -> None:
        """Write the magnitudes at a latent point (latent,) into `out` (bins,), allocating nothing.

        Every z is playable: values are limited to the trained range and its margin, and NaN counts
        as the lower end. `moves` (outputs,), such as a texture's `Motion.advance` returns, are
        added to the decoder's outputs.
        """
        self._decoder.draw(z, self.low, self.high, out, moves)

    def parts(self, z: Floats, moves: Floats | None = None) -> SoundParts:
        """Return the partials and the noise at a latent point (latent,), moved as in `decode_into`.

        Its arrays belong to the space: the next call fills them anew. A space without a series of
        partials has no gains.
        """
        return self._decoder.parts(z, self.low, self.high, moves)

    def log2_f0(self, z: Floats) -> Floats:
        """Return log2 of the fundamental in Hz, (n,), at latent points (n, latent)."""
        return self._decoder.log2_f0(np.clip(z, self.low, self.high))

    def encode(self, audio: Floats, search: int = SEARCH_STEPS) -> Floats:
        """Return latent points (frames, latent) of audio (n,) at `sample_rate`, four per window.

        The encoder's points are set to the measured pitch, and then take `search` steps towards the
        nearest spectrum of the space (see `search.nearest`). With 0 steps they stay, which is much
        faster.
        """
        frames = spectrum.cut(np.asarray(audio, np.float32), self.n_fft, self.n_fft // 4)
        return self.encode_magnitudes(spectrum.magnitudes(frames), search)

    def encode_magnitudes(self, mags: Floats, search: int = SEARCH_STEPS) -> Floats:
        """Return latent points (..., latent) of magnitudes (..., bins) at any loudness."""
        mags = spectrum.normalised(np.asarray(mags, np.float32), self._weighting)
        flat = mags.reshape(-1, self.bins)
        points = nearest(self, flat, self.guess(flat), self.latent, search)
        return points.reshape(*mags.shape[:-1], self.latent)

    def guess(self, mags: Floats) -> Floats:
        """Return the encoder's points (n, latent) for magnitudes (n, bins) at equal loudness."""
        hidden = spectrum.scaled(mags)
        (w0, b0), (w1, b1), (w2, b2) = self._encoder
        hidden = np.maximum(hidden @ w0.T + b0, 0)
        hidden = np.maximum(hidden @ w1.T + b1, 0)
        result: Floats = hidden @ w2[: self.latent].T + b2[: self.latent]
        return result

    def place(self, position: NDArray[np.floating[Any]]) -> Floats:
        """Return latent points (..., latent) at positions (..., k <= latent) in [0, 1].

        Equal steps of position are about equally audible. 0 and 1 are the ends of the trained
        range. 0.5 is its middle, where missing axes rest.
        """
        position = np.asarray(position, np.float32)
        k = position.shape[-1]
        known = np.where(np.isnan(position), np.float32(0.5), position)
        step = np.minimum(np.maximum(known, 0), 1) * (KNOTS - 1)
        below = np.minimum(step.astype(np.intp), KNOTS - 2)
        axis = np.arange(k)
        low, high = self._axes[axis, below], self._axes[axis, below + 1]
        z = np.empty((*position.shape[:-1], self.latent), np.float32)
        z[...] = self._axes[:, KNOTS // 2]
        z[..., :k] = low + (high - low) * (step - below)
        return z

    def position(self, z: Floats) -> Floats:
        """Return positions (..., latent) of latent points (..., latent); inverts `place`."""
        z = np.asarray(z, np.float32)
        steps = np.linspace(0, 1, KNOTS)
        axes = [np.interp(z[..., i], self._axes[i], steps) for i in range(self.latent)]
        return np.stack(axes, axis=-1).astype(np.float32)
