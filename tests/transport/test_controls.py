"""The control block: each change at its own sample time, whole, and for late readers, too."""

import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.transport import Arena, ControlBlock, ControlReader
from tests.transport.partner import LAYOUT, open_in_turn, partner, write_controls

DEPTH, WIDTH = LAYOUT.slot_depth, LAYOUT.slot_width


def private_block() -> ControlBlock:
    return Arena.private(48000, 256, LAYOUT).controls


def await_slot(controls: ControlBlock, name: str) -> int:
    while (slot := controls.find(name)) is None or controls.last(slot) is None:
        time.sleep(0.001)
    return slot


def test_each_change_applies_at_its_frame_and_not_one_before():
    controls = private_block()
    slot = controls.open("ego.level")
    reader = ControlReader(controls, slot)
    assert reader.at(0) is None
    for frame, value in [(100, 1.0), (101, 2.0), (500, 3.0)]:
        controls.write(slot, frame, value)
    heard = {frame: reader.at(frame) for frame in (99, 100, 101, 499, 500)}
    assert heard.pop(99) is None
    assert {frame: value[0] for frame, value in heard.items()} == {100: 1, 101: 2, 499: 2, 500: 3}


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=3 * DEPTH),
    st.integers(1, 8),
)
def test_a_reader_hears_what_a_plain_list_of_changes_says(
    changes: list[tuple[int, int]], per_block: int
):
    """Test changes given as (frames ahead of the present, blocks that pass after it)."""
    controls = private_block()
    slot = controls.open("x")
    reader = ControlReader(controls, slot)
    planned: list[tuple[int, int]] = []
    now = 0
    for number, (ahead, blocks) in enumerate(changes):
        controls.write(slot, now + ahead, number)
        planned = [change for change in planned if change[0] < now + ahead]
        planned.append((now + ahead, number))
        for _ in range(1 + blocks):  # read at least once a change: none is ever overwritten
            due = [value for frame, value in planned if frame <= now]
            value = reader.at(now)
            assert (None if value is None else value[0]) == (due[-1] if due else None)
            now += per_block
    assert reader.at(now + 100)[0] == len(changes) - 1 if changes else True


def test_the_last_change_written_has_the_last_word_even_if_it_is_to_apply_sooner():
    controls = private_block()
    slot = controls.open("ego.position")
    reader = ControlReader(controls, slot)
    controls.write(slot, 2000, 0.1)
    controls.write(slot, 1000, 0.9)
    assert reader.at(999) is None
    assert reader.at(1000)[0] == 0.9
    assert reader.at(3000)[0] == 0.9


def test_a_reader_that_starts_late_finds_the_last_value():
    controls = private_block()
    slot = controls.open("ego.position")
    for frame in range(5 * DEPTH):
        controls.write(slot, frame, [frame, -frame])
    value = ControlReader(controls, slot).at(10**6)
    assert value.tolist() == [5 * DEPTH - 1, 1 - 5 * DEPTH] + [0.0] * (WIDTH - 2)
    assert controls.last(slot).tolist() == value.tolist()


def test_a_reader_that_lags_by_more_than_is_kept_goes_on_with_what_is_kept():
    controls = private_block()
    slot = controls.open("x")
    reader = ControlReader(controls, slot)
    controls.write(slot, 0, 0.0)
    assert reader.at(0)[0] == 0
    for frame in range(1, 3 * DEPTH):
        controls.write(slot, frame, float(frame))
    oldest_kept = 3 * DEPTH - (DEPTH - 1)
    assert next(index for index, *_ in controls.changes(slot, 0)) == oldest_kept
    assert reader.at(oldest_kept)[0] == oldest_kept
    assert reader.at(10**6)[0] == 3 * DEPTH - 1


def test_no_reader_ever_sees_half_of_one_write_and_half_of_another(arena: Arena):
    rng = random.Random(1)
    with partner(arena, write_controls, 0):
        slot = await_slot(arena.controls, "ego.position")
        seen, began = 0, 0
        while seen < 1000 or seen > began - 1000:  # overtaken now and then
            for index, frame, values in arena.controls.changes(slot, began):
                assert index >= began
                assert frame == index
                assert (values == index).all()
                began = index + 1
                seen += 1
            for _ in range(20):
                newest = arena.controls.last(slot)
                assert (newest == newest[0]).all()
            if rng.random() < 0.01:
                time.sleep(0.001)  # long enough to be overtaken


def test_after_the_writer_is_killed_the_next_goes_on_and_readers_follow(arena: Arena):
    for number in (0, 10**6, 2 * 10**6):
        with partner(arena, write_controls, number) as writer:
            slot = await_slot(arena.controls, "ego.position")
            reader = ControlReader(arena.controls, slot)
            while (value := reader.at(10**9)) is None or value[0] < number:
                time.sleep(0.001)
            writer.kill()
            writer.join()
        last = arena.controls.last(slot)
        assert (last == last[0]).all()
        assert reader.at(10**9)[0] == last[0]


