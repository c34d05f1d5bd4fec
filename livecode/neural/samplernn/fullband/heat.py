"""How hot a full-band model draws outlines and cells at a performer's temperature, as its file says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.hanging import restlessness

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Heat:
    """What a performer's temperature is made of, for one model."""

    structure: float = 1.0  # times the temperature: for outlines
    surface: float = 1.0  # the same for cells
    longest: float = np.inf  # frames that an outline stays before it is drawn hotter
    bend: float = 1.0  # power of the temperature: below 1, for models that bear less heat and cold

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """What the facts of a model's file say."""
        return cls(
            float(facts.get("structure", 1.0)),
            float(facts.get("surface", 1.0)),
            float(facts.get("longest_hold", np.inf)),
            float(facts.get("bend", 1.0)),
        )

    def bent(self, temperatures: Floats) -> Floats:
        """Temperatures (n,) as this model bears them; 1 stays 1."""
        if self.bend == 1.0:
            return temperatures
        return np.asarray(np.maximum(temperatures, 0) ** self.bend, np.float32)

    def outline(self, hold: tuple[int, int]) -> float:
        """What a bent temperature is multiplied by for an outline that has stayed so long."""
        return self.structure * restlessness(hold, self.longest)
