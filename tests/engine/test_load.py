"""Which blocks count as late, and which of them are late for want of a core."""

from livecode.engine.load import BlockLoad
from livecode.transport import Arena, Layout

PERIOD_NS = round(256 / 48000 * 1e9)


def test_a_late_block_is_held_if_it_had_been_in_time_but_for_the_wait_for_a_core() -> None:
    header = Arena.private(48000, 256, Layout(buffers=1)).header
    waited = [0]
    load = BlockLoad(header, lambda: 0, lambda: 0, lambda: waited[0])
    now_ns = 0

    def block(periods: float, waited_periods: float = 0.0) -> tuple[int, int]:
        nonlocal now_ns
        now_ns += round(periods * PERIOD_NS)
        waited[0] += round(waited_periods * PERIOD_NS)
        load.begin_block(now_ns)
        return header.late_blocks, header.held_blocks

    block(1.0, 3.0)
    assert block(1.0, 0.9) == (0, 0), "it waited, and is in time"
    assert block(1.7) == (1, 0), "the card asked late"
    assert block(1.7, 0.1) == (2, 0), "it would have been late anyway"
    assert block(1.7, 0.4) == (3, 1)
    load.restart()
    assert block(9.0, 8.0) == (3, 1)
