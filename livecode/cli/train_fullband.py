"""`livecode train fullband`: trains a full-band SampleRNN, and shows how far it is."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livecode.cli.arguments import path
from livecode.cli.console import PlainConsole
from livecode.cli.printing import say
from livecode.cli.replacing import add_replacing, asking
from livecode.finishing.stream_finish import finish, write_takes
from livecode.neural.model_file import user_models
from livecode.neural.samplernn.training.folder import Point
from livecode.neural.samplernn.training.fullband.settings import USUAL, TrainFullbandSettings
from livecode.neural.samplernn.training.fullband.training_run import train_fullband

WHOLE = 1000.0  # length of the bar
NUMBERS = {
    "outline_minutes": "length of the training of outlines, which comes first",
    "encoded": "minutes of sound that the tiers read; outlines are learned from all of it",
    "peak_rate": "learning rate after its warm-up",
    "held_out": "share of the sound that is never trained on",
    "checkpoint_minutes": "time between checkpoints, each of which is listened to",
    "takes_seconds": "length of a take",
}
OTHERS = ("name", "minutes", "updates", "outline_rounds", "batch", "seed", "precision", "resume",
          "replace", "other_audio", "out", "data", "licence")  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `livecode train fullband`."""
    plain = TrainFullbandSettings("", ())
    add = parser.add_argument
    add("sources", nargs="+", type=path, metavar="AUDIO", help="audio files, or folders of them")
    add("--name", required=True, help="the new model's name")
    add(
        "--minutes",
        type=float,
        metavar="M",
        help="length of the training of the tiers, without the time that other programs take",
    )
    add("--updates", type=int, metavar="N", help="or their updates")
    add("--outline-rounds", type=int, metavar="N", help="rounds of the outlines' training at most")
    add("--transposed", type=int, nargs="*", default=(), metavar="SEMITONES",
        help="keys that outlines are learned in besides, as -2 -1 1 2; none for drums")  # fmt: skip
    for name, what in NUMBERS.items():
        usual = getattr(plain, name)
        add(f"--{name.replace('_', '-')}", type=float, default=usual, help=f"{what} ({usual:g})")
    add("--dim", type=int, default=USUAL.dim, help=f"width of the tiers ({USUAL.dim})")
    add("--half-life", type=float, default=USUAL.half_life_s, metavar="S",
        help=f"of the predictor's memory; drums 0.06 ({USUAL.half_life_s:g})")  # fmt: skip
    add("--batch", type=int, default=plain.batch, help=f"streams side by side ({plain.batch})")
    add("--seed", type=int, default=plain.seed, help="seed of all random numbers (0)")
    add("--precision", choices=("auto", "float32", "bfloat16"), default=plain.precision,
        help="of matrix products in training (auto: bfloat16 where the CPU has it)")  # fmt: skip
    add("--resume", action="store_true", help="go on from the last checkpoint")
    add_replacing(parser)
    add("--data", default="", help="for the card: what the sound is, and where it is from")
    add("--licence", default="", help="for the card: the licence of the sound and the model")
    add("--out", type=path, default=user_models(), help="folder of models")
    parser.set_defaults(run=run)


def settings_of(options: argparse.Namespace) -> TrainFullbandSettings:
    """Return the settings that the parsed options say."""
    return TrainFullbandSettings(
        sources=tuple(options.sources),
        config=replace(USUAL, dim=options.dim, half_life_s=options.half_life),
        transposed=tuple(options.transposed),
        **{name: getattr(options, name) for name in (*OTHERS, *NUMBERS)},
    )


def run(options: argparse.Namespace) -> int:
    """Train, give the model what a stream needs besides, and print where it is."""
    path = asking(settings_of(options), _train)
    say(f"The model is in {path}")
    return 0


def _train(settings: TrainFullbandSettings) -> Path:
    def listening(model: Path, folder: Path, updates: int) -> None:
        write_takes(
            model, folder, updates, settings.temperatures, settings.takes_seconds, settings.seed
        )

    path, corpus = train_fullband(settings, showing=showing, listening=listening)
    finish(path, corpus, say)
    return path


class FullbandBar:
    """A bar on a terminal and lines elsewhere, with bits, samples a second and the time left.

    It is a `livecode.neural.samplernn.training.progress.TrainingDisplay`.
    """

    def __init__(self, name: str, progress: Progress, console: Console):
        """Show the training of that name."""
        self._name, self._progress, self._console = name, progress, console
        self._task = progress.add_task(name, total=WHOLE, figures="")
        self._of_outline, self._held_out = True, ""

    def say(self, sentence: str) -> None:
        """Print a line of its own."""
        self._console.print(sentence, soft_wrap=True)

    def point(self, point: Point, share: float) -> None:
        """Show a new point of the curve; `share` of this part of the training is done, 0 to 1."""
        of_outline = "outline" in point
        if of_outline != self._of_outline:
            self._of_outline, self._held_out = of_outline, ""
        if "held_out" in point:
            self._held_out = f", held out {point['held_out']:.3f}"
        figures = (
            f"outlines, round {point['outline']:.0f}, {point['train']:.2f} bits a frame{self._held_out}"
            if of_outline
            else f"update {point['step']:.0f}, {point['train']:.3f} bits a cell{self._held_out}, "
            f"{point['rate']:.0f} samples/s"
        )
        self._progress.update(self._task, completed=WHOLE * share, figures=figures)
        if "held_out" in point and not self._console.is_terminal:
            self.say(f"{self._name}: {figures}, {share:.1%}")


@contextmanager
def showing(name: str) -> Iterator[FullbandBar]:
    """Show a bar on stderr while a `with` block runs."""
    console = PlainConsole(stderr=True)
    columns = (
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[figures]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield FullbandBar(name, progress, console)
