"""What the sender is told: which generations are sent to other programs, until when, and its orders."""

from collections.abc import Callable, Iterable

import msgspec

from livecode.transport import Arena
from livecode.transport.messages import Note, receive
from livecode.transport.sending import BeginSending, EndSending, MidiSource, Order, OscSource, give
from livecode.transport.status import Generation


class Outgoing:
    """The orders to the sender, and what it says. Offline there is none, and nothing is sent."""

    def __init__(
        self, arena: Arena, on_note: Callable[[Note], None], now_frame: Callable[[], int]
    ) -> None:
        self._header, self._on_note, self._now_frame = arena.header, on_note, now_frame
        self._orders = arena.messages["mind", "sender"]
        self._said = arena.messages["sender", "mind"]
        self.epoch = int(
            self._header.sender_epoch
        )  # how often a sender had come up by the last look

    def order(self, order: Order) -> None:
        """Give an order. It is lost if the sender has not taken any for long; the next one is told all."""
        self._header.sends = 1
        give(self._orders, order)

    def begin(self, playing: Generation) -> None:
        """Let orders of a generation be sent; again does no harm."""
        assert isinstance(playing.source, (MidiSource, OscSource))
        panics = int(self._header.panics)
        self.order(BeginSending(playing.generation, playing.name, playing.source, panics))

    def end(self, playing: Generation, at: int, fade_s: float = 0.0) -> None:
        """Let nothing of a generation be sent once it has faded out from sample time `at` on."""
        fade = round(fade_s * self._header.sample_rate)
        playing.leaving, playing.until = True, at + fade
        self.order(EndSending(playing.generation, at, fade))

    def look_after(self, sent: Iterable[Generation]) -> list[int]:
        """Greet a new sender, and pass on what it says; returns the generations that are over."""
        now = self._now_frame()
        for message in receive(self._said):
            if isinstance(message, Note):
                self._on_note(msgspec.structs.replace(message, at=now))
        sent = list(sent)
        epoch = int(self._header.sender_epoch)
        if epoch != self.epoch:
            self.epoch = epoch
            for playing in sent:
                self.begin(playing)
                if playing.leaving:
                    self.end(playing, playing.until)
        return [each.generation for each in sent if each.leaving and each.until <= now]
