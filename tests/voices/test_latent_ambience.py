"""A space of ambiences: each place breathes, is as loud as any other, in stereo, and sings notes in tune."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from livecode import LivecodeError, Session, load_model
from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.model_file import find_model, read_meta, stored_tensors, write_model
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.transport.onsets import Onset
from livecode.transport.positions import Sounded
from livecode.transport.positions import packed as told
from livecode.voices.ambience_kernel import FIELDS, GRAIN, IMAGINARY, LINES, REAL, SOFT, draw
from livecode.voices.ambience_sound import HIGHEST, sung_partials
from livecode.voices.latent_ambience import AmbienceVoice
from livecode.voices.latent_notes import LatentNotesVoice
from tests.sound import rms

RATE, HOP = 48000, 256


@pytest.fixture(scope="module")
def space() -> AmbienceSpace:
    found = load_model("texture")
    assert isinstance(found, AmbienceSpace)
    return found


def place_of(space: AmbienceSpace, name: str) -> np.ndarray:
    return space.position(space.sound_points[space.sound_names.index(name)])


def heard(
    space: AmbienceSpace, position: np.ndarray, seconds: float, seed: int = 1, hop: int = HOP
) -> np.ndarray:
    """What a held place sounds like, (frames, 2)."""
    voice = AmbienceVoice(space, RATE, hop, seed)
    return np.concatenate([voice.play(position) for _ in range(int(seconds * RATE / hop))])


def test_the_compiled_loop_draws_what_plain_arithmetic_draws() -> None:
    rng = np.random.default_rng(1)
    bands, frames = 3, 64
    noise = rng.standard_normal((bands, 50)).astype(np.float32)
    lengths, place = np.array([50, 47, 41]), rng.integers(0, 40, (2, bands))
    lines = rng.random((2, LINES, 2, bands))
    lines[:, :2, :, 1] = 0.0  # a silent band
    turns = rng.random((2, bands))
    pace = np.stack(
        [np.full((2, bands), 0.9), np.full((2, bands), 0.5), np.cos(turns), np.sin(turns)]
    )
    grains = (rng.random((2, bands, frames)) < 0.1).astype(np.float32)
    state = np.zeros((FIELDS, 2, bands))
    state[REAL] = 1.0
    began, out = place.copy(), np.empty((2, frames), np.float32)
    draw(noise, lengths, place, lines, pace, grains, state, out)
    want = np.zeros((2, frames))
    grain, soft = np.zeros((2, bands)), np.zeros((2, bands))
    for frame in range(frames):
        grain = grain * pace[0] + grains[:, :, frame]
        soft += pace[1] * (grain - soft)
        steady, grainy, noisy, tonal = lines[0] + (lines[1] - lines[0]) * frame / frames
        hiss = noise[np.arange(bands), (began + frame) % lengths]
        tone = tonal * np.sin(turns * (frame + 1))
        want[:, frame] = ((steady + grainy * soft) * (noisy * hiss + tone)).sum(axis=1)
    assert np.abs(out - want).max() < 1e-4
    sounding = [0, 2]
    assert np.abs(state[SOFT] - soft)[:, sounding].max() < 1e-6
    assert np.abs(state[GRAIN] - grain)[:, sounding].max() < 1e-6
    assert np.abs(state[IMAGINARY] - np.sin(turns * frames))[:, sounding].max() < 1e-6
    assert np.array_equal(place, (began + frames) % lengths)


def test_the_same_seed_gives_the_same_samples_in_blocks_of_any_size(space: AmbienceSpace) -> None:
    where = place_of(space, "rain_0")
    plain = heard(space, where, 0.5)
    assert np.array_equal(plain, heard(space, where, 0.5))
    for hop in (64, 480, 1024):
        other = heard(space, where, 0.5, hop=hop)
        assert np.array_equal(plain[: len(other)], other[: len(plain)])
    assert not np.array_equal(plain, heard(space, where, 0.5, seed=2))


def test_a_place_is_wide_full_and_never_stands_still(space: AmbienceSpace) -> None:
    rain = heard(space, place_of(space, "rain_0"), 2.0)
    surf = heard(space, place_of(space, "surf_0"), 6.0)
    assert abs(np.corrcoef(rain.T)[0, 1]) < 0.2, "left and right are decorrelated"
    power = np.abs(np.fft.rfft(rain[:, 0])) ** 2
    high = np.fft.rfftfreq(len(rain), 1 / RATE) > 10_000
    assert power[high].sum() > 1e-3 * power.sum(), "the band is full"
    levels = 10 * np.log10(np.square(surf[: 60 * 4800]).reshape(60, -1).mean(axis=1))
    assert np.ptp(levels) > 4, "it breathes"
    assert np.abs(rain).max() <= HIGHEST + 1e-6


def test_places_are_as_loud_as_every_voice(space: AmbienceSpace) -> None:
    where = [place_of(space, f"{name}_0") for name in ("fire", "crickets", "rumble")]
    levels = [lufs(heard(space, each, 5.0)[RATE:, 0], RATE) for each in where]
    assert np.abs(np.array(levels[:2]) - TARGET_LUFS).max() < 2
    assert -26 < levels[2] < -18, "what is hardly heard is not raised without end"


@pytest.mark.parametrize("dims", [1, 2, 4, 8])
@pytest.mark.slow
def test_a_walk_of_two_thousand_places_has_no_dead_region(space: AmbienceSpace, dims: int) -> None:
    assert walked(space, dims, 2000) > -50


def test_a_walk_has_no_dead_region(space: AmbienceSpace) -> None:
    assert walked(space, 8, 60) > -50


def walked(space: AmbienceSpace, dims: int, places: int) -> float:
    """The level of the quietest half second of a walk to places anywhere, in dBFS."""
    voice, rng = AmbienceVoice(space, RATE, HOP, 1), np.random.default_rng(dims)
    position, sound = np.full(space.latent, 0.5), []
    for _ in range(places):
        position[:dims] = rng.random(dims)
        sound += [voice.play(position) for _ in range(8)]
    powers = np.array([np.square(each).mean() for each in sound])
    half = RATE // 2 // HOP
    assert np.isfinite(powers).all()
    return float(10 * np.log10(np.convolve(powers, np.full(half, 1 / half), "valid").min()))


def test_a_stroke_is_a_burst_on_its_sample(space: AmbienceSpace) -> None:
    voice, where = AmbienceVoice(space, RATE, HOP, 1), place_of(space, "wind_0")
    first = told(where, Sounded(strike=1.0, stroke=1.0))
    fallen = np.concatenate([voice.play(first) for _ in range(500)])
    assert rms(fallen[-HOP:]) < 0.02 * rms(fallen[: 8 * HOP]), "it has died away"
    voice.came = 100
    again = np.concatenate(
        [
            voice.play(told(place_of(space, "rain_0"), Sounded(strike=1.0, stroke=2.0)))
            for _ in range(8)
        ]
    )
    assert rms(again[:100]) < 0.05 * rms(again[340:]), "it begins on its sample"
    assert rms(again[100:340]) > 0.3 * rms(again[340:]), "it is there within 5 ms"


@pytest.mark.parametrize("note", [45, 60, 79])
def test_notes_are_in_tune(space: AmbienceSpace, note: int) -> None:
    voice = LatentNotesVoice(space, RATE, HOP, 1, 2)
    where = place_of(space, "wind_0")
    sound = [voice.play([(0, Onset(note=note, gate=1e6))], where)]
    sound += [voice.play([], where) for _ in range(374)]
    audio = np.concatenate(sound)[HOP * 20 :].sum(axis=1)
    f0_hz = 440 * 2 ** ((note - 69) / 12)
    sung, numbers = sung_partials(f0_hz)
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), 1 << 19))
    found = 0
    for number in numbers[sung][:3]:
        near = round(number * f0_hz * (1 << 19) / RATE)
        part = spectrum[near - 60 : near + 61]
        assert (
            abs(1200 * np.log2((near - 60 + part.argmax()) * RATE / (1 << 19) / number / f0_hz)) < 5
        )
        found += part.max() > 8 * np.median(part)
    assert found == 3


def test_a_file_that_describes_with_other_numbers_is_refused(tmp_path: Path) -> None:
    path = find_model("texture")
    tensors = dict(stored_tensors(path))
    tensors["basis"] = tensors["basis"][:, :7]
    write_model(tmp_path / "broken.safetensors", tensors, read_meta(path))
    with pytest.raises(LivecodeError, match="lacks the tensor 'basis'"):
        load_model(tmp_path / "broken.safetensors")


def test_an_agent_walks_in_stereo_and_in_a_key_and_says_what_it_has_not(session: Session) -> None:
    line = (
        "air = space('texture')\nego = agent(air, dims=2, every=0.2*s, step=0.1, scale='d minor')"
    )
    assert session.eval(line).ok
    session.advance(0.5)
    audio = session.advance(1.0)
    assert abs(np.corrcoef(audio.T)[0, 1]) < 0.6
    assert rms(audio) > 0.02
    assert "moves by itself" in (session.eval("ego.texture = 1").error or "")
    assert session.eval("ego.space = 'additive'; lead = notes('c e', air)").ok, (
        "from two channels to one"
    )
    after = session.advance(1.0)
    assert np.isfinite(after).all()
    assert rms(after) > 0.02


def test_places_of_different_families_are_apart(space: AmbienceSpace) -> None:
    names = ("rain", "surf", "drone", "chimes")
    places = [np.array([place_of(space, f"{name}_{i}") for i in range(4)]) for name in names]
    within = np.mean([np.linalg.norm(each - each.mean(0), axis=1).mean() for each in places])
    between = np.mean([np.linalg.norm(a.mean(0) - b.mean(0)) for a, b in pairwise(places)])
    assert between > 1.5 * within
