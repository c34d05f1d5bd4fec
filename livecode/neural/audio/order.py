"""The order in which streams read a corpus; it depends on seed and step alone, so training can resume."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FITTING = 0.9  # the share of the sound that must be in pieces long enough for a clip
QUIETEST = 0.4  # the smallest gain of augmentation, about -8 dB


def clip_sequences(
    pieces: Sequence[Floats], batch: int, sequence: int, lookback: int, most: int
) -> int:
    """Return how many sequences make a clip: at most `most`, fewer if the pieces are short or few.

    Nine tenths of the sound are in pieces that hold such clips, and every stream has a clip.
    """
    lengths = np.array([len(piece) - lookback for piece in pieces])
    total = lengths.sum()
    count = max(1, min(most, int(total // (batch * sequence))))
    while count > 1 and lengths[lengths >= count * sequence].sum() < FITTING * total:
        count -= 1
    return count


class ClipOrder:
    """`batch` streams, each of which reads clip after clip in sequences of `sequence` samples.

    Every clip is read once an epoch, except for the few left over after the last full batch. Each
    epoch draws anew where the clips begin. A piece shorter than a clip and its look-back is never
    read; `clip_sequences` says how long clips can be.
    """

    def __init__(
        self,
        pieces: tuple[Floats, ...],
        batch: int,
        sequence: int,
        sequences: int,
        lookback: int,
        seed: int,
        augment: bool = False,
    ) -> None:
        self._pieces = pieces
        self._batch, self._sequence, self._lookback = batch, sequence, lookback
        self._sequences, self._seed, self._augment = sequences, seed, augment
        self._clip = sequences * sequence
        self._epoch = -1
        self._starts: list[tuple[int, int]] = []
        self.groups = max(1, len(self._drawn(0)) // batch)  # in one epoch

    @property
    def steps_per_epoch(self) -> int:
        """The number of steps in which every clip is read once."""
        return self.groups * self._sequences

    def begins(self, step: int) -> bool:
        """Whether the streams begin new clips at this step, from the learned initial state."""
        return step % self._sequences == 0

    def audio(self, step: int) -> Floats:
        """Return what the streams read at this step: (batch, lookback + sequence)."""
        group, at = divmod(step, self._sequences)
        epoch, group = divmod(group, self.groups)
        if epoch != self._epoch:
            self._epoch, self._starts = epoch, self._drawn(epoch)
        chosen = [
            self._starts[(group * self._batch + b) % len(self._starts)] for b in range(self._batch)
        ]
        length = self._lookback + self._sequence
        rows = [self._pieces[p][s + at * self._sequence :][:length] for p, s in chosen]
        audio = np.stack(rows)
        rng = np.random.default_rng([self._seed, epoch, group])
        gains = rng.uniform(QUIETEST, 1, self._batch) * rng.choice([-1, 1], self._batch)
        hushed = rng.random(self._batch) < 0.5
        if self._augment:
            audio = audio * gains[:, None].astype(np.float32)
        if at == 0:  # half of the clips begin out of silence, as generation does
            audio[hushed, : self._lookback] = 0
        return audio

    def _drawn(self, epoch: int) -> list[tuple[int, int]]:
        """Return (piece, first sample) of every clip of an epoch, in the order of reading."""
        rng = np.random.default_rng([self._seed, epoch])
        starts = []
        for p, piece in enumerate(self._pieces):
            spare = len(piece) - self._lookback - self._clip
            if spare < 0:
                continue
            first = int(rng.integers(min(spare, self._clip - 1) + 1))
            starts += [(p, s) for s in range(first, spare + 1, self._clip)]
        return [starts[i] for i in rng.permutation(len(starts))]
