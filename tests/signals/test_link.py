"""Ableton Link sets the tempo, if aalink is installed."""

import time

import pytest

from livecode.errors import LivecodeError
from livecode.signals.link import LinkClock
from livecode.signals.tempo import Tempo

pytest.importorskip("aalink", reason="aalink is not installed: the extra link")


def play(clock: LinkClock, tempo: Tempo, seconds: float) -> float:
    """Follow the clock in real time. Return the distance of the beats at the end."""
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        clock.lead(tempo, now * tempo.sample_rate)
        time.sleep(0.005)
    bar = tempo.beats_per_bar
    frame = (time.monotonic() - began) * tempo.sample_rate
    return (clock.beat - tempo.beat_at(frame) + bar / 2) % bar - bar / 2


def test_the_tempo_comes_to_the_shared_beat():
    clock, tempo = LinkClock(120.0), Tempo(48000)
    clock._link.tempo = 126.0  # as another program would set it
    try:
        assert abs(play(clock, tempo, 2.0)) < 0.05
        assert tempo.bpm == pytest.approx(126.0)
    finally:
        clock.close()


def test_a_tempo_that_the_performer_sets_leads_the_others():
    clock, tempo = LinkClock(120.0), Tempo(48000)
    try:
        play(clock, tempo, 0.3)
        tempo.set(140.0, 0.3 * 48000)
        clock._due_s = 0.0
        clock.lead(tempo, 0.31 * 48000)
        assert clock.bpm == pytest.approx(140.0)
    finally:
        clock.close()


def test_without_aalink_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "aalink", None)
    with pytest.raises(LivecodeError, match="aalink"):
        LinkClock(120.0)
