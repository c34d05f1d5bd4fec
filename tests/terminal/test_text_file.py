"""The file behind the editor."""

from pathlib import Path

import pytest

from livecode.errors import LivecodeError
from livecode.terminal.text_file import TextFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "piece.py"
    path.write_text("a = 1\n")
    return path


def test_a_set_opens_with_a_fresh_line_at_its_end(path: Path) -> None:
    file = TextFile(path)
    assert file.text == "a = 1\n\n"
    assert not file.unsaved(file.text)
    assert TextFile(None).text == ""


def test_saving_writes_the_text_and_ends_its_last_line(path: Path) -> None:
    file = TextFile(path)
    assert file.unsaved("a = 2")
    assert file.save("a = 2\n\n\n") == f"saved {path}"
    assert path.read_text() == "a = 2\n"
    assert not file.unsaved("a = 2")
    assert [p.name for p in path.parent.iterdir()] == ["piece.py"]


def test_what_others_wrote_meanwhile_is_kept(path: Path) -> None:
    file = TextFile(path)
    path.write_text("theirs\n")
    assert "piece.py~" in file.save("ours")
    assert path.read_text() == "ours\n"
    assert path.with_name("piece.py~").read_text() == "theirs\n"


def test_what_others_write_is_told_once_and_what_was_saved_here_is_not(path: Path) -> None:
    file = TextFile(path)
    assert file.changed_by_others() is None
    path.write_text("theirs = 2\n")
    assert file.changed_by_others() == "theirs = 2\n"
    assert file.changed_by_others() is None
    file.take("theirs = 2\n")
    assert not file.unsaved("theirs = 2")
    file.save("ours = 3")
    assert file.changed_by_others() is None
    path.unlink()
    assert file.changed_by_others() is None


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.py")
    link.symlink_to(path)
    TextFile(link).save("b = 1")
    assert link.is_symlink()
    assert path.read_text() == "b = 1\n"


def test_a_text_without_a_file_is_saved_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = TextFile(None)
    file.save("a = 1")
    assert file.path is not None
    assert file.path.read_text() == "a = 1\n"
    assert file.title == file.path.name


def test_a_place_that_cannot_be_written_is_said_in_a_sentence(path: Path, tmp_path: Path) -> None:
    file = TextFile(path)
    path.unlink()
    file.path = tmp_path / "gone" / "piece.py"
    with pytest.raises(LivecodeError, match="could not be saved: No such file"):
        file.save("a = 2")


def test_what_was_not_saved_is_kept_when_the_terminal_closes(path: Path) -> None:
    file = TextFile(path)
    assert file.keep("a = 1\n\n") is None
    kept = file.keep("a = 3")
    assert kept is not None
    assert kept.read_text() == "a = 3\n"
    assert path.read_text() == "a = 1\n"


def test_a_file_that_is_not_all_text_is_kept_beside_what_is_saved_in_its_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "piece.py"
    path.write_bytes(b"# gr\xfcn\n")
    file = TextFile(path)
    assert "not all UTF-8" in file.trouble
    file.save(file.text)
    assert (tmp_path / "piece.py~").read_bytes() == b"# gr\xfcn\n"
    file.save("x = 1\n")
    assert (tmp_path / "piece.py~").read_bytes() == b"# gr\xfcn\n", "once is enough"


def test_a_file_that_is_too_large_to_be_edited_is_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_bytes(b"#" * 10_000_000)
    file = TextFile(path)
    assert (file.text, file.path) == ("", None)
    assert "too large to be edited" in file.trouble


def test_a_text_is_kept_elsewhere_if_there_is_no_room_where_it_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("a file in the place of the folder")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    kept = TextFile(None).keep("a = 3")
    assert kept is not None
    assert kept.read_text() == "a = 3\n"
    assert tmp_path / "tmp" in kept.parents
