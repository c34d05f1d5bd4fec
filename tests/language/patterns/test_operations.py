"""What is done to patterns: in time, to numbers, sounds and notes; and what is refused."""

import inspect
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode import LivecodeError, pattern
from livecode.language.curves import sine
from livecode.language.patterns.cycle import MOST_EVENTS
from livecode.language.patterns.pattern import OPERATIONS, Pattern
from livecode.language.patterns.played import Played
from livecode.language.units import beats, s
from tests.language.patterns.test_patterns_page import bars


def values(made: Pattern, count: int = 1) -> list[Any]:
    return [event.value for event in made.events(0, count)]


def examples() -> list[Any]:
    """The expressions in the docstrings of all operations."""
    found = []
    for name in OPERATIONS:
        text = inspect.getdoc(getattr(Pattern, name)) or ""
        shown = [each for each in re.findall(r"`(pattern\(.*?\))`", text) if f".{name}(" in each]
        found += [pytest.param(name, each, id=each) for each in shown] or [pytest.param(name, "")]
    return found


@pytest.mark.parametrize(("name", "expression"), examples())
def test_every_operation_has_an_example_that_is_heard(name: str, expression: str) -> None:
    assert expression or name == "quantize", f"{name} shows no example"
    made = eval(expression, {"pattern": pattern, "beats": beats}) if expression else pattern("0")
    assert made.events(0, 4)
    assert all(event.end > event.begin for event in made.events(0, 4))


@pytest.mark.parametrize(
    ("made", "comes_to"),
    [
        (lambda: pattern("0 1").fast("<1 2>"), "0 0, 1/2 1; 0 0, 1/4 1, 1/2 0, 3/4 1"),
        (lambda: pattern("0 1 2").fast(-1), "0 2, 1/3 1, 2/3 0"),
        (lambda: pattern("0 1").fast(0), "nothing"),
        (
            lambda: pattern("0*4").every("<1 2>", pattern.add(1)),
            "0 1, 1/4 1, 1/2 1, 3/4 1; 0 0, 1/4 0, 1/2 0, 3/4 0",
        ),
        (
            lambda: pattern("0 1 2 3").iter("<4 2>"),
            "0 0, 1/4 1, 1/2 2, 3/4 3; 0 2, 1/4 3, 1/2 0, 3/4 1; 0 2, 1/4 3, 1/2 0, 3/4 1",
        ),
        (
            lambda: pattern("0").euclid("<3 5>", 8),
            "0 0, 3/8 0, 3/4 0; 0 0, 1/4 0, 3/8 0, 5/8 0, 3/4 0",
        ),
        (
            lambda: pattern("0 1").late("<0 1/4>"),
            "; ".join(["0 0, 1/2 1"] * 3),
        ),  # 1, four times as slow
        (lambda: pattern("0 1").late("<0 1%4>"), "0 0, 1/2 1; 1/4 0, 3/4 1"),
        (lambda: pattern("0 1").late(1 * beats), "1/4 0, 3/4 1"),
        (lambda: pattern("0 1").early(0.25), "1/4 1, 3/4 0"),
        (
            lambda: pattern("0 1 2 3").inside("<1 2>", pattern.rev),
            "0 3, 1/4 2, 1/2 1, 3/4 0; 0 1, 1/4 0, 1/2 3, 3/4 2",
        ),
        (
            lambda: pattern("0 1 2 3").chunk("<2 4>", pattern.add(10)),
            "0 10, 1/4 11, 1/2 2, 3/4 3; 0 0, 1/4 11, 1/2 2, 3/4 3; 0 10, 1/4 11, 1/2 2, 3/4 3",
        ),
        (
            lambda: pattern("0 1 2 3").chunk(-4, pattern.add(10)),
            "0 10, 1/4 1, 1/2 2, 3/4 3; 0 0, 1/4 1, 1/2 2, 3/4 13; 0 0, 1/4 1, 1/2 12, 3/4 3",
        ),
        (lambda: pattern("0 1 2 3").linger("-1/4"), "0 3, 1/4 3, 1/2 3, 3/4 3"),
        (lambda: pattern("0 1").stack(5, "6 7"), "0 0, 0 6, 0 5, 1/2 1, 1/2 7"),
        (lambda: pattern("<0 1>").cat("5 6", "7"), "0 0; 0 5, 1/2 6; 0 7"),
        (
            lambda: pattern("0 1").off("1/4", pattern.rev),
            "0 0, 1/4 0, 1/2 1, 3/4 1",
        ),  # rev of what is late
        (
            lambda: pattern("0 1").superimpose(pattern.add(5), pattern.fast(2)),
            "0 0, 0 0, 0 5, 1/4 1, 1/2 0, 1/2 1, 1/2 6, 3/4 1",
        ),
        (
            lambda: pattern("0 1").every(2, lambda x: x.fast(2).rev()),
            "0 1, 1/4 0, 1/2 1, 3/4 0; 0 0, 1/2 1",
        ),
        (
            lambda: pattern("0 1").every(2, pattern.fast(2).rev),
            "0 1, 1/4 0, 1/2 1, 3/4 0; 0 0, 1/2 1",
        ),
        (lambda: pattern("0*4").mask("t f"), "0 0, 1/4 0"),
        (
            lambda: pattern("0 1 2 3").range("<0 10>", 20),
            "0 0, 1/4 20, 1/2 40, 3/4 60; 0 10, 1/4 20, 1/2 30, 3/4 40",
        ),
        (lambda: pattern("bd 0").add(1), "0 bd, 1/2 1"),
        (lambda: pattern("c4 e4").add("<0 12>"), "0 c4, 1/2 e4; 0 c5, 1/2 e5"),
        (lambda: pattern("0 1").fast_gap(0.5), "0 0"),
        (lambda: pattern("0").ply(1.5), "0 0, 2/3 0"),
        (lambda: pattern("0 1").compress(0.5, 0.25), "nothing"),
        (lambda: pattern("0 1").swing_by(0, 4), "0 0, 1/2 1"),
    ],
)
def test_what_is_done_gives_these_bars(made: Any, comes_to: str) -> None:
    assert bars(made()) == comes_to


