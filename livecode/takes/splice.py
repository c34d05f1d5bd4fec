"""Joins takes into a piece: one file with an equal-power crossfade at every seam."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replacing
from livecode.neural.audio.sound_file import UnreadableSound, read_mono

EDGE_S = 0.01  # fades at the piece's beginning and end, so that it does not click
# the peak to which a louder piece is reduced; crossfades of similar takes can exceed 1
LOUDEST = 0.999
#: File suffix -> format.
SUFFIXES = {".wav": "WAV", ".flac": "FLAC"}

Floats = NDArray[np.float32]


def crossfades(
    paths: Sequence[Path], fade_s: float, edge_s: float = EDGE_S
) -> Iterator[tuple[Floats, int]]:
    """Yield the piece part by part as (audio (n,), sample rate in Hz).

    A seam takes `fade_s`, or half of the shorter take if that is less. Gains are the cosine and
    sine of a quarter turn, so their squares sum to one. Raises `LivecodeError` for takes that
    cannot be read or have different rates.
    """
    tail: Floats = np.zeros(0, np.float32)
    rate = 0
    for index, path in enumerate(paths):
        audio, its_rate = _read(path)
        if rate not in (0, its_rate):
            raise LivecodeError(
                f"{path} is at {its_rate} Hz and those before at {rate} Hz: splice takes of one "
                "model"
            )
        rate = its_rate
        if index == 0:
            edge = min(round(edge_s * rate), len(audio) // 2)
            audio[:edge] *= _rise(edge)
        fade = len(tail)
        audio[:fade] = tail * _rise(fade)[::-1] + audio[:fade] * _rise(fade)
        last = index == len(paths) - 1
        other = len(audio) if last else soundfile.info(paths[index + 1]).frames
        fade = 0 if last else min(round(fade_s * rate), len(audio) // 2, other // 2)
        end = len(audio) - fade
        if last:
            edge = min(round(edge_s * rate), len(audio) // 2)
            audio[len(audio) - edge :] *= _rise(edge)[::-1]
        tail = audio[end:]
        yield audio[:end], rate


def splice(paths: Sequence[Path], out: Path, fade_s: float) -> str:
    """Write the piece atomically, with 24 bits. Return a sentence about it.

    Raises `LivecodeError` if it cannot be written. An existing file is never overwritten.
    """
    if not paths:
        raise LivecodeError("no take is kept: keep some before splicing")
    kind = SUFFIXES.get(out.suffix.lower())
    if kind is None:
        raise LivecodeError(f"{out} is neither a WAV nor a FLAC file: end its name in .wav")
    if out.exists():
        raise LivecodeError(f"there is a file {out} already: give the piece another name")
    parts = [(float(np.abs(part).max(initial=0)), rate) for part, rate in crossfades(paths, fade_s)]
    peak, rate = max(part[0] for part in parts), parts[0][1]
    gain = np.float32(min(1.0, LOUDEST / peak) if peak > LOUDEST else 1.0)
    frames = 0
    try:
        with replacing(out) as unfinished:
            with soundfile.SoundFile(unfinished, "w", rate, 1, "PCM_24", format=kind) as piece:
                for part, _ in crossfades(paths, fade_s):
                    piece.write(part * gain)
                    frames += len(part)
            if soundfile.info(unfinished).frames != frames:
                raise AssertionError
    # the AssertionError may come from soundfile, too
    except (soundfile.LibsndfileError, AssertionError):
        raise LivecodeError(
            f"{out} cannot be written: make room, or choose a folder that can be written to"
        ) from None
    quieter = f", {20 * np.log10(gain):.1f} dB to fit" if gain < 1 else ""
    minutes, seconds = divmod(round(frames / rate), 60)
    return f"{out} holds {counted(len(paths))}, {minutes}:{seconds:02d}{quieter}"


def counted(takes: int) -> str:
    """Return `1 take`, `2 takes` and so on."""
    return f"{takes} take{'s' * (takes != 1)}"


def _read(path: Path) -> tuple[Floats, int]:
    try:
        sound = read_mono(path, longest_s=None)
    except UnreadableSound as error:
        raise LivecodeError(f"the take {path} cannot be read ({error.reason})") from None
    return sound.audio, sound.source_rate


def _rise(frames: int) -> Floats:
    """Return gains (frames,) from 0 to 1 along a quarter of a sine, without its ends."""
    return np.sin(np.pi / 2 * (np.arange(frames) + 0.5) / max(frames, 1)).astype(np.float32)
