"""The glossary: each term is defined once and used, and no retired word stands in code or docs."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
#: These tell of what was, in the words of then: nothing is renamed in them.
OF_THEN = {
    ROOT / "CHANGELOG.md",
    ROOT / "docs/decisions/015-one-house.md",
    GLOSSARY,
    Path(__file__),
}
CODE = sorted(
    path
    for folder in ("livecode", "tools", "tests", "examples", "sets")
    for path in (ROOT / folder).rglob("*.py")
    if path not in OF_THEN
)
#: Those of performers call their scenes and names what they like.
OURS = [path for path in CODE if path.parts[len(ROOT.parts)] not in ("examples", "sets")]
DOCS = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")} - OF_THEN
)
NOWHERE, AS_A_NAME = "nowhere", "as a name"


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of the glossary, without its head."""
    text = (
        GLOSSARY.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    )
    table = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


TERMS = [row[0].strip("*") for row in rows("Terms")]
RETIRED = {row[0]: row[2] for row in rows("Retired words")}
#: In these rooms the word is the proper term for something else.
ELSEWHERE = {"chance": "livecode/language/patterns/", "kept": "livecode/language/patterns/"}
#: Names that are still to be renamed.
PENDING: tuple[str, ...] = ()


def pattern(term: str) -> re.Pattern[str]:
    """Finds a term as prose or as a name has it: `block lock`, `block_lock`, `BlockLock`, in the plural."""
    words = [re.escape(word) for word in term.split()]
    return re.compile(rf"(?<![^\W_]){'[ _-]?'.join(words)}(?:s|es)?(?![^\W_])", re.IGNORECASE)


def in_words(text: str) -> str:
    """The text with its CamelCase names taken apart, so that a search finds the words in them."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)


@cache
def lines() -> dict[str, str]:
    """Every line of code and docs, by its place."""
    return {
        f"{path.relative_to(ROOT)}:{number}": in_words(line)
        for path in [*CODE, *DOCS]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    }


@cache
def names_given(path: Path) -> tuple[str, ...]:
    """What a module calls itself, its classes, and what it imports under another name."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    classes = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    renamed = [node.asname for node in nodes if isinstance(node, ast.alias) and node.asname]
    return (path.stem, *classes, *renamed)


def test_each_term_is_defined_once_in_the_order_of_the_alphabet() -> None:
    assert len(TERMS) > 80
    assert sorted(set(TERMS)) == TERMS


def test_each_term_is_defined_in_a_sentence_or_two() -> None:
    for term, meaning in rows("Terms"):
        sentences = re.findall(r"[.!?](?:\s|$)", meaning)
        assert 1 <= len(sentences) <= 3, term
        assert meaning.endswith("."), term


def test_each_term_is_used() -> None:
    everything = "\n".join(lines().values())
    assert [term for term in TERMS if not pattern(term).search(everything)] == []


def test_no_term_is_a_retired_word_of_which_nothing_is_left() -> None:
    assert set(RETIRED.values()) == {NOWHERE, AS_A_NAME}
    assert [word for word, scope in RETIRED.items() if scope == NOWHERE and word in TERMS] == []


@pytest.mark.parametrize("word", [word for word, scope in RETIRED.items() if scope == NOWHERE])
def test_a_retired_word_stands_nowhere(word: str) -> None:
    retired = pattern(word)
    found = {place: line.strip() for place, line in lines().items() if retired.search(line)}
    assert found == {}


@pytest.mark.parametrize("word", [word for word, scope in RETIRED.items() if scope == AS_A_NAME])
def test_no_module_class_or_import_is_called_by_a_retired_word(word: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in OURS
        for name in names_given(path)
        if name.strip("_").lower() == word and ELSEWHERE.get(word, "-") not in str(path)
    ]
    assert found == []
