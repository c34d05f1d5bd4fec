"""The library of saved agents: files `agents/NAME.safetensors` in the performer's data folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from livecode.errors import LivecodeError
from livecode.files import carried_files, replace_file

SUFFIX = ".safetensors"
FORMAT = "livecode agent 1"
LEARNER = "mind"  # the key of the learner in files: the name that the setting had at first
MOST_DIMS = 256
MOST_BYTES = 1 << 27  # the largest file; an agent of 32 dimensions takes 8 MB

_NAME = re.compile(r"[\w][\w .-]{0,60}")


@dataclass(frozen=True, eq=False)
class SavedAgent:
    """An agent as a file holds it."""

    name: str
    learner: str  # "explorer" or "coexplorer"
    space: str  # the model of the space that it walked in
    state: Mapping[str, NDArray[Any]]


def folder() -> Path:
    """Return the folder in which agents are saved."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False)) / "agents"


def path_of(name: str) -> Path:
    """Return the file of a name; raises LivecodeError for a name that could lead elsewhere."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name:
        raise LivecodeError(
            f"{name!r} is no name for a saved agent: use letters, digits, - and _, as in 'glassy'"
        )
    return folder() / (name + SUFFIX)


def found(path: Path) -> Path:
    """Return the file that came with a performance from elsewhere under that name, or else `path`."""
    carried = carried_files()
    theirs = None if carried is None else carried.folder / "agents" / path.name
    return path if theirs is None or not theirs.is_file() else theirs


def saved_as(path: Path, suffix: str, missing: str) -> Path:
    """Return where what was saved as `path` is; names of the same kind end in `suffix`.

    Raises LivecodeError, `missing` and the names that there are, if it was never saved.
    """
    path = found(path)
    if not path.is_file():
        names = sorted(each.name.removesuffix(suffix) for each in path.parent.glob("*" + suffix))
        raise LivecodeError(missing + (f"; there is {', '.join(names)}" if names else " yet"))
    return path


def write(saved: SavedAgent) -> Path:
    """Save an agent in one piece, over an older one of its name; returns the file."""
    path = path_of(saved.name)
    write_arrays(
        path, saved.state, {"format": FORMAT, LEARNER: saved.learner, "space": saved.space}
    )
    return path


def write_arrays(
    path: Path,
    arrays: Mapping[str, NDArray[Any]],
    about: Mapping[str, str],
    private: bool = False,
) -> None:
    """Write a safetensors file in one piece, which only this user can read if it is `private`.

    Raises LivecodeError, and leaves an older file as it is, if it cannot be written.
    """
    ordered = {key: np.array(array, order="C") for key, array in arrays.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, save(ordered, metadata=dict(about)), private)
    except OSError as error:
        raise LivecodeError(
            f"what agents have learned cannot be saved in {path} ({error.strerror}): "
            "make room, or allow writing"
        ) from error


def read(name: str) -> SavedAgent:
    """Read a saved agent; raises LivecodeError if there is none, or its file is damaged."""
    path = saved_as(path_of(name), SUFFIX, f"there is no saved agent {name!r}")
    about, state = read_arrays(path, FORMAT)
    dims = state.get("dims")
    if dims is None or dims.shape != () or not 1 <= int(dims) <= MOST_DIMS:
        raise LivecodeError(
            f"the saved agent {path} is damaged: it does not say how many dimensions it knows"
        )
    return SavedAgent(name, about.get(LEARNER, ""), about.get("space", ""), state)


def read_arrays(path: Path, form: str) -> tuple[dict[str, str], dict[str, NDArray[Any]]]:
    """Read (metadata, arrays) of a file of this form; raises LivecodeError if it is damaged."""
    damaged = f"the saved agent {path} is damaged"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LivecodeError(f"{damaged}: no agent is so large")
        with safe_open(path, framework="numpy") as file:
            about = file.metadata() or {}
            if about.get("format") != form:
                raise LivecodeError(f"{path} is not a saved agent of this version")
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise LivecodeError(f"{damaged} ({error})") from error
    for key, array in state.items():
        numbers = array[~np.isneginf(array)] if key.endswith("_s") else array
        if array.dtype.kind == "f" and not np.isfinite(numbers).all():
            raise LivecodeError(f"{damaged}: its {key!r} has values that are not numbers")
    return about, state
