"""How alive a space's held places sound, beside recordings: `python -m livecode.bench.space_texture`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from livecode.bench.rows import Identity, Row, print_rows
from livecode.errors import LivecodeError
from livecode.neural.audio import pitch, spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.load import load_space
from livecode.neural.model_file import find_model, read_model
from livecode.neural.spaces.space import Space
from livecode.neural.spaces.training.audio_frames import audio_files, read_mono, steady_starts
from livecode.neural.spaces.training.texture_frames import stretches_of
from livecode.transport.timing import HOP

ANALYSIS_HOP = 256  # frames at the space's sample rate
BANDS = 40  # on the ERB-rate scale, a critical band each
HEARD_DB = 50.0  # bands further below the loudest are left out
MODULATIONS_HZ = ((0.5, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 20.0))
SETTLE_S = 0.5  # of the voice, before it is listened to


@dataclass(frozen=True)
class Life:
    """How a held sound moves: its modulation of bands in dB RMS, and from frame to frame."""

    change_db: float  # log-spectral distance from one frame to the next, ANALYSIS_HOP apart
    pitch_cents: float  # RMS about the trend
    level_db: float
    modulations_db: tuple[float, ...]  # by MODULATIONS_HZ

    def figures(self) -> dict[str, float]:
        """By what they are of."""
        names = [f"modulation of bands, {low:g} to {high:g} Hz, dB" for low, high in MODULATIONS_HZ]
        known = {"frame to frame, dB": self.change_db, "pitch, cents": self.pitch_cents}
        known |= {"level, dB": self.level_db}
        return known | dict(zip(names, self.modulations_db, strict=True))


def life_of(audio: Floats, space: Space) -> Life:
    """How a held sound (n,) at the space's sample rate moves."""
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
    return Life(
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
    """RMS of levels (frames, bands) between two frequencies, all bands together."""
    window = np.hanning(len(levels_db))[:, None]
    power = np.square(np.abs(np.fft.rfft(levels_db * window, axis=0)))
    hz = np.fft.rfftfreq(len(levels_db), 1 / rate_hz)
    inside = (hz >= low_hz) & (hz < high_hz)
    return float(np.sqrt(2 * power[inside].sum(0).mean() / np.square(window).sum() / len(window)))


def played(space: Space, point: Floats, texture: float, seconds: float, seed: int = 1) -> Floats:
    """A place (latent,) of the space, held for so long by a voice at the space's sample rate."""
    from livecode.voices.latent import LatentVoice  # compiles on its first run ever

    voice = LatentVoice(space, space.sample_rate, HOP, seed)
    position, alive = space.position(point), np.array([texture])
    settle = int(SETTLE_S * space.sample_rate)
    hops = (settle + int(seconds * space.sample_rate)) // HOP
    return np.concatenate([voice.play(position, alive).copy() for _ in range(hops)])[settle:]


def lives(space: Space, folder: Path, names: list[str]) -> Iterator[tuple[Life, Life, Life]]:
    """The life of each named file's recording, of its place held still, and with the texture."""
    for path in audio_files(folder):
        if path.stem not in names:
            continue
        mono = read_mono(path, space.sample_rate)
        starts = steady_starts(mono, space.n_fft)
        held = mono[starts[0] : starts[-1] + space.n_fft]
        if not (stretches := stretches_of(space, path.stem, mono)):
            continue
        seconds = len(held) / space.sample_rate
        still, alive = (played(space, stretches[0].point, each, seconds) for each in (0.0, 1.0))
        yield life_of(held, space), life_of(still, space), life_of(alive, space)


def texture_rows(model: str, folder: Path) -> list[Row]:
    """The mean of each figure over the files held out, alive beside still and the recordings."""
    facts = read_model(find_model(model))[0].facts.get("texture")
    if not facts:
        raise LivecodeError(f"The space {model!r} has no texture to measure.")
    space = load_space(model)
    found = list(lives(space, folder, facts["held_out"]))
    if not found:
        raise LivecodeError(f"None of the files held out of {model!r} is in {folder}.")
    rows = []
    columns = [[life.figures() for life in column] for column in zip(*found, strict=True)]
    for name in columns[0][0]:
        recording, still, alive = (float(np.mean([each[name] for each in c])) for c in columns)
        what, unit = name.rsplit(", ", 1)
        about: Identity = {"space": model, "recordings": round(recording, 2), "files": len(found)}
        rows.append(Row.measured(what, alive, unit, about, baseline=still))
    return rows


if __name__ == "__main__":
    print_rows(texture_rows(sys.argv[1], Path(sys.argv[2])), Console())
