"""Notes, controllers and a clock for all MIDI outputs, as orders to the sender; opens no ports."""

import math

import msgspec

from livecode.errors import LivecodeError
from livecode.language.units import is_number
from livecode.signals.clock_follower import CLOCK, PULSES_PER_BEAT, START, STOP
from livecode.signals.midi import CHANNELS, NUMBERS
from livecode.signals.tempo import Tempo
from livecode.transport.sending import NO_NAME, Sending, SendMidi, SendNote

CONTROL_CHANGE = 0xB0
MOST_PULSES = 2 * PULSES_PER_BEAT  # sent at once; older pulses are skipped


class MidiOut:
    """What is played on every MIDI output: `orders` returns what the sender is to be told.

    Velocities and controllers are 0 to 1, channels 1 to 16. Wrong numbers raise `LivecodeError`.
    """

    def __init__(self, sample_rate: int):
        self._rate = sample_rate
        self._waiting: list[Sending] = []
        self._clock: Tempo | None = None
        self._pulse = 0  # the next pulse to send, counted from beat 0
        self._start_pulse: int | None = None  # the pulse before which start is sent
        self._now = 0.0  # the position at the last call of `orders`, in pulses

    def note(
        self, number: int, velocity: float, length_s: float, at: float, channel: int = 1
    ) -> None:
        """Play a note from frame `at` on for `length_s` seconds. A sounding note is struck again."""
        channel, number = _channel(channel), _number("note", number)
        # a velocity of 0 would mean note-off
        loud = max(1, _of_127("the velocity of a MIDI note", velocity))
        frames = max(round(length_s * self._rate), 1)
        self._waiting.append(SendNote(NO_NAME, _frame(at), 0.0, channel, number, loud, frames))

    def cc(self, number: int, value: float, at: float = 0.0, channel: int = 1) -> None:
        """Set a controller at frame `at`; 0 is at once."""
        position = _of_127("the value of a MIDI controller", value)
        number = _number("controller", number)
        message = bytes([CONTROL_CHANGE | _channel(channel) - 1, number, position])
        self._put(_frame(at), message)

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
            self._put(0, bytes([STOP]))

    def orders(self, now: int, ahead: int = 0) -> list[Sending]:
        """Return what the sender is to be told at frame `now`, with the pulses of `ahead` frames."""
        self._put_pulses(now + ahead)
        waiting, self._waiting = self._waiting, []
        return [_not_before(now, order) for order in waiting]

    def silence(self) -> None:
        """Forget all that the sender has not been told."""
        self._waiting.clear()

    def _put(self, at: int, message: bytes) -> None:
        self._waiting.append(SendMidi(NO_NAME, at, 0.0, message))

    def _put_pulses(self, frame: float) -> None:
        if self._clock is None:
            return
        before, self._now = self._now, self._clock.beat_at(frame) * PULSES_PER_BEAT
        if not before - 1.0 <= self._now <= self._pulse + MOST_PULSES:
            self._pulse = math.ceil(self._now)  # the beat has jumped
        while self._pulse <= self._now:
            at = round(self._clock.frame_of(self._pulse / PULSES_PER_BEAT))
            if self._start_pulse is not None and self._pulse >= self._start_pulse:
                self._start_pulse = None
                self._put(at, bytes([START]))
            self._put(at, bytes([CLOCK]))
            self._pulse += 1


def _not_before(now: int, order: Sending) -> Sending:
    """Return an order that is due at `now` or later, since one that is late is not sent."""
    return order if order.at >= now else msgspec.structs.replace(order, at=now)


def _frame(at: float) -> int:
    if not math.isfinite(at):
        raise LivecodeError(f"a MIDI message cannot be sent at frame {at}: give a finite one")
    return round(at)


def _of_127(what: str, share: float) -> int:
    if not is_number(share) or math.isnan(share):
        raise LivecodeError(f"{what} is a number from 0 to 1, not {share!r}")
    return round(127 * min(max(share, 0.0), 1.0))


def _channel(channel: int) -> int:
    if type(channel) is not int or not 1 <= channel <= CHANNELS:
        raise LivecodeError(f"MIDI has no channel {channel!r}: give one from 1 to {CHANNELS}")
    return channel


def _number(what: str, number: int) -> int:
    if type(number) is not int or not 0 <= number < NUMBERS:
        raise LivecodeError(f"MIDI has no {what} {number!r}: give one from 0 to {NUMBERS - 1}")
    return number
