"""Outgoing MIDI notes, controllers and clock, each due at a sample time; opens no ports."""

import heapq
import math
from itertools import count

from livecode.errors import LivecodeError
from livecode.signals.clock_follower import CLOCK, PULSES_PER_BEAT, START, STOP
from livecode.signals.midi import ALL_SOUND_OFF, CHANNELS, NUMBERS
from livecode.signals.tempo import Tempo

NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
MOST_PULSES = 2 * PULSES_PER_BEAT  # sent at once; older pulses are skipped


class MidiOut:
    """A queue of MIDI messages in sample time: `due` returns them in order.

    Velocities and controllers are 0 to 1, channels 1 to 16. Wrong numbers raise `LivecodeError`.
    """

    def __init__(self, sample_rate: int):
        self._rate = sample_rate
        self._order = count()  # keeps messages of one frame in the order in which they were queued
        self._queue: list[tuple[float, int, bytes]] = []
        # (channel, note) -> order of the note-off that ends it
        self._ends: dict[tuple[int, int], int] = {}
        self._clock: Tempo | None = None
        self._pulse = 0  # the next pulse to send, counted from beat 0
        self._start_pulse: int | None = None  # the pulse before which start is sent
        self._now = 0.0  # the position at the last call of `due`, in pulses

    def note(
        self, number: int, velocity: float, length_s: float, at: float, channel: int = 1
    ) -> None:
        """Play a note from frame `at` on for `length_s` seconds. A sounding note is struck again."""
        key = _channel(channel), _number("note", number)
        loud = max(1, round(127 * min(max(velocity, 0.0), 1.0)))  # velocity 0 would mean note-off
        self._put(at, bytes([NOTE_ON | key[0], key[1], loud]))
        self._put(at + max(length_s, 0.0) * self._rate, bytes([NOTE_OFF | key[0], key[1], 0]))

    def cc(self, number: int, value: float, at: float = 0.0, channel: int = 1) -> None:
        """Set a controller at frame `at`; 0 is at once."""
        position = round(127 * min(max(value, 0.0), 1.0))
        number = _number("controller", number)
        self._put(at, bytes([CONTROL_CHANGE | _channel(channel), number, position]))

    def start_clock(self, tempo: Tempo, frame: float) -> None:
        """Send start and then 24 pulses a beat, from the tempo's next bar line on."""
        bar = tempo.next(tempo.beats_per_bar, frame)
        self._clock, self._pulse = tempo, round(tempo.beat_at(bar) * PULSES_PER_BEAT)
        self._start_pulse = self._pulse
        self._now = tempo.beat_at(frame) * PULSES_PER_BEAT

    def stop_clock(self) -> None:
        """Send stop, and no more pulses."""
        if self._clock is not None:
            self._clock = None
            self._put(0.0, bytes([STOP]))

    def due(self, frame: float) -> list[bytes]:
        """Return the messages to be sent up to `frame`, in order of time."""
        self._put_pulses(frame)
        messages = []
        while self._queue and self._queue[0][0] <= frame:
            _, order, message = heapq.heappop(self._queue)
            messages += self._sounding(message, order)
        return messages

    def silence(self) -> list[bytes]:
        """Forget all queued messages. Return the messages that end every note now."""
        self._queue.clear()
        ends = [bytes([NOTE_OFF | channel, note, 0]) for channel, note in self._ends]
        self._ends.clear()
        return ends + [bytes([CONTROL_CHANGE | n, ALL_SOUND_OFF, 0]) for n in range(CHANNELS)]

    def _put(self, at: float, message: bytes) -> None:
        if not math.isfinite(at):
            raise LivecodeError(f"a MIDI message cannot be sent at frame {at}: give a finite one")
        heapq.heappush(self._queue, (at, next(self._order), message))

    def _sounding(self, message: bytes, order: int) -> list[bytes]:
        """Return what to send for `message`, so that an older note's end cuts no newer note off."""
        kind, key = message[0] & 0xF0, (message[0] & 0x0F, message[1] if len(message) > 1 else 0)
        if kind == NOTE_ON:
            struck_anew = key in self._ends
            self._ends[key] = order + 1  # `note` queues the note-off right after the note-on
            return [bytes([NOTE_OFF | key[0], key[1], 0])] * struck_anew + [message]
        if kind == NOTE_OFF:
            if self._ends.get(key) != order:
                return []
            del self._ends[key]
        return [message]

    def _put_pulses(self, frame: float) -> None:
        if self._clock is None:
            return
        before, self._now = self._now, self._clock.beat_at(frame) * PULSES_PER_BEAT
        if not before - 1.0 <= self._now <= self._pulse + MOST_PULSES:
            self._pulse = math.ceil(self._now)  # the beat has jumped
        while self._pulse <= self._now:
            at = self._clock.frame_of(self._pulse / PULSES_PER_BEAT)
            if self._start_pulse is not None and self._pulse >= self._start_pulse:
                self._start_pulse = None
                self._put(at, bytes([START]))
            self._put(at, bytes([CLOCK]))
            self._pulse += 1


def _channel(channel: int) -> int:
    if type(channel) is not int or not 1 <= channel <= CHANNELS:
        raise LivecodeError(f"MIDI has no channel {channel!r}: give one from 1 to {CHANNELS}")
    return channel - 1


def _number(what: str, number: int) -> int:
    if type(number) is not int or not 0 <= number < NUMBERS:
        raise LivecodeError(f"MIDI has no {what} {number!r}: give one from 0 to {NUMBERS - 1}")
    return number
