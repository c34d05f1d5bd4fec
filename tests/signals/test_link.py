"""Ableton Link sets the tempo, if aalink is installed."""

import sys
import threading
import time
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from livecode import Session
from livecode.errors import LivecodeError
from livecode.signals.link import LinkClock
from livecode.signals.tempo import Tempo

with_aalink = pytest.mark.skipif(
    find_spec("aalink") is None, reason="aalink is not installed: the extra link"
)


def play(clock: LinkClock, tempo: Tempo, seconds: float) -> float:
    """Follow the clock in real time. Return the distance of the beats at the end."""
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        clock.lead(tempo, now * tempo.sample_rate)
        time.sleep(0.005)
    bar = tempo.beats_per_bar
    frame = (time.monotonic() - began) * tempo.sample_rate
    return (clock.beat - tempo.beat_at(frame) + bar / 2) % bar - bar / 2


@with_aalink
def test_the_tempo_comes_to_the_shared_beat():
    clock, tempo = LinkClock(120.0), Tempo(48000)
    clock._link.tempo = 126.0  # as another program would set it
    try:
        assert abs(play(clock, tempo, 2.0)) < 0.05
        assert tempo.bpm == pytest.approx(126.0)
    finally:
        clock.close()


@with_aalink
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


def test_without_aalink_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.setitem(sys.modules, "aalink", None)
    result = session.eval("tempo.link()")
    assert "line 1: Ableton Link needs aalink: pip install 'livecode[link]'" in str(result.error)


def test_a_link_that_cannot_be_joined_is_a_sentence_and_leaves_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(bpm: float) -> None:
        raise RuntimeError("no network")

    monkeypatch.setitem(sys.modules, "aalink", SimpleNamespace(Link=refuse))
    before = threading.active_count()
    with pytest.raises(LivecodeError, match=r"Ableton Link cannot be joined \(no network\)"):
        LinkClock(120.0)
    for thread in threading.enumerate():
        if thread.name == "link":
            thread.join(5.0)
    assert threading.active_count() <= before
