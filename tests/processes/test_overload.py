"""Too much for the machine, on real processes: it is refused or taken back by name, and blocks answer."""

import pytest

from livecode.performance.tick_load import LASTS_S
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.transport.status import look_at_status

#: Seven oscillators each; they are built within a moment.
HUGE = """
@dsp
def hall(ego):
    return Mix([SuperSaw(100 + i, mul=0.0002) for i in range(1500)], 2) + ego
"""


@pytest.mark.slow
def test_a_graph_of_ten_thousand_oscillators_is_refused_with_its_cost_and_the_sound_goes_on():
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate("ego = agent(space('additive'))")[0]
        live.await_sound()
        ok, error = live.evaluate(HUGE)
        assert not ok
        assert "of the engine's time" in error
        assert "it does not fit on this machine" in error
        live.await_(lambda: live.header.load < 0.9, "the load to fall")
        assert "hall" not in live.status.sounding
        assert live.peak > 0.001
        assert live.evaluate("@dsp\ndef hall(ego):\n    return Freeverb(ego)")[0]
        assert live.evaluate("assert 0 < running()[1].cost < 0.5, running()") == (True, None)


@pytest.mark.slow
def test_more_agents_than_there_is_time_for_are_taken_back_and_blocks_answer():
    with Live(Options(audio="headless", osc_port=0)) as live:
        assert live.evaluate("first = agent(space('additive'))")[0]
        live.await_sound()
        many = "\n".join(f"a{number} = agent(glass, dims=8, every=1*ms)" for number in range(60))
        live.evaluate(f"glass = space('additive')\n{many}", limit_s=60.0)

        def settled() -> bool:
            """Whether nothing more is taken back for a while, and blocks answer meanwhile."""
            before = len(live.status.sounding)
            frame = live.status.frame + round((LASTS_S + 1.0) * 48000)
            live.await_(lambda: live.status.frame > frame, "a while", 30.0)
            assert live.evaluate("1 + 1", limit_s=10.0)[0]
            return len(look_at_status(live.attachment.arena.board.look()).sounding) == before

        live.await_(settled, "what fits to be left", 60.0)
        assert "first" in live.status.sounding, "what costs most goes first, the newest of equals"
        late = live.header.underruns
        live.await_(settled, "another quiet while")
        assert live.header.underruns - late < 200
