"""The shipped space `orchestra`: the promises of its card, measured."""

import numpy as np
import pytest

from livecode.bench.space_sound import family, joins, way_rows
from livecode.neural.audio import spectrum
from livecode.neural.audio.descriptors import described
from livecode.neural.model_file import find_model, read_model
from livecode.neural.spaces import map as space_map
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.figures import axis_steps, step_ratios
from tools.space_texture import movement_of, played

FAMILIES = ("alto_saxophone", "bassoon", "flute", "piano", "violin")


@pytest.fixture(scope="module")
def orchestra() -> LatentSpace:
    return load_space("orchestra")


def test_it_is_small_and_says_where_it_is_from() -> None:
    path = find_model("orchestra")
    meta, _ = read_model(path, "space")
    assert path.stat().st_size < 8e6
    assert "MIT" in meta.licence
    assert "FluidR3" in meta.data
    assert "--latent 16" in meta.command
    assert path.with_name("README.md").exists()


def test_held_out_notes_are_nearer_than_to_principal_components_by_any_number_of_axes() -> None:
    rows = read_model(find_model("orchestra"))[0].facts["figures"]["by_dimensions"]
    assert [row["dimensions"] for row in rows] == [1, 2, 4, 8, 16]
    assert all(row["axes"] == row["dimensions"] for row in rows)
    assert all(row["space_db"] < 0.85 * row["pca_db"] for row in rows)


def test_it_knows_five_instruments_at_their_pitches(orchestra: LatentSpace) -> None:
    assert {family(name) for name in orchestra.sound_names} == set(FAMILIES)
    assert len(orchestra.sound_names) == 196
    heard = 69 + 12 * (orchestra.log2_f0(orchestra.sound_points) - np.log2(440))
    written = [int(name.split("_")[-2]) for name in orchestra.sound_names]
    off = np.abs(heard - written)
    assert np.median(off) < 0.2
    assert (off < 0.5).mean() > 0.9


def test_axes_do_as_they_are_called(orchestra: LatentSpace) -> None:
    assert set(orchestra.axes[:3]) == {"pitch", "centroid", "flatness"}
    for name in ("centroid", "flatness"):
        positions = np.full((9, orchestra.latent), 0.5)
        positions[:, orchestra.axes.index(name)] = np.linspace(0.1, 0.9, 9)
        mags = orchestra.decode(orchestra.place(positions))
        assert (np.diff(described(name, mags, orchestra.frequencies_hz)) > 0).all()
    pitch = np.full((9, orchestra.latent), 0.5)
    pitch[:, orchestra.axes.index("pitch")] = np.linspace(0, 1, 9)
    octaves = orchestra.log2_f0(orchestra.place(pitch))
    assert (np.diff(octaves) > 0).all()
    assert octaves[-1] - octaves[0] > 3


def test_equal_steps_are_about_equally_audible(orchestra: LatentSpace) -> None:
    steps = axis_steps(orchestra, 20, np.random.default_rng(5), contexts=16)
    assert step_ratios(steps)[:8].max() < 3
    strengths = steps.mean(1)
    assert strengths[:4].min() > strengths[8:].max(), "the strongest come first"


def test_every_place_sounds_and_is_as_loud_as_all_others(orchestra: LatentSpace) -> None:
    rng = np.random.default_rng(2)
    places = rng.normal(0, 20, (200, orchestra.latent)).astype(np.float32)
    places[:4, :] = np.array([[np.nan], [np.inf], [-np.inf], [0]])
    mags = orchestra.decode(places)
    loud = spectrum.loudness(mags, spectrum.k_weighting(orchestra.frequencies_hz))
    np.testing.assert_allclose(loud, spectrum.LEVEL, rtol=1e-3)


def test_ways_between_instruments_pass_both(orchestra: LatentSpace) -> None:
    both, level = way_rows(orchestra, {})
    assert both.value == 100
    assert level.ok


@pytest.mark.parametrize("reach", [0.01, 1.0])
def test_a_voice_in_it_never_clicks(orchestra: LatentSpace, reach: float) -> None:
    assert joins(orchestra, reach, np.random.default_rng(4)) < 1.5


@pytest.mark.slow
def test_held_places_move_as_held_out_notes_do(orchestra: LatentSpace) -> None:
    facts = read_model(find_model("orchestra"))[0].facts["texture"]
    places = {
        name: orchestra.sound_points[orchestra.sound_names.index(name)]
        for name in facts["held_out"]
    }
    assert len(places) == 19
    known = {"violin": (8.0, 15.0), "piano": (0.0, 5.0)}  # cents, of the recordings
    for name, point in places.items():
        if family(name) in known:
            life = movement_of(played(orchestra, point, 1.0, 2.0), orchestra)
            still = movement_of(played(orchestra, point, 0.0, 1.0), orchestra)
            low, high = known[family(name)]
            assert low / 1.5 < life.pitch_cents < high * 1.5
            assert still.pitch_cents < 0.5
            assert life.change_db > still.change_db
            assert 0.3 < life.level_db < 4


def test_a_morph_from_flute_to_violin_changes_timbre_but_hardly_pitch(
    orchestra: LatentSpace,
) -> None:
    way = space_map.morph(orchestra, "flute_072_f", "violin_073_f")
    points = orchestra.place(way(np.linspace(0, 1, 21)))
    semitones = 12 * orchestra.log2_f0(points)
    assert np.ptp(semitones) < 2
    flatness = described("flatness", orchestra.decode(points), orchestra.frequencies_hz)
    assert abs(flatness[-1] - flatness[0]) > 3
    chart = space_map.sound_map(orchestra)
    centre = {name: chart.points[[family(n) == name for n in chart.names]] for name in FAMILIES}
    assert np.linalg.norm(centre["bassoon"].mean(0) - centre["flute"].mean(0)) > 0.2
