"""Which names a piece of Python binds and which it needs from elsewhere, by the standard symbol table."""

import ast
import symtable
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
#: What the symbol table calls comprehensions; from Python 3.12 on it has no tables for most of them.
_COMPREHENSIONS = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})


@dataclass
class Names:
    """The names of a module's own that code uses, by kind of use, each with the line of its first."""

    binds: dict[str, int] = field(default_factory=dict)  # when the code runs
    binds_later: dict[str, int] = field(default_factory=dict)  # when its functions run: `global`
    reads: dict[str, int] = field(default_factory=dict)  # when the code runs, not yet bound then
    reads_later: dict[str, int] = field(default_factory=dict)  # when its functions run

    @property
    def needs(self) -> dict[str, int]:
        """Names that the code reads and that something else has to bind."""
        own = {*self.binds, *self.binds_later}
        later = {name: line for name, line in self.reads_later.items() if name not in own}
        return {**later, **self.reads}


def names_of(code: str, closed: Callable[[Function], bool] = lambda function: False) -> Names:
    """The names of code that runs as a module; none of code that is no Python.

    `closed` tells functions whose body runs in a world of its own: it is not read.

    >>> names_of("x = y + 1").needs
    {'y': 1}
    """
    try:
        tree, table = ast.parse(code), symtable.symtable(code, "<block>", "exec")
        reader = _Reader(table, closed)
        reader.visit(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    return reader.names


def passing_names(tree: ast.Module) -> frozenset[str]:
    """Return the names that a block binds only for a while: by `for`, `with`, `match` or `except`.

    Functions and classes in the block are worlds of their own, and are not looked into.

    >>> sorted(passing_names(ast.parse("for each in (1, 2): total = each")))
    ['each']
    """
    passing: set[str] = set()
    lasting: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        targets: list[ast.AST] = []
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                lasting.add(node.name)
                continue
            case (
                ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp()
            ):
                continue
            case ast.For() | ast.AsyncFor():
                targets = [node.target]
            case ast.With() | ast.AsyncWith():
                targets = [item.optional_vars for item in node.items if item.optional_vars]
            case ast.Name(ctx=ast.Store()):
                lasting.add(node.id)
            case ast.Import() | ast.ImportFrom():
                lasting.update(_bound_by(node))
            case _:
                passing.update(_bound_by(node))
        bound = [each for target in targets for each in ast.walk(target)]
        passing.update(each.id for each in bound if isinstance(each, ast.Name))
        waiting += [each for each in ast.iter_child_nodes(node) if each not in targets]
    return frozenset(passing - lasting)


class _Reader:
    """Walks through code in the order in which it runs; which scope a name is of, the table knows."""

    def __init__(self, table: symtable.SymbolTable, closed: Callable[[Function], bool]):
        self.names = Names()
        self._closed = closed
        self._table = table
        self._tables = list(_inner(table))  # of functions and classes that are yet to come
        self._items: list[str] = []  # names that comprehensions around here have for their items
        self._later = False  # inside of a function

    def visit(self, node: ast.AST) -> None:
        """Read one node and all that is in it."""
        match node:
            case ast.Name():
                self._use(node.id, node.lineno, isinstance(node.ctx, ast.Store))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node)
            case ast.ClassDef():
                self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
                self._inside(node.name, node.lineno, node.body, self._later)
                self._use(node.name, node.lineno, True)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case ast.AugAssign(target=ast.Name() as target):
                self._use(target.id, node.lineno, False)
                self._visit_all([node.value, target])
            case ast.AnnAssign(value=None):
                self.visit(node.annotation)  # it declares, and binds nothing
            case ast.ExceptHandler():
                self._visit_all([] if node.type is None else [node.type])
                self._use_all(_bound_by(node), node.lineno)
                self._visit_all(node.body)
            case _:
                self._visit_all(_in_running_order(node))
                self._use_all(_bound_by(node), getattr(node, "lineno", 0))

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _use_all(self, names: Iterable[str], line: int) -> None:
        for name in names:
            self._use(name, line, True)

    def _use(self, name: str, line: int, binds: bool) -> None:
        if name in self._items or not self._is_module_s(name):
            return
        names = self.names
        if binds:
            (names.binds_later if self._later else names.binds).setdefault(name, line)
        elif self._later:
            names.reads_later.setdefault(name, line)
        elif name not in names.binds:
            names.reads.setdefault(name, line)

    def _is_module_s(self, name: str) -> bool:
        """Whether the name, here, is one of the module and not of a function or a class."""
        try:
            return self._table.lookup(name).is_global()
        except KeyError:  # of a private name, or of an annotation in a scope of its own
            return True

    def _function(self, node: Function) -> None:
        arguments, is_lambda = node.args, isinstance(node, ast.Lambda)
        self._visit_all(getattr(node, "decorator_list", ()))
        self._visit_all([*arguments.defaults, *filter(None, arguments.kw_defaults)])
        self._visit_all(_annotations(node))
        name = "lambda" if isinstance(node, ast.Lambda) else node.name
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        self._inside(name, node.lineno, [] if self._closed(node) else body, later=True)
        if not is_lambda:
            self._use(name, node.lineno, True)

    def _inside(self, name: str, line: int, body: Iterable[ast.AST], later: bool) -> None:
        """Read the body of a function or class of that name that begins on that line."""
        key = name, line
        table = next((t for t in self._tables if (t.get_name(), t.get_lineno()) == key), None)
        if table is None:  # a scope of a kind that this version of Python keeps no table of
            return
        self._tables.remove(table)
        former = self._table, self._tables, self._items, self._later
        self._table, self._tables, self._items = table, list(_inner(table)), []
        self._later = later
        self._visit_all(body)
        self._table, self._tables, self._items, self._later = former

    def _comprehension(self, node: Comprehension) -> None:
        items = [
            each.id
            for generator in node.generators
            for each in ast.walk(generator.target)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        ]
        self.visit(node.generators[0].iter)  # outside of it
        former, self._items = self._items, [*self._items, *items]
        for number, generator in enumerate(node.generators):
            self._visit_all([generator.iter] if number else [])
            self._visit_all([generator.target, *generator.ifs])
        self._visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self._items = former


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """The tables of the functions and classes directly in a scope, also where comprehensions hold them."""
    for each in table.get_children():
        if each.get_name() in _COMPREHENSIONS or str(each.get_type()).startswith("type param"):
            yield from _inner(each)
        else:
            yield each


def _annotations(node: Function) -> Iterator[ast.expr]:
    """The annotations of a function's parameters and of its value."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for each in [*plain, arguments.vararg, arguments.kwarg]:
        if each is not None and each.annotation is not None:
            yield each.annotation
    if not isinstance(node, ast.Lambda) and node.returns is not None:
        yield node.returns


def _in_running_order(node: ast.AST) -> Iterable[ast.AST]:
    """The parts of a node in the order in which they are evaluated."""
    match node:
        case ast.Assign():
            return [node.value, *node.targets]
        case ast.AnnAssign(value=ast.expr() as value):
            return [value, node.annotation, node.target]
        case ast.NamedExpr():
            return [node.value, node.target]
        case ast.For() | ast.AsyncFor():
            return [node.iter, node.target, *node.body, *node.orelse]
    return ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> list[str]:
    """The names that a node binds itself and does not leave to `ast.Name` nodes in it."""
    match node:
        case ast.Import():
            return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        case ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names if alias.name != "*"]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return [name]
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
    return []
