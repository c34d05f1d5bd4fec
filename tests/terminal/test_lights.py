"""Tokens light up where their notation stands, unedited, and while they sound; the clock is injected."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from livecode.terminal.lights import Lights, Lit, placed
from livecode.terminal.marks import Evaluation, Marks
from livecode.transport.status import SoundStatus, Status
from livecode.transport.token_times import PatternTokens, TokenSpan, TokenTimes

TEXT = '# drums\ndrums = hits("bd sn")\nlead = notes("0 1", n="0 1")'
BD, SN = TokenSpan(0, 1000, 0, 0, 2), TokenSpan(1000, 2000, 0, 3, 5)


def evaluated(text: str) -> Marks:
    marks = Marks(text.split("\n"))
    marks.put(0, len(marks) - 1, Evaluation(text))
    return marks


def told(*patterns: PatternTokens, notations: tuple[str, ...] = ("bd sn", "0 1")) -> TokenTimes:
    return TokenTimes(1, 10_000, notations, patterns)


def where(told: TokenTimes, marks: Marks) -> list[Lit]:
    return [light.lit for light in placed(told, marks, dark=0)]


DRUMS = PatternTokens("drums", "pattern", (), (BD, SN))


def test_a_token_is_lit_where_its_notation_stands() -> None:
    assert where(told(DRUMS), evaluated(TEXT)) == [Lit(1, 14, 16), Lit(1, 17, 19)]


def test_a_token_follows_its_line_through_edits_above_and_is_dark_once_its_line_is_edited() -> None:
    marks = evaluated(TEXT)
    marks.follow(["", "", *TEXT.split("\n")])
    assert where(told(DRUMS), marks) == [Lit(3, 14, 16), Lit(3, 17, 19)]
    marks.follow(["", "", *TEXT.replace("bd sn", "bd  sn").split("\n")])
    assert where(told(DRUMS), marks) == []
    marks.follow(["", "", *TEXT.split("\n")])
    assert where(told(DRUMS), marks) == [Lit(3, 14, 16), Lit(3, 17, 19)]


def test_an_indented_block_is_lit_where_it_stands() -> None:
    marks = Marks(["    drums = hits('bd sn')"])
    marks.put(0, 0, Evaluation("drums = hits('bd sn')"))
    assert where(told(DRUMS), marks)[0] == Lit(0, 18, 20)


def test_the_same_notation_of_another_name_or_setting_stays_dark() -> None:
    span = TokenSpan(0, 1000, 1, 0, 1)
    pattern = PatternTokens("lead", "pattern", (), (span,))
    n = PatternTokens("lead", "n", (), (span,))
    marks = evaluated(TEXT)
    assert where(told(pattern, n), marks) == [Lit(2, 14, 15), Lit(2, 23, 24)]
    assert where(told(PatternTokens("other", "pattern", (), (span,))), marks) == []


def test_of_two_places_the_one_that_was_evaluated_last_is_lit() -> None:
    lines = ["drums = hits('bd sn')", "", "drums.pattern = 'bd sn'"]
    marks = Marks(lines)
    marks.put(2, 2, Evaluation(lines[2]))
    marks.put(0, 0, Evaluation(lines[0]))
    assert {lit.row for lit in where(told(DRUMS), marks)} == {0}
    marks.put(2, 2, Evaluation(lines[2]))
    assert {lit.row for lit in where(told(DRUMS), marks)} == {2}


def test_a_pattern_with_a_name_is_lit_where_that_name_was_given_it() -> None:
    marks = evaluated("groove = pattern('bd sn')\ndrums = hits(groove.rev())")
    made = PatternTokens("drums", "pattern", ("groove",), (BD,))
    assert where(told(made), marks) == [Lit(0, 18, 20)]


def test_code_that_was_not_played_from_here_is_lit_where_there_is_no_doubt() -> None:
    lines = ["x = 1", "", "  drums = hits('bd sn')", "  y = 2", "", "drums.pattern = 'bd'"]
    marks = Marks(lines)
    assert where(told(DRUMS), marks) == [Lit(2, 16, 18), Lit(2, 19, 21)]
    marks.follow([*lines, "", "drums.pattern = 'bd sn'"])
    assert where(told(DRUMS), marks) == [], "one of two places"
    marks.put(7, 7, Evaluation("drums.pattern = 'bd sn'"))
    assert [lit.row for lit in where(told(DRUMS), marks)] == [7, 7]
    marks.put(7, 7, Evaluation("drums.pattern = 'bd"))
    marks.follow([*lines, "", "drums.pattern = 'bd"])
    assert [lit.row for lit in where(told(DRUMS), marks)] == [2, 2]


class Clock:
    """The header of an engine whose sample time is moved by hand."""

    sample_rate = 1000
    frame = 0.0

    def now(self, now_ns: int) -> float:
        return self.frame


def lights(clock: Clock, ask: Callable[[], Awaitable[TokenTimes | None]]) -> tuple[Lights, list]:
    seen: list[frozenset[Lit]] = []
    return Lights(evaluated(TEXT), clock, ask, lambda: 0, seen.append), seen  # type: ignore[arg-type]


def sounding(muted: bool = False, patterns: int = 1) -> Status:
    return Status(sounding={"drums": SoundStatus("hits", muted)}, patterns=patterns)


def test_tokens_light_up_as_their_events_begin_and_go_dark_before_the_next_begins() -> None:
    clock = Clock()

    async def ask() -> TokenTimes:
        return told(DRUMS)

    async def evening() -> None:
        shown, seen = lights(clock, ask)
        shown.look(sounding())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert seen == [{Lit(1, 14, 16)}]
        for frame, lit in ((950, set()), (1001, {Lit(1, 17, 19)}), (5000, set())):
            clock.frame = frame
            shown.follow()
            assert seen[-1] == lit
        clock.frame = 10
        shown.look(sounding(muted=True))
        assert seen[-1] == set(), "a muted name does not sound"

    asyncio.run(evening())


def test_the_next_token_lights_up_by_itself_when_its_time_comes() -> None:
    clock = Clock()

    async def ask() -> TokenTimes:
        return told(DRUMS)

    async def evening() -> None:
        shown, seen = lights(clock, ask)
        shown.look(sounding())
        await asyncio.sleep(0)
        clock.frame = 935  # five milliseconds before it goes dark
        shown.follow()
        clock.frame = 1000
        while len(seen) < 2:
            await asyncio.sleep(0.001)
        assert seen[1] == {Lit(1, 17, 19)}

    asyncio.run(asyncio.wait_for(evening(), 10))


def test_the_mind_is_asked_anew_when_it_plays_something_else_or_little_is_known() -> None:
    clock, asked = Clock(), 0

    async def ask() -> TokenTimes:
        nonlocal asked
        asked += 1
        return told(DRUMS)

    async def evening(status: Status, frame: float) -> int:
        shown, _ = lights(clock, ask)
        shown.look(sounding())
        await asyncio.sleep(0.01)
        shown._asked_s = float("-inf")
        clock.frame = frame
        shown.look(status)
        await asyncio.sleep(0.01)
        return asked

    assert asyncio.run(evening(sounding(), 10)) == 1
    assert asyncio.run(evening(sounding(patterns=2), 10)) == 3
    assert asyncio.run(evening(sounding(), 9_500)) == 5


@pytest.mark.parametrize("status", [Status(), sounding()])
def test_without_an_answer_nothing_is_lit(status: Status) -> None:
    async def ask() -> None:
        return None

    async def evening() -> None:
        shown, seen = lights(Clock(), ask)
        shown.look(status)
        await asyncio.sleep(0.01)
        assert seen == []

    asyncio.run(evening())
