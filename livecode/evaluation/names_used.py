"""Which names a cell defines, which it needs from elsewhere, and which signals it asks for."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

#: Signals that somebody or something outside must send.
SENT = ("rings", "midi", "mic", "osc")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class NamesUsed:
    """What a cell does with names; lines are those of the code that was read."""

    defines: set[str] = field(default_factory=set)
    needs: dict[str, int] = field(default_factory=dict)  # name -> line
    ends: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)  # of OSC


def names_used(code: str, expressions: Iterable[tuple[str, int]] = ()) -> NamesUsed:
    """The names of a cell, and of expressions such as conditions with the lines that they are on.

    Code that is no Python has none. What only a function's body needs is needed, too; its
    parameters are, since they name signals or what sounds, unless they have a default.
    """
    reader = _Reader()
    for text, line in [(code, 1), *expressions]:
        try:
            tree = ast.parse("\n" * (line - 1) + text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        reader.visit(tree)
    for name, line in reader.later.items():
        if name not in reader.found.defines:
            reader.found.needs.setdefault(name, line)
    return reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found = NamesUsed()
        self.later: dict[str, int] = {}  # what functions need when they are called
        self._local: list[set[str]] = []

    def _need(self, name: str, line: int) -> None:
        if name not in self.found.defines and not any(name in local for local in self._local):
            (self.later if self._local else self.found.needs).setdefault(name, line)

    def _define(self, name: str) -> None:
        (self._local[-1] if self._local else self.found.defines).add(name)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self._define(node.id)
        else:
            self._need(node.id, node.lineno)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)  # what is on the right is read before the left is written
        for target in node.targets:
            if _is_ends(target) and isinstance(node.value, (ast.List, ast.Tuple, ast.Constant)):
                for each in getattr(node.value, "elts", [node.value]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        self.found.ends.setdefault(each.value, node.lineno)
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._need(node.target.id, node.lineno)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._define((alias.asname or alias.name).split(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._define(alias.asname or alias.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases):
            self.visit(part)
        self._inside(set(), node.body)
        self._define(node.name)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._define(node.name)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._address(node.value, node.slice)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            self._address(node.func.value, node.args[0])
        self.generic_visit(node)

    def _address(self, owner: ast.expr, key: ast.expr) -> None:
        if isinstance(owner, ast.Name) and owner.id == "osc" and isinstance(key, ast.Constant):
            self.found.addresses.setdefault(str(key.value), owner.lineno)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, _FUNCTIONS):
            self._function(node)
        elif isinstance(node, _COMPREHENSIONS):
            names = {n.id for g in node.generators for n in ast.walk(g.target)
                     if isinstance(n, ast.Name)}  # fmt: skip
            self._local.append(names)
            super().generic_visit(node)
            self._local.pop()
        else:
            super().generic_visit(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        arguments = node.args
        for part in (*getattr(node, "decorator_list", ()), *arguments.defaults,
                     *(d for d in arguments.kw_defaults if d is not None)):  # fmt: skip
            self.visit(part)
        plain = [*arguments.posonlyargs, *arguments.args]
        asked = plain[: len(plain) - len(arguments.defaults)]
        in_graph = _is_graph(node)
        played = in_graph or isinstance(node, ast.Lambda) or _is_reward(node)
        for argument in asked if played and not self._local else ():
            if not (in_graph and argument.arg == "mix"):
                self._need(argument.arg, node.lineno)
        everything = {a.arg for a in (*plain, *arguments.kwonlyargs)}
        everything |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
        if isinstance(node, ast.Lambda):
            self._inside(everything, [node.body])
            return
        if not in_graph:  # a graph's body is in the engine's reach, not in the performer's
            stored = {n.id for part in node.body for n in ast.walk(part)
                      if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
            self._inside(everything | stored | {node.name}, node.body)
        self._define(node.name)

    def _inside(self, names: set[str], body: Iterable[ast.AST]) -> None:
        self._local.append(names)
        for part in body:
            self.visit(part)
        self._local.pop()


def _is_ends(target: ast.expr) -> bool:
    return (
        isinstance(target, ast.Attribute)
        and target.attr == "ends"
        and isinstance(target.value, ast.Name)
        and target.value.id == "scene"
    )


def _decorators(node: ast.AST) -> list[str]:
    return [d.id for d in getattr(node, "decorator_list", ()) if isinstance(d, ast.Name)]


def _is_graph(node: ast.AST) -> bool:
    return "dsp" in _decorators(node)


def _is_reward(node: ast.AST) -> bool:
    return "reward" in _decorators(node)
