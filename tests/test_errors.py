"""Errors that a person meets: what they carry, and the one style of all their sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import livecode
from livecode.errors import LivecodeError, Problem, did_you_mean

PACKAGE = Path(livecode.__file__).parent
#: Words with a capital of their own that a sentence may begin with.
NAMES = ("Ableton", "Python", "SampleRNN", "TorchScript")
_CAPITAL = re.compile(r"[A-Z][a-z]")


def test_a_line_and_names_stand_before_the_text_and_apart_from_it() -> None:
    error = LivecodeError("this is no number", line=3)
    assert (str(error), error.text, error.line) == ("line 3: this is no number", error.text, 3)
    problem = Problem("gave None", ("ego", "hall"), 7)
    assert str(problem) == "ego, hall: line 7: gave None"
    assert str(Problem("it is silent now")) == "it is silent now"


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("trun", ["turn", "tilt"], "; did you mean turn?"),
        ("x", ["turn", "tilt"], "; there are turn, tilt"),
        ("x", {"turn"}, "; there is turn"),
        ("x", [], ""),
    ],
)
def test_near_names_are_named_or_else_all(name: str, known: list[str], said: str) -> None:
    assert did_you_mean(name, known) == said


def test_of_many_names_only_near_ones_are_named() -> None:
    many = [f"horn_{number:03}" for number in range(100)]
    assert did_you_mean("horn_0400", many, most=3, list_all=False).count("horn_") == 3
    assert did_you_mean("x", many, list_all=False) == ""


def sentences() -> Iterator[tuple[str, str, str]]:
    """(place, beginning, end) of every sentence that is raised as a LivecodeError."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    ast.Name("LivecodeError" | "CueError"), [ast.Constant(str(text)), *_]
                ):
                    yield f"{path.name}:{node.lineno}", text, text
                case ast.Call(ast.Name("LivecodeError" | "CueError"), [ast.JoinedStr(parts), *_]):
                    yield f"{path.name}:{node.lineno}", literal(parts[0]), literal(parts[-1])


def literal(part: ast.expr) -> str:
    """A literal part of an f-string; "" for an expression."""
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""


def test_all_sentences_are_of_one_style() -> None:
    found = list(sentences())
    assert len(found) > 300
    for place, begin, end in found:
        assert not _CAPITAL.match(begin) or begin.startswith(NAMES), f"{place}: lower case: {begin}"
        assert not end.endswith("."), f"{place}: no full stop: {end}"
