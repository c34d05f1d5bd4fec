"""Some minutes of a bad night; `make chaos` has an hour of it."""

import pytest

from tests.processes.chaos import night


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_silences_the_performance_for_long_and_nothing_is_left_behind() -> None:
    figures = night(180.0, seed=20)
    print(figures)
    assert not figures.faults, str(figures)
