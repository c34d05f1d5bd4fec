"""Model files: safetensors whose header describes the model, and the folders that hold them."""

import json
import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from livecode.errors import LivecodeError, did_you_mean
from livecode.files import carried_files, path_of, replace_file
from livecode.neural.limits import check_memory, check_size

FORMAT_VERSION = 1
SUFFIX = ".safetensors"
#: Names of models that are shipped no more, and what they open where nobody has a model of that name.
SUCCESSORS = {"choir": "chorale", "quartet": "piano"}
#: Numbers that are read at a time.
PIECE = 1 << 18
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_SENTENCE_END = re.compile(r"(?<=\w{4})\. ")

Tensors = dict[str, NDArray[np.float32]]
Stored = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class ModelMeta:
    """The description in a model file; the safetensors header stores each field as a string."""

    kind: str  # which loader reads it: "space", ...
    config: dict[str, Any]  # shapes and settings that the loader needs (JSON)
    sample_rate: int  # Hz
    data: str = ""  # what the model was trained on, and its source
    licence: str = ""  # SPDX identifier or a sentence
    creator: str = ""  # the person or program that made it
    command: str = ""  # the command that makes it again
    facts: dict[str, Any] = field(default_factory=dict)  # steps, seed and figures (JSON)

    def header(self) -> dict[str, str]:
        """Return the fields as safetensors metadata."""
        return {
            "format_version": str(FORMAT_VERSION),
            "kind": self.kind,
            "config": json.dumps(self.config, sort_keys=True),
            "sample_rate": str(self.sample_rate),
            "data": self.data,
            "licence": self.licence,
            "creator": self.creator,
            "command": self.command,
            "facts": json.dumps(self.facts, sort_keys=True),
        }


#: Checks the description and the shapes of the tensors of a file.
Claims = Callable[[ModelMeta, dict[str, tuple[int, ...]]], None]


def write_model(path: Path, tensors: dict[str, NDArray[Any]], meta: ModelMeta) -> None:
    """Write a model file atomically: a reader finds the old file or the new one, never a part.

    Tensors keep their type; float16 halves the file. Raises `LivecodeError` if it cannot be
    written.
    """
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, save(contiguous, metadata=meta.header()))
    except OSError as error:
        raise LivecodeError(
            f"the model file {path} cannot be written ({error.strerror}): "
            "choose another folder or make room"
        ) from error


def read_model(
    path: Path, kind: str | None = None, claims: Claims | None = None
) -> tuple[ModelMeta, Tensors]:
    """Read a model file. Tensors of any float type come back as float32.

    `claims(description, shapes)` raises LivecodeError if what the file claims to be makes no sense;
    it is called before any tensor is read. Raises `LivecodeError` if the file is missing, truncated
    or corrupt, has another version, is not of the `kind` asked for, or takes more memory than there
    is.
    """
    if not path.is_file():
        raise LivecodeError(f"there is no model file at {path}: give the path of one, or a name")
    tensors: Tensors = {}
    try:
        check_size(path)
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            meta = _meta(header, path)
            if kind is not None and meta.kind != kind:
                raise LivecodeError(
                    f"the model file {path} is a {meta.kind!r}, but a {kind!r} is needed here"
                )
            shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
            if claims is not None:
                claims(meta, {name: tuple(shape) for name, shape in shapes.items()})
            check_memory(path, sum(4 * math.prod(shape) for shape in shapes.values()))
            for name, shape in shapes.items():
                stored = file.get_slice(name) if shape else file.get_tensor(name)
                tensors[name] = _in_pieces(stored, shape, name, path)
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise LivecodeError(
            f"the model file {path} is damaged or cut short ({error}): copy or train it again"
        ) from error
    return meta, tensors


