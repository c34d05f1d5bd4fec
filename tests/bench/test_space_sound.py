"""The sound figures of `bench space`: each finds the fault that it is meant for."""

import numpy as np
import pytest

from livecode.bench import space_sound
from livecode.neural.model_file import ModelMeta, find_model, read_model
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.space import LatentSpace
from livecode.voices.latent import LatentVoice


@pytest.fixture(scope="module")
def additive() -> LatentSpace:
    return load_space("additive")


def _with_sounds(names: list[str], places: np.ndarray) -> LatentSpace:
    meta, tensors = read_model(find_model("additive"))
    plain = load_space("additive")
    sounds = {"sounds": plain.place(places)}
    return LatentSpace("small", meta.sample_rate, meta.config | {"sounds": names}, tensors | sounds)


def test_distances_stand_beside_those_of_principal_components() -> None:
    rows = [
        {"dimensions": 1, "axes": 1, "space_db": 4.0, "pca_db": 6.0},
        {"dimensions": 2, "axes": 2, "space_db": 6.0, "pca_db": 5.0},
    ]
    facts = {"figures": {"by_dimensions": rows}}
    measured = space_sound.distance_rows(ModelMeta("space", {}, 44100, facts=facts), {})
    assert [(row.value, row.baseline, row.ok) for row in measured] == [
        (4.0, 6.0, True),
        (6.0, 5.0, False),
    ]
    assert space_sound.distance_rows(ModelMeta("space", {}, 44100), {}) == []


def test_a_voice_joins_its_hops_smoothly(additive: LatentSpace) -> None:
    for reach in (0.01, 1.0):
        assert space_sound.joins(additive, reach, np.random.default_rng(0)) < 1.2


def test_a_voice_that_clicks_is_found_out(
    additive: LatentSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = LatentVoice.play

    def clicking(voice: LatentVoice, position: np.ndarray, texture: np.ndarray) -> np.ndarray:
        return play(voice, position) + np.random.default_rng(int(1e6 * position[0])).normal(0, 0.1)

    monkeypatch.setattr(LatentVoice, "play", clicking)
    assert space_sound.joins(additive, 0.01, np.random.default_rng(0)) > 1.5


def test_ways_between_families_are_counted_and_level() -> None:
    names = ["low_1", "low_2", "high_1", "high_2"]
    places = np.array([[0.2, 0.5], [0.25, 0.5], [0.7, 0.4], [0.75, 0.4]])
    both, level = space_sound.way_rows(_with_sounds(names, places), {})
    assert both.value == 100
    assert both.about["ways"] == 3
    assert level.ok
    assert space_sound.way_rows(_with_sounds(names[:2], places[:2]), {}) == []


def test_a_way_past_a_third_sound_alone_is_not_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["low_1", "low_2", "low_3", "high_1"]
    space = _with_sounds(names, np.array([[0.2, 0.5], [0.21, 0.5], [0.22, 0.5], [0.8, 0.5]]))
    monkeypatch.setattr(space_sound, "morph", lambda *_: lambda t: np.tile([0.2, 0.5], (len(t), 1)))
    both, _ = space_sound.way_rows(space, {})
    assert both.value == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bassoon_034_f", "bassoon"), ("alto_sax-3", "alto_sax"), ("wind", "wind"), ("7", "")],
)
def test_a_family_is_what_stands_before_the_first_number(name: str, expected: str) -> None:
    assert space_sound.family(name) == expected
