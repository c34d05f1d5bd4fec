"""Stems: for each name a file of what it adds to what is heard; they line up, and their sum is the master.

Between the strips and the device the master holds sound back for a frame, takes out what is slower
than sound, and closes its gate after a panic.  The same is done to each stem here, so that stems
add up to the master as long as its limiter has nothing to do and no @dsp called master is at work.

No pyo here, and nothing that the audio thread waits for: the recorder's thread does all of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from livecode.engine.wav import WavFile

#: What is slower than this is no sound: the cutoff of the master's high-pass.
DC_HZ = 5.0
#: The list of the files that belong together.
LIST = "stems.txt"
#: The master's own file is called this where it lies among its stems.
MASTER_FILE = "master"
#: A high-pass that has less than this left to say (−180 dBFS) is at rest.
AT_REST = 1e-9
#: The high-pass is worked out in stretches of so many frames, for which float64 is exact enough.
_STRETCH = 2048


@dataclass(frozen=True)
class Block:
    """One block of everything that is recorded; all arrays are (frames, 2)."""

    master: np.ndarray
    added: Mapping[str, np.ndarray] = field(default_factory=dict)  # name -> before the master
    gate: np.ndarray | None = None  # of the master; None: open throughout


@dataclass(frozen=True)
class Before:
    """What stood in the master's high-pass when the stems began; all arrays are (2,)."""

    slow: np.ndarray
    last: Mapping[str, np.ndarray]  # name -> the last sample that it added


class HighPass:
    """The master's high-pass and its delay of a frame, for one stem.

    One pole, as pyo's Atone: p ← a·p + (1 − a)·x and y = x − p, with a from the cutoff ω as
    c − √(c² − 1), c = 2 − cos ω (pyo, tone.c).
    """

    def __init__(
        self, sample_rate: int, slow: np.ndarray | float = 0.0, held: np.ndarray | float = 0.0
    ):
        """`slow`: the pole's state p; `held`: what comes out first."""
        c = 2 - np.cos(2 * np.pi * DC_HZ / sample_rate)
        self._pole = c - np.sqrt(c * c - 1)
        self._powers = self._pole ** np.arange(1, _STRETCH + 1)[:, None]
        self._slow = np.zeros(2) + slow
        self._held = np.zeros(2) + held

    @property
    def at_rest(self) -> bool:
        """Whether silence in would be silence out."""
        return bool(max(np.abs(self._slow).max(), np.abs(self._held).max()) < AT_REST)

    def process(self, sound: np.ndarray) -> np.ndarray:
        """The next frames (n, 2), a frame late."""
        out = np.empty((len(sound) + 1, 2))
        out[0] = self._held
        for start in range(0, len(sound), _STRETCH):
            x = sound[start : start + _STRETCH].astype(np.float64)
            powers = self._powers[: len(x)]
            slow = powers * (self._slow + (1 - self._pole) * np.cumsum(x / powers, axis=0))
            out[start + 1 : start + 1 + len(x)] = x - slow
            self._slow = slow[-1]
        self._held = out[-1].copy()
        return out[:-1]


class StemFiles:
    """The stems' files in one folder, beside a list of them."""

    def __init__(
        self,
        folder: str | Path,
        sample_rate: int,
        bits: int = 32,
        resume: bool = False,
        before: Before | None = None,
    ):
        """`resume`: go on with the stems that the list there names; else they are made anew."""
        self.folder = Path(folder)
        self._sample_rate, self._bits, self._resume = sample_rate, bits, resume
        self._files: dict[str, WavFile] = {}  # by name
        self._filters: dict[str, HighPass] = {}  # of names that are not at rest
        if before is not None:
            share = before.slow / max(len(before.last), 1)  # nobody knows whose it was
            for name, last in before.last.items():
                self._filters[name] = HighPass(sample_rate, share, last - share)

    def open(self, frames: int) -> None:
        """Make the folder, or go on with the stems that are there, from that many frames on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        listed = self.folder / LIST
        lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
        for line in lines:
            file_name, _, name = line.partition(" ")
            path = self.folder / Path(file_name).name
            if not self._resume:
                path.unlink(missing_ok=True)
            elif name:
                file = WavFile(path, self._sample_rate, bits=self._bits)
                file.set_length(frames)
                self._files[name] = file
        if not self._resume:
            listed.write_bytes(b"")

    def write(self, blocks: Sequence[Block], at: int) -> None:
        """Append blocks, whose first frame is that of number `at`."""
        frames = sum(len(block.master) for block in blocks)
        gates = [block.gate for block in blocks]
        gate = None if all(each is None for each in gates) else _joined(gates, blocks, 1.0)
        for name in dict.fromkeys([*self._filters, *(n for b in blocks for n in b.added)]):
            added = [block.added.get(name) for block in blocks]
            if name not in self._filters:
                self._filters[name] = HighPass(self._sample_rate)
            sound = self._filters[name].process(_joined(added, blocks, 0.0))
            if self._filters[name].at_rest and all(each is None for each in added):
                del self._filters[name]
            if name not in self._files:
                self._files[name] = self._begin(name)
            file = self._files[name]
            file.set_length(at)  # while it was silent nothing was written
            file.write((sound if gate is None else sound * gate)[:frames])

    def update_headers(self) -> None:
        """Make all headers tell the truth."""
        for file in self._files.values():
            file.update_header()

    def close(self, frames: int) -> None:
        """Finish all files; each becomes so many frames long."""
        for file in self._files.values():
            file.set_length(frames)
            file.close()

    def _begin(self, name: str) -> WavFile:
        taken = {MASTER_FILE, *(file.path.stem.casefold() for file in self._files.values())}
        stem = name
        while stem.casefold() in taken:  # not every disk tells Ego from ego
            stem += "_"
        path = self.folder / f"{stem}.wav"
        file = WavFile.fresh(path, self._sample_rate, bits=self._bits)
        with open(self.folder / LIST, "a", encoding="utf-8") as listed:
            listed.write(f"{path.name} {name}\n")
        return file


def _joined(
    parts: Sequence[np.ndarray | None], blocks: Sequence[Block], otherwise: float
) -> np.ndarray:
    return np.concatenate(
        [
            np.full(block.master.shape, otherwise, np.float32) if part is None else part
            for part, block in zip(parts, blocks, strict=True)
        ]
    )
