"""What a performer's temperature is made of, by the facts of a model's file."""

import numpy as np
import pytest

from livecode.neural.samplernn.fullband.heat import Heat

WANTED = np.array([0.7, 1.0, 1.3], np.float32)


def test_a_file_that_says_nothing_takes_the_temperature_as_it_is() -> None:
    heat = Heat.of({})
    np.testing.assert_array_equal(heat.cells(WANTED), WANTED)
    np.testing.assert_array_equal(heat.outlines(WANTED), WANTED)


def test_one_bend_is_that_of_outlines_and_cells() -> None:
    heat = Heat.of({"structure": 1.2, "surface": 1.1, "bend": 0.5})
    np.testing.assert_allclose(heat.outlines(WANTED), 1.2 * WANTED**0.5, rtol=1e-6)
    np.testing.assert_allclose(heat.cells(WANTED), 1.1 * WANTED**0.5, rtol=1e-6)


def test_each_may_have_a_bend_of_its_own_and_1_stays_what_it_was() -> None:
    heat = Heat.of({"structure": 1.2, "bend": 0.5, "structure_bend": 0.2, "surface_bend": 0.8})
    np.testing.assert_allclose(heat.outlines(WANTED), 1.2 * WANTED**0.2, rtol=1e-6)
    np.testing.assert_allclose(heat.cells(WANTED), WANTED**0.8, rtol=1e-6)
    assert heat.outlines(WANTED)[1] == pytest.approx(1.2)
    one = Heat.of({"bend": 0.5, "surface_bend": 0.8})
    np.testing.assert_allclose(one.outlines(WANTED), WANTED**0.5, rtol=1e-6)


def test_a_hotter_stream_is_brighter_and_busier_where_its_file_says_so() -> None:
    heat = Heat.of({"brighter": 1.5, "busier": 2.0})
    assert [heat.brightness(t) for t in (0.5, 1.0, 2.0)] == pytest.approx([-1.5, 0.0, 1.5])
    assert [heat.density(t) for t in (0.5, 1.0, 2.0)] == pytest.approx([-2.0, 0.0, 2.0])
    assert heat.brightness(50.0) == heat.brightness(2.0)
    assert heat.brightness(0.0) == heat.brightness(0.5)
    assert Heat.of({}).density(1.3) == 0.0
    assert Heat.of({"busier": 2.0, "dense": 0.5}).density(2.0) == pytest.approx(2.5)
