"""Checkpoints of a training: weights and optimiser state in one file, written atomically."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from livecode.errors import LivecodeError
from livecode.neural.audio.fingerprint import check_same_sound
from livecode.neural.model_file import ModelMeta, read_model, write_model
from livecode.neural.spaces.training.settings import TrainSpaceSettings

KIND = "checkpoint"
#: Among the settings of a checkpoint: the fingerprint of the audio.
AUDIO = "audio"
ADAM = {"mean": "exp_avg", "square": "exp_avg_sq"}


def save_checkpoint(
    path: Path, model: nn.Module, adam: torch.optim.Adam, step: int, settings: dict[str, Any]
) -> None:
    """Write weights, Adam's moments and the number of steps done."""
    tensors = {}
    for name, parameter in model.named_parameters():
        tensors[f"model.{name}"] = parameter.detach().numpy()
        for short, long in ADAM.items():
            tensors[f"adam.{short}.{name}"] = adam.state[parameter][long].numpy()
    config = {"settings": settings, "step": step}
    write_model(path, tensors, ModelMeta(KIND, config, int(settings["sample_rate"])))


def load_checkpoint(
    path: Path,
    model: nn.Module,
    adam: torch.optim.Adam,
    identity: dict[str, Any],
    asked: TrainSpaceSettings | None = None,
) -> int:
    """Restore what `save_checkpoint` wrote, exactly. Return the number of steps done.

    Raises `LivecodeError` if the checkpoint was made with other settings, or on other audio, unless
    the settings `asked` for allow that.
    """
    meta, tensors = read_model(path, KIND)
    saved, settings = meta.config["settings"], {k: v for k, v in identity.items() if k != AUDIO}
    if AUDIO in identity:
        name, allowed = (
            (path.parent.name, False) if asked is None else (asked.name, asked.other_audio)
        )
        check_same_sound(saved.get(AUDIO), identity[AUDIO], name, allowed)
        if allowed:
            settings.pop("source", None)
    different = [key for key in settings if saved.get(key) != settings[key]]
    if different:
        raise LivecodeError(
            f"the checkpoint {path} was made with {different[0]} {saved.get(different[0])}, "
            f"not {settings[different[0]]}: resume with the same settings, or start anew"
        )
    step = int(meta.config["step"])
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(tensors[f"model.{name}"]))
            adam.state[parameter] = {"step": torch.tensor(float(step))} | {
                long: torch.from_numpy(tensors[f"adam.{short}.{name}"])
                for short, long in ADAM.items()
            }
    return step
