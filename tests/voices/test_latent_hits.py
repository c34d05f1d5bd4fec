"""A space of hits: each place is a stroke that begins on its sample, is heard, and dies away."""

from pathlib import Path

import numpy as np
import pytest

from livecode import LivecodeError, Session, load_model
from livecode.neural.model_file import find_model, read_meta, stored_tensors, write_model
from livecode.neural.spaces.struck.describing import shape_of
from livecode.neural.spaces.struck.shape import FLOOR_DB, MOMENTS_S, packed, unpacked
from livecode.neural.spaces.struck.space import HitSpace
from livecode.neural.spaces.struck.training import train
from livecode.transport.onsets import Onset
from livecode.transport.positions import Sounded
from livecode.transport.positions import packed as told
from livecode.voices.latent_hits import MOST_OF_NOTES, HitNotesVoice, LatentHitsVoice
from livecode.voices.struck_sound import HEARD_POWER, loudness_gain
from tests.sound import rms

RATE, HOP = 48000, 256


@pytest.fixture(scope="module")
def space() -> HitSpace:
    found = load_model("percussion")
    assert isinstance(found, HitSpace)
    return found


def place_of(space: HitSpace, name: str) -> np.ndarray:
    return space.position(space.sound_points[space.sound_names.index(name)])


def heard(space: HitSpace, name: str, hops: int, came: int = 0) -> np.ndarray:
    """A hit alone, by the voice of an agent."""
    voice = LatentHitsVoice(space, RATE, HOP, 1)
    voice.came = came
    struck = told(place_of(space, name), Sounded(strike=1.0, stroke=1.0))
    return np.concatenate([voice.play(struck) for _ in range(hops)])


@pytest.mark.parametrize("came", [0, 100, 255])
@pytest.mark.parametrize("name", ["bd_0a", "hh_0a", "tabla_na", "glass_3"])
def test_a_hit_begins_on_its_sample_and_dies_away(space: HitSpace, name: str, came: int) -> None:
    sound = np.abs(heard(space, name, 450, came))
    assert not sound[:came].any()
    assert sound[came : came + 240].max() > 0.2 * sound.max(), "it is there within 5 ms"
    assert 0.1 < sound.max() < 1.5
    assert not sound[-HOP:].any()


def test_hits_sound_like_what_they_were_learned_from(space: HitSpace) -> None:
    def bright(audio: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(audio[:9600])) ** 2
        return float((np.fft.rfftfreq(9600, 1 / RATE) * power).sum() / power.sum())

    kick, hat, glass = (heard(space, name, 60) for name in ("bd_0a", "hh_0a", "glass_3"))
    assert bright(kick) < 200 < 1000 < bright(glass) < 6000 < bright(hat)
    spectrum = np.abs(np.fft.rfft(glass * np.hanning(len(glass))))
    assert np.sort(spectrum)[-4:].sum() > 20 * np.median(spectrum), "a glass has a pitch"
    assert rms(kick[-HOP:]) < 0.1 * rms(kick[: 8 * HOP])


def test_wherever_one_strikes_it_is_heard_and_is_about_as_loud(space: HitSpace) -> None:
    rng = np.random.default_rng(1)
    for dims in (1, 2, 4, 8):
        places = np.full((500, space.latent), 0.5)
        places[:, :dims] = rng.random((500, dims))
        for z in space.place(places):
            shape = space.shape(z)
            power, as_heard = shape.power()
            lasting = np.gradient(MOMENTS_S)[:14]
            mean = float(as_heard[:14] @ lasting) / 0.4 * loudness_gain(shape) ** 2
            assert 10 * np.log10(mean / HEARD_POWER) > -16, (dims, z)
            assert np.isfinite(power).all()


def test_an_agent_is_one_hand_and_ends_the_hit_before(space: HitSpace) -> None:
    voice = LatentHitsVoice(space, RATE, HOP, 1)
    cymbal, kick = place_of(space, "drum_cymbal_open"), place_of(space, "bd_0a")
    voice.play(told(cymbal, Sounded(strike=1.0, stroke=1.0)))
    after = [voice.play(told(kick, Sounded(strike=1.0, stroke=2.0))) for _ in range(20)]
    alone = heard(space, "bd_0a", 20)
    hiss = rms(np.diff(np.concatenate(after)[4 * HOP :]))  # of the cymbal it would be far more
    assert hiss < 2 * rms(np.diff(alone[4 * HOP :])), "nothing is left of it"


