"""`livecode models`: packed here, unpacked in another home, shown, drawn, written and played."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.cli import command as cli
from livecode.cli.show_model import RATE_HZ
from livecode.neural.model_file import user_models
from tests.samplernn_model import write_samplernn


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


def shown(name: str, out: str) -> np.ndarray:
    """The sound (frames, 2) that `livecode models show` writes."""
    assert cli.main(["models", "show", name, "--for", "0.5", "-o", out]) == 0
    audio, rate = soundfile.read(out, dtype="float32")
    assert rate == RATE_HZ
    return audio


def test_a_model_sounds_in_another_home_as_it_did_sample_by_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_samplernn(user_models())
    before = shown("tiny", "before.wav")
    assert cli.main(["models", "pack", "tiny"]) == 0
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another home"))
    assert cli.main(["models", "show", "tiny", "-o", "none.wav"]) == 2
    assert cli.main(["models", "unpack", "tiny.zip"]) == 0
    assert "stream('tiny')" in capsys.readouterr().out
    after = shown("tiny", "after.wav")
    assert np.abs(before).max() > 0.01
    np.testing.assert_array_equal(after, before)
    said = capsys.readouterr().out
    for words in ("samplernn", "16000 Hz", "LUFS"):
        assert words in said
    assert any(set(line) & set("░▒▓█") for line in said.splitlines())


def test_show_writes_over_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("there.wav").write_bytes(b"mine")
    assert cli.main(["models", "show", "additive", "-o", "there.wav"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert Path("there.wav").read_bytes() == b"mine"


@pytest.mark.live
def test_show_plays_to_the_end_where_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["models", "show", "additive", "--for", "0.3", "--audio", "headless"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr().out
    for words in ("space", "Apache-2.0", "played on headless"):
        assert words in said


@pytest.mark.parametrize("what", ["show", "pack", "unpack"])
def test_each_has_a_page_of_help(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["models", what, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: livecode models {what}")