def test_a_whole_length_of_time_in_seconds_is_refused() -> None:
    with pytest.raises(LivecodeError, match=r"late takes beats and bars, not 1\*s"):
        pattern("0").late(1 * s)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: pattern("0").fast("a"), r"fast: a number is needed, not 'a' \(column 1 of 'a'\)"),
        (lambda: pattern("0").fast("1 <2 x>"), r"fast: a number is needed, not 'x' \(column 6"),
        (lambda: pattern("0").fast("[1"), r"fast: column 1 of '\[1': this \[ is not closed"),
        (
            lambda: pattern("0").fast(sine(0, 1)),
            "fast takes a notation, a number or a pattern, not",
        ),
        (lambda: pattern("0").fast(None), "fast takes a notation, a number or a pattern, not None"),
        (lambda: pattern("0").fast(float("nan")), "fast takes finite numbers, not nan"),
        (lambda: pattern("0").fast(1e6), "fast: a pattern goes through at most 1,000 cycles"),
        (lambda: pattern("0*600").ply(4), "ply: a pattern has at most 1,000 events"),
        (lambda: pattern("0*501").ply(2), "ply: a pattern has at most 1,000 events"),
        (lambda: pattern("0").every(2, "rev"), "every takes what is to be done, as pattern.rev"),
        (
            lambda: pattern("0").every(2, pattern("0")),
            "every takes what is to be done, as pattern.rev",
        ),
        (
            lambda: pattern("0").every(2, lambda x: 3),
            "every: what is done must make a pattern of a pattern",
        ),
        (lambda: pattern("0").every(1e9, pattern.rev), "every: it takes a number up to 1,000"),
        (
            lambda: pattern("0").scale("c mnor"),
            "scale: there is no scale 'c mnor'; did you mean minor",
        ),
        (lambda: pattern("0").scale("<c:minor d:dor>"), "scale: there is no scale 'd:dor'"),
        (lambda: pattern("0").scale(3), "scale takes a scale, as in scale"),
        (
            lambda: pattern("0").chord("mnor7"),
            "chord: there is no chord 'mnor7'; did you mean minor7",
        ),
        (lambda: pattern("am7 bd").chord(), "chord: 'bd' is no chord; chords are written like am7"),
        (lambda: pattern("0").arp("upp"), "arp: there is no 'upp'; did you mean"),
        (lambda: pattern("0").choose(), "choose takes what there is to choose from"),
        (lambda: pattern("0").seed(0.5), "seed takes a whole number, not 0.5"),
        (lambda: pattern("0").clip(2, 1), "the first must not be above the second"),
        (lambda: pattern("0").quantise(0), "the step must be above 0"),
        (lambda: pattern("0").events(0, 1e6), "events of at most 10,000 cycles"),
        (lambda: pattern(None), "pattern takes a notation, a number or a pattern, not None"),
        (lambda: pattern("0").echo(1000, 0.1), "echo: an echo comes at most 64 times"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(made: Any, says: str) -> None:
    with pytest.raises(LivecodeError, match=says) as caught:
        made()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["fastt", "pan_", "events", "cycles"])
