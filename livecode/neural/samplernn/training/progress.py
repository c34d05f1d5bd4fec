"""What a training shows while it runs: a bar on a terminal, lines elsewhere, TensorBoard if asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livecode.errors import LivecodeError
from livecode.neural.samplernn.training.folder import Point

WHOLE = 1000.0  # the bar's length


class Show:
    """Bits a sample (training and held out), samples a second, and the time left."""

    def __init__(self, name: str, progress: Progress, console: Console, board: Path | None) -> None:
        self._name, self._progress, self._console = name, progress, console
        self._task = progress.add_task(name, total=WHOLE, figures="")
        self._held_out = ""
        self._writer = None if board is None else _board(board)

    def say(self, sentence: str) -> None:
        """A line of its own."""
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def point(self, point: Point, share: float) -> None:
        """A new point of the curve, `share` of the way to the end."""
        if "held_out" in point:
            self._held_out = f", held out {point['held_out']:.3f}"
        figures = (
            f"step {point['step']:.0f}, epoch {point['epoch']:.2f}, {point['train']:.3f} bits a "
            f"sample{self._held_out}, {point['rate']:.0f} samples/s"
        )
        self._progress.update(self._task, completed=WHOLE * share, figures=figures)
        if "held_out" in point and not self._console.is_terminal:
            self.say(f"{self._name}: {figures}, {share:.1%}")
        if self._writer is not None:
            for key in ("train", "held_out", "rate", "learning_rate"):
                if key in point:
                    self._writer.add_scalar(key, point[key], int(point["step"]))


def _board(folder: Path):  # type: ignore[no-untyped-def]  # SummaryWriter, where it is installed
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError as error:
        raise LivecodeError(
            "--tensorboard needs TensorBoard, which is not installed here: "
            'pip install "livecode[tensorboard]"'
        ) from error
    return SummaryWriter(str(folder))


@contextmanager
def showing(name: str, board: Path | None, quiet: bool = False) -> Iterator[Show]:
    """A bar on stderr while the training runs; nothing at all if `quiet`."""
    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Show(name, progress, console, board)
