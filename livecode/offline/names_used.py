"""Finds the names that a cell of a set defines, needs and ends, and the OSC addresses that it reads."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from livecode.syntax.names import Function, names_of

#: Signals that somebody must send, or a device.
SENT = ("rings", "midi", "mic", "osc")
#: The performance calls no function that is defined in these. Only the performer's code does.
_CLOSED = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.ClassDef)


@dataclass
class NamesUsed:
    """What a cell does with names. Lines count from 1 in the code that was read."""

    defines: set[str] = field(default_factory=set)
    needs: dict[str, int] = field(default_factory=dict)  # name -> line
    ends: dict[str, int] = field(default_factory=dict)  # name -> line
    addresses: dict[str, int] = field(default_factory=dict)  # OSC address -> line


def names_used(code: str, expressions: Iterable[tuple[str, int]] = ()) -> NamesUsed:
    """Return the names of a cell's code and of expressions, such as conditions, with their lines.

    Code that is no Python has no names. A cell also needs the names that only the body of a function
    needs. And it needs the parameters without a default of functions that the performance calls,
    since they name signals or sounds.
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
    """Yield the parameters, with lines, of functions that the performance calls."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        if isinstance(node, ast.Lambda) or _decorators(node) & {"dsp", "layer", "reward"}:
            arguments = node.args
            plain = [*arguments.posonlyargs, *arguments.args]
            for argument in plain[: len(plain) - len(arguments.defaults)]:
                if not (_is_graph(node) and argument.arg == "mix"):
                    yield argument.arg, node.lineno
    elif not isinstance(node, _CLOSED):
        for part in ast.iter_child_nodes(node):
            yield from _asked(part)


def _is_ends(target: ast.expr) -> bool:
    """Return whether an assignment is to `scene.ends`."""
    match target:
        case ast.Attribute(ast.Name("scene"), "ends"):
            return True
    return False


def _decorators(node: Function) -> set[str]:
    """Return the names of a function's decorators."""
    return {each.id for each in getattr(node, "decorator_list", ()) if isinstance(each, ast.Name)}


def _is_graph(node: Function) -> bool:
    """Return whether a function is a @dsp, whose body runs in the engine without the performer's names."""
    return "dsp" in _decorators(node)
