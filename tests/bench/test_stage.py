"""What `bench stage` concludes from its turns."""

from livecode.bench.stage import PROCESSES, VIEWERS, WatchedTurn, rows


def turn(mind: float, late: int, frames: int = 0) -> WatchedTurn:
    return WatchedTurn(10.0, {**dict.fromkeys(PROCESSES, 0.1), "mind": mind}, 10_000, late, frames)


def test_what_viewers_cost_is_told_beside_what_it_is_without_them() -> None:
    found = {
        row.what: row
        for row in rows(
            [turn(0.10, 1), turn(0.12, 1)],
            [turn(0.12, 2, 1500), turn(0.12, 2, 1500)],
            [turn(0.11, 1), turn(0.11, 3)],
        )
    }
    assert abs((found["mind, more"].value or 0) - 0.01) < 1e-9
    assert found["mind, more"].ok
    for what in ("late blocks, watched", "late blocks, intruders"):
        assert found[what].value == 2.0
        assert found[what].baseline == 1.0
        assert found[what].ok
    assert found["messages to a viewer"].value == 150 / VIEWERS


def test_a_mind_that_pays_too_much_and_late_blocks_are_not_ok() -> None:
    found = {row.what: row for row in rows([turn(0.10, 0)], [turn(0.15, 2)], [turn(0.10, 3)])}
    assert found["mind, more"].ok is False
    assert found["late blocks, watched"].ok is False
    assert found["late blocks, intruders"].ok is False
