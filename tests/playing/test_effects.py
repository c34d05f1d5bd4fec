"""Effects of everything that sounds: what each does, and that nothing is left of it when it is off."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.engine.builder import Made
from livecode.kernel import beginning
from livecode.offline.replay import replay
from tests.sound import centroid_hz, rms

RATE = 48000
NOISE = 'x = stream("test", level=0.5)'


def heard(session: Session, effect: str) -> np.ndarray:
    result = session.eval(effect)
    assert result.ok, result.error
    session.advance(0.5)
    return session.advance(1.0)


def test_filters_make_it_dark_and_thin(session: Session) -> None:
    plain = centroid_hz(heard(session, NOISE), RATE)
    assert centroid_hz(heard(session, "x.cut = 500"), RATE) < 0.2 * plain
    assert centroid_hz(heard(session, "x.cut = 20000\nx.hp = 3000"), RATE) > 1.5 * plain


def test_drive_and_crush_add_what_was_not_there(session: Session) -> None:
    plain = heard(session, "@dsp\ndef x(): return Sine(375, mul=0.1)")

    def others(audio: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(audio[-RATE // 2 :, 0] * np.hanning(RATE // 2))) ** 2
        return float(1 - power[180:196].sum() / power.sum())

    driven = others(heard(session, "x.drive = 0.8"))
    crushed = others(heard(session, "x.drive = 0\nx.crush = 0.8"))
    assert others(plain) < 1e-4
    assert driven > 1e-3
    assert crushed > 1e-3


def test_a_room_and_echoes_go_on_when_the_sound_is_over(session: Session) -> None:
    session.eval('tempo(60)\nx = hits("rim ~ ~ ~")\nx.delay = (1/4, 0.5)')
    session.advance(4.0)
    audio = session.advance(4.0)
    begin = -session.frame % RATE
    beats = [rms(audio[begin + k * RATE : begin + k * RATE + 4000]) for k in range(3)]
    assert beats[1] > 0.2 * beats[0] > 1e-4
    session.eval("x.delay = 0\nx.room = 0.8")
    session.advance(4.0)
    audio = session.advance(4.0)
    assert rms(audio[begin + RATE // 2 : begin + RATE]) > 1e-4


def test_one_name_pushes_another_back(session: Session) -> None:
    session.eval(f'tempo(120)\n{NOISE}\ny = hits("bd ~ ~ ~", level=1)\nx.duck = ("y", 0.9)')
    session.advance(2.0)
    audio = session.advance(2.0)
    begin = -session.frame % (2 * RATE)
    audio = np.roll(audio, -begin, axis=0)
    dark = np.abs(np.fft.rfft(audio[2000:6000, 0]))[400:].sum()
    loud = np.abs(np.fft.rfft(audio[60000:64000, 0]))[400:].sum()
    assert dark < 0.4 * loud


def test_nothing_is_left_of_an_effect_that_has_been_off(session: Session) -> None:
    heard(session, f"{NOISE}\nx.room = 0.5\nx.drive = 0.5")
    assert session.engine.strips["x"].effects.streams
    assert session.engine.sends.streams
    session.eval("x.room = 0\nx.drive = 0")
    session.advance(8.5)
    assert session.engine.strips["x"].effects.streams == []
    assert session.engine.sends.streams == []
    assert session.engine.errors == 0


def test_effects_go_by_curves_and_patterns_stay_with_the_name_and_are_undone(
    session: Session,
) -> None:
    heard(session, f'tempo(120)\n{NOISE}\nx.cut = pattern("300 8000")')
    heard(session, 'x = stream("test", level=0.4)')
    session.advance(-session.frame % (2 * RATE) / RATE)
    audio = session.advance(2.0)
    assert centroid_hz(audio[9600:38400], RATE) < 0.3 * centroid_hz(audio[57600:86400], RATE)
    dark = centroid_hz(heard(session, "x.cut = 200"), RATE)
    session.eval("undo()")
    assert centroid_hz(session.advance(2.0), RATE) > 2 * dark


def test_an_echo_that_is_switched_off_rings_out_and_one_of_a_name_that_is_gone(
    session: Session,
) -> None:
    session.eval('tempo(60)\nx = hits("rim ~ ~ ~")\nx.delay = (1/8, 0.7)')
    session.advance(4.0)
    session.advance(-session.frame % (4 * RATE) / RATE + 0.3)
    session.eval("x.delay = 0\nx.gain = 0")
    echoes = session.advance(3.0)
    beats = [rms(echoes[round(k * RATE / 2) + 4800 :][:9600]) for k in range(4)]
    assert beats[0] > beats[1] > beats[2] > beats[3] > 1e-4
    assert np.abs(np.diff(echoes[:, 0])).max() < 0.2
    session.eval("x.delay = 0.7\nx.gain = 1")
    session.advance(-session.frame % (4 * RATE) / RATE + 0.3)
    session.eval("del x")
    rung = session.advance(3.0)
    assert rms(rung[RATE:]) > 1e-4
    assert "x" not in session.engine.strips


def test_a_hush_lets_the_room_ring_out(session: Session) -> None:
    heard(session, f"{NOISE}\nx.room = 0.8\ny = stream('test', level=0.5)\ny.room = 0.3")
    session.eval("hush(0.1)")
    session.advance(0.3)
    assert not session.engine.strips
    first, last = np.split(session.advance(1.0), 2)
    assert rms(first) > 1.5 * rms(last) > 1e-3


def test_echoes_are_three_quarters_of_a_beat_late_at_any_tempo(session: Session) -> None:
    session.eval('tempo(60)\nx = hits("rim ~ rim ~")\nx.delay = 0.5')
    session.advance(0.5)
    audio = np.abs(session.advance(3.0)[:, 0])
    hit = int(audio[: 2 * RATE].argmax())
    echo = int(audio[hit + RATE // 5 : hit + RATE].argmax()) + RATE // 5
    assert echo / RATE == pytest.approx(0.75, abs=0.002)


def test_echoes_are_in_the_room_of_their_name(session: Session, tmp_path: Path) -> None:
    session.eval('tempo(120)\nx = hits("rim ~ ~ ~")\nx.delay = (3/4, 0.8)\nx.room = 0.5')
    session.eval('y = hits("~ rim ~ ~")\ny.delay = (1/4, 0.8)')
    session.advance(-session.frame % (2 * RATE) / RATE)
    session.record(stems=tmp_path)
    session.advance(4.0)
    session.record()
    room, _ = soundfile.read(tmp_path / "room-return.wav")
    beats = [rms(beat) for beat in np.split(room[2 * RATE :], [24_000, 48_000, 72_000])]
    assert beats[3] > 0.3 * beats[0] > 1e-4, "the echo of x comes with the last beat"
    assert beats[2] < 0.7 * beats[3], "that of y, which has no room, does not"


def test_an_effect_comes_in_as_many_blocks_after_it_was_wanted_however_it_was_built(
    session: Session,
) -> None:
    session.eval(NOISE)
    session.advance(0.2)
    made = session.engine.builder.make
    waiting = []
    session.engine.builder.make = lambda work: waiting.append((work, Made())) or waiting[-1][1]
    session.eval("x.cut = 300")
    session.advance(0.1)
    effects = session.engine.strips["x"].effects
    assert effects.streams == [], "it is not built yet, and nobody waits for it"
    late = []
    session.engine.arena.controls.on_late = lambda change, frame: late.append((change, frame))
    work, built = waiting[0]
    built.result = work()
    session.engine.builder.make = made
    session.advance(0.1)
    assert effects.streams
    ((change, frame),) = late
    assert change[:3] == (0, "x.effect.cut", -1)
    assert frame > change[3]


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("x.room = 2", "from 0 to 1"),
        ("x.delay = (1, 2, 3)", "one number or two"),
        ("x.duck = 3", "the name of what pushes it back"),
        ("x.delay = (100, 0.5)", "a part of a bar"),
    ],
)
def test_what_is_no_effect_is_said(session: Session, effect: str, said: str) -> None:
    session.eval(NOISE)
    assert said in (session.eval(effect).error or "")


def test_effects_are_replayed_byte_by_byte(tmp_path: Path) -> None:
    blocks = (
        f"{NOISE}\nx.room = 0.4",
        'y = hits("bd*4")\nx.duck = "y"\nx.delay = (1/8, sine(0, 0.6, period=1*s))',
        "x.drive = lambda rings: 0.3 + rings.left.turn\nx.room = 0",
        "undo()",
        'x.delay = (1/8, 0.5)\nz = stream("test", level=0.2)\nz.room, z.delay = 0.6, (1/8, 0.4)',
        "tempo(100)\nz.delay_time = 1/4",
        "mute(z)",
        "panic()",
        'y = hits("bd*4")\ny.room = sine(0, 0.6, period=1*s)',
        "del y",
    )
    sound = []
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        for block in blocks:
            result = session.eval(block)
            assert result.ok, result.error
            sound.append(session.advance(0.5))
        session.performance.recorder.closed()
    result = replay(tmp_path / "journal", tmp_path / "again.wav")
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    assert result.differs_at_s is None
    np.testing.assert_array_equal(again, np.concatenate(sound))


def test_a_room_that_was_built_late_is_as_late_in_a_replay(tmp_path: Path) -> None:
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        session.eval(NOISE)
        make, waiting = session.engine.builder.make, []
        session.engine.builder.make = lambda work: waiting.append((work, Made())) or waiting[-1][1]
        session.eval("x.room = 0.5")
        sound = [session.advance(0.3)]
        assert session.engine.sends.streams == [], "nobody waits for it"
        ((work, built),) = waiting
        built.result, session.engine.builder.make = work(), make
        sound.append(session.advance(0.5))
        assert session.engine.sends.streams
        session.performance.recorder.closed()
    assert replay(tmp_path / "journal", tmp_path / "again.wav").differs_at_s is None
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    np.testing.assert_array_equal(again, np.concatenate(sound))
