"""Steering: directions in the hidden state of a model, and how far it is pushed along each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: At an amount of 1 the hidden state is pushed so far along a direction of length 1 before each piece, in
#: standard deviations of the state.
PUSH = 0.15
#: So many sets of directions are known at a time: one is pushed along until the control names the next.
KNOWN = 2


class Steering:
    """Knows the newest directions."""

    def __init__(self) -> None:
        self._known: dict[float, Floats] = {}  # by number: (directions, width)

    def know(self, number: float, directions: Floats) -> None:
        """Take directions (directions, width) of that number; older ones are forgotten."""
        self._known.pop(number, None)
        self._known = dict([*self._known.items()][1 - KNOWN :])
        self._known[number] = directions

    def push(self, number: float, amounts: Sequence[float], share: float) -> Floats | None:
        """Return by how much the hidden state is moved before each piece, (width,); None: by nothing.

        `amounts`: how far along each direction; `share`: what all of it is multiplied by.
        """
        directions = self._known.get(number)
        if directions is None or len(amounts) < len(directions) or not any(amounts):
            return None
        far = np.asarray(amounts[: len(directions)], np.float32) * np.float32(PUSH * share)
        return (far @ directions).astype(np.float32)
