"""The spectral VAE as torch modules: encoder, decoder, the drawing of spectra, and the loss."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import FLOOR, HANN_POWER, LEVEL, SCALE, SCALE_DB, Floats
from livecode.neural.spaces.decoder import (
    LOG2_F0_RANGE,
    LOG_GAIN_RANGE,
    REACH,
    STRETCH_RANGE,
    STRETCH_UNIT,
)

PITCH_SCALE = 0.01  # octaves per unit of the network's first output during training
STRETCH_SCALE = 0.5
GUIDED_WEIGHT = 0.02  # weight of the loss at known values, relative to a distance in dB
LOG_VARIANCE_RANGE = 12.0  # posterior variances lie between e^-12 and 1


@dataclass(frozen=True)
class SpaceConfig:
    """The sizes of a space's networks; the model file stores them."""

    latent: int = 8  # dimensions of the latent space
    n_fft: int = 2048  # window length in samples
    partials: int = 24  # partials that the decoder draws; 0 for none
    bands: int = 0  # bands that it draws as well; n_fft // 2 for a free spectrum
    hidden: int = 384  # units in each hidden layer of the decoder
    encoder_hidden: int = 512  # units in each hidden layer of the encoder
    nested: bool = False  # True: the first k dimensions were trained to work alone, for every k
    axis_names: tuple[str, ...] = ()  # the factor that guides each latent dimension, or "free n"

    def json(self) -> dict[str, Any]:
        """Return the fields for the model file's header."""
        return asdict(self)


