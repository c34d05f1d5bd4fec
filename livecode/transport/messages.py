"""What the processes say to each other, as frozen structs, and the sending of them over a message buffer."""

from collections.abc import Iterator
from typing import Union

import msgspec

from livecode.transport import MessageQueue


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages; encoded as MessagePack with the class's name as the tag."""


# mind -> engine


class PlayBuffer(Message, frozen=True, tag=True):
    """Let `name` sound from a sample buffer: fade it in and every older generation of the name out."""

    name: str
    generation: int
    buffer: int
    at: int  # sample time, frames, from which it may begin
    fade_s: float


class PlayGraph(Message, frozen=True, tag=True):
    """Build a @dsp from its source; once it has run unheard for a while, let `name` sound from it."""

    name: str
    generation: int
    at: int  # sample time, frames, from which it may begin
    fade_s: float
    source: str  # one function definition
    function: str  # its name
    first_line: int  # where in the performer's block it stands
    inputs: tuple[str, ...]  # names that it takes
    controls: dict[str, float]  # keyword -> what it is before the first change


class Fade(Message, frozen=True, tag=True):
    """Fade out what sounds under `name` from sample time `at` on, generations before `before`."""

    name: str
    fade_s: float
    at: int = 0  # 0: at once
    before: int = 1 << 62


class Listen(Message, frozen=True, tag=True):
    """Fill the tap of that index with what `name` sounds like; an empty name: with nothing."""

    name: str
    tap: int


class OpenGate(Message, frozen=True, tag=True):
    """After a panic: let sound through again, unless there has been another since."""

    panics: int  # how many there had been when this was sent


# terminal -> engine, mind -> engine


class Record(Message, frozen=True, tag=True):
    """Record the master to a WAV file from now on; an empty path stops."""

    path: str
    stems: str = ""  # a folder for what each name adds to it
    bits: int = 32  # 24: integer, 32: float


class Tape(msgspec.Struct, frozen=True):
    """What is being recorded, as the engine posts it: for the terminal, the mind and the next engine."""

    path: str = ""
    stems: str = ""
    bits: int = 32
    begin: int = 0  # sample time of the first sample
    error: str = ""  # why the last recording stopped, a sentence

    @property
    def on(self) -> bool:
        """Whether anything is being recorded."""
        return bool(self.path or self.stems)


# terminal -> mind


#: Pressed as a key when another scene is asked for, so that a cell without end makes way.
CUE = "cue"


class Press(Message, frozen=True, tag=True):
    """A hot-key: `like`, `dislike`, a letter, or `fader3=0.5`."""

    key: str


# mind -> voices


class LatentSource(msgspec.Struct, frozen=True, tag="latent"):
    """A latent space, played at the control `<name>.position`. Equal sources sound alike."""

    model: str
    seed: int


#: The stream that is there without any model: noise whose temperature can be heard.
TEST_MODEL = "test"


class StreamSource(msgspec.Struct, frozen=True, tag="stream"):
    """A sampling model, at the temperature of the control `<name>.temperature`."""

    model: str
    seed: int
    prime: str = ""  # a sound file that it goes on from
    take: int = 0  # how often it was told to begin again
    since: int = 0  # sample time of the moment that it goes back to; 0: none


class FileSource(msgspec.Struct, frozen=True, tag="file"):
    """A sound file, looped at the speed of the control `<name>.speed`."""

    path: str


class GraphSource(msgspec.Struct, frozen=True, tag="graph"):
    """A @dsp, which the engine builds; see PlayGraph."""

    source: str
    function: str
    first_line: int
    inputs: tuple[str, ...]
    controls: dict[str, float]


VoiceSource = LatentSource | StreamSource | FileSource
Source = VoiceSource | GraphSource


class StartVoice(Message, frozen=True, tag=True):
    """Begin a voice that writes a sample buffer."""

    name: str
    generation: int
    buffer: int
    at: int  # sample time, frames, at which its first sample is to be heard
    source: VoiceSource


class StopVoice(Message, frozen=True, tag=True):
    """End the voice of that generation."""

    generation: int


# engine, voices -> mind


class Began(Message, frozen=True, tag=True):
    """A generation is being heard from sample time `at` on."""

    name: str
    generation: int
    at: int


class Built(Message, frozen=True, tag=True):
    """A graph has been built, and runs unheard from sample time `at` on."""

    name: str
    generation: int
    at: int


class Ended(Message, frozen=True, tag=True):
    """A generation is silent for good and its buffer is no longer read."""

    name: str
    generation: int


class Failed(Message, frozen=True, tag=True):
    """A generation could not begin or had to stop; `why` is a sentence."""

    name: str
    generation: int
    why: str
    line: int | None = None  # of the performer's block, from 1, where it is to blame


class Note(Message, frozen=True, tag=True):
    """Something that the performer should know of; `text` is a sentence."""

    text: str
    at: int


# engine, voices -> mind, for the journal alone: what came otherwise than the mind had asked for


class Placed(Message, frozen=True, tag=True):
    """What a voice writes into its buffer from `position` on is for sample time `frame` and after."""

    generation: int
    position: int  # frames since the buffer was emptied
    frame: int
    fresh: bool  # it is a new voice, and not one that was late


class Rested(Message, frozen=True, tag=True):
    """From `position` in its buffer on a stream rests, for there is no time for it, or goes on."""

    generation: int
    position: int
    rests: bool


class Underrun(Message, frozen=True, tag="Dry"):
    """A generation had no samples in the blocks from `begin` up to `end`; said when it begins, too."""

    generation: int
    begin: int  # sample time
    end: int  # NEVER while it lasts


class FadedLate(Message, frozen=True, tag=True):
    """A fade that was to begin at sample time `stamp` did so at `frame`."""

    name: str
    stamp: int
    frame: int


class Late(Message, frozen=True, tag=True):
    """A change of a control, for sample time `stamp`, came late to one reader: there it is `frame`."""

    change: tuple[int, str, int, int]  # generation of a voice or 0, control, number, stamp
    frame: int


class Unread(Message, frozen=True, tag=True):
    """A reader has ended: changes from `number` on did not come to it, which had asked up to `frame`."""

    who: int  # generation of a voice or 0
    control: str
    number: int
    frame: int  # sample time


class Silenced(Message, frozen=True, tag=True):
    """A panic has closed the gate in the block at that sample time."""

    at: int


AnyMessage = Union[
    PlayBuffer,
    PlayGraph,
    Fade,
    Listen,
    OpenGate,
    Press,
    Record,
    StartVoice,
    StopVoice,
    Began,
    Built,
    Ended,
    Failed,
    Note,
    Placed,
    Rested,
    Underrun,
    FadedLate,
    Late,
    Unread,
    Silenced,
]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AnyMessage)


def send(buffer: MessageQueue, message: Message) -> bool:
    """Send one message; False if the other side has stopped reading and the buffer is full."""
    return buffer.send(_encoder.encode(message))


def receive(buffer: MessageQueue, most: int = 64) -> Iterator[AnyMessage]:
    """Yield up to `most` waiting messages."""
    for _ in range(most):
        if (data := buffer.receive()) is None:
            return
        yield _decoder.decode(data)
