"""The reference in docs/session.md: what programs may call, from the docstrings and signatures of the code.

    python -m tools.api docs/session.md

writes it anew between the two marks; a test sees to it that this has been done.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from livecode.errors import LivecodeError
from livecode.evaluation.evaluator import Result
from livecode.language.patterns.word import PatternWord, pattern
from livecode.neural.load import load_model
from livecode.offline.session import Session
from livecode.performance.status import Running
from livecode.sets.set_file import read_set
from livecode.transport.events import Event

BEGIN = "<!-- reference: written by `python -m tools.api`, not by hand -->"
END = "<!-- end of the reference -->"
#: What a program meets, in the order of the page.
SHOWN = (Session, Result, Running, Event, read_set, load_model, pattern, LivecodeError)


def refreshed(document: str) -> str:
    """The document with its reference as it is to be."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def reference() -> str:
    """Everything that programs may call, from what it says about itself, in Markdown."""
    return "\n".join(line for shown in SHOWN for line in _entry(shown)).rstrip() + "\n"


def _entry(shown: Any) -> Iterator[str]:
    if isinstance(shown, PatternWord):
        call = ast.parse(textwrap.dedent(inspect.getsource(PatternWord.__call__))).body[0]
        assert isinstance(call, ast.FunctionDef)
        signature = _signature(call).replace("__call__", "pattern")
        yield from ("### pattern", "", *_code(signature), inspect.getdoc(PatternWord) or "", "")
        return
    tree = ast.parse(textwrap.dedent(inspect.getsource(shown))).body[0]
    if isinstance(tree, ast.ClassDef):
        yield from (f"### {shown.__name__}", "", *_class(shown, tree))
    else:
        assert isinstance(tree, ast.FunctionDef)
        yield from (f"### {shown.__name__}", "", *_code(_signature(tree)), *_text(tree))


def _class(shown: type, tree: ast.ClassDef) -> Iterator[str]:
    parts = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    begin = parts.get("__init__")
    if begin is not None:
        yield from _code(_signature(begin).replace("__init__", shown.__name__))
    yield from _text(tree)
    if begin is not None:
        yield from _text(begin)
    fields = [each for each in tree.body if isinstance(each, ast.AnnAssign)]
    lines = textwrap.dedent(inspect.getsource(shown)).splitlines()
    public = [lines[each.lineno - 1].strip() for each in fields if not _private(each)]
    if public and begin is None:
        yield from _code("\n".join(public))
    for name, each in parts.items():
        if name.startswith("_"):
            continue
        attribute = any(ast.unparse(mark) == "property" for mark in each.decorator_list)
        shape = f"{name}: {ast.unparse(each.returns)}" if attribute and each.returns else ""
        yield from (
            f"#### {shown.__name__}.{name}",
            "",
            *_code(shape or _signature(each)),
            *_text(each),
        )


def _private(field: ast.AnnAssign) -> bool:
    return isinstance(field.target, ast.Name) and field.target.id.startswith("_")


def _signature(tree: ast.FunctionDef) -> str:
    """Return the call as it is written in the code, in one line or one for each argument."""
    arguments = ast.unparse(tree.args).removeprefix("self").removeprefix(", ")
    arguments = re.sub(r"(: [^,=]+)=", r"\1 = ", arguments)
    returns = f" -> {ast.unparse(tree.returns)}" if tree.returns else ""
    call = f"{tree.name}({arguments}){returns}"
    return call.replace(" -> None", "")


def _code(text: str) -> Iterator[str]:
    yield from ("```python", text, "```", "")


def _text(tree: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    """Return a docstring; its examples stand in a fence."""
    text, inside = [], False
    for line in (ast.get_docstring(tree) or "").splitlines():
        if line.startswith(">>>") and not inside:
            text.append("```pycon")
            inside = True
        elif inside and not line.startswith((">>>", "...")):
            text.append("```")
            inside = False
        text.append(line)
    yield from [*text, *(["```"] if inside else []), ""]


def main(paths: Iterable[str]) -> None:
    """Refresh these documents."""
    for path in map(Path, paths):
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
