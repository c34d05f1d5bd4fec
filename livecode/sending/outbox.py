"""What is to be sent, in sample time: orders wait here until they are due, and notes until they end."""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

import msgspec

from livecode.transport.sending import (
    NO_NAME,
    BeginSending,
    EndSending,
    MidiSource,
    Order,
    ReleaseNotes,
    Sending,
    SendMidi,
    SendNote,
    SendPacket,
    SentSource,
    TakeBack,
)

NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123
#: What is late by more than this is not sent, but for the ends of notes.
LATEST_S = 0.02
#: What belongs to no name comes late rather than never: who follows a clock counts its pulses.
LATEST_BY_HAND_S = 2.0
#: Sending packets leave so long before they take effect, so that no network makes them late.
AHEAD_S = 0.1


class SoundingNote(NamedTuple):
    """A note that sounds elsewhere."""

    port: str  # as the source of its name has it
    channel: int  # from 0
    note: int


class Due(NamedTuple):
    """Something that is to be sent now."""

    source: SentSource
    data: bytes
    at: float | None = None  # the frame at which a packet takes effect; None: as it comes
    offset_s: float = 0.0


@dataclass
class _Stream:
    """What is sent of one generation."""

    source: SentSource
    end: float = math.inf  # nothing begins from this frame on
    fade: tuple[int, int] = (0, 0)  # from when on notes get softer, and for how many frames
    sent: float = -math.inf  # the frame of what was sent last
    gone: float = -math.inf  # what had been sent up to this frame was taken back too late


@dataclass(order=True)
class _Waiting:
    due: float
    number: int
    order: Order = field(compare=False)
    #: Of a note that sounds: this ends it.
    ends: SoundingNote | None = field(default=None, compare=False)


