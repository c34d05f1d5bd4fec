"""Notes, controllers and a clock for every MIDI output, each ordered for its frame."""

import math
from typing import Any

import pytest

from livecode.errors import LivecodeError
from livecode.playing.midi_out import MidiOut
from livecode.signals.tempo import Tempo
from livecode.transport.sending import NO_NAME, SendMidi, SendNote
from tests.signals.test_midi import cc

SR = 48000
START, CLOCK, STOP = b"\xfa", b"\xf8", b"\xfc"


def test_a_note_is_ordered_for_its_frame_and_its_length() -> None:
    out = MidiOut(SR)
    out.note(60, 0.5, length_s=0.5, at=1000, channel=3)
    assert out.orders(900) == [SendNote(NO_NAME, 1000, 0.0, 3, 60, 64, SR // 2)]
    assert out.orders(900) == []


def test_what_is_due_at_once_is_ordered_for_now() -> None:
    out = MidiOut(SR)
    out.cc(74, 0.5)
    assert out.orders(500) == [SendMidi(NO_NAME, 500, 0.0, cc(74, 64))]


def test_silence_forgets_what_was_to_come() -> None:
    out = MidiOut(SR)
    out.note(60, 1.0, 10.0, at=0)
    out.silence()
    assert out.orders(SR) == []


def sent(out: MidiOut, until: int, block: int = 256) -> list[tuple[int, bytes]]:
    """When each message is due, with its bytes."""
    orders = [order for frame in range(0, until, block) for order in out.orders(frame, block)]
    return [(order.at, order.message) for order in orders if isinstance(order, SendMidi)]


def test_the_clock_starts_on_a_bar_line_and_sends_24_pulses_a_beat() -> None:
    out, tempo = MidiOut(SR), Tempo(SR, 120.0)
    out.start_clock(tempo, 100)
    messages = sent(out, 4 * SR)
    assert [m for _, m in messages[:2]] == [START, CLOCK]
    assert [at for at, _ in messages[1:]] == [2 * SR + 1000 * n for n in range(len(messages) - 1)]
    assert sum(m == CLOCK for _, m in messages) == pytest.approx(2 * 48, abs=1)
    out.stop_clock()
    (stop,) = out.orders(4 * SR)
    assert (stop.at, stop.message) == (4 * SR, STOP)
    assert out.orders(8 * SR) == []


def test_the_clock_follows_a_change_of_tempo_even_before_it_has_started() -> None:
    out, tempo = MidiOut(SR), Tempo(SR, 60.0)
    out.start_clock(tempo, 100)
    tempo.set(240.0, 2000)
    messages = sent(out, 4 * SR)
    assert [m for _, m in messages[:2]] == [START, CLOCK]
    assert sum(m == CLOCK for _, m in messages) == pytest.approx((4 - 1) * 4 * 24, abs=3)


def test_after_a_jump_of_the_beat_the_clock_goes_on_at_once_without_a_burst() -> None:
    for beat in (0.0, 1000.0):
        out, tempo = MidiOut(SR), Tempo(SR, 120.0)
        out.start_clock(tempo, 0)
        sent(out, SR)
        tempo.locate(beat, SR)
        messages = [out.orders(frame, 256) for frame in range(SR, 2 * SR, 256)]
        assert max(map(len, messages)) == 1
        assert sum(map(len, messages)) == pytest.approx(48, abs=2)


def test_another_tempo_can_follow_the_clock_that_is_sent() -> None:
    out, ours, theirs = MidiOut(SR), Tempo(SR, 133.0), Tempo(SR, 90.0)
    out.start_clock(ours, 0)
    for frame, message in sent(out, 10 * SR):
        theirs.follow(message, frame)
    apart_s = (theirs.beat_at(10 * SR) - ours.beat_at(10 * SR)) * 60 / 133
    assert abs(apart_s - round(apart_s)) < 0.0001


@pytest.mark.parametrize("wrong", [math.nan, "loud", None, True])
def test_what_is_no_loudness_and_no_place_of_a_controller_is_refused(wrong: Any) -> None:
    out = MidiOut(SR)
    with pytest.raises(LivecodeError, match="velocity of a MIDI note is a number from 0 to 1"):
        out.note(60, wrong, 1.0, at=0)
    with pytest.raises(LivecodeError, match="value of a MIDI controller is a number from 0 to 1"):
        out.cc(74, wrong)
    assert out.orders(SR) == []


@pytest.mark.parametrize("wrong", [-1, 128, 3.5, True])
def test_numbers_that_midi_does_not_have_are_refused(wrong: Any) -> None:
    out = MidiOut(SR)
    with pytest.raises(LivecodeError, match="no note"):
        out.note(wrong, 1.0, 1.0, at=0)
    with pytest.raises(LivecodeError, match="no controller"):
        out.cc(wrong, 1.0)
    with pytest.raises(LivecodeError, match="no channel"):
        out.note(60, 1.0, 1.0, at=0, channel=0)
    with pytest.raises(LivecodeError, match="cannot be sent at frame nan"):
        out.cc(1, 0.5, at=math.nan)
    assert out.orders(SR) == []
