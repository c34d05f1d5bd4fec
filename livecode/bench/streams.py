"""`bench streams`: how temperature changes each SampleRNN of levels, and how close it is to its source."""

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from rich.console import Console

from livecode.bench.rows import BenchRow, Identity, print_rows
from livecode.neural.audio.sound_file import read_mono
from livecode.neural.model_file import described, list_models, read_model
from livecode.neural.samplernn.config import KIND, SampleRNNConfig
from livecode.neural.samplernn.fullband.config import is_fullband
from livecode.neural.samplernn.quantise import dequantised
from livecode.voices.samplernn import Sampler

TEMPERATURES = (0.7, 0.9, 1.0, 1.1, 1.3)
#: Takes of each temperature, drawn in parallel, and how much of their beginnings is left out.
TAKES, LEAD_S = 8, 1.0
FLAT_HZ = (100.0, 7000.0)
WINDOW = 1024
#: Frames that are quieter than the loudest by this much are rests, which have no timbre.
REST_DB = 40.0
BANDS = 40

Floats = NDArray[np.float64]


def run(seconds: float = 6.0) -> list[BenchRow]:
    """Return entropy and flatness of each model of levels, which must rise with the temperature.

    They are your own: those that come with it are full-band models, to which `bench sound` listens.
    """
    rows = []
    for name, path in list_models().items():
        if _is_of_levels(path):
            entropies, flatnesses = zip(
                *(measured(path, t, seconds) for t in TEMPERATURES), strict=True
            )
            for what, unit, figures in (
                ("entropy of what is drawn", "bits a sample", entropies),
                ("spectral flatness", "", flatnesses),
            ):
                for i, (temperature, figure) in enumerate(zip(TEMPERATURES, figures, strict=True)):
                    before = figures[i - 1] if i else None
                    about: Identity = {
                        "model": name,
                        "temperature": temperature,
                        "beside": "the one before",
                    }
                    rows.append(
                        BenchRow.measured(what, figure, unit, about, baseline=before, target=before,
                                     better="higher")
                    )  # fmt: skip
    return rows


def _is_of_levels(path: Path) -> bool:
    """Whether a model file holds a SampleRNN whose codes are levels."""
    return described(path)[0] == KIND and not is_fullband(read_model(path)[0].config)


def measured(path: Path, temperature: float, seconds: float) -> tuple[float, float]:
    """Return (entropy in bits a sample, spectral flatness) of some takes."""
    audio, entropy, rate = takes(path, temperature, seconds)
    return entropy, flatness(audio.ravel(), rate)


def takes(path: Path, temperature: float, seconds: float) -> tuple[NDArray[np.float32], float, int]:
    """Return takes (TAKES, n) of a model, their entropy in bits a sample, and their rate in Hz.

    The entropy is that of the samples at their temperature, estimated by the model's mean surprise.
    """
    meta, tensors = read_model(path, KIND)
    config = SampleRNNConfig.from_json(meta.config)
    sampler = Sampler(config, tensors, streams=TAKES)
    count = round((LEAD_S + seconds) * meta.sample_rate)
    drawn = sampler.step_block(np.full((TAKES, count), temperature, np.float32))
    skip = round(LEAD_S * meta.sample_rate)
    audio = dequantised(drawn.codes[:, skip:], config.levels, config.quantiser)
    surprise = [_surprise(sampler, codes[: skip * 2], temperature) for codes in drawn.codes]
    return audio, float(np.mean(surprise)), meta.sample_rate


def _surprise(sampler: Sampler, codes: NDArray[np.int32], temperature: float) -> float:
    """Return the entropy, in bits a sample, of the tempered distributions along the codes."""
    scaled = sampler.log_probs(codes).astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    weights = np.exp(scaled)
    weights /= weights.sum(axis=1, keepdims=True)
    return float(-(weights * np.log2(weights + 1e-300)).sum(axis=1).mean())


def flatness(audio: NDArray[np.float32], rate: int) -> float:
    """Return geometric over arithmetic mean of the power from 100 Hz to 7 kHz (Johnston 1988).

    The power is averaged over the take first, so that rests, which are faint noise, do not count.
    """
    power = frames(audio) ** 2
    hz = np.fft.rfftfreq(WINDOW, 1 / rate)
    chosen = power[:, (hz >= FLAT_HZ[0]) & (hz <= min(FLAT_HZ[1], 0.45 * rate))].mean(0) + 1e-14
    return float(np.exp(np.log(chosen).mean()) / chosen.mean())


def frames(audio: NDArray[np.float32]) -> Floats:
    """Return magnitudes (frames, WINDOW // 2 + 1) under a Hann window with half overlap."""
    windows = np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[:: WINDOW // 2]
    return np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)) / (WINDOW / 4)


def timbres(audio: NDArray[np.float32], rate: int) -> Floats:
    """Return the levels (frames, BANDS) in dB of loud frames, in mel bands, without their loudness."""
    power = frames(audio) ** 2
    hz = np.fft.rfftfreq(WINDOW, 1 / rate)
    mel = 2595 * np.log10(1 + hz / 700)
    edges = np.linspace(mel[2], mel[-1], BANDS + 1)
    bands = np.stack([power[:, (mel >= a) & (mel < b)].sum(1) for a, b in pairwise(edges)], 1)
    loudness = bands.sum(1)
    bands = bands[loudness > loudness.max() * 10 ** (-REST_DB / 10)]
    levels: Floats = np.maximum(10 * np.log10(bands / bands.sum(1, keepdims=True) + 1e-12), -60.0)
    return levels


def distance_db(audio: NDArray[np.float32], source: Floats, rate: int) -> float:
    """Return the mean distance in dB of sounding frames to the nearest frame of the source.

    The distance of two frames is the RMS over bands.
    """
    heard = timbres(audio, rate)[:400]
    nearest = [np.sqrt(np.square(source - frame).mean(1)).min() for frame in heard]
    return float(np.mean(nearest))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the distance of each model's takes to held-out sound: `AUDIO MODEL… [--temperature T]`."""
    parser = argparse.ArgumentParser(prog="livecode.bench.streams")
    parser.add_argument("audio", type=Path, help="the source; its last twentieth is held out")
    parser.add_argument("models", type=Path, nargs="+", help="model files, the source's own first")
    parser.add_argument("--temperature", type=float, default=0.95)
    options = parser.parse_args(arguments)
    sound = read_mono(options.audio, longest_s=None)
    rows = []
    own = None
    for path in options.models:
        audio, _, model_rate = takes(path, options.temperature, 6.0)
        held_out = soxr.resample(sound.audio, sound.source_rate, model_rate)
        source = timbres(held_out[-len(held_out) // 20 :], model_rate)
        distance = float(np.mean([distance_db(take, source, model_rate) for take in audio]))
        own = distance if own is None else own
        about = {"model": path.stem, "source": options.audio.stem, "beside": "the source's own"}
        rows.append(
            BenchRow.measured("distance to held-out source", distance, "dB", about, baseline=own)
        )
    print_rows(rows, Console())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
