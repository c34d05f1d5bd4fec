"""Visitors that do what they may not, while a performance plays on a virtual sound card."""

import time

import pytest

from livecode.bench.stage_visitors import CONNECTIONS, Intruders
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.stage.door import MOST_CONNECTIONS
from livecode.transport.stage import Audience, look_at

#: A loaded machine is late now and then by itself: so many attempts are made, and the best of them counts.
ATTEMPTS = 4
TURN_S = 6.0
PLAYED = (
    "ego = agent(space('additive'), dims=2, every=30*ms)\ndrums = hits('bd*4, hh*8', level=0.3)"
)


@pytest.mark.slow
def test_intruders_are_refused_and_counted_and_no_block_is_late_for_them(virtual_card: str) -> None:
    with Live(Options(audio="jack", osc_port=0, stage="0")) as live:
        ok, error = live.evaluate(PLAYED)
        assert ok, error
        live.await_sound()
        arena, header = live.attachment.arena, live.header

        def audience() -> Audience:
            return look_at(arena.audience, Audience)

        live.await_(lambda: audience().address, "the page")
        blocks_of = live.status.frame, live.header.mind_pid, live.header.stage_pid
        more = []
        for _ in range(ATTEMPTS):
            late = header.late_blocks
            time.sleep(TURN_S)
            alone = header.late_blocks - late
            intruders = Intruders(audience().address)
            time.sleep(TURN_S)
            beset = header.late_blocks - late - alone
            intruders.stop()
            more.append(beset - alone)
            if more[-1] <= 0:
                break
        assert min(more) <= 0, more
        assert intruders.attempts > 20

        def refused(why: str) -> int:
            return audience().refused.get(why, 0)

        for why in ("host", "origin", "token", "message", "broken"):
            live.await_(lambda: refused(why), why)  # noqa: B023
        live.await_(
            lambda: refused("connections") >= CONNECTIONS - MOST_CONNECTIONS, "the connections"
        )
        live.await_(lambda: not audience().viewers, "an empty room")
        assert live.peak > 0.01, "nobody has hushed it"
        assert (live.header.mind_pid, live.header.stage_pid) == blocks_of[1:]
        assert live.said == [], "nothing died"
