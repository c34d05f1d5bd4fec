"""Bundles: what was played in one home is replayed in another, sample by sample, from one file."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.bundles.reading import lacking, unpack
from livecode.bundles.sharing import may_be_shared
from livecode.bundles.writing import write_bundle
from livecode.cli import command as cli
from livecode.errors import LivecodeError
from livecode.files import carrying
from livecode.kernel import beginning
from livecode.neural.model_file import find_model
from tests.bundles.travelling import Heard, emptied, go_to, performed, tone
from tests.journal.performing import played


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """A performance of somebody at home in `ann`."""
    go_to(tmp_path / "ann", monkeypatch)
    monkeypatch.chdir(tmp_path)
    return performed(tmp_path / "ann" / "sets")


def test_a_bundle_is_replayed_in_another_home_sample_by_sample(
    heard: Heard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle, out = tmp_path / "night.zip", tmp_path / "again.wav"
    assert cli.main(["sessions", "export", "1", "--bundle", str(bundle)]) == 0
    told = capsys.readouterr().out
    for name in ("scales.py", "bends.py", "words.txt", "door.wav", "bd/1.wav", "sn/1.wav"):
        assert f"/{name}\n" in told
    assert "carries the model mine (CC BY 4.0)" in told
    assert ".env" not in told
    assert not set(zipfile.ZipFile(bundle).namelist()) & {".env", "started.json", "log"}
    emptied(heard)
    go_to(tmp_path / "bob", monkeypatch)
    with pytest.raises(LivecodeError):
        find_model("mine")
    assert cli.main(["replay", str(bundle), "-o", str(out), "--trust"]) == 0
    assert "all controls are those that were played" in capsys.readouterr().out
    again, _ = soundfile.read(out, dtype="float32")
    np.testing.assert_array_equal(again, heard.sound)
    assert not list((tmp_path / "bob" / "data").rglob("*.safetensors")), "nothing stays"


def test_a_replay_finds_the_files_of_the_folder_in_which_an_empty_page_was_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(tmp_path / "ann", monkeypatch)
    stood, elsewhere = tmp_path / "stood", tmp_path / "elsewhere"
    tone(stood / "door.wav", 300)
    elsewhere.mkdir()
    monkeypatch.chdir(stood)
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        assert session.eval('door = sample("door.wav")').ok
        heard = session.advance(0.3)
        session.performance.recorder.closed()
    monkeypatch.chdir(elsewhere)
    bundle = tmp_path / "night.zip"
    assert write_bundle(tmp_path / "journal", bundle).is_ours
    for what in ("journal", "night.zip"):
        assert cli.main(["replay", str(tmp_path / what), "-o", str(tmp_path / "out.wav")]) == 0
        again, _ = soundfile.read(tmp_path / "out.wav", dtype="float32")
        np.testing.assert_array_equal(again, heard)
    assert Path.cwd() == elsewhere
    assert np.abs(heard).max() > 0.05


def test_a_model_that_nobody_may_share_is_named_with_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(tmp_path / "ann", monkeypatch)
    heard = performed(tmp_path / "sets", licence="", each_s=0.1)
    bundle = tmp_path / "night.zip"
    left_out = next(
        m for m in write_bundle(heard.archived.journal, bundle).models if m.name == "mine"
    )
    assert "names no licence" in left_out.left_out
    assert not [
        name for name in zipfile.ZipFile(bundle).namelist() if name.startswith("models/mine")
    ]
    shared = write_bundle(heard.archived.journal, tmp_path / "shared.zip", {"mine"})
    assert "models/mine/mine.safetensors" in shared.files
    with pytest.raises(LivecodeError, match="no model named 'other'"):
        write_bundle(heard.archived.journal, tmp_path / "other.zip", {"other"})
    go_to(tmp_path / "bob", monkeypatch)
    contents = unpack(bundle, tmp_path / "unpacked")
    with carrying(tmp_path / "unpacked"):
        (sentence,) = lacking(contents)
        assert "the model mine is not in the bundle" in sentence
        assert left_out.sha256 in sentence
        assert f"put it into {tmp_path}/bob/data/livecode/models/mine" in sentence
        shutil.copytree(
            tmp_path / "ann/data/livecode/models", tmp_path / "bob/data/livecode/models"
        )
        assert not list(lacking(contents)), "it is here by now"


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("Apache-2.0", True),
        ("compositions: public domain; soundfont: MIT; model: Apache-2.0", True),
        ("CC-BY-NC-4.0", True),
        ("", False),
        ("mine", False),
        ("all rights reserved", False),
        ("music: not to be shared; model: MIT", False),
    ],
)
def test_a_licence_has_to_say_that_a_model_may_be_shared(licence: str, allowed: bool) -> None:
    assert may_be_shared(licence) is allowed


def test_a_bundle_is_never_written_over_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(tmp_path / "ann", monkeypatch)
    (tmp_path / "night.zip").write_text("mine")
    journal = played().journal
    with pytest.raises(LivecodeError, match="is there already"):
        write_bundle(journal, tmp_path / "night.zip")
    assert (tmp_path / "night.zip").read_text() == "mine"
