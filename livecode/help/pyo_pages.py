"""The documentation of pyo's classes, read from pyo's source files: only the engine imports pyo."""

import ast
import inspect
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from livecode.dsp_rules import FORBIDDEN

#: Files of pyo that hold nothing for a @dsp: windows, servers, sockets, other formats of events.
_NOT_FOR_SOUND = frozenset({
    "_core", "_maps", "_tkwidgets", "_widgets", "_wxwidgets", "events", "listener", "mmlmusic",
    "opensndctrl", "server", "wxgui",
})  # fmt: skip
#: Classes of pyo's core that graphs are written with.
_OF_THE_CORE = ("Mix", "Sig", "SigTo")
_CLASS = re.compile(r"^class (?P<name>[A-Z]\w*)\(", re.MULTILINE)
_ROLE = re.compile(r":py:\w+:`([^`]+)`")


@cache
def names() -> dict[str, Path]:
    """Return the classes that a @dsp can use, with the file of each."""
    spec = find_spec("pyo")
    if spec is None or not spec.submodule_search_locations:
        return {}
    found: dict[str, Path] = {}
    for path in sorted(Path(spec.submodule_search_locations[0], "lib").glob("*.py")):
        for name in _CLASS.findall(path.read_text(encoding="utf-8")):
            if path.stem not in _NOT_FOR_SOUND or name in _OF_THE_CORE:
                found[name] = path
    return {name: path for name, path in sorted(found.items()) if name not in FORBIDDEN}


@cache
def page(name: str) -> str | None:
    """Return signature, description and arguments of one class; None if there is no such class."""
    if (path := names().get(name)) is None:
        return None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (found,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name]
    made = [n for n in found.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    arguments = ast.unparse(made[0].args).removeprefix("self").removeprefix(", ") if made else ""
    text = inspect.cleandoc(ast.get_docstring(found) or "")
    text = text.partition("\n>>>")[0].partition("\n.. seealso::")[
        0
    ]  # pyo's examples make a server of their own
    text = re.sub(r"^:Parent:.*\n+|^:Args:\n+", "", text, flags=re.MULTILINE)
    text = text.replace(".. note::", "Note:")
    return f"{name}({arguments})\n\n" + _ROLE.sub(r"`\1`", text).strip()
