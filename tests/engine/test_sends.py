"""The room and the delays that all names share: how much they are sent, what they add, and when they end."""

from pathlib import Path

import numpy as np
import pytest

from livecode.transport.messages import OpenGate, Record, Shape
from tests.engine.conftest import Rig
from tests.engine.test_stems import error_db, stems
from tests.sound import rms

RATE, BLOCK = 48000, 256


def send(rig: Rig, name: str, **numbers: float) -> None:
    """Let a name send from the coming block on; `delay_time` is in seconds."""
    for what, number in numbers.items():
        rig.control(f"{name}.effect.{what}", rig.engine.frame, number)
    rig.tell(Shape(name))


def back(rig: Rig, blocks: int) -> dict[str, np.ndarray]:
    """Run blocks; return what each shared effect adds to the mix, (frames, 2)."""
    parts: dict[str, list[np.ndarray]] = {}
    for _ in range(blocks):
        rig.run(1)
        for name, added in rig.engine.sends.added().items():
            parts.setdefault(name, []).append(added)
    return {name: np.concatenate(added) for name, added in parts.items()}


def test_sixteen_names_share_one_room(rig: Rig) -> None:
    names = [f"v{number}" for number in range(16)]
    for number, name in enumerate(names):
        rig.play(name, rig.sine(200 + 50 * number, 0.02))
    rig.run(5)
    before = len(rig.server.getStreams())
    send(rig, names[0], room=0.3)
    rig.run(10)
    one = len(rig.server.getStreams()) - before
    quiet = rms(back(rig, 100)["room-return"])
    for name in names[1:]:
        send(rig, name, room=0.3)
    rig.run(10)
    assert len(rig.server.getStreams()) - before == one > 0
    loud = back(rig, 200)["room-return"]
    assert rms(loud[RATE // 4 :]) == pytest.approx(4 * quiet, rel=0.5), "of sixteen, not of one"
    assert rig.engine.errors == 0


def test_an_echo_is_as_loud_as_its_number_and_each_further_one_by_as_much_less(rig: Rig) -> None:
    rig.play("x", lambda at: rig.sine(1000)(at) * ((at > 12_000) & (at < 14_400)))
    send(rig, "x", delay=0.5, delay_time=0.1)
    heard = back(rig, 160)["delay-return"]
    begin = 12_000 - (160 * BLOCK - len(heard))
    echoes = [rms(heard[begin + k * 4800 :][:2400]) for k in range(4)]
    assert echoes[0] < 1e-6
    assert echoes[1:] == pytest.approx(
        rms(rig.sine(1000)(np.arange(2400))) / 2 ** np.arange(1, 4), rel=0.1
    )


def test_names_share_a_delay_of_one_time_and_have_another_of_another(rig: Rig) -> None:
    for name, freq_hz, time_s in (("a", 500, 0.1), ("b", 900, 0.1), ("c", 1300, 0.2)):
        rig.play(name, rig.sine(freq_hz))
        send(rig, name, delay=0.5, delay_time=time_s)
    rig.run(60)
    heard = back(rig, 100)
    assert heard.keys() == {"delay-return", "delay-return-2"}

    def there(audio: np.ndarray) -> list[bool]:
        power = np.abs(np.fft.rfft(audio[-24_000:, 0] * np.hanning(24_000)))
        return [bool(power[freq_hz // 2] > 100) for freq_hz in (500, 900, 1300)]

    assert there(heard["delay-return"]) == [True, True, False]
    assert there(heard["delay-return-2"]) == [False, False, True]


def test_an_echo_is_on_its_sample_whether_the_name_or_the_delay_was_there_first(rig: Rig) -> None:
    def click(at: np.ndarray) -> np.ndarray:
        return np.where(at % 4800 == 0, 0.5, 0.0)

    rig.play("a", click)
    send(rig, "a", delay=0.5, delay_time=0.04)
    rig.run(75)  # a whole number of clicks
    first = back(rig, 75)["delay-return"][:, 0]
    send(rig, "a", delay=0.0)
    rig.fade("a")
    rig.run(75)
    rig.play("b", click)
    send(rig, "b", delay=0.5, delay_time=0.04)
    rig.run(75)
    later = back(rig, 75)["delay-return"][:, 0]
    assert np.argmax(np.abs(first)) % 4800 == np.argmax(np.abs(later)) % 4800


def test_a_send_follows_its_number_without_steps(rig: Rig) -> None:
    rig.play("x", rig.sine(1000))
    send(rig, "x", delay=0.0, delay_time=0.01)
    rig.run(10)
    slot = rig.arena.controls.find("x.effect.delay")
    assert slot is not None
    rig.arena.controls.write(slot, rig.engine.frame, np.array([0.01, 0.09, 48_000]))
    heard = back(rig, 190)["delay-return"][-28_800:-4800, 0]
    power = np.abs(np.fft.rfft(heard * np.blackman(24_000))) ** 2
    beside = power[500 - 300 : 500 + 301].copy()
    beside[300 - 20 : 300 + 21] = 0.0
    assert power.max() > 1.0
    assert beside.max() < 1e-8 * power.max(), "steps once a block would stand 187.5 Hz beside it"


def test_what_a_muted_name_has_sent_rings_on(rig: Rig) -> None:
    rig.control("x.level", 0, 1.0)
    rig.play("x", rig.sine(600))
    send(rig, "x", room=0.8)
    rig.run(150)
    rig.control("x.level", rig.engine.frame, 0.0)
    rig.run(10)
    heard = rig.run(150)
    assert rms(heard[:4800]) > 1e-3
    assert rms(heard[-4800:]) < 0.5 * rms(heard[:4800])


def test_a_name_that_a_dsp_takes_sends_its_dry_share(rig: Rig) -> None:
    rig.play("x", rig.sine(600))
    send(rig, "x", room=0.5)
    rig.run(100)
    strip = rig.engine.strips["x"]
    strip.step_aside(True, 0.0)
    rig.engine._make_room = lambda: None  # as long as a @dsp takes it
    rig.run(300)
    assert rms(back(rig, 40)["room-return"]) < 1e-3
    rig.control("x.dry", rig.engine.frame, 0.5)
    rig.tell(Shape("x"))
    rig.run(60)
    assert rms(back(rig, 40)["room-return"]) > 0.01


def test_a_name_sends_from_when_it_begins(rig: Rig) -> None:
    rig.play("x", rig.sine(600), at=60 * BLOCK)
    send(rig, "x", room=0.5, delay=0.5, delay_time=0.1)
    rig.run(60)
    assert rig.engine.sends.streams == []
    heard = back(rig, 40)
    assert rms(heard["room-return"]) > 1e-3
    assert rms(heard["delay-return"]) > 1e-3


def test_a_panic_cuts_off_what_rings(rig: Rig) -> None:
    rig.play("x", rig.sine(600))
    send(rig, "x", room=0.9, delay=0.9, delay_time=0.1)
    rig.run(100)
    rig.arena.header.terminal_panics += 1
    rig.run(4)
    rig.tell(OpenGate(rig.arena.header.panics))
    rig.run(4)
    assert rig.engine.sends.added() == {}
    assert np.abs(np.diff(rig.run(60), axis=0)).max() < 1e-5
    assert rig.engine.errors == 0


def test_what_rings_is_taken_out_once_it_has_rung_out(rig: Rig) -> None:
    rig.play("x", rig.sine(600))
    rig.run(10)
    before = len(rig.server.getStreams())
    send(rig, "x", room=0.9, delay=0.9, delay_time=0.3)
    rig.run(100)
    send(rig, "x", room=0.0, delay=0.0)
    rig.run(round(7.4 * RATE / BLOCK))
    echoes = back(rig, 150)["delay-return"]
    assert rms(echoes[:2400]) > 1e-3
    assert np.abs(np.diff(echoes[:, 0])).max() < 0.05, "no click at the end"
    assert rig.engine.sends.added() == {}
    assert len(rig.server.getStreams()) == before
    assert rig.engine.errors == 0


def test_one_name_that_gives_no_numbers_leaves_the_room_to_the_others(rig: Rig) -> None:
    rig.play("bad", lambda at: np.where(at < 12_000, rig.sine(500)(at), np.nan))
    rig.play("x", rig.sine(800))
    for name in ("bad", "x"):
        send(rig, name, room=0.6, delay=0.6, delay_time=0.1)
    heard = back(rig, 150)
    for audio in heard.values():
        assert np.isfinite(audio).all()
        assert rms(audio[-4800:]) > 1e-3
    assert list(rig.engine.strips) == ["x"]


def test_what_comes_back_is_a_stem_of_its_own(rig: Rig, tmp_path: Path) -> None:
    rig.play("room", rig.sine(300, 0.1))
    rig.play("low", rig.sine(80, 0.1))
    send(rig, "room", room=0.5, delay=0.4, delay_time=0.1)
    send(rig, "low", delay=0.4, delay_time=0.15)
    rig.run(100)
    rig.tell(Record(str(tmp_path / "master.wav"), str(tmp_path)))
    rig.run(100)
    send(rig, "low", room=0.5)
    rig.fade("room", 0.05)
    rig.run(100)
    rig.engine.recording.stop()
    shared = {"room-return", "delay-return", "delay-return-2"}
    parts = stems(tmp_path)
    assert parts.keys() == {"master", "room", "low", *shared}
    assert all(np.abs(parts[name]).max() > 1e-3 for name in shared)
    assert error_db(tmp_path) < -110
