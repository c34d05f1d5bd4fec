"""Packages of models: carried to another home whole, and every way in which one is refused."""

import hashlib
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.neural.model_file import find_model, user_models
from livecode.neural.model_package import CARD, CONTENTS, pack, unpack
from livecode.neural.png import png
from tests.samplernn_model import write_samplernn

Parts = dict[str, bytes]
CARD_TEXT = "# tiny\n\nA card.\n\n![spectrogram](spectrogram.png) ![away](../secret.png)\n"


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(tmp_path / "home", monkeypatch)


def go_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(home))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package of a model with a card and a picture, in the home of somebody else."""
    path = write_samplernn(user_models())
    path.with_name(CARD).write_text(CARD_TEXT)
    path.with_name("spectrogram.png").write_bytes(png(np.zeros((2, 2, 3), np.uint8)))
    path.with_name("notes.txt").write_text("private")
    path.parent.parent.joinpath("secret.png").write_bytes(b"private")
    packed = pack("tiny", tmp_path / "tiny.zip").path
    go_to(tmp_path / "another home", monkeypatch)
    return packed


def parts_of(package: Path) -> Parts:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, parts: Parts, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def listed(parts: Parts, **changes: object) -> Parts:
    """The parts, with a table of contents that is right for them but for the changes."""
    hashes = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in parts.items()
        if name != CONTENTS
    }
    told = json.loads(parts[CONTENTS]) | {"sha256": hashes} | changes
    return parts | {CONTENTS: json.dumps(told).encode()}


def refused(package: Path, words: str) -> None:
    """It is refused in one sentence, and nothing of it stays."""
    with pytest.raises(LivecodeError, match=words) as refusal:
        unpack(package)
    assert "\n" not in str(refusal.value)
    assert package.name in str(refusal.value)
    assert not user_models().exists() or not list(user_models().iterdir())


def test_what_is_unpacked_in_another_home_is_what_was_packed(package: Path, tmp_path: Path) -> None:
    unpacked = unpack(package)
    assert find_model("tiny") == unpacked.path
    assert tmp_path / "another home" in unpacked.path.parents
    before = tmp_path / "home" / "livecode" / "models" / "tiny"
    for name in ("tiny.safetensors", CARD, "spectrogram.png"):
        assert unpacked.path.with_name(name).read_bytes() == (before / name).read_bytes()
    kept = sorted(each.name for each in unpacked.path.parent.iterdir())
    assert kept == [CARD, "spectrogram.png", "tiny.safetensors"]
    assert [each.name for each in user_models().iterdir()] == ["tiny"]


def test_the_same_model_gives_the_same_package(tmp_path: Path) -> None:
    write_samplernn(user_models())
    first, second = (pack("tiny", tmp_path / f"{name}.zip").path for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert b"A samplernn at 16000 Hz" in parts_of(first)[CARD]


def test_nothing_is_overwritten(package: Path) -> None:
    with pytest.raises(LivecodeError, match="is there already"):
        pack(unpack(package).path, package)
    before = find_model("tiny").read_bytes()
    with pytest.raises(LivecodeError, match=r"'tiny' already.*--name"):
        unpack(package)
    with pytest.raises(LivecodeError, match="'additive' already"):
        unpack(package, "additive")
    assert unpack(package, "other").path.read_bytes() == before
    assert find_model("other").read_bytes() == find_model("tiny").read_bytes()


def test_a_model_that_is_damaged_or_a_program_is_not_packed(tmp_path: Path) -> None:
    path = write_samplernn(user_models())
    path.write_bytes(path.read_bytes()[:-10])
    out = tmp_path / "out.zip"
    with pytest.raises(LivecodeError, match="damaged"):
        pack("tiny", out)
    program = user_models() / "bells" / "bells.ts"
    program.parent.mkdir()
    program.write_bytes(b"x")
    with pytest.raises(LivecodeError, match="TorchScript program"):
        pack("bells", out)
    assert not out.exists()


def test_one_whose_hash_is_another_is_refused(package: Path) -> None:
    parts = parts_of(package)
    model = bytearray(parts["tiny.safetensors"])
    model[-1] ^= 1
    zipped(package, parts | {"tiny.safetensors": bytes(model)})
    refused(package, "'tiny.safetensors' is not what was packed")


def test_one_that_was_damaged_or_cut_short_on_its_way_is_refused(package: Path) -> None:
    whole = package.read_bytes()
    at = whole.index(b"__metadata__")
    package.write_bytes(whole[:at] + b"!" + whole[at + 1 :])
    refused(package, "damaged")
    package.write_bytes(whole[: len(whole) // 2])
    refused(package, "cut short")
    package.write_bytes(b"")
    refused(package, "cut short")
    package.write_bytes(pickle.dumps({"weights": [1.0]}))
    refused(package, "cut short, or no file")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../outside.png", "leads out"),
        ("/outside.png", "leads out"),
        ("folder/inside.png", "leads out"),
        ("..\\outside.png", "leads out"),
        ("C:outside.png", "leads out"),
        (".hidden.png", "leads out"),
        ("data.pkl", "may be a program"),
        ("tiny/data.pkl", "may be a program"),
        ("tiny.PT", "may be a program"),
        ("tiny.ts", "may be a program"),
        ("set.py", "may be a program"),
        ("notes.txt", "neither model, card nor picture"),
        ("second.safetensors", "more than one model"),
    ],
)
def test_what_does_not_belong_in_a_package_is_refused(
    package: Path, name: str, words: str, tmp_path: Path
) -> None:
    zipped(package, listed(parts_of(package) | {name: b"x"}))
    refused(package, words)
    assert not list(tmp_path.rglob("*outside*"))


def test_a_pickle_in_the_place_of_the_model_is_refused(package: Path) -> None:
    evil = b"cos\nsystem\n(S'false'\ntR."
    zipped(package, listed(parts_of(package) | {"tiny.safetensors": evil}))
    refused(package, "tiny.safetensors is damaged")


def test_a_checkpoint_or_a_program_is_no_package(tmp_path: Path) -> None:
    refused(tmp_path / "rave.ts", "livecode import")


def test_what_unpacks_to_more_than_it_is_is_refused(package: Path) -> None:
    parts = parts_of(package)
    zipped(package, listed(parts | {CARD: b" " * 500_000}), zipfile.ZIP_DEFLATED)
    refused(package, "compressed|claim more bytes")
    zipped(package, listed(parts | {CARD: b" " * (2 << 20)}))
    refused(package, "at most 1 MB are unpacked")


def test_what_claims_more_than_it_holds_is_refused(package: Path) -> None:
    raw = bytearray(zipped(package, parts_of(package)).read_bytes())
    directory = raw.rindex(b"PK\x01\x02")
    for place in (20, 24):  # the sizes of the last entry
        raw[directory + place : directory + place + 4] = struct.pack("<I", 2 << 20)
    package.write_bytes(raw)
    refused(package, "claim")


def test_a_directory_of_a_thousand_files_is_refused_unread(package: Path) -> None:
    zipped(package, {f"{number}.png": b"" for number in range(1000)})
    refused(package, "no file that `livecode models pack` made")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda parts: listed(parts, package=9), "version 9"),
        (lambda parts: listed(parts, licence="CC0"), "different things as licence"),
        (lambda parts: listed(parts, name="../tiny"), "other files"),
        (lambda parts: listed(parts, sha256={}), "other files"),
        (lambda parts: listed(parts, sha256=[]), "lacks the name"),
        (lambda parts: parts | {CONTENTS: b"[" * 100_000}, "damaged"),
        (lambda parts: parts | {CONTENTS: b"[]"}, "damaged"),
        (lambda parts: {k: v for k, v in parts.items() if k != CONTENTS}, "holds no package.json"),
        (lambda parts: listed(parts | {CARD: b"\xff\xfe"}), "no text"),
        (lambda parts: listed(parts | {"spectrogram.png": b"GIF"}), "no picture"),
    ],
)
def test_a_table_of_contents_that_is_not_true_is_refused(
    package: Path, change: Callable[[Parts], Parts], words: str
) -> None:
    zipped(package, change(parts_of(package)))
    refused(package, words)


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "", ".x", "x.safetensors", "x.ts", "\x1b[2J", "x" * 65]
)
def test_a_name_that_leads_elsewhere_is_refused(package: Path, name: str) -> None:
    with pytest.raises(LivecodeError, match="cannot name a model"):
        unpack(package, name)
    assert not user_models().exists()
