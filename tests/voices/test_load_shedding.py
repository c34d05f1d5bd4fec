"""Load shedding: streams rest by priority if time is short, and play on when it suffices."""

from dataclasses import dataclass

import pytest

from livecode.voices.load_shedding import (
    EVERY_S,
    FEWEST,
    REST_S,
    TOO_LATE,
    Decision,
    LoadShedding,
    TakenBack,
    Width,
)

HOP_S = 256 / 48_000


@dataclass
class Stream:
    priority: float = 1.0
    resting: bool = False
    cost_s: float = 0.4 * HOP_S
    candidates: int = 0
    most: int = 32
    wanted: int = 8
    unscored: int = 0

    slow_to_narrow: bool = False

    def narrow(self, most: int) -> None:
        self.most, self.unscored = most, 0
        if not self.slow_to_narrow:
            self.cost_s *= most / self.candidates
            self.candidates = most


class Stage:
    """Streams that take a given time, on a clock that only they move."""

    def __init__(self, **streams: Stream):
        self.now_s = 0.0
        self.streams = dict(enumerate(streams.values(), start=1))
        self.load_shedding = LoadShedding(HOP_S, lambda: self.now_s)

    def play(self, seconds: float) -> list[Decision]:
        decisions = []
        for _ in range(round(seconds / HOP_S)):
            began = self.now_s
            for generation, stream in self.streams.items():
                if not stream.resting:
                    self.load_shedding.timed(generation, lambda: self._work(stream))  # noqa: B023
            self.now_s = max(self.now_s, began + HOP_S)
            decision = self.load_shedding.decide(self.streams, self.streams)
            decisions += [decision] if decision else []
        return decisions

    def _work(self, stream: Stream) -> int:
        self.now_s += stream.cost_s
        return 1


def test_what_fits_is_left_alone() -> None:
    assert Stage(one=Stream(), two=Stream()).play(5.0) == []


def test_of_equals_the_newest_rests_first() -> None:
    stage = Stage(one=Stream(), two=Stream(), three=Stream())
    assert stage.play(1.0) == [Decision(3, rests=True)]
    assert [stream.resting for stream in stage.streams.values()] == [False, False, True]


def test_the_least_important_rests_first() -> None:
    stage = Stage(one=Stream(priority=0.5), two=Stream(), three=Stream())
    assert stage.play(1.0) == [Decision(1, rests=True)]


def test_one_after_the_other_until_the_rest_fits() -> None:
    stage = Stage(**{name: Stream(cost_s=0.8 * HOP_S) for name in ("one", "two", "three")})
    assert stage.play(2.0) == [Decision(3, rests=True), Decision(2, rests=True)]


def test_it_goes_on_once_there_is_room_and_not_before() -> None:
    stage = Stage(one=Stream(), two=Stream(), three=Stream())
    stage.play(1.0)
    assert stage.play(2 * REST_S) == [], "0.8 and 0.4 would be too much again"
    stage.streams[1].cost_s = 0.05 * HOP_S
    stage.streams[2].cost_s = 0.05 * HOP_S
    assert stage.play(REST_S) == [Decision(3, rests=False)]


def test_what_was_costly_while_the_machine_stood_still_is_tried_again() -> None:
    stage = Stage(one=Stream(cost_s=1.5 * HOP_S))
    assert stage.play(1.0) == [Decision(1, rests=True)]
    stage.streams[1].cost_s = 0.2 * HOP_S
    assert stage.play(8.0) == [Decision(1, rests=False)]
    assert stage.play(20.0) == [], "it fits"


def test_what_is_too_costly_each_time_is_tried_less_and_less_often() -> None:
    stage = Stage(one=Stream(cost_s=1.5 * HOP_S))
    decisions = stage.play(300.0)
    assert 2 <= sum(not decision.rests for decision in decisions) <= 6


def test_a_stream_rests_for_a_while_at_least() -> None:
    stage = Stage(one=Stream(), two=Stream(), three=Stream())
    stage.play(2 * EVERY_S)
    for stream in stage.streams.values():
        stream.cost_s = 0.01 * HOP_S
    assert stage.play(REST_S / 2) == []


def test_what_has_ended_counts_no_more() -> None:
    stage = Stage(one=Stream(), two=Stream(), three=Stream())
    stage.play(1.0)
    del stage.streams[1]
    del stage.streams[2]
    assert stage.play(2 * REST_S) == [Decision(3, rests=False)]


def test_tilts_narrow_before_anything_rests_and_widen_again() -> None:
    stage = Stage(plain=Stream(), tilted=Stream(cost_s=0.8 * HOP_S, candidates=8))
    assert stage.play(REST_S) == [Width(2, 4, fewer=True)]
    assert stage.play(2 * REST_S) == [], "twice as many would not fit"
    stage.streams[1].cost_s = 0.01 * HOP_S
    stage.streams[2].cost_s = 0.3 * HOP_S
    assert stage.play(2 * REST_S) == [Width(2, 8, fewer=False)]


def test_a_tilt_narrows_as_far_as_there_is_choice_and_then_streams_rest() -> None:
    stage = Stage(tilted=Stream(cost_s=8 * HOP_S, candidates=8))
    stage.play(60.0)
    assert stage.streams[1].candidates == FEWEST
    assert stage.streams[1].resting


def test_a_tilt_whose_chunk_takes_long_is_told_each_width_once() -> None:
    stage = Stage(tilted=Stream(cost_s=2 * HOP_S, candidates=8, slow_to_narrow=True))
    decisions = stage.play(4.0)
    assert decisions[:2] == [Width(1, 4, fewer=True), Width(1, 2, fewer=True)]
    assert decisions[2:] == [Decision(1, rests=True)]


def test_a_tilt_that_is_scored_too_late_narrows() -> None:
    stage = Stage(tilted=Stream(cost_s=0.1 * HOP_S, candidates=8, unscored=TOO_LATE))
    (width,) = stage.play(1.0)
    assert width == Width(1, 4, fewer=True, late=True)
    assert width.said("r7") == "r7 is tilted with 4 candidates: its tilt is not scored in time"


def test_where_no_stream_is_left_to_rest_the_newest_voices_are_taken_back() -> None:
    stage = Stage(**{name: Stream(cost_s=0.35 * HOP_S) for name in ("one", "two", "three", "four")})
    voices, stage.streams = stage.streams, {}
    taken = []
    for _ in range(400):
        began = stage.now_s
        for generation, voice in voices.items():
            stage.load_shedding.timed(generation, lambda: stage._work(voice))  # noqa: B023
        stage.now_s = max(stage.now_s, began + HOP_S)
        if (decision := stage.load_shedding.decide({}, voices)) is not None:
            assert isinstance(decision, TakenBack)
            taken += [decision]
            for generation in decision.costs:
                del voices[generation]
    (only,) = taken
    assert list(only.costs) == [4, 3], "as many as it takes, the newest first"
    assert only.costs[4] == pytest.approx(0.35, rel=0.01)
    assert only.load == pytest.approx(1.4, rel=0.01)
