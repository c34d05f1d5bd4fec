"""The house: few files at the root, modules that can be read, one class for one name, and true arrows."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "livecode"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400
MOST_FILES_AT_THE_ROOT = 5


def test_few_files_stand_at_the_root() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= MOST_FILES_AT_THE_ROOT


def test_every_module_can_be_read_at_a_sitting() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_every_room_says_what_lives_there() -> None:
    modules = [path for path in MODULES if path.parent != PACKAGE or path.name != "__main__.py"]
    assert [path for path in modules if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_no_two_public_classes_have_one_name() -> None:
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_the_arrows_in_the_architecture_are_those_of_the_code() -> None:
    pytest.importorskip("grimp", reason="import-linter is not installed: the extra check")
    from tools.arrows import refreshed

    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert page == refreshed(page), "run: python -m tools.arrows docs/architecture.md"


def test_every_room_is_in_the_architecture() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    files = [path.name for path in PACKAGE.glob("*.py") if path.name != "__init__.py"]
    assert [room for room in rooms if f"`livecode/{room}/`" not in page] == []
    assert [file for file in files if f"`livecode/{file}`" not in page] == []
