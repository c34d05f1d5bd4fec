"""Taste by comparison: learned from few answers, some wrong, of teachers who differ; kept in a file."""

from pathlib import Path

import numpy as np
import pytest

from livecode.agents import library, taste
from livecode.agents.taste import FEATURES, Comparison, Taste, load, save, taste_of
from livecode.errors import LivecodeError

#: How far each feature moves, about.
SPREAD = np.array([10.0, 0.1, 0.1, 0.05, 0.3, 0.3, 0.2, 0.2])
COMPARISONS, HELD_OUT = 40, 200


class Listener:
    """A listener whose taste is a hidden linear function of the features."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.hidden = self.rng.normal(size=len(FEATURES)) / SPREAD
        self.mix = np.eye(len(FEATURES)) + 0.4 * self.rng.normal(size=(len(FEATURES),) * 2)

    def sound(self) -> tuple[float, ...]:
        return tuple((self.mix @ self.rng.normal(size=len(FEATURES)) * SPREAD).tolist())

    def answer(self, wrong: bool, teacher: str = "me") -> Comparison:
        one, other = sorted((self.sound(), self.sound()), key=lambda f: float(self.hidden @ f))
        return Comparison(other, one, teacher) if wrong else Comparison(one, other, teacher)

    def right(self, learned: Taste) -> float:
        """The share of held-out pairs that a taste ranks as the listener does."""
        told = [self.answer(False) for _ in range(HELD_OUT)]
        return float(np.mean([learned.worth(t.better) > learned.worth(t.worse) for t in told]))


def test_forty_comparisons_with_a_tenth_of_them_wrong_rank_most_pairs_right() -> None:
    shares = []
    for seed in range(12):
        listener = Listener(seed)
        told = [listener.answer(number % 10 == 9) for number in range(COMPARISONS)]
        shares.append(listener.right(taste_of(told)))
    assert np.mean(shares) >= 0.84, shares
    assert np.mean(np.array(shares) >= 0.8) >= 0.75, "and most listeners find it so"


def test_a_teacher_who_contradicts_the_others_counts_for_less() -> None:
    me, ana, gained = [], [], []
    for seed in range(6):
        listener = Listener(seed)
        told = [listener.answer(number % 10 == 9, "me") for number in range(COMPARISONS)]
        odd = [listener.answer(number % 2 == 0, "ana") for number in range(COMPARISONS)]
        learned = taste_of([*told, *odd])
        alike = [Comparison(each.worse, each.better) for each in (*told, *odd)]
        me.append(learned.consistency("me"))
        ana.append(learned.consistency("ana"))
        gained.append(listener.right(learned) - listener.right(taste_of(alike)))
    assert np.mean(me) > 0.8
    assert np.mean(ana) < np.mean(me) - 0.25
    assert np.mean(gained) > 0, "it is better than to believe both alike"


def test_without_comparisons_all_sounds_are_alike_and_a_feature_that_never_moves_counts_for_nothing() -> (
    None
):
    listener = Listener(1)
    assert Taste().worth(listener.sound()) == 0
    told = [listener.answer(False) for _ in range(10)]
    still = [Comparison((*t.worse[:-1], 0.5), (*t.better[:-1], 0.5)) for t in told]
    assert taste_of(still).weights[-1] == 0


def test_a_taste_is_kept_without_pickle_and_a_damaged_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    listener = Listener(2)
    learned = taste_of([listener.answer(False, who) for who in ("me", "ana", "me", "me")])
    path = save(learned, "warm")
    again = load("warm")
    assert again.weights == pytest.approx(learned.weights)
    assert [t.teacher for t in again.comparisons] == [t.teacher for t in learned.comparisons]
    assert load("warm").worth(listener.sound()) != 0
    assert not (tmp_path / "warm.safetensors").exists(), "no agent of that name is written over"
    with pytest.raises(LivecodeError, match="there is warm"):
        load("cold")
    with pytest.raises(LivecodeError, match="no name"):
        taste.path_of("../warm")
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(LivecodeError, match="damaged"):
        load("warm")
