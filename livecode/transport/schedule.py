"""When things came about in a live performance, for engine and voices that play it once more offline."""

from dataclasses import dataclass, field

#: Never, as a sample time.
NEVER = 1 << 62


@dataclass(frozen=True)
class Placing:
    """What a voice writes from a position in its buffer on is for sample time `frame` and after."""

    frame: int
    fresh: bool  # it is a new voice


@dataclass
class Schedule:
    """All by generation, in sample times; what stands nowhere here never came about."""

    began: dict[int, int] = field(default_factory=dict)
    built: dict[int, int] = field(default_factory=dict)  # graphs: computed from then on
    underruns: dict[int, dict[int, int]] = field(default_factory=dict)  # no samples: begin -> end
    placed: dict[int, dict[int, Placing]] = field(default_factory=dict)  # by position in the buffer
    rests: dict[int, dict[int, bool]] = field(default_factory=dict)  # by position in the buffer
    fades: dict[tuple[str, int], int] = field(default_factory=dict)  # those that came late
    silenced: list[int] = field(default_factory=list)  # by panics

    def is_underrun(self, generation: int, frame: int) -> bool:
        """Whether that generation had no samples in the block at that sample time."""
        return any(
            begin <= frame < end for begin, end in self.underruns.get(generation, {}).items()
        )
