"""Envelopes of synths: they follow a gate to the sample, and their times may be controls."""

from collections.abc import Callable, Mapping
from typing import Any

from livecode.engine.control_table import ControlTable
from livecode.engine.pyo_quiet import pyo
from livecode.errors import LivecodeError


class Envelopes:
    """Makes the envelopes of one graph, and lets them follow its controls."""

    def __init__(self) -> None:
        #: What sets a time, the control that it follows, and the number that was set last.
        self._followed: list[tuple[Callable[[float], None], ControlTable, float]] = []
        self._controls: dict[int, ControlTable] = {}  # by the sound that stands for each

    def know(self, controls: Mapping[str, ControlTable]) -> None:
        """Let times be these controls, as a synth is given them."""
        self._controls = {id(control.sound): control for control in controls.values()}

    def adsr(
        self,
        gate: Any,
        attack: Any = 0.01,
        decay: Any = 0.1,
        sustain: Any = 0.7,
        release: Any = 0.1,
    ) -> Any:
        """Rise in `attack` seconds, fall in `decay` to `sustain`, and in `release` to 0 after the gate."""
        given = {"attack": attack, "decay": decay, "sustain": sustain, "release": release}
        numbers = {key: self._number(key, each) for key, each in given.items()}
        made = pyo.MidiAdsr(gate, **numbers)
        for key, each in given.items():
            if (control := self._controls.get(id(each))) is not None:
                setter = getattr(made, f"set{key.capitalize()}")
                self._followed.append((setter, control, numbers[key]))
        return made

    def advance(self) -> None:
        """Take over what has changed."""
        for index, (setter, control, last) in enumerate(self._followed):
            number = max(control.now, 0.0)
            if number != last:
                setter(number)
                self._followed[index] = setter, control, number

    def close(self) -> None:
        """Let everything go."""
        self._followed.clear()
        self._controls.clear()

    def _number(self, key: str, given: Any) -> float:
        if (control := self._controls.get(id(given))) is not None:
            return max(control.now, 0.0)
        if isinstance(given, (int, float)):
            return float(given)
        raise LivecodeError(f"adsr takes numbers and keywords as they are, and {key} is computed")
