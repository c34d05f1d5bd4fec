"""Where a tilted stream is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.voices.tilt.chunk import DrawnChunk, PlannedDraw
from livecode.voices.tilt.following import FollowingState
from livecode.voices.tilt.nearness import NearnessState
from livecode.voices.tilt.particles import FilterState

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TiltedState:
    """All that decides how a tilted stream goes on."""

    drawing: Any
    queue: Floats
    past: Floats
    begun: int
    candidates: tuple[Any, ...] = ()  # none: it is not tilted
    filter: FilterState | None = None
    waiting: tuple[DrawnChunk, ...] = ()
    chunk: int = 0
    drawn: DrawnChunk | None = None
    pieces: tuple[PlannedDraw, ...] = ()
    warmth: Floats | None = None  # of the chunk that is being drawn
    nearness: NearnessState | None = None
    following: FollowingState | None = None