class Decoder(nn.Module):
    """Maps latent points (n, latent) to scaled magnitudes (n, bins), all of equal loudness.

    This is a harmonic-plus-residual decoder in the manner of DDSP (Engel et al., 2020), on
    magnitudes. Its outputs are log2 f0, stretch and log gains of a series of partials, and levels
    of bands between them. Each partial's window lobe is drawn at its place between the bins. So a
    moving pitch moves peaks, while a plain network would cross-fade them.
    """

    scale: Tensor
    tie: Tensor
    loudness: Tensor
    spread: Tensor

    def __init__(self, config: SpaceConfig, sample_rate: int) -> None:
        super().__init__()
        outputs = (2 + config.partials if config.partials else 0) + config.bands
        self.config, self.bins_per_hz = config, config.n_fft / sample_rate
        self.body = nn.Sequential(
            nn.Linear(config.latent, config.hidden),
            nn.SiLU(),
            nn.Linear(config.hidden, config.hidden),
            nn.SiLU(),
        )
        self.head = nn.Linear(config.hidden, outputs)
        self.skip = nn.Linear(config.latent, outputs, bias=False)
        frequencies = spectrum.bin_frequencies(config.n_fft, sample_rate)
        # The scale of the outputs during training: a pitch in octaves must be exact to a cent.
        self.register_buffer("scale", torch.ones(outputs), persistent=False)
        self.register_buffer("tie", torch.zeros(2), persistent=False)
        loudness = spectrum.k_weighting(frequencies) ** 2 / (2 * HANN_POWER)
        self.register_buffer("loudness", torch.from_numpy(loudness), persistent=False)
        if config.bands:
            spread = torch.from_numpy(spectrum.band_matrix(frequencies, config.bands))
            self.register_buffer("spread", spread, persistent=False)

    def start_from(self, log2_f0_mean: float, log2_f0_std: float, quiet: float = 0.0) -> None:
        """Start with the first latent value as the standardised pitch of plain partials.

        The tie to that value stays outside the weights during training, so the weights only learn
        how the drawn pitch differs from it. `quiet` is the initial level of all bands.
        """
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias.zero_()
            self.skip.weight.zero_()
            if self.config.bands:
                self.head.bias[-self.config.bands :] = quiet
            if self.config.partials:
                self.head.bias[2 : 2 + self.config.partials] = -3.0
                self.tie.copy_(torch.tensor([log2_f0_mean, log2_f0_std]))
                self.scale[0], self.scale[1] = PITCH_SCALE, STRETCH_SCALE

    def forward(self, z: Tensor) -> Tensor:
        """Draw the spectra of points z."""
        outputs = (self.head(self.body(z)) + self.skip(z)) * self.scale
        if self.config.partials:
            tied = self.tie[0] + self.tie[1] * z[:, :1]
            outputs = torch.cat([outputs[:, :1] + tied, outputs[:, 1:]], 1)
        series = len(outputs.T) - self.config.bands
        power = torch.full((len(z), self.config.n_fft // 2), 1e-10)
        if series:
            power = power + self._partial_power(outputs[:, :series])
        if self.config.bands:
            levels = torch.clamp(outputs[:, series:] @ self.spread.T, 0, 1)
            power = power + torch.square(torch.expm1(levels * SCALE) * FLOOR)
        power = power * LEVEL**2 / (power @ self.loudness)[:, None]
        return torch.log1p(torch.sqrt(power) / FLOOR) / SCALE

    def _partial_power(self, outputs: Tensor) -> Tensor:
        bins = self.config.n_fft // 2
        i = torch.arange(self.config.partials)
        f0_hz = torch.exp2(outputs[:, :1].clamp(*LOG2_F0_RANGE))
        stretch = STRETCH_UNIT * torch.sinh(outputs[:, 1:2].clamp(*STRETCH_RANGE))
        gain = torch.exp(outputs[:, 2:].clamp(*LOG_GAIN_RANGE))
        place = (
            f0_hz * self.bins_per_hz * (i + 1) * torch.sqrt((1 + stretch * i**2).clamp(min=0.1)) - 1
        )
        where = place.detach().clamp(max=bins + REACH).floor().long()[..., None]
        where = where + torch.arange(1 - REACH, REACH + 1)
        offset = where - place[..., None]
        # sinc(x) + sinc(x - 1) / 2 + sinc(x + 1) / 2, with a single sine
        beside = 1 - torch.square(offset)
        beside = torch.where(beside.abs() < 1e-3, torch.full_like(beside, 1e-3), beside)
        lobe = torch.sinc(offset) / beside
        kept = (where >= 0) & (where < bins)
        drawn = torch.where(kept, torch.square(gain[..., None] * lobe), torch.zeros(()))
        empty = torch.zeros(len(outputs), bins)
        return empty.scatter_add(1, where.clamp(0, bins - 1).flatten(1), drawn.flatten(1))


class SpectralVAE(nn.Module):
    """A variational autoencoder of scaled magnitudes; some of its axes may be guided."""

    def __init__(self, config: SpaceConfig, sample_rate: int) -> None:
        super().__init__()
        self.config = config
        self.encoder = nn.Sequential(
            nn.Linear(config.n_fft // 2, config.encoder_hidden),
            nn.ReLU(),
            nn.Linear(config.encoder_hidden, config.encoder_hidden),
            nn.ReLU(),
            nn.Linear(config.encoder_hidden, 2 * config.latent),
        )
        with torch.no_grad():
            first, last = self.encoder[0], self.encoder[4]
            assert isinstance(first, nn.Linear)
            assert isinstance(last, nn.Linear)
            first.weight.mul_(4)  # because most scaled magnitudes are near zero
            last.bias[config.latent :] = -3.0  # starts uncertain
        self.decoder = Decoder(config, sample_rate)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log variance (n, latent) of the points of scaled magnitudes (n, bins)."""
        mean, spread = self.encoder(x).chunk(2, -1)
        return mean, -LOG_VARIANCE_RANGE * torch.sigmoid(spread)

    def loss(self, x: Tensor, guide: Tensor, noise: Tensor, opened: Tensor, beta: float) -> Tensor:
        """Return log-spectral distance in dB + guide + beta * KL, in one number.

        x (n, bins) are scaled magnitudes, and noise (n, latent) is standard normal. guide (n,
        latent) holds the known values of latent dimensions, and NaN for free ones. As in
        attribute-regularised VAEs (Pati and Lerch, 2021), the encoder learns the known values, here
        by their likelihood, and the decoder receives them; the free values are variational. Only
        the first opened (n,) dimensions of each point reach the decoder; the others rest at 0. This
        is nested dropout (Rippel et al., 2014), which puts the most important dimensions first.
        """
        mean, log_variance = self.posterior(x)
        known = ~torch.isnan(guide)
        target = torch.where(known, guide, torch.zeros(()))
        sampled = mean + torch.exp(0.5 * log_variance) * noise
        reaches = torch.arange(self.config.latent) < opened[:, None]
        error = self.decoder(torch.where(known, target, sampled) * reaches) - x
        distance = SCALE_DB * torch.sqrt(torch.square(error).mean(-1) + 1e-8)
        surprise = 0.5 * (torch.square(target - mean) * torch.exp(-log_variance) + log_variance)
        kl = 0.5 * (torch.square(mean) + torch.exp(log_variance) - log_variance - 1)
        guided = torch.where(known, surprise, torch.zeros(())).sum(-1)
        free = torch.where(known | ~reaches, torch.zeros(()), kl).sum(-1)
        return (distance + GUIDED_WEIGHT * guided + beta * free).mean()

    def reconstruct(self, x: Floats, guide: Floats) -> Floats:
        """Pass scaled magnitudes (n, bins) through the encoder's mean and the decoder.

        Numbers in `guide` (n, latent) replace the encoder's, as in training.
        """
        points = np.where(np.isnan(guide), self.encode(x), guide).astype(np.float32)
        with torch.no_grad():
            decoded: Floats = self.decoder(torch.from_numpy(points)).numpy()
        return decoded

    def encode(self, x: Floats) -> Floats:
        """Return latent means (n, latent) of scaled magnitudes (n, bins)."""
        with torch.no_grad():
            mean: Floats = self.posterior(torch.from_numpy(x))[0].numpy()
        return mean

    def arrays(self) -> dict[str, Floats]:
        """Return the weights by name for the model file, with scale and tie included."""
        weights = {name: np.array(value.numpy()) for name, value in self.state_dict().items()}
        scale, tie = self.decoder.scale.numpy(), self.decoder.tie.numpy()
        for name in ("head.weight", "skip.weight"):
            weights[f"decoder.{name}"] *= scale[:, None]
        weights["decoder.head.bias"] *= scale
        if self.config.partials:
            weights["decoder.head.bias"][0] += tie[0]
            weights["decoder.skip.weight"][0, 0] += tie[1]
        return weights


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Return the learning rate: a warm-up of 100 steps, then a half cosine to 1 % of the peak."""
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(step / steps, 1.0))
    return peak * min(1.0, (step + 1) / 100) * (0.01 + 0.99 * cosine)
