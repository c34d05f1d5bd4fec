"""What a full-band stream is trained on, how, and for how long; and the command that says the same."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from livecode.errors import LivecodeError
from livecode.neural.model_file import user_models
from livecode.neural.samplernn.fullband.config import FullbandConfig

#: What `livecode train fullband` makes unless told otherwise.
USUAL = FullbandConfig(dim=128)
RATE_HZ = 32_000
#: What of the make a command can say.
MADE = (
    "dim",
    "half_life_s",
    "told",
    "order",
    "hold",
    "narrow",
    "treble",
    "damped",
    "sharpened",
    "ridge",
    "outline_hop",
    "outline_window",
    "outline_dim",
)
#: Outlines can be transposed by so many semitones at most.
MOST_SEMITONES = 12


@dataclass(frozen=True)
class TrainFullbandSettings:
    """What to train a full-band SampleRNN on, and how long."""

    name: str  # of the model; its files go to OUT/NAME/
    sources: tuple[Path, ...]  # files and folders of audio
    config: FullbandConfig = USUAL
    sample_rate: int = RATE_HZ
    minutes: float | None = None  # length of the tiers' training, less what other programs took
    updates: int | None = None  # or its end, if that is first
    outline_minutes: float = 8.0  # length of the training of the outline's tier, which comes first
    outline_rounds: int | None = None  # or its end, if that is first
    transposed: tuple[int, ...] = ()  # semitones: keys that outlines are learned in besides
    tiers_of: str = ""  # a model whose tiers and codebook are kept: outlines alone are learned
    encoded: float = 15.0  # minutes of sound that the tiers read; outlines are of all of it
    batch: int = 16  # streams
    peak_rate: float = 3e-3  # learning rate after its warm-up
    seed: int = 0
    held_out: float = 0.05  # share of the sound that is never trained on
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # of matrix products in training
    resume: bool = False  # go on from the last checkpoint
    replace: bool = False  # begin anew over a model of that name
    other_audio: bool = False  # resume even if the audio is not that of before
    out: Path = field(default_factory=user_models)  # folder of models
    checkpoint_minutes: float = 2.0
    takes_seconds: float = 4.0  # length of a take
    temperatures: tuple[float, ...] = (0.8, 1.0, 1.2)
    data: str = ""  # for the card: what the sound is and where it is from
    licence: str = ""  # for the card: that of the sound and hence of the model

    def identity(self) -> dict[str, Any]:
        """What a resumed training must agree on: not its length."""
        names = ("sample_rate", "batch", "peak_rate", "seed", "encoded", "transposed")
        known = {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value
            for name in names
        }
        if self.tiers_of:
            known["tiers_of"] = self.tiers_of
        return {"config": self.config.json()} | known

    def command(self) -> str:
        """The command that trains this model."""
        words = ["livecode", "train", "fullband", *(source.name for source in self.sources)]
        words += ["--name", self.name]
        for name in MADE:
            if (value := getattr(self.config, name)) != getattr(USUAL, name):
                words += [f"--{name.removesuffix('_s').replace('_', '-')}", f"{value:g}"]
        if self.config.labels:
            words += ["--labels", *self.config.labels]
        plain = TrainFullbandSettings(self.name, self.sources)
        for name in ("minutes", "updates", "outline_minutes", "outline_rounds", "transposed",
                     "tiers_of", "encoded", "batch", "peak_rate", "seed", "held_out",
                     "precision"):  # fmt: skip
            if (value := getattr(self, name)) != getattr(plain, name):
                values = value if isinstance(value, tuple) else (value,)
                if name == "tiers_of":  # a model, wherever it lies
                    values = (Path(value).stem,)
                words += [f"--{name.replace('_', '-')}", *map(str, values)]
        return shlex.join(words)

    def check(self) -> None:
        """Raise LivecodeError, with what to do, where the settings make no training."""
        if not self.name or Path(self.name).name != self.name:
            raise LivecodeError(f"{self.name!r} cannot name a model: use letters and digits")
        if self.minutes is None and self.updates is None and not self.tiers_of:
            raise LivecodeError(
                "nothing says how long to train: give --minutes M, or --updates N, or both, or "
                "--tiers-of a model whose tiers it keeps"
            )
        for name in ("minutes", "updates", "outline_minutes", "outline_rounds", "encoded", "batch",
                     "peak_rate", "checkpoint_minutes", "takes_seconds"):  # fmt: skip
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise LivecodeError(f"--{name.replace('_', '-')} is a number above 0, not {value}")
        if "source" in self.config.labels and len(set(self.config.sources)) < 2:
            raise LivecodeError(
                "the label source tells albums apart: give two folders of AUDIO or more, each of "
                "another name"
            )
        if any(abs(semitones) > MOST_SEMITONES for semitones in self.transposed):
            raise LivecodeError(
                f"--transposed is −{MOST_SEMITONES} to {MOST_SEMITONES} semitones, "
                f"not {' '.join(map(str, self.transposed))}"
            )
        if not 0 < self.held_out <= 0.5:
            raise LivecodeError(f"--held-out is a share above 0 and up to 0.5, not {self.held_out}")
