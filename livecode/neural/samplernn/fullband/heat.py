"""How hot a full-band model draws outlines and cells at a performer's temperature, as its file says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.hanging import restlessness

Floats = NDArray[np.float32]

#: What a model's file may say of how it is drawn, apart from its predictor; `bend` is both bends.
FACTS = (
    "structure", "surface", "bend", "structure_bend", "surface_bend", "longest_hold", "brighter",
    "busier", "dense",
)  # fmt: skip
#: Hotter than this, and colder than one over it, nothing gets brighter or busier any more.
FARTHEST = 2.0


@dataclass(frozen=True)
class Heat:
    """What a performer's temperature is made of, for one model."""

    structure: float = 1.0  # times the temperature: for outlines
    surface: float = 1.0  # the same for cells
    longest: float = np.inf  # frames that an outline stays before it is drawn hotter
    structure_bend: float = (
        1.0  # power of the temperature: below 1, for outlines that bear less of it
    )
    surface_bend: float = 1.0  # the same for cells
    brighter: float = 0.0  # dB an octave of brightness, for twice the temperature
    busier: float = 0.0  # of density, for twice the temperature
    dense: float = 0.0  # the density at 1, as in `r7.density`

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """What the facts of a model's file say; `bend` is that of outlines and cells alike."""
        both = facts.get("bend", 1.0)
        return cls(
            float(facts.get("structure", 1.0)),
            float(facts.get("surface", 1.0)),
            float(facts.get("longest_hold", np.inf)),
            float(facts.get("structure_bend", both)),
            float(facts.get("surface_bend", both)),
            float(facts.get("brighter", 0.0)),
            float(facts.get("busier", 0.0)),
            float(facts.get("dense", 0.0)),
        )

    def cells(self, temperatures: Floats) -> Floats:
        """How hot cells are drawn at a performer's temperatures (n,)."""
        return np.asarray(np.float32(self.surface) * _bent(temperatures, self.surface_bend))

    def outlines(self, temperatures: Floats) -> Floats:
        """How hot outlines are drawn at a performer's temperatures (n,), as long as they move."""
        return np.asarray(np.float32(self.structure) * _bent(temperatures, self.structure_bend))

    def brightness(self, temperature: float) -> float:
        """How much brighter a stream is at a performer's temperature than at 1, in dB an octave."""
        return self.brighter * _doublings(temperature)

    def density(self, temperature: float) -> float:
        """How dense a stream is drawn at a performer's temperature, as in `r7.density`."""
        return self.dense + self.busier * _doublings(temperature)

    def restless(self, hold: tuple[int, int]) -> float:
        """What that is multiplied by for an outline that has stayed so long."""
        return restlessness(hold, self.longest)


def _bent(temperatures: Floats, bend: float) -> Floats:
    """Temperatures as a model bears them; 1 stays 1."""
    return np.asarray(np.maximum(temperatures, 0) ** np.float32(bend), np.float32)


def _doublings(temperature: float) -> float:
    return math.log2(min(max(temperature, 1 / FARTHEST), FARTHEST))
