"""Each step of the tutorial can be typed, sounds, and so does what it says to try."""

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.language.tutorial import COLUMNS, Tutorial, steps
from livecode.sets.set_file import parse_set
from tests.sound import rms

TITLES = [step.markdown.splitlines()[0] for step in steps()]
#: Louder than this, −40 dBFS, is heard.
HEARD = 0.01
#: Steps that name nothing from the steps before.
ON_THEIR_OWN = (1, 6, 10, 11, 13)
#: Shown under "Try" as mistakes, as parts of a line, or as words to ask about.
NOT_TYPED = {
    *("ego.dim = 4", "ring", "def", "bright", "ButLP", "ButHP", "freq=cutt", 'go("alone")', "chops")
}


def play_up_to(session: Session, number: int, each_s: float = 0.1) -> Iterator[np.ndarray]:
    """Play the first steps; gives what is heard after each of them."""
    for step in steps()[:number]:
        for block in step.code:
            result = session.eval(block)
            assert result.ok, f"{block}\n{result.error}"
        yield session.advance(each_s)


def test_there_are_thirteen_numbered_steps() -> None:
    assert len(steps()) == 13
    assert [title.split(". ")[0] for title in TITLES] == [f"# {n}" for n in range(1, 14)]


def test_every_step_sounds_after_those_before(session: Session) -> None:
    for number, audio in enumerate(play_up_to(session, 13, each_s=1.0), 1):
        assert rms(audio) > HEARD, TITLES[number - 1]
    assert not [event for event in session.log if event.wrong]


@pytest.mark.parametrize("number", ON_THEIR_OWN)
def test_a_step_that_needs_no_other_sounds_by_itself(number: int, session: Session) -> None:
    for block in steps()[number - 1].code:
        assert session.eval(block).ok
    assert rms(session.advance(1.0)) > HEARD


@pytest.mark.parametrize("number", range(1, 14), ids=lambda number: TITLES[number - 1])
def test_what_is_to_be_tried_works_and_what_is_to_fail_does_no_harm(
    number: int, session: Session
) -> None:
    deque(play_up_to(session, number))
    _, _, tried = steps()[number - 1].markdown.partition("\nTry: ")
    assert tried
    for code in re.findall(r"`([^`]+)`", " ".join(tried.split())):
        if code in NOT_TYPED:
            continue
        result = session.eval(code)
        assert result.ok, f"{code}: {result.error}"
        session.advance(0.1)
    assert not [event for event in session.log if event.wrong]


@pytest.mark.parametrize(
    ("number", "wrong", "sentence"),
    [
        (2, "ego.dim = 4", "did you mean dims?"),
        (3, "@reward\ndef hands(ring, keys): return ring.twist", "did you mean rings?"),
        (7, "@dsp\ndef hall(r7, ego, cut=9): return ButLP(r7, freq=cutt)", "make it a keyword"),
    ],
)
def test_a_mistake_that_is_shown_is_told_and_not_heard(
    number: int, wrong: str, sentence: str, session: Session
) -> None:
    *_, before = play_up_to(session, number, each_s=0.5)
    result = session.eval(wrong)
    assert result.error is not None
    assert sentence in result.error
    assert rms(session.advance(0.5)) > 0.5 * rms(before)


def test_the_last_step_is_a_set_of_two_scenes(session: Session) -> None:
    (text,) = steps()[12].code
    piece = parse_set(text, Path("piece.py"))
    assert [scene.name for scene in piece.scenes] == ["alone", "together"]
    assert session.open_set(piece).ok
    session.advance(20.5)
    assert session.get("ego").dims == 4, "the second scene has come by itself"
    assert session.eval('go("alone")').ok


def test_every_fourth_bar_is_a_fill_and_the_chops_outlive_the_stream(session: Session) -> None:
    deque(play_up_to(session, 12, each_s=0.2))
    session.eval("tempo(400)\nmute(ego)\nmute(r7)")
    patterns = set()
    for _ in range(12):
        session.advance(0.25)
        patterns.add(str(session.get("drums").pattern))
    assert patterns == {"pattern('bd*4, sn*16')", "pattern('bd*4, ~ cp, hh*8')"}
    assert session.eval("free(r7)\nsolo(cuts)").ok
    session.advance(1.5)
    assert rms(session.advance(0.6)) > HEARD


def test_tutorial_shows_a_step_and_goes_on_to_the_next(session: Session) -> None:
    shown = session.eval("tutorial()").value
    assert shown is not None
    assert shown.startswith("1. A sound\n")
    assert '    glass = space("additive")\n    ego = agent(glass)\n' in shown
    for code, title in (("tutorial.next()", "2. Change"), ("tutorial(7)", "7. A hall"),
                        ("tutorial.back()", "6. A stream"), ("tutorial()", "6. A stream"),
                        ("tutorial(13)", "13. Scenes"), ("tutorial.next()", "13. Scenes"),
                        ("tutorial", "  1. A sound")):  # fmt: skip
        value = session.eval(code).value
        assert value is not None
        assert value.startswith(title)
    error = session.eval("tutorial(14)").error
    assert error is not None
    assert "steps 1 to 13" in error


def test_a_step_fits_a_terminal_and_breaks_no_code() -> None:
    for step in steps():
        shown = repr(step)
        assert all(len(line) <= COLUMNS for line in shown.splitlines())
        assert all("\n" not in code for code in re.findall(r"`([^`]+)`", shown))
        assert not re.search(r"```|\x00", shown)


def test_each_reader_has_a_place_of_their_own() -> None:
    first, second = Tutorial(), Tutorial()
    first(5)
    assert repr(second()).startswith("1.")
