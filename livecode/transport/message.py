"""The base of the messages that the processes send each other."""

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages. A message is encoded as MessagePack, tagged with its class's name."""
