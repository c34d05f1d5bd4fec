"""The command as a shell runs it: exit status, and one sentence where something is wrong."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from livecode.cli import command as cli
from livecode.cli.parser import Command
from livecode.journal import archive
from livecode.journal.journal_file import Journal
from livecode.neural.model_file import find_model
from livecode.signals.udp import UdpListener

LIVECODE = (sys.executable, "-m", "livecode.cli")
FIRST = Path(__file__).parents[2] / "sets" / "first.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*LIVECODE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence that it was refused with."""
    assert done.returncode == 2, done
    assert re.fullmatch(r"livecode: [^\n]+\n", done.stderr), done.stderr
    return done.stderr


def argument_refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main(list(arguments))
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"livecode: [^\n]+\n", said)
    return said


def a_set(folder: Path, text: str) -> Path:
    path = folder / "piece.py"
    path.write_text(text)
    return path


def test_a_set_that_is_not_there_is_refused_before_any_sound(tmp_path: Path) -> None:
    said = refusal(run("play", tmp_path / "nowhere.py", "--audio", "headless"))
    assert "nowhere.py" in said


def test_a_set_with_a_syntax_error_is_refused_with_its_line(tmp_path: Path) -> None:
    piece = a_set(tmp_path, "x = 1\n# %% one\ny = = 2\n")
    assert "piece.py, line 3" in refusal(run("play", piece, "--audio", "headless"))


def test_a_missing_model_is_refused_with_its_name(tmp_path: Path) -> None:
    piece = a_set(tmp_path, 'glass = space("adittive")\n')
    said = refusal(run("render", piece, "-o", tmp_path / "out.wav"))
    assert "'adittive'" in said
    assert "did you mean additive" in said


def test_a_corrupt_model_file_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.safetensors"
    short.write_bytes(find_model("additive").read_bytes()[:-1000])
    piece = a_set(tmp_path, f"glass = space({str(short)!r})\n")
    assert "damaged or cut short" in refusal(run("render", piece, "-o", tmp_path / "out.wav"))


def test_an_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    said = refusal(run("render", FIRST, "-o", tmp_path / "no" / "out.wav", "--for", 1))
    assert "cannot write" in said


def test_a_recording_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "no" / "out.wav"
    said = refusal(run("play", FIRST, "--audio", "headless", "--record", place, "--for", 1))
    assert "cannot write" in said


def test_frames_that_are_none_are_refused_with_their_line(tmp_path: Path) -> None:
    frames = tmp_path / "frames.jsonl"
    frames.write_text('{"t": 0, "packet": "L2EAACwAAAA="}\nnot a frame\n')
    said = refusal(run("render", FIRST, "-o", tmp_path / "out.wav", "--osc", frames))
    assert "line 2" in said


def test_a_port_that_is_taken_is_refused_with_the_way_out() -> None:
    with UdpListener(port=0) as other:
        said = refusal(run("rings", "--osc-port", other.port, "--for", 1))
    assert f"UDP port {other.port}" in said
    assert "--osc-port" in said


def test_simulated_rings_send_packets_of_both_hands() -> None:
    with UdpListener(port=0) as other:
        done = run("rings", "--simulate", "--osc-port", other.port, "--version", 1, "--for", 0.5)
        packets = [packet for _, packet, _ in other.drain()]
    assert done.returncode == 0, done.stderr
    assert 150 <= len(packets) <= 210  # 2 × 200 Hz × 0.5 s
    assert {packet[:6] for packet in packets} == {b"/0/raw", b"/1/raw"}
    assert f"{len(packets)} packets" in done.stdout


def test_models_are_listed_with_kind_and_licence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.main(["models"]) == 0
    listed = capsys.readouterr().out
    assert re.search(r"additive +space +\d+\.\d MB +Apache-2.0", listed)


def test_a_damaged_model_is_listed_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("livecode.neural.model_file.user_models", lambda: tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "broken.safetensors").write_bytes(b"no safetensors")
    assert cli.main(["models"]) == 0
    assert re.search(r"broken +damaged", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["models"], 1),  # rich ends the program by itself
        (["kernel", "install", "--prefix", "PREFIX"], cli.UNREAD),
    ],
)
def test_output_that_nobody_reads_ends_the_command_without_a_traceback(
    arguments: list[str], status: int, tmp_path: Path
) -> None:
    arguments = [str(tmp_path) if each == "PREFIX" else each for each in arguments]
    reading, writing = os.pipe()
    os.close(reading)
    command = [*LIVECODE, *arguments]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert (done.stderr, done.returncode) == (b"", status)


def test_training_without_torch_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = ("livecode.cli.train_space", "livecode.neural.spaces.training.train", "torch")
    for name in [name for name in sys.modules if name in trained or name.startswith("torch.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert cli.main(["train", "space", "--synthetic", "additive", "--name", "x"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "make setup" in said
    assert 'pip install "livecode[train]"' in said


def test_nothing_but_training_imports_torch() -> None:
    code = (
        "import sys, livecode.cli.command, livecode.cli.play, livecode.cli.rings, livecode.cli.doctor,"
        "livecode.cli.generate, livecode.cli.takes, livecode.cli.import_model, livecode.cli.bench,"
        "livecode.performance.performance, livecode.voices.host, livecode.offline.render;"
        "from tools.site.reference import commands; commands();"  # what --help says of each
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: COMMAND; see livecode --help"),
        (["sing"], "invalid choice: 'sing'"),
        (["render"], "required: SET.py, -o/--out; see livecode render --help"),
        (["play", "--audio", "tape"], "invalid choice: 'tape'"),
        (["play", "--for", "-3"], "'-3' is not a length of time"),
        (["play", "--for", "nan"], "'nan' is not a length of time"),
        (["play", "--sr", "5"], "5 is not a sample rate"),
        (["play", "--block", "100"], "100 is not a power of two"),
        (["play", "--seed", "-1"], "'-1' is not a whole number"),
        (["play", "--rec", "x.wav"], "unrecognized arguments: --rec"),
        (["rings", "--osc-port", "70000"], "70000 is not a port"),
        (["rings", "--version", "3"], "invalid choice: 3"),
        (["bench", "everything"], "invalid choice: 'everything'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_in_a_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in argument_refusal(capsys, *arguments)


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_command_has_a_page_of_help(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    if command.name in ("train", "tune"):
        pytest.importorskip("torch")
    with pytest.raises(SystemExit) as end:
        cli.main([command.name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: livecode {command.name}")


class WithoutBenchmarks:
    """An import finder that finds no benchmarks, as where only the wheel is installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "livecode.bench":
            raise ModuleNotFoundError(name, name=name)


def test_without_the_benchmarks_a_sentence_says_where_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("livecode.bench")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "livecode.cli.bench", raising=False)
    monkeypatch.setattr(sys, "meta_path", [WithoutBenchmarks, *sys.meta_path])
    assert cli.main(["bench", "engine"]) == 2
    assert "in the project's folder" in capsys.readouterr().err


def test_an_error_of_the_system_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(archive.new().journal).close()
    out = tmp_path / "no" / "out.py"
    assert cli.main(["sessions", "export", "-o", str(out)]) == 2
    assert capsys.readouterr().err == f"livecode: No such file or directory: {out}\n"


def test_a_terminal_that_knows_only_ascii_shows_what_it_can(tmp_path: Path) -> None:
    path = tmp_path / "night.py"
    path.write_text("# %% one 1*s\nego = agent(space('additive'))\n", encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "livecode.cli", "check", str(path)],
        env=os.environ | plain,
        capture_output=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
