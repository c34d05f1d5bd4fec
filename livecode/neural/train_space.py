"""`livecode train space`: trains a spectral VAE and exports it as a model that can be played."""

import argparse
import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from livecode.errors import LivecodeError
from livecode.neural.axes import arranged, find_axes
from livecode.neural.card import write_card
from livecode.neural.checkpoint import load_checkpoint, save_checkpoint
from livecode.neural.files import ModelMeta, user_models, write_model
from livecode.neural.frames import AdditiveFrames, AudioFrames, Frames
from livecode.neural.space import KIND, KNOTS, Space
from livecode.neural.space_figures import distance_db, space_figures
from livecode.neural.spectral_vae import SpaceConfig, SpectralVAE, learning_rate
from livecode.neural.spectrum import Floats

N_FFT = 2048
SERIES = 48  # partials drawn in a space of pitched audio
RESIDUAL_BANDS = 64  # and bands between them
REPORT_EVERY = 250  # steps between measurements on held-out frames
ENCODED = 4096  # frames that the ranges of the axes are taken from


@dataclass(frozen=True)
class TrainSpaceSettings:
    """What to train a space on, and how long."""

    name: str  # of the model; its files go to OUT/NAME/
    folder: Path | None = None  # audio to train on
    synthetic: str | None = None  # or a synthetic set: "additive"
    latent: int = 8  # dimensions, 1 to 64
    steps: int = 20_000
    sample_rate: int = 44_100  # Hz
    seed: int = 0
    resume: bool = False  # go on from the last checkpoint
    out: Path = field(default_factory=user_models)  # folder of models
    batch: int = 128  # frames a step
    peak_rate: float = 1e-3  # learning rate after its warm-up
    beta: float = 1e-3  # weight of the KL term after its warm-up
    beta_warm_up: float = 0.2  # share of the steps over which it rises from 0
    checkpoint_every: int = 500  # steps

    def identity(self) -> dict[str, Any]:
        """The settings that decide the weights: what a resumed training must agree on."""
        sizes = ("latent", "steps", "sample_rate", "seed", "batch")
        names = (*sizes, "peak_rate", "beta", "beta_warm_up")
        source = self.synthetic or str(self.folder)
        return {"source": source} | {name: getattr(self, name) for name in names}

    def command(self) -> str:
        """The command that trains this space."""
        source = f"--synthetic {self.synthetic}" if self.synthetic else str(self.folder)
        return (
            f"livecode train space {source} --name {self.name} --latent {self.latent} "
            f"--steps {self.steps} --sample-rate {self.sample_rate} --seed {self.seed}"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `livecode train space`."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("folder", nargs="?", type=Path, help="a folder of audio files")
    source.add_argument("--synthetic", choices=["additive"], help="generated tones instead")
    parser.add_argument("--name", required=True, help="the new model's name")
    parser.add_argument("--latent", type=int, default=8, help="dimensions, 1 to 64 (8)")
    parser.add_argument("--steps", type=int, default=20_000, help="training steps (20000)")
    parser.add_argument("--sample-rate", type=int, default=44_100, metavar="HZ")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--out", type=Path, default=user_models(), help="folder of models")


def run(args: argparse.Namespace) -> int:
    """Runs `livecode train space`; returns the exit status."""
    names = ("name", "folder", "synthetic", "latent", "steps", "sample_rate", "seed", "resume")
    settings = TrainSpaceSettings(out=args.out, **{name: getattr(args, name) for name in names})
    print(f"The space is in {train_space(settings)}")
    return 0


def train_space(settings: TrainSpaceSettings) -> Path:
    """Trains as the settings say and returns the path of the finished model file.

    The result depends on the settings alone: step n draws its frames and noise from a generator
    seeded with (seed, n), so a training that was killed and resumed ends in the same weights.
    Ctrl-C saves a checkpoint and raises LivecodeError with the way to go on.
    """
    _check(settings)
    frames = _frames(settings)
    config = _config(settings, frames)
    torch.manual_seed(settings.seed)
    model = SpectralVAE(config, settings.sample_rate)
    model.decoder.start_from(*(frames.log2_f0 or (8.0, 1.0)))
    adam = torch.optim.Adam(model.parameters(), settings.peak_rate)
    folder = settings.out / settings.name
    checkpoint = folder / "checkpoint.safetensors"
    _make(folder)
    done = 0
    if settings.resume:
        if not checkpoint.exists():
            raise LivecodeError(
                f"There is no checkpoint at {checkpoint} to go on from: train without --resume."
            )
        done = load_checkpoint(checkpoint, model, adam, settings.identity())
    _train(settings, frames, model, adam, checkpoint, done)
    path = _export(settings, frames, model, folder)
    checkpoint.unlink(missing_ok=True)
    return path


def _check(settings: TrainSpaceSettings) -> None:
    if not 1 <= settings.latent <= 64:
        raise LivecodeError(f"A space has 1 to 64 dimensions: --latent {settings.latent} is not.")
    if settings.steps < 1:
        raise LivecodeError("Training takes at least one step: give --steps a positive number.")
    if not 8000 <= settings.sample_rate <= 192_000:
        raise LivecodeError(
            f"--sample-rate {settings.sample_rate} is out of range: give 8000 to 192000 Hz."
        )
    if not settings.name or Path(settings.name).name != settings.name:
        raise LivecodeError(f"{settings.name!r} cannot name a model: use letters and digits.")
    if settings.synthetic not in (None, "additive"):
        raise LivecodeError(f"There is no synthetic set {settings.synthetic!r}: try additive.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LivecodeError(
            f"The folder {folder} cannot be made ({error.strerror}): give another with --out."
        ) from error


def _frames(settings: TrainSpaceSettings) -> Frames:
    shape = (settings.latent, settings.sample_rate, N_FFT, settings.seed)
    if settings.folder is None:
        return AdditiveFrames(*shape)
    frames = AudioFrames(settings.folder, *shape)
    for reason in frames.skipped:
        Console(stderr=True).print(f"Skipped: {reason}", markup=False, highlight=False)
    return frames


def _config(settings: TrainSpaceSettings, frames: Frames) -> SpaceConfig:
    guided = len(frames.axis_names)
    names = frames.axis_names + tuple(f"free {i + 1}" for i in range(settings.latent - guided))
    if settings.folder is None:
        return SpaceConfig(settings.latent, N_FFT, axis_names=names)
    if frames.log2_f0:
        return SpaceConfig(settings.latent, N_FFT, SERIES, RESIDUAL_BANDS, axis_names=names)
    return SpaceConfig(settings.latent, N_FFT, 0, N_FFT // 2, axis_names=names)


def _train(
    settings: TrainSpaceSettings,
    frames: Frames,
    model: SpectralVAE,
    adam: torch.optim.Adam,
    checkpoint: Path,
    done: int,
) -> None:
    test = frames.held_out().levels
    with _progress(settings, done) as (show, task), _ctrl_c() as interrupts:
        for step in range(done, settings.steps):
            loss = _step(settings, frames, model, adam, step)
            if not math.isfinite(loss):
                raise LivecodeError(
                    f"The training of {settings.name!r} went astray at step {step + 1}: "
                    "resume it, or start again with another --seed."
                )
            if interrupts or (step + 1) % settings.checkpoint_every == 0:
                save_checkpoint(checkpoint, model, adam, step + 1, settings.identity())
            if interrupts:
                raise LivecodeError(
                    f"The training of {settings.name!r} stopped after {step + 1} steps and is "
                    "saved: add --resume to go on."
                )
            if step == done or (step + 1) % REPORT_EVERY == 0:
                distance = distance_db(model.reconstruct(test), test)
                held_out = f"held-out {distance:.2f} dB"
            show.update(task, completed=step + 1, loss=f"loss {loss:.3f}", held_out=held_out)


@contextmanager
def _ctrl_c() -> Iterator[list[int]]:
    """Collects Ctrl-C instead of raising it in the middle of a step."""
    interrupts: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield interrupts  # only the main thread may ask for signals, and only it gets them
        return
    usual = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, usual)


def _step(
    settings: TrainSpaceSettings,
    frames: Frames,
    model: SpectralVAE,
    adam: torch.optim.Adam,
    step: int,
) -> float:
    """One step of Adam; returns the loss."""
    rng = np.random.default_rng([settings.seed, step])
    batch = frames.draw(settings.batch, rng)
    noise = rng.standard_normal(batch.guide.shape, np.float32)
    warm = min(1.0, step / max(1.0, settings.beta_warm_up * settings.steps))
    for group in adam.param_groups:
        group["lr"] = learning_rate(step, settings.steps, settings.peak_rate)
    loss = model.loss(
        torch.from_numpy(batch.levels),
        torch.from_numpy(batch.guide),
        torch.from_numpy(noise),
        settings.beta * warm,
    )
    adam.zero_grad()
    loss.backward()
    for part in (model.encoder, model.decoder):
        torch.nn.utils.clip_grad_norm_(part.parameters(), 5.0)
    adam.step()
    return float(loss.item())


@contextmanager
def _progress(settings: TrainSpaceSettings, done: int) -> Iterator[tuple[Progress, TaskID]]:
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}  {task.fields[held_out]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as show:
        yield (
            show,
            show.add_task(
                settings.name, total=settings.steps, completed=done, loss="", held_out=""
            ),
        )


def _export(settings: TrainSpaceSettings, frames: Frames, model: SpectralVAE, folder: Path) -> Path:
    """Orders the axes, writes the model in half precision, and its card."""
    rng = np.random.default_rng([settings.seed, 2**33])
    config, weights = model.config.json(), model.arrays()
    batch = frames.draw(ENCODED, rng)
    points = np.where(np.isnan(batch.guide), model.encode(batch.levels), batch.guide)
    reach = np.linspace(points.min(0), points.max(0), KNOTS, dtype=np.float32, axis=1)
    unordered = Space(settings.name, settings.sample_rate, config, weights | {"axes": reach})
    axes = find_axes(unordered, points, rng)
    config["axis_names"] = [model.config.axis_names[i] for i in axes.order]
    tensors = _halved(arranged(weights, axes))
    whole = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    space = Space(settings.name, settings.sample_rate, config, whole)
    figures = space_figures(space, frames, rng)
    meta = ModelMeta(
        kind=KIND,
        config=config,
        sample_rate=settings.sample_rate,
        data=frames.description,
        licence=frames.licence,
        creator="livecode",
        command=settings.command(),
        facts={"steps": settings.steps, "seed": settings.seed, "figures": figures},
    )
    path = folder / f"{settings.name}.safetensors"
    write_model(path, tensors, meta)
    write_card(folder, space, meta)
    return path


def _halved(tensors: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """Matrices in half precision; the axes and the short vectors keep theirs."""
    return {
        name: tensor if name == "axes" or tensor.ndim == 1 else tensor.astype(np.float16)
        for name, tensor in tensors.items()
    }
