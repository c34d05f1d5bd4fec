"""A block as Python compiles it: its body, and its last line where that is an expression."""

import ast
import linecache
from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any

from livecode.errors import MOST_TRACED, LivecodeError, plain_text, traceback_of, traced
from livecode.evaluation.fractions import fractions_of_seconds
from livecode.evaluation.loops import run_code
from livecode.evaluation.namespace import Namespace
from livecode.evaluation.operands import with_operands
from livecode.syntax.names import passing_names
from livecode.syntax.other_languages import no_python

#: How the file names of blocks begin.
BLOCK_FILE = "<block"
#: Blocks may await.
_AWAITS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class CompiledBlock:
    """The code objects of a block; its lines can be shown in tracebacks."""

    def __init__(self, code: str, name: str):
        """`name` stands for the block in tracebacks. LivecodeError if the code is no Python."""
        filename = f"{BLOCK_FILE} {name}>"
        try:
            tree = ast.parse(code, filename)
            self._passing = passing_names(tree)
            #: Names of which the block sets something: `hall` in `hall.cut = 800`.
            self.sets_of = frozenset(_set_of(tree))
            #: What the performer may have meant otherwise, in sentences.
            self.remarks = tuple(dict.fromkeys(fractions_of_seconds(tree)))
            self._body, self._last = _compile(tree, filename)
        except SyntaxError as error:
            raise LivecodeError(no_python(error), error.lineno or None) from None
        except ValueError as error:  # null bytes
            raise LivecodeError(str(error)) from None
        except (RecursionError, MemoryError):
            raise LivecodeError("the block is nested too deeply to be compiled") from None
        linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)

    def run(self, namespace: Namespace, before: Mapping[str, Any]) -> str | None:
        """Run the block; returns the value of its last expression as text, None if there is none.

        `before`: the variables as they were, which adopt things of the same name.
        """
        namespace.passing = self._passing
        value = run_code(self._body, self._last, namespace.variables, namespace)
        namespace.name_the_rest(before)
        return None if value is None else plain_text(repr(value), MOST_TRACED)


def _set_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name(name), ctx=ast.Store()):
                yield name


def _compile(tree: ast.Module, filename: str) -> tuple[CodeType, CodeType | None]:
    tree = with_operands(tree)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        expression = tree.body.pop()
        assert isinstance(expression, ast.Expr)
        last = compile(ast.Expression(expression.value), filename, "eval", _AWAITS)
    return compile(tree, filename, "exec", _AWAITS), last


def trace_of(error: BaseException) -> str:
    """The traceback of an error, from the performer's first line on."""
    frames = traceback_of(error)
    while frames is not None and not frames.tb_frame.f_code.co_filename.startswith(BLOCK_FILE):
        frames = frames.tb_next
    return traced(error, frames)
