"""How mind and voices agree on a timbre transfer: where it listens, how late it is, and what it has heard."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from livecode.transport.message import Message
from livecode.transport.timing import HOP, look_ahead

Values = NDArray[np.float64]
Floats = NDArray[np.float32]

#: No tap: it hears nothing.
NO_TAP = -1


class Wiring(NamedTuple):
    """What the control `<name>.transfer` says."""

    tap: int = NO_TAP  # the number of the tap that holds what it listens to
    channel: int = -1  # of the two of that tap; −1: both
    since: int = 0  # sample time before which it hears nothing
    lag: int = 0  # frames from what comes in to what is heard
    kept: bool = False  # whether a replay needs all that it has heard

    @classmethod
    def of(cls, values: Values | None) -> Self:
        """Return the wiring that values of the control say; None: it hears nothing."""
        if values is None:
            return cls()
        tap, channel, since, lag, kept = values[: len(cls._fields)].tolist()
        return cls(int(tap), int(channel), int(since), int(lag), bool(kept))


def transfer_lag(block: int, burst: int, piece: int = 0) -> int:
    """Return how many frames later than its input a transfer is heard.

    A voice is ahead of the engine by so much that what it computes from must be older than that. `piece`
    frames are taken at once; 0: hop by hop.
    """
    return transfer_ahead(block, burst, piece) + piece + HOP + 2 * block


def transfer_ahead(block: int, burst: int, piece: int) -> int:
    """Return how many frames a transfer is kept ahead of the engine: it computes each piece in that time."""
    return max(look_ahead(block, burst), piece // 2)


def piece_frames(ratio: int, model_rate: int, sample_rate: int) -> int:
    """Return the frames at `sample_rate` that a model takes at once, `ratio` samples at its own rate."""
    if model_rate == sample_rate:
        return ratio
    return -(-ratio * sample_rate // model_rate) + 2


def packed_row(latents: Floats, numbers: tuple[float, ...]) -> bytes:
    """Return latents and what the voice needs beside them as bytes, for a message."""
    beside = np.array(numbers, np.float32).tobytes()
    return np.asarray(latents, np.float16).tobytes() + beside


def unpacked_row(row: bytes, latent: int) -> tuple[Floats, list[float]]:
    """Return the latents (latent,) and the numbers beside them of a row."""
    latents = np.frombuffer(row[: 2 * latent], np.float16).astype(np.float32)
    numbers: list[float] = np.frombuffer(row[2 * latent :], np.float32).tolist()
    return latents, numbers


class Encoded(Message, frozen=True, tag=True):
    """What a timbre transfer has heard for the hop at `position` in its buffer, as a row of numbers.

    The row holds `latent` float16 numbers, the latents, and then float32 numbers that the voice needs.
    """

    generation: int
    position: int
    latent: int
    row: bytes
