"""The density of visits: how often each neighbourhood of the unit cube was visited."""

import numpy as np
from numpy.typing import NDArray

from livecode.agents.path import Array

CELL_BITS = 12  # 4096 cells per tiling, so 262,144 for 64; the published agent has 200,000


class Density:
    """A histogram over shifted, hashed grids of tiles.

    With a density rho = count / visits, the pseudo-count of Bellemare et al. (2016),
    rho * (1 - rho') / (rho' - rho), is the mean count of the tiles that a place falls into,
    and the prediction gain log(rho' / rho) is largest where that count is smallest.
    """

    def __init__(self, visited: Array, tilings: int = 64, tile_width: float = 0.4) -> None:
        """Count the places that were visited already, (rows, dims)."""
        dims = visited.shape[1]
        self.tile_width = tile_width
        # Odd displacements 1, 3, 5 ... keep the tilings from lining up along the diagonal
        # (Sutton & Barto, "Reinforcement Learning", 2nd ed., section 9.5.4).
        self.shift = np.arange(tilings)[:, None] * (2 * np.arange(dims) + 1) / tilings % 1
        # Multiplicative hashing: the top bits of the tile numbers times powers of an odd number.
        self.factors = np.multiply.accumulate(np.full(dims, 0x9E3779B97F4A7C15, np.uint64))
        self.tilings = np.arange(tilings) << CELL_BITS
        cells = self.cells(visited).ravel()
        self.counts = np.bincount(cells, minlength=tilings << CELL_BITS).astype(np.int32)

    def cells(self, places: Array) -> NDArray[np.int64]:
        """Return the cell of each place (rows, dims) in each tiling, (rows, tilings)."""
        tiles = (places[:, None, :] / self.tile_width + self.shift).astype(np.uint64)
        hashed = tiles @ self.factors
        return (hashed >> np.uint64(64 - CELL_BITS)).astype(np.int64) + self.tilings

    def count(self, places: Array) -> Array:
        """Return the pseudo-counts (rows,) of places (rows, dims)."""
        pseudo: Array = self.counts[self.cells(places)].mean(-1)
        return pseudo

    def visit(self, place: Array) -> float:
        """Count one more visit of a place (dims,); returns its pseudo-count before the visit."""
        cells = self.cells(place[None])[0]
        before = float(self.counts[cells].mean())
        self.counts[cells] += 1
        return before
