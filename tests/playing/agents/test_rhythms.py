"""Agents over rhythms: another name is played in the groove where the agent is, from line to line."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.journal.journal_file import Journal
from livecode.language.patterns.euclid import euclid
from livecode.signals import osc
from tests.performance.test_take_over import killed
from tests.playing.agents.playing import said, tell
from tests.replayed import assert_replayed

RATE, BAR = 48000, 28800  # at 400 beats a minute
BAR_S = BAR / RATE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A kit of one sound: `tick` is one sample."""
    where = tmp_path_factory.mktemp("kit") / "tick"
    where.mkdir()
    soundfile.write(where / "1.wav", np.eye(1, 480)[0] * 0.5, RATE, "FLOAT")
    return str(where.parent)


@pytest.fixture
def drums(session: Session, folder: str) -> Session:
    """Ticks at every beat, and an agent that is to teach them another rhythm."""
    tell(session, f'tempo(400)\nticks = kit({folder!r})\ndrums = hits("tick*4", ticks)')
    return session


def bars_of(session: Session, bars: int) -> list[np.ndarray]:
    """Play on to the end of so many whole bars; returns the samples of each that strike, from its line."""
    begin = session.frame
    first = -(-begin // BAR)
    audio = session.advance(((first + bars) * BAR - begin) / RATE)
    at = np.flatnonzero(np.abs(audio[:, 0]) > 0.1) + begin
    lines = [(first + bar) * BAR for bar in range(bars)]
    return [at[(at >= line) & (at < line + BAR)] - line for line in lines]


def groove(session: Session, name: str = "ego") -> str:
    """Where the agent stands, as a rhythm."""
    thing = session.get(name)
    return thing.space.called(thing.player.full_position)


def on_euclids_grid(at: np.ndarray, n: int) -> set[int]:
    steps = at * n / BAR
    assert np.abs(steps - np.round(steps)).max() < 1.5 * n / BAR  # to the sample
    return {int(step) for step in np.round(steps)}


def test_the_name_is_played_in_the_rhythm_and_changes_on_the_line_alone(drums: Session):
    tell(drums, "ego = agent(rhythms(drums, steps=(8,)), dims=3, seed=3)")
    heard = [on_euclids_grid(bar, 8) for bar in bars_of(drums, 9)[1:]]
    grooves = {
        frozenset(step for step, on in enumerate(euclid(k, 8, r)) if on)
        for k in range(1, 9)
        for r in range(8)
    }
    assert all(frozenset(bar) in grooves for bar in heard)
    assert len({frozenset(bar) for bar in heard}) > 4
    assert said(drums) == []


def test_what_is_heard_in_a_bar_is_where_the_agent_was_at_its_line(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=2, seed=5)")
    drums.advance(2.2 * BAR_S)
    for _ in range(3):
        k, n, rotation = map(int, groove(drums).strip("()").split(","))
        assert repr(drums.get("ego")).endswith(f": ({k},{n},{rotation})")
        begin = drums.frame
        audio = drums.advance(0.55 * BAR_S)
        steps = np.flatnonzero(np.abs(audio[:, 0]) > 0.1) + begin % BAR
        struck = [step for step, on in enumerate(euclid(k, n, rotation)) if on]
        want = [step * BAR // n for step in struck if begin % BAR <= step * BAR // n]
        want = [at for at in want if at < begin % BAR + len(audio)]
        assert np.abs(steps - want).max(initial=0) <= 1
        drums.advance(BAR_S - len(audio) / RATE)


def test_every_two_bars_and_a_rhythm_that_is_held(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=3, every=2*bars, seed=1)")
    bars = [tuple(bar.tolist()) for bar in bars_of(drums, 8)[2:]]
    assert bars[0::2] == bars[1::2]
    assert len(set(bars)) > 1
    tell(drums, "ego.pause()")
    assert len({tuple(bar.tolist()) for bar in bars_of(drums, 5)[2:]}) == 1


@pytest.mark.parametrize(
    "end", ["free(ego)", "undo(ego)", "mute(ego)", "ego.space = 'additive'; ego.level = 0"]
)
def test_without_the_agent_the_pattern_is_itself_again_from_a_line_on(drums: Session, end: str):
    tell(drums, "ego = agent(rhythms(drums), seed=3, dims=2)")
    drums.advance(2.5 * BAR_S)
    tell(drums, end)
    beats = [0, BAR // 4, BAR // 2, 3 * BAR // 4]
    assert [bar.tolist() for bar in bars_of(drums, 4)[2:]] == [beats] * 2
    assert not drums.get("drums").player.in_shape


def test_an_edit_of_the_pattern_is_heard_in_the_rhythm(drums: Session):
    tell(drums, "ego = agent(rhythms(drums, steps=(8,)), dims=['rotation'], seed=3)\nego.pause()")
    assert [on_euclids_grid(bar, 8) for bar in bars_of(drums, 3)][1:] == [{0, 3, 6}] * 2
    tell(drums, 'drums.pattern = "tick ~"')
    assert [on_euclids_grid(bar, 8) for bar in bars_of(drums, 2)][1:] == [{0, 3}]


def test_axes_open_and_close_by_name_and_those_closed_rest(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=['rotation'], seed=2)")
    drums.advance(2.0)
    assert groove(drums).startswith("(4,8,")
    tell(drums, "ego.dims = 4")
    drums.advance(2.0)
    assert len(drums.get("ego").position) == 4
    assert not groove(drums).startswith("(4,8,")
    assert "has no axis 'degree'; it has k, n, rotation, density" in (
        drums.eval("ego.dims = ['degree']").error or ""
    )


def test_from_a_space_of_sounds_it_goes_among_rhythms_and_back(drums: Session):
    tell(drums, "ego = agent('additive', dims=3)")
    assert np.abs(drums.advance(1.0)).max() > 0.01
    tell(drums, "ego.space = rhythms(drums)")
    drums.advance(3.0)
    assert drums.get("drums").player.in_shape
    assert len(np.concatenate(bars_of(drums, 1))) < 17
    tell(drums, "ego.space = 'additive'\nfree(drums)")
    drums.advance(1.0)
    assert np.abs(drums.advance(1.0)).max() > 0.01
    assert [line for line in said(drums) if "drop" not in line] == []


def test_its_tokens_light_up_in_the_rhythm(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=3, seed=3)")
    before = drums.performance.sounds.changes.count
    drums.advance(2.5 * BAR_S)
    assert drums.performance.sounds.changes.count > before
    part = drums.get("drums").player.parts[-1]
    _, fragments = part.cycles.cycle(3)
    onsets = [each for each in fragments if each[0] == each[2]]
    assert f"({len(onsets)}," in groove(drums)
    assert all(marks for *_, marks in fragments)


def test_a_hushed_agent_says_no_more_how_a_name_is_played(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=3, seed=3)")
    drums.advance(2.2 * BAR_S)
    tell(drums, "hush(0.1*s)")
    drums.advance(0.3)
    tell(drums, 'drums.pattern = "tick*2"')
    assert [bar.tolist() for bar in bars_of(drums, 3)[1:]] == [[0, BAR // 2]] * 2
    tell(drums, "ego.dims = 2")
    bars_of(drums, 2)
    assert drums.get("drums").player.in_shape


def test_one_agent_goes_from_one_name_to_another(drums: Session):
    tell(drums, 'two = hits("tick*2", ticks, level=0)\ngroove = rhythms(drums)')
    tell(drums, "ego = agent(groove, dims=3, seed=3)")
    drums.advance(2.2 * BAR_S)
    tell(drums, "groove = rhythms(two)")
    drums.advance(2.2 * BAR_S)
    assert drums.get("two").player.in_shape
    assert not drums.get("drums").player.in_shape
    assert "every=1*bars" in repr(drums.get("ego"))


def test_a_nudged_name_takes_the_rhythm_along(drums: Session):
    tell(drums, "drums.nudge = -30*ms\nego = agent(rhythms(drums, steps=(8,)), dims=3, seed=3)")
    drums.advance(2.5)
    first = drums.frame
    audio = drums.advance(6 * BAR_S)
    at = np.flatnonzero(np.abs(audio[:, 0]) > 0.1) + first + round(0.03 * RATE)
    by_bar = {int(bar): at[at // BAR == bar] % BAR for bar in set(at // BAR)}
    by_bar.pop(max(by_bar)), by_bar.pop(min(by_bar))
    for steps in (on_euclids_grid(bar, 8) for bar in by_bar.values()):
        assert any(
            steps == {step for step, on in enumerate(euclid(k, 8, r)) if on}
            for k in range(1, 9)
            for r in range(8)
        )


def test_taps_and_rewards_teach_it(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=3, seed=3)")
    drums.advance(2.0)
    before = drums.get("ego").player.learner.first.mean.copy()
    tell(drums, "ego.like()")
    assert not np.array_equal(drums.get("ego").player.learner.first.mean, before)
    tell(drums, "ego.reward = lambda rings: 0.5")
    lessons = drums.get("ego").player.learner.judged
    drums.advance(2.0)
    assert drums.get("ego").player.learner.judged != lessons
    assert drums.get("ego").player.reward == 0.5


def test_a_place_gone_back_to_is_heard_for_a_line(drums: Session):
    tell(drums, "ego = agent(rhythms(drums), dims=3, seed=3)")
    drums.advance(4.3 * BAR_S)
    tell(drums, "ego.back(2*bars)")
    place = drums.get("ego").position
    drums.advance(BAR_S)
    assert np.array_equal(drums.get("ego").position, place)


def test_it_is_replayed_byte_by_byte(folder: str, tmp_path: Path):
    blocks = (
        f'tempo(400)\nticks = kit({folder!r})\ndrums = hits("tick*4", ticks)',
        "ego = agent(rhythms(drums), dims=3)\nego.reward = lambda rings: 0.3",
        "ego.like()\nego.dims = 4",
        "mute(ego)",
        "unmute(ego)\nlead = notes('0 2 4', 'pluck', scale='c minor')",
        "two = agent(rhythms(lead), dims=5, every=0.5*bars)\nundo(ego)",
        "ego.jump()\ntempo(300)",
        "free(ego)",
    )
    assert_replayed(blocks, 0.5, tmp_path)


def test_a_mind_that_takes_over_keeps_the_groove(session: Session, folder: str, tmp_path: Path):
    session.performance.journal = Journal(tmp_path / "journal")
    tell(session, f'tempo(400)\nticks = kit({folder!r})\ndrums = hits("tick*4", ticks)')
    tell(session, "ego = agent(rhythms(drums), dims=3, seed=3)")
    session.advance(3 * BAR_S)
    tell(session, "ego.pause()")
    before = bars_of(session, 3)[1:]
    begin = session.frame
    heard = [session.advance(0.2 * BAR_S)]
    killed(session, tmp_path / "journal")
    heard.append(session.advance(2.8 * BAR_S))
    at = np.flatnonzero(np.abs(np.concatenate(heard)[:, 0]) > 0.1) + begin
    line = -(-begin // BAR) * BAR
    again = [at[(at >= each) & (at < each + BAR)] - each for each in (line, line + BAR)]
    assert [bar.tolist() for bar in again] == [bar.tolist() for bar in before]
    rest = [each for each in before[0].tolist() if each >= begin - (line - BAR)]
    assert (at[at < line] - (line - BAR)).tolist() == rest


@pytest.mark.slow
def test_hands_teach_a_groove_as_it_is_heard(drums: Session):
    tell(drums, "metre(2)\nego = agent(rhythms(drums), dims=3, seed=3)\nego.reward = osc['/turn']")
    drums.advance(2 * BAR_S)
    space = drums.get("ego").space
    target, far = space.at(5, 16, 3)[:3], [1.0]
    for _ in range(100):
        k, n, rotation = map(int, groove(drums).strip("()").split(","))
        far.append(float(np.linalg.norm(space.at(k, n, rotation)[:3] - target)))
        turned = np.clip((far[-2] - far[-1]) / 0.15, -1, 1)
        drums.receive_osc(osc.encode("/turn", float(turned)))
        drums.advance(BAR_S / 2)
    assert np.mean(far[-25:]) < 0.5 * np.mean(far[1:11])
    assert said(drums) == []
