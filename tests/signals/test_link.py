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
        assert tempo.bpm == pytest.approx(126.0, rel=1e-5)
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


def phase(clock: LinkClock, tempo: Tempo, frame: float, of: float) -> float:
    """How far the tempo's beat is from another program's, in seconds, within `of` beats."""
    apart = (clock.beat - tempo.beat_at(frame) + of / 2) % of - of / 2
    return apart * 60 / clock.bpm


@with_aalink
@pytest.mark.parametrize("beats_per_bar", [4.0, 3.0])
def test_it_keeps_phase_with_another_program_that_starts_stops_and_changes_its_tempo(
    beats_per_bar: float,
):
    """Another Link sets tempo and phase; the beat is within 3 ms of it after each of that."""
    other, ours, tempo = LinkClock(97.0), LinkClock(120.0), Tempo(48000, 120.0, beats_per_bar)
    tempo.horizon = 2048
    tempo.set_meter(beats_per_bar, 0)
    other._link.quantum = beats_per_bar
    other._link.start_stop_sync_enabled = ours._link.start_stop_sync_enabled = True
    began = time.monotonic()

    def go_on(seconds: float) -> float:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = (time.monotonic() - began) * tempo.sample_rate
            ours.lead(tempo, now // 256 * 256, now)  # by ticks, as it is in a performance
            time.sleep(0.005)
        return phase(other, tempo, (time.monotonic() - began) * tempo.sample_rate, beats_per_bar)

    try:
        deadline = time.monotonic() + 10.0
        while not (other.peers and ours.peers):
            if time.monotonic() > deadline:
                pytest.skip("two Links do not find each other on this network")
            time.sleep(0.05)
        other._link.tempo = 126.0
        assert abs(go_on(2.5)) < 0.003
        assert tempo.bpm == pytest.approx(126.0, rel=1e-5)
        other._link.playing = True
        assert abs(go_on(1.0)) < 0.003
        other._link.force_beat(other.beat + 1.37)  # it jumps, as when its user nudges it
        assert abs(go_on(2.5)) < 0.003
        other._link.playing = False
        assert abs(go_on(1.0)) < 0.003
        tempo.set(90.0, (time.monotonic() - began) * tempo.sample_rate)
        assert abs(go_on(1.5)) < 0.003
        assert other.bpm == pytest.approx(90.0, rel=1e-5)
    finally:
        ours.close()
        other.close()
