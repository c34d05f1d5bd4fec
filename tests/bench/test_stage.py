"""What `bench stage` concludes from its turns."""

from livecode.bench.rows import BenchRow
from livecode.bench.stage import COUNT, PROCESSES, TurnPair, WatchedTurn, rows


def turn(mind: float, late: int, held: int = 0, messages: float = 0.0) -> WatchedTurn:
    cpu = {**dict.fromkeys(PROCESSES, 0.1), "mind": mind}
    return WatchedTurn(10.0, cpu, 10_000, late, held, messages)


def told(pairs: list[TurnPair], beset: list[TurnPair]) -> dict[str, BenchRow]:
    return {row.what: row for row in rows(pairs, beset, knows_waits=True)}


def test_what_viewers_cost_is_told_beside_what_it_is_without_them() -> None:
    quiet = turn(0.11, 1)
    found = told(
        [(turn(0.10, 1), turn(0.12, 2, 1, 30.0)), (turn(0.12, 1), turn(0.12, 2, 1, 40.0))],
        [(quiet, turn(0.11, 1)), (quiet, turn(0.11, 3))],
    )
    assert abs((found["mind, more"].value or 0) - 0.01) < 1e-9
    assert found["mind, more"].ok
    for what in ("late blocks, watched", "late blocks, intruders"):
        assert found[what].value == 2.0
        assert found[what].baseline == 1.0
        assert found[what].ok
        assert found[what].about["more"] == 1.0
    assert found["held blocks, watched"].value == 1.0
    assert found["held blocks, watched"].ok
    assert found["late blocks, watched"].about["standard error"] == 0.0
    assert found["late blocks, intruders"].about["standard error"] == 1.0
    assert found["late blocks, watched"].about["counted"]
    assert found["messages to a viewer"].value == 35.0
    assert found["messages to a viewer"].about == {"viewers": COUNT}


def test_a_mind_that_pays_too_much_and_late_blocks_are_not_ok() -> None:
    quiet = turn(0.10, 0)
    found = told([(quiet, turn(0.15, 2, 2))] * 2, [(quiet, turn(0.10, 3, 3))] * 2)
    for what in ("mind, more", *(f"{kind} blocks, {who}" for kind in ("late", "held")
                                 for who in ("watched", "intruders"))):  # fmt: skip
        assert found[what].ok is False, what


def test_turns_that_differ_more_among_themselves_than_is_allowed_give_no_verdict() -> None:
    pairs = [(turn(0.1, 60), turn(0.1, 90)), (turn(0.1, 90), turn(0.1, 70))]
    found = told(pairs, pairs[:1])
    assert found["late blocks, watched"].ok is None
    assert found["late blocks, watched"].about["standard error"] == 25.0
    assert found["held blocks, watched"].ok
    assert found["late blocks, intruders"].about["standard error"] is None


def test_a_system_that_tells_no_waits_has_no_rows_of_them() -> None:
    pairs = [(turn(0.1, 1), turn(0.1, 1))] * 2
    assert not [row for row in rows(pairs, pairs, knows_waits=False) if "held" in row.what]
