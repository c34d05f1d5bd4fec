"""Additive tones to train on: drawn from eight musical factors and synthesised as waveforms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats

PARTIALS = 24
FACTORS = (
    "pitch",
    "partials",
    "decay",
    "inharmonicity",
    "balance",
    "first_formant",
    "second_formant",
    "resonance",
)


@dataclass(frozen=True)
class Tones:
    """The parameters of n additive tones, each an array (n,)."""

    f0_hz: NDArray[np.float64]  # fundamental
    partials: NDArray[np.float64]  # number of partials; a fraction is the level of the highest
    decay: NDArray[np.float64]  # the partial after the last is e^-decay below the first
    inharmonicity: NDArray[np.float64]  # above 0 stretches the partials, below 0 squeezes them
    # -1: only odd partials, hollow; 0: plain; 1: only even partials, an octave up
    balance: NDArray[np.float64]
    first_formant_hz: NDArray[np.float64]  # centres of two resonances, as in vowels
    second_formant_hz: NDArray[np.float64]
    resonance_db: NDArray[np.float64]  # height of the resonances


def tones_of(factors: NDArray[np.float64]) -> Tones:
    """Map factors (n, 8) in [0, 1], in the order of `FACTORS`, to tones in their musical ranges.

    The ranges are chosen so that the middle of all factors gives a harmonic, rounded tone. Every
    factor leads away from it in both directions.
    """
    pitch, partials, decay, stretch, balance, first, second, resonance = factors.T
    bent = 2 * stretch - 1
    return Tones(
        f0_hz=65.4 * (1760 / 65.4) ** pitch,
        partials=1 + (PARTIALS - 1) * partials**1.3,
        decay=6 * decay,
        inharmonicity=np.where(bent < 0, -1.6e-3 * np.abs(bent), 0.01 * np.abs(bent) ** 2.5),
        balance=2 * balance - 1,
        first_formant_hz=250 * 4**first,
        second_formant_hz=700 * 5**second,
        resonance_db=30 * resonance,
    )


def sinusoids(tones: Tones, sample_rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies in Hz and amplitudes of every tone's partials, each (n, PARTIALS).

    The series and the factors f0, partials, decay and inharmonicity are those of the additive data
    set of vschaos. The balance of odd and even partials and the formants are additions.
    """
    i = np.arange(PARTIALS)
    column = {name: value[:, None] for name, value in vars(tones).items()}
    freq_hz = column["f0_hz"] * (i + 1) * np.sqrt(1 + column["inharmonicity"] * i**2)
    gain = np.exp(-i * column["decay"] / column["partials"])
    gain = gain * np.clip(column["partials"] - i, 0, 1)
    quieter_db = np.where(i % 2 == 1, np.maximum(-column["balance"], 0) * 40, 0)
    quieter_db = quieter_db + np.where(i % 2 == 0, np.maximum(column["balance"], 0) * 24, 0)
    gain = gain * 10 ** (-quieter_db / 20)
    for formant in ("first_formant_hz", "second_formant_hz"):
        octaves = np.log2(freq_hz / column[formant])
        gain = gain * 10 ** (column["resonance_db"] / 20 * np.exp(-4 * octaves**2))
    audible = np.clip((0.46 * sample_rate - freq_hz) / (0.02 * sample_rate), 0, 1)
    return freq_hz, gain * audible


def synthesise(tones: Tones, n_samples: int, sample_rate: int, rng: np.random.Generator) -> Floats:
    """Return waveforms (n, n_samples) of the tones, every sinusoid at a random phase.

    `n_samples` must be a multiple of 64. A rotation by t samples is a rotation by whole blocks and
    then by the rest, so two short tables and a matrix product per tone replace a cosine per sample.
    """
    freq_hz, gain = sinusoids(tones, sample_rate)
    phase = rng.uniform(0, 2 * np.pi, freq_hz.shape)
    omega = 2 * np.pi * freq_hz / sample_rate
    blocks = phase[:, None, :] + omega[:, None, :] * np.arange(0, n_samples, 64)[:, None]
    coarse = np.mod(blocks, 2 * np.pi).astype(np.float32)
    fine = np.mod(omega[:, :, None] * np.arange(64), 2 * np.pi).astype(np.float32)
    weights = gain[:, None, :].astype(np.float32)
    left = np.concatenate([weights * np.cos(coarse), -weights * np.sin(coarse)], axis=2)
    right = np.concatenate([np.cos(fine), np.sin(fine)], axis=1)
    result: Floats = (left @ right).reshape(len(gain), n_samples)
    return result
