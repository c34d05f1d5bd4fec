"""A control as pyo reads it: a number for each sample, written block by block."""

from typing import Any

import numpy as np

from livecode.engine.pyo_quiet import pyo


class ControlTable:
    """Numbers that pyo plays, exactly one for each frame of a block.

    The array must be gone before the table: one that outlives it corrupts memory when the table is
    freed (pyo 1.1.0).
    """

    def __init__(self, block: int, sample_rate: float, *numbers: float):
        """Hold one number for each channel, until other numbers are written."""
        self._table = pyo.DataTable(block, chnls=len(numbers))
        self._sides = [np.asarray(self._table.getBuffer(side)) for side in range(len(numbers))]
        self._held: list[float | None] = [None] * len(numbers)
        self.now = numbers[0]  # of the first channel, at the end of the block
        for side, number in enumerate(numbers):
            self.fill(number, side)
        #: The numbers as a pyo object, with a stream for each channel.
        self.sound: Any = pyo.TableRead(
            self._table, freq=sample_rate / block, loop=1, interp=1
        ).play()

    def fill(self, numbers: np.ndarray | float, side: int = 0) -> None:
        """Write the numbers of the coming block, (frames,), or one for all of it."""
        if side == 0:
            self.now = float(numbers[-1]) if isinstance(numbers, np.ndarray) else float(numbers)
        if isinstance(numbers, np.ndarray):
            self._sides[side][:] = numbers
            self._held[side] = None
        elif numbers != self._held[side]:
            self._sides[side][:] = numbers
            self._held[side] = numbers

    def __del__(self) -> None:
        self._sides.clear()
