"""Notes, controllers and the clock that go out, each due at a sample frame; ports are elsewhere."""

import heapq
import math
from itertools import count

from livecode.errors import LivecodeError
from livecode.signals.clock_follower import CLOCK, PULSES_PER_BEAT, START, STOP
from livecode.signals.midi import ALL_SOUND_OFF, CHANNELS, NUMBERS
from livecode.signals.tempo import Tempo

NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
MOST_PULSES = 2 * PULSES_PER_BEAT  # at once; what is further behind has been overtaken


class MidiOut:
    """A queue of messages in sample time: what is put in comes out of `due` in order.

    Velocities and controllers are 0 to 1, channels 1 to 16.
    """

    def __init__(self, sample_rate: int):
        self._rate = sample_rate
        self._order = count()  # keeps messages of one frame in the order they were put in
        self._queue: list[tuple[float, int, bytes]] = []
        self._ends: dict[tuple[int, int], int] = {}  # of sounding notes: which note-off is theirs
        self._clock: Tempo | None = None
        self._pulse = 0  # the next one to be sent, counted from beat 0
        self._start_pulse: int | None = None  # the one that start is sent before
        self._now = 0.0  # in pulses, when last asked

    def note(
        self, number: int, velocity: float, length_s: float, at: float, channel: int = 1
    ) -> None:
        """Play a note from frame `at` on; one that sounds already is struck anew."""
        key = _channel(channel), _number("note", number)
        loud = max(1, round(127 * min(max(velocity, 0.0), 1.0)))  # 0 would be a note-off
        self._put(at, bytes([NOTE_ON | key[0], key[1], loud]))
        self._put(at + max(length_s, 0.0) * self._rate, bytes([NOTE_OFF | key[0], key[1], 0]))

    def cc(self, number: int, value: float, at: float = 0.0, channel: int = 1) -> None:
        """Move a controller at frame `at`, or at once."""
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
        """What is to be sent up to that frame, in order of time."""
        self._put_pulses(frame)
        messages = []
        while self._queue and self._queue[0][0] <= frame:
            _, order, message = heapq.heappop(self._queue)
            messages += self._sounding(message, order)
        return messages

    def silence(self) -> list[bytes]:
        """Forget all that was to come; what to send so that every note ends now."""
        self._queue.clear()
        ends = [bytes([NOTE_OFF | channel, note, 0]) for channel, note in self._ends]
        self._ends.clear()
        return ends + [bytes([CONTROL_CHANGE | n, ALL_SOUND_OFF, 0]) for n in range(CHANNELS)]

    def _put(self, at: float, message: bytes) -> None:
        if not math.isfinite(at):
            raise LivecodeError(f"A MIDI message cannot be sent at frame {at}: give it a number.")
        heapq.heappush(self._queue, (at, next(self._order), message))

    def _sounding(self, message: bytes, order: int) -> list[bytes]:
        """The message as it must be sent for no note to be cut off by an older one's end."""
        kind, key = message[0] & 0xF0, (message[0] & 0x0F, message[1] if len(message) > 1 else 0)
        if kind == NOTE_ON:
            struck_anew = key in self._ends
            self._ends[key] = order + 1  # `note` puts the end in right after the beginning
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
        raise LivecodeError(f"MIDI has no channel {channel!r}: they go from 1 to {CHANNELS}.")
    return channel - 1


def _number(what: str, number: int) -> int:
    if type(number) is not int or not 0 <= number < NUMBERS:
        raise LivecodeError(f"MIDI has no {what} {number!r}: they go from 0 to {NUMBERS - 1}.")
    return number
