"""Orders wait until they are due; every note that has begun is ended, whatever is ordered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.sending.outbox import AHEAD_S, Outbox
from livecode.transport.sending import (
    NO_NAME,
    BeginSending,
    EndSending,
    MidiSource,
    Order,
    OscSource,
    ReleaseNotes,
    SendMidi,
    SendNote,
    SendPacket,
    TakeBack,
)
from tests.signals.test_midi import cc, off, on

SR = 48_000
AHEAD = round(AHEAD_S * SR)
LEAD, VISUALS = 1, 2  # generations


def outbox() -> Outbox:
    made = Outbox(SR)
    made.take(BeginSending(LEAD, "lead", MidiSource("synth"), 0))
    made.take(BeginSending(VISUALS, "seen", OscSource("127.0.0.1", 9000), 0))
    return made


def note(number: int, at: int, frames: int = 1000, velocity: int = 127, **how) -> SendNote:
    how = {"generation": LEAD, "offset_s": 0.0, "channel": 1} | how
    return SendNote(at=at, note=number, velocity=velocity, frames=frames, **how)


def sent(box: Outbox, until: float, begin: int = 0, step: int = 64) -> list[tuple[float, bytes]]:
    """What is sent frame by frame, and when."""
    found, frame = [], float(begin)
    while frame <= until:
        found += [(frame, due.data) for due in box.due(frame)]
        frame = min(max(box.next_due, frame + 1), frame + step)
    return found


def test_a_note_begins_and_ends_on_its_frames() -> None:
    box = outbox()
    box.take(note(60, 1000, frames=500))
    assert sent(box, 5000) == [(1000, on(60)), (1500, off(60))]


def test_messages_go_in_the_order_of_their_frames_and_of_their_orders() -> None:
    box = outbox()
    box.take(note(62, 500))
    box.take(SendMidi(LEAD, 100, 0.0, cc(74, 1)))
    box.take(SendMidi(LEAD, 100, 0.0, cc(74, 2)))
    box.take(note(60, 100, channel=3))
    due = [data for _, data in sent(box, 600)]
    assert due == [cc(74, 1), cc(74, 2), on(60, 127, channel=3), on(62)]


def test_an_offset_moves_beginning_and_end() -> None:
    box = outbox()
    box.take(note(60, 1000, frames=500, offset_s=0.01))
    box.take(note(64, 2000, frames=500, offset_s=-0.01))
    assert [frame for frame, _ in sent(box, 5000)] == [1480, 1520, 1980, 2020]


def test_a_note_struck_while_it_sounds_is_not_cut_off_by_the_older_ones_end() -> None:
    box = outbox()
    box.take(note(60, 0, frames=1000))
    box.take(note(60, 500, frames=1000))
    assert sent(box, 5000) == [(0, on(60)), (500, off(60)), (500, on(60)), (1500, off(60))]


def test_what_is_taken_back_is_not_sent_and_what_sounds_is_ended_in_time() -> None:
    box = outbox()
    box.take(note(60, 0, frames=3000))
    box.take(note(62, 1000))
    box.take(note(64, 2000))
    assert sent(box, 500) == [(0, on(60))]
    box.take(TakeBack(LEAD, 1500))
    assert sent(box, 5000, 500) == [(1000, on(62)), (2000, off(62)), (3000, off(60))]


def test_a_packet_travels_ahead_and_says_when_it_is_due() -> None:
    box = outbox()
    box.take(SendPacket(VISUALS, SR, 0.0, b"timed"))
    box.take(SendPacket(VISUALS, SR, 0.0, b"bare", timed=False))
    (first,) = box.due(SR - AHEAD)
    assert (first.data, first.at) == (b"timed", SR)
    (second,) = box.due(SR)
    assert (second.data, second.at) == (b"bare", None)


def test_what_has_left_is_not_sent_again_when_all_is_ordered_anew() -> None:
    box = outbox()
    for at in (SR, 2 * SR):
        box.take(SendPacket(VISUALS, at, 0.0, b"once"))
    assert len(list(box.due(SR))) == 1
    box.take(TakeBack(VISUALS, SR - 100))
    for at in (SR, 2 * SR):
        box.take(SendPacket(VISUALS, at, 0.0, b"again"))
    assert [due.data for due in box.due(2 * SR)] == [b"again"]


def test_an_end_lets_notes_fade_and_ends_what_sounds() -> None:
    box = outbox()
    for number in range(4):
        box.take(note(60 + number, 1000 * number, frames=100_000))
    box.take(EndSending(LEAD, 1000, fade=2000))
    found = sent(box, 200_000)
    assert found[:3] == [(0, on(60)), (1000, on(61)), (2000, on(62, 64))]
    assert {data for frame, data in found[3:] if frame == 3000} == {off(60), off(61), off(62)}
    assert len(found) == 6
    box.take(note(70, 5000))
    assert not sent(box, 10_000, 5000), "the generation is gone"


def test_a_released_name_lets_others_sound() -> None:
    box = outbox()
    box.take(BeginSending(3, "other", MidiSource("synth"), 0))
    box.take(note(60, 0, frames=10_000))
    box.take(note(64, 0, frames=10_000, generation=3))
    box.take(ReleaseNotes(LEAD, 1000))
    assert sent(box, 2000)[2:] == [(1000, off(60))]


def test_a_panic_ends_all_and_forgets_all() -> None:
    box = outbox()
    box.take(note(60, 0, frames=10_000))
    box.take(note(72, 5000))
    list(box.due(100))
    ends = [due.data for due in box.panic(1)]
    assert ends == [off(60), cc(120, 0), cc(123, 0)]
    assert sent(box, 20_000, 100) == []
    box.take(BeginSending(4, "late", MidiSource(), panics=0))
    box.take(note(60, 30_000, generation=4))
    assert sent(box, 40_000, 30_000) == [], "it was ordered before the panic"
    box.take(BeginSending(5, "again", MidiSource(), panics=1))
    box.take(note(60, 50_000, generation=5))
    assert sent(box, 50_100, 50_000) == [(50_000, on(60))]


def test_what_comes_too_late_is_left_out_but_a_long_note_is_played() -> None:
    box = outbox()
    box.take(SendMidi(LEAD, 0, 0.0, cc(1, 1)))
    box.take(note(60, 0, frames=100))
    box.take(note(64, 0, frames=SR))
    assert [due.data for due in box.due(4800)] == [on(64)]


def test_notes_played_by_hand_and_pulses_of_a_clock_come_late_rather_than_never() -> None:
    box = outbox()
    box.take(note(60, 0, frames=100, generation=NO_NAME))
    box.take(SendMidi(NO_NAME, 100, 0.0, b"\xf8"))
    assert sent(box, 6000, 4800) == [(4800, on(60)), (4800, b"\xf8"), (4900, off(60))]
    box.take(SendMidi(NO_NAME, 0, 0.0, b"\xf8"))
    assert sent(box, 3 * SR, 3 * SR) == []


def test_what_belongs_to_no_name_goes_everywhere() -> None:
    box = outbox()
    box.take(note(60, 0, generation=NO_NAME))
    assert [due.source for due in box.due(0)] == [MidiSource("")]


ORDERS = st.one_of(
    st.builds(
        note,
        st.integers(60, 62),
        st.integers(0, 20_000),
        st.integers(1, 9000),
        offset_s=st.sampled_from([0.0, 0.02, -0.02]),
        generation=st.sampled_from([LEAD, 3]),
    ),
    st.builds(TakeBack, st.sampled_from([LEAD, 3]), st.integers(0, 20_000)),
    st.builds(ReleaseNotes, st.sampled_from([LEAD, 3]), st.integers(0, 20_000)),
    st.builds(EndSending, st.sampled_from([LEAD, 3]), st.integers(0, 20_000), st.integers(0, 999)),
    st.builds(BeginSending, st.just(3), st.just("x"), st.just(MidiSource("synth")), st.just(0)),
)


@given(st.lists(st.tuples(ORDERS, st.integers(0, 2000)), max_size=30), st.booleans())
def test_whatever_is_ordered_no_note_is_left_sounding(
    orders: list[tuple[Order, int]], killed: bool
) -> None:
    box, frame, data = outbox(), 0, []
    for order, wait in orders:
        box.take(order)
        frame += wait
        data += [due.data for due in box.due(frame)]
    data += [due.data for due in (box.end_all() if killed else box.due(100_000))]
    ringing: set[int] = set()
    for message in data:
        if message[0] == 0x90:
            assert message[1] not in ringing, "it is ended before it is struck anew"
            ringing.add(message[1])
        elif message[0] == 0x80:
            ringing.remove(message[1])
    assert not ringing
    assert box.sounding == []


@pytest.mark.parametrize("order", [note(60, 0, generation=9), TakeBack(9, 0), EndSending(9, 0)])
def test_orders_of_a_generation_that_is_not_known_do_nothing(order: Order) -> None:
    box = outbox()
    box.take(order)
    assert sent(box, 1000) == []
