"""Turns trained weights into a playable space: axes, positions of sounds, model file and card."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.spaces.axes import arranged, find_axes
from livecode.neural.spaces.space import KIND, KNOTS, LatentSpace
from livecode.neural.spaces.training.card import write_card
from livecode.neural.spaces.training.figures import space_figures
from livecode.neural.spaces.training.frames import Frames
from livecode.neural.spaces.training.settings import TrainSpaceSettings
from livecode.neural.spaces.training.vae import SpectralVAE

WHOLE = ("axes", "sounds")  # tensors that keep single precision; vectors do, too


def export_space(
    settings: TrainSpaceSettings, frames: Frames, model: SpectralVAE, folder: Path
) -> Path:
    """Lay out the axes and write the model, in half precision, and its card.

    Return the file's path.
    """
    rng = np.random.default_rng([settings.seed, 2**33])
    config, weights = model.config.json(), model.arrays()
    batch = frames.draw(settings.measured // 2, rng)
    points = np.where(np.isnan(batch.guide), model.encode(batch.levels), batch.guide)
    reach = np.linspace(points.min(0), points.max(0), KNOTS, dtype=np.float32, axis=1)
    unordered = LatentSpace(settings.name, settings.sample_rate, config, weights | {"axes": reach})
    axes = find_axes(unordered, points, rng, model.config.nested)
    config["axis_names"] = _renumbered([model.config.axis_names[i] for i in axes.order])
    tensors = _halved(arranged(weights, axes))
    whole = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    space = LatentSpace(settings.name, settings.sample_rate, config, whole)
    if frames.sounds:
        config["sounds"] = list(frames.sounds)
        tensors["sounds"] = _placed(space, frames.sounds)
    figures = space_figures(space, frames, rng, settings.measured)
    meta = ModelMeta(
        kind=KIND,
        config=config,
        sample_rate=settings.sample_rate,
        data=" ".join(text for text in (settings.data, frames.description) if text),
        licence=settings.licence or frames.licence,
        creator="livecode",
        command=settings.command(),
        facts={"steps": settings.steps, "seed": settings.seed, "figures": figures},
    )
    path = folder / f"{settings.name}.safetensors"
    write_model(path, tensors, meta)
    write_card(folder, space, meta)
    return path


def _renumbered(names: list[str]) -> list[str]:
    """Return the names with the free axes numbered in their new order."""
    free = itertools.count(1)
    return [f"free {next(free)}" if name.startswith("free ") else name for name in names]


def _placed(space: LatentSpace, sounds: dict[str, Floats]) -> Floats:
    """Return the mean latent point of each sound, (sounds, latent)."""
    mags = spectrum.unscaled(np.concatenate(list(sounds.values())))
    points = space.encode_magnitudes(mags)
    ends = np.cumsum([len(levels) for levels in sounds.values()])[:-1]
    return np.array([part.mean(0) for part in np.split(points, ends)], np.float32)


def _halved(tensors: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """Return the tensors with matrices in half precision. Axes, sounds and vectors keep theirs."""
    return {
        name: tensor if name in WHOLE or tensor.ndim == 1 else tensor.astype(np.float16)
        for name, tensor in tensors.items()
    }