def test_what_is_no_operation_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(AttributeError, match=f"a pattern does nothing called '{name}'"):
        getattr(pattern, name)
    with pytest.raises(AttributeError, match=f"a pattern does nothing called '{name}'"):
        getattr(pattern.rev, name)


def test_what_is_handed_over_shows_how_it_is_written() -> None:
    done = pattern.fast(2).every(3, pattern.rev).late("1/8").rev
    assert repr(done) == "pattern.fast(2).every(3, pattern.rev).late('1/8').rev"
    assert bars(done(pattern("0 1"))) == bars(
        pattern("0 1").fast(2).every(3, pattern.rev).late("1/8").rev()
    )
    with pytest.raises(TypeError):
        pattern.fast(2, 3)


def test_patterns_of_the_same_are_the_same_and_have_computed_the_same() -> None:
    one = pattern("bd(3,8) [sn <hh oh>]").every(4, pattern.rev).off("1/8", pattern.gain(0.5))
    other = pattern("bd(3,8) [sn <hh oh>]").every(4, pattern.rev).off("1/8", pattern.gain(0.5))
    assert one.cycles is other.cycles
    assert pattern("1").cycles is not pattern("1.0").cycles


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: pattern("bd").gain(0.5).pan(1).gain(2), [Played("bd", gain=2, pan=1)]),
        (lambda: pattern("bd").gain(9).pan(-3), [Played("bd", gain=4, pan=-1)]),
        (
            lambda: pattern("bd").chop(2).chop(2),
            [Played("bd", begin=i / 4, end=(i + 1) / 4) for i in range(4)],
        ),
        (
            lambda: pattern("bd").begin(0.5).chop(2),
            [Played("bd", begin=0.5, end=0.75), Played("bd", begin=0.75, end=1)],
        ),
        (
            lambda: pattern("bd").slice(4, "-1 4"),
            [Played("bd", begin=0.75, end=1), Played("bd", begin=0, end=0.25)],
        ),
        (
            lambda: pattern("bd").splice(4, "0@3 1"),
            [Played("bd", begin=0, end=0.25, fit=3), Played("bd", begin=0.25, end=0.5, fit=1)],
        ),
        (
            lambda: pattern("bd").gain(0.8).echo(2, 0.25, 0.5),
            [Played("bd", gain=0.8), Played("bd", gain=0.4)],
        ),
        (lambda: pattern("bd").speed(2).hurry(2), [Played("bd", speed=4)] * 2),
        (
            lambda: pattern("bd sn").jux(pattern.fast(0)),
            [Played("bd", pan=-1), Played("sn", pan=-1)],
        ),
        (lambda: pattern("0").gain(0.5).add(3), [Played(3, gain=0.5)]),
        (lambda: pattern("0").gain(0.5).scale("c4 minor").transpose(2), [Played(62, gain=0.5)]),
    ],
)
def test_events_are_played_so(made: Any, says: list[Played]) -> None:
    assert values(made()) == says


def test_how_an_event_is_played_can_be_read() -> None:
    (event,) = pattern("bd:2").gain(0.5).events()
    assert (event.value.value, event.value["gain"], event.value.of("pan")) == ("bd:2", 0.5, 0)
    assert dict(event.value) == {"gain": 0.5}
    assert repr(event.value) == "bd:2(gain=0.5)"


