"""The status on the board: what is posted is what is read, and what cannot be read is an empty one."""

import pytest

from livecode.transport.messages import LatentSource
from livecode.transport.status import (
    AgentStatus,
    BeliefStatus,
    Generation,
    GoingOn,
    SceneStatus,
    SoundStatus,
    Status,
    decode_going_on,
    decode_status,
    encode,
    look_at_status,
)

SCENE = SceneStatus(
    "storm",
    3,
    48000,
    (30.0, 8.0),
    1.5,
    28.5,
    "calm",
    0.4,
    skipped=("sun",),
    scenes=(("storm", 34.0),),
)
STATUS = Status(
    frame=48128,
    beat=12.5,
    tempo=90.0,
    scene=SCENE,
    agents={"ego": AgentStatus((0.25, 0.5), reward=0.1, beliefs=BeliefStatus((0.1,), (0.2,)))},
    sounding={"ego": SoundStatus("agent", True)},
    playing=(Generation("ego", 4, 1, 4800, LatentSource("additive", 7), 0.05, begun=True),),
)


def test_a_status_is_read_as_it_was_posted() -> None:
    assert decode_status(encode(STATUS)) == look_at_status(encode(STATUS)) == STATUS


def test_what_it_takes_to_go_on_is_read_as_it_was_kept() -> None:
    going_on = GoingOn(90.0, SCENE, ("ego", "r7"), {"ego": (0.25, 0.5)})
    assert decode_going_on(encode(going_on)) == going_on


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"frame": "x"}', b'{"playing": [{}]}'])
def test_a_board_that_cannot_be_read_shows_nothing(data: bytes) -> None:
    assert look_at_status(data) == Status()
