"""Training frames from a folder of audio: read, shifted slightly in pitch, split and described."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.audio import pitch, spectrum
from livecode.neural.audio.descriptors import ALIGNABLE, described
from livecode.neural.audio.fingerprint import digest, joined
from livecode.neural.audio.sound_file import (
    LONGEST_TRAINING_S,
    SUFFIXES,
    UnreadableSound,
    read_mono,
)
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.training.frames import HELD_OUT, Batch, levels_of

MOST_FRAMES = 60_000  # of a folder, about 120 MB
QUIET_DB = 30.0  # frames that are quieter than their file's loudest by more than this are dropped
UNSTEADY_DB = 3.0  # frames whose level changes by more than this between windows are dropped
SHIFT_SEMITONES = 1.05  # the most by which copies of a file are shifted, up or down
COPIES_S = 120.0  # seconds of sound of all a file's copies, so that short files get more copies
MOST_COPIES = 12
SOUND_FRAMES = 8  # frames of each file that give its position in the space
MOST_SOUNDS = 1000


@dataclass
class _FrameSet:
    """The frames of one file or of several."""

    levels: list[NDArray[np.float16]] = field(default_factory=list)
    log2_f0: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, other: "_FrameSet") -> None:
        self.levels += other.levels
        self.log2_f0 += other.log2_f0

    def __len__(self) -> int:
        return sum(map(len, self.levels))


class AudioFrames:
    """The steady frames of all audio files below a folder; every tenth file is held out.

    Training uses each file as it is and copies at other speeds, up to a semitone up or down, so
    that it covers notes between the recorded ones. Held-out files are never shifted. If most frames
    have a pitch, pitch guides the first latent dimension. `align` names descriptors that guide the
    next ones. The others are free. Raises `LivecodeError` if the folder holds no usable audio.
    """

    licence = "that of the audio it was trained on"

    def __init__(
        self,
        folder: Path,
        latent: int,
        sample_rate: int,
        n_fft: int,
        seed: int,
        align: tuple[str, ...] = (),
    ) -> None:
        paths = audio_files(folder)
        self._latent, self._sample_rate, self._n_fft = latent, sample_rate, n_fft
        self._frequencies = spectrum.bin_frequencies(n_fft, sample_rate)
        #: A sentence for each file that is unusable.
        files, self.skipped = usable_files(paths, sample_rate, n_fft)
        self.sounds: dict[str, Floats] = {}
        self._per_file = max(2, MOST_FRAMES // max(1, len(paths)))
        rng = np.random.default_rng(seed)
        self._digests: list[bytes] = []
        train, test = self._read_all(files, rng)
        self.fingerprint = joined(self._digests)
        if len(train) + len(test) < 20 or not len(test):
            reasons = " ".join(self.skipped[:3])
            raise LivecodeError(
                f"the folder {folder} holds no usable audio ({len(paths)} audio files). {reasons}"
            )
        self._describe(train, align)
        self._train = self._batch(train)
        self._test = self._some(self._batch(test), rng)
        self.description = (
            f"{len(train) + len(test)} steady frames of {len(self.sounds)} audio files in "
            f"{folder.name}/, copies shifted by up to a semitone among them."
        )

    def _read_all(self, files: list[Path], rng: np.random.Generator) -> tuple[_FrameSet, _FrameSet]:
        """Return (training frames, held-out frames)."""
        held_out = held_out_of(files, rng)
        train, test = _FrameSet(), _FrameSet()
        for path in files:
            mono = mono_of(path, self._sample_rate)
            self._remember(path, mono)
            self._digests.append(digest(mono))
            if len(files) == 1:  # a single recording: its end is held out, without overlap
                starts = steady_starts(mono, self._n_fft)
                edge = int(starts[int(0.9 * len(starts))])
                train.add(self._versions(mono[: edge - self._n_fft], rng))
                test.add(self._frames(mono[edge - self._n_fft :], HELD_OUT, rng))
            elif path in held_out:
                test.add(self._frames(mono, self._per_file, rng))
            else:
                train.add(self._versions(mono, rng))
        return train, test

    def _remember(self, path: Path, mono: Floats) -> None:
        """Keep a few frames of the unshifted file, spread over its steady part."""
        if len(self.sounds) < MOST_SOUNDS:
            waves = steady_frames(mono, self._n_fft)
            spread = np.linspace(0, len(waves) - 1, min(SOUND_FRAMES, len(waves))).astype(int)
            name = path.stem
            while name in self.sounds:
                name += "+"
            self.sounds[name] = levels_of(waves[spread], self._sample_rate)

    def _versions(self, mono: Floats, rng: np.random.Generator) -> _FrameSet:
        """Return frames of a sound as it is, and of copies shifted in pitch."""
        seconds = len(mono) / self._sample_rate
        copies = int(np.clip(COPIES_S / seconds, 1, min(MOST_COPIES, self._per_file)))
        kept = _FrameSet()
        for i in range(copies):
            shifted = mono
            if i > 1:  # the first two versions are the sound as it is
                speed = 2 ** (rng.uniform(-SHIFT_SEMITONES, SHIFT_SEMITONES) / 12)
                shifted = soxr.resample(mono, self._sample_rate * speed, self._sample_rate)
            kept.add(self._frames(shifted, max(1, self._per_file // copies), rng))
        return kept

    def _frames(self, mono: Floats, most: int, rng: np.random.Generator) -> _FrameSet:
        """Return at most `most` steady frames of a sound, and their pitches."""
        waves = steady_frames(mono, self._n_fft)
        waves = waves[np.sort(rng.permutation(len(waves))[:most])]
        if not len(waves):
            return _FrameSet()
        rough = pitch.pitches_hz(waves, self._sample_rate)
        f0_hz = pitch.refined(rough, spectrum.magnitudes(waves), self._sample_rate)
        levels = levels_of(waves, self._sample_rate).astype(np.float16)
        return _FrameSet([levels], [np.log2(f0_hz)])

    def _describe(self, train: _FrameSet, align: tuple[str, ...]) -> None:
        """Choose the guided axes, and measure by what they are standardised."""
        unknown = [name for name in align if name not in ALIGNABLE]
        if unknown:
            raise LivecodeError(
                f"an axis cannot be aligned with {unknown[0]!r}: choose of {', '.join(ALIGNABLE)}"
            )
        log2_f0 = np.concatenate(train.log2_f0)
        pitched = bool((~np.isnan(log2_f0)).mean() > 0.5)
        if "pitch" in align and not pitched:
            raise LivecodeError(
                "most of this audio has no pitch to align an axis with: leave it out of --align"
            )
        names = dict.fromkeys(align)
        self.axis_names: tuple[str, ...] = (
            ("pitch", *(name for name in names if name != "pitch")) if pitched else tuple(names)
        )
        if len(self.axis_names) > self._latent:
            raise LivecodeError(
                f"{len(self.axis_names)} axes are guided ({', '.join(self.axis_names)}), but the "
                f"space has {self._latent}: give a larger --latent"
            )
        self._standard = []  # (mean, standard deviation) of each guided axis
        for name in self.axis_names:
            values = self._values(name, train)
            known = values[~np.isnan(values)]
            self._standard.append((float(known.mean()), max(float(known.std()), 0.02)))
        self.log2_f0: tuple[float, float] | None = self._standard[0] if pitched else None

    def _values(self, name: str, kept: _FrameSet) -> NDArray[np.float64]:
        if name == "pitch":
            return np.concatenate(kept.log2_f0)
        parts = []
        for levels in kept.levels:
            mags = spectrum.unscaled(levels.astype(np.float32))
            parts.append(described(name, mags, self._frequencies))
        return np.concatenate(parts).astype(np.float64)

    def _batch(self, kept: _FrameSet) -> Batch:
        guide = np.full((len(kept), self._latent), np.nan, np.float32)
        for i, (name, standard) in enumerate(zip(self.axis_names, self._standard, strict=True)):
            guide[:, i] = (self._values(name, kept) - standard[0]) / standard[1]
        return Batch(np.concatenate(kept.levels), guide)  # half precision saves memory

    def _some(self, batch: Batch, rng: np.random.Generator) -> Batch:
        """Return at most HELD_OUT frames of a batch, in single precision."""
        chosen = np.sort(rng.permutation(len(batch.levels))[:HELD_OUT])
        return Batch(batch.levels[chosen].astype(np.float32), batch.guide[chosen])

    def draw(self, n: int, rng: np.random.Generator) -> Batch:
        """Draw n of the folder's frames, each equally likely."""
        chosen = rng.integers(len(self._train.levels), size=n)
        return Batch(self._train.levels[chosen].astype(np.float32), self._train.guide[chosen])

    def held_out(self) -> Batch:
        """Return the frames of the held-out files."""
        return self._test


