"""Models that contain code: they are played only after the performer has trusted that very file."""

import hashlib
import io
import json
import logging
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from livecode.errors import LivecodeError
from livecode.files import path_of, replace_file, shown
from livecode.neural.limits import check_archive, check_size
from livecode.neural.model_file import user_models

_log = logging.getLogger(__name__)
SUFFIX = ".ts"
#: How long a model may take to be opened and to decode a moment of silence.
OPENING_LIMIT_S = 60.0
#: Positions 0 to 1 map to latents of ±REACH, since latents are trained to be standard normal.
REACH = 3.0


@dataclass(frozen=True)
class Description:
    """How a model decodes."""

    latent: int  # dimensions of the vectors that the model decodes; 0: it has no method decode
    ratio: int  # samples for each latent vector, or for each piece of a model without
    channels: int  # of the sound that it makes
    sample_rate: int  # Hz
    hears: int = 0  # channels of the sound that it takes; 0: it takes none
    #: Why it takes no sound, as the end of a sentence; "": it takes some, by encode or by forward.
    deaf: str = ""
    #: What can be set of it while it plays, each with the number in the file.
    attributes: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, known: dict[str, Any]) -> "Description":
        """Return the description that `asdict` made these of, by way of JSON."""
        attributes = tuple((str(name), float(value)) for name, value in known["attributes"])
        return cls(**{**known, "attributes": attributes})


def is_torchscript(model: str | Path) -> bool:
    """Whether this is the path of a TorchScript file."""
    return Path(model).suffix == SUFFIX


def find_torchscript(name_or_path: str | Path) -> Path | None:
    """Return the TorchScript file at that path, or imported under that name, or None."""
    path = path_of(name_or_path)
    if is_torchscript(path):
        return path.resolve()
    imported = user_models() / path.name / (path.name + SUFFIX)
    return imported if len(path.parts) == 1 and imported.is_file() else None


@dataclass(frozen=True)
class Program:
    """A TorchScript file as it was when it was read: what is trusted, and all that ever runs of it."""

    path: Path
    content: bytes

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content as hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def is_trusted(self) -> bool:
        """Whether the performer has trusted this very content."""
        return self.digest in _trusted()


def read_program(path: str | Path | Program) -> Program:
    """Read a TorchScript file, unless it has been read. Raises `LivecodeError` if it cannot be read."""
    if isinstance(path, Program):
        return path
    path = path_of(path)
    try:
        check_size(path)
        program = Program(path, path.read_bytes())
        check_archive(io.BytesIO(program.content), path)
        return program
    except OSError as error:
        raise LivecodeError(f"cannot read the model {shown(path)}: {error.strerror}") from None


def import_torchscript(file: Path | Program, name: str, trust: bool = False) -> Description:
    """Keep a copy of a TorchScript file under a name. Raises what `describe` raises."""
    program = read_program(file)
    if not name or Path(name).name != name:
        raise LivecodeError(f"{name!r} cannot name a model: use letters and digits")
    description = describe(program, trust)
    copy = user_models() / name / (name + SUFFIX)
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        replace_file(copy, program.content)
    except OSError as error:
        raise LivecodeError(f"cannot write {copy}: {error.strerror}") from None
    return description


def describe(file: str | Path | Program, trust: bool = False) -> Description:
    """Return the description of the model in a file; `trust` marks its content as trusted for good.

    A file is known by its hash, so a changed file must be trusted again. The content is run in its
    own process. Raises `LivecodeError` if it is not trusted or cannot be played.
    """
    program, known = read_program(file), _trusted()
    if "attributes" in (about := known.get(program.digest, {})):
        return Description.of(about)
    if not trust and program.digest not in known:
        path = shown(program.path)
        raise LivecodeError(
            f"{path} contains code, which would run with your rights: if you trust its maker, say "
            f"so once with space({path!r}, trust=True), or --trust with livecode import"
        )
    description = _ask(program)
    try:
        _remember({**_trusted(), program.digest: asdict(description)})
    except LivecodeError as error:  # it plays all the same, and is asked about the next time
        _log.warning("that %s is trusted is not kept: %s", shown(program.path), error)
    return description


def program_as_trusted(path: str | Path, digest: str) -> Program:
    """Read the file whose content was trusted under that hash, to run it.

    Without a hash, any content will do that the performer has trusted. Raises `LivecodeError` if
    the file holds something else by now, which nobody has asked for.
    """
    program = read_program(path)
    if program.digest != digest if digest else not program.is_trusted:
        raise LivecodeError(
            f"{shown(path)} is not the file that was trusted: it has changed since, and does not "
            "run; evaluate the line of its space again if it is to"
        )
    return program


def trust_file() -> Path:
    """Return the file that lists trusted models, by hash, with their descriptions."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False)) / "trusted-models.json"


def _ask(program: Program) -> Description:
    """Have another process open the model, so that its code cannot harm this one."""
    path = shown(program.path)
    command = [sys.executable, "-m", "livecode.neural.torchscript.model", path]
    try:
        done = subprocess.run(
            command,
            input=program.content,
            capture_output=True,
            timeout=OPENING_LIMIT_S,
        )
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        raise LivecodeError(
            f"{path} was not open after {OPENING_LIMIT_S:g} s: it cannot be played"
        ) from None
    except (IndexError, ValueError):
        raise LivecodeError(
            f"{path} ended the process that opened it: it cannot be played"
        ) from None
    if "error" in answer:
        raise LivecodeError(answer["error"])
    return Description.of(answer)


def _trusted() -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(trust_file().read_text("utf-8"))
        return {digest: dict(about) for digest, about in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _remember(trusted: dict[str, dict[str, Any]]) -> None:
    path = trust_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(trusted, indent=1).encode())
    except OSError as error:
        raise LivecodeError(f"cannot write {path}: {error.strerror}") from None
