"""When things happened in a live performance, for an engine and voices that replay it offline."""

from collections import deque
from dataclasses import dataclass, field

from livecode.transport.messages import Directions, DuetTurn, LearnedAdapter

#: A sample time that never comes.
NEVER = 1 << 62


@dataclass(frozen=True)
class Alignment:
    """A position in a voice's buffer is for sample time `frame`, and what follows for later."""

    frame: int
    fresh: bool  # True: a new voice; False: a late voice that has skipped samples


@dataclass
class Schedule:
    """When each generation did what, in sample times. What is missing here never happened."""

    began: dict[int, int] = field(default_factory=dict)
    # graphs: the block from which they were computed
    built: dict[int, int] = field(default_factory=dict)
    # without samples: begin -> end
    underruns: dict[int, dict[int, int]] = field(default_factory=dict)
    aligned: dict[int, dict[int, Alignment]] = field(default_factory=dict)  # by buffer position
    # by buffer position; True: the stream rests from there on
    rests: dict[int, dict[int, bool]] = field(default_factory=dict)
    # by buffer position: at most so many candidates are drawn from there on
    narrowed: dict[int, dict[int, int]] = field(default_factory=dict)
    # buffer positions from which one candidate went on alone, until the next chunk
    given_up: dict[int, set[int]] = field(default_factory=dict)
    # by buffer position: the scores that were used in that hop, chunk by chunk
    tilted: dict[int, dict[int, list[tuple[float, ...]]]] = field(default_factory=dict)
    # by buffer position: directions that streams knew from there on
    steered: dict[int, dict[int, list[Directions]]] = field(default_factory=dict)
    # by buffer position: what streams had learned by then
    learned: dict[int, dict[int, list[LearnedAdapter]]] = field(default_factory=dict)
    # by buffer position: what streams of duets did there
    turns: dict[int, dict[int, list[DuetTurn]]] = field(default_factory=dict)
    # by buffer position: what transfers heard for the hop there
    encoded: dict[int, dict[int, bytes]] = field(default_factory=dict)
    # hits without a sound: (generation, sample time, sound)
    missed: set[tuple[int, int, int]] = field(default_factory=set)
    # only those that came late: (name, stamp) -> frame
    fades: dict[tuple[str, int], int] = field(default_factory=dict)
    # by name: the blocks from which it was shaped, in the order of the messages that said so
    shaped: dict[str, deque[int]] = field(default_factory=dict)
    silenced: list[int] = field(default_factory=list)  # the blocks in which a panic closed the gate

    def is_underrun(self, generation: int, frame: int) -> bool:
        """Whether that generation had no samples in the block at sample time `frame`."""
        return any(
            begin <= frame < end for begin, end in self.underruns.get(generation, {}).items()
        )
