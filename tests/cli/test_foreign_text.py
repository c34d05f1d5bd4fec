"""Text from strangers' files on its way to the terminal: every command shows it, and obeys none of it."""

import ast
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.table import Table
from rich.text import Text

from livecode.cli import command as cli
from livecode.cli import printing
from livecode.cli.console import PlainConsole
from livecode.neural.model_file import ModelMeta, write_model
from livecode.transport.plain_text import plain, plain_line

ROOT = Path(__file__).parents[2]
#: Sets a title, clears the screen, turns red, rings, turns the direction, goes back over the line.
EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m[bold red]m[/]\u202etxt\r\x08"
SHOWN = "␛]0;owned␇␛[2J␛[31m�31m[bold red]m[/]�txt␍␈"


def obeyed(shown: str) -> list[str]:
    """The characters that a terminal would obey, line ends apart."""
    return [each for each in shown if plain(each) != each or each == "\x1b"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command and return what it printed, of which a terminal obeys nothing."""
    cli.main(list(arguments))
    shown = "".join(capsys.readouterr())
    assert obeyed(shown) == [], repr(shown)
    return shown


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "300")


def test_plain_text_is_what_is_written_and_nothing_is_obeyed() -> None:
    assert plain(EVIL) == SHOWN
    assert plain("ægo „kõrge“ 音 ★\n\tx") == "ægo „kõrge“ 音 ★\n\tx"
    assert plain_line("a\nb\tc") == "a␊b␉c"
    assert plain("\udcff") == "�"
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        if chr(code) not in "\n\t":
            assert obeyed(plain(chr(code))) == []


def test_models_shows_what_a_model_file_and_its_card_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data" / "livecode" / "models" / f"a{EVIL.replace('/', '')}"
    meta = ModelMeta(f"space{EVIL}", {}, 16000, licence=f"CC{EVIL}")
    write_model(folder / f"{folder.name}.safetensors", {"x": np.zeros(1, np.float32)}, meta)
    (folder / "README.md").write_text(f"# x\nA card{EVIL}\n", newline="")
    shown = run(capsys, "models")
    assert f"CC{SHOWN}" in shown
    assert f"space{SHOWN}" in shown
    assert "[bold red]m[/]" in shown


SET = f"""
x = 1

# %% one{EVIL[:-2]} for=0.2*s
raise ValueError({EVIL!r})
"""


@pytest.mark.parametrize("command", ["check", "rehearse", "render"])
def test_what_runs_a_set_shows_its_names_and_its_errors(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"set{EVIL.replace('/', '')}.py"
    path.write_text(SET, newline="")
    more = ["-o", str(tmp_path / "out.wav"), "--for", "0.3"] if command == "render" else []
    more = ["--for", "0.3"] if command == "rehearse" else more
    shown = run(capsys, command, str(path), *more)
    assert "ValueError: ␛]0;owned" in shown
    assert "[bold red]m[/]" in shown


def test_takes_are_listed_by_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / f"takes{EVIL.replace('/', '')}"
    folder.mkdir()
    soundfile.write(folder / "x.wav", np.zeros(100), 16000)
    shutil.move(folder / "x.wav", folder / f"take{EVIL.replace('/', '')}.wav")
    run(capsys, "takes", str(folder), "--list")
    run(capsys, "takes", str(folder / "nothing\x1b[2J"), "--list")


def test_the_prompt_for_consent_shows_the_path_it_asks_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"model{EVIL.replace('/', '')}.ts"
    path.write_bytes(b"no model")
    monkeypatch.setattr("livecode.cli.import_model.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda asked: (printing.sys.stdout.write(asked), "n")[1])
    shown = run(capsys, "import", str(path), "--name", "evil")
    assert "Do you trust who made it?" in shown
    assert "model␛]0;owned␇" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["play", "\x1b[2J.py"], ["replay", "\x1b[2J", "-o", "x.wav"], ["models", "\x1b[2J"],
        ["generate", "\x1b[2J", "-o", "x", "--seconds", "1", "--takes", "1"],
        ["check", "\x1b[2J.py", "--json"], ["\x1b[2J"],
    ],
)  # fmt: skip
def test_errors_name_what_they_are_about_without_obeying_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        run(capsys, *arguments)
    except SystemExit:
        assert obeyed("".join(capsys.readouterr())) == []


def test_the_journal_of_a_stranger_is_listed_and_exported_as_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from livecode.journal import archive
    from livecode.journal.journal_file import Journal
    from livecode.journal.records import BlockBegun, BlockEnded, Opening, SetRead

    journal = Journal(archive.new().journal)
    journal.write(Opening("0", 1, 48000, 256))
    journal.write(SetRead(0, f"/tmp/{EVIL}.py", ""))
    journal.write(BlockBegun(1, 0, "x = (  # \x1b[2J\n    1)"))
    journal.write(BlockEnded(1, 0, True, ("x",)))
    journal.close()
    run(capsys, "sessions")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert "␛[2J" in run(capsys, "sessions", "export", "1")


def test_a_drawn_table_obeys_only_its_own_colours() -> None:
    file = io.StringIO()
    console = PlainConsole(file=file, force_terminal=True, width=200, color_system="standard")
    table = Table(EVIL)
    table.add_row(Text(f"named {EVIL}", style="bold"))
    table.add_row(f"plain {EVIL}")
    console.print(table, style="red")
    console.print(EVIL)
    shown = file.getvalue()
    assert "\x1b[31m" in shown, "its own colour"
    for escape in ("\x1b]0", "\x1b[2J", "\x07", "\x9b", "\u202e", "\r", "\x08"):
        assert escape not in shown
    assert "[bold red]m[/]" in shown


#: Modules whose processes answer another process by standard output, or whose screen is given back.
ANSWERING = {
    "takes/player.py", "engine/survey.py", "voices/isolated.py", "neural/torchscript/model.py",
    "terminal/opening.py", "cli/printing.py", "cli/bench.py",
}  # fmt: skip


#: Folders that no command of an installed livecode prints from.
NO_COMMANDS = ("bench/", "neural/samplernn/training/fullband/")


def test_one_place_prints() -> None:
    found = set()
    for path in sorted((ROOT / "livecode").rglob("*.py")):
        name = str(path.relative_to(ROOT / "livecode"))
        if name in ANSWERING or name.startswith(NO_COMMANDS):
            continue
        calls = (
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        )
        for call in calls:
            if isinstance(call.func, ast.Name) and call.func.id in ("print", "input", "Console"):
                found.add(f"{name}:{call.lineno} {call.func.id}")
    assert found == set()
