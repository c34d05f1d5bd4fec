"""Rhythms as a space: what is where, and that neighbouring places sound alike."""

from collections.abc import Callable

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.language.hits import hits
from livecode.language.notes import notes
from livecode.language.patterns.events import events_between
from livecode.language.patterns.pattern import Pattern
from livecode.language.patterns.played import control_of
from livecode.language.patterns.word import pattern
from livecode.language.rhythms import Rhythm, RhythmSpace, rhythms, spread
from livecode.playing.groove_walk import BAR_S, PATIENCE_BARS, STEP
from livecode.playing.learners import new_learner


def named(thing, name: str = "drums"):
    thing.name = name
    return thing


@pytest.fixture
def drums() -> RhythmSpace:
    return rhythms(named(hits("bd")))


def heard(rhythm: Rhythm, of: Pattern) -> list[tuple]:
    return [tuple(event) for event in events_between(rhythm.of(of.cycles), 0, 2, 0)]


@pytest.mark.parametrize(
    ("k", "n", "rotation"), [(3, 8, 0), (5, 8, 2), (5, 16, 7), (7, 12, 11), (4, 4, 0)]
)
def test_a_place_is_the_rhythm_that_euclid_gives(drums: RhythmSpace, k: int, n: int, rotation: int):
    rhythm = drums.rhythm(drums.at(k, n, rotation))
    base = pattern("bd <sn cp>")
    assert (rhythm.k, rhythm.n) == (k, n)
    assert heard(rhythm, base) == [tuple(e) for e in base.euclid(k, n, rotation).events(0, 2)]
    assert drums.called(drums.at(k, n, rotation)) == f"({k},{n},{rotation})"


def test_the_middle_is_four_on_the_floor_of_eight(drums: RhythmSpace):
    assert drums.axes == ("k", "n", "rotation", "density")
    assert str(drums.rhythm(np.full(4, 0.5))) == "(4,8,0)"


@pytest.mark.parametrize("n", [6, 8, 12, 16])
def test_the_next_turn_moves_one_hit_of_each_repetition_by_one_step(n: int):
    for k in range(1, n):
        for turn in range(-n, n):
            one, other = spread(k, n, turn), spread(k, n, turn + 1)
            assert len(one) == k
            assert len(one - other) == np.gcd(k, n)
            assert {(step + 1) % n for step in one - other} == other - one


def apart(one: Rhythm, other: Rhythm) -> float:
    """How far, in bars, a hit of either is from the next one of the other, in the mean."""
    a, b = (np.flatnonzero([s == 1.0 for s in each.strokes]) / each.n for each in (one, other))
    far = np.abs(a[:, None] - b[None])
    far = np.minimum(far, 1 - far)
    return float(far.min(0).mean() + far.min(1).mean()) / 2


@pytest.mark.parametrize("axis", range(4))
def test_the_nearer_two_places_the_more_alike_they_sound(drums: RhythmSpace, axis: int):
    rng = np.random.default_rng(1)
    far = []
    for by in (0.02, 0.08, 0.25):
        ones = rng.random((200, 4))
        others = ones.copy()
        others[:, axis] = np.where(ones[:, axis] < 0.5, ones[:, axis] + by, ones[:, axis] - by)
        pairs = zip(ones, others, strict=True)
        far.append(np.mean([apart(drums.rhythm(one), drums.rhythm(other)) for one, other in pairs]))
    assert far[0] < 0.6 * far[1] < far[1] < far[2]
    assert far[0] < 0.02


def test_density_takes_hits_away_off_the_beat_first_and_puts_soft_ones_between(drums: RhythmSpace):
    def strokes(density: float) -> tuple[float | None, ...]:
        return drums.rhythm(drums.at(5, 8, 0, density=density)).strokes

    plain_ = strokes(0.5)
    assert strokes(0.0).count(1.0) == 1
    assert strokes(0.0)[0] == 1.0
    assert strokes(1.0).count(None) == 0
    assert strokes(1.0).count(1.0) == 5
    counts = [sum(each is not None for each in strokes(d)) for d in np.linspace(0, 1, 21)]
    assert counts == sorted(counts)
    assert strokes(0.75).count(1.0) == plain_.count(1.0) < 8 - strokes(0.75).count(None)
    soft = [event[2] for event in heard(drums.rhythm(drums.at(5, 8, density=1.0)), pattern("bd"))]
    assert {control_of(value, "gain") for value in soft} == {1, 0.4}


