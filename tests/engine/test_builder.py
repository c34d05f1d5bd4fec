"""What the builder holds, and for how long."""

import gc
import time
import weakref

from livecode import Session


def test_a_strip_that_a_graph_took_is_let_go_when_both_have_ended(session: Session):
    engine = session.engine
    engine.builder.start_thread()  # as it is live
    gc.disable()  # as it is live
    try:
        assert session.eval("ego = agent(space('additive'), dims=1)").ok
        assert session.eval("@dsp\ndef hall(ego):\n    return Freeverb(ego)").ok
        session.advance(0.5)
        strip = weakref.ref(engine.strips["ego"].sound)
        session.eval("hush(0.1*s)")
        session.advance(1.0)
        assert not engine.strips
        end = time.monotonic() + 5
        while strip() is not None:
            assert time.monotonic() < end, "it would be computed on, from a table that is freed"
            session.advance(0.05)
    finally:
        gc.enable()


def test_a_graph_begins_to_compute_as_a_whole(session: Session):
    engine = session.engine
    assert session.eval("ego = agent(space('additive'), dims=1)").ok
    session.advance(0.2)
    before = set(session.engine.server.getStreams())
    session.engine.builder.build(
        _graph("def hall(ego):\n    return Freeverb(ego * Sine(3), size=Noise(0.1))"),
        {"ego": engine.strips["ego"].sound},
    )
    (graph,) = engine.builder.take()
    asleep = list(graph.asleep)
    assert len(asleep) >= 3
    assert not any(part.isPlaying() for part in asleep)
    assert set(session.engine.server.getStreams()) != before
    graph.start()
    assert all(part.isPlaying() for part in asleep)
    graph.close()


def _graph(source: str):
    from livecode.transport.messages import PlayGraph

    return PlayGraph("hall", 99, 0, 0.05, source, "hall", 1, ("ego",), {})
