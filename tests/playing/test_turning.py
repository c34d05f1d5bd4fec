"""Names that go by patterns turn on the line, and stay what was set when they no longer do."""

from itertools import pairwise

import numpy as np

from livecode import Session

RATE = 48000
AGENT = 'ego = agent("additive", seed=3, fade=0*s)\nego.pause()\n'


def source(session: Session, name: str = "ego") -> tuple[str, int]:
    """The model that a name sounds from, or is about to, and the sample time of its beginning."""
    playing = session.performance.generations.current(name)
    assert playing is not None
    return playing.source.model, playing.at


def test_a_space_turns_on_the_line(session: Session) -> None:
    assert session.eval(f'tempo(120)\n{AGENT}ego.space = pattern("<additive orchestra>")').ok
    seen = []
    for _ in range(26):
        session.advance(0.25)
        seen.append(source(session))
    turned = list(dict.fromkeys(seen))[1:]
    assert turned == [("orchestra", 2 * RATE), ("additive", 4 * RATE), ("orchestra", 6 * RATE)]
    assert not [event for event in session.log if event.kind in ("error", "fallback")]


def test_a_turn_is_heard_on_the_line(session: Session) -> None:
    session.eval(f'tempo(120)\n{AGENT}ego.space = pattern("additive orchestra")')
    audio = session.advance(2.0)[:, 0]
    spectra = [
        np.abs(np.fft.rfft(audio[at : at + 4800])) for at in (33_600, 38_400, 48_480, 57_600)
    ]
    alike = [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in pairwise(spectra)]
    assert alike[0] > 0.95
    assert alike[1] < 0.9
    assert alike[2] > 0.95


def test_what_is_set_by_name_stays(session: Session) -> None:
    session.eval(f'tempo(120)\n{AGENT}ego.space = pattern("<additive orchestra>")')
    session.advance(1.0)
    assert session.eval('ego.space = "orchestra"').ok
    session.advance(4.0)
    model, at = source(session)
    assert model == "orchestra"
    assert at < 2 * RATE


def test_undo_lets_it_go_by_the_pattern_again(session: Session) -> None:
    session.eval(f"tempo(120)\n{AGENT}")
    session.eval('ego.space = pattern("<additive orchestra>")')
    session.eval('ego.space = "additive"')
    session.advance(3.0)
    assert source(session)[0] == "additive"
    session.eval("undo()")
    session.advance(0.1)
    assert source(session)[0] == "orchestra"


def test_a_pattern_of_names_follows_its_name(session: Session) -> None:
    session.eval(f'tempo(120)\nwhich = pattern("<additive orchestra>")\n{AGENT}ego.space = which')
    session.eval('which = pattern("additive")')
    session.advance(3.0)
    assert source(session)[0] == "additive"


def test_it_turns_the_same_each_time() -> None:
    heard = []
    for _ in range(2):
        with Session(seed=7) as session:
            session.eval(AGENT)
            session.eval('ego.space = pattern("additive [orchestra additive]")')
            heard.append(session.advance(2.5))
    assert np.array_equal(*heard)
