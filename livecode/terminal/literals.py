"""Finds the texts that stand in quotes in a block, and what each of them is for: the name, the setting."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: A literal whose characters are those of its text. One with escapes, or of several parts, is another.
_PLAIN = re.compile(r"""[rRuU]?('''|\"\"\"|'|")(?P<text>.*)\1""", re.DOTALL)


@dataclass(frozen=True)
class Literal:
    """A text in quotes, and where its first character stands in its block, both from 0."""

    text: str
    line: int
    column: int
    name: str  # what it is given to: drums in `drums.gain = pattern("1 0.5")`
    settings: frozenset[str]  # the settings that it is given as: gain
    statement: int  # the number of its statement in the block

    def place(self, first: int) -> tuple[int, int]:
        """Return (line, column) of one of its characters in the block."""
        before = self.text[:first]
        line = before.count("\n")
        column = first - (before.rfind("\n") + 1)
        return self.line + line, column if line else self.column + column


@lru_cache(maxsize=256)
def literals_of(code: str) -> tuple[Literal, ...]:
    """Return the literals of a block that it gives to a name; () if it is no Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    lines = code.split("\n")
    found = []
    given = sorted(_given(tree), key=lambda each: (each[2].lineno, each[2].col_offset))
    for number, (name, setting, value) in enumerate(given):
        own = frozenset({setting} if setting else ())
        for constant, settings in _texts(value, own):
            place = _place(constant, lines)
            if place is not None:
                found.append(Literal(constant.value, *place, name, settings, number))  # type: ignore[arg-type]
    return tuple(found)


def _given(tree: ast.Module) -> Iterator[tuple[str, str, ast.expr]]:
    """Yield (name, setting, what it is given), in any order; the setting is "" for all of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _told(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
            yield from _told(node.target, node.value)
        elif isinstance(node, ast.FunctionDef):  # a @dsp or @synth has its settings as keywords
            for value in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                yield node.name, "", value


def _told(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, "", value
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        yield target.value.id, target.attr, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        for part, given in zip(target.elts, values, strict=False):
            yield from _told(part, given)


def _texts(
    node: ast.AST, settings: frozenset[str]
) -> Iterator[tuple[ast.Constant, frozenset[str]]]:
    """Yield the texts in an expression, each with the keywords that it is given as."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node, settings
    elif not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.keyword) and child.arg is not None
            yield from _texts(child, settings | {child.arg} if named else settings)  # type: ignore[attr-defined]


def _place(constant: ast.Constant, lines: list[str]) -> tuple[int, int] | None:
    """Return (line, column) of the first character; None if the code does not show the text as it is."""
    assert constant.end_lineno is not None
    assert constant.end_col_offset is not None
    first, last = constant.lineno - 1, constant.end_lineno - 1
    begin = _column(lines[first], constant.col_offset)
    end = _column(lines[last], constant.end_col_offset)
    if first == last:
        source = lines[first][begin:end]
    else:
        source = "\n".join([lines[first][begin:], *lines[first + 1 : last], lines[last][:end]])
    written = _PLAIN.fullmatch(source)
    if written is None or written["text"] != constant.value:
        return None
    before = source[: written.start("text")]
    return first, begin + len(before)


def _column(line: str, offset: int) -> int:
    """Return the column of a place that the parser counts in bytes."""
    return len(line.encode()[:offset].decode(errors="replace"))
