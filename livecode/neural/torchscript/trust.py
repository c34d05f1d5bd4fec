"""Models that contain code: they are played only after the performer has trusted that very file."""

import json
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from livecode.errors import LivecodeError
from livecode.files import replace_file, sha256
from livecode.neural.model_file import user_models

SUFFIX = ".ts"
#: How long a model may take to be opened and to decode a moment of silence.
OPENING_LIMIT_S = 60.0
#: Positions 0 to 1 map to latents of ±REACH, since latents are trained to be standard normal.
REACH = 3.0


@dataclass(frozen=True)
class Description:
    """How a model decodes."""

    latent: int  # dimensions of the vectors that the model decodes
    ratio: int  # samples for each latent vector
    channels: int  # of the decoded sound
    sample_rate: int  # Hz


def is_torchscript(model: str | Path) -> bool:
    """Whether this is the path of a TorchScript file."""
    return Path(model).suffix == SUFFIX


def find_torchscript(name_or_path: str | Path) -> Path | None:
    """Return the TorchScript file at that path, or imported under that name, or None."""
    path = Path(name_or_path).expanduser()
    if is_torchscript(path):
        return path.resolve()
    imported = user_models() / path.name / (path.name + SUFFIX)
    return imported if len(path.parts) == 1 and imported.is_file() else None


def import_torchscript(path: Path, name: str, trust: bool = False) -> Description:
    """Keep a copy of a TorchScript file under a name. Raises what `describe` raises."""
    if not name or Path(name).name != name:
        raise LivecodeError(f"{name!r} cannot name a model: use letters and digits")
    description = describe(path, trust)
    copy = user_models() / name / (name + SUFFIX)
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    except OSError as error:
        raise LivecodeError(f"cannot write {copy}: {error.strerror}") from None
    return description


def describe(path: str | Path, trust: bool = False) -> Description:
    """Return the description of the model in that file; `trust` marks the file as trusted for good.

    A file is known by its hash, so a changed file must be trusted again. The file is opened in its
    own process. Raises `LivecodeError` if it is not trusted or cannot be played.
    """
    path = Path(path).expanduser()
    digest = fingerprint(path)
    known = _trusted()
    if digest in known:
        return Description(**known[digest])
    if not trust:
        raise LivecodeError(
            f"{path} contains code, which would run with your rights: if you trust its maker, say "
            f"so once with space({str(path)!r}, trust=True), or --trust with livecode import"
        )
    description = _ask(path)
    _remember({**_trusted(), digest: asdict(description)})
    return description


def is_trusted(path: Path) -> bool:
    """Whether the performer has trusted this very file."""
    return fingerprint(path) in _trusted()


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits. Raises `LivecodeError` if unreadable."""
    try:
        return sha256(path)
    except OSError as error:
        raise LivecodeError(f"cannot read the model {path}: {error.strerror}") from None


def trust_file() -> Path:
    """Return the file that lists trusted models, by hash, with their descriptions."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False)) / "trusted-models.json"


def _ask(path: Path) -> Description:
    """Have another process open the model, so that its code cannot harm this one."""
    command = [sys.executable, "-m", "livecode.neural.torchscript.model", str(path)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
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
    return Description(**answer)


def _trusted() -> dict[str, dict[str, int]]:
    try:
        found = json.loads(trust_file().read_text("utf-8"))
        return {digest: dict(about) for digest, about in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _remember(trusted: dict[str, dict[str, int]]) -> None:
    path = trust_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(trusted, indent=1).encode())
    except OSError as error:
        raise LivecodeError(f"cannot write {path}: {error.strerror}") from None
