"""The terms of a tilt: what judges candidates, and what only weighs."""

import pytest

from livecode.language.rewards import drone, shimmer
from livecode.language.signal_names import called
from livecode.language.values import Value, as_value
from livecode.playing.tilt_terms import tilt_terms

HANDS = as_value(lambda rings: rings.twist)
SHIMMER, DRONE = as_value(shimmer), as_value(drone)


def named(tilt: Value) -> list[tuple[str, int, float]]:
    """What judges, how many factors it has, and its sign."""
    terms = tilt_terms(tilt, ("sound", "r7"))
    return [
        (called(t.reward.function) if t.reward.function else str(t.reward), len(t.weights), t.sign)
        for t in terms
    ]


@pytest.mark.parametrize(
    ("tilt", "terms"),
    [
        (SHIMMER, [("shimmer", 0, 1.0)]),
        (0.8 * SHIMMER, [("shimmer", 1, 1.0)]),
        (SHIMMER - 0.5 * DRONE, [("shimmer", 0, 1.0), ("drone", 1, -1.0)]),
        (0.5 * HANDS * SHIMMER / 2, [("shimmer", 2, 1.0)]),
        (SHIMMER + HANDS, [("shimmer", 0, 1.0)]),
        (HANDS, []),
        (as_value(lambda r7: r7.level) * 2, [("<lambda>", 1, 1.0)]),
        (as_value(lambda rings, sound: rings.twist * sound.level), [("<lambda>", 0, 1.0)]),
    ],
)
def test_what_hears_judges_and_what_does_not_weighs(
    tilt: Value, terms: list[tuple[str, int, float]]
) -> None:
    assert named(tilt) == terms


def test_two_rewards_in_one_product_are_one_term() -> None:
    ((_, factors, sign),) = named(SHIMMER * DRONE)
    assert (factors, sign) == (0, 1.0)
