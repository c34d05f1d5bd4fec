"""A bundle of a stranger: it is asked before it runs, and what no bundle holds is refused before that."""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from livecode.bundles.reading import unpack
from livecode.bundles.writing import write_bundle
from livecode.cli import command as cli
from livecode.cli.consent import code_of
from livecode.errors import LivecodeError
from livecode.files import CONTENTS
from livecode.journal.journal_file import Journal
from livecode.journal.records import BlockBegun, BlockEnded, Closed, Opening, TakenOver
from livecode.transport import MAGIC
from livecode.transport.sources import GraphSource
from livecode.transport.status import Generation, Status, encode
from tests.bundles.travelling import go_to

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a stranger, whose block leaves a file `ran` behind in the folder above it."""
    folder = tmp_path_factory.mktemp("theirs")
    with pytest.MonkeyPatch.context() as patch:
        go_to(folder / "home", patch)
        journal = Journal(folder / "journal")
        journal.write(Opening("0.1.0", 1, 48000, 256, live=False, layout=MAGIC))
        code = f"open({str(folder / 'ran')!r}, 'w').close()\nx = 1\n" + "\n".join(
            f"y = {line}" for line in range(60)
        )
        journal.write(BlockBegun(1, 256, code))
        journal.write(BlockEnded(1, 256, True, ("x",)))
        journal.write(Closed(4800))
        journal.close()
        write_bundle(folder / "journal", folder / "night.zip")
    return folder / "night.zip"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(tmp_path / "home", monkeypatch)


def replayed(bundle: Path, out: Path, *more: str) -> int:
    return cli.main(["replay", str(bundle), "-o", str(out), *more])


def test_it_is_not_run_where_nobody_can_be_asked(
    theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(theirs, tmp_path / "out.wav") == 2
    said = capsys.readouterr().err
    assert "was not made by this installation" in said
    assert "1 blocks" in said
    assert "--trust" in said
    assert not (theirs.parent / "ran").exists()
    assert not (tmp_path / "out.wav").exists()


def test_its_code_is_shown_before_somebody_says_yes(
    theirs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("livecode.cli.consent.can_ask", lambda: True)
    asked: list[str] = []
    answers = ["m", "no", "yes"]

    def answer(question: str) -> str:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr("builtins.input", answer)
    assert replayed(theirs, tmp_path / "out.wav") == 2
    shown = capsys.readouterr().out
    assert "'w').close()" in shown
    assert "y = 59" in shown
    assert "lines are left" in asked[0]
    assert "lines are left" not in asked[1]
    assert not (theirs.parent / "ran").exists()
    assert replayed(theirs, tmp_path / "out.wav") == 0
    (theirs.parent / "ran").unlink()


def test_code_that_hides_in_the_status_of_a_mind_is_shown(tmp_path: Path) -> None:
    graph = GraphSource("def hall(): hidden()", "hall", 1, (), {})
    status = Status(playing=(Generation("hall", 1, -1, 0, graph, 0.1),))
    journal = Journal(tmp_path / "journal")
    journal.write(Opening("0.1.0", 1, 48000, 256, live=False, layout=MAGIC))
    journal.write(TakenOver(4800, encode(status)))
    journal.write(TakenOver(9600, b"[no status"))
    journal.close()
    assert "def hall(): hidden()" in code_of(tmp_path / "journal").lines


def parts_of(bundle: Path) -> Parts:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(
    path: Path, parts: Parts, how: Callable[[zipfile.ZipInfo], None] = lambda entry: None
) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            how(entry)
            archive.writestr(entry, content)
    return path


def listed(parts: Parts, **changes: object) -> Parts:
    """The parts, with contents that are right for them but for the changes."""
    told = json.loads(parts[CONTENTS])
    told["files"] = {
        name: told["files"].get(name, {}) | {"sha256": hashlib.sha256(content).hexdigest()}
        for name, content in parts.items()
        if name != CONTENTS
    }
    return parts | {CONTENTS: json.dumps(told | changes).encode()}


def refused(bundle: Path, words: str, folder: Path) -> None:
    with pytest.raises(LivecodeError, match=words) as refusal:
        unpack(bundle, folder)
    assert "\n" not in str(refusal.value)
    outside = [each for each in folder.parent.iterdir() if each not in (folder, bundle)]
    assert [each.name for each in outside if each.name != "home"] == [], (
        "nothing is written elsewhere"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil.py", "no name of a file"),
        ("/etc/evil", "no name of a file"),
        ("files/home/../../../evil", "no name of a file"),
        ("files/home/a\\..\\evil", "no name of a file"),
        ("files/home/c:evil", "no name of a file"),
        ("files/home/" + "d/" * 50 + "deep", "no name of a file"),
        ("files/home/" + "x" * 300, "no name of a file"),
        ("files/home/evil.so", "a program"),
        ("files/home/evil.pyc", "a program"),
        ("models/evil/evil.ts", "a program"),
        ("models/evil/other.safetensors", "nothing that a bundle has"),
        ("installation.key", "nothing that a bundle has"),
        ("files/evil.py", "nothing that a bundle has"),
        ("CODE.py", "nothing that a bundle has"),
    ],
)
def test_what_has_no_place_in_a_bundle_is_refused(
    name: str, words: str, theirs: Path, tmp_path: Path
) -> None:
    parts = listed(parts_of(theirs) | {name: b"evil"})
    refused(zipped(tmp_path / "evil.zip", parts), words, tmp_path / "unpacked")


def test_one_file_under_two_names_is_refused(theirs: Path, tmp_path: Path) -> None:
    both = {"files/home/a.wav": b"", "files/home/A.wav": b""}
    refused(zipped(tmp_path / "a.zip", listed(parts_of(theirs) | both)), "one file", tmp_path / "a")
    (tmp_path / "a.zip").unlink()
    both = {"files/home/a": b"", "files/home/a/b": b""}
    refused(zipped(tmp_path / "b.zip", listed(parts_of(theirs) | both)), "a folder", tmp_path / "b")


def test_links_compression_and_encryption_are_refused(theirs: Path, tmp_path: Path) -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        if entry.filename == "code.py":
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    def packed(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_DEFLATED

    parts, bundle = parts_of(theirs), tmp_path / "evil.zip"
    refused(zipped(bundle, parts, link), "no plain file", tmp_path / "unpacked")
    refused(zipped(bundle, listed(parts | {"files/home/bomb": bytes(1 << 20)}), packed), "compressed",
            tmp_path / "unpacked")  # fmt: skip


def test_what_is_not_what_was_packed_is_refused(theirs: Path, tmp_path: Path) -> None:
    parts, bundle = parts_of(theirs), tmp_path / "evil.zip"
    refused(zipped(bundle, parts | {"code.py": b"other"}), "SHA-256 is another", tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "home" / "a")
    refused(zipped(bundle, parts | {"files/home/new.py": b""}), "names other files", tmp_path / "b")
    refused(zipped(bundle, listed(parts, bundle=2)), "version 2", tmp_path / "b")
    refused(zipped(bundle, parts | {CONTENTS: b"[1, 2"}), "damaged", tmp_path / "b")
    refused(zipped(bundle, {n: c for n, c in parts.items() if n != "journal"}), "no journal",
            tmp_path / "b")  # fmt: skip
    bundle.write_bytes(theirs.read_bytes()[:-30])
    refused(bundle, "cut short", tmp_path / "b")


def test_contents_that_were_signed_elsewhere_or_changed_are_not_ours(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not unpack(theirs, tmp_path / "a").is_ours
    go_to(theirs.parent / "home", monkeypatch)
    assert unpack(theirs, tmp_path / "b").is_ours
    changed = zipped(tmp_path / "evil.zip", listed(parts_of(theirs) | {"code.py": b"evil"}))
    assert not unpack(changed, tmp_path / "c").is_ours
