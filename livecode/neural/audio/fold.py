"""Channels folded to one, piece by piece, so that channels of opposite polarity do not cancel."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Of the power that unrelated channels would leave in their mean: below this share, they cancel.
CANCELLED = 0.25
#: From one fold to another, in frames, so that the change does not click.
TURN = 512


class Fold:
    """Folds the channels of one sound to their mean, with the polarity of some turned where they cancel.

    The polarities stay as they are until the channels cancel under them, too. So the fold of a
    sound whose channels do not cancel is their mean throughout.
    """

    def __init__(self) -> None:
        self._signs: Floats | None = None  # (channels,), each 1 or -1; None: plain
        self._begun = False

    def one_channel(self, piece: Floats) -> Floats:
        """Fold the next piece (n, channels), finite, to (n,)."""
        channels = piece.shape[1]
        if channels == 1:
            return piece[:, 0]
        begun, self._begun = self._begun, True
        folded = _folded(piece, self._signs)
        each = float(np.square(piece, dtype=np.float64).mean())
        if float(np.square(folded, dtype=np.float64).mean()) >= CANCELLED * each / channels:
            return folded
        before = np.ones(channels, np.float32) if self._signs is None else self._signs
        signs = _signs(piece, before)
        if np.array_equal(signs, before):
            return folded
        self._signs = signs
        turned = _folded(piece, signs)
        if begun:
            turn = min(TURN, len(piece))
            share = np.linspace(0, 1, turn, dtype=np.float32)
            turned[:turn] = folded[:turn] * (1 - share) + turned[:turn] * share
        return turned


def _folded(piece: Floats, signs: Floats | None) -> Floats:
    if signs is None:
        return np.asarray(piece.mean(axis=1), np.float32)
    return np.asarray(piece @ (signs / np.float32(len(signs))), np.float32)


def _signs(piece: Floats, before: Floats) -> Floats:
    """Return the polarity of each channel under which they add up: that of their main component."""
    double = piece.astype(np.float64)
    _, components = np.linalg.eigh(double.T @ double)
    main = components[:, -1]
    signs = np.where(np.abs(main) < 1e-9, before, np.sign(main)).astype(np.float32)
    return signs if signs @ before > 0 or (signs @ before == 0 and signs[0] > 0) else -signs
