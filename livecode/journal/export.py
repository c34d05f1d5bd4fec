"""A journal turned back into a set file: the code as it was finally heard, as cells."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from livecode.journal.journal import read_journal
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    Opening,
    ScenePlayed,
)

#: What acts once, and is not to be done again by opening the set.
ONCE = {
    "undo", "hush", "panic", "running", "help", "print", "go", "hold", "release", "loop", "skip",
    "stretch", "free", "tutorial",
}  # fmt: skip
#: Of these the last one counts.
LAST = {"tempo", "fade", "quant", "solo"}


@dataclass
class Statement:
    """One statement of a block: its text, what it defines and what it takes."""

    text: str
    keys: frozenset[
        str
    ]  # `ego` for a definition, `ego.dims` for a setting; a later one replaces it
    takes: frozenset[str]
    block: int


@dataclass
class Cell:
    """The code of one stretch of a performance."""

    name: str
    begun: int  # sample time
    statements: list[Statement] = field(default_factory=list)


def exported(journal: Path) -> str:
    """The text of a set file that plays what the journal's performance came to."""
    cells, rate = _cells(journal)
    parts = ["# Exported from a performance: the code as it was finally heard."]
    if len(cells) > 1:
        parts += [statement.text for statement in _sorted(cells.pop(0).statements)]
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        length = "" if following is None else f" for={(following.begun - cell.begun) / rate:.1f}*s"
        parts.append(f"# %% {cell.name}{length}")
        parts += [statement.text for statement in _sorted(cell.statements)]
    return "\n\n".join(parts) + "\n"


def _cells(journal: Path) -> tuple[list[Cell], int]:
    """The cells, and the sample rate."""
    cells = [Cell("heard", 0)]
    rate = 48000
    begun: dict[int, BlockBegun] = {}
    names: list[str] = []
    for record in read_journal(journal):
        match record:
            case Opening():
                rate = record.sample_rate
            case ScenePlayed(tick, name):
                names.append(name)
                count = names.count(name)
                cells.append(Cell(name if count == 1 else f"{name} {count}", tick))
            case BlockBegun():
                begun[record.number] = record
            case BlockEnded(ok=ok, names=changed) if ok or changed:
                block = begun.get(record.number)
                if block is not None:
                    _take(cells, block)
    return cells, rate


def _take(cells: list[Cell], block: BlockBegun) -> None:
    statements = cells[-1].statements
    try:
        tree = ast.parse(block.code)
    except SyntaxError:
        return
    lines = block.code.splitlines()
    for node in tree.body:
        call = _called(node)
        if call == "undo":
            _undo(statements, _arguments(node))
        elif call == "free":
            gone = set(_arguments(node))
            statements[:] = [s for s in statements if not {k.split(".")[0] for k in s.keys} & gone]
        elif call not in ONCE:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            if "\n" not in text.strip() and ";" in text:
                text = ast.unparse(node)
            keys = frozenset(_keys(node))
            kept = [s for s in statements if not _replaced(s.keys, keys)]
            statements[:] = [*kept, Statement(text, keys, frozenset(_takes(node)), block.number)]


def _replaced(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether a statement that set `old` is of no consequence once `new` has been set."""
    return bool(old) and all(key in new or key.split(".")[0] in new for key in old)


def _undo(statements: list[Statement], names: list[str]) -> None:
    """Take back the last block, or the last definition of a name."""
    mine = [
        s for s in statements if not names or {k.split(".")[0] for k in s.keys} & set(names)
    ]  # fmt: skip
    if mine:
        last = mine[-1].block
        statements[:] = [s for s in statements if s not in mine or s.block != last]


def _called(node: ast.stmt) -> str | None:
    """The name of the function, where the statement is a plain call of one."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        function = node.value.func
        return function.id if isinstance(function, ast.Name) else None
    return None


def _arguments(node: ast.stmt) -> list[str]:
    assert isinstance(node, ast.Expr)
    assert isinstance(node.value, ast.Call)
    found = []
    for argument in node.value.args:
        if isinstance(argument, ast.Name):
            found.append(argument.id)
        elif isinstance(argument, ast.Constant):
            found.append(str(argument.value))
    return found


def _keys(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from _bound(target)
    elif (call := _called(node)) in LAST and call is not None:
        yield f"{call}()"


def _bound(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        yield f"{target.value.id}.{target.attr}"
    elif isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _bound(each)


def _takes(node: ast.stmt) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.arg):
            yield each.arg  # a @dsp takes what its parameters are called


def _sorted(statements: Iterable[Statement]) -> list[Statement]:
    """In order, but each after what defines the names that it takes."""
    everything = list(statements)
    definers = {key: s for s in everything for key in s.keys if "." not in key}
    done: list[Statement] = []

    def place(statement: Statement, above: tuple[Statement, ...] = ()) -> None:
        if statement in done or statement in above:
            return
        for name in sorted(statement.takes):
            if (definer := definers.get(name)) is not None and definer is not statement:
                place(definer, (*above, statement))
        done.append(statement)

    for statement in everything:
        place(statement)
    return done
