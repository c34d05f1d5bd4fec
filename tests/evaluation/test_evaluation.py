"""What happens when a block is evaluated: all of it, or none of what fails, and a sentence."""

import numpy as np
import pytest

from livecode import Session

AGENT = "ego = agent(space('additive'), dims=2)"


def test_a_block_names_what_it_changed(session: Session):
    result = session.eval("glass = space('additive')\nego = agent(glass)\nx = 3")
    assert result.ok
    assert result.names == ("glass", "ego")


def test_the_last_expression_is_shown(session: Session):
    assert session.eval("x = 3\nx + 1").value == "4"


def test_a_variable_s_name_is_the_thing_s_name(session: Session):
    session.eval(AGENT)
    assert session.get("ego").name == "ego"


def test_evaluating_an_agent_again_keeps_the_object_and_its_reward(session: Session):
    session.eval(AGENT)
    before = session.get("ego")
    session.eval(
        "@reward\ndef hands(rings): return rings.twist\nego.reward = hands\nego.level = 0.5"
    )
    assert session.eval("ego = agent(space('additive'), dims=4)").ok
    assert session.get("ego") is before
    assert before.dims == 4
    assert before.level == 0.5
    assert before.reward is session.get("hands")


def test_who_uses_a_reward_follows_its_new_version(session: Session):
    session.eval(AGENT + "\n@reward\ndef a(rings): return 0.25\nego.reward = 2 * a")
    session.advance(0.2)
    assert session.get("ego").player.reward == pytest.approx(0.5)
    session.eval("@reward\ndef a(rings): return 0.4")
    session.advance(0.2)
    assert session.get("ego").player.reward == pytest.approx(0.8)


