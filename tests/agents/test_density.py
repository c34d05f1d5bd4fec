"""The visit counts are pseudo-counts, smooth over a neighbourhood, in few and many dimensions."""

import doctest

import numpy as np
import pytest

from livecode.agents import coexplorer
from livecode.agents.density import Density


@pytest.mark.parametrize("dims", [1, 2, 8, 32])
def test_a_place_counts_its_visits_and_a_far_one_does_not(dims):
    density, here = Density(np.empty((0, dims))), np.full(dims, 0.3)
    assert [density.visit(here) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert density.count(np.array([here, here + 0.6])).tolist() == [5, 0]


def test_the_count_falls_steadily_with_the_distance():
    density, here = Density(np.full((100, 2), 0.3)), np.array([0.3, 0.3])
    line = here + np.linspace(0, 0.6, 31)[:, None] * [1.0, 0.0]
    counts = density.count(line)
    assert counts[0] == 100
    assert (np.diff(counts) <= 0).all()
    assert 40 < counts[10] < 60  # half a tile away


def test_counting_places_at_once_is_counting_them_one_by_one():
    places = np.random.default_rng(1).random((300, 4))
    one_by_one = Density(np.empty((0, 4)))
    for place in places:
        one_by_one.visit(place)
    assert np.array_equal(Density(places).counts, one_by_one.counts)


def test_places_in_many_dimensions_hardly_ever_share_a_cell_by_chance():
    places = np.random.default_rng(1).integers(0, 2, (200, 16)) * 0.9 + 0.05
    cells = Density(places).counts
    assert cells.max() <= 4


def test_the_example_in_the_agent_runs():
    assert doctest.testmod(coexplorer) == (0, 2)
