"""Duets: a stream that listens, answers a phrase and listens again; by silence, by bars, replayed."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from livecode import Session
from tests.replayed import assert_replayed
from tests.samplernn_model import write_samplernn
from tests.sound import rms

RATE, BLOCK = 48_000, 256
#: A block is heard so many frames after it was evaluated.
LEAD = 3 * BLOCK
Floats = NDArray[np.float32]
WRONG = {
    "f = duet(calls, mic())": "takes a stream",
    "f = duet(stream('piano'), mic())": "name first",
    "f = duet(r7, r7)": "cannot answer itself",
    "f = duet(r7, 'call.wav')": "calls = sample('call.wav')",
    "f = duet(r7, hits('bd sn'))": "name first",
    "f = duet(r7, 3)": "listens to mic()",
    "f = duet(noise, mic())": "no model",
    "f = duet(r7, mic())": "answers in d already",
    "d.answer = -1": "times as long",
    "d.bars = 2*s": "takes bars",
    "d.heard_on = 'radio'": "headphones",
    "d.lean = 'much'": "d.lean",
}


def tone(seconds: float, hz: float = 220.0, level: float = 0.3) -> Floats:
    t = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def rest(seconds: float) -> Floats:
    return np.zeros(round(seconds * RATE), np.float32)


CALL = np.concatenate([rest(0.3), tone(0.4), rest(1.3)])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that is quick to draw."""
    return write_samplernn(tmp_path, sharp=4.0, lufs=-20.0)


def block(model: Path, call: Floats = CALL, more: str = "") -> str:
    """What defines r7, heard on the right, and d, which answers the calls on the left."""
    calls = model.parent / "calls.wav"
    soundfile.write(calls, call, RATE)
    return (
        f"r7 = stream({str(model)!r}, guard=0, pan=1)\ncalls = sample({str(calls)!r}, pan=-1)\n"
        f"d = duet(r7, calls{more})"
    )


def sings(session: Session, code: str) -> None:
    result = session.eval(code)
    assert result.ok, result.error


def heard(session: Session, seconds: float) -> Floats:
    """Return what the stream plays."""
    audio: Floats = session.advance(seconds)[:, 1]
    return audio


def stretch(audio: Floats) -> tuple[float, float]:
    """Return from when to when anything is heard, in seconds."""
    loud = np.flatnonzero(np.abs(audio) > 0.02)
    assert len(loud), "nothing is heard"
    return float(loud[0] / RATE), float((loud[-1] + 1) / RATE)


def does(session: Session) -> str:
    return session.performance.status().duets["d"]


def test_it_listens_answers_as_long_as_the_phrase_and_listens_again(model: Path) -> None:
    with Session(seed=3) as session:
        sings(session, block(model))
        assert not heard(session, 0.85).any()
        assert does(session) == "hears"
        begin, end = stretch(heard(session, 1.15))
        late_s = 0.85 + begin - 0.7 - LEAD / RATE
        assert 0.18 < late_s < 0.25
        assert end - begin == pytest.approx(0.42 + 0.06, abs=0.03)
        assert does(session) == "listens"
        sings(session, "d.stop()")
        assert not heard(session, 1.5).any()
        sings(session, "d.listen()\nd.answer = 0.3*s\nd.silence = 0.3*s")
        begin, end = stretch(heard(session, 2.0))
        assert end - begin == pytest.approx(0.3 + 0.06, abs=0.03)
        sings(session, "del d")
        assert rms(heard(session, 0.5)[RATE // 4 :]) > 0.02, "it plays by itself"
        sings(session, "undo()")
        assert rms(heard(session, 0.4)[RATE // 4 :]) < 0.01, "undo takes it back into the duet"


def test_a_new_phrase_interrupts_unless_it_is_not_to(model: Path) -> None:
    twice = np.concatenate([rest(0.2), tone(0.4), rest(0.4), tone(0.3), rest(2.0)])
    lengths = []
    for more in ("", ", gives_way=False"):
        with Session(seed=3) as session:
            sings(session, block(model, twice, f", answer=1*s{more}"))
            begin, end = stretch(heard(session, 1.4))
            lengths.append(end - begin)
    # the first answer begins at 0.8 s, and the second phrase at 1 s
    assert lengths[0] == pytest.approx(0.34, abs=0.06)
    assert lengths[1] > 0.55


def test_where_bars_rule_it_answers_on_the_line(model: Path) -> None:
    with Session(seed=3) as session:
        sings(session, "tempo(240)")  # a bar lasts a second
        sings(session, block(model, more=", bars=1"))
        sound = heard(session, 3.0)
    first, second, third = sound[:RATE], sound[RATE : 2 * RATE], sound[2 * RATE + RATE // 5 :]
    assert not first.any()
    begin, end = stretch(second)
    assert begin < 0.006
    assert end > 0.99
    assert rms(third) < 0.02


def test_it_answers_softly_what_was_soft(model: Path) -> None:
    levels = []
    for level in (0.05, 0.3):
        with Session(seed=3) as session:
            sings(session, block(model, level / 0.3 * CALL))
            levels.append(rms(heard(session, 1.4)[round(1.0 * RATE) :]))
    assert levels[1] > 3 * levels[0] > 0.01


def test_answers_are_replayed_sample_by_sample(model: Path, tmp_path: Path) -> None:
    assert_replayed((block(model), "d.meanwhile = 0.1\nr7.temperature = 0.9"), 0.8, tmp_path)


@pytest.mark.slow
def test_it_murmurs_meanwhile_and_leans_and_is_replayed_sample_by_sample(
    model: Path, tmp_path: Path
) -> None:
    blocks = (
        block(model),
        "d.meanwhile = sine(0, 0.4, period=1*s)\nr7.candidates, r7.chunk = 4, 50*ms\nd.lean = 1",
        "r7.tilt = shimmer\nd.lean = lambda t: -1\nd.answer = 2",
        "d.bars = 1\ntempo(180)",
        "undo()\nr7.temperature = 0.9",
        "d = duet(r7, calls, gives_way=False)\nr7.freeze()",
        "r7.thaw()\nd.stop()",
        "del d",
        "undo()",
    )
    assert_replayed(blocks, 1.2, tmp_path)


def test_what_cannot_be_is_said_in_a_sentence_and_changes_nothing(model: Path) -> None:
    with Session(seed=3) as session:
        sings(session, block(model) + "\nnoise = stream()")
        for code, why in WRONG.items():
            result = session.eval(code)
            assert not result.ok, code
            assert why in str(result.error), (code, result.error)
        assert "r7 answers calls" in repr(session.get("d"))
