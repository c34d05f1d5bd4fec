"""Tensors out of a torch checkpoint, with nothing else unpickled, and what is wrong with one."""

import io
import pickle
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.limits import check_archive, check_memory, check_size

#: Training scripts put a state dict under keys of their own, beside other things, at most so deep.
DEEPEST = 6
#: What the names of the tensors of samplernn-pytorch have in common.
OWN = "frame_level_rnns."


def read_checkpoint(path: Path) -> bytes:
    """Return the content of a checkpoint. Raises LivecodeError if no checkpoint is like that."""
    if not path.is_file():
        raise LivecodeError(f"there is no checkpoint at {path}: give the path of one")
    check_size(path)
    return path.read_bytes()


def read_tensors(path: Path, content: bytes) -> dict[str, NDArray[np.float32]]:
    """The tensors of the state dict in what torch.save wrote to a file, by name.

    The state dict may stand under other keys: the one with the most tensors counts, and one that
    has the names of a SampleRNN before all others. Raises LivecodeError if there is none, if the
    file holds anything that would run code, or claims more than memory can hold.
    """
    check_archive(io.BytesIO(content), path)
    if _is_torchscript(content):
        raise LivecodeError(
            f"{path} is TorchScript, not a checkpoint: "
            "call the file .ts if it is a model to be played, as RAVE exports them"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that are odd, and then refused or read
            loaded: Any = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        pickled = content.startswith((b"\x80", b"PK"))
        if pickled and "nsupported" in str(
            error
        ):  # a global, a class or an operand that is not of a tensor
            raise LivecodeError(
                f"{path} holds more than tensors, which could run code when read: "
                "save its state_dict alone with torch.save"
            ) from None
        raise _no_checkpoint(path) from None
    except Exception:  # torch raises almost anything at bytes that it did not write
        raise _no_checkpoint(path) from None
    found = max(_state_dicts(loaded), key=_likely, default=None)
    if not found:
        raise _no_checkpoint(path)
    check_memory(path, sum(4 * tensor.numel() for tensor in found.values()))
    return {name: _array(tensor, f"{path} has {name!r}") for name, tensor in found.items()}


def _state_dicts(loaded: Any, deep: int = 0) -> Iterator[dict[str, torch.Tensor]]:
    """Yield the tensors of each mapping in what was loaded, by name."""
    if isinstance(loaded, list | tuple):
        loaded = dict(enumerate(loaded))
    if not isinstance(loaded, Mapping) or deep > DEEPEST:
        return
    yield {str(name): each for name, each in loaded.items() if isinstance(each, torch.Tensor)}
    for each in loaded.values():
        yield from _state_dicts(each, deep + 1)


def _likely(tensors: Mapping[str, torch.Tensor]) -> tuple[bool, int]:
    """How likely these are the weights: an optimiser's state has many tensors, but other names."""
    return any(OWN in name for name in tensors), len(tensors)


def _no_checkpoint(path: Path) -> LivecodeError:
    return LivecodeError(
        f"{path} is not a checkpoint that torch can read, or is cut short: "
        "give one that samplernn-pytorch saved"
    )


def _is_torchscript(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _array(tensor: torch.Tensor, what: str) -> NDArray[np.float32]:
    try:
        if tensor.layout is not torch.strided:  # its indices could lead anywhere in memory
            raise TypeError(tensor.layout)
        array: NDArray[np.float32] = tensor.detach().to(torch.float32).numpy()
    except (RuntimeError, TypeError, NotImplementedError):
        raise LivecodeError(
            f"{what} as a tensor of a kind that is not read: save it as float"
        ) from None
    if not np.isfinite(array).all():
        raise LivecodeError(f"{what} with values that are not numbers: choose another checkpoint")
    return array
