"""`livecode generate`: makes many takes of a SampleRNN, and shows how far it is."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from livecode.cli.arguments import add_seed, count, duration, path
from livecode.cli.console import PlainConsole, bar_on
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.takes.generate import GenerateOptions, generate
from livecode.takes.splice import counted


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode generate`."""
    add = parser.add_argument
    add("model", metavar="MODEL", help="a SampleRNN: its name, or its file")
    add("-o", "--out", type=path, required=True, metavar="DIR", help="folder of the takes")
    add("--seconds", type=duration, required=True, metavar="S", help="length of each take")
    add("--takes", type=count, required=True, metavar="N",
        help="how many takes the folder is to hold in all")  # fmt: skip
    add("--temperature", default="1.0", metavar="EXPR",
        help='a number or a curve, as "ramp(0.875, 1.15, over=45*s)" (1.0)')  # fmt: skip
    add_seed(parser)
    add(
        "--prime", type=path, metavar="AUDIO", help="let the takes go on from the end of this sound"
    )
    add("--format", choices=("wav", "flac"), default="wav", help="format of the files (wav)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the takes that the folder lacks; return 130 if Ctrl-C stopped it."""
    settings = GenerateOptions(
        options.model,
        options.out,
        options.seconds,
        options.takes,
        options.temperature,
        options.seed,
        options.prime,
        options.format,
    )
    with _shown(PlainConsole(stderr=True, soft_wrap=True)) as watch:
        whole = generate(settings, watch)
    if not whole:
        return 130
    out = settings.out
    say(f"{out} holds {counted(settings.takes)}: listen with livecode takes {out}")
    return 0


class TakesBar:
    """A bar on a terminal, and lines elsewhere; follows a run as `livecode.takes.making.TakesWatcher`."""

    def __init__(self, console: Console, progress: Progress):
        self._console, self._progress = console, progress
        self._made = self._takes = self._sample_rate = 0

    def say(self, sentence: str) -> None:
        """Print a line of its own."""
        self._console.print(sentence)

    def begin(self, name: str, takes: int, samples: int, sample_rate: int) -> None:
        """Show the bar of so many takes, of `samples` samples in all."""
        self._takes, self._sample_rate = takes, sample_rate
        self._task = self._progress.add_task(name, total=samples, figures="")

    def drawn(self, samples: int) -> None:
        """Move the bar on by so many samples."""
        self._progress.advance(self._task, samples)
        self._show_figures()

    def made(self, takes: int) -> None:
        """Count takes that are written."""
        self._made += takes
        if not self._console.is_terminal:
            self._console.print(f"{self._made} of {counted(self._takes)} made")
        self._show_figures()

    def _show_figures(self) -> None:
        speed = (self._progress.tasks[0].speed or 0.0) / self._sample_rate
        figures = f"{self._made} of {counted(self._takes)}, {speed:.1f} × real time"
        self._progress.update(self._task, figures=figures)


@contextmanager
def _shown(console: Console) -> Iterator[TakesBar]:
    with bar_on(console) as progress:
        yield TakesBar(console, progress)