class Outbox:
    """Orders in, due messages out. Times are frames; `due` is given the frame that is heard now."""

    def __init__(self, sample_rate: int):
        self._rate = sample_rate
        self._queue: list[_Waiting] = []
        self._number = count()
        self._streams: dict[int, _Stream] = {NO_NAME: _Stream(MidiSource())}
        #: Which end a sounding note waits for, and whose it is: (number, generation).
        self._sounding: dict[SoundingNote, tuple[int, int]] = {}
        self._channels: set[tuple[str, int]] = set()  # on which notes have been played
        self._panics = 0

    @property
    def sounding(self) -> list[SoundingNote]:
        """The notes that sound elsewhere."""
        return list(self._sounding)

    @property
    def next_due(self) -> float:
        """The frame at which something is due next; infinity if nothing waits."""
        return self._queue[0].due if self._queue else math.inf

    def take(self, order: Order) -> None:
        """Take in an order."""
        if isinstance(order, BeginSending):
            if order.panics >= self._panics and order.generation not in self._streams:
                self._streams[order.generation] = _Stream(order.source)
            return
        stream = self._streams.get(order.generation)
        if stream is None:
            return
        if isinstance(order, TakeBack):
            stream.gone = stream.sent
            self._drop(order.generation, order.at)
        elif isinstance(order, EndSending):
            stream.fade = order.at, order.fade
            stream.end = order.at + order.fade
            self._drop(order.generation, stream.end)
            self._put(stream.end, order)
        elif isinstance(order, ReleaseNotes):
            self._put(order.at, order)
        elif isinstance(order, Sending) and stream.gone < order.at < stream.end:
            ahead_s = AHEAD_S if isinstance(order, SendPacket) and order.timed else 0.0
            self._put(order.at + (order.offset_s - ahead_s) * self._rate, order)

    def due(self, frame: float) -> Iterator[Due]:
        """Yield what is to be sent now that `frame` is heard, in order."""
        while self._queue and self._queue[0].due <= frame:
            waiting = heapq.heappop(self._queue)
            stream = self._streams.get(waiting.order.generation)
            if waiting.ends is not None:
                if self._sounding.get(waiting.ends, (None,))[0] == waiting.number:
                    yield self._end(waiting.ends)
            elif stream is not None:
                yield from self._sent(waiting, stream, frame)

    def _sent(self, waiting: _Waiting, stream: _Stream, frame: float) -> Iterator[Due]:
        order = waiting.order
        if isinstance(order, (EndSending, ReleaseNotes)):
            yield from self._release(order.generation)
            if isinstance(order, EndSending) and order.generation != NO_NAME:
                del self._streams[order.generation]
            return
        assert isinstance(order, Sending)
        stream.sent = max(stream.sent, order.at)
        late_s = (frame - order.at) / self._rate - order.offset_s
        if late_s > LATEST_S:
            if order.generation == NO_NAME and late_s < LATEST_BY_HAND_S:
                order = msgspec.structs.replace(order, at=round(frame))
            elif not (isinstance(order, SendNote) and order.frames / self._rate > 2 * late_s):
                return  # too little of it is left
        if isinstance(order, SendNote):
            yield from self._begin(order, stream)
        elif isinstance(order, SendMidi):
            yield Due(stream.source, order.message)
        elif isinstance(order, SendPacket):
            at = float(order.at) if order.timed else None
            yield Due(stream.source, order.packet, at, order.offset_s)

    def panic(self, panics: int) -> list[Due]:
        """Forget all orders. Return what ends every note and every sound now.

        `panics`: how many there have been; what was begun before counts no more.
        """
        self._panics = panics
        self._queue.clear()
        self._streams = {NO_NAME: _Stream(MidiSource())}
        return self.end_all()

    def end_all(self) -> list[Due]:
        """Return what ends every note that sounds, and whatever else does where notes were played."""
        ends = [self._end(note) for note in self.sounding]
        return ends + silence(self._channels)

    def _begin(self, order: SendNote, stream: _Stream) -> Iterator[Due]:
        assert isinstance(stream.source, MidiSource)
        note = SoundingNote(stream.source.port, order.channel - 1, order.note)
        if note in self._sounding:  # it is struck anew
            yield self._end(note)
        velocity = order.velocity
        begin, length = stream.fade
        if length and order.at > begin:
            velocity = max(round(velocity * (1.0 - (order.at - begin) / length)), 1)
        end = min(order.at + order.frames, stream.end) + order.offset_s * self._rate
        self._channels.add((note.port, note.channel))
        self._sounding[note] = self._put(end, order, note), order.generation
        yield Due(stream.source, bytes([NOTE_ON | note.channel, note.note, velocity]))

    def _end(self, note: SoundingNote) -> Due:
        del self._sounding[note]
        return Due(MidiSource(note.port), bytes([NOTE_OFF | note.channel, note.note, 0]))

    def _release(self, generation: int) -> Iterator[Due]:
        mine = [note for note, (_, owner) in self._sounding.items() if owner == generation]
        yield from map(self._end, mine)

    def _put(self, due: float, order: Order, ends: SoundingNote | None = None) -> int:
        number = next(self._number)
        heapq.heappush(self._queue, _Waiting(due, number, order, ends))
        return number

    def _drop(self, generation: int, begins: float) -> None:
        """Drop what has not begun of a generation and begins at frame `begins` or later."""
        kept = [each for each in self._queue if not _begins(each, generation, begins)]
        if len(kept) < len(self._queue):
            heapq.heapify(kept)
            self._queue = kept


def _begins(waiting: _Waiting, generation: int, frame: float) -> bool:
    order = waiting.order
    if waiting.ends is not None or not isinstance(order, Sending):
        return False
    return order.generation == generation and order.at >= frame


def silence(channels: set[tuple[str, int]]) -> list[Due]:
    """Return what ends all that sounds on channels, each (port, channel from 0)."""
    return [
        Due(MidiSource(port), bytes([CONTROL_CHANGE | channel, number, 0]))
        for port, channel in sorted(channels)
        for number in (ALL_SOUND_OFF, ALL_NOTES_OFF)
    ]
