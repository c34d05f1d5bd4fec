"""Tilted streams in a performance: bent by rewards, left alone at strength 0, and never stopped by one."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.playing.tilts import cost_in_words
from livecode.transport.candidates import OfferedChunk
from livecode.voices.stream import StreamVoice
from tests.replayed import assert_replayed
from tests.samplernn_model import write_samplernn
from tests.sound import longest_silence_s, rms

RATE = 48_000
LOUD = "@reward\ndef loud(sound):\n    return sound.level"
#: Quick to draw, and to follow.
SMALL = "r7.candidates, r7.chunk, r7.strength = 4, 50*ms, 4"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_samplernn(tmp_path, sharp=4.0, lufs=-20.0)


def sings(session: Session, path: Path, *blocks: str) -> None:
    for block in (f"r7 = stream({str(path)!r}, guard=0)", *blocks):
        result = session.eval(block)
        assert result.ok, result.error


def voice_of(session: Session) -> StreamVoice:
    (voice,) = session._assembly.voices.voices.values()
    assert isinstance(voice.source, StreamVoice)
    return voice.source


def fallbacks(session: Session) -> list[str]:
    return [event.text for event in session.log if event.kind == "fallback"]


def heard(path: Path, *blocks: str, seconds: float = 1.0) -> np.ndarray:
    with Session(seed=3) as session:
        sings(session, path, *blocks)
        audio = session.advance(seconds)
        assert longest_silence_s(audio[4800:], RATE) < 0.01
        assert not fallbacks(session)
        return audio


def test_it_leans_towards_a_reward_or_away_from_it(tiny: Path) -> None:
    plain, loud, soft = (
        rms(heard(tiny, LOUD, f"{SMALL}\nr7.tilt = {tilt}", seconds=2.0)[RATE // 2 :])
        for tilt in ("None", "0.8 * loud", "-loud")
    )
    assert soft < 0.998 * plain < plain < 0.998 * loud  # it hardly varies by itself: by 0.2 dB


def test_at_strength_0_it_is_the_untilted_stream_sample_for_sample(tiny: Path) -> None:
    plain = heard(tiny, "r7.temperature = sine(0.8, 1.2, period=0.3*s)")
    zero = heard(
        tiny, "r7.temperature = sine(0.8, 1.2, period=0.3*s)", LOUD, SMALL,
        "r7.tilt = loud\nr7.strength = 0",
    )  # fmt: skip
    assert (plain == zero).all()


def test_a_reward_that_says_the_same_of_all_changes_nothing(tiny: Path) -> None:
    flat = "r7.tilt = lambda sound: 0.5 + 0 * sound.level"
    assert (heard(tiny, SMALL, flat) == heard(tiny)).all()


def test_strength_width_and_length_take_curves_patterns_and_signals(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, LOUD, "r7.tilt = loud\nr7.chunk = 50*ms\nr7.candidates = 4")
        session.advance(0.4)
        assert voice_of(session).candidates == 4
        assert session.eval(
            "tempo(240)\nr7.strength = square(0, 4, period=1*s)\nr7.candidates = pattern('<3 5>/2')\n"
            "r7.chunk = lambda t: 0.05\nr7.cap = 5 + 0 * rings.twist"
        ).ok
        widths = set()
        for _ in range(20):
            session.advance(0.1)
            widths.add(voice_of(session).candidates)
        assert widths == {0, 3, 5}
        assert not fallbacks(session)


def test_how_far_it_is_pushed_is_shown_and_has_a_cap(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, LOUD, SMALL, "r7.tilt = loud")
        session.advance(1.0)
        free = session.performance.status().pushed["r7"]
        assert 10 < free < 40  # at most 2 bits in 50 ms
        session.eval("r7.cap = 4")
        session.advance(2.5)
        assert session.performance.status().pushed["r7"] < 7  # and less with each second
        session.eval("r7.tilt = None")
        session.advance(0.1)
        assert session.performance.status().pushed == {}


#: Each says what it can of the sound that plays, and fails when it judges a continuation.
FAILURES = {
    "raises": "1 / 0",
    "is NaN": "return float('nan')",
    "gives an array": "return np.ones(3)",
    "takes a gigabyte": "return len(bytearray(1 << 30))",
    "never returns": "while True: pass",
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_reward_that_fails_leaves_the_last_good_tilt_and_is_one_line(
    tiny: Path, what: str
) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, LOUD, SMALL, "r7.tilt = loud")
        session.advance(0.6)
        for block in (
            f"@reward\ndef bad(sound):\n    if sound.surprise:\n        {FAILURES[what]}\n"
            "    return sound.level",
            "r7.tilt = bad",
        ):
            assert session.eval(block).ok
        audio = session.advance(0.6)
        assert longest_silence_s(audio, RATE) < 0.01
        (line,) = fallbacks(session)
        assert "bad" in line
        assert "the last good tilt stays" in line
        assert session.performance.status().pushed["r7"] > 5


def test_a_reward_that_is_evaluated_again_and_fails_goes_on_as_it_was(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, LOUD, SMALL, "r7.tilt = 0.5 * loud")
        session.advance(0.6)
        failing = LOUD.replace("return", "return 1 / 0 if sound.surprise else")
        assert session.eval(failing).ok
        session.advance(0.6)
        assert len(fallbacks(session)) == 1
        assert session.performance.status().pushed["r7"] > 5
        assert session.eval(LOUD).ok
        session.advance(0.6)
        assert len(fallbacks(session)) == 1
        assert session.performance.status().pushed["r7"] > 5
        assert voice_of(session).unscored == 0


def test_without_an_earlier_tilt_it_is_left_to_itself(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, SMALL, "r7.tilt = lambda sound: 1 / (0 if sound.surprise else 1)")
        audio = session.advance(1.0)
        (line,) = fallbacks(session)
        assert "it is left to itself" in line
        assert session.performance.status().pushed["r7"] == 0
        assert voice_of(session).unscored == 0, "nobody is late"
    assert (audio == heard(tiny, seconds=1.0)).all()


def test_rewards_hear_the_stream_by_its_name_and_weights_follow_the_hands(tiny: Path) -> None:
    by_name = heard(tiny, SMALL, "r7.tilt = r7.centroid", seconds=0.6)
    assert (by_name == heard(tiny, SMALL, "r7.tilt = sound.centroid", seconds=0.6)).all()
    no_hands = heard(tiny, LOUD, SMALL, "r7.tilt = rings.twist * loud", seconds=0.6)
    plain = heard(tiny, seconds=0.6)
    assert (no_hands == plain).all()
    assert not (by_name == plain).all()


def test_a_tilt_that_hears_nothing_is_told_of(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, "r7.tilt = rings.twist")
        (note,) = [event.text for event in session.log if "sound" in event.text]
        assert "cannot tell one continuation from another" in note


def test_rewards_read_samples_and_their_rate(tiny: Path) -> None:
    with Session(seed=3) as session:
        block = (
            "seen = set()\n@reward\ndef edges(sound):\n"
            "    seen.add((int(sound.rate), len(sound.samples), str(sound.samples.dtype)))\n"
            "    return np.abs(np.diff(sound.samples)).mean()"
        )
        sings(session, tiny, block, SMALL, "r7.tilt = edges")
        session.advance(0.6)
        assert not fallbacks(session)
        assert session.get("seen") == {(48_000, 2048, "float32"), (16_000, 512, "float32")}


def test_undo_takes_a_tilt_back(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, LOUD, SMALL)
        session.eval("r7.tilt = loud")
        session.advance(0.6)
        assert voice_of(session).candidates == 4
        session.eval("undo()")
        session.advance(0.3)
        assert voice_of(session).candidates == 0
        assert session.get("r7").tilt is None


def test_a_replay_is_the_same_bit_for_bit(tiny: Path, tmp_path: Path) -> None:
    blocks = (
        f"r7 = stream({str(tiny)!r}, guard=0)\n{LOUD}\n{SMALL}",
        "r7.tilt = loud",
        "r7.strength = sine(0, 3, period=0.5*s)\nr7.chunk = 40*ms",
        "loud = reward(lambda sound: -sound.brightness)\nr7.candidates = 6",
        "undo()",
        "r7.reset()",
        "r7.tilt = None",
    )
    assert_replayed(blocks, 0.3, tmp_path)


def test_what_a_candidate_costs_is_told_of_each_tilt_once_and_whether_there_is_time(
    tiny: Path,
) -> None:
    clock = itertools.count(0.0, 0.0015)  # each look at it finds that so much time has passed
    with Session(seed=3) as session:
        session.performance.tilts._wall_s = lambda: next(clock)
        sings(session, tiny, LOUD, SMALL, "r7.chunk = 200*ms", "r7.tilt = loud")
        session.advance(1.2)
        told = [event.text for event in session.log if "to judge" in event.text]
        assert len(told) == 1
        assert "a candidate takes 1.5 ms to judge, 4 of them 6 of the 28 ms" in told[0]
        assert "fewer" not in told[0]
        evaluated_again = session.eval(LOUD.replace("level", "rms"))
        assert evaluated_again.ok
        session.advance(1.2)
        told = [event.text for event in session.log if "to judge" in event.text]
        assert len(told) == 2, "another reward, another cost"


def test_a_costly_reward_is_told_to_leave_time_for_few_candidates() -> None:
    chunk = OfferedChunk(1, 1, 16_000, 8, (), b"", bytes(4 * 8 * 2000), (0.0,) * 8, 0)
    assert "there is time for 5, so there will be fewer" in cost_in_words(0.0034, chunk)
    assert "fewer" not in cost_in_words(0.002, chunk)
