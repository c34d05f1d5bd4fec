"""What a control says of a place is read by voices of its own space alone."""

import numpy as np

from livecode.transport.positions import Sounded, packed, sounded_at


def padded(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, np.zeros(64 - len(values))])


def test_how_a_place_sounds_is_read_by_a_voice_of_as_many_axes() -> None:
    told = Sounded(60.5, 0.75, 48_000.0)
    assert sounded_at(padded(packed(np.full(8, 0.7), told)), 8) == told


def test_a_voice_that_fades_out_does_not_strike_for_a_place_in_a_wider_or_narrower_space() -> None:
    told = Sounded(60.5, 0.75, 48_000.0)
    assert sounded_at(padded(packed(np.full(16, 0.7), told)), 8) == Sounded()
    assert sounded_at(padded(packed(np.full(8, 0.7), told)), 16) == Sounded()
    assert sounded_at(padded(np.full(16, 0.7)), 8) == Sounded()
