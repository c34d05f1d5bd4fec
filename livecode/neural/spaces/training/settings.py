"""The settings of `livecode train space`: what to train a space on, and how long."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livecode.errors import LivecodeError
from livecode.neural.model_file import user_models


@dataclass(frozen=True)
class TrainSpaceSettings:
    """What to train a space on, and how long."""

    name: str  # of the model; its files go to OUT/NAME/
    folder: Path | None = None  # audio to train on
    synthetic: str | None = None  # or a synthetic set: "additive"
    latent: int = 8  # dimensions, 1 to 64
    steps: int = 20_000
    sample_rate: int = 44_100  # Hz
    align: tuple[str, ...] = ()  # descriptors that guide the first axes of a folder's space
    texture: bool = False  # whether it learns, besides, how held sounds move
    texture_only: bool = False  # whether a space that there is learns that, and nothing else
    texture_steps: int = 1500  # of learning it
    licence: str = ""  # of the audio, for the card
    data: str = ""  # what the audio is and where from, for the card
    seed: int = 0
    resume: bool = False  # go on from the last checkpoint
    out: Path = field(default_factory=user_models)  # folder of models
    batch: int = 128  # frames a step
    peak_rate: float = 1e-3  # learning rate after its warm-up
    beta: float = 3e-4  # weight of the KL term after its warm-up
    beta_warm_up: float = 0.2  # share of the steps over which it rises from 0
    checkpoint_every: int = 500  # steps
    measured: int = 8192  # frames that the axes and the figures are taken from

    def identity(self) -> dict[str, Any]:
        """The settings that decide the weights: what a resumed training must agree on."""
        sizes = ("latent", "steps", "sample_rate", "seed", "batch")
        names = (*sizes, "peak_rate", "beta", "beta_warm_up")
        source = self.synthetic or str(self.folder)
        align = ",".join(self.align)
        return {"source": source, "align": align} | {name: getattr(self, name) for name in names}

    def command(self) -> str:
        """The command that trains this space."""
        source = f"--synthetic {self.synthetic}" if self.synthetic else f"{self._folder_name()}/"
        align = f"--align {','.join(self.align)} " if self.align else ""
        texture = " --texture" if self.texture else ""
        return (
            f"livecode train space {source} --name {self.name} --latent {self.latent} {align}"
            f"--steps {self.steps} --sample-rate {self.sample_rate} --seed {self.seed}{texture}"
        )

    def texture_command(self) -> str:
        """The command that gives the space its texture once there is one."""
        return f"livecode train space {self._folder_name()}/ --name {self.name} --texture-only"

    def _folder_name(self) -> str:
        return self.folder.resolve().name if self.folder else ""

    def check(self) -> None:
        """Raises LivecodeError on settings that make no sense."""
        if not 1 <= self.latent <= 64:
            raise LivecodeError(f"A space has 1 to 64 dimensions: --latent {self.latent} is not.")
        if self.steps < 1:
            raise LivecodeError("Training takes at least one step: give --steps a positive number.")
        if not 8000 <= self.sample_rate <= 192_000:
            raise LivecodeError(
                f"--sample-rate {self.sample_rate} is out of range: give 8000 to 192000 Hz."
            )
        if not self.name or Path(self.name).name != self.name:
            raise LivecodeError(f"{self.name!r} cannot name a model: use letters and digits.")
        if self.synthetic not in (None, "additive"):
            raise LivecodeError(f"There is no synthetic set {self.synthetic!r}: try additive.")
        if self.synthetic and (self.texture or self.texture_only):
            raise LivecodeError("Generated tones stand still: a texture needs a folder of audio.")
        if self.synthetic and self.align:
            raise LivecodeError(
                "The axes of generated tones follow their factors already: leave out --align."
            )
