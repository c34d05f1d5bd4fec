"""What the mind is to judge on its way from the voices: chunks of candidates, and takes of models."""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from livecode.transport.bytes import MessageQueue

Floats = NDArray[np.float32]

#: Of the time of a chunk so much is left for scoring the next one, at least.
SCORED_SHARE = 0.35


class OfferedTakes(msgspec.Struct, frozen=True, tag=True):
    """Takes that the model of a stream has played by itself, in a file; see `OwnTakes`."""

    generation: int
    path: str


class OfferedLearningTakes(msgspec.Struct, frozen=True, tag=True):
    """Takes of a stream's model for an adapter to be learned from, in a file; see `LearningTakes`."""

    generation: int
    number: int  # of the request
    path: str


class OfferedChunk(msgspec.Struct, frozen=True, tag=True):
    """A chunk of several continuations of one stream. Samples are float32, little-endian.

    The journal does not keep them: it keeps the scores that were used.
    """

    generation: int
    chunk: int  # its number
    rate_hz: int
    count: int  # of candidates
    #: Of each among those of the chunk before, whose continuation it is; empty: they begin anew.
    parents: tuple[int, ...]
    context: bytes  # (frames,): what was heard before, of candidates that begin anew
    audio: bytes  # (count, frames)
    surprise: tuple[float, ...]  # bits a sample, of each
    begin: int  # sample time at which the chosen one begins to be heard

    @property
    def sounds(self) -> Floats:
        """The sound of each, (count, frames)."""
        return np.frombuffer(self.audio, np.float32).reshape(self.count, -1)

    @property
    def before(self) -> Floats:
        """What was heard before, (frames,)."""
        return np.frombuffer(self.context, np.float32)


_encoder = msgspec.msgpack.Encoder()
Offered = OfferedChunk | OfferedTakes | OfferedLearningTakes
_decoder = msgspec.msgpack.Decoder(Offered)


def offer(queue: MessageQueue, offered: Offered) -> bool:
    """Send candidates or takes; False if there is no room, so that nobody judges them."""
    return queue.send(_encoder.encode(offered))


def offered(queue: MessageQueue) -> Iterator[Offered]:
    """Yield what waits to be judged."""
    while (data := queue.receive()) is not None:
        yield _decoder.decode(data)
