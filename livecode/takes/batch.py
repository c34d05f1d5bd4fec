"""What draws takes: several together, because one pass of the weights serves several streams."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.takes.expression import KNOTS_PER_S

Floats = NDArray[np.float32]

TOGETHER = 4  # streams; more gain little, and a killed run loses that many unfinished takes

Weights = Literal["auto", "float32", "int8"]


@dataclass(frozen=True)
class DrawnTakes:
    """The samples of a batch of takes."""

    audio: Floats  # (streams, n)
    log_likelihood: NDArray[np.float64]  # (streams,): mean natural log likelihood of each


#: Is called with the number of samples drawn since its last call, over all takes.
Told = Callable[[int], None]


class Batches(Protocol):
    """Draws one batch after another with one sampler; for use by one thread."""

    def draw(
        self,
        seeds: Sequence[int],
        count: int,
        temperatures: Floats,
        stop: threading.Event,
        told: Told,
    ) -> DrawnTakes | None:
        """Draw takes of `count` samples, one for each seed. Return None if stopped.

        `temperatures` holds one value a millisecond. A take depends on its seed alone, not on the
        takes beside it.
        """


class TakesModel(Protocol):
    """A model that takes can be made of, of either make of SampleRNN."""

    name: str
    sample_rate: int  # Hz
    bits: int  # of a sample in a file: 16, or 24 where 16 would lose some
    step: float  # the smallest step between two samples; 0 where there is none

    def usual_weights(self) -> Weights:
        """Return the weights that this processor multiplies fastest."""

    def primed(self, weights: Weights, heard: Floats) -> Any:
        """Return the state of a stream that has heard this sound (n,), for `batches`."""

    def batches(self, weights: Weights, start: Any) -> Batches:
        """Return what draws takes; `start` is the state that each begins in, None the model's own."""


def at_samples(temperatures: Floats, samples: NDArray[np.int64], rate_hz: int) -> Floats:
    """Return the temperatures at samples (n,) of a take; `temperatures` holds one a millisecond."""
    knots = samples * KNOTS_PER_S // rate_hz
    return temperatures[np.minimum(knots, len(temperatures) - 1)]


def split(numbers: Sequence[int], cores: int) -> list[list[int]]:
    """Split numbers into even batches of at most TOGETHER, with as many batches for each core."""
    rounds = -(-len(numbers) // (cores * TOGETHER))
    batches = min(len(numbers), rounds * cores)
    return [part.tolist() for part in np.array_split(np.array(numbers, np.int64), batches or 1)]
