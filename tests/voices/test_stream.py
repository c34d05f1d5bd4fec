"""A SampleRNN as a voice: what it plays, how it is frozen, taken back and rescued."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.transport.messages import StreamSource
from livecode.transport.timing import HOP
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.moments import moment_tensors
from livecode.voices.stream import LOOP_S, Memory, StreamVoice
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn
from tests.sound import jump, rms

RATE = 48_000


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(write_samplernn(tmp_path))


def played(
    voice: StreamVoice, hops: int, temperature: float = 1.0, frozen: float = 0, guard: float = 0
) -> np.ndarray:
    values = [np.array([value]) for value in (temperature, frozen, guard, 1.0)]
    return np.concatenate([voice.play(*values) for _ in range(hops)])


def test_a_seed_is_a_stream_and_every_hop_is_full(model: str) -> None:
    one, same, other = (
        played(StreamVoice(StreamSource(model, seed), RATE, HOP), 100) for seed in (1, 1, 2)
    )
    assert one.shape == (100 * HOP,)
    assert one.dtype == np.float32
    assert (one == same).all()
    assert not (one == other).all()


def test_streams_of_one_model_share_its_weights_and_nothing_else(model: str) -> None:
    alone = [played(StreamVoice(StreamSource(model, seed), RATE, HOP), 50) for seed in (1, 2)]
    one, two = (StreamVoice(StreamSource(model, seed), RATE, HOP) for seed in (1, 2))
    assert one._drawing.sampler.kept[0] is two._drawing.sampler.kept[0]
    hops = [(played(one, 1), played(two, 1)) for _ in range(50)]
    for ours, theirs in zip(zip(*hops, strict=True), alone, strict=True):
        assert (np.concatenate(ours) == theirs).all()


def test_a_model_that_has_been_trained_on_is_read_anew(tmp_path: Path) -> None:
    path = write_samplernn(tmp_path, "piece", lufs=-6.0)
    before = StreamVoice(StreamSource(str(path), 1), RATE, HOP)
    write_samplernn(tmp_path, "piece", lufs=-12.02)
    after = StreamVoice(StreamSource(str(path), 1), RATE, HOP)
    assert rms(played(after, 50)) == pytest.approx(2 * rms(played(before, 50)), rel=0.01)


def test_it_is_as_loud_as_the_other_voices_by_what_its_file_says(tmp_path: Path) -> None:
    loud, soft = (
        played(
            StreamVoice(
                StreamSource(str(write_samplernn(tmp_path, name, lufs=level)), 1), RATE, HOP
            ),
            100,
        )
        for name, level in (("loud", -10.0), ("soft", -16.02))
    )
    assert rms(soft) == pytest.approx(2 * rms(loud), rel=1e-3)


@pytest.mark.parametrize("make", [write_samplernn, write_fullband])
@pytest.mark.timeout(600)
def test_a_model_that_does_not_say_how_loud_it_is_is_listened_to(
    tmp_path: Path, make: Callable[..., Path]
) -> None:
    voice = StreamVoice(StreamSource(str(make(tmp_path, "any")), 1), RATE, HOP)
    # noise: what is left out near half the model's rate is more than a unit of it
    assert lufs(played(voice, 800), RATE) == pytest.approx(TARGET_LUFS, abs=2.0)


def with_moments(path: Path, count: int = 2) -> str:
    """Give a model file moments: where its stream of seed 5 is after some frames, and later."""
    loaded = Loaded(path)
    drawing = loaded.drawing(5)
    states = []
    for _ in range(count):
        drawing.sampler.step_block(np.ones((1, 2 * loaded.steps)))
        states.append(drawing.sampler.state(0))
    meta = read_model(path)[0]
    write_model(path, stored_tensors(path) | moment_tensors(loaded.sampler, states), meta)
    return str(path)


@pytest.mark.parametrize("make", [write_samplernn, write_fullband])
@pytest.mark.timeout(600)
def test_a_stream_begins_from_a_moment_of_its_model(
    tmp_path: Path, make: Callable[..., Path]
) -> None:
    model = with_moments(make(tmp_path, "any", lufs=-20.0))

    def beginning(seed: int, moment: int = -1, take: int = 0) -> np.ndarray:
        source = StreamSource(model, seed, take=take, moment=moment)
        return played(StreamVoice(source, RATE, HOP), 20)

    assert (beginning(4) == beginning(4, moment=0)).all(), "which one, its seed says"
    assert (beginning(4, take=1) == beginning(4, moment=1)).all(), "and how often it began again"
    assert not (beginning(4, moment=0) == beginning(4, moment=1)).all()
    assert not (beginning(4, moment=0) == beginning(6, moment=0)).all(), "it goes on otherwise"


@pytest.mark.parametrize("make", [write_samplernn, write_fullband])
@pytest.mark.timeout(600)
def test_from_a_moment_it_goes_on_as_it_went_on_then(
    tmp_path: Path, make: Callable[..., Path]
) -> None:
    path = make(tmp_path, "any", lufs=-20.0)
    loaded = Loaded(Path(with_moments(path)))
    then, again = loaded.drawing(5), loaded.drawing(5)
    for drawing in (then, again):
        drawing.sampler.step_block(np.ones((1, 2 * loaded.steps)))
    again.begin(0)  # its random numbers go on from where they are
    ones = np.ones(3 * loaded.frame, np.float32)
    one, other = (drawing.next(ones, Held(), False) for drawing in (then, again))
    assert other == pytest.approx(one, abs=1e-3)


def test_a_stream_that_falls_silent_goes_back_to_a_moment_without_a_click(tmp_path: Path) -> None:
    path = write_samplernn(tmp_path, says=128, sure=30.0, lufs=-20.0)
    model = with_moments(path)
    left, watched = (StreamVoice(StreamSource(model, 1), RATE, HOP) for _ in range(2))
    played(left, 300)
    heard = played(watched, 300, guard=1.0)
    assert watched._drawing.watch.rescues >= 2
    assert left._drawing.watch.rescues == 0
    assert jump(heard[:, None]) < 0.05
    again = StreamVoice(StreamSource(model, 1), RATE, HOP)
    assert (played(again, 300, guard=1.0) == heard).all(), "a replay hears the same"


def test_the_temperature_is_followed_sample_by_sample(tmp_path: Path) -> None:
    model = str(write_samplernn(tmp_path, says=200, sure=12.0, sample_rate=RATE))
    voice = StreamVoice(StreamSource(model, 1), RATE, HOP)
    assert np.ptp(played(voice, 20, temperature=0.5)) < 1e-3
    rising = played(voice, 2, temperature=3.0)[-HOP:]
    quarters = [np.ptp(part) for part in np.split(rising, 4)]
    assert quarters[0] < 0.1 * quarters[3]
    assert np.ptp(played(voice, 5, temperature=3.0)) > 0.2


def test_frozen_it_repeats_its_last_second_without_a_click_and_takes_no_time(model: str) -> None:
    voice = StreamVoice(StreamSource(model, 1), RATE, HOP)
    sung = played(voice, 400)
    drawn = voice.state().drawing.sampler.t
    frozen = played(voice, 800, frozen=1.0)
    assert voice.state().drawing.sampler.t - drawn <= 2 * HOP, (
        "after the crossfade nothing is sampled"
    )
    assert not voice.busy
    loop = round(LOOP_S * RATE)
    settled = frozen[4 * HOP :]
    assert settled[:loop] == pytest.approx(settled[loop : 2 * loop], abs=1e-6)
    assert jump(frozen[:, None]) <= 1.5 * jump(sung[:, None])
    again = played(voice, 10)
    assert voice.busy
    assert jump(np.concatenate([frozen, again])[:, None]) <= 1.5 * jump(sung[:, None])
    assert not (again[1024:2048] == settled[1024:2048]).all()


def test_it_goes_back_to_a_moment_that_is_remembered(tmp_path: Path) -> None:
    model = str(write_samplernn(tmp_path, sample_rate=RATE))
    voice, memory = StreamVoice(StreamSource(model, 1), RATE, HOP), Memory(RATE)
    frame, heard = 0, []
    for _ in range(3 * RATE // HOP):
        memory.note("r7", voice, frame, HOP)
        heard.append(played(voice, 1))
        frame += HOP
    later = StreamVoice(StreamSource(model, 99), RATE, HOP)
    memory.recall("r7", later, round(1.5 * RATE))
    again = played(later, 200)
    second = np.concatenate(heard)[-(-RATE // HOP) * HOP :]  # moments are a second apart
    assert (again == second[: 200 * HOP]).all()
    memory.recall("r7", later, -1)  # nothing is known of that time: it goes on
    assert np.isfinite(played(later, 10)).all()


def test_it_goes_on_from_a_sound(model: str, tmp_path: Path) -> None:
    path = tmp_path / "sweep.wav"
    soundfile.write(path, 0.5 * np.sin(np.arange(44_100 * 5) * 0.05), 44_100)
    primed, other = (
        StreamVoice(StreamSource(model, 1, prime), RATE, HOP) for prime in (str(path), "")
    )
    assert primed.state().drawing.sampler.t == 4 * 16_000
    assert not (played(primed, 10) == played(other, 10)).all()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_a_model_of_any_rate_is_played_at_the_engine_s(tmp_path: Path, rate: int) -> None:
    path = write_samplernn(tmp_path, sample_rate=rate)
    voice = StreamVoice(StreamSource(str(path), 1), RATE, HOP)
    audio = played(voice, 300)
    assert voice.state().drawing.sampler.t == pytest.approx(300 * HOP * rate / RATE, abs=100)
    assert rms(audio) > 0.01


def test_a_stream_that_falls_silent_is_nudged_only_where_it_is_watched(tmp_path: Path) -> None:
    silent = str(write_samplernn(tmp_path, says=128))
    left, watched = (StreamVoice(StreamSource(silent, 1), RATE, HOP) for _ in range(2))
    assert rms(np.diff(played(left, 600)[HOP:])) < 1e-4
    heard = played(watched, 600, guard=1.0)
    assert watched._drawing.watch.rescues >= 2
    assert np.isfinite(heard).all()


def test_a_burst_of_noise_is_taken_back_to_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.voices.temperatures.HOT_UNLIKELY", 0.0)
    sure = str(write_samplernn(tmp_path, says=160, sure=12.0))
    voice = StreamVoice(StreamSource(sure, 1), RATE, HOP)
    played(voice, 100, temperature=0.5, guard=1.0)
    assert voice._drawing.watch.rescues == 0
    noise = played(voice, 200, temperature=3.0, guard=1.0)
    assert voice._drawing.watch.rescues >= 1
    assert np.isfinite(noise).all()


def test_a_roar_is_taken_back_where_it_is_louder_and_less_likely_than_what_was_learned(
    tmp_path: Path,
) -> None:
    def rescues(name: str, **facts: float) -> int:
        path = write_samplernn(tmp_path, name, says=200, sure=5.0, **facts)
        voice = StreamVoice(StreamSource(str(path), 1), RATE, HOP)
        played(voice, 400, guard=1.0)
        return voice._drawing.watch.rescues

    assert rescues("roars", rms=0.1, held_out_bits=3.0) >= 1
    assert rescues("loud", rms=0.1, held_out_bits=8.0) == 0
    assert rescues("unlikely", rms=1.0, held_out_bits=3.0) == 0


@pytest.mark.parametrize(
    ("model", "says"), [("additive", "is a 'space'"), ("nothing", "no model named 'nothing'")]
)
def test_what_is_no_stream_is_refused(model: str, says: str) -> None:
    with pytest.raises(LivecodeError, match=says):
        StreamVoice(StreamSource(model, 1), RATE, HOP)


@pytest.mark.timeout(600)
def test_a_full_band_model_plays_is_put_back_and_goes_on_from_a_sound(tmp_path: Path) -> None:
    model = str(write_fullband(tmp_path))
    one, same = (StreamVoice(StreamSource(model, 1), RATE, HOP) for _ in range(2))
    heard = played(one, 60)
    assert (heard == played(same, 60)).all()
    assert rms(heard) > 1e-4
    kept, ones = one.state(), np.ones(1001, np.float32)
    then = one._drawing.next(ones, Held(), False)
    one.load_state(kept)
    assert (one._drawing.next(ones, Held(), False) == then).all()
    path = tmp_path / "sweep.wav"
    soundfile.write(path, 0.2 * np.sin(np.arange(44_100) * 0.05), 44_100)
    primed = StreamVoice(StreamSource(model, 1, str(path)), RATE, HOP)
    assert not (played(primed, 60) == heard).all()


@pytest.mark.timeout(600)
def test_a_full_band_model_is_held_in_hand(tmp_path: Path) -> None:
    model = str(write_fullband(tmp_path))
    plain, bright = (StreamVoice(StreamSource(model, 1), RATE, HOP) for _ in range(2))
    one = [np.array([v]) for v in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)]
    two = [*one[:6], np.array([9.0]), *one[7:]]
    sounds = [
        np.concatenate([v.play(*c) for _ in range(200)]) for v, c in ((plain, one), (bright, two))
    ]
    tilt = []
    for sound in sounds:
        power = np.abs(np.fft.rfft(sound)) ** 2
        tilt.append(10 * np.log10(power[len(power) // 4 :].sum() / power[: len(power) // 8].sum()))
    assert tilt[1] > tilt[0] + 3


def test_a_stream_that_hangs_on_one_sound_goes_back_where_its_source_always_moves(
    tmp_path: Path,
) -> None:
    rescues = {}
    for name, facts in (("moves", {"still_db": 3.0}), ("holds", {})):
        path = write_samplernn(tmp_path, name, says=160, sure=6.0, lufs=-20.0)
        meta = read_model(path)[0]
        write_model(path, stored_tensors(path), replace(meta, facts=meta.facts | facts))
        voice = StreamVoice(StreamSource(with_moments(path), 1), RATE, HOP)
        played(voice, 7 * RATE // HOP, guard=1.0)
        rescues[name] = voice._drawing.watch.rescues
    assert rescues == {"moves": 2, "holds": 0}


@pytest.mark.timeout(600)
def test_an_outline_that_hangs_is_drawn_hotter(tmp_path: Path) -> None:
    def structure(**facts: float) -> float:
        path = write_fullband(tmp_path, lufs=-20.0, **facts)
        tensors = stored_tensors(path)
        tensors["outline.output.bias"][0, 2] = 60.0  # for ever the same
        write_model(path, tensors, read_model(path)[0])
        drawing = Loaded(path).drawing(1)
        drawing.next(np.full(3000, 0.5, np.float32), Held(), False)
        drawing.next(np.full(300, 0.5, np.float32), Held(), False)
        return float(drawing.sampler.hand.structure[0])

    assert structure() == pytest.approx(0.5)
    assert structure(structure=1.2) == pytest.approx(0.6)
    assert structure(structure=1.2, longest_hold=8) == pytest.approx(0.6 * 12 / 8)
    assert structure(structure=1.2, longest_hold=2) == pytest.approx(1.2), "twice at most"
    assert structure(structure=1.2, bend=0.5) == pytest.approx(1.2 * 0.5**0.5), "bent"
    assert structure(bend=0.5, structure_bend=0.2) == pytest.approx(0.5**0.2), "by its own bend"
    assert structure(surface_bend=0.2) == pytest.approx(0.5), "that of cells is theirs alone"


def test_a_model_may_say_that_its_cells_are_drawn_hotter(tmp_path: Path) -> None:
    ones = np.ones(2000, np.float32)
    hotter, plain = (
        Loaded(write_fullband(tmp_path, name, lufs=-20.0, **facts))
        for name, facts in (("hotter", {"surface": 1.25}), ("plain", {}))
    )
    by_itself = hotter.drawing(1).next(ones, Held(), False)
    by_hand = plain.drawing(1).next(ones, Held(surface=1.25), False)
    np.testing.assert_array_equal(by_itself, by_hand)
    assert not np.array_equal(by_itself, plain.drawing(1).next(ones, Held(), False))


def test_a_guarded_stream_stays_with_what_is_likely_however_hot_it_is(tmp_path: Path) -> None:
    sure = str(write_samplernn(tmp_path, says=160, sure=7.0, rms=1e-3, lufs=0.0))

    def spread(temperature: float, guard: float) -> float:
        voice = StreamVoice(StreamSource(sure, 1), RATE, HOP)
        return rms(np.diff(played(voice, 60, temperature, guard=guard)[2 * HOP :]))

    assert spread(1.3, 1.0) < 0.1 * spread(1.3, 0.0)
    assert spread(1.0, 1.0) == pytest.approx(spread(1.0, 0.0)), "and at 1 it draws what it says"
