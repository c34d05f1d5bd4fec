"""How much of a block's time a new graph takes, measured while it runs unheard, and whether it fits."""

from livecode.engine.graph import TRIAL_BLOCKS, Graph

#: The engine may be busy for this share of the time. The rest is for what comes between.
FULL = 0.9
#: A graph that takes so much more than there is has no longer trial.
HOPELESS = 1.5


class GraphTrial:
    """Watches the blocks in which a graph is computed and not yet heard.

    All loads are shares of a block's length: 1 is all the time that there is.
    """

    def __init__(self, graph: Graph, load: float, computing: float):
        """Begin with the engine's present load, and the share of it that is pyo's computing."""
        self.graph, self._load, self._before = graph, load, computing
        self._computing: list[float] = []

    def __len__(self) -> int:
        return len(self._computing)

    def note(self, computing: float) -> None:
        """Take note of one block's computing with the graph."""
        self._computing.append(computing)

    @property
    def cost(self) -> float:
        """What the graph takes."""
        # The first block is slower: nothing of the graph is in the processor's cache. Other
        # programs slow down some of the others, so the lower quarter counts.
        counted = sorted(self._computing[1:] or self._computing)
        return max(0.0, counted[len(counted) // 4] - self._before) if counted else 0.0

    @property
    def load(self) -> float:
        """What the engine needs with the graph."""
        return self._load + self.cost

    @property
    def over(self) -> bool:
        """Whether it has been tried for long enough."""
        last = self._computing[-2:]
        hopeless = len(last) == 2 and self._load - self._before + min(last) > HOPELESS
        return len(self._computing) >= TRIAL_BLOCKS or hopeless or self.graph.closed

    @property
    def refusal(self) -> str:
        """Why the graph is refused, as a sentence; "" if it fits."""
        if self.load <= FULL:
            return ""
        return (
            f"it takes {self.cost:.0%} of the engine's time, and {self._load:.0%} are taken: "
            f"it does not fit on this machine"
        )
