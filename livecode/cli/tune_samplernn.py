"""`livecode tune samplernn`: runs short trainings, and prints which settings did best."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from livecode.cli.arguments import path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.printing import say_aside
from livecode.errors import LivecodeError
from livecode.neural.audio.files import read_audio
from livecode.neural.samplernn.training.settings import TrainSampleRNNSettings
from livecode.neural.samplernn.training.tune import A_STEP, CLIP, DIMS, Trial, tuned


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode tune samplernn`."""
    add = parser.add_argument
    add("sources", nargs="+", type=path, metavar="AUDIO", help="audio files, or folders of them")
    add("--name", required=True, help="name of the folder that the trials go to")
    add("--trials", type=int, default=12, metavar="N", help="number of trainings (12)")
    add("--minutes", type=float, default=10.0, metavar="M", help="length of each (10)")
    add("--at-once", type=int, default=1, metavar="N", help="trainings side by side (1)")
    add("--dims", type=int, nargs="+", default=DIMS, metavar="D", help="widths to try")
    add("--sample-rate", type=int, default=16_000, metavar="HZ")
    add("--seed", type=int, default=0)
    add("--out", type=path, default=Path("tuning"), help="folder of the trials (tuning)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the trainings, and print a table and the command that trains the best for longer."""
    if options.trials < 1 or options.at_once < 1 or not options.minutes > 0:
        raise LivecodeError("--trials, --at-once and --minutes are numbers above 0")
    settings = TrainSampleRNNSettings(
        options.name,
        tuple(source.resolve() for source in options.sources),
        sample_rate=options.sample_rate,
        minutes=options.minutes,
        seed=options.seed,
        out=options.out.resolve() / options.name,
    )
    settings.check()
    for note in read_audio(settings.sources, settings.sample_rate).notes():
        say_aside(note)  # before Ray starts, which prints much
    trials = tuned(settings, options.trials, options.at_once, options.dims)
    print_trials(trials, settings, PlainConsole())
    return 0


def print_trials(
    trials: Sequence[Trial], settings: TrainSampleRNNSettings, console: Console
) -> None:
    """Print the trials, the best first, and the command that trains with its settings."""
    table = Table("bits a sample", "frame sizes", "dim", "sequence", "learning rate", box=SIMPLE)
    for trial in trials:
        table.add_row(
            f"{trial.held_out:.3f}",
            " ".join(map(str, trial.frame_sizes)),
            str(trial.dim),
            str(trial.sequence),
            f"{trial.peak_rate:.4f}",
        )
    console.print(table)
    best = trials[0]
    console.print(
        f"livecode train samplernn {' '.join(map(str, settings.sources))} --name {settings.name} "
        f"--frame-sizes {' '.join(map(str, best.frame_sizes))} --dim {best.dim} "
        f"--sequence {best.sequence} --sequences {CLIP // best.sequence} "
        f"--batch {A_STEP // best.sequence} --peak-rate {best.peak_rate:.4f} --minutes 100",
        soft_wrap=True,
        markup=False,
        highlight=False,
    )
