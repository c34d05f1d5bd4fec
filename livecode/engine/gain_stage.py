"""The gain stage of one name: its level and pan as its controls set them."""

from typing import Any

import numpy as np

from livecode.engine.graph import CEILING, SMOOTHING_S
from livecode.engine.pyo_quiet import pyo
from livecode.transport import ControlBlock, ControlReader

_DEFAULTS = {"level": 1.0, "pan": 0.0, "dry": 0.0}


class GainStage:
    """The level and pan of one name; multiply a stereo sound with `gain`."""

    def __init__(self, name: str, controls: ControlBlock):
        self._name, self._controls = name, controls
        self._readers: dict[str, ControlReader] = {}
        self._heard: tuple[float, float] | None = None
        self.gain: Any = pyo.SigTo([1.0, 1.0], time=SMOOTHING_S, init=1.0)
        self.bind()

    def bind(self) -> None:
        """Follow the controls of this name that have been opened since the last call."""
        for what in _DEFAULTS:
            slot = self._controls.find(f"{self._name}.{what}")
            reader = self._readers.get(what)
            if slot is not None and (reader is None or reader.closed):
                self._readers[what] = ControlReader(self._controls, slot)

    def close(self) -> None:
        """Stop following the controls."""
        for reader in self._readers.values():
            reader.end()

    def follow(self, frame: int, at_once: bool = False) -> None:
        """Set level and pan to their values at sample time `frame`."""
        self.move(self.value("level", frame), self.value("pan", frame), at_once)

    def move(self, level: float, pan: float, at_once: bool = False) -> None:
        """Move to a level, and to a pan from −1 to 1; at once before the first sound."""
        if (level, pan) == self._heard:
            return
        self.gain.time = SMOOTHING_S if self._heard and not at_once else 0.0
        self._heard = (level, pan)
        # equal power, with unity gain at the centre
        angle = (min(max(pan, -1.0), 1.0) + 1) * np.pi / 4
        gains = np.sqrt(2) * max(level, 0.0) * np.array([np.cos(angle), np.sin(angle)])
        self.gain.value = [float(gain) for gain in np.minimum(gains, CEILING)]

    def value(self, what: str, frame: int) -> float:
        """Return the control `what` at sample time `frame`."""
        reader = self._readers.get(what)
        value = None if reader is None else reader.at(frame)
        if value is None or not np.isfinite(value[0]):
            return _DEFAULTS[what]
        return float(value[0])
