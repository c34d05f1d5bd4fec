"""What MIDI controllers play, as the performer reads it; takes messages as bytes and opens no ports."""

import math
from typing import TYPE_CHECKING

from livecode.signals.attributes import Numbered, unknown

if TYPE_CHECKING:
    from mido import Message

MAX_REASONS = 16  # reasons remembered for `Midi.refused`
MAX_AGE_S = 3600.0  # the age before the first message, so that ages stay finite
CHANNELS, NUMBERS = 16, 128
A4_NOTE, A4_HZ, BEND_SEMITONES = 69, 440.0, 2.0
# control changes with a fixed meaning
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123

# system messages (clock, sysex, active sensing) begin here: neither notes nor controllers
SYSTEM = 0xF0

READABLE = ("note", "hz", "velocity", "notes", "gate", "cc", "bend", "pressure", "age")


class MidiInput:
    """What is played on one channel, or on all, as plain numbers that are always finite.

    `Midi` describes the attributes.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._heard_s: float | None = None
        # (channel, note) -> velocity, oldest note first
        self._held: dict[tuple[int, int], float] = {}
        self._controls = [0.0] * NUMBERS
        self.cc = Numbered(f"{name}.cc", self._controls, first=0)
        self.note, self.velocity = 60, 0.0
        self.notes: tuple[int, ...] = ()
        self.gate = self.bend = self.pressure = 0.0
        self.age = MAX_AGE_S

    def __getattr__(self, name: str) -> float:
        raise AttributeError(unknown(self._name, name, self._readable))

    def __dir__(self) -> tuple[str, ...]:
        return self._readable

    def __repr__(self) -> str:
        if self._heard_s is None:
            return "nothing heard yet"
        moved = [f"cc[{n}] {value:.2f}" for n, value in enumerate(self._controls) if value]
        held = f"notes {' '.join(map(str, self.notes))}" if self.notes else f"last note {self.note}"
        return " · ".join([held, f"velocity {self.velocity:.2f}", *moved[:4]])

    _readable: tuple[str, ...] = READABLE

    @property
    def hz(self) -> float:
        """The frequency of `note` in Hz, pitch bend included."""
        return A4_HZ * math.exp2((self.note - A4_NOTE + BEND_SEMITONES * self.bend) / 12.0)

    def set_time(self, time_s: float) -> None:
        """Set the time from which the age is measured."""
        if self._heard_s is not None:
            self.age = min(max(time_s - self._heard_s, 0.0), MAX_AGE_S)

    def hear(self, message: "Message", time_s: float) -> None:
        """Take one message that arrived at `time_s`."""
        self._heard_s = max(time_s, self._heard_s or time_s)
        self.set_time(time_s)
        match message.type:
            case "note_on" if message.velocity > 0:
                key = message.channel, message.note
                self._held.pop(key, None)  # a note that is struck again becomes the newest
                self._held[key] = message.velocity / 127
                self._sort_notes()
            case "note_on" | "note_off":
                self._held.pop((message.channel, message.note), None)
                self._sort_notes()
            case "control_change":
                self._control(message.channel, message.control, message.value)
            case "pitchwheel":
                self.bend = message.pitch / (8191 if message.pitch > 0 else 8192)
            case "aftertouch" | "polytouch":
                self.pressure = message.value / 127

    def _control(self, channel: int, number: int, value: int) -> None:
        self._controls[number] = value / 127
        if number in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            self._release(channel)
        elif number == RESET_CONTROLLERS:
            self.bend = self.pressure = 0.0

    def _release(self, channel: int) -> None:
        self._held = {key: value for key, value in self._held.items() if key[0] != channel}
        self._sort_notes()

    def _sort_notes(self) -> None:
        self.notes = tuple(note for _, note in self._held)
        self.gate = 1.0 if self.notes else 0.0
        if self._held:
            self.note = self.notes[-1]
            self.velocity = next(reversed(self._held.values()))


class Midi(MidiInput):
    """What is played on all channels together; `ch[1]` to `ch[16]` are the single channels.

      note      number of the note pressed last among those held, or of the last note, 0 to 127;
                60 before the first note
      hz        its frequency, 440 Hz * 2 ** ((note - 69 + 2 bend) / 12)
      velocity  how hard it was struck, 0 to 1
      notes     the numbers of the held notes, oldest first
      gate      1 while a note is held, else 0
      cc        controllers, 0 to 1: `cc[74]`; 0 until moved
      bend      the pitch wheel, -1 to 1
      pressure  aftertouch: how hard the keys are pressed down, 0 to 1
      age       seconds since the last message, at most 3600
      refused   reason -> number of messages refused for that reason

    For example, `midi.ch[2].note` is the note of channel 2 alone.
    """

    _readable = (*READABLE, "ch", "refused")

    def __init__(self) -> None:
        super().__init__("midi")
        self.ch = Numbered("midi.ch", [MidiInput(f"midi.ch[{n + 1}]") for n in range(CHANNELS)])
        self.refused: dict[str, int] = {}

    def receive(self, message: bytes, time_s: float) -> bool:
        """Take one whole message that arrived at `time_s`. Return whether it changed anything.

        The method never raises: bytes that are no message are counted in `refused`. System
        messages, such as the clock, are ignored.
        """
        if message[:1] >= bytes([SYSTEM]):
            return False
        try:
            # importing takes 0.1 s, and is not needed without a controller
            from mido import Message

            played = Message.from_bytes(message)
        except ImportError:
            self._refuse("mido is not installed")
        except (ValueError, TypeError, LookupError) as error:
            self._refuse(str(error))
        else:
            self.hear(played, time_s)
            self.ch[played.channel + 1].hear(played, time_s)
            return True
        return False

    def advance(self, time_s: float) -> None:
        """Set the time from which ages are measured; call it once a tick."""
        self.set_time(time_s)
        for channel in self.ch:
            channel.set_time(time_s)

    def _refuse(self, reason: str) -> None:
        if reason in self.refused or len(self.refused) < MAX_REASONS:
            self.refused[reason] = self.refused.get(reason, 0) + 1