def audio_files(folder: Path) -> list[Path]:
    """Return the audio files below a folder, by suffix. Raises `LivecodeError` without a folder."""
    if not folder.is_dir():
        raise LivecodeError(f"there is no folder {folder}: give one that holds audio files")
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


def usable_files(paths: list[Path], sample_rate: int, n_fft: int) -> tuple[list[Path], list[str]]:
    """Return (files that can be read and have steady sound, a sentence for each other file)."""
    files, skipped = [], []
    for path in paths:
        try:
            mono = mono_of(path, sample_rate)
        except UnreadableSound as error:
            skipped.append(f"{path.name} cannot be read ({error.reason}).")
            continue
        except LivecodeError as error:
            skipped.append(f"{error}.")
            continue
        if len(mono) < 2 * n_fft:
            skipped.append(f"{path.name} is too short.")
        elif not len(steady_starts(mono, n_fft)):
            skipped.append(f"{path.name} has no steady sound.")
        else:
            files.append(path)
    return files, skipped


def mono_of(path: Path, sample_rate: int) -> Floats:
    """Return a file's sound (n,) as one channel at that sample rate.

    Raises `LivecodeError` if the file cannot be read.
    """
    return read_mono(path, sample_rate, longest_s=LONGEST_TRAINING_S).audio


def held_out_of(files: list[Path], rng: np.random.Generator) -> set[Path]:
    """Return a random tenth of the files, on which figures are measured."""
    order = rng.permutation(len(files))
    return {files[i] for i in order[: max(1, len(files) // 10)]}


def steady_frames(audio: Floats, n_fft: int) -> Floats:
    """Return the frames (n, n_fft) of audio (samples,) that are neither quiet nor changing."""
    frames = spectrum.cut(audio, n_fft, n_fft // 4)
    return np.array(frames[steady_starts(audio, n_fft) // (n_fft // 4)]).reshape(-1, n_fft)


def steady_starts(audio: Floats, n_fft: int) -> NDArray[np.intp]:
    """Return where steady frames of audio (samples,) begin, in samples (n,)."""
    hop = n_fft // 4
    frames = spectrum.cut(audio, n_fft, hop)
    level_db = 10 * np.log10(np.square(frames).mean(-1) + 1e-12)
    before = np.concatenate([np.full(4, np.inf), level_db])[: len(level_db)]  # the level 4 hops ago
    loud = (level_db > level_db.max(initial=-100) - QUIET_DB) & (level_db > -70)
    return np.flatnonzero(loud & (np.abs(level_db - before) < UNSTEADY_DB)) * hop
