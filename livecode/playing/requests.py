"""Requests to engine and voices that begin and end nothing: listen, have sounds ready, keep the past."""

from livecode.transport import Arena
from livecode.transport.messages import GetSounds, GrabSound, Listen, send

#: The voices are told of so many sounds of a kit at most.
MOST_SOUNDS = 512


class Requests:
    """Asks engine and voices for what no generation needs to be told of."""

    def __init__(self, arena: Arena):
        self._to_engine = arena.messages["mind", "engine"]
        self._to_voices = arena.messages["mind", "voices"]

    def listen(self, name: str, tap: int) -> None:
        """Tell the engine to fill a tap with the sound of `name`."""
        send(self._to_engine, Listen(name, tap))

    def get_sounds(self, kit: int, sounds: tuple[int, ...]) -> None:
        """Tell the voices which sounds of a kit are about to be played."""
        send(self._to_voices, GetSounds(kit, sounds[:MOST_SOUNDS]))

    def grab(self, name: str, begin: int, end: int, file: str) -> None:
        """Have the engine write what `name` plays between two sample times to a file."""
        send(self._to_engine, GrabSound(name, begin, end, file))
