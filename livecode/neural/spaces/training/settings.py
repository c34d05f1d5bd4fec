"""The settings of `livecode train space`: what to train a space on, and for how long."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livecode.errors import LivecodeError
from livecode.neural.model_file import user_models


@dataclass(frozen=True)
class TrainSpaceSettings:
    """What to train a space on, and for how long."""

    name: str  # the model's name; its files go to OUT/NAME/
    folder: Path | None = None  # a folder of audio to train on
    synthetic: str | None = None  # or a set of generated tones: "additive"
    latent: int = 8  # dimensions, 1 to 64
    steps: int = 20_000
    sample_rate: int = 44_100  # Hz
    align: tuple[str, ...] = ()  # descriptors that guide the first axes of a folder's space
    texture: bool = False  # also learn how held sounds move
    texture_only: bool = False  # learn only the texture, for a space that exists
    texture_steps: int = 1500  # training steps of the texture
    licence: str = ""  # licence of the audio, for the card
    data: str = ""  # what the audio is and its source, for the card
    seed: int = 0
    resume: bool = False  # continue from the last checkpoint
    replace: bool = False  # begin anew over a model of that name
    other_audio: bool = False  # resume even if the audio is not that of before
    out: Path = field(default_factory=user_models)  # the folder of models
    batch: int = 128  # frames a step
    peak_rate: float = 1e-3  # learning rate after the warm-up
    beta: float = 3e-4  # weight of the KL term after the warm-up
    beta_warm_up: float = 0.2  # share of the steps over which it rises from 0
    checkpoint_every: int = 500  # steps
    measured: int = 8192  # frames on which axes and figures are measured

    def identity(self) -> dict[str, Any]:
        """Return the settings that determine the weights; a resumed training must have the same."""
        sizes = ("latent", "steps", "sample_rate", "seed", "batch")
        names = (*sizes, "peak_rate", "beta", "beta_warm_up")
        source = self.synthetic or str(self.folder)
        align = ",".join(self.align)
        return {"source": source, "align": align} | {name: getattr(self, name) for name in names}

    def command(self) -> str:
        """Return the command that trains this space."""
        source = f"--synthetic {self.synthetic}" if self.synthetic else f"{self._folder_name()}/"
        align = f"--align {','.join(self.align)} " if self.align else ""
        texture = " --texture" if self.texture else ""
        return (
            f"livecode train space {source} --name {self.name} --latent {self.latent} {align}"
            f"--steps {self.steps} --sample-rate {self.sample_rate} --seed {self.seed}{texture}"
        )

    def texture_command(self) -> str:
        """Return the command that trains the texture of this space."""
        return f"livecode train space {self._folder_name()}/ --name {self.name} --texture-only"

    def _folder_name(self) -> str:
        return self.folder.resolve().name if self.folder else ""

    def check(self) -> None:
        """Raise `LivecodeError` on settings that make no sense."""
        if not 1 <= self.latent <= 64:
            raise LivecodeError(
                f"a space has 1 to 64 dimensions, not {self.latent}: change --latent"
            )
        if self.steps < 1:
            raise LivecodeError("training takes at least one step: give a larger --steps")
        if not 8000 <= self.sample_rate <= 192_000:
            raise LivecodeError(
                f"--sample-rate {self.sample_rate} is out of range: give 8000 to 192000 Hz"
            )
        if not self.name or Path(self.name).name != self.name:
            raise LivecodeError(f"{self.name!r} cannot name a model: use letters and digits")
        if self.synthetic not in (None, "additive"):
            raise LivecodeError(f"there is no synthetic set {self.synthetic!r}: try additive")
        if self.synthetic and (self.texture or self.texture_only):
            raise LivecodeError("generated tones do not move: a texture needs a folder of audio")
        if self.synthetic and self.align:
            raise LivecodeError(
                "the axes of generated tones follow their factors anyway: leave out --align"
            )