@pytest.mark.parametrize(
    ("made", "notes"),
    [
        (lambda: pattern("0 7 -1 0.5").scale("c minor"), [60, 72, 58, 61]),
        (lambda: pattern("0 1").scale("eb3:minor:pentatonic"), [51, 54]),
        (lambda: pattern("0 1").scale("<c:major d:dorian>").cat(), [60, 62]),
        (lambda: pattern("c4 c#4 f#4").scale("c major"), [60, 60, 65]),
        (lambda: pattern("c e").transpose("<1 2>"), [61, 65]),
        (lambda: pattern("0").chord("min7"), [0, 3, 7, 10]),
        (lambda: pattern("c").chord("min'i"), [63, 67, 72]),
        (lambda: pattern("<am7 fmaj7>").chord(), [69, 72, 76, 79]),
        (lambda: pattern("c'maj").voicings("e4"), [55, 60, 64]),
        (lambda: pattern("[0,4,7]").voicings("e4"), [-5, 0, 4]),
        (lambda: pattern("c'maj").arp("down"), [67, 64, 60]),
        (lambda: pattern("c'maj").arp("downup"), [67, 64, 60, 64]),
        (lambda: pattern("c'maj").arp("up_and_down"), [60, 64, 67, 67, 64, 60]),
        (lambda: pattern("c'maj7").arp("converge"), [60, 71, 64, 67]),
        (lambda: pattern("c'maj7").arp("diverge"), [67, 64, 71, 60]),
        (lambda: pattern("c'maj").arp("pinkyup"), [60, 67, 64, 67]),
        (lambda: pattern("c'maj").arp("thumbup"), [60, 64, 60, 67]),
        (lambda: pattern("c'maj").arp("0 [1,2] 3 -1"), [60, 64, 67, 60, 67]),
        (lambda: pattern("c").arp("updown"), [60]),
        (lambda: pattern("<0 3 4>").add("[0,2,4]").scale("a3 minor"), [57, 60, 64]),
    ],
)
def test_notes_are_these(made: Any, notes: list[float]) -> None:
    assert [float(value) if value != "c" else 60 for value in values(made())] == notes


NAMED = {
    "fast": ["2", "1.5", "<1 2>"],
    "slow": ["2", "3"],
    "early": ["1/8"],
    "late": ["<0 1%4>"],
    "ply": ["2", "<2 3>"],
    "segment": ["4"],
    "iter": ["3"],
    "linger": ["1/4"],
    "add": ["<0 10>"],
    "mask": ["1 0 1"],
    "struct": ["x(3,8)"],
    "degrade_by": ["0.3"],
    "shuffle": ["3"],
    "gain": ["1 0.5"],
    "chop": ["2"],
}
PLAIN = ["rev", "palindrome", "press", "brak", "degrade", "invert"]
NESTED = [
    "every",
    "last_of",
    "off",
    "superimpose",
    "sometimes",
    "jux",
    "chunk",
    "inside",
    "outside",
    "when",
]
FIRST = {
    "every": 3,
    "last_of": 2,
    "off": "1/8",
    "chunk": 2,
    "inside": 2,
    "outside": 2,
    "when": "<1 0>",
}
NOTATIONS = st.sampled_from(
    ["0 1 2 3", "<0 1>*3 [2 3]", "0(3,8) ~", "[0,4,7]/1.5", "0*4?", "{0 1 2}%4", "0 | 1 2"]
)
STEPS = st.recursive(
    st.one_of(
        st.sampled_from(PLAIN).map(lambda name: (name,)),
        st.sampled_from([(name, given) for name, all in NAMED.items() for given in all]),
    ),
    lambda inner: st.tuples(st.sampled_from(NESTED), inner),
    max_leaves=3,
)


def applied(made: Pattern, step: tuple[Any, ...]) -> Pattern:
    name, *given = step
    if name in NESTED:
        first = [FIRST[name]] if name in FIRST else []
        return getattr(made, name)(*first, lambda x: applied(x, given[0]))
    return getattr(made, name)(*given)


@given(NOTATIONS, st.lists(STEPS, max_size=4))
@settings(max_examples=150, deadline=None)
def test_chains_of_operations_agree_with_themselves(text: str, steps: list[Any]) -> None:
    try:
        made = pattern(text)
        for step in steps:
            made = applied(made, step)
        whole = made.events(0, 4)
    except LivecodeError:
        return
    assert len(whole) <= 4 * MOST_EVENTS
    parts = [e for i in range(8) for e in made.events(Fraction(i, 2), Fraction(i + 1, 2))]
    assert parts == whole
    assert all(0 <= event.begin < 4 and event.begin < event.end for event in whole)
    again = made.events(10**6, 10**6 + 2)
    assert all(10**6 <= event.begin < 10**6 + 2 for event in again)
    for number in range(4):  # fragments lie in the cycle, and in their events
        grid, fragments = made.cycles.cycle(number)
        assert all(max(b, 0) <= s < t <= min(e, grid) for b, e, s, t, _, _ in fragments)
