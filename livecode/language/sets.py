"""Set files: a Python file of cells split by `# %% name`; what stands before the first prepares."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livecode.errors import LivecodeError
from livecode.language import units
from livecode.language.units import Span, span

_CELL = re.compile(r"^#\s*%%(?P<rest>.*)$")
#: `for=8*s`, `then="coda"` in a cell's line; values end where the next key begins.
_OPTION = re.compile(r"\b(?P<key>for|then)\s*=\s*(?P<value>.+?)(?=\s+\b(?:for|then)\s*=|\s*$)")
#: Numbers, units, and * / + - between them: reading a set calls nothing.
_LENGTH = re.compile(r"(?!.*\*\*)[\w\s.*/+-]{1,40}")
_MOST_BYTES = 1 << 20  # no one writes a set of a megabyte: another file was meant


@dataclass(frozen=True)
class Scene:
    """One cell: its code, where in the file that starts, and how long it lasts by itself."""

    name: str
    code: str
    first_line: int  # of the code, from 1
    lasts: Span | None = None  # None: until cued

    @property
    def padded(self) -> str:
        """The code, moved to its line in the file, so that errors name that line."""
        return "\n" * (self.first_line - 1) + self.code


@dataclass(frozen=True)
class SetFile:
    """A piece: its preparation and its scenes, in order."""

    path: Path
    text: str
    preparation: Scene
    scenes: tuple[Scene, ...]


def read_set(path: str | Path) -> SetFile:
    """Read a set file; a sentence if it cannot be read or is not Python anywhere."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise LivecodeError(f"cannot read the set {path}: {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise LivecodeError(f"{path} is more than 1 MB, too large to be a set")
    try:
        text = data.decode("utf-8-sig")  # some editors put a mark before the first letter
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LivecodeError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8") from None
    return parse_set(text, path)


def parse_set(text: str, path: Path) -> SetFile:
    """The set that `text` is."""
    starts: list[tuple[int, str]] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")  # as Python counts them: a form feed ends none
    for number, line in enumerate(lines, 1):
        if match := _CELL.match(line):
            starts.append((number, match["rest"].strip()))
    ends = [number for number, _ in starts[1:]] + [len(lines) + 1]
    first = starts[0][0] if starts else len(lines) + 1
    preparation = Scene("preparation", "\n".join(lines[: first - 1]), 1)
    scenes = tuple(
        _scene(header, number, "\n".join(lines[number : end - 1]), path)
        for (number, header), end in zip(starts, ends, strict=False)
    )
    for scene in (preparation, *scenes):
        try:
            ast.parse(scene.padded)
        except SyntaxError as error:
            raise LivecodeError(f"{path}, line {error.lineno}: {error.msg}") from None
        except ValueError as error:  # null bytes
            raise LivecodeError(f"{path}: {error}") from None
        except (RecursionError, MemoryError):
            raise LivecodeError(f"{path}: {scene.name} is nested too deeply") from None
    return SetFile(path, text, preparation, scenes)


def _scene(header: str, number: int, code: str, path: Path) -> Scene:
    options = {match["key"]: match["value"] for match in _OPTION.finditer(header)}
    name = _OPTION.sub("", header).strip() or f"cell {number}"
    lasts = None
    if "for" in options:
        lasts = _length(options["for"], f"{path}, line {number}")
    return Scene(name, code, number + 1, lasts)


def _length(expression: str, where: str) -> Span:
    known: dict[str, Any] = {name: getattr(units, name) for name in ("ms", "s", "beats", "bars")}
    try:
        if not _LENGTH.fullmatch(expression):
            raise ValueError
        lasts = span(eval(expression, {"__builtins__": {}}, known))
    except Exception:
        raise LivecodeError(
            f"{where}: for={expression} is not a length such as 90*s or 16*bars"
        ) from None
    if lasts.at(120) <= 0:
        raise LivecodeError(
            f"{where}: a scene lasts longer than {lasts}; leave for= out to hold it"
        )
    return lasts