def test_a_reader_keeps_its_value_when_its_slot_is_given_to_another_name():
    controls = private_block()
    slot = controls.open("old.level")
    reader = ControlReader(controls, slot)
    controls.write(slot, 0, 0.5)
    assert reader.at(0)[0] == 0.5
    controls.close("old.level")
    assert controls.open("new.level") == slot
    for frame in range(DEPTH):
        controls.write(slot, frame, 0.9)
    assert reader.closed
    assert reader.at(100)[0] == 0.5
    assert ControlReader(controls, slot).at(100)[0] == 0.9


def test_a_slot_that_is_opened_again_and_again_never_gives_one_name_s_values_to_another(
    arena: Arena,
):
    with partner(arena, open_in_turn, 0):
        while arena.controls.opened(0) < 3:
            time.sleep(0.001)
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            before = arena.controls.opened(0)
            value = ControlReader(arena.controls, 0).at(10**6)
            if arena.controls.opened(0) == before and value is not None:
                assert (value == before).all()


def test_opening_a_name_again_gives_the_same_slot_with_what_it_held():
    controls = private_block()
    slot = controls.open("ego.level")
    controls.write(slot, 0, 0.3)
    assert controls.open("ego.level") == slot
    assert controls.last(slot)[0] == 0.3
    assert controls.find("ego") is None
    assert controls.names() == ["ego.level"]


def test_a_slot_that_is_opened_for_another_name_starts_empty():
    controls = private_block()
    slot = controls.open("old")
    controls.write(slot, 0, 0.3)
    controls.close("old")
    assert controls.names() == []
    controls.close("old")  # twice does no harm
    assert controls.open("new") == slot
    assert controls.last(slot) is None


def test_names_beyond_the_room_and_names_too_long_are_refused_with_a_sentence():
    controls = private_block()
    for number in range(LAYOUT.slots):
        controls.open(f"name{number}.level")
    with pytest.raises(LivecodeError, match=r"no room for the control 'one\.more'"):
        controls.open("one.more")
    with pytest.raises(LivecodeError, match="is too long"):
        controls.open("é" * 49)


def test_shorter_values_leave_nothing_of_longer_ones():
    controls = private_block()
    slot = controls.open("x")
    for _ in range(DEPTH):
        controls.write(slot, 0, np.ones(WIDTH))
    controls.write(slot, 1, [5.0, 6.0])
    assert controls.last(slot).tolist() == [5.0, 6.0] + [0.0] * (WIDTH - 2)


def reported() -> tuple[ControlBlock, list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return a block, and what its readers report as late and as lost."""
    controls = private_block()
    late: list[tuple[Any, ...]] = []
    lost: list[tuple[Any, ...]] = []
    controls.on_late = lambda *what: late.append(what)
    controls.on_lost = lambda *what: lost.append(what)
    return controls, late, lost


def test_a_change_that_a_new_reader_gets_after_its_time_is_late_unless_another_has_had_it():
    controls, late, _ = reported()
    slot = controls.open("ego.level")
    for frame, number in ((150, 0.5), (250, 0.6)):
        controls.write(slot, frame, [number, number, 0.0])
        reader = ControlReader(controls, slot)
        reader.line(200, 100)
        reader.end()
    assert late == [((0, "ego.level", 0, 150), 200)]


def test_a_replay_gets_no_change_before_the_reader_of_the_performance_had_it():
    controls, _, _ = reported()
    slot = controls.open("ego.level")
    reader = ControlReader(controls, slot)
    controls.postponed = {(0, "ego.level", 1, 150): 300, (0, "ego.level", 3, 350): 500}
    for frame, number in ((0, 0.1), (150, 0.5), (160, 0.6)):
        controls.write(slot, frame, [number, number, 0.0])
    assert [reader.line(frame, 100) for frame in (100, 200, 300)] == [0.1, 0.1, 0.6]
    controls.write(slot, 350, [0.7, 0.7, 0.0])
    assert [reader.line(frame, 100) for frame in (400, 500)] == [0.6, 0.7]


def test_changes_that_were_overwritten_unread_are_reported_and_not_read_in_a_replay():
    controls, _, lost = reported()
    slot = controls.open("x")
    reader = ControlReader(controls, slot)
    controls.write(slot, 0, 0.0)
    reader.at(0)
    for frame in range(1, 2 * DEPTH):
        controls.write(slot, 10 * frame, float(frame))
    reader.at(0)
    assert lost == [(0, "x", 1, DEPTH + 1)]
    controls = private_block()
    slot = controls.open("x")
    controls.lost = {(0, "x"): [(1, 2)]}
    for frame in range(3):
        controls.write(slot, 10 * frame, float(frame))
    reader = ControlReader(controls, slot)
    assert [reader.at(frame)[0] for frame in (0, 10, 20)] == [0.0, 0.0, 2.0]
