"""The page of licences names every dependency, and says what the packages say of themselves."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]


def rows() -> dict[str, tuple[str, str, str]]:
    """The table: name -> (what it comes with, licence, what its metadata says)."""
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {cells[0]: (cells[1], cells[2], cells[3]) for cells in lines[1:]}


def required() -> dict[str, set[str]]:
    """Each package that livecode or an extra of it asks for, and what asks for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asking = {"livecode": project["dependencies"], **project["optional-dependencies"]}
    found: dict[str, set[str]] = {}
    for what, requirements in asking.items():
        for each in requirements:
            found.setdefault(re.match(r"[\w.-]+", each)[0], set()).add(what)
    return found


def test_every_dependency_of_every_extra_is_named_with_what_it_comes_with() -> None:
    assert set(rows()) == set(required())
    for name, (comes_with, *_) in rows().items():
        said = set(re.findall(r"\[(\w+)\]", comes_with)) or {"livecode"}
        assert said == required()[name], name


def test_each_licence_is_what_the_installed_package_says() -> None:
    compared = 0
    for name, (_, _, says) in rows().items():
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # of an extra that is not installed here
        fields = [about.get("License-Expression"), about.get("License")]
        classifiers = [each for each in about.get_all("Classifier") or [] if "License" in each]
        assert says in " ".join([*filter(None, fields), *classifiers]), name
        compared += 1
    assert compared > 20
