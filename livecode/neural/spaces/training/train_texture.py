"""Adds a texture to a trained space: reads held sounds, and learns how they move."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.neural.spaces.space import KIND, LatentSpace
from livecode.neural.spaces.space_file import open_space
from livecode.neural.spaces.training.audio_frames import (
    audio_files,
    held_out_of,
    mono_of,
    usable_files,
)
from livecode.neural.spaces.training.card import write_card
from livecode.neural.spaces.training.progress import NoSpaceDisplay, SpaceDisplay
from livecode.neural.spaces.training.settings import TrainSpaceSettings
from livecode.neural.spaces.training.texture import TextureSettings, learn_texture
from livecode.neural.spaces.training.texture_frames import STEPS_PER_WINDOW, HeldSound, held_sounds


def train_texture(settings: TrainSpaceSettings, show: SpaceDisplay | None = None) -> Path:
    """Add a texture to the space of that name in `settings.out`. Return the path of its file.

    All other tensors and figures stay exactly as they are. The held-out files are those of the
    space's own training. Raises `LivecodeError` if there is no such space or folder, or if no sound
    is held for long enough. `show` displays the training.
    """
    show = show or NoSpaceDisplay()
    settings.check()
    path = settings.out / settings.name / f"{settings.name}.safetensors"
    if settings.folder is None or not path.is_file():
        raise LivecodeError(
            f"there is no space at {path} to give a texture to: train it first, or say where it "
            "is with --out"
        )
    meta, _ = read_model(path, KIND)
    space, seed = open_space(path), int(meta.facts.get("seed", settings.seed))
    pieces, held_out = _held_sounds(space, settings, seed, show)
    how = TextureSettings(steps=settings.texture_steps)
    learned = learn_texture(space, pieces, seed, how, lambda steps: show.each(steps, "learning"))
    hidden, components = len(learned["texture.body.bias"]), len(learned["texture.mixing"])
    step = space.n_fft // STEPS_PER_WINDOW
    facts: dict[str, Any] = {
        "stretches": len(pieces),
        "held_out": held_out,
        "command": settings.texture_command(),
    }
    meta = replace(
        meta,
        config=meta.config
        | {"texture": {"step": step, "components": components, "hidden": hidden}},
        facts=meta.facts | {"texture": facts},
    )
    tensors = {k: t for k, t in stored_tensors(path).items() if not k.startswith("texture.")}
    for name, tensor in learned.items():
        tensors[name] = tensor if tensor.ndim == 1 else tensor.astype(np.float16)
    write_model(path, tensors, meta)
    write_card(path.parent, open_space(path), meta)
    return path


def _held_sounds(
    space: LatentSpace, settings: TrainSpaceSettings, seed: int, show: SpaceDisplay
) -> tuple[list[HeldSound], list[str]]:
    """Return the pieces of held sound in the training files, and the held-out files' names."""
    folder = settings.folder or Path()
    files, skipped = usable_files(audio_files(folder), space.sample_rate, space.n_fft)
    if settings.texture_only:  # the training of the space has said it otherwise
        for reason in skipped:
            show.say(f"Skipped: {reason}")
    held_out = held_out_of(files, np.random.default_rng(seed)) if len(files) > 1 else set()
    found: list[HeldSound] = []
    for path in show.each(files, "listening"):
        if path not in held_out:
            found += held_sounds(space, path.stem, mono_of(path, space.sample_rate))
    if not found:
        raise LivecodeError(
            f"no sound in {folder} is held for long enough to have a texture: give longer notes"
        )
    return found, sorted(path.stem for path in held_out)
