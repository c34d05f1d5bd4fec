"""Stems: one aligned file for what each name adds to the master; the sum of the stems is the master.

Between strips and device, the master delays sound by one frame, removes what is slower than sound,
and closes its gate after a panic. This module does the same to each stem. So the stems add up to
the master as long as the limiter is idle and no @dsp called master is at work.

This module knows no pyo, and the audio thread never waits for it: it runs in the recorder's thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from livecode.engine.wav import WavFile

#: The cutoff of the master's high-pass; slower movement is not sound.
DC_HZ = 5.0
#: The file that lists the stems of a folder.
LIST = "stems.txt"
#: The name of the master's own file if it lies among its stems.
MASTER_FILE = "master"
#: A high-pass whose state is below this, −180 dBFS, is at rest.
AT_REST = 1e-9
#: The high-pass is computed in pieces of this many frames, for which float64 is exact enough.
_PIECE = 2048


@dataclass(frozen=True)
class RecordedBlock:
    """One block of all that is recorded; all arrays are (frames, 2)."""

    master: np.ndarray
    added: Mapping[str, np.ndarray] = field(default_factory=dict)  # name -> what it adds
    gate: np.ndarray | None = None  # the master's gains; None: all are 1


@dataclass(frozen=True)
class HighPassState:
    """The state of the master's high-pass when the stems began; all arrays are (2,)."""

    slow: np.ndarray
    last: Mapping[str, np.ndarray]  # name -> the last sample that it added


class HighPass:
    """The master's high-pass and its delay of one frame, applied to one stem.

    The filter has one pole, like pyo's Atone: p ← a·p + (1 − a)·x and y = x − p. With the cutoff ω,
    a is c − √(c² − 1) and c is 2 − cos ω (pyo, tone.c).
    """

    def __init__(
        self, sample_rate: int, slow: np.ndarray | float = 0.0, held: np.ndarray | float = 0.0
    ):
        """Start with the pole's state p, `slow`; `held` is the first output."""
        c = 2 - np.cos(2 * np.pi * DC_HZ / sample_rate)
        self._pole = c - np.sqrt(c * c - 1)
        self._powers = self._pole ** np.arange(1, _PIECE + 1)[:, None]
        self._slow = np.zeros(2) + slow
        self._held = np.zeros(2) + held

    @property
    def at_rest(self) -> bool:
        """Whether silence at the input gives silence at the output."""
        return bool(max(np.abs(self._slow).max(), np.abs(self._held).max()) < AT_REST)

    def process(self, sound: np.ndarray) -> np.ndarray:
        """Return the next frames, (n, 2), delayed by one frame."""
        out = np.empty((len(sound) + 1, 2))
        out[0] = self._held
        for start in range(0, len(sound), _PIECE):
            x = sound[start : start + _PIECE].astype(np.float64)
            powers = self._powers[: len(x)]
            slow = powers * (self._slow + (1 - self._pole) * np.cumsum(x / powers, axis=0))
            out[start + 1 : start + 1 + len(x)] = x - slow
            self._slow = slow[-1]
        self._held = out[-1].copy()
        return out[:-1]


class StemFiles:
    """The files of all stems in one folder, and the list of them."""

    def __init__(
        self,
        folder: str | Path,
        sample_rate: int,
        bits: int = 32,
        resume: bool = False,
        before: HighPassState | None = None,
    ):
        """Prepare the files in `folder`.

        `resume` continues the stems that the folder lists; otherwise stems are made anew.
        """
        self.folder = Path(folder)
        self._sample_rate, self._bits, self._resume = sample_rate, bits, resume
        self._files: dict[str, WavFile] = {}  # by name
        self._filters: dict[str, HighPass] = {}  # of names that are not at rest
        if before is not None:
            # the state cannot be told apart by name, so each name gets an equal share
            share = before.slow / max(len(before.last), 1)
            for name, last in before.last.items():
                self._filters[name] = HighPass(sample_rate, share, last - share)

    def open(self, frames: int) -> None:
        """Make the folder, or continue its stems, from frame number `frames` on."""
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

    def write(self, blocks: Sequence[RecordedBlock], at: int) -> None:
        """Append blocks; their first frame is number `at`."""
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
            file.set_length(at)  # nothing was written while the name was silent
            file.write((sound if gate is None else sound * gate)[:frames])

    def update_headers(self) -> None:
        """Bring the headers of all files up to date."""
        for file in self._files.values():
            file.update_header()

    def close(self, frames: int) -> None:
        """Finish all files, each `frames` frames long."""
        for file in self._files.values():
            file.set_length(frames)
            file.close()

    def _begin(self, name: str) -> WavFile:
        taken = {MASTER_FILE, *(file.path.stem.casefold() for file in self._files.values())}
        stem = name
        while stem.casefold() in taken:  # some disks do not distinguish Ego from ego
            stem += "_"
        path = self.folder / f"{stem}.wav"
        file = WavFile.fresh(path, self._sample_rate, bits=self._bits)
        with open(self.folder / LIST, "a", encoding="utf-8") as listed:
            listed.write(f"{path.name} {name}\n")
        return file


def _joined(
    parts: Sequence[np.ndarray | None], blocks: Sequence[RecordedBlock], otherwise: float
) -> np.ndarray:
    return np.concatenate(
        [
            np.full(block.master.shape, otherwise, np.float32) if part is None else part
            for part, block in zip(parts, blocks, strict=True)
        ]
    )
