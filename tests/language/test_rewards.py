"""The language's own rewards: each prefers the sound that it is named for."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from livecode import Session
from livecode.errors import LivecodeError
from livecode.language import rewards
from livecode.language.units import beats, s
from livecode.signals.features import SoundFeatures

RATE = 16_000
Sound = NDArray[np.float64]
TIME = np.arange(RATE) / RATE
RANDOM = np.random.default_rng(1)
NOISE = 0.1 * RANDOM.standard_normal(RATE)


def tone(*hz: float) -> Sound:
    return np.sum([0.2 * np.sin(2 * np.pi * each * TIME) for each in hz], axis=0)


def swept(low: float, high: float) -> Sound:
    hz = low * (high / low) ** TIME
    return 0.3 * np.sin(2 * np.pi * np.cumsum(hz) / RATE)


def struck(every_s: float, sound: Sound) -> Sound:
    return sound * np.exp(-20 * (TIME % every_s))


SOUNDS: Mapping[str, Sound] = {
    "low tone": tone(220),
    "high tone": tone(3520),
    "arpeggio": np.where(TIME % 0.2 < 0.1, tone(440), tone(622)),
    "sweep": swept(220, 3520),
    "noise": NOISE,
    "struck": struck(0.15, tone(440, 880)),
    "rough": tone(440, 465),
    "smooth": tone(440, 880),
    "c major": tone(261.6, 329.6, 392.0),
    "f# major": tone(370.0, 466.2, 554.4),
}


def said(reward: Callable[..., float], sound: Sound, **more: object) -> float:
    """The mean of what a reward says of a sound, read every 30 ms."""
    features, read = SoundFeatures(RATE), []
    for begin in range(0, RATE, RATE // 32):
        features.listen(sound[begin : begin + RATE // 32].astype(np.float32))
        if begin > RATE // 4:
            read.append(reward(sound=features, **more))
    return float(np.mean(read))


@pytest.mark.parametrize(
    ("name", "best", "others"),
    [
        ("shimmer", "arpeggio", ("low tone", "noise")),
        ("movement", "sweep", ("low tone", "noise")),
        ("drone", "low tone", ("sweep", "noise", "struck")),
        ("breath", "noise", ("low tone", "struck", "smooth")),
        ("darkness", "low tone", ("high tone", "noise")),
        ("roughness", "rough", ("smooth", "low tone")),
        ("density", "struck", ("low tone", "smooth")),
    ],
)
def test_a_reward_prefers_the_sound_it_is_named_for(
    name: str, best: str, others: tuple[str, ...]
) -> None:
    reward = rewards.REWARDS[name]
    for other in others:
        assert said(reward, SOUNDS[best]) > said(reward, SOUNDS[other]), other


def test_a_key_has_its_own_pitches() -> None:
    reward = rewards.in_key("c major")
    assert said(reward, SOUNDS["c major"]) > 0.8 > 0.5 > said(reward, SOUNDS["f# major"])
    with pytest.raises(LivecodeError, match="no scale"):
        rewards.in_key("h minor")


def test_attacks_on_the_grid_are_better_than_between() -> None:
    features, on, off = SoundFeatures(RATE), [], []
    for index in range(64):
        attack = struck(0.5, tone(440))[index * 250 : (index + 1) * 250]
        features.listen(attack.astype(np.float32))
        beat = index * 250 / RATE * 2 + 0.5  # attacks at 0.5 s: on a beat of half a second
        on.append(rewards.on_grid(0.5 * beats)(features, beat))
        off.append(rewards.on_grid(0.5 * beats)(features, beat + 0.25))
    assert np.mean(on) > 0 > np.mean(off)
    with pytest.raises(LivecodeError, match="beats or bars"):
        rewards.on_grid(0.5 * s)


def test_near_is_near_to_a_file_or_an_array(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "high.wav", SOUNDS["high tone"], RATE)
    time = np.arange(48_000) / 48_000
    for reference in (tmp_path / "high.wav", 0.2 * np.sin(2 * np.pi * 3520 * time)):
        reward = rewards.near(reference)
        assert said(reward, SOUNDS["high tone"]) > said(reward, SOUNDS["low tone"])
        assert said(reward, SOUNDS["high tone"]) > said(reward, SOUNDS["noise"])
    with pytest.raises(LivecodeError, match="silent"):
        rewards.near(np.zeros(48_000))


def test_away_is_away_from_what_was_heard_lately() -> None:
    reward, features = rewards.away(1 * s), SoundFeatures(RATE)

    def heard(name: str, begin_s: float) -> list[float]:
        read = []
        for index in range(32):
            features.listen(SOUNDS[name][index * 500 : (index + 1) * 500].astype(np.float32))
            read.append(reward(features, begin_s + index / 32))
        return read

    same = [heard("low tone", float(second)) for second in range(3)][-1]
    other = heard("high tone", 3.0)
    assert np.mean(same) < 0.2 * other[8]
    assert other[-1] < other[8], "it gets used to it"


@pytest.mark.parametrize("begin_s", [0.0, 300.0])
def test_in_its_first_minute_away_is_away_from_all_that_was_heard_and_not_from_the_first_of_it(
    begin_s: float,
) -> None:
    reward, features = rewards.away(), SoundFeatures(RATE)
    second = []
    for number, name in enumerate(["low tone", *["high tone"] * 7]):
        read = []
        for index in range(32):
            features.listen(SOUNDS[name][index * 500 : (index + 1) * 500].astype(np.float32))
            read.append(reward(features, begin_s + number + index / 32))
        second.append(np.mean(read[8:]))
    assert second[-1] < 0.5 * second[1], "most of what was heard is high"


def test_the_model_s_surprise_is_told_in_a_tilt_alone() -> None:
    assert said(rewards.surprise, SOUNDS["noise"]) == 0.0


def test_the_sound_follows_the_hands() -> None:
    class Rings:
        def __init__(self, twist: float):
            self.twist = twist

    front, back = Rings(1.0), Rings(-1.0)
    bright, dark = SOUNDS["high tone"], SOUNDS["low tone"]
    assert said(rewards.hands, bright, rings=front) > said(rewards.hands, dark, rings=front)
    assert said(rewards.hands, dark, rings=back) > said(rewards.hands, bright, rings=back)


def test_they_are_words_with_arithmetic_help_and_no_note_where_one_is_written_anew(
    session: Session,
) -> None:
    for block in (
        "ego = agent(space('additive'))\nego.reward = 0.5 * shimmer - drone + 0.2 * in_key('c')",
        "ego.reward = near(np.sin(np.arange(9600) * 0.1)) + away(20*s)",
        "ego.reward = -darkness + hands + on_grid(1*beats) + surprise.clip(0, 1)",
    ):
        result = session.eval(block)
        assert result.ok, result.error
        session.advance(0.1)
    assert "Small quick changes" in str(session.eval("help(shimmer)").value)
    mine = session.eval("@reward\ndef shimmer(sound):\n    return sound.flux\nego.reward = shimmer")
    assert mine.ok
    assert not mine.notes
    assert not [event for event in session.log if event.wrong]
