"""Navigating a small space of four sounds: positions, the map, morphs."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.neural.model_file import find_model, read_model
from livecode.neural.spaces import map as space_map
from livecode.neural.spaces.axes import audible_change
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.synthetic import synthesise, tones_of

NAMES = ("flute_060_p", "flute_062_p", "horn_048_f", "horn_050_f")
PLACES = np.array([[0.6, 0.2], [0.65, 0.2], [0.3, 0.7], [0.35, 0.7]])


@pytest.fixture(scope="module")
def space() -> LatentSpace:
    """Return the shipped additive space, as if it had been trained on four sounds."""
    meta, tensors = read_model(find_model("additive"))
    plain = LatentSpace("small", meta.sample_rate, meta.config, tensors)
    sounds = {"sounds": plain.place(PLACES)}
    config = meta.config | {"sounds": list(NAMES)}
    return LatentSpace("small", meta.sample_rate, config, tensors | sounds)


def _tone(pitch: float, seconds: float = 0.25) -> np.ndarray:
    tones = tones_of(np.array([[pitch, *[0.5] * 7]]))
    count = int(seconds * 44100) // 64 * 64
    return synthesise(tones, count, 44100, np.random.default_rng(0))[0]


def test_a_sound_lies_where_its_file_name_says(space: LatentSpace) -> None:
    for name in ("horn_048_f", "horn_048_f.flac", "brass/horn_048_f.wav"):
        np.testing.assert_allclose(space_map.at(space, name)[:2], PLACES[2], atol=1e-4)


def test_an_unknown_sound_is_refused_with_its_neighbours(space: LatentSpace) -> None:
    with pytest.raises(LivecodeError, match="knows no sound named 'horn_49'; did you mean horn_04"):
        space_map.at(space, "horn_49")


def test_a_space_without_sounds_says_so() -> None:
    meta, tensors = read_model(find_model("additive"))
    bare = LatentSpace("bare", meta.sample_rate, meta.config, tensors)
    with pytest.raises(LivecodeError, match="trained on no sound files"):
        space_map.at(bare, "horn")
    with pytest.raises(LivecodeError, match="0 sounds, too few for a map"):
        space_map.sound_map(bare)


def test_a_file_and_its_samples_have_the_same_positions(space: LatentSpace, tmp_path: Path) -> None:
    audio = _tone(0.5)
    soundfile.write(tmp_path / "tone.wav", audio / 40, 44100, subtype="FLOAT")
    axis = space.axis_names.index("pitch")
    one = space_map.encode(space, tmp_path / "tone.wav", search=0)
    other = space_map.encode(space, audio, search=0)
    np.testing.assert_allclose(one[:, axis], other[:, axis], atol=1e-3)
    assert ((one >= 0) & (one <= 1)).all()
    soundfile.write(tmp_path / "halved.wav", audio[::2] / 40, 22050)
    halved = space_map.encode(space, tmp_path / "halved.wav", search=0)
    assert np.median(halved[:, axis]) == pytest.approx(np.median(other[:, axis]), abs=0.02)


def test_files_that_are_missing_broken_or_silent_are_refused(
    space: LatentSpace, tmp_path: Path
) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    soundfile.write(tmp_path / "silent.wav", np.zeros(8192), 44100)
    for name, words in (
        ("nowhere", "no sound file at"),
        ("broken", "cannot be read"),
        ("silent", "silent sound has no position"),
    ):
        with pytest.raises(LivecodeError, match=words):
            space_map.somewhere(space, tmp_path / f"{name}.wav")


def test_a_place_is_a_position_a_name_or_a_file(space: LatentSpace, tmp_path: Path) -> None:
    given = space_map.somewhere(space, np.array([0.1]))
    np.testing.assert_allclose(given[:2], [0.1, 0.5], atol=1e-5)
    np.testing.assert_allclose(space_map.somewhere(space, "flute_060_p")[:2], PLACES[0], atol=1e-4)
    soundfile.write(tmp_path / "tone.wav", _tone(0.5) / 40, 44100)
    axis = space.axis_names.index("pitch")
    assert space_map.somewhere(space, tmp_path / "tone.wav")[axis] == pytest.approx(0.5, abs=0.05)
    with pytest.raises(LivecodeError, match="has 8 axes: a position of 9"):
        space_map.somewhere(space, np.zeros(9))


def test_the_map_keeps_like_sounds_together_and_holds_all(space: LatentSpace) -> None:
    chart = space_map.sound_map(space)
    assert chart.points.shape == (4, 2)
    assert chart.points.min() == 0
    assert chart.points.max() == 1
    apart = np.linalg.norm(chart.points[:, None] - chart.points, axis=-1)
    assert apart[0, 1] < apart[0, 2]
    assert apart[2, 3] < apart[1, 2]
    assert chart.nearest(chart.points[2]) == ("horn_048_f",)
    np.testing.assert_allclose(chart.project(chart.positions), chart.points, atol=1e-4)
    np.testing.assert_allclose(chart.between(chart.points[0]), chart.positions[0], atol=1e-3)


def test_a_morph_goes_from_end_to_end_in_equally_audible_steps(space: LatentSpace) -> None:
    way = space_map.morph(space, "flute_060_p", "horn_050_f")
    np.testing.assert_allclose(way(0.0), space_map.at(space, "flute_060_p"), atol=1e-5)
    np.testing.assert_allclose(way(1.0), space_map.at(space, "horn_050_f"), atol=1e-5)
    np.testing.assert_array_equal(way(7.0), way(1.0))
    far = space_map.morph(space, np.zeros(4), np.ones(4))
    shares = np.linspace(0, 1, 17)[:, None]
    straight = far.start + shares * (far.end - far.start)
    plain, heard = (
        audible_change(space, space.decode(space.place(positions)))
        for positions in (straight, far(shares[:, 0]))
    )
    assert heard.std() / heard.mean() < 0.7 * plain.std() / plain.mean()


def test_a_way_from_a_sound_to_itself_stands_still(space: LatentSpace) -> None:
    way = space_map.morph(space, "horn_048_f", "horn_048_f")
    np.testing.assert_allclose(way(np.linspace(0, 1, 5)), np.tile(way.start, (5, 1)))
