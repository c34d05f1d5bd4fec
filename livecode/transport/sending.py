"""Orders of the mind to the sender: where to send, and what goes out when, in sample time."""

from collections.abc import Iterator

import msgspec

from livecode.transport.bytes import MessageQueue

#: The generation of what is sent to all MIDI outputs and belongs to no name.
NO_NAME = 0


class MidiSource(msgspec.Struct, frozen=True, tag="midi"):
    """What goes to the MIDI outputs whose names hold `port`; "" stands for all of them."""

    port: str = ""


class OscSource(msgspec.Struct, frozen=True, tag="osc"):
    """What goes to a program that takes OSC at a host and a UDP port."""

    host: str
    port: int


SentSource = MidiSource | OscSource


class Order(msgspec.Struct, frozen=True, tag=True):
    """Base of all orders. `generation` says for which source of which name an order is."""

    generation: int


class BeginSending(Order, frozen=True, tag=True):
    """Take orders of this generation from now on, unless there has been another panic since."""

    name: str
    source: SentSource
    panics: int  # the number of panics when the order was given


class EndSending(Order, frozen=True, tag=True):
    """Send nothing of this generation that begins at sample time `at` + `fade` or later.

    Notes get softer from `at` on. Those that sound at the end are ended.
    """

    at: int
    fade: int = 0  # frames


class TakeBack(Order, frozen=True, tag=True):
    """Send nothing that was ordered before and begins at sample time `at` or later."""

    at: int


class ReleaseNotes(Order, frozen=True, tag=True):
    """End the notes of this generation that sound at sample time `at`."""

    at: int


class Sending(Order, frozen=True):
    """Something that goes out so that it takes effect when frame `at` is heard, or `offset_s` later."""

    at: int
    offset_s: float


class SendNote(Sending, frozen=True, tag=True):
    """A note on a channel from 1 to 16, of a velocity from 1 to 127, for so many frames."""

    channel: int
    note: int
    velocity: int
    frames: int


class SendMidi(Sending, frozen=True, tag=True):
    """One MIDI message other than a note."""

    message: bytes


class SendPacket(Sending, frozen=True, tag=True):
    """One OSC message, which travels ahead in a bundle that says when it takes effect.

    Without `timed` it is sent bare, when it takes effect.
    """

    packet: bytes
    timed: bool = True


AnyOrder = BeginSending | EndSending | TakeBack | ReleaseNotes | SendNote | SendMidi | SendPacket
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AnyOrder)


def give(queue: MessageQueue, order: Order) -> bool:
    """Give an order. Return False if the queue is full, since the sender does not take orders."""
    return queue.send(_encoder.encode(order))


def taken(queue: MessageQueue, most: int = 512) -> Iterator[AnyOrder]:
    """Yield up to `most` waiting orders."""
    for _ in range(most):
        if (data := queue.receive()) is None:
            return
        yield _decoder.decode(data)
