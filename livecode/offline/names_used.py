"""Which names a cell of a set defines, which it needs from elsewhere, and what it asks others to send."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from livecode.syntax.names import Function, names_of

#: Signals that somebody or something outside must send.
SENT = ("rings", "midi", "mic", "osc")
#: Within these a function is called only by the performer's own code, not by the performance.
_CLOSED = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.ClassDef)


@dataclass
class NamesUsed:
    """What a cell does with names; lines are those of the code that was read."""

    defines: set[str] = field(default_factory=set)
    needs: dict[str, int] = field(default_factory=dict)  # name -> line
    ends: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)  # of OSC


def names_used(code: str, expressions: Iterable[tuple[str, int]] = ()) -> NamesUsed:
    """The names of a cell, and of expressions such as conditions with the lines that they are on.

    Code that is no Python has none. What only a function's body needs is needed, too. So are the
    parameters without a default of functions that the performance calls: they name signals, or
    what sounds.
    """
    found = NamesUsed()
    later: dict[str, int] = {}
    for text, line in [(code, 1), *expressions]:
        padded = "\n" * (line - 1) + text
        try:
            tree = ast.parse(padded)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        names = names_of(padded, closed=_is_graph)
        asked = {
            name: at
            for name, at in _asked(tree)
            if name not in names.binds or names.binds[name] > at
        }
        for name, at in {**asked, **names.reads}.items():
            if name not in found.defines:
                found.needs.setdefault(name, at)
        for name, at in names.reads_later.items():
            later.setdefault(name, at)
        found.defines |= {*names.binds, *names.binds_later}
        for node in ast.walk(tree):
            _look_at(node, found)
    for name, at in later.items():
        if name not in found.defines:
            found.needs.setdefault(name, at)
    return found


def _look_at(node: ast.AST, found: NamesUsed) -> None:
    """Note the OSC addresses that a node reads, and the names that `scene.ends` is set to."""
    match node:
        case (
            ast.Subscript(value=ast.Name("osc"), slice=ast.Constant(address))
            | ast.Call(func=ast.Attribute(ast.Name("osc"), "get"), args=[ast.Constant(address), *_])
        ):
            found.addresses.setdefault(str(address), node.lineno)
        case ast.Assign(targets=targets, value=ast.List() | ast.Tuple() | ast.Constant() as value):
            if not any(_is_ends(target) for target in targets):
                return
            for each in getattr(value, "elts", [value]):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    found.ends.setdefault(each.value, node.lineno)


def _asked(node: ast.AST) -> Iterator[tuple[str, int]]:
    """(name, line) of the parameters of the functions that the performance calls."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        if isinstance(node, ast.Lambda) or _decorators(node) & {"dsp", "reward"}:
            arguments = node.args
            plain = [*arguments.posonlyargs, *arguments.args]
            for argument in plain[: len(plain) - len(arguments.defaults)]:
                if not (_is_graph(node) and argument.arg == "mix"):
                    yield argument.arg, node.lineno
    elif not isinstance(node, _CLOSED):
        for part in ast.iter_child_nodes(node):
            yield from _asked(part)


def _is_ends(target: ast.expr) -> bool:
    match target:
        case ast.Attribute(ast.Name("scene"), "ends"):
            return True
    return False


def _decorators(node: Function) -> set[str]:
    return {each.id for each in getattr(node, "decorator_list", ()) if isinstance(each, ast.Name)}


def _is_graph(node: Function) -> bool:
    """Whether a function is a @dsp: its body runs in the engine, out of reach of the performer's names."""
    return "dsp" in _decorators(node)
