"""A journal that fails, that a power cut left torn, or that others have changed: what is read of it."""

import os
import time
from pathlib import Path

import pytest

from livecode.journal import journal_file as journal_module
from livecode.journal.inheritance import read_inheritance
from livecode.journal.installation import key_file
from livecode.journal.journal_file import Journal, read_journal
from livecode.journal.records import BlockBegun, BlockEnded, Closed, Gap, JournalRecord, Packet
from livecode.journal.segments import is_sealed, segments, write_segment
from livecode.journal.stored_records import stored
from livecode.transport import places


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "performance" / "journal"


def block(number: int, code: str = "x = 1") -> tuple[JournalRecord, JournalRecord]:
    return BlockBegun(number, 256 * number, code), BlockEnded(number, 256 * number, True, ("x",))


def written(path: Path, *records: JournalRecord) -> list[JournalRecord]:
    journal = Journal(path)
    for record in records:
        journal.write(record)
    journal.close()
    return list(records)


@pytest.mark.parametrize("zeros", [1, 8, 40, 4096, 100_000])
def test_a_tail_of_zeros_hides_nothing_and_is_gone_on_from(path: Path, zeros: int) -> None:
    kept = written(path, *block(1))
    with path.open("ab") as file:
        file.write(bytes(zeros))
    assert list(read_journal(path)) == kept
    assert is_sealed(path)
    more = written(path, *block(2))
    assert list(read_journal(path)) == [*kept, *more]
    assert is_sealed(path)


def test_a_file_of_zeros_alone_is_gone_on_from(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(5000))
    kept = written(path, *block(1))
    assert list(read_journal(path)) == kept


def test_wherever_it_is_cut_a_beginning_is_read_and_what_comes_later_follows(path: Path) -> None:
    kept = written(path, *block(1), *block(2))
    whole = path.read_bytes()
    for cut in range(1, len(whole), 7):
        for each in segments(path):
            each.unlink()
        path.write_bytes(whole[:-cut])
        more = written(path, Closed(9))
        found = list(read_journal(path))
        assert found[-1:] == more
        assert found[:-1] == kept[: len(found) - 1]


def test_what_stands_behind_damage_is_never_destroyed(path: Path) -> None:
    kept = written(path, *block(1), *block(2))
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    more = written(path, Closed(9))
    assert path.read_bytes() == data
    assert list(read_journal(path))[-1:] == more
    data[60] ^= 0xFF
    path.write_bytes(data)
    assert list(read_journal(path)) == [*kept, *more]


def test_a_folder_in_the_place_of_the_journal_stops_nothing(path: Path) -> None:
    path.mkdir(parents=True)
    kept = written(path, *block(1))
    assert list(read_journal(path)) == kept


def test_a_journal_that_failed_is_tried_again_into_a_new_segment(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "TRY_AGAIN_S", 0.1)
    journal = Journal(path)
    first = block(1)
    for record in first:
        journal.write(record)
    with open("/dev/full", "ab", buffering=0) as full:
        os.dup2(full.fileno(), journal._file.fileno())
    for record in block(2):
        journal.write(record)
    assert journal.error is not None
    assert "No space left" in journal.error
    end = time.monotonic() + 20
    while journal.error is not None:
        assert time.monotonic() < end
        time.sleep(0.02)
    journal.write(Closed(9))
    journal.close()
    assert len(segments(path)) == 2
    assert list(read_journal(path)) == [*first, *block(2), Closed(9)], "nothing is lost"
    assert is_sealed(path)


def test_what_finds_no_room_to_wait_is_counted_and_blocks_are_left_out_last(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT_BYTES", 2000)
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o700)
    path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.write_text("a file in the place of the folder")
    journal = Journal(path)
    assert journal.error is not None
    for number in range(1, 4):
        journal.write(Packet(number, number, bytes(1500)))
        for record in block(number):
            journal.write(record)
    path.parent.unlink()
    journal.close()
    found = list(read_journal(path))
    assert [each.number for each in found if isinstance(each, BlockEnded)] == [1, 2, 3]
    assert [each for each in found if isinstance(each, Gap)] == [Gap(1, 2)]


def test_a_record_that_claims_gigabytes_takes_no_memory(path: Path) -> None:
    kept = written(path, *block(1))
    with path.open("ab") as file:
        file.write((0x7FFF_FFF0).to_bytes(4, "little") + bytes(4) + b"short")
    assert list(read_journal(path)) == kept


def test_the_seal_is_broken_by_any_change_and_by_another_installation(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(path, *block(1), *block(2))
    assert is_sealed(path)
    whole = path.read_bytes()
    copy = tmp_path / "copy"
    copy.write_bytes(whole)
    assert is_sealed(copy), "a copy is what this installation wrote"
    written(copy, *block(3))
    foreign = block(4, "import os")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
        assert not is_sealed(path)
        other = tmp_path / "other"
        written(other, *foreign)
        other_bytes = other.read_bytes()
    path.write_bytes(whole + other_bytes[19:])  # records behind, sealed by somebody else
    assert not is_sealed(path)
    path.write_bytes(whole.replace(b"x = 1", b"x = 2"))  # damage: nothing is read
    assert read_inheritance(path).in_order == []
    path.write_bytes(whole)
    path.with_name("journal.2").write_bytes(other_bytes)
    assert not is_sealed(path)


def test_the_key_is_private_and_one_that_is_cut_short_signs_nothing(path: Path) -> None:
    written(path, *block(1))
    assert key_file().stat().st_mode & 0o777 == 0o600
    key_file().write_bytes(b"short")
    assert not is_sealed(path)
    written(path, *block(2))
    assert is_sealed(path), "what is gone on with under a new key is this installation's again"


def test_without_a_place_for_the_key_a_journal_is_written_and_is_nobody_s(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "data"))
    monkeypatch.setattr(places, "temporary_roots", lambda: [tmp_path / "file"])
    kept = written(path, *block(1))
    assert list(read_journal(path)) == kept
    assert not is_sealed(path)
    monkeypatch.setattr(places, "temporary_roots", lambda: [tmp_path])
    written(path, *block(2))
    assert is_sealed(path), "a key for as long as the system runs"


def test_a_temporary_place_of_somebody_else_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "temporary_roots", lambda: [tmp_path])
    theirs = places.make_temporary_folder()
    assert places.temporary_folders() == [theirs]
    theirs.parent.chmod(0o755)
    assert places.temporary_folders() == []
    theirs.parent.rename(tmp_path / "elsewhere")
    theirs.parent.symlink_to(tmp_path / "elsewhere")
    assert places.temporary_folders() == []
    with pytest.raises(OSError, match="nowhere"):
        places.make_temporary_folder()


def test_segments_that_are_written_whole_are_sealed_and_gone_on_with(path: Path) -> None:
    first: list[JournalRecord] = [*block(1), Packet(300, 300, bytes(2 << 20)), *block(2)]
    write_segment(path, 1, (stored(record).frames for record in first))
    write_segment(path, 2, [stored(record).frames for record in block(3)])
    assert is_sealed(path)
    assert list(read_journal(path)) == [*first, *block(3)]
    more = written(path, *block(4))
    assert [each.name for each in segments(path)] == ["journal", "journal.2"]
    assert list(read_journal(path)) == [*first, *block(3), *more]
    assert is_sealed(path)
    data = bytearray(path.read_bytes())
    data[-60] ^= 1
    path.write_bytes(data)
    assert not is_sealed(path), "the seal covers the segment before"
