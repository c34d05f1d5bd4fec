"""The figures of `bench sound`: each finds what it is meant for, in sound that is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecode.bench import sound
from livecode.errors import LivecodeError
from livecode.finishing.sound_figures import (
    Spectra,
    at_target,
    clarity,
    heard,
    mel_levels,
    onsets,
    roars,
)
from livecode.finishing.sound_source import SOURCE, Source, measured
from livecode.neural.audio.loudness import lufs
from tests.samplernn_model import write_samplernn

RATE = 16_000


def plucked(hz: list[float], every_s: float, detune: float = 1.0) -> np.ndarray:
    """A tone for each frequency, struck and dying away."""
    t = np.arange(round(every_s * RATE)) / RATE
    return np.concatenate(
        [0.3 * np.exp(-6 * t) * np.sin(2 * np.pi * each * detune * t) for each in hz]
    )


def scale(count: int, every_s: float = 0.25, detune: float = 1.0) -> np.ndarray:
    notes = [220 * 2 ** (step / 12) for step in (0, 2, 4, 5, 7, 9, 11, 12)]
    return plucked([notes[i % 8] for i in range(count)], every_s, detune)


def test_onsets_are_counted_and_a_held_tone_has_none() -> None:
    assert onsets(mel_levels(scale(40), RATE)) == pytest.approx(40, abs=2)
    held = 0.3 * np.sin(2 * np.pi * 300 / RATE * np.arange(5 * RATE))
    assert onsets(mel_levels(held, RATE)) <= 1


def test_a_tuning_in_semitones_is_clear_and_a_glide_is_not() -> None:
    assert clarity(scale(40), RATE) > 0.8
    t = np.arange(8 * RATE) / RATE
    glide = np.sin(2 * np.pi * (200 * t + 20 * t**2))
    assert clarity(glide, RATE) < 0.3


def test_a_sound_is_near_itself_and_far_from_another() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(10 * RATE)
    music = scale(80)
    first, second, other = (
        Spectra.of(mel_levels(each, RATE)) for each in (music[: 5 * RATE], music[5 * RATE :], noise)
    )
    assert first.distance(second) < 0.1 * first.distance(other)
    assert first.distance(first) == pytest.approx(0, abs=0.01)


def test_silence_and_roar_are_shares_of_the_time() -> None:
    rng = np.random.default_rng(1)
    music = at_target(scale(40), RATE)
    assert lufs(music, RATE) == pytest.approx(-20, abs=0.1)
    source = heard([music], RATE)
    half = np.concatenate([music, np.zeros(len(music))])
    assert heard([half], RATE).silent == pytest.approx(0.5 + source.silent / 2, abs=0.02)
    roar = np.concatenate([music, 0.9 * rng.uniform(-1, 1, len(music))])
    assert roars(roar, RATE, source.loudest_db, source.flattest) == pytest.approx(0.5, abs=0.03)
    assert roars(music, RATE, source.loudest_db, source.flattest) < 0.02


def test_a_source_is_kept_and_read(tmp_path: Path) -> None:
    figures = measured(scale(120), RATE)
    Source({RATE: figures}).write(tmp_path / SOURCE)
    again = Source.read(tmp_path / SOURCE).by_rate[RATE]
    assert again.halves == figures.halves
    assert again.whole.onsets == figures.whole.onsets
    assert again.whole.spectra.distance(figures.whole.spectra) < 0.01


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_each_model_is_judged_beside_its_source_and_the_other(tmp_path: Path) -> None:
    paths = []
    for name, audio in (("scales", scale(120)), ("low", scale(120, detune=0.5))):
        paths.append(write_samplernn(tmp_path, name, lufs=-10.0))
        Source({RATE: measured(audio, RATE)}).write(paths[-1].with_name(SOURCE))
    rows = sound.run(1.0, 2, paths)
    named = {(row.what, row.about["model"]) for row in rows}
    assert {model for _, model in named} == {"scales", "low"}
    noise = next(row for row in rows if row.what == "distance to source")
    assert noise.ok is False, "noise is no scale"
    assert noise.value is not None
    assert noise.value > 50
    assert {row.about.get("temperature") for row in rows} == {*sound.TEMPERATURES, None}
    rises = [row for row in rows if row.what.startswith("smallest rise of surprise in bits")]
    assert len(rises) == 2
    assert all(row.ok for row in rises), "what is drawn hotter surprises more"
    alone = sound.run(1.0, 2, paths, only=["low"], jobs=2)
    assert alone == [row for row in rows if row.about["model"] == "low"], "whoever is beside it"
    assert sound.run(1.0, 2, paths[:1], only=[str(paths[1])]) == alone, "a file of one's own"


def test_only_a_stream_with_its_source_beside_it_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="no stream 'flute' has"):
        sound.run(1.0, 2, [], only=["flute"])


def test_a_fall_within_its_standard_error_is_none_and_a_real_one_is_told() -> None:
    rng = np.random.default_rng(0)
    wide, level = rng.normal(0, 1, 8), np.arange(5.0)

    def verdicts(steps: np.ndarray) -> list[bool | None]:
        figures = [wide + step + rng.normal(0, 0.1, 8) for step in steps]
        return [row.ok for row in sound.risen("scales", "onsets", figures)]

    assert verdicts(level) == [True, True], (
        "takes differ more than steps, but are compared in pairs"
    )
    assert verdicts(np.array([0.0, 1.0, 0.5, 2.0, 3.0])) == [False, True]
    assert verdicts(np.zeros(5))[1] is False, "what stays where it is does not rise"
    assert verdicts(-level) == [False, False]


def test_figures_next_to_nothing_are_near_within_a_bound_of_their_own() -> None:
    music = at_target(scale(40), RATE)
    own = replace(measured(music, RATE), halves=1.0)
    own = replace(own, whole=replace(own.whole, onsets=0.02))

    def verdict(onsets: float) -> bool | None:
        found = sound.Listened(RATE, replace(own.whole, onsets=onsets), 0.0, -20.0, {})
        rows = sound.judged("held", 1.0, found, own, [])
        return next(row.ok for row in rows if row.what == "onsets")

    assert verdict(0.2) is True
    assert verdict(0.3) is False
