"""`livecode tune samplernn`: short trainings side by side (Ray Tune), to find a make that suits."""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from livecode.errors import LivecodeError
from livecode.neural.audio.files import read_audio
from livecode.neural.samplernn.training.folder import Point
from livecode.neural.samplernn.training.run import train_samplernn
from livecode.neural.samplernn.training.settings import TrainSampleRNNSettings

FRAME_SIZES = ((4, 4), (8, 4), (16, 4), (8, 8), (4, 4, 4))
DIMS = (128, 256, 512)
SEQUENCES = (256, 512, 1024)
RATES = (1e-3, 8e-3)  # learning rates, drawn evenly in their logarithm
CLIP = 65_536  # samples that the state is carried through
A_STEP = 8192  # samples
REPORTS = 8  # measurements in a trial, at which Ray may end it


@dataclass(frozen=True)
class Trial:
    """One training: what was drawn, and its best bits a sample on held-out sound."""

    frame_sizes: tuple[int, ...]
    dim: int
    sequence: int
    peak_rate: float
    held_out: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `livecode tune samplernn`."""
    add = parser.add_argument
    add("sources", nargs="+", type=Path, metavar="AUDIO", help="audio files, or folders of them")
    add("--name", required=True, help="of the folder that the trials go to")
    add("--trials", type=int, default=12, metavar="N", help="trainings (12)")
    add("--minutes", type=float, default=10.0, metavar="M", help="length of each (10)")
    add("--at-once", type=int, default=1, metavar="N", help="trainings side by side (1)")
    add("--dims", type=int, nargs="+", default=DIMS, metavar="D", help="widths to try")
    add("--sample-rate", type=int, default=16_000, metavar="HZ")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=Path("tuning"), help="folder of the trials (tuning)")


def run(args: argparse.Namespace) -> int:
    """Runs `livecode tune samplernn`; returns the exit status."""
    if args.trials < 1 or args.at_once < 1 or not args.minutes > 0:
        raise LivecodeError("--trials, --at-once and --minutes are numbers above 0.")
    settings = TrainSampleRNNSettings(
        args.name,
        tuple(source.resolve() for source in args.sources),
        sample_rate=args.sample_rate,
        minutes=args.minutes,
        seed=args.seed,
        out=args.out.resolve() / args.name,
    )
    settings.check()
    for note in read_audio(settings.sources, settings.sample_rate).notes():  # before Ray starts
        print(note, file=sys.stderr)
    trials = tuned(settings, args.trials, args.at_once, args.dims)
    print_trials(trials, settings, Console())
    return 0


def tuned(
    settings: TrainSampleRNNSettings, trials: int, at_once: int, dims: Sequence[int] = DIMS
) -> list[Trial]:
    """Trains `trials` times for `settings.minutes`, ending poor ones early; the best come first.

    Raises LivecodeError where Ray Tune is not installed, or no trial came to a figure.
    """
    try:
        import ray
        from ray import tune
        from ray.tune.schedulers import ASHAScheduler
    except ModuleNotFoundError as error:
        raise LivecodeError(
            'tuning needs Ray Tune, which is not installed here: pip install "livecode[train,tune]"'
        ) from error

    def trial(drawn: dict[str, Any]) -> None:
        def report(point: Point) -> None:
            if "held_out" in point:
                tune.report({"held_out": point["held_out"], "seconds": point["seconds"]})

        train_samplernn(_drawn(settings, drawn), watch=report)

    draw = {
        "frame_sizes": tune.choice([list(sizes) for sizes in FRAME_SIZES]),
        "dim": tune.choice(list(dims)),
        "sequence": tune.choice(list(SEQUENCES)),
        "peak_rate": tune.loguniform(*RATES),
    }
    assert settings.minutes is not None
    whole_s = 60 * settings.minutes
    ray.init(num_cpus=at_once, include_dashboard=False, log_to_driver=False)
    try:
        found = tune.Tuner(
            tune.with_resources(trial, {"cpu": 1}),
            param_space=draw,
            tune_config=tune.TuneConfig(
                metric="held_out",
                mode="min",
                num_samples=trials,
                scheduler=ASHAScheduler(
                    "seconds", max_t=math.ceil(whole_s), grace_period=max(1, int(whole_s / 4))
                ),
            ),
            run_config=tune.RunConfig(
                name="ray", storage_path=str(settings.out), verbose=0,
            ),
        ).fit()  # fmt: skip
    finally:
        ray.shutdown()
    done = [_trial(r.config, r.metrics) for r in found if r.config and "held_out" in r.metrics]
    if not done:
        raise LivecodeError(
            f"No trial came to a figure: see {settings.out}, or give more --minutes."
        )
    return sorted(done, key=lambda t: t.held_out)


def _drawn(settings: TrainSampleRNNSettings, drawn: dict[str, Any]) -> TrainSampleRNNSettings:
    """The settings of one trial: as many samples a step and a clip as any other."""
    sizes, sequence = tuple(drawn["frame_sizes"]), int(drawn["sequence"])
    name = f"{'-'.join(map(str, sizes))}-{drawn['dim']}-{sequence}-{drawn['peak_rate']:.5f}"
    assert settings.minutes is not None
    return replace(
        settings,
        name=name,
        config=replace(settings.config, frame_sizes=sizes, dim=int(drawn["dim"])),
        sequence=sequence,
        sequences=CLIP // sequence,
        batch=A_STEP // sequence,
        peak_rate=float(drawn["peak_rate"]),
        checkpoint_minutes=settings.minutes / REPORTS,
        takes_minutes=settings.minutes,
    )


def _trial(drawn: dict[str, Any], metrics: dict[str, Any]) -> Trial:
    return Trial(
        tuple(drawn["frame_sizes"]),
        int(drawn["dim"]),
        int(drawn["sequence"]),
        float(drawn["peak_rate"]),
        float(metrics["held_out"]),
    )


def print_trials(
    trials: Sequence[Trial], settings: TrainSampleRNNSettings, console: Console
) -> None:
    """A table, the best first, and the command that trains the best one for longer."""
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
