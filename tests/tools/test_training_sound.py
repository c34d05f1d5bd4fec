"""The drums that streams are trained on: in time, as loud as said, and the same again."""

import numpy as np
import pytest

from tools.training_sound import drums


def test_a_groove_is_struck_on_its_beats_at_its_level_and_is_the_same_again() -> None:
    tempo = 120.0
    audio = drums.played("house", tempo, np.random.default_rng(3))
    again = drums.played("house", tempo, np.random.default_rng(3))
    assert (audio == again).all()
    beat = round(60 / tempo * drums.RATE_HZ)
    assert len(audio) == pytest.approx(drums.BARS * 4 * beat, abs=2)
    assert 20 * np.log10(audio.std()) == pytest.approx(drums.LEVEL_DBFS, abs=1.0)
    first_bars = audio[: 12 * beat].reshape(12, beat)  # a kick on each beat, before any fill
    struck = np.square(first_bars[:, : beat // 8]).mean(1)
    between = np.square(first_bars[:, -beat // 8 :]).mean(1)
    assert (struck > 5 * between).all()


def test_other_grooves_sound_otherwise() -> None:
    one, other = (
        drums.played(name, 100.0, np.random.default_rng(3)) for name in ("house", "latin")
    )
    assert np.corrcoef(one, other)[0, 1] < 0.9
