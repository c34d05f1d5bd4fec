"""What a SampleRNN is trained on, how, and for how long; and the command that says the same."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from livecode.errors import LivecodeError
from livecode.neural.model_file import user_models
from livecode.neural.samplernn.config import RATES_HZ, SampleRNNConfig

#: What `livecode train samplernn` makes unless told otherwise: small enough to play live anywhere.
USUAL = SampleRNNConfig(dim=256, frame_sizes=(16, 4), quantiser="linear", embedding=64)
MAKE = ("dim", "frame_sizes", "layers", "cell", "levels", "quantiser", "embedding", "sample_tier")


@dataclass(frozen=True)
class TrainSampleRNNSettings:
    """What to train a SampleRNN on, and how long."""

    name: str  # of the model; its files go to OUT/NAME/
    sources: tuple[Path, ...]  # files and folders of audio
    config: SampleRNNConfig = USUAL
    sample_rate: int = 16_000  # Hz
    steps: int | None = None  # the end of training
    minutes: float | None = None  # or its length, less what other programs took, if that is first
    batch: int = 16  # streams, over all processes
    sequence: int = 512  # samples that gradients run back through
    sequences: int = 128  # in a clip, through which the state is carried, at most
    peak_rate: float = 4e-3  # learning rate after its warm-up
    seed: int = 0
    disturb: float = 2.5  # levels by which what it reads is off, in many streams; 0: in none
    disturb_level: float = 0.0  # share of the streams that are read too soft or too loud
    augment: bool = False  # gains of 0.4 to 1 and either polarity, drawn per clip
    held_out: float = 0.05  # share of the sound that is never trained on
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # of matrix products in training
    patience: int | None = None  # checkpoints without a better held-out figure before the end
    resume: bool = False  # go on from the last checkpoint
    replace: bool = False  # begin anew over a model of that name
    other_audio: bool = False  # resume even if the audio is not that of before
    out: Path = field(default_factory=user_models)  # folder of models
    checkpoint_minutes: float = 2.0
    takes_every: int = 1  # epochs between takes to listen to
    takes_minutes: float = 5.0  # but no more often than this
    takes_seconds: float = 4.0  # length of a take
    temperatures: tuple[float, ...] = (0.8, 0.9, 1.0, 1.1)
    data: str = ""  # for the card: what the sound is and where it is from
    licence: str = ""  # for the card: that of the sound and hence of the model
    tensorboard: bool = False

    def identity(self) -> dict[str, Any]:
        """What a resumed training must agree on: not its length, nor what is done against its errors."""
        names = ("sample_rate", "batch", "sequence", "sequences", "peak_rate", "seed", "augment")
        return {"config": self.config.json()} | {name: getattr(self, name) for name in names}

    def command(self) -> str:
        """The command that trains this model."""
        words = ["livecode", "train", "samplernn", *(source.name for source in self.sources)]
        words += ["--name", self.name]
        plain = TrainSampleRNNSettings(self.name, self.sources)
        for name in MAKE:
            if getattr(self.config, name) != getattr(USUAL, name):
                words += _option(name, getattr(self.config, name))
        if self.config.skip:
            words.append("--skip")
        for name in ("sample_rate", "steps", "minutes", "batch", "sequence", "sequences",
                     "peak_rate", "seed", "held_out", "precision", "patience", "disturb",
                     "disturb_level"):  # fmt: skip
            if getattr(self, name) != getattr(plain, name):
                words += _option(name, getattr(self, name))
        if self.augment:
            words.append("--augment")
        return shlex.join(words)

    def check(self) -> None:
        """Raises LivecodeError, with what to do, where the settings make no training."""
        if not self.name or Path(self.name).name != self.name:
            raise LivecodeError(f"{self.name!r} cannot name a model: use letters and digits")
        if self.steps is None and self.minutes is None:
            raise LivecodeError(
                "nothing says how long to train: give --steps N, or --minutes M, or both"
            )
        positive = ("steps", "minutes", "batch", "sequence", "sequences", "peak_rate",
                    "checkpoint_minutes", "takes_every", "takes_seconds", "patience")  # fmt: skip
        for name in positive:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise LivecodeError(f"--{name.replace('_', '-')} is a number above 0, not {value}")
        if not RATES_HZ[0] <= self.sample_rate <= RATES_HZ[1]:
            raise LivecodeError(
                f"--sample-rate {self.sample_rate} is out of range: "
                f"give {RATES_HZ[0]} to {RATES_HZ[1]} Hz"
            )
        if not 0 <= self.disturb <= 100:
            raise LivecodeError(f"--disturb is 0 to 100 levels, not {self.disturb:g}")
        if not 0 <= self.disturb_level <= 1:
            raise LivecodeError(f"--disturb-level is a share, 0 to 1, not {self.disturb_level:g}")
        if self.sequence % self.config.lookback:
            raise LivecodeError(
                f"--sequence {self.sequence} is no multiple of {self.config.lookback}, the look-back"
                f" of frame sizes {' '.join(map(str, self.config.frame_sizes))}: give one that is"
            )
        if not 0 < self.held_out <= 0.5:
            raise LivecodeError(f"--held-out is a share above 0 and up to 0.5, not {self.held_out}")


def _option(name: str, value: object) -> list[str]:
    values = value if isinstance(value, tuple) else (value,)
    return [f"--{name.replace('_', '-')}", *map(str, values)]
