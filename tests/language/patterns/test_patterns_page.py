"""The page about patterns is true: each notation and each operation gives the bar that it shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from livecode import pattern
from livecode.language.patterns.pattern import OPERATIONS, Pattern
from livecode.language.patterns.picture import bar_row

PAGE = Path(__file__).parents[3] / "docs" / "patterns.md"
ROWS = re.findall(
    r"^\| `(.+?)` \| .*? \| (.*?) ?\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)


def made_of(written: str) -> Pattern:
    """What a row is about: an expression, or a notation."""
    written = written.replace("\\|", "|")
    names: dict[str, Any] = {"pattern": pattern}
    return eval(written, names) if written.startswith("pattern(") else pattern(written)


def bars(made: Pattern) -> str:
    """The bars of a pattern until it repeats itself, three at most: `0 bd, 1/2 sn; 0 bd`."""
    count = min(made.cycles.period or 1, 3)
    shown = []
    for bar in range(count):
        events = made.events(bar, bar + 1)
        shown.append(
            ", ".join(f"{event.begin - bar} {event.value}" for event in events) or "nothing"
        )
    return "; ".join(shown)


@pytest.mark.parametrize(("written", "shown"), ROWS)
def test_what_is_shown_of_a_bar_is_what_it_gives(written: str, shown: str) -> None:
    assert shown == f"`{bars(made_of(written))}`"


def test_every_operation_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in OPERATIONS if f".{name}(" not in text and name != "quantize"] == []


def test_the_program_on_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (program,) = [block for block in blocks if "import " in block]
    exec(program, {})
    assert capsys.readouterr().out.splitlines()[:2] == ["0 1/8 sn", "1/8 1/4 sn"]


def test_the_drawing_on_the_page_is_that_of_its_pattern() -> None:
    running, drawing = re.findall(
        r"^```text\n(.*?)\n```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    groove, gain = pattern("bd*4, ~ cp, hh*8"), pattern("1 0.6")
    assert drawing == str(groove.picture())
    assert [bar_row(each.cycles, 3 + 7.5 / 16) for each in (groove, gain)] == [
        line.split("|")[1] for line in running.splitlines()
    ]


@pytest.mark.parametrize(
    ("text", "drawing"),
    [
        ("bd ~ [sn sn] ~", "bd ▪───············\nsn ········▪─▪─····"),
        ("<a b>/2", "a ▪───────────────"),
        ("~", ""),
        ("bd(3,8)", "bd ▪─····▪─····▪─··"),
        ("0 .. 9", "\n".join(["0 ▪─··············", "1 ·▪──············"])),
    ],
)
def test_a_bar_is_drawn_in_rows(text: str, drawing: str) -> None:
    assert str(pattern(text).picture()).startswith(drawing)
    assert len(str(pattern(text).picture()).splitlines()) <= 9


def test_a_later_bar_is_drawn_as_it_is_then() -> None:
    assert str(pattern("<a b>/2").picture(1)) == "a ────────────────"
    assert str(pattern("<a b>/2").picture(2)) == "b ▪───────────────"
