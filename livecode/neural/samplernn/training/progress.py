"""What a training tells while it runs: to whoever shows it, and to TensorBoard if asked."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from livecode.errors import LivecodeError
from livecode.neural.samplernn.training.folder import Point


class TrainingDisplay(Protocol):
    """Shows how far a training is. `livecode.cli` has one with a bar."""

    def say(self, sentence: str) -> None:
        """Show a sentence of its own."""

    def point(self, point: Point, share: float) -> None:
        """Show a new point of the curve; `share` of the training is done, from 0 to 1."""


#: Opens a display for a training of that name, for as long as a `with` block runs.
Showing = Callable[[str], AbstractContextManager[TrainingDisplay]]


class NoDisplay:
    """A display that shows nothing."""

    def say(self, sentence: str) -> None:
        """Drop the sentence."""

    def point(self, point: Point, share: float) -> None:
        """Drop the point."""


def unshown(name: str) -> AbstractContextManager[TrainingDisplay]:
    """Open a display that shows nothing."""
    return nullcontext(NoDisplay())


class TensorBoard:
    """Writes the curve to a folder that TensorBoard reads."""

    def __init__(self, folder: Path):
        """Raises LivecodeError if TensorBoard is not installed."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ModuleNotFoundError as error:
            raise LivecodeError(
                "--tensorboard needs TensorBoard, which is not installed here: "
                'pip install "livecode[tensorboard]"'
            ) from error
        self._writer = SummaryWriter(str(folder))

    def add(self, point: Point) -> None:
        """Write the figures of a point."""
        for key in ("train", "held_out", "rate", "learning_rate"):
            if key in point:
                self._writer.add_scalar(key, point[key], int(point["step"]))
