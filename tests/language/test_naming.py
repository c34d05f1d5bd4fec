"""Names go by patterns: of models and of spaces, each checked when it is set."""

import pytest

from livecode import LivecodeError, pattern
from livecode.language.agents import agent
from livecode.language.naming import turns_of
from livecode.language.streams import stream


def test_a_model_goes_by_a_pattern() -> None:
    made = stream("test")
    made.model = pattern("<chorale ~ [piano chorale]>")
    turns = turns_of(made)["model"]
    assert made.model == "chorale"
    assert [turns.at(bar) for bar in (0, 0.9, 1.5, 2, 2.5, 3)] == [
        "chorale", "chorale", "chorale", "piano", "chorale", "chorale",
    ]  # fmt: skip


def test_a_space_goes_by_a_pattern_of_models() -> None:
    ego = agent(pattern("<additive orchestra>"))
    assert ego.space.model == "additive"
    turns = turns_of(ego)["space"]
    assert [turns.at(bar).model for bar in (0, 1, 2)] == ["additive", "orchestra", "additive"]
    assert turns.at(1) is turns.at(3)


def test_a_name_of_its_own_ends_that() -> None:
    made = stream("test", seed=1)
    made.model = pattern("<chorale piano>")
    made.model = "piano"
    assert (made.model, dict(turns_of(made))) == ("piano", {})


@pytest.mark.parametrize(
    ("by", "says"),
    [
        (pattern("<chorale chorela>"), "model"),
        (pattern("<chorale additive>"), "'additive' is a"),
        (pattern("chorale 3"), "a name is needed, not 3"),
        (pattern("~"), "says no name"),
    ],
)
def test_a_pattern_of_what_is_no_model_changes_nothing(by: object, says: str) -> None:
    made = stream("test")
    with pytest.raises(LivecodeError, match=f"stream.model: .*{says}"):
        made.model = by  # type: ignore[assignment]
    assert (made.model, dict(turns_of(made))) == ("test", {})
