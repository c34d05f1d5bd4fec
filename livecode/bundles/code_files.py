"""Finds the files that code names: modules, sounds, kits, saved agents. Nothing of it runs."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Calls whose words name files that are written, and not read.
WRITES = frozenset({"record", "save"})
#: Calls whose first word names a file that is read, such as `np.load`, or a module. A `sample` is not among
#: them: what was heard of files is in the journal.
READS = frozenset({"open", "load", "loadtxt", "genfromtxt", "fromfile", "memmap", "import_module"})
#: Modules whose `load` is given an open file.
_OF_OPEN_FILES = frozenset({"json", "pickle", "tomllib", "yaml"})
#: What is called of a path that is read.
READS_PATH = frozenset({"read_text", "read_bytes", "glob", "iterdir", "rglob"})
#: Modes of `open` in which nothing is read.
_NOT_READ = frozenset("wax")
MOST_MODULES, LONGEST_SHOWN = 500, 60


@dataclass
class NamedInCode:
    """What code names."""

    texts: set[str] = field(default_factory=set)  # words that may be paths of files
    kits: set[str] = field(default_factory=set)  # paths of kits
    modules: set[str] = field(default_factory=set)  # first parts of the names of modules
    saved: set[str] = field(default_factory=set)  # agents, tastes and streams
    #: Calls that read a file or a kit whose name the code computes, as they are written.
    computed: set[str] = field(default_factory=set)


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
    path = node.args[0] if node.args else node.keywords[0].value if node.keywords else None
    if called == "kit" and path is not None:
        if (word := _meant(path, words)) is None:
            named.computed.add(_shown(node))
        else:
            named.kits.add(word)
    elif called == "import_module" and path is not None and (word := _word(path)) is not None:
        named.modules.add(word.partition(".")[0])
    elif called in READS and path is not None and _reads(node):
        if _meant(path, words) is None:
            named.computed.add(_shown(node))
    elif called in READS_PATH and isinstance(node.func, ast.Attribute):
        match node.func.value:
            case ast.Call(args=[inner]) as call if _called(call) == "Path":
                word = _meant(inner, words)
            case _:
                word = None
        if word is None or called not in ("read_text", "read_bytes"):
            named.computed.add(_shown(node))
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


def _reads(node: ast.Call) -> bool:
    """Return whether a call of READS reads a file of the name that it is given."""
    of = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(of, ast.Name) and of.id in _OF_OPEN_FILES:
        return False
    modes = [each.value for each in node.keywords if each.arg == "mode"] or node.args[1:2]
    return _called(node) != "open" or not modes or not _NOT_READ & set(_word(modes[0]) or "")


def _meant(node: ast.AST, words: dict[str, str]) -> str | None:
    """Return the word that stands there, or to which the variable there is set; None if it is computed."""
    return words.get(node.id) if isinstance(node, ast.Name) else _word(node)


def _shown(node: ast.AST) -> str:
    """Return a call as it is written, in short."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _word(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