def test_one_sound_goes_by_it_and_the_others_stay():
    base = named(hits("bd*4, hh*8"))
    space = rhythms(base, "hh")
    found = heard(space.rhythm(space.at(3, 8)), base.pattern)
    assert [e[0] for e in found if e[2] == "hh"] == [0, 3 / 8, 6 / 8, 1, 11 / 8, 14 / 8]
    assert len([e for e in found if e[2] == "bd"]) == 8
    with pytest.raises(LivecodeError, match="plays no 'cp', so it has no rhythm; it plays bd, hh"):
        rhythms(base, "cp")


def test_notes_go_up_and_down_by_degrees_and_octaves_too():
    lead = named(notes("0 c5", "pluck", scale="c minor"), "lead")
    space = rhythms(lead)
    assert space.axes == ("k", "n", "rotation", "degree", "octave", "density")
    up = space.rhythm(space.at(2, 4, degree=0.5 + 2 / 14, octave=0.75))
    values = [value for _, _, value in heard(up, lead.pattern)][:2]
    assert [lead.pitch(value, 4, "c minor") for value in values] == [60 + 12 + 3, 72 + 12]
    assert str(up) == "(2,4,0), +2 degrees, +1 octaves"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: rhythms(3), "takes what plays a pattern"),
        (lambda: rhythms(hits("bd")), "takes a name"),
        (lambda: rhythms(named(hits("bd")), steps=(8, 99)), "whole numbers from 1 to 64"),
        (lambda: rhythms(named(hits("bd")), steps=()), "one number of steps or more"),
        (lambda: rhythms(named(hits("bd"))).at(9, 8), "has no"),
        (lambda: rhythms(named(hits("bd"))).hold(0.3), "heard through an agent"),
        (lambda: rhythms(named(hits("bd"))).encode("x.wav"), "no sounds to find"),
        (lambda: notes("0", rhythms(named(hits("bd")))), "cannot be played in them"),
    ],
)
def test_what_cannot_be_is_one_sentence(make: Callable[[], object], says: str):
    with pytest.raises(LivecodeError, match=says):
        make()


@pytest.mark.parametrize("steps", [(8,), (1,), (16, 8, 8), range(5, 8)])
def test_other_divisions_of_the_bar(steps):
    space = rhythms(named(hits("bd")), steps=steps)
    rng = np.random.default_rng(0)
    assert {space.rhythm(place).n for place in rng.random((200, 4))} == set(steps)
    for n in set(steps):
        assert space.rhythm(space.at(1, n)).k == 1
        assert space.rhythm(space.at(n, n)).k == n


def nearness(space: RhythmSpace, rhythm: Rhythm, target: np.ndarray) -> float:
    """How near a rhythm is to that at a target, as one who has heard it says: 0 is there."""
    far = np.abs(space.at(rhythm.k, rhythm.n, rhythm.rotation)[:3] - target)
    far[2] = min(far[2], 1 - far[2])
    return -float(np.linalg.norm(far))


def taught(space: RhythmSpace, k: int, n: int, rotation: int, by: str, bars: int) -> np.ndarray:
    """Teach an explorer a groove, bar by bar; returns how near it was in each bar."""
    rng, target = np.random.default_rng([k, n, rotation]), space.at(k, n, rotation)[:3]
    learner = new_learner("explorer", 3, seed=1, among_rhythms=True)
    learner.step, learner.patience_s = STEP, PATIENCE_BARS * BAR_S
    near: list[float] = []
    for bar in range(bars):
        place = learner.act(bar * BAR_S)
        near.append(nearness(space, space.rhythm(np.append(place, 0.5)), target))
        nearer = near[-1] - near[max(bar - 1, 0)]
        if by == "rings":
            turn = np.clip(nearer / STEP, -1, 1) + rng.normal(0, 0.2)
            learner.feedback(float(np.clip(turn, -1, 1)), (bar + 0.9) * BAR_S)
        elif nearer and rng.random() < 0.8:
            learner.tap(float(np.sign(nearer)), (bar + 0.6) * BAR_S)
    return np.array(near)


@pytest.mark.parametrize("by", ["rings", "taps"])
def test_hands_teach_a_groove(drums: RhythmSpace, by: str):
    targets = [(5, 8, 4), (3, 16, 0), (7, 12, 5), (2, 4, 1), (9, 16, 2), (3, 6, 1)]
    near = np.array([taught(drums, *target, by, 120) for target in targets])
    assert near[:, -30:].mean() > 0.5 * near[:, :10].mean()
    assert near[:, -30:].mean() > -0.25
