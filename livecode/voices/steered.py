"""Lets the models of streams play by themselves, and streams know the directions found in that."""

import threading
from collections.abc import Mapping
from functools import partial

import msgspec

from livecode.system.scheduling import ordinary
from livecode.transport import Arena
from livecode.transport.candidates import OfferedTakes, offer
from livecode.transport.messages import Directions, GetTakes, Note, send
from livecode.voices.stream import StreamVoice
from livecode.voices.voice import Voice


class SteeredStreams:
    """What the voices do for streams that are steered."""

    def __init__(self, arena: Arena, voices: Mapping[int, Voice], live: bool, heard: bool):
        """`live`: takes are drawn beside what plays. `heard`: the mind is; in a replay it is not."""
        self._arena, self._voices, self._live, self._heard = arena, voices, live, heard

    def get_takes(self, message: GetTakes) -> None:
        """Let the model of a stream play by itself, and offer that to the mind."""
        if not self._heard or (voice := self._voices.get(message.generation)) is None:
            return
        if not isinstance(voice.source, StreamVoice):
            return
        work = partial(self._draw, message.generation, voice.name, voice.source)
        if self._live:
            threading.Thread(target=work, name="takes", daemon=True).start()
        else:
            work()

    def take_directions(self, message: Directions) -> None:
        """Let a stream know directions, and tell the mind from where on."""
        if not self._heard or (voice := self._voices.get(message.generation)) is None:
            return
        if not isinstance(voice.source, StreamVoice):
            return
        voice.source.take_directions(message)
        told = msgspec.structs.replace(message, position=voice.buffer.written)
        send(self._arena.messages["voices", "mind"], told)

    def _draw(self, generation: int, name: str, stream: StreamVoice) -> None:
        if self._live:
            ordinary()
        try:
            offer(self._arena.candidates, OfferedTakes(generation, str(stream.own_takes())))
        except Exception as error:  # for want of room, perhaps; the stream plays on
            why = f"nothing can be learned of its model: {error}"
            note = Note(why, self._arena.header.clock()[0], name, once=True)
            send(self._arena.messages["voices", "mind"], note)
