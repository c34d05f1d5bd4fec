"""Outputs beyond the master's two: names that are sent there, and names that are cued for headphones."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from livecode.engine.master import KNEE, Master, soft_curve
from livecode.transport.messages import Shape

#: The master's outputs.
MAIN = 2
#: A cue that is heard needs so many outputs: the master's, and two for headphones.
CUE_PAIR = (3, 4)
#: A peak below this is silent (−80 dBFS).
SILENT = 1e-4


class DeviceOutputs:
    """Adds names to outputs of the device by number, counted from 1; the master has outputs 1 and 2.

    What is cued is heard before its level, pan and mute, so that a name can be tried before the
    crowd hears it.
    """

    def __init__(
        self, master: Master, strips: Mapping[str, Any], note: Callable[[str], None]
    ) -> None:
        """`strips` are those of the mixer, by name; `note` tells the performer a sentence."""
        self._master, self._strips, self._note = master, strips, note
        self.cue_pair: tuple[int, ...] = CUE_PAIR
        #: How many the device has; 0: there is none, and the master plays everything.
        self.channels = 0
        self._asked: dict[str, tuple[int, ...]] = {}
        self._cued: set[str] = set()
        self._gains: dict[tuple[str, bool], float] = {}  # (name, whether cued) -> at the last block
        self._apart: set[str] = set()  # names that are heard elsewhere, or come back from there
        self._missed: set[str] = set()  # names of which it was said that their output is missing

    def follow(self, shape: Shape) -> None:
        """Take in where a name is to be heard, and whether it is cued."""
        self._asked.pop(shape.name, None)
        if shape.out:
            self._asked[shape.name] = shape.out
        (self._cued.add if shape.cued else self._cued.discard)(shape.name)
        self._missed.discard(shape.name)

    def away(self, name: str) -> bool:
        """Whether a name is heard elsewhere, and not from the master.

        A name whose output the device does not have is heard from the master after all, which is
        said: nothing falls silent because another device is plugged in.
        """
        asked = self._asked.get(name) if self.channels else None
        if asked is not None and max(asked) > self.channels:
            self._say(name, f"{name} is sent to output {max(asked)}")
            return False
        return asked is not None

    def add(self, heard: np.ndarray) -> np.ndarray:
        """Return what goes to the device, (frames, channels), for what the master gives, (frames, 2)."""
        if self.channels == MAIN and not (self._asked or self._cued or self._gains):
            return heard
        out = np.zeros((len(heard), self.channels), np.float32)
        for name, strip in self._strips.items():
            away = self.away(name)
            if away or (name, False) in self._gains:
                gain = strip.past if away else 0.0
                self._add(out, (name, False), gain, strip.tap.read, self._asked.get(name, ()))
            cued = name in self._cued and self._can_cue(name)
            if cued or (name, True) in self._gains:
                self._add(out, (name, True), float(cued), strip.before_gain, self.cue_pair)
        if np.abs(out).max(initial=0.0) > KNEE:
            out = soft_curve(out).astype(np.float32)
        if (gate := self._master.gate()) is not None:
            out *= gate[:, :1]
        out[:, :MAIN] += heard
        return out

    def apart(self) -> dict[str, np.ndarray]:
        """Return what the master lacks in the last block: by name, what is heard elsewhere, (frames, 2)."""
        found = {}
        for name in {*self._asked, *self._apart} & set(self._strips):
            away, kept = self.away(name), self._strips[name].kept()
            if away or (name in self._apart and np.abs(kept).max() > SILENT):  # or it comes back
                self._apart.add(name)
                found[name] = kept
        self._apart.intersection_update(found)
        return found

    def _add(
        self,
        out: np.ndarray,
        what: tuple[str, bool],
        gain: float,
        read: Callable[[], np.ndarray],
        outputs: tuple[int, ...],
    ) -> None:
        """Add a sound to outputs, its gain in a line from that of the last block."""
        before = self._gains.get(what, 0.0)
        self._gains[what] = gain
        if not gain and not before:
            del self._gains[what]
            return
        if not outputs or max(outputs) > self.channels:
            return
        sound = read() * np.linspace(before, gain, len(out) + 1, dtype=np.float32)[1:, None]
        if len(outputs) == 1:
            out[:, outputs[0] - 1] += sound.mean(axis=1)
        else:
            for side, output in enumerate(outputs):
                out[:, output - 1] += sound[:, side]

    def _can_cue(self, name: str) -> bool:
        if max(self.cue_pair) <= self.channels:
            return True
        self._say(name, f"{name} is cued on outputs {self.cue_pair[0]} and {self.cue_pair[1]}")
        return False

    def _say(self, name: str, what: str) -> None:
        if name not in self._missed:
            self._missed.add(name)
            self._note(
                f"{what}, and there are {self.channels}: begin with "
                f"`livecode play --outputs {max(*self.cue_pair, *self._asked.get(name, ()))}`"
            )
