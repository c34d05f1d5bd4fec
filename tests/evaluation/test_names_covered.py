"""Words that a block covers, variables that undo takes back, and loops that name nothing."""

import pytest

from livecode import Session
from tests.sound import rms


def notes(session: Session) -> list[str]:
    return [event.text for event in session.log if event.kind == "note"]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("s = stream('test')", "s"),
        ("for ms in range(3): pass", "ms"),
        ("tempo = 150", "tempo"),
        ("def beats(): pass", "beats"),
        ("import numpy as sine", "sine"),
        ("globals()['rings'] = 1", "rings"),
    ],
)
@pytest.mark.parametrize("back", ["del {}", "undo()", "free({})"])
def test_a_word_that_is_covered_is_told_and_comes_back(session, code, word, back):
    whole = session.get("np") if word == "np" else session.eval(word).value
    assert session.eval(code).ok
    assert [note for note in notes(session) if note.startswith(f"{word} is a word of the language")]
    if back == "free({})" and word != "s":
        back = "del {}"
    assert session.eval(back.format(word)).ok
    assert session.eval(word).value == whole
    assert len(notes(session)) == 1


@pytest.mark.parametrize("code", ["pad = 5", "for pad in range(3): pass"])
def test_a_sound_whose_name_is_taken_for_a_number_is_told_and_comes_back(session, code):
    session.eval("pad = stream('test')")
    session.eval(code)
    assert notes(session)[-1] == (
        "pad fades out: its name is a plain variable's now; undo() brings the sound back"
    )
    session.eval("undo()")
    session.eval("pad = stream('test', seed=2)\ndel pad")
    assert len(notes(session)) == 1


def test_many_words_covered_at_once_are_one_line(session):
    assert session.eval("from numpy import *").ok
    assert notes(session) == [
        "square, tri, record are words of the language, now covered by yours; "
        "`del square, tri, record` or undo() brings them back"
    ]
    assert session.eval("ramp = env = sine = noise = ms = saw = 1").ok
    assert notes(session)[-1].startswith("env, noise, ramp, saw, sine and 1 more are words")


def test_undo_takes_back_plain_variables_and_no_older_sound(session):
    session.eval("pad = stream('test')")
    session.eval("depth = 1")
    session.eval("depth = 2")
    session.eval("undo()")
    assert session.get("depth") == 1
    session.eval("undo()")
    assert session.eval("depth").error is not None
    assert rms(session.advance(0.5)) > 0
    session.eval("undo()")
    session.advance(1.0)
    assert rms(session.advance(0.3)) == 0


def test_redo_brings_back_what_undo_took_away(session):
    session.eval("pad = stream('test', level=0.5)")
    session.eval("pad.level = 0.1; mood = 'low'")
    session.advance(0.5)
    low = rms(session.advance(0.5))
    session.eval("undo()")
    session.advance(0.5)
    assert rms(session.advance(0.5)) > 2 * low
    assert session.eval("mood").error is not None
    session.eval("redo()")
    session.advance(0.5)
    assert rms(session.advance(0.5)) == pytest.approx(low, rel=0.2)
    assert session.get("mood") == "low"
    session.eval("undo()")
    session.advance(0.5)
    assert rms(session.advance(0.5)) > 2 * low


def test_redo_after_a_new_block_has_nothing_to_do(session):
    session.eval("depth = 1")
    session.eval("undo()")
    session.eval("width = 1")
    session.eval("redo()")
    assert "nothing to redo" in session.log[-1].text


def test_a_loop_variable_never_becomes_a_name_that_sounds(session):
    assert session.eval("for each in [stream('test'), stream('test')]: pass").ok
    assert session.performance.namespace.own() == {}
    assert "each holds a source that has no name" in notes(session)[0]
    assert session.eval("other = 1").ok
    assert session.performance.namespace.own() == {}
    assert session.eval("a = stream('test')\nfor each in [a]: each.level = 0.3").ok
    assert session.get("a").level == 0.3


def test_sources_in_a_list_say_that_they_need_names(session):
    assert session.eval("both = [stream('test'), stream('test')]").ok
    assert "both holds 2 sources that have no name" in notes(session)[0]
    assert session.eval("a, b = both").ok
    assert set(session.performance.namespace.own()) == {"a", "b"}
    assert rms(session.advance(0.5)) > 0


def test_one_thing_under_two_names_sounds_until_its_own_name_is_gone(session):
    assert session.eval("a = b = stream('test')").ok
    assert session.eval("del b").ok
    session.advance(0.3)
    assert rms(session.advance(0.3)) > 0
    assert session.eval("b = a\ndel a").ok
    session.advance(0.3)
    assert rms(session.advance(0.3)) > 0
    assert session.performance.namespace.own().keys() == {"b"}
