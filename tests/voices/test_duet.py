"""Answers of a stream as its voice plays them, and the phrases that they go on from."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livecode.neural.audio.loudness import lufs
from livecode.neural.audio.phrases import PhraseChange, PhraseListener
from livecode.neural.audio.sound_bytes import packed, unpacked
from livecode.transport.messages import DuetTurn, StreamSource
from livecode.voices.drawing import HELD, Held
from livecode.voices.duet.answers import DuetHand, StreamAnswer
from livecode.voices.duet.phrase import body_of, phrase_of
from livecode.voices.loaded import Loaded
from livecode.voices.stream import StreamVoice
from tests.samplernn_model import write_samplernn

RATE, HOP = 16_000, 256
Floats = NDArray[np.float32]


def tone(seconds: float, level: float = 0.3, rate: int = RATE) -> Floats:
    t = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def voice(folder: Path) -> StreamVoice:
    """One at the model's rate, so that nothing is resampled."""
    path = write_samplernn(folder, sharp=4.0, lufs=-20.0)
    return StreamVoice(StreamSource(str(path), 7), RATE, HOP)


def play(stream: StreamVoice, hops: int, hand: DuetHand) -> Floats:
    held = [None] * len(HELD)
    guard = np.zeros(1)
    hops_of = [
        stream.play(None, None, guard, None, *held, None, np.array(hand)) for _ in range(hops)
    ]
    return np.concatenate(hops_of)


def test_the_answer_is_the_primed_continuation_of_the_phrase_and_of_no_other(
    tmp_path: Path,
) -> None:
    stream, hand = voice(tmp_path), DuetHand(on=1.0)
    assert not play(stream, 4, hand).any()
    phrase = stream.phrase_of(tone(0.5), RATE, 4.0)
    stream.answers.begin(StreamAnswer(stream.primed(phrase, 1), 10 * HOP, 0.5))
    answer = play(stream, 40, hand)
    loaded = Loaded(Path(stream.model[0]))
    drawing = loaded.drawing(7 + 1)
    drawing.prime(phrase.audio)
    primed = np.concatenate(
        [drawing.next(np.ones(HOP, np.float32), Held(), False) for _ in range(10)]
    )
    rise = round(0.008 * RATE)
    np.testing.assert_allclose(answer[rise : 10 * HOP], 0.5 * primed[rise:], rtol=1e-5)
    assert not answer[10 * HOP + round(0.06 * RATE) + 1 :].any(), "it ends, and listens again"
    again = voice(tmp_path)
    play(again, 4, hand)
    data = packed(phrase.codes, RATE)
    again.take_turn(DuetTurn(1, 4 * HOP, "answers", 1, 10 * HOP, 0, 0.5, data))
    assert (play(again, 40, hand) == answer).all(), "a replay gives the same samples"
    other = stream.primed(stream.phrase_of(tone(0.5) ** 2, RATE, 4.0), 1)
    stream.answers.begin(StreamAnswer(other, 10 * HOP, 0.5))
    assert (play(stream, 10, hand) != answer[: 10 * HOP]).any()


def test_what_murmurs_goes_out_before_an_answer_and_comes_back_after_it(tmp_path: Path) -> None:
    stream, hand = voice(tmp_path), DuetHand(on=1.0, meanwhile=0.25)
    free = np.abs(play(stream, 20, DuetHand())).max()
    murmur = play(stream, 20, hand)[5 * HOP :]
    assert np.abs(murmur).max() == pytest.approx(0.25 * free, rel=0.3)
    phrase = stream.phrase_of(tone(0.5), RATE, 4.0)
    stream.answers.begin(StreamAnswer(stream.primed(phrase, 1), 10 * HOP, 1.0))
    sound = play(stream, 30, hand)
    assert abs(sound[HOP - 1]) < 1e-6, "the change of state is not heard"
    assert np.abs(sound[2 * HOP : 11 * HOP]).max() > 2 * np.abs(murmur).max()
    assert np.abs(sound[16 * HOP :]).max() < 1.5 * np.abs(murmur).max()


def test_a_phrase_is_as_loud_as_the_model_and_ends_where_its_body_does() -> None:
    t = np.arange(48_000) / 48_000
    rung = np.concatenate([tone(0.5, 0.02, 48_000), tone(1.0, 0.02, 48_000) * np.exp(-20 * t)])
    body = body_of(rung.astype(np.float32), 48_000)
    assert 0.5 < len(body) / 48_000 < 0.6
    phrase = phrase_of(rung.astype(np.float32), 48_000, RATE, -25.0, 4.0)
    assert lufs(phrase.audio, RATE) == pytest.approx(-25.0, abs=0.7)
    assert phrase.gain(0.0) == 1.0
    assert phrase.gain(1.0) < 0.5
    assert len(phrase_of(rung.astype(np.float32), 48_000, RATE, -25.0, 0.2).codes) == 0.2 * RATE
    samples, rate = unpacked(packed(phrase.codes, RATE))
    assert rate == RATE
    assert (samples == phrase.codes).all()


def test_phrases_begin_and_end_where_they_do_and_clicks_and_hum_are_none() -> None:
    rate = 48_000
    rng = np.random.default_rng(0)
    hum = (0.002 * rng.standard_normal(5 * rate)).astype(np.float32)
    hum[rate : rate + 200] += 0.5  # a click
    hum[2 * rate : round(2.5 * rate)] += tone(0.5, 0.3, rate)
    hum[round(2.6 * rate) : 3 * rate] += tone(0.4, 0.3, rate)  # the same phrase
    listener = PhraseListener(rate)
    events = [
        event for at in range(0, len(hum), 256) for event in listener.listen(hum[at : at + 256])
    ]
    assert [each.what for each in events] == [
        PhraseChange.BEGAN,
        PhraseChange.PAUSED,
        PhraseChange.PAUSED,
        PhraseChange.ENDED,
    ]
    last = events[-1]
    assert last.begin == pytest.approx((2.0 - 0.02) * rate, abs=0.004 * rate)
    assert last.end == pytest.approx(3.0 * rate, abs=0.004 * rate)
    assert (listener.between(last.begin, last.end) == hum[last.begin : last.end]).all()
    loud = PhraseListener(rate)
    noise = (0.02 * rng.standard_normal(25 * rate)).astype(np.float32)
    kinds = [
        event.what
        for at in range(0, len(noise), 4800)
        for event in loud.listen(noise[at : at + 4800])
    ]
    assert kinds[-1] is PhraseChange.ENDED, "noise that stays is the room's"
