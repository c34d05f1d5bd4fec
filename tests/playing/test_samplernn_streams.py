"""SampleRNN streams in a performance: swapped, primed, frozen, undone, and what they refuse."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from tests.samplernn_model import write_samplernn
from tests.sound import jump, longest_silence_s, rms

RATE = 48_000


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_samplernn(tmp_path, says=128, sure=3.0)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_samplernn(tmp_path, "other", seed=5, says=100, sure=3.0)


def sings(session: Session, path: Path, more: str = "") -> None:
    result = session.eval(f"r7 = stream({str(path)!r}{more})")
    assert result.ok, result.error


def test_a_stream_sounds_and_is_the_same_twice(tiny: Path) -> None:
    heard = []
    for _ in range(2):
        with Session(seed=3) as session:
            sings(session, tiny, ", temperature=ramp(0.7, 1.2, over=1*s)")
            heard.append(session.advance(1.5))
    assert (heard[0] == heard[1]).all()
    assert rms(heard[0][RATE // 2 :]) > 0.02
    assert longest_silence_s(heard[0][4800:], RATE) < 0.01


def test_another_model_takes_over_under_a_crossfade(
    session: Session, tiny: Path, other: Path
) -> None:
    sings(session, tiny)
    steady = session.advance(1.0)[RATE // 2 :]
    assert session.eval(f"r7.model = {str(other)!r}\nr7.fade = 0.2*s").ok
    audio = session.advance(1.0)
    assert longest_silence_s(audio, RATE) < 0.01
    assert jump(audio) < 2 * jump(steady)
    assert [(row.name, row.kind) for row in session.running()] == [("r7", "stream")]


def test_reset_and_prime_begin_again_and_evaluating_the_same_does_not(
    session: Session, tiny: Path, tmp_path: Path
) -> None:
    sings(session, tiny, ", seed=4, fade=0")
    first = session.advance(1.0)
    session.eval("r7.reset()")
    again = session.advance(1.0)
    # the same codes; the resampler stands elsewhere between two of them
    assert _likeness(first[4800:24000], again[4800:24000]) > 0.95
    soundfile.write(tmp_path / "door.wav", 0.1 * np.ones(48_000), 48_000)
    session.eval(f"r7.prime({str(tmp_path / 'door.wav')!r})")
    primed = session.advance(1.0)
    assert _likeness(first[4800:24000], primed[4800:24000]) < 0.9
    generation = session.performance.generations.current("r7").generation
    sings(session, tiny, ", seed=4, fade=0")
    assert session.performance.generations.current("r7").generation == generation


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The largest correlation of two sounds, at any shift of some milliseconds."""
    a, b = one[:, 0] - one[:, 0].mean(), other[:, 0] - other[:, 0].mean()
    shifts = np.fft.irfft(np.fft.rfft(a, 2 * len(a)) * np.conj(np.fft.rfft(b, 2 * len(b))))
    near = np.concatenate([shifts[:2000], shifts[-2000:]])
    return float(near.max() / np.sqrt(np.square(a).sum() * np.square(b).sum()))


def test_an_array_can_be_gone_on_from(
    session: Session, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.language.streams.PRIMES", tmp_path / "primes")
    sings(session, tiny)
    assert session.eval("r7.prime(0.2 * np.sin(np.arange(48000) / 20))").ok
    session.advance(0.5)
    assert len(list((tmp_path / "primes").glob("*.wav"))) == 1


def test_freeze_repeats_the_last_second_and_thaw_goes_on(session: Session, tiny: Path) -> None:
    sings(session, tiny)
    session.advance(1.5)
    session.eval("r7.freeze()")
    session.advance(0.5)
    loop = session.advance(2.0)
    assert loop[:RATE] == pytest.approx(loop[RATE:], abs=1e-3)
    session.eval("r7.thaw()")
    session.advance(0.5)
    free = session.advance(2.0)
    assert free[:RATE] != pytest.approx(free[RATE:], abs=1e-3)


def test_frozen_takes_a_curve_as_well(session: Session, tiny: Path) -> None:
    sings(session, tiny)
    assert session.eval("r7.frozen = square(0, 1, period=500*ms)").ok
    audio = session.advance(2.0)
    assert longest_silence_s(audio[4800:], RATE) < 0.01


def test_undo_takes_a_stream_back_to_where_it_was(session: Session, tiny: Path) -> None:
    sings(session, tiny, ", fade=0")
    session.advance(3.0)
    session.eval("r7.temperature = 0.05")
    session.advance(2.0)
    session.eval("undo()")
    session.advance(0.3)
    host = session.voices
    [voice] = host.voices.values()
    assert voice.source.state().drawing.sampler.t < 4.0 * 16_000, (
        "two seconds are gone back, and a bit"
    )
    assert session.get("r7").temperature == 1.0


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("r7 = stream('additive')", "is a space, not a SampleRNN"),
        ("r7 = stream(7)", "takes the name of a model"),
        ("r7.model = 'quartett'", "no model named 'quartett'"),
        ("r7.prime('nowhere.wav')", "there is no such file"),
        ("r7.prime(np.array([np.nan]))", "finite numbers"),
        ("r7.prime(3.0)", "array of shape"),
        ("r7.temperature = 'hot'", "from 0.05 to 3"),
        ("r7.frozen = 'yes'", "r7.frozen"),
    ],
)
def test_what_cannot_be_is_refused_and_the_stream_goes_on(
    session: Session, tiny: Path, code: str, says: str
) -> None:
    sings(session, tiny)
    session.advance(0.5)
    result = session.eval(code)
    assert not result.ok
    assert says in result.error, result.error
    assert longest_silence_s(session.advance(0.5), RATE) < 0.01


def test_a_damaged_model_leaves_the_previous_one_playing(
    session: Session, tiny: Path, other: Path
) -> None:
    sings(session, tiny)
    session.advance(0.5)
    data = other.read_bytes()
    other.write_bytes(data[: len(data) // 2])
    session.eval(f"r7.model = {str(other)!r}")
    audio = session.advance(1.0)
    assert longest_silence_s(audio, RATE) < 0.01
    assert session.get("r7").model == str(tiny)


def test_a_reward_steers_the_temperature(session: Session, tiny: Path) -> None:
    sings(session, tiny)
    assert session.eval("r7.temperature = sine(0.9, 1.1, period=2*s) + 0.05 * rings.left.tilt").ok
    assert longest_silence_s(session.advance(1.0)[9600:], RATE) < 0.01