def _in_pieces(stored: Any, shape: list[int], name: str, path: Path) -> NDArray[np.float32]:
    """Read a tensor piece by piece: whoever plays meanwhile waits for no piece for long."""
    tensor = np.empty(shape, np.float32)
    step = max(1, shape[0] * PIECE // max(1, tensor.size)) if shape else 1
    rows = shape[0] if shape else 0
    places = [slice(at, min(at + step, rows)) for at in range(0, rows, step)] if shape else [...]
    for place in places:
        part = stored[place]
        if not np.isfinite(part).all():
            raise LivecodeError(
                f"the model file {path} has values that are not numbers in {name!r}: "
                "copy or train it again"
            )
        tensor[place] = part
    return tensor


def stored_tensors(path: Path) -> Stored:
    """Return the tensors of a model file, in the types in which the file stores them."""
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _meta(header: dict[str, str], path: Path) -> ModelMeta:
    if "kind" not in header or "format_version" not in header:
        raise LivecodeError(
            f"the file {path} is not a livecode model (its header names no kind): "
            "import it with `livecode import`, or choose another"
        )
    if header["format_version"] != str(FORMAT_VERSION):
        raise LivecodeError(
            f"the model file {path} has format version {header['format_version']}, but this "
            f"livecode reads version {FORMAT_VERSION}: update livecode or train it again"
        )
    try:
        config, facts = json.loads(header["config"]), json.loads(header.get("facts", "{}"))
        if not isinstance(config, dict) or not isinstance(facts, dict):
            raise ValueError("not an object")
        return ModelMeta(
            kind=header["kind"],
            config=config,
            sample_rate=int(header["sample_rate"]),
            data=header.get("data", ""),
            licence=header.get("licence", ""),
            creator=header.get("creator", ""),
            command=header.get("command", ""),
            facts=facts,
        )
    except (KeyError, ValueError) as error:
        raise LivecodeError(
            f"the header of the model file {path} is damaged ({error}): copy or train it again"
        ) from error


def read_meta(path: Path) -> ModelMeta:
    """Return what a model file says of itself, its tensors unread; raises LivecodeError if it is none."""
    header = _header(path)
    if header is None:
        raise LivecodeError(f"the model file {path} is damaged: copy or train it again")
    return _meta(header, path)


def described(path: Path) -> tuple[str, str]:
    """Return (kind, licence) of a model file; the kind of an unreadable file is "damaged"."""
    header = _header(path)
    if header is None:
        return "damaged", ""
    return header.get("kind", "no livecode model"), header.get("licence", "")


def learned_from(path: Path) -> str:
    """Return what a model has learned from, in one sentence without brackets; "" if nothing says so."""
    data = " ".join(_BRACKETS.sub("", (_header(path) or {}).get("data", "")).split())
    return _SENTENCE_END.split(data)[0].rstrip(".")


def _header(path: Path) -> dict[str, str] | None:
    """Return the header of a file; None if it cannot be read."""
    try:
        with safe_open(path, framework="numpy") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError):
        return None


def model_folders() -> list[Path]:
    """Return the folders in which models are found by name: the package's, then the performer's.

    Those that came with a performance from elsewhere stand before both while it plays.
    """
    package = Path(__file__).resolve().parents[1]
    carried = carried_files()
    theirs = [] if carried is None else [carried.folder / "models"]
    return [*theirs, package / "_models", package.parent / "models", user_models()]


def user_models() -> Path:
    """Return the folder into which `livecode train` puts models by default."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False)) / "models"


def list_models(kind: str | None = None) -> dict[str, Path]:
    """Return all models found by name, as name -> file; with `kind`, those of that kind.

    The first folder that has a name wins.
    """
    found: dict[str, Path] = {}
    for folder in model_folders():
        for path in sorted(folder.glob(f"*/*{SUFFIX}")):
            if path.stem == path.parent.name:
                found.setdefault(path.stem, path)
    if kind is None:
        return found
    return {name: path for name, path in found.items() if described(path)[0] == kind}


def name_for_all(name_or_path: str | Path) -> str:
    """Return a name of a model as it is, and a path as an absolute one: processes stand in other folders."""
    path = Path(name_or_path).expanduser()
    if path.suffix == SUFFIX or len(path.parts) > 1:
        return os.path.abspath(path)
    return str(name_or_path)


def find_model(name_or_path: str | Path, kind: str | None = None) -> Path:
    """Return the model file of that name, or at that path; a name of before opens what came after it.

    Raises `LivecodeError` with the nearest names if there is none; `kind`: only names of models of
    that kind are offered. A model of another kind is returned all the same.
    """
    path = path_of(name_or_path)
    if path.suffix == SUFFIX or len(path.parts) > 1:
        if not path.is_file():
            raise LivecodeError(f"there is no model file at {path}: give the path of one")
        return path
    models = list_models()
    if known := models.get(path.name) or models.get(SUCCESSORS.get(path.name, "")):
        return known
    near = did_you_mean(path.name, list_models(kind), most=3)
    raise LivecodeError(
        f"there is no model named {path.name!r}: train one with `livecode train`, or give a path{near}"
    )
