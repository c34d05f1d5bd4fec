"""Onsets: where hits and notes begin, to the sample, as changes of a control that many can share."""

from bisect import insort
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from livecode.transport.controls import ControlBlock, ControlReader
from livecode.transport.layouts import Layout
from livecode.transport.schedule import NEVER
from livecode.transport.timing import HOP

#: The control of a name that holds its onsets.
ONSETS = "onsets"
#: What a change says: these begin, or nothing that was to begin from its sample time on does.
_BEGIN, _TAKE_BACK = 1.0, 2.0
#: Numbers before the onsets of a change: what it says, and how many onsets follow.
_HEAD = 2
#: An onset that comes late is played at once, unless it is later than this, in frames: 20 ms at 48 kHz, from
#: where on two sounds are heard as one after the other.
LATEST = 960


class Onset(NamedTuple):
    """One hit or note, as numbers: what begins, and how it is played."""

    kit: float = 0.0  # the number of the kit that `sound` counts in
    sound: float = 0.0  # from 0
    note: float = 60.0  # a MIDI number, in fractions
    gain: float = 1.0
    pan: float = 0.0  # from −1 to 1
    speed: float = 1.0  # below 0: backwards
    begin: float = 0.0  # a share of the sound, from 0 to 1
    end: float = 1.0
    attack: float = 0.0  # seconds
    release: float = -1.0  # seconds after `gate`; below 0: the sound is played to its end
    gate: float = 0.0  # frames from its beginning to its end
    fit: float = 0.0  # frames that the whole sound is to take, by its speed; 0: as it is
    cut: float = 0.0  # a group in which it ends what sounds; 0: none


WIDTH = len(Onset._fields)
#: So many onsets fit into one change.
TOGETHER = (Layout().slot_width - _HEAD) // WIDTH


def write_onsets(block: ControlBlock, slot: int, frame: int, onsets: Sequence[Onset]) -> int:
    """Let these begin at sample time `frame`; returns how many changes that took."""
    changes = range(0, len(onsets), TOGETHER)
    for first in changes:
        part = onsets[first : first + TOGETHER]
        block.write(slot, frame, np.array([_BEGIN, len(part), *(x for each in part for x in each)]))
    return len(changes)


def take_back(block: ControlBlock, slot: int, frame: int) -> None:
    """Let nothing begin that was written before and begins at sample time `frame` or later."""
    block.write(slot, frame, np.array([_TAKE_BACK, 0.0]))


class OnsetReader(ControlReader):
    """Follows the onsets of one name in sample time, a stretch at a time."""

    def __init__(self, block: ControlBlock, slot: int, who: int = 0, stretch: int = HOP):
        """Read `stretch` frames at a time; `who` as in `ControlReader`."""
        super().__init__(block, slot, who)
        self._stretch = stretch
        self._coming: list[tuple[int, int, Onset]] = []  # (frame, number, onset), in order
        self._written = 0  # onsets read so far

    def onsets(self, frame: int) -> list[tuple[int, Onset]]:
        """Return what begins from `frame` on and before `frame + stretch`: (frames from there, onset).

        What was written late begins at once, or not at all if it is later than `LATEST` frames.
        What lies before the first call is left out.
        """
        if not self.closed and self._block.written(self._slot) != self._next:
            self._read(frame)
        self._asked = frame + self._stretch - 1
        found = []
        taken = 0
        for at, _, onset in self._coming:
            if at > self._asked:
                break
            taken += 1
            if at >= frame:
                found.append((at - frame, onset))
        del self._coming[:taken]
        return found

    def _read(self, frame: int) -> None:
        for index, stamp, values in self._block.changes(self._slot, self._next):
            self._pass_over(index)
            if not np.isfinite(values).all() or self._is_lost(index):
                continue
            if (came := self._came(index, stamp)) is not None:
                stamp = came
            if self._asked is not None and stamp <= self._asked:
                due = frame
                if values[0] == _BEGIN and self._asked - stamp >= LATEST:
                    due = NEVER
                self._block.on_late((self._who, self._name, index, stamp), due)
                stamp = due
            if values[0] == _TAKE_BACK:
                self._coming = [each for each in self._coming if each[0] < stamp]
            elif stamp < NEVER:
                for first in range(_HEAD, _HEAD + int(values[1]) * WIDTH, WIDTH):
                    self._written += 1
                    onset = Onset(*values[first : first + WIDTH].tolist())
                    insort(self._coming, (stamp, self._written, onset))
