"""How a value is computed while blocks describe it otherwise: as before, then from a line on as they say.

Ticks ask nothing else of a value. What a block has described and not played yet is in its settings alone.
"""

from livecode.language.moments import Node


class Turning:
    """Something that a node computes, and from a sample time on another one."""

    #: How it is computed, as the last block that succeeded said. A block that says otherwise and has not
    #: succeeded yet changes the settings alone. None: it is computed as described.
    heard: Node | None = None
    #: How it is computed from a sample time on, in order: (sample time, node).
    coming: tuple[tuple[int, Node], ...] = ()

    @property
    def node(self) -> Node:
        """The node that computes it as it is described."""
        raise NotImplementedError

    def turn(self, line: int | None) -> None:
        """Let it be computed as it is described from a sample time on; None: at once."""
        if line is None or self.heard is None:
            self.heard, self.coming = self.node, ()
        else:
            before = tuple(each for each in self.coming if each[0] < line)
            self.coming = (*before, (line, self.node))

    def turned(self, frame: int) -> bool:
        """Forget how it was computed before sample time `frame`; return whether it turns no more."""
        while self.coming and self.coming[0][0] <= frame:
            (_, self.heard), *rest = self.coming
            self.coming = tuple(rest)
        return not self.coming

    def nodes(self) -> tuple[Node, ...]:
        """Return the nodes that compute it from now on, in order; blocks that run do not change them."""
        if self.heard is None:
            return (self.node,)
        return (self.heard, *(node for _, node in self.coming))

    def node_at(self, frame: int) -> Node:
        """Return the node that computes it at a sample time; a block that runs does not change it."""
        if self.heard is None:
            return self.node
        for at, node in reversed(self.coming):
            if frame >= at:
                return node
        return self.heard

    def is_timed(self) -> bool:
        """Return whether the number depends on time alone, now and as far as it is going to turn."""
        return all(node.timed for node in self.nodes())
