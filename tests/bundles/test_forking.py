"""Forks: the journal of another performance up to a moment, and what goes on from there."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.bench import start
from livecode.bundles.forking import minutes, moment_of, read_for_fork, write_fork
from livecode.bundles.writing import write_bundle
from livecode.cli import command as cli
from livecode.cli.forked import PreparedFork, prepared, settings_of
from livecode.errors import LivecodeError
from livecode.files import carrying
from livecode.journal import archive
from livecode.journal.inheritance import read_inheritance
from livecode.journal.journal_file import Journal, last_status, read_journal
from livecode.journal.records import (
    AgentsKnow,
    BlockBegun,
    BlockEnded,
    Closed,
    FeaturesRead,
    Forked,
    Heartbeat,
    JournalRecord,
    Opening,
    Packet,
    StatusAfterBlock,
    tick_of,
)
from livecode.journal.segments import Passage, is_sealed
from livecode.journal.stored_records import StoredRecord, stored
from livecode.processes.live import Live
from tests.bundles.travelling import SET, emptied, go_to, performed


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(tmp_path / "home", monkeypatch)


def second(number: float) -> int:
    return round(48000 * number)


#: Three seconds with a block at each of the first two, and one that runs from 1.5 s to 2.5 s.
RECORDS: list[JournalRecord] = [
    Opening("0.1.0", 1, 48000, 256, live=False),
    BlockBegun(1, second(0.5), "a = 1"),
    BlockEnded(1, second(0.5), True, ("a",)),
    StatusAfterBlock(second(0.5), b'{"tempo":99}'),
    AgentsKnow(second(0.8), b"early"),
    Heartbeat(second(1.0), 7, b'{"tempo":100}'),
    BlockBegun(2, second(1.5), "b = 2"),
    Heartbeat(second(2.0), 8, b'{"tempo":120}'),
    AgentsKnow(second(2.2), b"late"),
    BlockEnded(2, second(2.5), True, ("b",)),
    StatusAfterBlock(second(2.5), b'{"tempo":121}'),
    Closed(second(3.0)),
]


@pytest.mark.parametrize(
    ("at_s", "blocks", "status", "learned", "begins_s"),
    [
        (0.6, 1, b'{"tempo":99}', b"", 0.6),
        (1.2, 1, b'{"tempo":100}', b"early", 1.2),
        (2.3, 1, b'{"tempo":100}', b"early", 1.5),  # the second block still runs
        (2.6, 2, b'{"tempo":121}', b"late", 2.6),
        (None, 2, b'{"tempo":121}', b"late", 3.0),
    ],
)
def test_what_was_before_the_moment_is_what_a_fork_begins_with(
    at_s: float | None,
    blocks: int,
    status: bytes,
    learned: bytes,
    begins_s: float,
    tmp_path: Path,
) -> None:
    moment = moment_of(list(map(stored, RECORDS)), at_s)
    journal = tmp_path / "fork" / "journal"
    write_fork(moment, journal, journal.with_name("learned"))
    assert is_sealed(journal)
    written = list(read_journal(journal))
    assert isinstance(written[-1], Forked)
    assert written[:-1] == moment.records
    assert moment.tick == pytest.approx(second(begins_s), abs=256)
    assert moment.tick % 256 == 0
    assert last_status(journal) == (moment.tick, status)
    assert len(read_inheritance(journal).blocks) == blocks
    known = journal.with_name("learned")
    assert (known.read_bytes() if known.exists() else b"") == learned


def test_packets_are_copied_up_to_the_moment_and_those_from_long_before_as_they_stand(
    tmp_path: Path,
) -> None:
    records = list[JournalRecord](RECORDS[:6])
    for tick in range(second(1.0), second(30.0), 256):
        if tick % second(0.5) < 256:
            records.append(Heartbeat(tick, 0, b'{"tempo":100}'))
        records += (
            Packet(tick, tick - 100, bytes(80)),
            FeaturesRead(tick, (("mix", "flux", 0.5),)),
        )
    journal = Journal(parent := tmp_path / "journal")
    for number, record in enumerate(records):
        journal.note(record)
        if number % 30 == 0:  # as a live one is written: a group for each moment
            journal.flush()
    journal.close()
    found = read_for_fork(parent, 20.0)
    assert isinstance(found[-1], StoredRecord)
    assert second(22.0) <= found[-1].tick < second(23.0), "it is read no further"
    moment = moment_of(found, 20.0)
    passages = [each for each in moment.before if isinstance(each, Passage)]
    assert sum(each.count for each in passages) > 0.8 * len(moment.records) + 5000
    write_fork(moment, fork := tmp_path / "fork" / "journal", fork.with_name("learned"))
    assert is_sealed(fork)
    *copied, forked = read_journal(fork)
    assert isinstance(forked, Forked)
    assert forked.tick == moment.tick == second(20.0)
    assert copied == [each for each in records if tick_of(each) <= second(20.0)]


def test_a_moment_that_was_never_played_is_refused() -> None:
    with pytest.raises(LivecodeError, match="0:03 long: there is no 12:30 in it"):
        moment_of(list(map(stored, RECORDS)), 750)
    with pytest.raises(LivecodeError, match="nothing had been played yet"):
        moment_of(list(map(stored, RECORDS)), 0.2)
    with pytest.raises(LivecodeError, match="nothing has been played"):
        moment_of([], None)


@pytest.mark.parametrize(
    ("text", "seconds"), [("12:30", 750), ("1:02:30.5", 3750.5), ("7", 7), ("0:00", 0)]
)
def test_moments_are_written_as_players_show_them(text: str, seconds: float) -> None:
    options = cli.command_parser().parse_args(["fork", "night.zip", "--at", text])
    assert options.at == seconds
    assert minutes(seconds).lstrip("0:") == text.lstrip("0:")


@pytest.mark.parametrize("text", ["12:75", "-3", "1:2:3:4", "noon", "1:"])
def test_what_is_no_moment_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.command_parser().parse_args(["fork", "night.zip", f"--at={text}"])
    assert "is no moment" in capsys.readouterr().err


def fork_of(what: str, at: str) -> PreparedFork:
    """Prepare a fork as the command does."""
    words = ["fork", what, "--at", at, "--audio", "headless"]
    return prepared(cli.command_parser().parse_args(words))


def test_a_fork_of_one_s_own_plays_the_set_where_it_is_unless_it_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = performed(tmp_path / "sets", each_s=0.3)
    options = cli.command_parser().parse_args(["fork", "1", "--audio", "headless"])
    fork = fork_of("1", "0:01")
    assert fork.moment.at_s == pytest.approx(1.0, abs=0.01)
    assert not fork.files.exists()
    assert settings_of(fork, options).set_path == heard.folder / "piece.py"
    (heard.folder / "piece.py").write_text("# another piece")
    fork = fork_of("1", "0:01")
    with carrying(fork.files):
        set_path = settings_of(fork, options).set_path
        assert set_path is not None
        assert set_path.is_relative_to(fork.files)
        assert set_path.read_text() == SET
        assert (set_path.parent / "scales.py").exists()
    assert (heard.folder / "piece.py").read_text() == "# another piece"
    assert "mine.load" in fork.code.read_text()
    assert "drums" in fork.code.read_text()
    assert "words" not in fork.code.read_text().partition("drums")[2], "that was later"
    capsys.readouterr()
    assert cli.main(["sessions"]) == 0
    assert capsys.readouterr().out.count("piece.py from 0:01") == 2


@pytest.mark.slow
def test_a_fork_of_a_bundle_goes_on_live_in_another_home_and_its_journal_replays(
    virtual_card: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    heard = performed(tmp_path / "sets", each_s=1.0)
    bundle, out = tmp_path / "night.zip", tmp_path / "again.wav"
    write_bundle(heard.archived.journal, bundle)
    emptied(heard)
    go_to(tmp_path / "bob", monkeypatch)
    words = ["fork", str(bundle), "--at", "0:04", "--audio", "jack", "--osc-port", "0", "--trust"]
    options = cli.command_parser().parse_args([*words, "--record", str(tmp_path / "live.wav")])
    fork = prepared(options)
    with carrying(fork.files), Live(settings_of(fork, options), paths=fork.paths) as live:
        live.await_sound(60)
        live.await_(lambda: {"mine", "drums", "door"} <= set(live.status.sounding), "all of it")
        assert live.status.scene is not None
        assert live.status.scene.name == "calm"
        assert live.status.tempo == pytest.approx(140)
        for block in ("mine.reward = reward(lambda t: 1 - scales.bent(t))", "door.speed = -1"):
            ok, error = live.evaluate(block)
            assert ok, error
        now = int(live.header.mind_tick)
        live.await_(lambda: live.header.mind_tick > now + 4 * 48000, "four more seconds")
    assert is_sealed(fork.paths.journal)
    assert cli.main(["replay", "1", "-o", str(out)]) == 0
    assert "all controls are those that were played" in capsys.readouterr().out
    played, again = (first_sound_of(each) for each in (tmp_path / "live.wav", out))
    end = min(len(played), len(again)) - 48000  # what came late then may not be noted
    assert end > 3 * 48000
    assert np.abs(played).max() > 0.05
    np.testing.assert_array_equal(played[:end], again[:end])
    assert cli.main(["replay", "1", "-o", str(out), "--whole"]) == 0
    whole, _ = soundfile.read(out, dtype="float32")
    before = 4 * 48000 - 4800  # what began just before the moment was noted after it
    np.testing.assert_array_equal(whole[:before], heard.sound[:before])


@pytest.mark.slow
@pytest.mark.live
def test_the_command_sounds_from_the_middle_of_playing_with_a_ring_and_its_journal_replays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "LONG_S", 60.0)
    heard = performed(tmp_path / "sets")
    bundle = start.long_bundle(heard.archived.journal, tmp_path / "evening")
    go_to(tmp_path / "bob", monkeypatch)
    words = ("fork", str(bundle), "--at", "0:30", "--audio", "headless", "--osc-port", "0")
    played = subprocess.run(
        [sys.executable, "-m", "livecode.cli", *words, "--for", "5", "--trust"],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "first sound" in played.stdout
    journal = archive.find(1).journal
    assert sum(isinstance(each, Packet) for each in read_journal(journal)) > 25 * 48000 / 256
    assert is_sealed(journal)
    assert cli.main(["replay", "1", "-o", str(out := tmp_path / "again.wav")]) == 0
    assert "all controls are those that were played" in capsys.readouterr().out
    assert np.abs(first_sound_of(out)).max() > 0.05


def first_sound_of(path: Path) -> np.ndarray:
    """Return a recording from its first sound on."""
    sound, _ = soundfile.read(path, dtype="float32")
    return sound[np.flatnonzero(np.abs(sound).max(axis=1))[0] :]
