"""What happens when there is too much for the engine: new graphs are refused, older ones taken back."""

from collections.abc import Callable, Iterable

from livecode.engine.graph import Graph, GraphChain
from livecode.engine.load import BlockLoad
from livecode.engine.trial import GraphTrial
from livecode.transport import Header
from livecode.transport.messages import Failed, Message, Tried

#: Above this load, the newest graph is taken back, once it has lasted for so long.
OVER, LASTS_S = 0.97, 0.5
#: If the mind has not faded that graph out by then, the engine does.
PATIENCE_S, FADE_S = 0.5, 0.05


class Overload:
    """Tries each new graph, and watches the load."""

    def __init__(
        self,
        load: BlockLoad,
        header: Header,
        chains: Callable[[], Iterable[GraphChain]],
        tell: Callable[[Message], None],
    ):
        """Watch the graphs of `chains()`; `tell` sends a message to the mind."""
        self._load, self._header, self._chains, self._tell = load, header, chains, tell
        self._block_s = header.block / header.sample_rate
        self._trial: GraphTrial | None = None
        self._over_s = 0.0  # for how long the load has been too high
        self._back: Graph | None = None  # the graph that is being taken back
        self._back_s = 0.0  # since when

    def tries(self, graph: Graph) -> bool:
        """Begin to measure a graph that has just been started; False if there is no clock to do so."""
        if not self._load.usual or self._trial is not None:
            return False
        graph.tried = False
        self._trial = GraphTrial(graph, self._load.usual, self._load.usual_computing)
        return True

    def begin_block(self) -> None:
        """Take note of the block that has just been computed, and act on it."""
        if self._trial is not None:
            self._trial.note(self._load.computing)
            if self._trial.over:
                trial, self._trial = self._trial, None
                self._end(trial)
        elif self._load.computing:
            self._watch()

    def _end(self, trial: GraphTrial) -> None:
        graph = trial.graph
        graph.tried = True
        if graph.closed:
            return
        name, number = graph.message.name, graph.number
        if trial.refusal:
            for chain in self._chains():
                chain.refuse(graph)
            self._load.forget(len(trial) + 1)
            self._tell(Failed(name, number, trial.refusal))
        else:
            self._tell(Tried(name, number, trial.cost, trial.load))

    def _watch(self) -> None:
        """Take back the newest graph if there has been too much for too long."""
        if self._back is not None:
            self._back_s += self._block_s
            if self._back_s > PATIENCE_S and self._back.heard:
                self._back.fade_out(FADE_S, self._block_s)
            if self._back.closed:
                self._back, self._over_s = None, 0.0
            return
        over = self._header.load > OVER
        self._over_s = self._over_s + self._block_s if over else 0.0
        if self._over_s < LASTS_S:
            return
        graphs = [graph for chain in self._chains() for graph in chain.graphs if graph.heard]
        if not graphs:
            self._over_s = 0.0
            return
        self._back = max(graphs, key=lambda graph: graph.number)
        self._back_s = 0.0
        why = (
            f"the engine needs {self._header.load:.0%} of the time that there is; "
            "what began last is taken back"
        )
        self._tell(Failed(self._back.message.name, self._back.number, why))
