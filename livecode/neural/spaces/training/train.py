"""Trains a spectral VAE and exports it as a playable model."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.interrupts import noted_interrupts
from livecode.neural.replacing import check_nothing_in_the_way
from livecode.neural.spaces.training.audio_frames import AudioFrames
from livecode.neural.spaces.training.checkpoint import AUDIO, load_checkpoint, save_checkpoint
from livecode.neural.spaces.training.export import export_space
from livecode.neural.spaces.training.figures import distance_db
from livecode.neural.spaces.training.frames import AdditiveFrames, Frames
from livecode.neural.spaces.training.progress import NoSpaceDisplay, SpaceDisplay
from livecode.neural.spaces.training.settings import TrainSpaceSettings
from livecode.neural.spaces.training.train_texture import train_texture
from livecode.neural.spaces.training.vae import SpaceConfig, SpectralVAE, learning_rate

N_FFT = 2048
SERIES = 64  # partials drawn in a space of pitched audio
RESIDUAL_BANDS = 96  # bands between the partials
FIRST_LEVEL = 0.15  # scaled level of the bands before training
ALL_OPEN = 0.4  # share of frames trained with all axes open; the others use the first few
REPORT_EVERY = 250  # steps between measurements on held-out frames


def train_space(settings: TrainSpaceSettings, show: SpaceDisplay | None = None) -> Path:
    """Train with these settings. Return the path of the finished model file.

    The result depends on the settings alone. Step n draws its frames and noise from a generator
    seeded with (seed, n), so a training that was killed and resumed ends with the same weights.
    Ctrl-C saves a checkpoint and raises `LivecodeError`, which says how to continue. `show`
    displays the training.
    """
    show = show or NoSpaceDisplay()
    settings.check()
    folder = settings.out / settings.name
    checkpoint = folder / "checkpoint.safetensors"
    made, meant = folder / f"{settings.name}.safetensors", settings.resume or settings.replace
    check_nothing_in_the_way(settings.name, (made, checkpoint), meant)
    frames = _frames(settings, show)
    identity = settings.identity() | {AUDIO: frames.fingerprint}
    config = _config(settings, frames)
    torch.manual_seed(settings.seed)
    model = SpectralVAE(config, settings.sample_rate)
    model.decoder.start_from(*(frames.log2_f0 or (8.0, 1.0)), quiet=FIRST_LEVEL)
    adam = torch.optim.Adam(model.parameters(), settings.peak_rate)
    _make(folder)
    done = 0
    if settings.resume:
        if not checkpoint.exists():
            raise LivecodeError(
                f"there is no checkpoint at {checkpoint} to go on from: train without --resume"
            )
        done = load_checkpoint(checkpoint, model, adam, identity, settings)
    _train(settings, frames, model, adam, checkpoint, done, show, identity)
    path = export_space(settings, frames, model, folder)
    if settings.texture:
        train_texture(settings, show)
    checkpoint.unlink(missing_ok=True)
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LivecodeError(
            f"the folder {folder} cannot be made ({error.strerror}): give another with --out"
        ) from error


def _frames(settings: TrainSpaceSettings, show: SpaceDisplay) -> Frames:
    shape = (settings.latent, settings.sample_rate, N_FFT, settings.seed)
    if settings.folder is None:
        return AdditiveFrames(*shape)
    frames = AudioFrames(settings.folder, *shape, settings.align)
    for reason in frames.skipped:
        show.say(f"Skipped: {reason}")
    return frames


def _config(settings: TrainSpaceSettings, frames: Frames) -> SpaceConfig:
    guided = len(frames.axis_names)
    names = frames.axis_names + tuple(f"free {i + 1}" for i in range(settings.latent - guided))
    if settings.folder is None:
        return SpaceConfig(settings.latent, N_FFT, axis_names=names)
    partials, bands = (SERIES, RESIDUAL_BANDS) if frames.log2_f0 else (0, N_FFT // 2)
    return SpaceConfig(settings.latent, N_FFT, partials, bands, nested=True, axis_names=names)


def _train(
    settings: TrainSpaceSettings,
    frames: Frames,
    model: SpectralVAE,
    adam: torch.optim.Adam,
    checkpoint: Path,
    done: int,
    show: SpaceDisplay,
    identity: dict[str, Any],
) -> None:
    test = frames.held_out()
    with show.training(settings.name, settings.steps, done), noted_interrupts() as interrupts:
        for step in range(done, settings.steps):
            loss = train_step(settings, frames, model, adam, step)
            if not math.isfinite(loss):
                raise LivecodeError(
                    f"the training of {settings.name!r} diverged at step {step + 1}: "
                    "resume it, or start again with another --seed"
                )
            if interrupts or (step + 1) % settings.checkpoint_every == 0:
                save_checkpoint(checkpoint, model, adam, step + 1, identity)
            if interrupts:
                raise LivecodeError(
                    f"the training of {settings.name!r} stopped after {step + 1} steps and is "
                    "saved: add --resume to go on"
                )
            if step == done or (step + 1) % REPORT_EVERY == 0:
                distance = distance_db(model.reconstruct(test.levels, test.guide), test.levels)
            show.step(step + 1, loss, distance)


def train_step(
    settings: TrainSpaceSettings,
    frames: Frames,
    model: SpectralVAE,
    adam: torch.optim.Adam,
    step: int,
) -> float:
    """Do one step of Adam. Return the loss."""
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
        torch.from_numpy(_opened(model.config, settings.batch, rng)),
        settings.beta * warm,
    )
    adam.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.encoder.parameters(), 5.0)
    torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 2.0)
    adam.step()
    return float(loss.item())


def _opened(config: SpaceConfig, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how many axes of each of n frames are open; in a nested space, often a few."""
    opened = np.full(n, config.latent)
    if config.nested:
        counts = [
            count for count in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48) if count < config.latent
        ]
        fewer = rng.choice([*counts, config.latent], n)
        opened = np.where(rng.random(n) < ALL_OPEN, opened, fewer)
    return opened
