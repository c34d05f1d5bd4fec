"""Turns a journal back into a set file: the code as it was last heard, in cells."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from livecode.journal.inheritance import TURN
from livecode.journal.journal_file import read_journal
from livecode.journal.records import BlockBegun, BlockEnded, JournalRecord, Opening, ScenePlayed
from livecode.syntax.names import names_of

#: Words that act once. Opening the set must not do that again.
ONCE = {
    "undo", "redo", "hush", "panic", "running", "help", "print", "go", "hold", "release", "loop", "skip",
    "stretch", "free", "tutorial", "better", "plot",
}  # fmt: skip
#: Words of which only the last call counts.
LAST = {"tempo", "cue", "fade", "quant", "solo"}


@dataclass
class Statement:
    """One statement of a block: its text, what it sets, and what it takes."""

    text: str
    #: `ego` for a definition, `ego.dims` for a setting, `tempo()` for a word of LAST.
    keys: frozenset[str]
    takes: frozenset[str]  # names
    block: int  # number of its block


@dataclass
class ExportedCell:
    """The code of one stretch of a performance, which becomes a cell of the set."""

    name: str
    begun: int  # sample time
    statements: list[Statement] = field(default_factory=list)
    undone: list[list[Statement]] = field(
        default_factory=list
    )  # what `redo` brings back, newest last


def exported(journal: Path) -> str:
    """Return the text of a set file that plays what the journal's performance played last."""
    return exported_from(read_journal(journal, Opening, ScenePlayed, BlockBegun, BlockEnded))


def exported_from(records: Iterable[JournalRecord]) -> str:
    """Return the text of a set file that plays what a performance with these records played last.

    Code before the first scene becomes the set's preparation. Each scene becomes a cell, as long as
    the scene was played.
    """
    cells, sample_rate = _cells(records)
    parts = ["# Exported from a performance: the code as it was finally heard."]
    if len(cells) > 1:
        parts += [statement.text for statement in _sorted(cells.pop(0).statements)]
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        length = ""
        if following is not None:
            length = f" for={(following.begun - cell.begun) / sample_rate:.1f}*s"
        parts.append(f"# %% {cell.name}{length}")
        parts += [statement.text for statement in _sorted(cell.statements)]
    return "\n\n".join(parts) + "\n"


def _cells(records: Iterable[JournalRecord]) -> tuple[list[ExportedCell], int]:
    """Return the cells of a performance, and its sample rate in Hz."""
    cells = [ExportedCell("heard", 0)]
    sample_rate = 48000
    begun: dict[int, BlockBegun] = {}
    names: list[str] = []
    for record in records:
        match record:
            case Opening():
                sample_rate = record.sample_rate
            case ScenePlayed(tick, name):
                names.append(name)
                count = names.count(name)
                cells.append(ExportedCell(name if count == 1 else f"{name} {count}", tick))
            case BlockBegun():
                begun[record.number] = record
            case BlockEnded(ok=ok, names=changed, kept=kept) if ok or changed or kept:
                block = begun.get(record.number)
                if block is not None and not (block.name or "").startswith(TURN):
                    _add_block(cells[-1], block)
    return cells, sample_rate


def _add_block(cell: ExportedCell, block: BlockBegun) -> None:
    """Add the statements of a block, and remove those that it replaces, undoes or frees."""
    statements = cell.statements
    try:
        tree = ast.parse(block.code)
    except SyntaxError:
        return
    lines = block.code.splitlines()
    for node in tree.body:
        call = _called(node)
        if call == "undo":
            cell.undone.append(_undo(statements, _arguments(node)))
        elif call == "redo":
            statements += cell.undone.pop() if cell.undone else []
        elif call == "free":
            freed = set(_arguments(node))
            statements[:] = [s for s in statements if not _names(s) & freed]
        elif call not in ONCE:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            if "\n" not in text.strip() and ";" in text:
                text = ast.unparse(node)
            keys = frozenset(_keys(node))
            others = [s for s in statements if not _is_replaced(s.keys, keys)]
            new = Statement(text, keys, frozenset(_names_taken(node, text)), block.number)
            statements[:] = [*others, new]
            cell.undone.clear()


def _names(statement: Statement) -> set[str]:
    """Return the names that a statement defines or sets something of."""
    return {key.split(".")[0] for key in statement.keys}


def _is_replaced(old: frozenset[str], new: frozenset[str]) -> bool:
    """Return whether a statement that sets `old` has no effect once `new` has been set."""
    return bool(old) and all(key in new or key.split(".")[0] in new for key in old)


def _undo(statements: list[Statement], names: list[str]) -> list[Statement]:
    """Remove the last block, or what the last block that set one of the names did to them.

    Returns what was removed.
    """
    candidates = [s for s in statements if not names or _names(s) & set(names)]
    if candidates:
        last = candidates[-1].block
        removed = [s for s in candidates if s.block == last]
        statements[:] = [s for s in statements if s not in removed]
        return removed
    return []


def _called(node: ast.stmt) -> str | None:
    """Return the name of the function that a statement calls, if it is such a call and no more."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        function = node.value.func
        return function.id if isinstance(function, ast.Name) else None
    return None


def _arguments(node: ast.stmt) -> list[str]:
    """Return the names and constants that a call is given by position."""
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
    """Yield what a statement sets, as `Statement.keys` has it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from _bound(target)
    elif (call := _called(node)) in LAST and call is not None:
        yield f"{call}()"


def _bound(target: ast.expr) -> Iterator[str]:
    """Yield the names and settings that an assignment to `target` binds."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        yield f"{target.value.id}.{target.attr}"
    elif isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _bound(each)


def _names_taken(node: ast.stmt, text: str) -> Iterator[str]:
    """Yield the names that a statement needs, and the parameters of its functions.

    Parameters count, since a @dsp takes the sounds that its parameters are called like.
    """
    yield from names_of(text).needs
    for each in ast.walk(node):
        if isinstance(each, ast.arg):
            yield each.arg


def _sorted(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements in order, but each after those that define the names it takes."""
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
