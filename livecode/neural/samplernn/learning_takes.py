"""Takes of a full-band model that an adapter is learned from, in a file, solved up to a reward."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from livecode.files import replace_file
from livecode.neural.samplernn.fullband.policy import Basis

Floats = NDArray[np.float32]

#: What a frame earns is what the reward says from it on, forgotten by half in so long; and what is earned
#: after a choice.
HEARD_S, CHOSEN_S = 0.03, 0.25
#: So much of the beginning of a take is not learned from, and so much of its end is only listened to.
SKIPPED_S, AHEAD_S = 0.25, 1.0


class LearningTakes(NamedTuple):
    """Takes of a model, and the regression on what was chosen in them, solved up to what a reward says."""

    rate_hz: int
    hop: int  # samples of a frame of the outline
    audio: Floats  # (takes, n): as loud as it is heard
    bits: Floats  # (takes, chunks): how surprising the model finds each chunk, a sample
    rare: Floats  # (takes, frames): how rare each first token is in all of them, in nats
    heard: Floats  # (size, choices): see `solved_heard`
    chosen: Floats  # (size, choices): see `solved_chosen`
    fisher: Floats  # (size, size): a step θ costs θ · fisher · θ / 2 nats a frame
    basis: Basis

    @property
    def frames(self) -> int:
        """Samples of a chunk."""
        frames: int = self.audio.shape[1] // self.bits.shape[1]
        return frames

    def gradient(self, said: NDArray[np.floating]) -> NDArray[np.float64]:
        """In which direction (size,) what a reward says of each chunk (takes, chunks) rises.

        It pushes the outline by one nat a frame; 0 if the reward says the same of all.
        """
        each = np.repeat(said, self.frames // self.hop, axis=1)
        both = self._solve(self.heard, each, HEARD_S) + self._solve(self.chosen, each, CHOSEN_S)
        return self.as_long(both)

    def variety_gradient(self) -> NDArray[np.float64]:
        """In which direction (size,) first tokens are used more evenly, as long as the other."""
        later = np.concatenate(
            [self.rare[:, :1], self.rare[:, :-1]], axis=1
        )  # a choice is heard then
        return self.as_long(
            self._solve(self.heard, later, HEARD_S) + self._solve(self.chosen, later, HEARD_S)
        )

    @property
    def evenness(self) -> float:
        """How evenly first tokens are used: the entropy of their shares, in nats."""
        return float(self.rare.mean())

    def as_long(self, theta: NDArray[np.float64], nats: float = 1.0) -> NDArray[np.float64]:
        """Numbers of an adapter (size,) that push the outline by so much a frame; 0 stays 0."""
        now = float(theta @ self.fisher @ theta) / 2
        return theta * math.sqrt(nats / now) if now > 1e-18 else np.zeros(len(theta))

    def _solve(
        self, solved: Floats, said: NDArray[np.floating], half_s: float
    ) -> NDArray[np.float64]:
        """What a regression finds in what is said of each frame, (takes, frames); see `as_long`."""
        rate = self.rate_hz / self.hop
        later = earned(said - said.mean(), rate, half_s)[:, used(said.shape[1], rate)]
        found = solved @ (later - later.mean()).astype(np.float32).ravel()
        return self.as_long(found.astype(np.float64))

    def write(self, path: Path) -> None:
        """Write a file; raises OSError if that is not possible."""
        tensors = {name: getattr(self, name) for name in self._fields[2:-1]}
        tensors |= {f"basis.{name}": getattr(self.basis, name) for name in Basis._fields}
        numbers = np.array([self.rate_hz, self.hop], np.int64)
        path.parent.mkdir(parents=True, exist_ok=True)
        ordered = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
        replace_file(path, save({**ordered, "numbers": numbers}))


def read_learning_takes(path: Path) -> LearningTakes:
    """Read the file of takes; raises OSError, or another error if it is none."""
    tensors = load_file(path)
    rate_hz, hop = (int(number) for number in tensors.pop("numbers"))
    basis = Basis(*(tensors.pop(f"basis.{name}") for name in Basis._fields))
    return LearningTakes(rate_hz, hop, **tensors, basis=basis)


def used(frames: int, rate_hz: float) -> slice:
    """Which of a take's frames are learned from; `rate_hz` frames are a second."""
    return slice(round(SKIPPED_S * rate_hz), frames - round(AHEAD_S * rate_hz))


def earned(said: NDArray[np.floating], rate_hz: float, half_s: float) -> NDArray[np.float64]:
    """What is earned after the choice in each frame, of what a reward says of each, (takes, frames).

    A choice is heard from the next frame on; what it earns is forgotten by half in `half_s`.
    """
    keeps = 0.5 ** (1 / (half_s * rate_hz))
    later = np.zeros(np.shape(said))
    total = np.zeros(len(said))
    for frame in range(said.shape[1] - 1, -1, -1):
        later[:, frame] = total
        total = (1 - keeps) * said[:, frame] + keeps * total
    return later
