"""Outlines to tokens and back: a codebook of stages, each of what the stages before leave."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Tokens = NDArray[np.int32]

ROUNDS = 15  # of k-means
#: Stages whose entries stay while they are near enough: a chord, and how it is voiced.
HELD_STAGES = 2


def nearest(x: Floats, entries: Floats) -> Tokens:
    """The nearest entry to each row of x, by squared distance."""
    lengths = np.square(entries).sum(axis=1)
    found = np.empty(len(x), np.int32)
    for begin in range(0, len(x), 8192):
        part = x[begin : begin + 8192]
        found[begin : begin + 8192] = (lengths - 2 * part @ entries.T).argmin(axis=1)
    return found


def held(x: Floats, entries: Floats, hold: float) -> Tokens:
    """For each row of x, in turn, the entry of the row before, or the nearest.

    It is the nearest where that of the row before is farther by more than `hold` times the squared
    distance to the nearest.
    """
    best = nearest(x, entries)
    found, now = best.copy(), int(best[0])
    lengths = np.square(entries).sum(axis=1)
    for begin in range(0, len(x), 8192):
        part = x[begin : begin + 8192]
        far = np.square(part).sum(axis=1)[:, None] + lengths - 2 * part @ entries.T
        for row, token in enumerate(best[begin : begin + 8192].tolist()):
            if far[row, now] > (1 + hold) * far[row, token]:
                now = token
            found[begin + row] = now
    return found


def tokens_of(x: Floats, codebook: Floats, hold: float = 0.0) -> Tokens:
    """Tokens (frames, stages) of normalised outlines (frames, features).

    hold: the entries of the first stages stay while another is not nearer by so much (see `held`), so
    that they change where the music does and not with its noise.
    """
    left, found = x.astype(np.float32).copy(), []
    for stage, entries in enumerate(codebook):
        stays = hold > 0 and stage < HELD_STAGES and len(left) > 0
        token = held(left, entries, hold) if stays else nearest(left, entries)
        left -= entries[token]
        found.append(token)
    return np.stack(found, axis=1)


def outline_of(tokens: Tokens, codebook: Floats) -> Floats:
    """Normalised outlines (frames, features) of tokens (frames, stages)."""
    parts = [entries[tokens[:, i]] for i, entries in enumerate(codebook)]
    return np.asarray(np.sum(parts, axis=0), np.float32)


def learned(x: Floats, stages: int, entries: int, seed: int = 0) -> Floats:
    """A codebook (stages, entries, features) for outlines (frames, features), by k-means."""
    rng = np.random.default_rng(seed)
    left, book = x.astype(np.float32).copy(), []
    for _ in range(stages):
        places = rng.choice(len(left), entries, replace=len(left) < entries)
        middles = left[places] + 1e-3 * rng.standard_normal((entries, x.shape[1])).astype(
            np.float32
        )
        for _ in range(ROUNDS):
            token = nearest(left, middles)
            counts = np.bincount(token, minlength=entries)
            sums = np.zeros_like(middles)
            np.add.at(sums, token, left)
            used = counts > 0
            middles[used] = sums[used] / counts[used, None]
            spare = np.flatnonzero(~used)
            middles[spare] = left[rng.choice(len(left), len(spare))]
        left -= middles[nearest(left, middles)]
        book.append(middles)
    return np.stack(book)
