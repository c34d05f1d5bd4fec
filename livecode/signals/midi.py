"""What MIDI controllers say, as the performer reads it; bytes come in, ports are not known here."""

from typing import TYPE_CHECKING

from livecode.signals.attributes import Numbered, unknown

if TYPE_CHECKING:
    from mido import Message

MAX_REASONS = 16  # reasons remembered for `Midi.refused`
MAX_AGE_S = 3600.0  # the age of what was never heard: ages stay finite
CHANNELS, NUMBERS = 16, 128
A4_NOTE, A4_HZ, BEND_SEMITONES = 69, 440.0, 2.0
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123  # control changes with a meaning

SYSTEM = 0xF0  # and above: clock, sysex, active sensing; no notes and no controllers

READABLE = ("note", "hz", "velocity", "notes", "gate", "cc", "bend", "pressure", "age")


class Played:
    """What is played on one channel, or on all of them, as plain numbers that are always finite.

    What they are stands with `Midi`.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._heard_s: float | None = None
        self._held: dict[tuple[int, int], float] = {}  # channel and note: velocity
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
        """The frequency of `note`, bent."""
        return A4_HZ * 2.0 ** ((self.note - A4_NOTE + BEND_SEMITONES * self.bend) / 12.0)

    def _set_time(self, time_s: float) -> None:
        if self._heard_s is not None:
            self.age = min(max(time_s - self._heard_s, 0.0), MAX_AGE_S)

    def _hear(self, message: "Message", time_s: float) -> None:
        self._heard_s = max(time_s, self._heard_s or time_s)
        self._set_time(time_s)
        match message.type:
            case "note_on" if message.velocity > 0:
                key = message.channel, message.note
                self._held.pop(key, None)  # struck again it is the newest
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


class Midi(Played):
    """What is played on all channels together; `ch[1]` to `ch[16]` have the same for each.

      note      number of the note pressed last among those held, or else of the last one, 0 to 127;
                60 before the first
      hz        its frequency, 440 Hz * 2 ** ((note - 69 + 2 bend) / 12)
      velocity  how hard it was struck, 0 to 1
      notes     the numbers of the notes that are held, oldest first
      gate      1 while a note is held, else 0
      cc        controllers, 0 to 1: `cc[74]`; 0 until moved
      bend      the pitch wheel, -1 to 1
      pressure  how hard the keys are pressed on, 0 to 1
      age       seconds since the last message, at most 3600
      refused   reason -> how many messages were refused for it

    `midi.ch[2].note` is what channel 2 alone plays.
    """

    _readable = (*READABLE, "ch", "refused")

    def __init__(self) -> None:
        super().__init__("midi")
        self.ch = Numbered("midi.ch", [Played(f"midi.ch[{n + 1}]") for n in range(CHANNELS)])
        self.refused: dict[str, int] = {}

    def receive(self, message: bytes, time_s: float) -> bool:
        """Take in one whole message that arrived at `time_s`; whether it changed anything.

        It never raises: what is no message is counted. Clock and other system messages are none
        of its business.
        """
        if message[:1] >= bytes([SYSTEM]):
            return False
        try:
            from mido import Message  # takes 0.1 s, and is not needed without a controller

            played = Message.from_bytes(message)
        except ImportError:
            self._refuse("mido is not installed")
        except (ValueError, TypeError, LookupError) as error:
            self._refuse(str(error))
        else:
            self._hear(played, time_s)
            self.ch[played.channel + 1]._hear(played, time_s)
            return True
        return False

    def advance(self, time_s: float) -> None:
        """Set the time that ages are measured against."""
        self._set_time(time_s)
        for channel in self.ch:
            channel._set_time(time_s)

    def _refuse(self, reason: str) -> None:
        if reason in self.refused or len(self.refused) < MAX_REASONS:
            self.refused[reason] = self.refused.get(reason, 0) + 1
