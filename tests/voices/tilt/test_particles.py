"""The particle filter against a toy model whose tilted distribution is computed exactly."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from livecode.voices.tilt.particles import ParticleFilter

#: A chain over three symbols: where it begins, and where it goes from each.
BEGIN = np.array([0.5, 0.3, 0.2])
GOES = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.3, 0.5]])
LENGTH = 3
STRENGTH = 1.2
Word = tuple[int, ...]


def reward(before: Word, symbol: int) -> float:
    """A change earns, and a 2 earns more."""
    return float(bool(before) and before[-1] != symbol) + 0.8 * (symbol == 2)


def chance(before: Word, symbol: int) -> float:
    return float(GOES[before[-1]][symbol] if before else BEGIN[symbol])


def tilted() -> dict[Word, float]:
    """p(x) · exp(strength · reward) of each word, with a sum of 1."""
    shares = {}
    for word in product(range(3), repeat=LENGTH):
        steps = [(word[:n], word[n]) for n in range(LENGTH)]
        earned = sum(reward(*step) for step in steps)
        shares[word] = np.prod([chance(*step) for step in steps]) * np.exp(STRENGTH * earned)
    return {word: share / sum(shares.values()) for word, share in shares.items()}


def tilted_one_by_one() -> dict[Word, float]:
    """The same, with each symbol tilted for itself: its sum is 1 whatever came before."""
    shares = {}
    for word in product(range(3), repeat=LENGTH):
        share = 1.0
        for n in range(LENGTH):
            each = [chance(word[:n], s) * np.exp(STRENGTH * reward(word[:n], s)) for s in range(3)]
            share *= each[word[n]] / sum(each)
        shares[word] = share
    return shares


def heard(particles: int, seed: int, lag: int) -> Word:
    """One word that the filter lets be heard."""
    chance_of = np.random.default_rng([seed, 1])
    filter = ParticleFilter(particles, seed, lag)
    words: list[Word] = [()] * particles
    told: Word = ()
    for n in range(LENGTH):
        rows = [GOES[word[-1]] if word else BEGIN for word in words]
        symbols = [int(np.searchsorted(np.cumsum(r), chance_of.random())) for r in rows]
        scores = [reward(word, symbol) for word, symbol in zip(words, symbols, strict=True)]
        words = [(*word, symbol) for word, symbol in zip(words, symbols, strict=True)]
        decision = filter.score(scores, STRENGTH)
        if decision.heard is not None:
            told = words[decision.heard][: n + 1 - lag]
            assert words[decision.heard][: len(told)] == told
        words = [words[parent] for parent in decision.parents]
    chosen = words[filter.decide()] if lag else told
    assert chosen[: len(told)] == told, "what has been heard stays"
    return chosen


def distance(particles: int, lag: int, exact: dict[Word, float], runs: int = 800) -> float:
    """The total variation between words that are heard and the exact distribution."""
    counts = Counter(heard(particles, seed, lag) for seed in range(runs))
    return 0.5 * sum(abs(counts[word] / runs - share) for word, share in exact.items())


def test_what_is_heard_comes_to_the_tilted_distribution_as_particles_grow() -> None:
    exact = tilted()
    untilted = distance(1, LENGTH, exact)
    few, many = distance(2, LENGTH, exact), distance(32, LENGTH, exact)
    assert untilted > 0.4
    assert many < 0.5 * few < 0.4 * untilted
    assert many < 0.11  # 27 words in 800 runs are 0.07 apart by chance alone


def test_without_a_lag_each_chunk_is_tilted_for_itself() -> None:
    exact = tilted_one_by_one()
    assert sum(exact.values()) == pytest.approx(1.0)
    assert distance(16, 0, exact) < 0.11 < 0.7 * distance(2, 0, exact)


def test_a_lag_brings_it_nearer_to_the_tilted_distribution() -> None:
    exact = tilted()
    assert distance(16, 1, exact) < distance(16, 0, exact)


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_equal_scores_let_the_first_be_heard_and_push_nothing(lag: int) -> None:
    filter = ParticleFilter(8, 0, lag)
    for n in range(10):
        decision = filter.score(np.full(8, 0.3), 2.0)
        assert decision.heard == (None if n < lag else 0)
        assert decision.bits == 0.0
        assert decision.parents[0] == 0
    assert filter.score(np.arange(8.0), 0.0).heard == 0


def test_few_heavy_particles_are_copied_and_many_even_ones_stay() -> None:
    even, heavy = ParticleFilter(8, 0, lag=4), ParticleFilter(8, 0, lag=4)
    slightly = even.score(np.linspace(0, 0.5, 8))
    assert (slightly.parents == np.arange(8)).all()
    assert 4 < even.effective < 8
    decision = heavy.score([0, 0, 9, 0, 0, 9.5, 0, 0])
    assert set(decision.parents) == {2, 5}
    assert decision.parents[2] == 2
    assert decision.parents[5] == 5
    assert 4 <= (decision.parents == 5).sum() <= 6  # 62 % of eight, systematically
    assert heavy.effective == 8


def test_a_cap_holds_the_push_back_and_the_strongest_push_is_the_best_of_all() -> None:
    scores = np.random.default_rng(1).standard_normal(8)
    free, capped = ParticleFilter(8, 0), ParticleFilter(8, 0)
    assert free.score(scores, 1000.0).bits == pytest.approx(3.0)  # the best of eight
    decision = capped.score(scores, 5.0, most_bits=0.5)
    assert decision.bits == pytest.approx(0.5, abs=1e-6)
    assert 0 < decision.strength < 5


def test_it_goes_on_from_a_state_as_it_did() -> None:
    scores = np.random.default_rng(2).standard_normal((20, 6))
    filter = ParticleFilter(6, 3, lag=1)
    for row in scores[:10]:
        filter.score(row, 2.0)
    state = filter.state()
    first = [filter.score(row, 2.0) for row in scores[10:]]
    filter.load_state(state)
    again = [filter.score(row, 2.0) for row in scores[10:]]
    assert [d.heard for d in first] == [d.heard for d in again]
    assert all((a.parents == b.parents).all() for a, b in zip(first, again, strict=True))
