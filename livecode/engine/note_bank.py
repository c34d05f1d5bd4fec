"""The notes of a synth: each is given a voice, whose pitch and gate are written to the sample."""

from typing import Any

import numpy as np

from livecode.engine.pyo_quiet import pyo
from livecode.transport import ControlBlock
from livecode.transport.onsets import ONSETS, Onset, OnsetReader

_FOREVER = 1 << 60


class NoteBank:
    """Gives the notes of a name to so many voices, as streams of pyo."""

    def __init__(
        self,
        name: str,
        generation: int,
        voices: int,
        block: int,
        controls: ControlBlock,
    ):
        """Follow the onsets of `name` in blocks of so many frames."""
        self._block = block
        slot = controls.find(f"{name}.{ONSETS}")
        self._reader = None if slot is None else OnsetReader(controls, slot, generation, block)
        self._tables = [[pyo.DataTable(block) for _ in range(voices)] for _ in range(2)]
        #: (voices, frames) of a block: the pitch of each voice in Hz, and its gate.
        self._freqs, self._gates = (
            [np.asarray(table.getBuffer()) for table in tables] for tables in self._tables
        )
        self._pitch = [440.0] * voices
        self._until = [-1] * voices  # sample time up to which each voice is held
        self._loud = [0.0] * voices
        self._last = [0.0] * voices  # the gates at the end of the last block
        self._begun = [-_FOREVER] * voices
        #: For how many frames of the last block each voice was held; None: it must be written anew.
        self._held: list[int | None] = [None] * voices

    def streams(self) -> dict[str, Any]:
        """Return what a synth takes, as streams of pyo, one for each voice."""
        freq, gate = (
            pyo.TableRead(tables, freq=tables[0].getRate(), loop=1, interp=1).play()
            for tables in self._tables
        )
        return {"freq": freq, "gate": gate}

    def advance(self, frame: int) -> None:
        """Write the pitches and gates of the block at sample time `frame`."""
        for voice, until in enumerate(self._until):
            held = min(max(until - frame, 0), self._block)
            if held != self._held[voice] or 0 < held < self._block:
                self._freqs[voice][:] = self._pitch[voice]
                self._gates[voice][:held] = self._loud[voice]
                self._gates[voice][held:] = 0.0
                self._held[voice] = held
        for wait, onset in () if self._reader is None else self._reader.onsets(frame):
            self._begin(frame, wait, onset)
        for voice, written in enumerate(self._held):
            if written is None or 0 < written < self._block:
                self._last[voice] = float(self._gates[voice][-1])
            else:
                self._last[voice] = self._loud[voice] if written else 0.0

    def _begin(self, frame: int, wait: int, onset: Onset) -> None:
        at = frame + wait
        voices = range(len(self._until))
        free = [voice for voice in voices if self._until[voice] <= at]
        # of voices that are free the one that has been for longest, else the note that began first
        since = self._until if free else self._begun
        voice = min(free or voices, key=since.__getitem__)
        self._pitch[voice] = 440.0 * 2.0 ** ((onset.note - 69.0) / 12.0)
        self._loud[voice], self._begun[voice] = onset.gain, at
        self._until[voice] = at + max(int(onset.gate), 1)
        self._held[voice] = None
        gates = self._gates[voice]
        self._freqs[voice][wait:] = self._pitch[voice]
        before = float(gates[wait - 1]) if wait else self._last[voice]
        gates[wait:] = 0.0
        gates[wait : self._until[voice] - frame] = onset.gain
        if before > 0.0:  # an envelope begins anew where its gate has been 0
            gates[max(wait - 1, 0)] = 0.0

    def end(self) -> None:
        """Report which onsets were never read."""
        if self._reader is not None:
            self._reader.end()

    def close(self) -> None:
        """Let the arrays go, before their tables: one that outlives its table corrupts memory."""
        self.end()
        self._freqs, self._gates = [], []
