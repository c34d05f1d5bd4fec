"""Tables shared by pyo and numpy: blocks written for pyo to play, and blocks that pyo has computed."""

from typing import Any

import numpy as np

from livecode.engine.pyo_quiet import pyo

CHANNELS = 2


class Table:
    """A pyo table, stereo unless said otherwise, whose samples are reached as arrays.

    The arrays must be gone before the table: one that outlives it corrupts memory when the table is
    freed (pyo 1.1.0).
    """

    def __init__(self, frames: int, channels: int = CHANNELS):
        self.pyo = pyo.DataTable(frames, chnls=channels)
        self.sides = [np.asarray(self.pyo.getBuffer(channel)) for channel in range(channels)]

    def __del__(self) -> None:
        self.sides.clear()


class Tap:
    """Gives the last computed block of a pyo object as an array."""

    def __init__(self, sound: Any, block: int):
        """Tap `sound`, a pyo object of two streams."""
        self._table = Table(block)
        self._fill = pyo.TableFill(sound, self._table.pyo)
        self.block = np.zeros((block, CHANNELS), np.float32)

    def read(self) -> np.ndarray:
        """Copy the last computed block into `block`, (frames, 2), and return it."""
        self.block[:, 0], self.block[:, 1] = self._table.sides
        return self.block
