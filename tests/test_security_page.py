"""Each claim of SECURITY.md names tests, and they exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", PAGE)))


def claims() -> list[str]:
    """The items and paragraphs that say in bold what they are about."""
    parts = re.split(r"\n(?:\n|(?=\* ))", PAGE)
    return [part for part in parts if re.match(r"(\* )?\*\*", part)]


def test_there_are_claims_about_all_that_comes_from_strangers() -> None:
    told = " ".join(re.findall(r"\*\*(.+?)\*\*", PAGE))
    for what in ("set", "model", "bundle", "journal", "TorchScript", "Packets", "playing.json"):
        assert what in told


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim[:30].strip("* "))
def test_each_claim_names_a_test(claim: str) -> None:
    assert "`tests/" in claim, claim


@pytest.mark.parametrize("named", NAMED)
def test_the_test_that_a_claim_names_exists(named: str) -> None:
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name]
    assert len(found) == 1
    skips = [
        ast.unparse(each) for each in found[0].decorator_list if "mark.skip(" in ast.unparse(each)
    ]
    assert not skips, "a test that never runs shows nothing"
