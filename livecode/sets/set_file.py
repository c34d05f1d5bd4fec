"""Reads set files: scenes that play one after the other, and faults with their lines."""

import ast
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.units import Span, s
from livecode.sets import cells
from livecode.sets.cells import Cell, Option
from livecode.sets.scene_options import READERS
from livecode.syntax.names import names_of
from livecode.syntax.other_languages import no_python

#: A scene with a faulty length plays this long: the set goes on.
STOPGAP = 10 * s
#: A larger file, in bytes, is no set: another file was meant.
MOST_BYTES = 1 << 25
#: A larger cell is data, not code to play.
MOST_IN_CELL = 1 << 20


@dataclass(frozen=True)
class Fault:
    """Something that is wrong in a set; the rest of the set plays all the same."""

    line: int  # in the file, from 1
    text: str
    scene: str = ""  # the name of the scene that is concerned; "": none in particular

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True)
class Scene:
    """One scene: its code, where the code stands in the file, and how the set goes on from it."""

    name: str
    code: str
    first_line: int  # first line of the code, from 1
    lasts: Span | None = None  # None: until cued
    then: str | None = None  # the scene that follows; None: the next in the file
    when: tuple[str, int] | None = None  # the condition that goes on to it, and the line
    fade: Span | None = None  # fade of the sources that it swaps
    quant: Span | None = None  # its beginning waits for a multiple of this
    loop: bool = False  # the scene follows itself
    ends: tuple[str, ...] = ()  # names that the scene takes away
    broken: bool = False  # the code is no Python

    @property
    def padded(self) -> str:
        """The code below empty lines, so that errors name the line in the file.

        The options of the header that concern the scene's beginning stand as code in the header's
        line, so that the block holds all of the scene.
        """
        said = [
            *([f"scene.ends = {list(self.ends)}"] if self.ends else []),
            *([] if self.fade is None else [f"scene.fade = {self.fade}"]),
            *([] if self.quant is None else [f"scene.quant = {self.quant}"]),
        ]
        if not said:
            return "\n" * (self.first_line - 1) + self.code
        return "\n" * (self.first_line - 2) + "; ".join(said) + "\n" + self.code

    @property
    def condition(self) -> str | None:
        """The block that sets the condition, below empty lines; None if there is no condition."""
        return (
            None
            if self.when is None
            else "\n" * (self.when[1] - 1) + "scene.when = " + self.when[0]
        )


@dataclass(frozen=True)
class SetFile:
    """A set: its preparation and its scenes, in order."""

    path: Path
    text: str
    preparation: Scene
    scenes: tuple[Scene, ...]
    faults: tuple[Fault, ...] = ()

    def find(self, name: str) -> int | None:
        """Return the index of the scene of that name; None if there is none."""
        return next((i for i, scene in enumerate(self.scenes) if scene.name == name), None)

    def line_defining(self, name: str) -> int | None:
        """Return the first line of the file that defines a name; None if there is none."""
        for cell in (self.preparation, *self.scenes):
            line = names_of(cell.code).binds.get(name)
            if line is not None:
                return cell.first_line - 1 + line
        return None

    def following(self, index: int) -> int | None:
        """Return the index of the scene that follows by itself; None after the last."""
        then = self.scenes[index].then
        if then is not None and (found := self.find(then)) is not None:
            return found
        return index + 1 if index + 1 < len(self.scenes) else None


def read_set(path: str | Path) -> SetFile:
    """Read a set file; raises LivecodeError if it cannot be read, or nothing in it can be played."""
    path = Path(path).expanduser()
    data = read_bytes(path)
    text, faults = _decoded(data, path)
    piece = parse_set(text, path, faults)
    broken = [fault for fault in piece.faults if fault.scene]
    if all(scene.broken for scene in piece.scenes or (piece.preparation,)):
        raise LivecodeError(f"{path}, {broken[0]}")
    return piece


