"""The journal: all that enters, framed, torn or cut short, on a full disk, of an older version."""

import resource
import signal
import struct
import time
import zlib
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from livecode import Session
from livecode.errors import LivecodeError
from livecode.journal.inheritance import read_inheritance
from livecode.journal.journal_file import Journal, read_journal
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    BlockPoint,
    Closed,
    Heartbeat,
    JournalRecord,
    KeyPress,
    MidiMessage,
    ModelUsed,
    Opening,
    Packet,
    tick_of,
)
from livecode.journal.segments import Passage
from livecode.journal.stored_records import one_by_one, read_stored
from livecode.kernel import beginning

AGENT = "ego = agent(space('additive'), dims=2)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def played(session: Session, path: Path) -> list:
    """The records of a short performance."""
    performance = session.performance
    beginning.from_nothing(performance, path, live=False)
    session.advance(0.1)
    assert session.eval(AGENT).ok
    session.receive_osc(b"/a\0\0,i\0\0\0\0\0\7")
    session.receive_midi(b"\x90\x40\x40")
    session.press("like")
    session.advance(1.0)
    performance.recorder.closed()
    return list(read_journal(path))


def test_all_that_enters_is_written_with_its_tick(session: Session, path: Path):
    records = played(session, path)
    kinds = {type(record) for record in records}
    assert {
        Opening,
        BlockBegun,
        BlockPoint,
        BlockEnded,
        Packet,
        MidiMessage,
        KeyPress,
        Heartbeat,
    } <= kinds
    assert isinstance(records[0], Opening)
    assert isinstance(records[-1], Closed)
    begun = next(record for record in records if isinstance(record, BlockBegun))
    at = -(-round(0.1 * 48000) // 256) * 256
    assert (begun.frame, begun.code) == (at, AGENT)
    packet = next(record for record in records if isinstance(record, Packet))
    assert packet.tick == at
    ticks = [tick_of(record) for record in records if not isinstance(record, ModelUsed)]
    assert ticks == sorted(ticks)


def test_a_model_that_sounds_is_named_with_its_checksum(session: Session, path: Path):
    beginning.from_nothing(session.performance, path, live=False)
    assert session.eval(AGENT).ok
    end = time.monotonic() + 10
    while not (models := [r for r in read_journal(path) if isinstance(r, ModelUsed)]):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert models[0].name == "additive"
    assert len(models[0].sha256) == 64


@pytest.mark.parametrize("cut", [1, 7, 30])
def test_a_torn_tail_is_ignored_and_written_over(session: Session, path: Path, cut: int):
    whole = played(session, path)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size - cut)
    kept = list(read_journal(path))
    assert kept == whole[: len(kept)]
    assert len(kept) < len(whole)
    journal = Journal(path)
    journal.write(Closed(7))
    journal.close()
    assert list(read_journal(path)) == [*kept, Closed(7)]


def test_damage_ends_what_is_read(session: Session, path: Path):
    played(session, path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert 0 < len(list(read_journal(path))) < data.count(b"type")


def test_on_a_full_disk_it_is_said_once_and_the_sound_goes_on(session: Session, path: Path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    beginning.from_nothing(session.performance, path, live=False)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, limits[1]))
    try:
        assert session.eval(AGENT).ok
        assert session.advance(3.0)[48000:].any()
        assert session.eval("ego.dims = 3").ok
        session.advance(1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    said = [event.text for event in session.log if "journal" in event.text]
    assert len(said) == 1
    assert "cannot be written" in said[0]
    assert list(read_journal(path)), "what was written before is whole"


#: As they stand in files. A class may be renamed; its tag may not.
TAGS = {
    "Opening", "SetRead", "ModelUsed", "BlockBegun", "BlockEnded", "Point", "Read", "GaveUp", "SceneBegun",
    "ScenePlayed", "CuesRun", "Packet", "MidiMessage", "KeyPress", "Hushed", "Panicked", "Heard",
    "Restarted", "Features", "FellBack", "Led", "Skipped", "TakenOver", "Alive", "Stands", "Closed",
    "LeftOut", "Gap", "FileUsed", "AgentsKnow", "Forked",
}  # fmt: skip


def test_records_keep_their_tags_so_that_older_journals_open():
    kinds = get_args(JournalRecord)
    assert {kind.__struct_config__.tag for kind in kinds} == TAGS


def test_some_kinds_are_read_alone_and_the_others_stay_as_they_stand(path: Path):
    records: list[JournalRecord] = [
        Opening("0.1.0", 1, 48000, 256),
        Packet(5, 5, b"x" * (3 << 20)),  # longer than what is read at once
        BlockBegun(1, 256, "x = 1"),
        *(Packet(300 + number, 300, bytes(7)) for number in range(100)),
        Heartbeat(512, 7, b"{}"),
        ModelUsed("additive", ""),
        Closed(1024),
    ]
    journal = Journal(path)
    for record in records:
        journal.note(record)
    journal.close()
    begun, beat = records[2], records[-3]
    assert list(read_journal(path, BlockBegun, Heartbeat)) == [begun, beat]
    pieces = list(read_stored(path, Heartbeat))
    assert [each.count for each in pieces if isinstance(each, Passage)] == [2, 100, 2]
    found = list(one_by_one(pieces))
    assert [each.tick for each in found] == [tick_of(record) for record in records]
    assert [each.record for each in found if each.record is not None] == [begun, beat]
    assert [msgspec.msgpack.decode(each.data, type=JournalRecord) for each in found] == records


def test_a_journal_of_version_1_is_read(path: Path):
    records = [
        {"type": "Opening", "version": "0", "seed": 1, "sample_rate": 48000, "block": 256},
        {"type": "BlockBegun", "number": 1, "frame": 9, "code": "x = 1", "name": None},
        {"type": "BlockEnded", "number": 1, "frame": 9, "ok": True, "names": []},
    ]
    data = b"livecode journal 1\n"
    for record in records:
        packed = msgspec.msgpack.encode(record)
        data += struct.pack("<II", len(packed), zlib.crc32(packed)) + packed
    path.write_bytes(data)
    assert [block.code for block in read_inheritance(path).in_order] == ["x = 1"]


def test_what_is_no_journal_and_what_is_newer_is_said(path: Path):
    path.write_bytes(b"RIFF" * 9)
    with pytest.raises(LivecodeError, match="is not a livecode journal"):
        list(read_journal(path))
    packed = msgspec.msgpack.encode({"type": "Clairvoyance"})
    frame = struct.pack("<II", len(packed), zlib.crc32(packed)) + packed
    path.write_bytes(b"livecode journal 2\n" + frame)
    with pytest.raises(LivecodeError, match="a newer version"):
        list(read_journal(path))
