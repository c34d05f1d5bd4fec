"""Which tokens of which patterns are told to sound when, by the sample."""

from livecode import Session

RATE = 48_000


def tokens(session: Session, name: str, setting: str = "pattern") -> list[tuple[float, float, str]]:
    """(begin, end, token) of what is told of a setting, in seconds."""
    told = session.performance.tokens.tell()
    return [
        (span.begin / RATE, span.end / RATE, told.notations[span.notation][span.first : span.last])
        for pattern in told.patterns
        if (pattern.name, pattern.setting) == (name, setting)
        for span in pattern.spans
    ]


def test_tokens_of_hits_notes_and_values_are_told_ahead(session: Session) -> None:
    played = session.eval(
        'tempo(120)\ndrums = hits("bd <sn cp>")\n'
        'lead = notes("0(3,8) <~ 7>", kit()["cb"], gain="1 0.5")\n'
        'drums.pan = -0.5 * pattern("0.2 0.4")'
    )
    assert played.error is None
    session.advance(0.6)
    assert tokens(session, "drums")[1:] == [(1, 2, "sn"), (2, 3, "bd")]
    begun = [(begin, text) for begin, _, text in tokens(session, "lead") if begin > 0.2]
    assert begun == [(0.375, "0"), (0.75, "0"), (2, "0"), (2.375, "0")]
    assert tokens(session, "lead", "gain")[1:] == [(1, 2, "0.5"), (2, 3, "1")]
    assert tokens(session, "drums", "pan") == [(0, 1, "0.2"), (1, 2, "0.4"), (2, 3, "0.2")]


def test_they_are_told_by_the_groove_of_their_name_and_the_metre(session: Session) -> None:
    session.eval(
        'tempo(120)\nmetre(3)\ndrums = hits("hh*6")\ndrums.swing = 1/3\ndrums.nudge = 8*ms'
    )
    session.advance(0.2)
    told = tokens(session, "drums")[1:4]
    assert [round(begin, 3) for begin, *_ in told] == [0.341, 0.508, 0.841]
    assert told[0][1] == told[1][0]


def test_what_changes_on_a_line_is_told_from_there_on(session: Session) -> None:
    session.eval(
        'tempo(240)\ndrums = hits("bd sn")\nego = agent("additive", dims=pattern("<1 2>"))'
    )
    session.eval("quant(1*bars)")
    session.advance(0.3)
    session.eval('drums.pattern = "cp*2"\nego.level = pattern("0.1 0.2")')
    session.advance(0.1)
    assert tokens(session, "drums")[1:4] == [(0.5, 1, "sn"), (1, 1.5, "cp"), (1.5, 2, "cp")]
    assert tokens(session, "ego", "level")[0] == (1, 1.5, "0.1")
    assert tokens(session, "ego", "dims")[:2] == [(0, 1, "1"), (1, 2, "2")]


def test_an_event_that_goes_on_is_told_and_one_whose_begin_is_silent_is_not(
    session: Session,
) -> None:
    session.eval('tempo(400)\nlong = hits("cr/3")\nsilent = hits(pattern("cr/3").mask("<0 1 1>"))')
    session.advance(1.3)
    assert tokens(session, "long")[0][1:] == (1.8, "cr")
    assert [begin for begin, *_ in tokens(session, "silent")] == []


def test_the_names_that_a_pattern_is_made_of_are_told_and_only_the_outermost_pattern(
    session: Session,
) -> None:
    session.eval('tempo(120)\ngroove = pattern("bd sn")\ndrums = hits(groove.rev())')
    session.advance(0.1)
    (told,) = session.performance.tokens.tell().patterns
    assert told.made_of == ("groove",)
    assert [text for _, _, text in tokens(session, "drums")][:2] == ["sn", "bd"]


def test_the_version_grows_with_what_plays_and_with_the_tempo(session: Session) -> None:
    seen = [session.performance.status().patterns]
    for code in ('drums = hits("bd")', "drums.pattern = 'sn'", "x = pattern('0 1')", "tempo(130)"):
        session.eval(code)
        session.advance(0.05)
        seen.append(session.performance.status().patterns)
    assert sorted(set(seen)) == seen
    assert session.performance.tokens.tell().version == seen[-1]
    session.advance(0.5)
    assert session.performance.status().patterns == seen[-1]


def test_what_fades_out_is_told_no_more(session: Session) -> None:
    session.eval('drums = hits("bd*8")')
    session.advance(0.3)
    assert tokens(session, "drums")
    session.eval("hush()")
    session.advance(0.1)
    assert tokens(session, "drums") == []
