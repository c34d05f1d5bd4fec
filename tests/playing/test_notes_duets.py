"""Duets of notes: an instrument writes down what it hears, and answers in its key, on the beat if asked."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.agents.melody import Key, PlayedNote, key_of
from livecode.transport.onsets import ONSETS
from tests.replayed import assert_replayed
from tests.signals.test_transcribing import played

RATE = 48_000
#: D major, a quarter of a second each; the last note ends at 1.35 s.
MELODY = ((62, 0.25), (66, 0.25), (69, 0.25), (66, 0.25), (62, 0.25))


def block(folder: Path, more: str = "") -> str:
    """What defines lead and d, which answers a melody that begins after a tenth of a second, every 3.35 s."""
    calls = folder / "calls.wav"
    soundfile.write(calls, np.concatenate([played(MELODY, True), np.zeros(2 * RATE)]), RATE)
    return (
        f"lead = notes('0 4 7*2', 'pluck', pan=1)\ncalls = sample({str(calls)!r}, pan=-1)\n"
        f"d = duet(lead, calls{more})"
    )


def answered(session: Session, seconds: float) -> list[tuple[float, PlayedNote]]:
    """Play on; return the notes of lead, with the time at which each begins."""
    found: list[tuple[float, PlayedNote]] = []
    controls = session.performance.arena.controls
    former = controls.on_write

    def note(name: str, frame: int, values: np.ndarray) -> None:
        former(name, frame, values)
        if name == f"lead.{ONSETS}" and np.size(values) > 2:
            number, gain, gate = values[4], values[5], values[12]
            found.append((frame / RATE, PlayedNote(0.0, gate / RATE, number, gain)))

    controls.on_write = note
    session.advance(seconds)
    controls.on_write = former
    return found


def sings(session: Session, code: str) -> None:
    result = session.eval(code)
    assert result.ok, result.error


def test_a_melody_is_answered_soon_in_its_key_and_as_long(tmp_path: Path) -> None:
    with Session(seed=3) as session:
        sings(session, block(tmp_path))
        notes = answered(session, 3.2)
        begin = notes[0][0]
        assert 0.18 < begin - 1.35 - 0.016 < 0.3
        at, last = notes[-1]
        assert at + last.length - begin == pytest.approx(1.25, abs=0.15)
        assert {round(note.note) % 12 for _, note in notes} <= Key(2, False).scale
        assert key_of([note for _, note in notes]).tonic in (2, 7, 9, 11)
        assert round(last.note) % 12 in (2, 6, 9)
        sings(session, "d.stop()")
        assert not answered(session, 2.4), "its own pattern rests, too"
        sings(session, "del d")
        assert answered(session, 1.0), "it plays its pattern again"


def test_on_a_grid_and_where_bars_rule_it_answers_on_the_beat(tmp_path: Path) -> None:
    with Session(seed=3) as session:
        sings(session, block(tmp_path, ", grid=0.5*beats"))
        for at, note in answered(session, 3.0):  # half a beat is a quarter of a second
            assert at / 0.25 == pytest.approx(round(at / 0.25), abs=0.001)
            assert note.length / 0.225 == pytest.approx(round(note.length / 0.225), abs=0.05)
        sings(session, "d = duet(lead, calls, bars=1)")
        begins = [at for at, _ in answered(session, 6.0)]
        assert all(int(at / 2) % 2 == int(begins[0] / 2) % 2 for at in begins)
        assert begins[0] % 2 == pytest.approx(0, abs=0.001)


def test_answers_are_replayed_sample_by_sample(tmp_path: Path) -> None:
    blocks = (
        block(tmp_path, ", answer=2"),
        "lead.legato = 0.4\nd.lean = -1\nd.meanwhile = 0.5",
        "d.grid = 0.25*beats\nd.gives_way = False\ntempo(150)",
        "undo()",
    )
    assert_replayed(blocks, 1.7, tmp_path)
