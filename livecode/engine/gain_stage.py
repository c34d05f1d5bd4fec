"""The gain stage of one name: its level and pan on each sample, as its controls set them."""

from typing import Any

import numpy as np

from livecode.engine.control_table import ControlTable
from livecode.engine.graph import CEILING, SMOOTHING_S
from livecode.transport import ControlBlock, ControlReader

_DEFAULTS = {"level": 1.0, "pan": 0.0, "dry": 0.0}
Numbers = np.ndarray | float


class GainStage:
    """The level and pan of one name; multiply a stereo sound with `gain`."""

    def __init__(self, name: str, controls: ControlBlock, block: int, sample_rate: int):
        self._name, self._controls = name, controls
        self._block, self._glide_frames = block, round(SMOOTHING_S * sample_rate)
        self._readers: dict[str, ControlReader] = {}
        self._numbers: tuple[Numbers, Numbers] | None = (
            None  # of the last block, if they stood still
        )
        self._last = np.ones(2)  # the gains at the end of the last block
        self._table = ControlTable(block, sample_rate, 1.0, 1.0)
        self.gain: Any = self._table.sound
        self.bind()

    def bind(self) -> None:
        """Follow the controls of this name that have been opened since the last call."""
        for what in _DEFAULTS:
            slot = self._controls.find(f"{self._name}.{what}")
            reader = self._readers.get(what)
            if slot is not None and (reader is None or reader.closed):
                self._readers[what] = ControlReader(self._controls, slot, smooth=self._glide_frames)

    def close(self) -> None:
        """Stop following the controls."""
        for reader in self._readers.values():
            reader.end()

    def follow(self, frame: int) -> None:
        """Write level and pan of the block at sample time `frame`."""
        level, pan = self.numbers("level", frame), self.numbers("pan", frame)
        still = not isinstance(level, np.ndarray) and not isinstance(pan, np.ndarray)
        if still and self._numbers == (level, pan):
            return
        self._numbers = (level, pan) if still else None
        for side, gains in enumerate(_gains(level, pan)):
            self._table.fill(gains, side)
            self._last[side] = gains if isinstance(gains, float) else gains[-1]

    def rest(self) -> None:
        """Glide to a level of 1 in the middle, and stay there."""
        self._numbers = None
        step = self._block / self._glide_frames
        for side, last in enumerate(self._last):
            goal = last + min(max(1.0 - last, -step), step)
            self._table.fill(
                float(goal) if goal == last else np.linspace(last, goal, self._block + 1)[1:], side
            )
            self._last[side] = goal

    def numbers(self, what: str, frame: int) -> Numbers:
        """Return the control `what` in the block at sample time `frame`: (frames,), or one number."""
        reader = self._readers.get(what)
        numbers = None if reader is None else reader.line(frame, self._block)
        if numbers is None and reader is not None and what == "level":
            return 0.0  # a voice that begins before its level applies must not begin at another
        return _DEFAULTS[what] if numbers is None else numbers


def _gains(level: Numbers, pan: Numbers) -> tuple[Numbers, Numbers]:
    """Return the gains of left and right: equal power, with unity gain at the centre."""
    angle = (np.clip(pan, -1.0, 1.0) + 1) * np.pi / 4
    loud = np.sqrt(2) * np.maximum(level, 0.0)
    left, right = (np.minimum(loud * side, CEILING) for side in (np.cos(angle), np.sin(angle)))
    return _plain(left), _plain(right)


def _plain(gains: Any) -> Numbers:
    return gains if isinstance(gains, np.ndarray) and gains.ndim else float(gains)


def last_of(numbers: Numbers) -> float:
    """Return what numbers of a block, (frames,) or one, end at."""
    return float(numbers[-1]) if isinstance(numbers, np.ndarray) else float(numbers)
