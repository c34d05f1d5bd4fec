"""Takes that a model has played by itself, with what fits directions in its hidden state, in a file."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from livecode.files import replace_file

Floats = NDArray[np.float32]

#: A direction is fitted to what a reward says of so many chunks that follow. The first few of a take are
#: left out.
HORIZON, LEFT_OUT = 2, 4
#: How much the ridge regression holds weights small, as a share of the variance of the hidden state.
RIDGE = 0.3
#: A hidden unit varies by this at least, so that one that rests does not count.
LEAST_SPREAD = 1e-4


class OwnTakes(NamedTuple):
    """Takes of a model, and the regression on its hidden state, solved up to what a reward says."""

    rate_hz: int
    audio: Floats  # (takes, n): as loud as it is heard
    bits: Floats  # (takes, chunks): how surprising the model finds each chunk, a sample
    spread: Floats  # (width,): standard deviations of the hidden state
    solved: Floats  # (width, takes · (chunks − LEFT_OUT − HORIZON))

    @property
    def frames(self) -> int:
        """Samples of a chunk."""
        frames: int = self.audio.shape[1] // self.bits.shape[1]
        return frames

    def direction(self, said: NDArray[np.floating]) -> Floats:
        """Return the direction in which what a reward says rises, (width,), in units of the hidden state.

        said (takes, chunks): what it says of each chunk. The direction is that of a linear probe's weights
        (ridge regression; Hoerl and Kennard 1970), with a length of 1 in standard deviations of the
        hidden state; 0 if the reward says the same of all.
        """
        ahead = [said[:, LEFT_OUT + 1 + k :][:, : self._used] for k in range(HORIZON)]
        wanted = np.mean(ahead, axis=0)
        weights = self.solved @ (wanted - wanted.mean()).astype(np.float32).ravel()
        length = float(np.linalg.norm(weights))
        if not length > 1e-12:
            return np.zeros_like(self.spread)
        direction: Floats = weights / np.float32(length) * self.spread
        return direction

    @property
    def _used(self) -> int:
        """Chunks of each take whose hidden state tells of what follows."""
        used: int = self.bits.shape[1] - LEFT_OUT - HORIZON
        return used

    def write(self, path: Path) -> None:
        """Write a file; raises OSError if that is not possible."""
        tensors = {name: getattr(self, name) for name in self._fields if name != "rate_hz"}
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, save({**tensors, "rate_hz": np.array([self.rate_hz], np.int64)}))


def solved_takes(rate_hz: int, audio: Floats, bits: Floats, hidden: Floats) -> OwnTakes:
    """Return takes with their regression; hidden: (takes, chunks, width), after each chunk."""
    used = hidden[:, LEFT_OUT : hidden.shape[1] - HORIZON].reshape(-1, hidden.shape[2])
    spread = used.std(axis=0) + np.float32(LEAST_SPREAD)
    states = ((used - used.mean(axis=0)) / spread).astype(np.float64)
    alike = states @ states.T + RIDGE * len(states) * np.eye(len(states))
    solved = np.linalg.solve(
        alike, states
    ).T  # the same as the usual form, and there are fewer takes
    return OwnTakes(rate_hz, audio, bits, spread, np.ascontiguousarray(solved, np.float32))


def read_takes(path: Path) -> OwnTakes:
    """Read the file of takes; raises OSError, or another error if it is none."""
    tensors = load_file(path)
    rate_hz = int(tensors.pop("rate_hz")[0])
    return OwnTakes(rate_hz, **tensors)
