"""Finds the files that code names: modules, sounds, kits, saved agents. Nothing of it runs."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Calls whose words name files that are written, and not read.
WRITES = frozenset({"record", "save"})
MOST_MODULES = 500


@dataclass
class NamedInCode:
    """What code names."""

    texts: set[str] = field(default_factory=set)  # words that may be paths of files
    kits: set[str] = field(default_factory=set)  # paths of kits
    modules: set[str] = field(default_factory=set)  # first parts of the names of modules
    saved: set[str] = field(default_factory=set)  # agents and tastes
    #: Calls of `kit` whose folder the code computes.
    computed_kits: int = 0


def named_in(codes: Iterable[str]) -> NamedInCode:
    """Return what pieces of code name; one that is no Python names nothing."""
    named, trees = NamedInCode(), []
    for code in codes:
        try:
            trees.append(ast.parse(code))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    words = {name: word for tree in trees for name, word in _assigned(tree)}
    for tree in trees:
        written = {id(node) for node in _written(tree)}
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(word)) if id(node) not in written:
                    named.texts.add(word)
                case ast.Import(names=names):
                    named.modules |= {each.name.partition(".")[0] for each in names}
                case ast.ImportFrom(module=str(module), level=0):
                    named.modules.add(module.partition(".")[0])
                case ast.Call():
                    _add_call(named, node, words)
    return named


def modules_beside(folder: Path, names: Iterable[str]) -> dict[Path, str]:
    """Return the modules of those names that stand in a folder, and those that they import: file -> text."""
    found: dict[Path, str] = {}
    waiting = sorted(names)
    known = set(waiting)
    while waiting and len(found) < MOST_MODULES:
        name = waiting.pop()
        for path in _files_of(folder, name):
            try:
                found[path] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            new = named_in([found[path]]).modules - known
            known |= new
            waiting += sorted(new)
    return found


def _files_of(folder: Path, name: str) -> Iterator[Path]:
    """Yield the files of a module or package of that name in a folder."""
    package = folder / name
    if (package / "__init__.py").is_file():
        yield from sorted(package.rglob("*.py"))
    elif (module := folder / f"{name}.py").is_file():
        yield module


def _add_call(named: NamedInCode, node: ast.Call, words: dict[str, str]) -> None:
    called = _called(node)
    if called == "kit" and (node.args or node.keywords):
        folder = node.args[0] if node.args else node.keywords[0].value
        word = words.get(folder.id) if isinstance(folder, ast.Name) else _word(folder)
        if word is None:
            named.computed_kits += 1
        else:
            named.kits.add(word)
    given = [each.value for each in node.keywords if each.arg == "load"]
    for each in [*given, *(node.args if called == "load" else ())]:
        if (word := _word(each)) is not None:
            named.saved.add(word)


def _written(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all that stands within the calls that write files."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in WRITES:
            for each in [*node.args, *node.keywords]:
                yield from ast.walk(each)


def _assigned(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name, word) of each variable that is set to a word."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(word))):
                yield name, word


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _word(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