def test_a_reward_redefined_and_used_in_one_block_is_one_thing(session: Session):
    session.eval("@reward\ndef a(rings): return 0.1")
    session.eval(AGENT + "\n@reward\ndef a(rings): return 0.2\nego.reward = a + a")
    session.advance(0.2)
    assert session.get("ego").player.reward == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = (", "line 1: '(' was never closed"),
        ("y = 1\n1/0", "line 2: ZeroDivisionError"),
        ("ego.dims = 99", "has 8 dimensions, so not 99"),
        ("ego.dims = 2.5", "whole number"),
        ("ego.every = 5*ms", "15*ms to 10*s"),
        ("ego.every = 50", "a plain number is seconds"),
        ("ego.level = float('nan')", "from 0 to 4"),
        ("ego.revard = None", "did you mean reward?"),
        ("ego.reward = 'loud'", "takes a reward"),
        ("ego = agent(space('addditive'))", "additive"),
        ("raise SystemExit", "SystemExit"),
        ("exit()", "Ctrl-Q leaves"),
        ("ego.level(0.5)", "not callable; ego.level is a setting: ego.level = …"),
        ("def f(): f()\nf()", "RecursionError"),
        ("x = 1\0", "null byte"),
        ("@reward\ndef hands(ring): return 1", "did you mean rings?"),
        ("@reward\ndef hands(rings): return rings.twits", "twist"),
        ("@reward\ndef hands(rings): return 'loud'", "where a number was needed"),
        ("@reward\ndef hands(rings): return None", "where a number was needed"),
        ("@reward\ndef hands(rings): return float('inf')", "not a finite number"),
        ("@reward\ndef hands(rings): return np.ones(3)", "where a number was needed"),
        ("@reward\ndef hands(*rings): return 1", "without * or **"),
        ("@reward\ndef hands(rings):\n    while True: pass", "took longer than"),
        ("hands = hands + 1", "cannot be made of itself"),
        ("ego.reward = hands + 'x'", "not with 'x'"),
        ("go('coda')", None),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(session: Session, code: str, says: str):
    session.eval(AGENT + "\n@reward\ndef hands(rings): return 0.5\nego.reward = hands")
    session.advance(0.3)
    settings = dict(session.get("ego").settings)
    result = session.eval(code)
    if says is None:  # said later, in the log
        assert session.log[-1].kind == "error"
    else:
        assert not result.ok
        assert says in result.error
        assert "\n" not in result.error
    audio = session.advance(0.3)
    assert np.sqrt(np.mean(audio**2)) > 0.05, "the sound goes on"
    assert session.get("ego").player.reward == pytest.approx(0.5), "the last good reward goes on"
    assert session.get("ego").settings == settings


def test_of_two_things_in_a_block_the_good_one_changes_and_the_report_says_which(session: Session):
    session.eval("@reward\ndef a(rings): return 0.1\n@reward\ndef b(rings): return 0.1")
    result = session.eval("@reward\ndef a(rings): return 0.2\n@reward\ndef b(rings): return None")
    assert not result.ok
    assert result.names == ("a",)
    assert "b: " in result.error
    assert "(a changed)" in result.error


def test_an_exception_takes_back_plain_variables_too(session: Session):
    session.eval("tune = 1")
    session.eval("tune = 2\nother = 3\n1/0")
    assert session.get("tune") == 1
    assert not session.eval("other").ok


def test_a_deleted_agent_fades_out(session: Session):
    session.eval(AGENT)
    assert np.abs(session.advance(0.5)).max() > 0.05
    session.eval("del ego")
    session.advance(1.0)
    assert np.abs(session.advance(0.5)).max() < 1e-4


def test_hush_fades_and_evaluating_again_brings_back(session: Session):
    session.eval(AGENT)
    session.advance(0.5)
    session.eval("hush(1*s)")
    fading = session.advance(0.5)
    assert np.abs(fading[-2400:]).max() > 0.01, "musically, not at once"
    session.advance(0.7)
    assert np.abs(session.advance(0.3)).max() < 1e-4
    session.eval(AGENT)
    session.advance(0.3)
    assert np.abs(session.advance(0.3)).max() > 0.05


def test_hush_in_a_block_that_fails_does_nothing(session: Session):
    session.eval(AGENT)
    session.advance(0.5)
    session.eval("hush(0)\n1/0")
    session.advance(0.2)
    assert np.abs(session.advance(0.3)).max() > 0.05


def test_panic_silences_within_a_block_and_evaluating_sounds_again(session: Session):
    session.eval(AGENT)
    session.advance(0.5)
    session.eval("panic()")
    session.advance(2 * 256 / 48000)
    assert np.abs(session.advance(0.5)).max() == 0.0
    session.eval(AGENT)
    session.advance(0.3)
    assert np.abs(session.advance(0.3)).max() > 0.05


def test_a_thing_made_in_a_loop_through_globals_is_named(session: Session):
    session.eval(
        "g = space('additive')\nfor i in range(3): globals()[f'a{i}'] = agent(g, level=0.3)"
    )
    assert session.get("a2").name == "a2"
    assert np.abs(session.advance(0.5)).max() > 0.01


def test_a_word_that_is_not_there_is_answered_with_the_nearest(session: Session) -> None:
    assert session.eval("drums = hitz('bd*4')").error.endswith(
        "name 'hitz' is not defined; did you mean hits? – nothing was changed"
    )


@pytest.mark.parametrize("code", ["x = math.pi", "ego.pan = lambda t: math.sin(t)"])
def test_a_module_that_was_not_imported_is_answered_with_its_import(session: Session, code: str):
    session.eval("ego = agent(space('additive'))")
    error = session.eval(code).error
    assert error is not None
    assert "name 'math' is not defined; write `import math` before it – " in error


def test_a_call_of_a_covered_word_says_how_to_uncover_it(session: Session):
    session.eval("sine = 3")
    result = session.eval("x = [\n    sine(0, 1)]")
    assert (
        "; sine is a word of the language, now covered: `del sine` brings it back" in result.error
    )
    assert "word" not in session.eval("sine = 3\ndel sine\ny = 3\ny(2)").error


def test_who_is_pushed_back_by_a_name_that_does_not_sound_is_told(session: Session):
    session.eval('drums = hits("bd*4")\nkeys = notes("0")')
    result = session.eval('keys.duck = "drum"')
    assert result.ok
    assert result.notes == ("keys.duck: nothing called drum sounds yet; did you mean drums?",)
    assert session.eval('keys.duck = "kick"\nkick = hits("bd")').notes == ()


def test_who_lets_only_a_muted_name_be_heard_is_told_why_nothing_is(session: Session):
    session.eval(AGENT)
    session.eval("mute(ego)")
    session.eval("solo(ego)")
    assert str(session.log[-1]) == "ego is muted, so that nothing is heard; unmute(ego) ends that"
