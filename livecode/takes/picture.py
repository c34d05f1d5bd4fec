"""A take drawn in characters: its waveform, and its spectrogram in half blocks or shades."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.errors import LivecodeError
from livecode.neural.audio.sound_file import read_mono

N_FFT = 1024
LOWEST_HZ = 50.0
RANGE_DB = 70.0  # the range of levels below the take's loudest part
FLOOR_DB = -75.0  # the loudest part is drawn as if at this level plus the range, if it is quieter
FRAMES_A_COLUMN = 4
COLOURS = 24  # steps from dark to bright
SHADES = " ░▒▓█"

Floats = NDArray[np.float32]
Line = StyleAndTextTuples


@dataclass(frozen=True)
class Picture:
    """The picture of a take, without how much of it has been played."""

    peaks: Floats  # (columns,): 0 to 1
    levels: NDArray[np.intp]  # (pixel rows, columns): 0 to COLOURS - 1, high frequencies first
    seconds: float


def look(path: Path, columns: int, pixel_rows: int) -> Picture:
    """Read and analyse a take. A file that cannot be read looks like silence."""
    columns, pixel_rows = max(columns, 1), max(pixel_rows, 1)
    try:
        sound = read_mono(path, longest_s=None)
        mono, rate, seconds = sound.audio, sound.source_rate, len(sound.audio) / sound.source_rate
    except LivecodeError:
        mono, rate, seconds = np.zeros(1, np.float32), 1, 0.0
    edges = np.linspace(0, len(mono), columns + 1).astype(int)
    starts = np.minimum(edges[:-1], len(mono) - 1)
    peaks = np.minimum(np.maximum.reduceat(np.abs(mono), starts), 1.0)
    return Picture(peaks, _levels(mono, rate, columns, pixel_rows), seconds)


def _levels(mono: Floats, rate: int, columns: int, pixel_rows: int) -> NDArray[np.intp]:
    padded = np.pad(mono, (N_FFT // 2, N_FFT))
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)
    places = np.linspace(0, len(mono) - 1, columns * FRAMES_A_COLUMN).astype(int)
    power = np.abs(np.fft.rfft(frames[places] * np.hanning(N_FFT).astype(np.float32))) ** 2
    power = power.reshape(columns, FRAMES_A_COLUMN, -1).mean(axis=1) / (N_FFT / 4) ** 2
    edges_hz = np.geomspace(min(LOWEST_HZ, rate / 8), rate / 2, pixel_rows + 1)
    bins = np.clip((edges_hz * N_FFT / rate).astype(int), 1, N_FFT // 2)
    rows = [power[:, low : max(high, low + 1)].max(axis=1) for low, high in pairwise(bins)]
    db = 10 * np.log10(np.stack(rows)[::-1] + 1e-12)
    top = max(float(db.max()), FLOOR_DB + RANGE_DB)
    steps = (db - (top - RANGE_DB)) / RANGE_DB * COLOURS
    return np.clip(steps, 0, COLOURS - 1).astype(np.intp)


def _colour(step: int) -> str:
    """Return a step's colour, from black through violet and orange to almost white."""
    heat = np.clip(step / (COLOURS - 1) * 3 - np.array([0.2, 1.0, 1.8]), 0, 1) * [1, 0.95, 0.9]
    blue = 0.45 * np.sin(np.pi * min(step / (COLOURS - 1) * 1.6, 1.0))
    red, green, high = (heat * 255).astype(int)
    return f"#{red:02x}{green:02x}{max(high, int(blue * 255)):02x}"


_PALETTE = tuple(_colour(step) for step in range(COLOURS))


def waveform(picture: Picture, rows: int, played: float, colours: bool) -> list[Line]:
    """Return the lines of the waveform; the share `played` of it is lit."""
    light = "class:status.good" if colours else "reverse"
    heights = np.round(np.sqrt(picture.peaks) * rows).astype(int)
    lit = round(played * len(heights))
    lines: list[Line] = []
    for row in range(rows):
        cells = "".join(_cell(row, rows, int(height)) for height in heights)
        lines.append([(light, cells[:lit]), ("class:title", cells[lit:])])
    return lines


def _cell(row: int, rows: int, height: int) -> str:
    """Return the character at `row` of a column that is lit `height` pixels up and down."""
    upper, lower = (abs(pixel + 0.5 - rows) < max(height, 1) for pixel in (2 * row, 2 * row + 1))
    return {(True, True): "█", (True, False): "▀", (False, True): "▄"}.get((upper, lower), " ")


def spectrogram(picture: Picture, colours: bool) -> list[Line]:
    """Return the lines of the spectrogram: two pixel rows each in colour, or one row in shades."""
    levels = picture.levels
    lines: list[Line] = []
    if not colours:
        for row in (levels * len(SHADES) // COLOURS)[::2].tolist():
            lines.append([("", "".join(SHADES[step] for step in row))])
        return lines
    for above, below in zip(levels[::2].tolist(), levels[1::2].tolist(), strict=True):
        pixels = zip(above, below, strict=True)
        lines.append([(f"{_PALETTE[a]} bg:{_PALETTE[b]}", "▀") for a, b in pixels])
    return lines
