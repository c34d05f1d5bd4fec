"""Measures how held points of a space move, beside recordings: `python -m tools.space_texture`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from livecode.bench.rows import BenchRow, Identity, print_rows
from livecode.errors import LivecodeError
from livecode.neural.audio import pitch, spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.model_file import find_model, read_model
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.audio_frames import audio_files, read_mono, steady_starts
from livecode.neural.spaces.training.texture_frames import held_sounds
from livecode.transport.timing import HOP

ANALYSIS_HOP = 256  # frames at the space's sample rate
BANDS = 40  # on the ERB-rate scale, a critical band each
HEARD_DB = 50.0  # bands that are quieter than the loudest by more than this are left out
MODULATIONS_HZ = ((0.5, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 20.0))
SETTLE_S = 0.5  # of the voice, before it is analysed


@dataclass(frozen=True)
class Movement:
    """How a held sound moves: from frame to frame, in pitch, in level and in its bands."""

    change_db: float  # log-spectral distance of frames that are ANALYSIS_HOP apart
    pitch_cents: float  # RMS around the trend
    level_db: float
    modulations_db: tuple[float, ...]  # dB RMS, by MODULATIONS_HZ

    def figures(self) -> dict[str, float]:
        """Return the figures by name and unit."""
        names = [f"modulation of bands, {low:g} to {high:g} Hz, dB" for low, high in MODULATIONS_HZ]
        known = {"frame to frame, dB": self.change_db, "pitch, cents": self.pitch_cents}
        known |= {"level, dB": self.level_db}
        return known | dict(zip(names, self.modulations_db, strict=True))


def movement_of(audio: Floats, space: LatentSpace) -> Movement:
    """Measure how a held sound (n,) at the space's sample rate moves."""
    mags = spectrum.magnitudes(spectrum.cut(audio, space.n_fft, ANALYSIS_HOP))
    weighting = spectrum.k_weighting(space.frequencies_hz)
    loud = spectrum.loudness(mags, weighting)
    mags = mags * (spectrum.LEVEL / np.sqrt(np.square(loud).mean()))
    change = spectrum.log_spectral_distance_db(mags[1:], mags[:-1])
    bands = np.square(mags) @ (spectrum.band_matrix(space.frequencies_hz, BANDS) > 0)
    levels_db = 10 * np.log10(bands + 1e-9)
    heard = levels_db.mean(0) > levels_db.mean(0).max() - HEARD_DB
    rough = pitch.pitches_of_magnitudes(mags[::8], space.sample_rate)
    rough_hz = np.nanmedian(rough) if np.isfinite(rough).any() else np.nan
    f0_hz = pitch.refined(np.full(len(mags), rough_hz), mags, space.sample_rate)
    rate_hz = space.sample_rate / ANALYSIS_HOP
    return Movement(
        float(change.mean()),
        float(_untrended(1200 * np.log2(f0_hz)[:, None]).std()),
        float(_untrended(20 * np.log10(loud)).std()),
        tuple(
            _modulation(_untrended(levels_db[:, heard]), rate_hz, *each) for each in MODULATIONS_HZ
        ),
    )


def _untrended(values: Floats) -> Floats:
    time = np.linspace(-1, 1, len(values))
    powers = np.linalg.qr(np.stack([time**0, time, time**2], 1))[0]
    return np.asarray(values - powers @ (powers.T @ values))


def _modulation(levels_db: Floats, rate_hz: float, low_hz: float, high_hz: float) -> float:
    """Return the RMS of levels (frames, bands) between two frequencies, over all bands."""
    window = np.hanning(len(levels_db))[:, None]
    power = np.square(np.abs(np.fft.rfft(levels_db * window, axis=0)))
    hz = np.fft.rfftfreq(len(levels_db), 1 / rate_hz)
    inside = (hz >= low_hz) & (hz < high_hz)
    return float(np.sqrt(2 * power[inside].sum(0).mean() / np.square(window).sum() / len(window)))


def played(
    space: LatentSpace, point: Floats, texture: float, seconds: float, seed: int = 1
) -> Floats:
    """Hold a point (latent,) of the space with a voice, for `seconds` at the space's sample rate."""
    from livecode.voices.latent import LatentVoice  # compiles on its very first run

    voice = LatentVoice(space, space.sample_rate, HOP, seed)
    position, textured = space.position(point), np.array([texture])
    settle = int(SETTLE_S * space.sample_rate)
    hops = (settle + int(seconds * space.sample_rate)) // HOP
    return np.concatenate([voice.play(position, textured).copy() for _ in range(hops)])[settle:]


def movements(
    space: LatentSpace, folder: Path, names: list[str]
) -> Iterator[tuple[Movement, Movement, Movement]]:
    """Yield the movement of each recording, of its point held still, and of it with the texture."""
    for path in audio_files(folder):
        if path.stem not in names:
            continue
        mono = read_mono(path, space.sample_rate).audio
        starts = steady_starts(mono, space.n_fft)
        held = mono[starts[0] : starts[-1] + space.n_fft]
        if not (pieces := held_sounds(space, path.stem, mono)):
            continue
        seconds = len(held) / space.sample_rate
        still, textured = (played(space, pieces[0].point, each, seconds) for each in (0.0, 1.0))
        yield movement_of(held, space), movement_of(still, space), movement_of(textured, space)


def texture_rows(model: str, folder: Path) -> list[BenchRow]:
    """Return each figure's mean over held-out files, with texture, beside still and recordings."""
    facts = read_model(find_model(model))[0].facts.get("texture")
    if not facts:
        raise LivecodeError(f"the space {model!r} has no texture to measure: train one")
    space = load_space(model)
    found = list(movements(space, folder, facts["held_out"]))
    if not found:
        raise LivecodeError(f"none of the files held out of {model!r} is in {folder}: give theirs")
    rows = []
    columns = [[movement.figures() for movement in column] for column in zip(*found, strict=True)]
    for name in columns[0][0]:
        recording, still, textured = (float(np.mean([each[name] for each in c])) for c in columns)
        what, unit = name.rsplit(", ", 1)
        about: Identity = {"space": model, "recordings": round(recording, 2), "files": len(found)}
        rows.append(BenchRow.measured(what, textured, unit, about, baseline=still))
    return rows


if __name__ == "__main__":
    print_rows(texture_rows(sys.argv[1], Path(sys.argv[2])), Console())
