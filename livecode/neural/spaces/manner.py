"""How agents go in a space where the performer says nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Manner:
    """What a space tells the agents in it. The defaults leave an agent as it is."""

    key: str = ""  # the scale that they keep to, as "c minor"; "": none
    register: tuple[float, float] | None = (
        None  # the lowest and the highest pitch in it, as MIDI numbers
    )
    step: float = 0.0  # the length of a step, as a share of an axis; 0: as in other spaces
    every_beats: float = 0.0  # the time between two steps; 0: as in other spaces


#: In a space of hits: sixteenths, each some way off the one before.
OF_HITS = Manner(step=0.1, every_beats=0.25)
#: Where an agent strikes in other spaces: eighths, of which many a one is another note.
OF_STROKES = Manner(step=0.1, every_beats=0.5)


def manner_of(config: Mapping[str, Any]) -> Manner:
    """Read it from a model file's configuration. Raises TypeError or ValueError if it makes no sense."""
    register = config.get("register")
    if register is not None:
        low, high = register
        if not 0 <= low < high <= 127:
            raise ValueError(f"register {register!r:.20}")
        register = float(low), float(high)
    return Manner(str(config.get("key", "")), register)
