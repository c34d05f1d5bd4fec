"""Preferences, plots and auditions in a performance: learned, drawn and kept from what is really heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.agents import library
from livecode.transport import kits
from tests.replayed import assert_replayed

RATE = 48_000
SOUND = "@dsp\ndef r(loud=0.1):\n    return Noise(0.5) * loud"
LOUD = "@reward\ndef loud(sound):\n    return sound.rms"


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "folder", lambda: tmp_path / "agents")


def evaluated(session: Session, *blocks: str) -> None:
    for block in blocks:
        result = session.eval(block)
        assert result.ok, result.error


def refused(session: Session, block: str) -> str:
    result = session.eval(block)
    assert not result.ok
    return str(result.error)


def test_answers_teach_a_preference_which_is_a_reward_undone_kept_and_taken_up() -> None:
    with Session(seed=3) as session:
        assert "mine = prefer(r7)" in refused(session, "better(1)")
        evaluated(session, SOUND, "mine = prefer(r)")
        assert "two stretches" in refused(session, "better(1)")
        session.advance(2.05)
        evaluated(session, "r.loud = 1")
        session.advance(2.05)
        evaluated(session, "better(2)")
        mine = session.get("mine")
        assert mine.comparisons == 1
        compared = session.performance.status().compared["mine"]
        assert (compared.comparisons, compared.pair) == (1, 1)
        evaluated(session, "better(1)")
        assert mine.comparisons == 1, "a second answer replaces the first"
        evaluated(session, "undo()")
        ((told, *_),) = (mine.taste.comparisons,)
        assert told.better[0] > told.worse[0], "the louder one was the better one"
        evaluated(session, 'better(2, by="ana")')
        assert mine.comparisons == 2
        evaluated(
            session, "ego = agent(space('additive'))\nego.reward = 0.5 * mine", "mine = prefer(r)"
        )
        assert mine.comparisons == 2, "evaluated again, it knows what it knew"
        session.advance(0.2)
        evaluated(session, 'mine.save("warm")', 'other = prefer(r, load="warm")')
        assert session.get("other").taste.weights == pytest.approx(mine.taste.weights)
        assert "which of" in refused(session, "better(1)")
        assert "no saved taste" in refused(session, 'cold = prefer(r, load="cold")')
        assert "1 for the first" in refused(session, "better(3, mine)")
        evaluated(session, "free(r)")
        session.advance(1.0)
        assert "r does not sound any more" in refused(session, "better(1, mine)")
        assert not [event.text for event in session.log if event.kind == "fallback"]


def test_a_plot_shows_what_a_reward_says_of_a_name_and_waits_when_it_fails() -> None:
    with Session(seed=3) as session:
        evaluated(session, SOUND, LOUD, "plot(loud, r)", "plot(t)")
        session.advance(1.0)
        evaluated(session, "r.loud = 1")
        session.advance(1.6)
        shown = session.performance.status().plotted
        drawn = shown["loud of r"]
        assert 0 < 3 * drawn[0] < drawn[-1]
        assert shown["t"] == tuple(sorted(shown["t"])), "time goes on"
        evaluated(session, "@reward\ndef loud(sound, t):\n    return 1 / 0 if t > 2.9 else 1")
        session.advance(0.8)
        assert len([event for event in session.log if "the plot waits" in event.text]) == 1
        evaluated(session, "free(r)")
        session.advance(1.0)
        assert session.performance.status().plotted["loud of r"] == ()
        evaluated(session, "plot()")
        assert not session.performance.status().plotted
        assert "plot takes what sounds" in refused(session, "plot(loud, loud)")


def test_an_audition_keeps_the_worst_and_the_best_take_and_plays_them(tmp_path: Path) -> None:
    with Session(seed=3) as session:
        evaluated(
            session,
            SOUND,
            LOUD,
            "r.loud = ramp(0.1, 1, over=3*s)",
            "heard = audition(loud, r, takes=4, length=0.5*s)",
        )
        session.advance(2.4)
        notes = [event.text for event in session.log if "takes loud finds the worst" in event.text]
        assert len(notes) == 1, [event.text for event in session.log]
        paths = [kits.file_of(sound.path) for sound in session.get("heard").kit.listing.sounds]
        worst, best = (soundfile.read(path)[0] for path in paths)
        assert len(worst) == len(best) == RATE // 2
        assert np.square(best).mean() > 1.1 * np.square(worst).mean()
        said = refused(session, "x = audition(loud, r, takes=7, length=9*s)")
        advice = said.partition("give it ")[2].partition("*s")[0]
        evaluated(session, f"x = audition(loud, r, takes=7, {advice}*s)", "free(r, x)")
        session.advance(0.5)
        played = session.advance(6.0)
        assert np.abs(played).max() > 0.05, "they are played"
        assert "2 to 64 takes" in refused(session, "x = audition(loud, heard, takes=1)")
        assert "in all" in refused(session, "x = audition(loud, heard, takes=30)")


def test_what_is_judged_is_replayed(tmp_path: Path) -> None:
    blocks = (
        SOUND,
        "mine = prefer(r)\nego = agent(space('additive'), every=20*ms)\nego.reward = mine",
        f"{LOUD}\nplot(mine, r)\nheard = audition(loud, r, takes=2, length=0.2*s)",
        "r.loud = sine(0, 1, period=0.7*s)\nheard.level = 0.5",
        "better(2)",
    )
    assert_replayed(blocks, 1.5, tmp_path)
