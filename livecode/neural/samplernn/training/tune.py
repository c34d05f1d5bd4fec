"""Runs short trainings side by side (Ray Tune), to find settings that suit a sound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from livecode.errors import LivecodeError
from livecode.neural.samplernn.training.folder import Point
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
    # imported here: the help of `livecode tune` needs no torch
    from livecode.neural.samplernn.training.run import train_samplernn

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
            f"no trial came to a figure: see {settings.out}, or give more --minutes"
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
        replace=True,  # a trial may be tried again
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
