"""What streams have learned, in files beside those of saved agents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livecode.agents import library
from livecode.errors import LivecodeError

FORMAT, SUFFIX = "livecode stream 1", ".stream.safetensors"


@dataclass(frozen=True)
class LearnedStream:
    """What a stream has learned."""

    model: str  # whose outline it bends
    version: str  # of that model's file, by what is in it
    what: str  # what it was learned from, and what that gained and lost, in words
    adapter: bytes


def contents(version: str) -> str:
    """Return what of a file's version is the same wherever the file lies."""
    return version.partition("-")[2]


def path_of(name: str) -> Path:
    """Return the file of a name; raises LivecodeError for a name that could lead elsewhere."""
    return library.path_of(name).with_name(f"{name}{SUFFIX}")


def save(learned: LearnedStream, name: str) -> Path:
    """Save it beside the agents, over an older one of its name; returns the file."""
    path = path_of(name)
    about = {
        "format": FORMAT, "model": learned.model, "version": learned.version, "what": learned.what,
    }  # fmt: skip
    library.write_arrays(path, {"adapter": np.frombuffer(learned.adapter, np.float32)}, about)
    return path


def load(name: str) -> LearnedStream:
    """Read what was saved; raises LivecodeError if there is none, or its file is damaged."""
    path = library.saved_as(path_of(name), SUFFIX, f"no stream has saved {name!r}")
    about, arrays = library.read_arrays(path, FORMAT)
    adapter = arrays.get("adapter")
    if adapter is None or adapter.dtype != np.float32 or not {"model", "version"} <= about.keys():
        raise LivecodeError(f"the saved stream {path} is damaged")
    return LearnedStream(about["model"], about["version"], about.get("what", ""), adapter.tobytes())
