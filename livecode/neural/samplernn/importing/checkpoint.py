"""Tensors out of a torch checkpoint, with nothing else unpickled, and what is wrong with one."""

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livecode.errors import LivecodeError

#: Keys under which training scripts put a state dict beside other things.
INNER = ("state_dict", "model_state_dict", "model")


def read_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors of a state dict in a file that torch.save wrote, by name.

    Raises LivecodeError if it is none, or holds anything that would run code.
    """
    if not path.is_file():
        raise LivecodeError(f"there is no checkpoint at {path}: give the path of one")
    if _is_torchscript(path):
        raise LivecodeError(
            f"{path} is TorchScript, not a checkpoint: "
            "call the file .ts if it is a model to be played, as RAVE exports them"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that are odd, and then refused or read
            loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "nsupported" in str(error):  # a global, a class or an operand that is not of a tensor
            raise LivecodeError(
                f"{path} holds more than tensors, which could run code when read: "
                "save its state_dict alone with torch.save"
            ) from None
        raise _no_checkpoint(path) from None
    except Exception:  # torch raises almost anything at bytes that it did not write
        raise _no_checkpoint(path) from None
    for key in INNER:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(key), Mapping):
            loaded = loaded[key]
            break
    if not isinstance(loaded, Mapping):
        raise _no_checkpoint(path)
    tensors = {
        str(name): _array(tensor, f"{path} has {str(name)!r}")
        for name, tensor in loaded.items()
        if isinstance(tensor, torch.Tensor)
    }
    if not tensors:
        raise _no_checkpoint(path)
    return tensors


def _no_checkpoint(path: Path) -> LivecodeError:
    return LivecodeError(
        f"{path} is not a checkpoint that torch can read, or is cut short: "
        "give one that samplernn-pytorch saved"
    )


def _is_torchscript(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _array(tensor: torch.Tensor, what: str) -> NDArray[np.float32]:
    try:
        array: NDArray[np.float32] = tensor.detach().to_dense().to(torch.float32).numpy()
    except (RuntimeError, TypeError, NotImplementedError):
        raise LivecodeError(
            f"{what} as a tensor of a kind that is not read: save it as float"
        ) from None
    if not np.isfinite(array).all():
        raise LivecodeError(f"{what} with values that are not numbers: choose another checkpoint")
    return array
