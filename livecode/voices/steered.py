"""Lets the models of streams play by themselves, and streams know what was found and learned in that."""

import threading
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from livecode.system.scheduling import ordinary
from livecode.transport import Arena
from livecode.transport.candidates import Offered, OfferedLearningTakes, OfferedTakes, offer
from livecode.transport.messages import (
    Directions,
    GetLearningTakes,
    GetTakes,
    LearnedAdapter,
    Note,
    send,
)
from livecode.voices.stream import StreamVoice
from livecode.voices.voice import Voice


class SteeredStreams:
    """What the voices do for streams that are steered, and for those that learn."""

    def __init__(self, arena: Arena, voices: Mapping[int, Voice], live: bool, heard: bool):
        """`live`: takes are drawn beside what plays. `heard`: the mind is; in a replay it is not."""
        self._arena, self._voices, self._live, self._heard = arena, voices, live, heard

    def get_takes(self, message: GetTakes) -> None:
        """Let the model of a stream play by itself, and offer that to the mind."""

        def takes(stream: StreamVoice) -> OfferedTakes:
            return OfferedTakes(message.generation, str(stream.own_takes()))

        self._draw_beside(message.generation, takes)

    def get_learning_takes(self, message: GetLearningTakes) -> None:
        """Let the model of a stream play with what it has learned so far, and offer that to the mind."""

        def takes(stream: StreamVoice) -> OfferedLearningTakes:
            path = stream.learning_takes(message.first, message.adapter)
            return OfferedLearningTakes(message.generation, message.number, str(path))

        self._draw_beside(message.generation, takes)

    def take_directions(self, message: Directions) -> None:
        """Let a stream know directions, and tell the mind from where on."""
        if (known := self._stream(message.generation)) is not None:
            voice, stream = known
            stream.take_directions(message)
            told = msgspec.structs.replace(message, position=voice.buffer.written)
            send(self._arena.messages["voices", "mind"], told)

    def take_learned(self, message: LearnedAdapter) -> None:
        """Let a stream know what was learned, and tell the mind from where on."""
        if (known := self._stream(message.generation)) is not None:
            voice, stream = known
            stream.take_learned(message)
            told = msgspec.structs.replace(message, position=voice.buffer.written)
            send(self._arena.messages["voices", "mind"], told)

    def _stream(self, generation: int) -> tuple[Voice, StreamVoice] | None:
        """Return the voice of a generation and its stream; None if there is none, or nobody hears of it."""
        voice = self._voices.get(generation) if self._heard else None
        if voice is None or not isinstance(voice.source, StreamVoice):
            return None
        return voice, voice.source

    def _draw_beside(self, generation: int, takes: Callable[[StreamVoice], Offered]) -> None:
        if (known := self._stream(generation)) is None:
            return
        work = partial(self._draw, known[0].name, partial(takes, known[1]))
        if self._live:
            threading.Thread(target=work, name="takes", daemon=True).start()
        else:
            work()

    def _draw(self, name: str, takes: Callable[[], Offered]) -> None:
        if self._live:
            ordinary()
        try:
            offer(self._arena.candidates, takes())
        except Exception as error:  # for want of room, perhaps; the stream plays on
            why = f"nothing can be learned of its model: {error}"
            note = Note(why, self._arena.header.clock()[0], name, once=True)
            send(self._arena.messages["voices", "mind"], note)
