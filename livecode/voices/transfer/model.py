"""Timbre transfer by a TorchScript model in the nn~ convention, piece by piece."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.neural.audio.fold import Fold
from livecode.neural.torchscript.model import TorchScriptModel
from livecode.neural.torchscript.trust import program_as_trusted
from livecode.transport import TapBuffer
from livecode.transport.messages import TransferSource
from livecode.transport.timing import HOP
from livecode.transport.transfer import packed_row, piece_frames, unpacked_row
from livecode.voices.resampler import Resampler
from livecode.voices.transfer.voice import TransferVoice

Floats = NDArray[np.float32]
Values = NDArray[np.float64]

#: The sound is brought to the level of what comes in over about so many seconds, by so much at most.
MATCHED_S, MOST_GAIN = 3.0, 4.0
#: From inputs below this nothing is learned: −50 dBFS, as power.
LEAST_POWER = 1e-5


class ModelTransfer(TransferVoice):
    """Sends sound through one model."""

    def __init__(self, source: TransferSource, sample_rate: int, taps: Sequence[TapBuffer]):
        """Open the file that was trusted, which runs the code in it.

        Raises `LivecodeError` if the file has changed since, or takes no sound.
        """
        self._model = TorchScriptModel(program_as_trusted(source.model, source.version))
        self.description = about = self._model.description
        if not about.hears:
            raise LivecodeError(f"{shown(source.model)} {about.deaf}, so nothing goes through it")
        #: Frames that it takes at once.
        self.piece = piece_frames(about.ratio, about.sample_rate, sample_rate)
        super().__init__(taps, source.stereo, 2 * self.piece + HOP)
        self.latent, self._seed = about.latent, source.seed
        self._name, self._refused = shown(source.model), ""
        self._attributes = tuple(name for name, _ in about.attributes)
        sides = min(about.hears, 2)
        self._into = [Resampler(sample_rate, about.sample_rate) for _ in range(sides)]
        made = 2 if source.stereo else 1
        self._out_of = [Resampler(about.sample_rate, sample_rate) for _ in range(made)]
        self._fold = Fold()
        self._made = np.zeros((0, made), np.float32)  # but not played yet
        self._next: int | None = None  # the sample time of the input that comes next
        self._pieces = 0
        self._moved = False
        self._matched = 0.0  # how many pieces the two powers are the mean of
        self._most_matched = MATCHED_S * about.sample_rate / about.ratio
        self._powers = np.zeros(2)  # of what comes in, and of what the model makes of it
        self._gain = 1.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What the performer should know of the sound so far, as sentences."""
        notes = []
        if self._model.peak != 1.0:
            notes.append(f"{self._name} goes far beyond full scale, and is brought down")
        if self._refused:
            notes.append(f"{self._name} refuses what its {self._refused} was set to")
        return tuple(notes)

    def ready(self, wiring: Values | None, frame: int, clock: int, block: int) -> bool:
        """Whether all that the hop at sample time `frame` is made of has come in, or nothing comes in."""
        short = self._out_of[0].needs(HOP) - len(self._made)
        return short <= 0 or super().ready(wiring, frame, clock, block)

    def frames_needed(self, frame: int, lag: int) -> int:
        """Return the sample time up to which the hop at `frame` needs what comes in."""
        short = self._out_of[0].needs(HOP) - len(self._made)
        first = frame - lag if self._next is None else self._next
        return first + -(-short // self.description.ratio) * self.piece

    def make(self, latents: Values | None, attributes: Values | None) -> Floats:
        """Return the next hop, (HOP,) or (HOP, 2)."""
        needed = self._out_of[0].needs(HOP)
        while len(self._made) < needed:
            self._made = np.concatenate([self._made, self._piece(latents, attributes)])
        now, self._made = self._made[:needed], self._made[needed:]
        sides = [
            resampler.process(now[:, side], HOP) for side, resampler in enumerate(self._out_of)
        ]
        return np.stack(sides, axis=1) if self._stereo else sides[0]

    def _piece(self, latents: Values | None, attributes: Values | None) -> Floats:
        """Return what the model makes of the next piece, (ratio, channels)."""
        about = self.description
        self._moved = latents is not None and bool(np.any(latents[: self.latent]))
        if attributes is not None:
            numbers = attributes[: len(self._attributes)].tolist()
            wanted = dict(zip(self._attributes, numbers, strict=True))
            self._moved |= any(wanted[name] != default for name, default in about.attributes)
            self._refused = self._model.attributes.set(wanted) or self._refused
        audio = self._next_input()
        seed = (self._seed * 1_000_003 + self._pieces) & 0x7FFF_FFFF
        self._pieces += 1
        row = self.noted.get(self.position)
        if row is None:
            z = self._model.encode(audio)[:, 0] if self.latent else np.zeros(0, np.float32)
            row = packed_row(z, (self._wanted_gain(),))
        self.tell(self.position, row)
        z, (gain,) = unpacked_row(row, self.latent)
        if self.latent:
            if latents is not None:
                z = z + latents[: self.latent].astype(np.float32)
            made = self._one_or_two(self._model.decode_channels(z[:, None], seed))
        else:
            made = self._one_or_two(self._model.forward(audio, seed))
        self._match(audio, made)
        way = np.linspace(self._gain, gain, len(made) + 1, dtype=np.float32)[1:, None]
        self._gain = gain
        return made * way

    def _next_input(self) -> Floats:
        """Return the next piece of what comes in, (ratio, channels of the model), at the model's rate."""
        about = self.description
        count = self._into[0].needs(about.ratio)
        # at the beginning of what is made next
        wanted = self.frame + len(self._made) - self.lag
        if self._next is None or abs(self._next - wanted) > self.piece:
            self._next = wanted
        begin, self._next = self._next, self._next + count
        frames = self.input(begin, count)
        if len(self._into) == 1:
            frames = frames.mean(axis=1, keepdims=True)
        sides = [
            resampler.process(frames[:, side], about.ratio)
            for side, resampler in enumerate(self._into)
        ]
        audio = np.stack(sides, axis=1)
        return np.pad(audio, ((0, 0), (0, about.hears - len(sides))))

    def _one_or_two(self, made: Floats) -> Floats:
        """Return sound (n, channels) of the model in the channels that are played."""
        return made if self._stereo else self._fold.one_channel(made)[:, None]

    def _match(self, audio: Floats, made: Floats) -> None:
        """Learn how loud the model is beside what comes in, while nothing of it is moved."""
        powers = np.array([np.square(each, dtype=np.float64).mean() for each in (audio, made)])
        if not self._moved and powers.min() > LEAST_POWER:
            self._matched = min(self._matched + 1, self._most_matched)
            self._powers += (powers - self._powers) / self._matched

    def _wanted_gain(self) -> float:
        """Return what brings what the model makes to the level of what comes in."""
        if not self._matched:
            return 1.0
        gain = math.sqrt(self._powers[0] / max(self._powers[1], 1e-12))
        return min(max(gain, 1 / MOST_GAIN), MOST_GAIN)
