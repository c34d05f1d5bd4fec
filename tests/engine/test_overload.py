"""Too much for the engine: new graphs are measured unheard and refused, older ones taken back."""

from collections.abc import Iterator

import numpy as np
import pytest

from livecode.transport.messages import Built, Fade, Failed, Message, PlayGraph, Tried
from livecode.transport.schedule import NEVER
from tests.engine.conftest import Rig

PERIOD_NS = 256 / 48000 * 1e9
SOURCE = "def {name}():\n    return Sine(300, mul=0.2)"


class Machine:
    """An engine whose work costs what a test says: so much for each graph of a name."""

    def __init__(self) -> None:
        self.worked_ns = 1
        self.costs: dict[str, float] = {}
        self.rest = 0.1
        self.rig = Rig(work_ns=lambda: self.worked_ns)
        self.run(64)

    def run(self, blocks: int) -> list[Message]:
        told: list[Message] = []
        for _ in range(blocks):
            self.rig.run(1)
            graphs = [
                name for name, strip in self.rig.engine.strips.items() for _ in strip.chain.graphs
            ]
            share = self.rest + sum(self.costs.get(name, 0.0) for name in graphs)
            self.worked_ns += round(share * PERIOD_NS)
            told += self.rig.told()
        return told

    def play(self, name: str, generation: int, cost: float) -> list[Message]:
        self.costs[name] = cost
        source = SOURCE.format(name=name)
        self.rig._buffers[generation] = 100 + generation
        self.rig.tell(PlayGraph(name, generation, 0, 0.02, source, name, 1, (), {}))
        return self.run(40)

    def heard(self, name: str) -> bool:
        strip = self.rig.engine.strips.get(name)
        return strip is not None and any(graph.heard for graph in strip.chain.graphs)


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.rig.close()


def test_a_graph_that_fits_is_heard_and_its_cost_is_told_before(machine: Machine):
    told = machine.play("hall", 1, 0.3)
    (built,) = [message for message in told if isinstance(message, Built)]
    (tried,) = [message for message in told if isinstance(message, Tried)]
    assert built.trial
    assert tried.cost == pytest.approx(0.3, abs=0.02)
    assert tried.load == pytest.approx(0.4, abs=0.02)
    assert machine.heard("hall")


def test_a_graph_that_does_not_fit_is_refused_with_its_cost_and_never_heard(machine: Machine):
    assert machine.play("hall", 1, 0.5)
    told = machine.play("big", 2, 0.6)
    (failed,) = [message for message in told if isinstance(message, Failed)]
    assert (failed.name, failed.generation) == ("big", 2)
    assert failed.why == (
        "it takes 60% of the engine's time, and 60% are taken: it does not fit on this machine"
    )
    assert not machine.heard("big")
    assert machine.heard("hall")
    told = machine.play("small", 3, 0.2)
    assert any(isinstance(message, Tried) for message in told), "what was tried is forgotten"


def test_one_that_is_far_too_much_is_tried_for_two_blocks_only(machine: Machine):
    machine.costs["huge"] = 3.0
    machine.rig._buffers[1] = 101
    machine.rig.tell(PlayGraph("huge", 1, 0, 0.02, SOURCE.format(name="huge"), "huge", 1, (), {}))
    blocks = 0
    while not any(isinstance(message, Failed) for message in machine.run(1)):
        blocks += 1
    assert blocks <= 4


def test_what_overloads_later_is_taken_back_the_newest_first(machine: Machine):
    for number, name in enumerate(("one", "two", "three"), start=1):
        machine.play(name, number, 0.2)
    machine.costs["one"] = 0.8  # the set goes on, and costs more than it did
    told = machine.run(160)
    failed = [message for message in told if isinstance(message, Failed)]
    assert [message.name for message in failed] == ["three"]
    assert "what began last is taken back" in failed[0].why
    machine.rig.tell(Fade("three", 0.05, 0, 4))  # as the mind answers
    machine.run(40)
    assert [machine.heard(name) for name in ("one", "two", "three")] == [True, True, False]


def test_a_mind_that_does_not_answer_holds_nothing_up(machine: Machine):
    machine.play("one", 1, 0.2)
    machine.costs["one"] = 2.0
    machine.run(400)
    assert not machine.heard("one")


def test_without_a_clock_nothing_is_measured_and_all_is_heard():
    rig = Rig()
    try:
        rig._buffers[1] = 101
        rig.tell(PlayGraph("hall", 1, 0, 0.02, SOURCE.format(name="hall"), "hall", 1, (), {}))
        assert np.abs(rig.run(40)).max() > 0.1
        assert [m.trial for m in rig.told() if isinstance(m, Built)] == [False]
    finally:
        rig.close()


def test_a_replay_stops_computing_what_was_never_heard():
    rig = Rig()
    try:
        rig._buffers[1] = 101
        source = SOURCE.format(name="hall")
        rig.tell(PlayGraph("hall", 1, NEVER, 0.02, source, "hall", 1, (), {}))
        assert np.abs(rig.run(60)).max() == 0.0
        assert "hall" not in rig.engine.strips
    finally:
        rig.close()
