"""The documents say what is so: what they show can be typed, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from livecode import Session
from livecode.cli import command as cli
from livecode.sets.set_file import parse_set
from livecode.signals.sensors import TABLE
from livecode.terminal.key_bindings import KEYS
from tools import api
from tools.reference import refreshed

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of that language; "" for those that name none."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for named, block in fenced if named == language]


def commands() -> list[str]:
    shown = [block for path in DOCUMENTS for block in blocks(path.read_text(), "")]
    lines = [line.split("#")[0].strip() for block in shown for line in block.splitlines()]
    return sorted({line for line in lines if line.startswith("livecode ")})


def test_the_reference_of_the_language_is_what_the_words_say_of_themselves() -> None:
    text = text_of("docs/language.md")
    assert text == refreshed(text), "run: python -m tools.reference docs/language.md"


def test_the_reference_of_programs_is_what_the_code_says_of_itself() -> None:
    text = text_of("docs/session.md")
    assert text == api.refreshed(text), "run: python -m tools.api docs/session.md"


def test_every_word_is_in_the_reference(session: Session) -> None:
    text = text_of("docs/language.md")
    known = session.performance.words
    assert [word for word in known if f"`{word}" not in text and word != "np"] == []


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "docs/language.md",
        "docs/patterns.md",
        "docs/rings.md",
        "docs/sets.md",
        "docs/outputs.md",
        "docs/index.md",
        "docs/how-to/two-phones.md",
        "docs/how-to/project-it.md",
        "docs/how-to/tidal-and-link.md",
        "docs/how-to/play-with-a-friend.md",
    ],
)
def test_what_is_shown_can_be_typed(name: str, session: Session) -> None:
    shown = [block for block in blocks(text_of(name), "python") if "import " not in block]
    assert shown
    for block in shown:
        result = session.eval(block)
        assert result.ok, f"{block}\n{result.error}"
        session.advance(0.1)
    assert not [event for event in session.log if event.wrong]


def test_the_scenes_shown_are_a_set(tmp_path: Path) -> None:
    (shown,) = [block for block in blocks(text_of("docs/language.md"), "text") if "# %%" in block]
    assert [scene.name for scene in parse_set(shown, tmp_path).scenes] == ["wander", "open"]


def test_the_program_in_the_readme_runs() -> None:
    (program,) = [block for block in blocks(text_of("README.md"), "python") if "import " in block]
    variables: dict[str, object] = {}
    exec(program, variables)
    assert variables["audio"].shape == (96000, 2)  # type: ignore[attr-defined]


def test_the_programs_on_the_page_of_the_session_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = text_of("docs/session.md").partition(api.BEGIN)[0]
    programs = [block for block in blocks(shown, "python") if "import " in block]
    assert len(programs) == 4
    variables: dict[str, object] = {}
    for program in programs:
        exec(program, variables)
    assert "agent" in str(variables["result"].error)  # type: ignore[attr-defined]
    assert abs(variables["opening"]).max() > 0.01  # type: ignore[arg-type]


@pytest.mark.parametrize("command", commands())
def test_commands_are_understood(command: str) -> None:
    cli.command_parser().parse_args(command.split()[1:])


def test_keys_in_the_readme_do_what_it_says() -> None:
    table = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", text_of("README.md"), re.MULTILINE))
    known = {key.label: key.text for key in KEYS}
    assert table
    for label, text in table.items():
        labels = label.split(", ")
        assert all(each in known for each in labels)
        if len(labels) == 1:
            assert known[label].startswith(text) or text.startswith(known[label].split(",")[0])


def test_every_sensor_is_in_the_table_of_the_rings() -> None:
    text = text_of("docs/rings.md")
    assert {row.sensor for row in TABLE if f"(`{row.sensor}`)" not in text} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_files_that_are_named_exist(path: Path) -> None:
    named = re.findall(r"`((?:livecode|examples|docs|sets|tests)/[\w./]+)`", path.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_decision_s_heading_has_the_number_of_its_file() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:3] for page in pages]
    assert numbers == sorted(set(numbers)), "each once"
    headings = [page.read_text(encoding="utf-8").split()[1].strip(".:") for page in pages]
    assert headings == numbers