def read_or_begin(path: Path) -> SetFile:
    """Read a set; a file that does not exist yet is an empty set. Raises LivecodeError as `read_set`."""
    if path.exists() or path.is_symlink():
        return read_set(path)
    if not path.parent.is_dir():
        raise LivecodeError(f"cannot begin the set {path}: there is no folder {path.parent}")
    return parse_set("", path)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of the file; raises LivecodeError if it cannot be read, or is too large."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LivecodeError(f"cannot read the set {path}: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise LivecodeError(f"{path} is more than {MOST_BYTES >> 20} MB, too large to be a set")
    return data


def parse_set(text: str, path: Path, faults: tuple[Fault, ...] = ()) -> SetFile:
    """Make a set of `text`; `faults` were found when the text was read. Its path becomes absolute."""
    path = Path(os.path.abspath(path))
    found = list(faults)
    preparation, *rest = (_scene(cell, found.append) for cell in cells.cells(text))
    names = [scene.name for scene in rest]
    for scene in rest:
        if scene.then is not None and scene.then not in names:
            what = f"then={scene.then!r}: there is no such scene{did_you_mean(scene.then, names)}"
            found.append(Fault(scene.first_line - 1, f"{what} – the next one follows", scene.name))
    return SetFile(path, text, preparation, tuple(rest), tuple(sorted(found, key=_line)))


def _line(fault: Fault) -> int:
    return fault.line


def _decoded(data: bytes, path: Path) -> tuple[str, tuple[Fault, ...]]:
    """Decode the text; a byte that is no UTF-8 becomes a mark, and its line a fault."""
    try:
        return data.decode("utf-8-sig"), ()  # some editors begin files with a byte order mark
    except UnicodeDecodeError as error:
        first = error
    line = data[: first.start].count(b"\n") + 1
    if b"\0" in data:  # UTF-16, or not a text
        raise LivecodeError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8")
    faults = []
    for number, piece in enumerate(data.split(b"\n"), 1):
        try:
            piece.decode("utf-8")
        except UnicodeDecodeError as error:
            what = f"byte {error.start + 1}, 0x{piece[error.start]:02x}, is not UTF-8"
            faults.append(Fault(number, f"{what} and is read as \ufffd; save the file as UTF-8"))
    return data.decode("utf-8-sig", "replace"), tuple(faults[:20])


def _scene(cell: Cell, fault: Callable[[Fault], None]) -> Scene:
    """Make a scene of a cell, with a fault for each part that is wrong."""
    if cell.twice:
        text = f"a scene before is called {cell.twice} as well; this one is {cell.name!r}"
        fault(Fault(cell.line, text, ""))
    code, broken = cell.code, False
    if len(code) > MOST_IN_CELL:
        size = f"{len(code) / 1e6:.0f} MB"
        fault(Fault(cell.first_line, f"{cell.name} is {size} of code and is not played", cell.name))
        code, broken = "", True
    else:
        error = _no_python("\n" * (cell.first_line - 1) + code, cell.first_line)
        if error is not None:
            fault(Fault(error[0], f"{error[1]} – {cell.name} changes nothing", cell.name))
            broken = True
    said = {}
    for option in cell.options:
        if option.key not in READERS:
            text = f"{option.key}= is nothing to say of a scene"
            fault(Fault(option.line, text + did_you_mean(option.key, cells.KEYS), cell.name))
            continue
        try:
            said[option.key] = READERS[option.key](option)
        except LivecodeError as error:
            fault(Fault(option.line, f"{error}{_instead(option)}", cell.name))
            if option.key == "for":
                said["for"] = STOPGAP
    return Scene(
        cell.name,
        code,
        cell.first_line,
        said.get("for"),
        said.get("then"),
        said.get("when"),
        said.get("fade"),
        said.get("quant"),
        said.get("loop", False),
        said.get("ends", ()),
        broken,
    )


def _instead(option: Option) -> str:
    return f" – it plays for {STOPGAP}" if option.key == "for" else " – it counts for nothing"


def _no_python(code: str, line: int) -> tuple[int, str] | None:
    """Return (line, what is wrong) if the code is no Python, else None."""
    try:
        compile(code, "<set>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or line, no_python(error)
    except ValueError as error:  # the code holds null bytes
        return line, str(error)
    except (RecursionError, MemoryError):
        return line, "it is nested too deeply"
    return None
