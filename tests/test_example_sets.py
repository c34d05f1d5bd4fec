"""Every example that is a set plays without a fault, and is heard to do what it is there to show."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.sets.set_file import read_set
from livecode.signals.osc import decode, encode
from livecode.signals.simulate import LEFT_ID, riot_packet, turned_packets
from livecode.transport.sending import (
    BeginSending,
    OscSource,
    SendMidi,
    SendNote,
    SendPacket,
    taken,
)
from livecode.transport.status import Status
from tests.signals.test_midi import cc, on
from tests.sound import centroid_hz, rms

SETS = Path(__file__).parents[1] / "examples" / "sets"
RATE = 48_000


class Played:
    """A set that is being played offline."""

    def __init__(self, session: Session, name: str):
        self.session = session
        result = session.open_set(read_set(SETS / f"{name}.py"))
        assert result.ok, result.error

    def on(self, seconds: float, turn: float | None = None) -> np.ndarray:
        """What is heard; `turn`: how far both hands are turned meanwhile."""
        heard = []
        end = self.session.time + seconds
        while self.session.time < end - 1e-6:
            for packet in () if turn is None else turned_packets(turn, turn):
                self.session.receive_osc(packet)
            step_s = 10.0 if turn is None else 0.05
            heard.append(self.session.advance(min(step_s, end - self.session.time)))
        faults = [event for event in self.session.log if event.wrong]
        assert not faults, faults
        return np.concatenate(heard)

    @property
    def scene(self) -> str:
        return self.session.get("scene").name

    @property
    def status(self) -> Status:
        return self.session.performance.status()

    def kind(self, name: str) -> str:
        return self.status.sounding[name].kind


@pytest.fixture
def play(session: Session) -> Callable[[str], Played]:
    return lambda name: Played(session, name)


def test_hands(play) -> None:
    played = play("hands")
    played.on(1, turn=1.0)
    assert played.status.agents["ego"].reward > 0.5
    played.on(0.3, turn=-1.0)
    assert played.status.agents["ego"].reward < -0.5


def test_listening(play) -> None:
    played = play("listening")
    first = centroid_hz(played.on(2), RATE)
    played.on(6)
    assert centroid_hz(played.on(2), RATE) < 0.8 * first, "it has become darker"


def test_two_agents(play) -> None:
    played = play("two_agents")
    rewards = []
    for _ in range(8):
        played.on(0.25)
        rewards.append([agent.reward for agent in played.status.agents.values()])
    assert np.std(rewards, axis=0).min() > 0.005, "each hears the other"


def test_dimensions(play) -> None:
    played = play("dimensions")
    dims = []
    for _ in range(4):
        played.on(2.0)
        dims.append(len(played.status.agents["ego"].position))
    assert dims[:3] == [1, 2, 4] or dims == [2, 4, 8, 8]
    assert dims[-1] == 8


@pytest.mark.slow
def test_temperature(play) -> None:
    played = play("temperature")
    bent = []
    for _ in range(4):
        assert rms(played.on(1.9)) > 0.001
        bent.append(played.status.values["r7.temperature"])
    assert bent[0] < bent[1] < bent[2]
    assert bent[2] > 1.1
    assert bent[3] < 1.0, "the arc begins below"


def test_prime_and_freeze(play) -> None:
    played = play("prime_and_freeze")
    played.on(2.6)
    assert played.scene == "frozen"
    one, two = np.split(played.on(1.3)[:, 0], [14_400])
    alike = np.correlate(two, one, "valid") / (np.linalg.norm(one) ** 2)
    assert alike.max() == pytest.approx(1, abs=0.05), "its last second, again"
    played.on(3)
    assert played.scene == "anew"


@pytest.mark.slow
def test_call_and_response(play) -> None:
    played = play("call_and_response")
    for scene in ("after silence", "longer"):
        assert played.scene == scene
        does, answers = [], []
        while played.scene == scene:
            sound = played.on(0.2)
            does.append(played.status.duets.get("d"))
            if does[-1] == "answers":
                answers.append(rms(sound))
        assert {"hears", "answers"} <= set(does)
        assert max(answers) > 0.01
    assert played.scene == "on the bar"
    played.on(2 * 2.4)
    assert rms(played.on(2.4)) > 0.01


@pytest.mark.slow
def test_swap_models(play) -> None:
    played = play("swap_models")
    kinds = []
    for _ in range(4):
        played.on(1.5)
        kinds.append((played.kind("r7"), getattr(played.session.get("r7"), "model", None)))
        played.on(0.5)
    assert kinds[0] == ("stream", "piano")
    assert kinds[1] == ("stream", "chorale")
    assert kinds[2][0] == "agent"
    assert kinds[3] == ("stream", "piano")


def test_hall(play) -> None:
    played = play("hall")
    assert rms(played.on(2)) > 0.01
    sizes = []
    for _ in range(4):
        played.on(0.5)
        sizes.append(played.status.values["hall.size"])
    assert np.ptp(sizes) > 0.1


def test_master(play) -> None:
    played = play("master")
    played.on(1)
    loud = rms(played.on(1))
    assert played.session.eval("master.level = 0.1").ok
    played.on(0.2)
    assert rms(played.on(1)) < 0.3 * loud


def test_between(play) -> None:
    played = play("between")
    played.on(1.2)
    one = played.on(0.5)[:, 0]
    played.on(2.5)
    other = played.on(0.5)[: len(one), 0]
    one, other = (np.abs(np.fft.rfft(each * np.hanning(len(each)))) for each in (one, other))
    assert one @ other < 0.7 * np.linalg.norm(one) * np.linalg.norm(other), "another sound"


def test_hold(play) -> None:
    played = play("hold")
    assert rms(played.on(1.5)) > 0.02
    assert set(played.status.sounding) == {"low", "bell", "high"}


def test_alive(play) -> None:
    played = play("alive")

    def sway(audio: np.ndarray) -> float:
        levels = [rms(part) for part in np.array_split(audio, 40)]
        return float(np.std(levels) / np.mean(levels))

    played.on(1)
    still = sway(played.on(2))
    played.on(1.5)
    assert sway(played.on(1.4)) > 2 * still
    played.on(0.5)
    assert "ego" in played.status.sounding


def test_in_time(play) -> None:
    played = play("in_time")
    scenes = []
    for _ in range(5):
        played.on(4 * 60 / 132 * 1.0)
        scenes.append(played.scene)
    assert scenes[0] == "in fours"
    assert scenes[-1] == "half as fast"
    assert played.status.tempo == 66


def test_midi_and_osc(play) -> None:
    played = play("midi_and_osc")
    session = played.session
    played.on(0.3)
    session.receive_midi(on(69))
    session.receive_midi(cc(74, 0))
    session.receive_osc(encode("/slider", 1.0))
    played.on(0.3)
    assert session.get("midi").hz == pytest.approx(440)
    assert played.status.values["synth.freq"] == pytest.approx(440)
    assert played.status.values["ego.pan"] == pytest.approx(1)
    assert played.status.values["ego.level"] == pytest.approx(0.3)


def test_going_out(play) -> None:
    """Offline nobody takes the orders, so they wait in the queue of the sender."""
    played = play("going_out")
    heard = played.on(4)
    assert rms(heard) > 0.01
    orders = list(taken(played.session.performance.arena.messages["mind", "sender"], 10_000))
    sources = {
        order.generation: order.source for order in orders if isinstance(order, BeginSending)
    }
    notes = [order for order in orders if isinstance(order, SendNote)]
    assert {note.note for note in notes} == {60, 65, 68, 72, 77}
    assert len({note.velocity for note in notes}) > 3, "softer where the drums are loud"
    assert len([order for order in orders if isinstance(order, SendMidi)]) > 20
    packets: dict[str, list[tuple[object, ...]]] = {}
    for order in orders:
        if isinstance(order, SendPacket):
            (message,) = decode(order.packet)
            assert isinstance(sources[order.generation], OscSource)
            packets.setdefault(message.address, []).append(message.args)
    assert {args[args.index("s") + 1] for args in packets["/dirt/play"]} == {"arpy"}
    assert {round(args[0], 3) for args in packets["/flash"]} == {1.0, 0.3}
    assert len(set(packets["/hue"])) > 20


def test_cues(play) -> None:
    played = play("cues")
    played.on(4)
    assert played.scene == "waiting", "until somebody shakes the hand"
    for shaken in range(20):
        acc_g = (0.0, 0.0, 4.0 if shaken % 2 else -2.0)
        played.session.receive_osc(riot_packet(LEFT_ID, 0.0, acc_g=acc_g))
        played.on(0.02)
    scenes = [played.scene]
    for _ in range(16):
        played.on(0.5)
        scenes.append(played.scene)
    assert list(dict.fromkeys(scenes)) == ["storm", "calm", "coda"]
    assert [e.names[0] for e in played.session.log if e.kind == "scene"].count("coda") > 1, (
        "it loops"
    )


def test_drums(play) -> None:
    played = play("drums")
    audio = np.abs(played.on(2))[:, 0]
    beat = RATE * 60 / 132
    for number in range(1, 4):
        before, after = round(number * beat) - 400, round(number * beat)
        assert audio[after : after + 400].max() > 2 * audio[before : before + 390].max()
    assert rms(played.on(8)) > 0.02


@pytest.mark.slow
def test_melody(play) -> None:
    played = play("melody")
    assert rms(played.on(4)) > 0.02
    played.on(6)
    assert played.kind("lead") == "notes"
    assert rms(played.on(3)) > 0.02


def test_chops(play) -> None:
    played = play("chops")
    played.on(4.2)
    bar = np.abs(played.on(4))[:, 0]
    rests = bar[: len(bar) // 4800 * 4800].reshape(-1, 4800).max(axis=1)
    assert (rests < 1e-3).sum() >= 3, "it has rests, which the stream has not"
    assert rms(played.on(2)) > 0.01


def test_effects(play) -> None:
    played = play("effects")
    played.on(2.1)  # the first chord begins on the second bar
    dark = centroid_hz(played.on(1.8), RATE)
    played.on(0.2)
    assert played.scene == "wide and dirty"
    assert centroid_hz(played.on(1.8), RATE) > 1.3 * dark
    played.on(0.2)
    ducked = played.session.engine.strips["pads"].effects
    assert ducked.ducked_by == "drums"


def test_no_set_is_left_out_and_none_is_long() -> None:
    here = Path(__file__).read_text()
    for path in SETS.glob("*.py"):
        assert f'play("{path.stem}")' in here, path.stem
        assert len(path.read_text().splitlines()) <= 40


def test_groove(play) -> None:
    played = play("groove")
    played.on(12.5)
    assert played.scene.startswith("a bass line")
    assert played.kind("ego") == played.kind("two") == "agent"
    for name in ("ego", "two"):
        thing = played.session.get(name)
        assert not np.array_equal(thing.position, np.full(3, 0.5))
        assert thing.space.of.player.in_shape


def test_fill(play) -> None:
    played = play("fill")
    filled = []
    for seconds in (4.0, 1.5, 2.0):
        played.on(seconds)
        filled.append("sn*16" in str(played.session.get("drums").pattern))
    assert filled == [False, True, False]


def test_swing(play) -> None:
    played = play("swing")
    played.session.eval("kick.level = 0")
    played.on(4.1)
    begin = played.session.frame
    audio = np.abs(played.on(2.0)[:, 0])
    onsets = np.flatnonzero((audio[1:] > 0.02) & (audio[:-1] <= 0.02)) + begin
    onsets = onsets[np.diff(onsets, prepend=0) > 4000]
    off = np.array([min(at % 24_000, 24_000 - at % 24_000) for at in onsets])
    swung = np.array([abs(at % 24_000 - 16_000) for at in onsets])
    assert np.minimum(off, swung).max() < 200, "each is on the beat, or late as in triplets"
    assert (swung < 200).sum() >= 3


@pytest.mark.slow
def test_by_pattern(play) -> None:
    played = play("by_pattern")
    dims = set()
    for _ in range(2):
        played.on(1.9)
        dims.add(len(played.status.agents["ego"].position))
    assert dims == {1, 4}
    spaces = set()
    for _ in range(2):
        played.on(2.0)
        spaces.add(played.status.agents["ego"].space)
    assert spaces == {"additive", "orchestra"}
