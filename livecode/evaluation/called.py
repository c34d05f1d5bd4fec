"""Says why something could not be called: a word of the language is covered, or it is a setting."""

import ast
import linecache
from itertools import islice

from livecode.errors import traceback_of
from livecode.evaluation.compiled import BLOCK_FILE
from livecode.evaluation.namespace import Namespace
from livecode.language.things import Setting


def why_not_called(error: BaseException, text: str, namespace: Namespace) -> str:
    """Return what to append to the sentence about a call that failed in the performer's code; "" if nothing.

    `text`: what the error says. `namespace` holds the variables as the block found them.
    """
    if not issubclass(type(error), TypeError) or "is not callable" not in text:
        return ""
    match _called(error):
        case ast.Name(name) if name in namespace.words and name in namespace.variables:
            if namespace.variables[name] is not namespace.words[name]:
                return (
                    f"; {name} is a word of the language, now covered: `del {name}` brings it back"
                )
        case ast.Attribute(ast.Name(name), setting):
            owner = type(namespace.variables.get(name))
            if isinstance(getattr(owner, setting, None), Setting):
                return f"; {name}.{setting} is a setting: {name}.{setting} = …"
    return ""


def _called(error: BaseException) -> ast.expr | None:
    """Return what was called in the line of a block in which an error arose, None if it is not found."""
    innermost = traceback_of(error)
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    if innermost is None:
        return None
    code, at = innermost.tb_frame.f_code, innermost.tb_lasti // 2
    if not (file := code.co_filename).startswith(BLOCK_FILE):
        return None
    first, last, begin, end = next(islice(code.co_positions(), at, None), (None,) * 4)
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    place = first, last, begin, end
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            there = node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
            if there == place:
                return node.func
    return None
