"""What a name has sounded like lately: by sample time, over the seam of what is remembered."""

import numpy as np
import pytest

from livecode.engine.history import SoundHistory

FRAMES, BLOCK = 1000, 64


def heard(begin: int, end: int) -> np.ndarray:
    """Each frame says its own sample time, on both sides."""
    return np.repeat(np.arange(begin, end, dtype=np.float32)[:, None], 2, axis=1)


@pytest.mark.parametrize(
    ("begin", "end"), [(1500, 1600), (1900, 2048), (900, 1300), (1990, 2100), (3000, 3010)]
)
def test_what_is_known_is_given_and_the_rest_is_silent(begin: int, end: int) -> None:
    history = SoundHistory(FRAMES)
    for at in range(0, 2048, BLOCK):
        history.write(heard(at, at + BLOCK), at + BLOCK)
    expected = heard(begin, end)
    times = np.arange(begin, end)
    expected[(times < 2048 - FRAMES) | (times >= 2048)] = 0.0
    assert np.array_equal(history.between(begin, end), expected)


def test_before_a_gap_nothing_is_known() -> None:
    history = SoundHistory(FRAMES)
    history.write(heard(0, BLOCK), BLOCK)
    history.write(heard(500, 500 + BLOCK), 500 + BLOCK)
    assert not history.between(0, 500).any()
    assert np.array_equal(history.between(500, 520), heard(500, 520))
