"""The files of a training: the model and its card, and in run/ the checkpoint, curve and takes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replace_file, replacing
from livecode.neural.model_file import SUFFIX, ModelMeta, write_model
from livecode.neural.samplernn.config import KIND, SampleRNNConfig
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.model import SampleRNN


class FolderSettings(Protocol):
    """What a run's folder knows of the settings of a training, of either make."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def out(self) -> Path:
        """The folder of models."""

    @property
    def config(self) -> SampleRNNConfig | FullbandConfig:
        """The model's make."""

    @property
    def sample_rate(self) -> int:
        """The model's rate in Hz."""

    @property
    def temperatures(self) -> tuple[float, ...]:
        """The temperatures of takes."""

    @property
    def takes_seconds(self) -> float:
        """The length of takes."""

    @property
    def data(self) -> str:
        """What the sound is, for the card."""

    @property
    def licence(self) -> str:
        """The licence of the sound, for the card."""

    def command(self) -> str:
        """The command that trains this model."""


Point = dict[str, float]  # step, seconds, epoch, train and at checkpoints held_out (bits a sample)


class RunFolder:
    """OUT/NAME/: the best model as NAME.safetensors, the last as NAME-last.safetensors."""

    def __init__(self, settings: FolderSettings) -> None:
        self._settings = settings
        self.path = settings.out / settings.name
        self.best = self.path / f"{settings.name}{SUFFIX}"
        self.last = self.path / f"{settings.name}-last{SUFFIX}"
        self.run = self.path / "run"
        self.checkpoint = self.run / f"checkpoint{SUFFIX}"
        self.curve = self.run / "curve.jsonl"
        self.takes = self.run / "takes"
        self.page = self.run / "training.png"

    def make(self) -> None:
        """Makes the folders; raises LivecodeError where that is not possible."""
        try:
            self.takes.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LivecodeError(
                f"the folder {self.takes} cannot be made ({error.strerror}): "
                "give another with --out"
            ) from error

    def points(self) -> list[Point]:
        """The curve so far; a torn last line is left out."""
        found: list[Point] = []
        if self.curve.exists():
            for line in self.curve.read_text(encoding="utf-8").splitlines():
                try:
                    found.append(json.loads(line))
                except ValueError:
                    break
        return found

    def rewind(self, step: int) -> None:
        """Forgets what the curve says of after that step."""
        kept = [point for point in self.points() if point["step"] <= step]
        replace_file(self.curve, "".join(f"{json.dumps(p)}\n" for p in kept).encode())

    def add(self, point: Point) -> None:
        """Adds to the curve."""
        with self.curve.open("a", encoding="utf-8") as file:
            file.write(json.dumps(point) + "\n")

    def write_takes(self, model: SampleRNN, step: int, seed: int) -> NDArray[np.float32]:
        """Takes at every temperature, as FLAC files named by step and temperature: (takes, n)."""
        temperatures: Sequence[float] = self._settings.temperatures
        takes = model.generate(self._settings.takes_seconds, temperatures, seed)
        for temperature, take in zip(temperatures, takes, strict=True):
            path = self.takes / f"step-{step:07d}-temperature-{temperature:.2f}.flac"
            with replacing(path) as unfinished:
                soundfile.write(unfinished, take, model.sample_rate, format="FLAC")
        return takes

    def write_model(
        self,
        path: Path,
        arrays: dict[str, NDArray[np.float32]],
        data: str,
        facts: dict[str, Any],
        more: Mapping[str, Any] | None = None,
    ) -> ModelMeta:
        """Writes a model in half precision (matrices; vectors keep theirs).

        more: what its configuration says beyond that of the settings.
        """
        settings = self._settings
        tensors = {n: t if t.ndim == 1 else t.astype(np.float16) for n, t in arrays.items()}
        meta = ModelMeta(
            kind=KIND,
            config=settings.config.json() | dict(more or {}),
            sample_rate=settings.sample_rate,
            data=f"{settings.data} ({data})" if settings.data else data,
            licence=settings.licence or "that of the audio it was trained on",
            creator="livecode",
            command=settings.command(),
            facts=facts,
        )
        write_model(path, tensors, meta)
        return meta
