"""What the outline's tier is told of labels: what lies between knots is a mix, what is unknown is nothing."""

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.neural.samplernn.fullband import labels
from livecode.neural.samplernn.fullband.config import FullbandConfig

ALL = tuple(labels.NUMBERS)
SOURCES = ("piano", "choir")
SCALE = np.tile([0.0, 1.0], (len(ALL), 1))


def told(**known: float) -> dict[str, np.ndarray]:
    names = labels.numbers_of(ALL)
    numbers = np.array([[known.get(name, np.nan) for name in names]])
    row = labels.figures(numbers, ALL, SOURCES, SCALE)[0]
    parts = np.split(row, np.cumsum(labels.widths(ALL, SOURCES))[:-1])
    return dict(zip(ALL, parts, strict=True))


def test_what_nobody_knows_is_told_by_nothing() -> None:
    assert not any(part.any() for part in told().values())
    found = told(pitch=2.0)
    assert [name for name, part in found.items() if part.any()] == ["pitch"]
    assert found["pitch"].argmax() == 2
    assert not told(beat=0.5)["phase"].any(), "a beat without its bar"


def test_what_lies_between_is_a_mix_of_both_and_pitches_go_around() -> None:
    assert told(source=0.25)["source"] == pytest.approx([0.75, 0.25])
    assert told(pitch=11.5)["pitch"] == pytest.approx([0.5, *[0] * 10, 0.5])
    assert told(pitch=62.0)["pitch"].argmax() == 2, "a note of any octave"
    assert told(tempo=100.0)["tempo"].sum() == pytest.approx(1)
    assert told(loudness=9.0)["loudness"] == pytest.approx([0, 0, 0, 0, 1]), (
        "no further than the last"
    )


def test_the_same_beat_is_told_the_same() -> None:
    one, other = told(beat=0.25, bar=0.5), told(beat=7.25, bar=3.5)
    assert one["phase"] == pytest.approx(other["phase"], abs=1e-5)
    assert not np.allclose(one["phase"], told(beat=0.5, bar=0.5)["phase"])


def test_what_a_row_adds_does_not_depend_on_the_others() -> None:
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((5, 8)).astype(np.float32)
    row = np.where(rng.random(8) < 0.5, 0, rng.random(8)).astype(np.float32)
    assert labels.told(row, weight) == pytest.approx(weight @ row, abs=1e-5)


def test_a_configuration_knows_its_labels_and_says_nothing_of_none() -> None:
    assert "labels" not in FullbandConfig().json()
    config = FullbandConfig(labels=("tempo", "source"), sources=SOURCES)
    assert FullbandConfig.from_json(config.json()) == config
    assert config.shapes()["outline.label.weight"] == (128, len(labels.TEMPI) + 2)
    for wrong in (
        {"labels": ("colour",)},
        {"labels": ("source",)},
        {"labels": 5},
        {"sources": ["a"]},
    ):
        with pytest.raises((LivecodeError, TypeError)):
            FullbandConfig.from_json(wrong)