def test_an_agent_s_low_hits_leave_the_register_of_the_bass_and_notes_do_not(
    space: HitSpace,
) -> None:
    def low_rms(sound: np.ndarray) -> float:
        below = np.fft.rfft(sound)
        below[np.fft.rfftfreq(len(sound), 1 / RATE) > 140] = 0
        return rms(np.fft.irfft(below))

    for name, least in (("lt_1b", 2.0), ("bd_boom", 2.0), ("glass_3", 0.9)):
        voice, where = HitNotesVoice(space, RATE, HOP, 1), place_of(space, name)
        first = [voice.play([(0, Onset(note=60.0))], where)]
        notes = np.concatenate([*first, *(voice.play([], where) for _ in range(99))])[:, 0]
        agents = heard(space, name, 100)
        assert low_rms(notes) > least * low_rms(agents)
        assert rms(agents[: 4 * HOP]) > 0.4 * rms(notes[: 4 * HOP]), "it is struck all the same"


def test_many_notes_at_once_end_the_oldest(space: HitSpace) -> None:
    voice = HitNotesVoice(space, RATE, HOP, 1)
    where = place_of(space, "drum_cymbal_open")
    for _ in range(3 * MOST_OF_NOTES):
        sound = voice.play([(0, Onset())], where)
    assert len(voice._hits._sounding) == MOST_OF_NOTES
    assert np.isfinite(sound).all()


def test_a_recorded_hit_is_described_as_it_sounds() -> None:
    seconds = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * (80 * seconds - 2 * np.exp(-seconds / 0.02))) * np.exp(-seconds / 0.1)
    shape = shape_of(tone.astype(np.float32), RATE)
    at = {round(1000 * moment): index for index, moment in enumerate(MOMENTS_S)}
    assert 2 ** shape.body_octaves[at[12]] > 110 > 2 ** shape.body_octaves[at[90]] > 75
    assert shape.body_db[at[18]] - shape.body_db[at[200]] == pytest.approx(8.7 * 1.8, abs=2)
    assert shape.band_db[8:, at[40] :].max() < -40
    back = unpacked(packed(shape))
    assert np.abs(back.body_db - shape.body_db).max() < 0.1
    with pytest.raises(ValueError, match="silent"):
        shape_of(np.zeros(RATE, np.float32), RATE)


def test_a_trained_space_has_its_hits_at_their_places() -> None:
    rng, seconds = np.random.default_rng(2), np.arange(RATE // 2) / RATE
    shapes = {
        f"hit {i}": shape_of(
            np.sin(2 * np.pi * 100 * 1.6**i * seconds) * np.exp(-seconds / 0.05)
            + 0.2 * rng.standard_normal(len(seconds)) * np.exp(-seconds / (0.01 * (i + 1))),
            RATE,
        )
        for i in range(6)
    }
    config, tensors, _ = train("six", shapes, 3, RATE)
    made = HitSpace("six", RATE, config, {k: v.astype(np.float32) for k, v in tensors.items()})
    for shape, point in zip(shapes.values(), made.sound_points, strict=True):
        loud = shape.band_db > FLOOR_DB / 2
        assert np.abs(made.shape(point).band_db - shape.band_db)[loud].mean() < 2


def test_a_file_without_its_hits_is_refused(tmp_path: Path) -> None:
    path = find_model("percussion")
    tensors = dict(stored_tensors(path))
    tensors["beyond"] = tensors["beyond"][:, :7]
    write_model(tmp_path / "broken.safetensors", tensors, read_meta(path))
    with pytest.raises(LivecodeError, match="lacks the tensor 'beyond'"):
        load_model(tmp_path / "broken.safetensors")


def test_an_agent_strikes_on_the_beat_and_notes_strike_where_it_is(session: Session) -> None:
    agent = "ego = agent(skins, dims=2, every=1*beats, step=0.1, rest=0)"
    assert session.eval(f"tempo(120)\nskins = space('percussion')\n{agent}").ok
    session.advance(0.8)
    begin, tempo = session.frame, session.performance.tempo
    sound = np.abs(session.advance(1.6)[:, 0])
    for beat in (2, 3, 4):
        at = int(tempo.frame_of(beat)) - begin
        assert sound[at : at + 240].max() > 5 * sound[at - 240 : at - 8].max(), "within 5 ms"
    notes = "del ego\nhere = skins.hold(*skins.at('glass_3'))\nring = notes('c c5', here)"
    assert session.eval(notes).ok
    session.advance(1.0)
    begin = session.frame
    tones = []
    audio = session.advance(2.2)[:, 0]
    for beat in (6, 8):
        part = audio[int(tempo.frame_of(beat)) - begin + 2400 :][:12000]
        tones.append(np.abs(np.fft.rfft(part * np.hanning(12000))).argmax() * 4.0)
    assert max(tones) / min(tones) == pytest.approx(2.0, rel=0.02)
    assert "have no key" in (session.eval("x = agent(skins, scale='c minor')").error or "")
