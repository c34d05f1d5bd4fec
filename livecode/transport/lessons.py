"""Messages between mind and voices about what streams learn of rewards: directions and adapters."""

from livecode.transport.message import Message


class GetTakes(Message, frozen=True, tag=True):
    """Let a stream's model play some takes by itself, to find directions in; see `OfferedTakes`."""

    generation: int


class Directions(Message, frozen=True, tag=True):
    """Directions in the hidden state of a stream's model, along which it can be steered.

    The voices send them back with the `position` in the stream's buffer from which on it knows them.
    """

    generation: int
    number: int  # of these directions, by which the control of the tilt names them
    what: str  # the rewards that they were fitted to, one a line
    directions: bytes  # float32, little-endian, (rewards, width)
    bits: float  # how surprising the model finds what it plays by itself, a sample
    position: int = 0


class GetLearningTakes(Message, frozen=True, tag=True):
    """Let a stream's model play some takes by itself to learn from; see `OfferedLearningTakes`."""

    generation: int
    number: int  # of this request
    first: int  # the seed of the first take
    adapter: bytes  # what it plays with, as `Adapter.packed`; nothing: it is left to itself


class LearnedAdapter(Message, frozen=True, tag=True):
    """An adapter that has been learned from rewards, for a stream to play with.

    The voices send it back with the `position` in the stream's buffer from which on it knows the adapter.
    """

    generation: int
    number: int  # of this adapter
    what: str  # what it was learned from, and what that gained and lost, in words
    adapter: bytes  # as `Adapter.packed`; nothing: what it plays with fades out
    position: int = 0
