"""`livecode train space`: trains a latent space, and shows how far it is."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    track,
)

from livecode.cli.arguments import path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.cli.replacing import add_replacing, asking
from livecode.neural.audio.descriptors import ALIGNABLE
from livecode.neural.model_file import user_models
from livecode.neural.spaces.training.settings import TrainSpaceSettings

Item = TypeVar("Item")


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode train space`."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("folder", nargs="?", type=path, help="a folder of audio files")
    source.add_argument("--synthetic", choices=["additive"], help="generated tones instead")
    add = parser.add_argument
    add("--name", required=True, help="the new model's name")
    add("--latent", type=int, default=8, help="dimensions, 1 to 64 (8)")
    add("--steps", type=int, default=20_000, help="training steps (20000)")
    add("--sample-rate", type=int, default=44_100, metavar="HZ")
    add("--align", type=_names, default=(), metavar="NAMES",
        help=f"descriptors that the first axes follow, of {','.join(ALIGNABLE)}")  # fmt: skip
    add("--texture", action="store_true", help="learn, besides, how held sounds move")
    add("--texture-only", action="store_true", help="learn that alone, for the space of that name")
    add("--data", default="", help="what the audio is and where from, for the card")
    add("--licence", default="", help="licence of the audio, for the card")
    add("--seed", type=int, default=0)
    add("--resume", action="store_true", help="go on from the last checkpoint")
    add_replacing(parser)
    add("--out", type=path, default=user_models(), help="folder of models")
    parser.set_defaults(run=run)


def _names(text: str) -> tuple[str, ...]:
    """Parse names between commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def run(options: argparse.Namespace) -> int:
    """Train the space, its texture, or both."""
    # imported here: the help of this command needs no torch
    from livecode.neural.spaces.training.train import train_space
    from livecode.neural.spaces.training.train_texture import train_texture

    settings = TrainSpaceSettings(
        name=options.name,
        folder=options.folder,
        synthetic=options.synthetic,
        latent=options.latent,
        steps=options.steps,
        sample_rate=options.sample_rate,
        seed=options.seed,
        align=options.align,
        data=options.data,
        licence=options.licence,
        resume=options.resume,
        replace=options.replace,
        other_audio=options.other_audio,
        texture=options.texture,
        texture_only=options.texture_only,
        out=options.out,
    )
    bars = SpaceBars(PlainConsole(stderr=True))
    if settings.texture_only:
        say(f"The texture is in {train_texture(settings, bars)}")
        return 0
    path = asking(settings, lambda settings: train_space(settings, bars))
    say(f"The space is in {path}")
    if options.out == user_models():  # where it is found by its name
        say(f'It plays as ego = agent("{options.name}")')
    return 0


class SpaceBars:
    """Bars for a training; a `livecode.neural.spaces.training.progress.SpaceDisplay`."""

    def __init__(self, console: Console):
        self._console = console
        columns = (
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=console)
        self._task: TaskID | None = None

    def say(self, sentence: str) -> None:
        """Print a line of its own."""
        self._console.print(sentence)

    @contextmanager
    def training(self, name: str, steps: int, done: int) -> Iterator[None]:
        """Show a bar of `steps` steps, `done` of which were made before."""
        with self._progress:
            self._task = self._progress.add_task(name, total=steps, completed=done, figures="")
            yield

    def step(self, done: int, loss: float, held_out_db: float) -> None:
        """Move the bar to `done` steps, with the loss and the distance on held-out frames."""
        if self._task is not None:
            figures = f"loss {loss:.3f}  held-out {held_out_db:.2f} dB"
            self._progress.update(self._task, completed=done, figures=figures)

    def each(self, items: Sequence[Item], what: str) -> Iterable[Item]:
        """Yield the items under a bar that goes away at its end."""
        return track(items, what, console=self._console, transient=True)
