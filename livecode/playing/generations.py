"""Which source each name sounds from: generations, their buffers, and the messages about them."""

from collections.abc import Callable, Iterable

import msgspec

from livecode.errors import LivecodeError
from livecode.journal.recorder import JournalRecorder, Restart
from livecode.transport import Arena
from livecode.transport.messages import (
    TEST_MODEL,
    AnyMessage,
    Began,
    Built,
    Ended,
    Fade,
    Failed,
    GraphSource,
    Listen,
    Message,
    Note,
    OpenGate,
    PlayBuffer,
    PlayGraph,
    Source,
    StartVoice,
    StopVoice,
    receive,
    send,
)
from livecode.transport.status import NO_BUFFER, Generation

#: An engine may die so often of one graph.
CRASHES = 2
#: A fade begins this many blocks after it was asked for, so that it does so at a known sample.
FADE_LEAD_BLOCKS = 2


class Generations:
    """Starts, swaps and ends sources; knows what sounds, also for a mind that comes after this one."""

    def __init__(
        self,
        arena: Arena,
        on_note: Callable[[str], None],
        recorder: JournalRecorder | None = None,
        now_frame: Callable[[], int] = lambda: 0,
    ):
        self._arena = arena
        self._on_note, self._now_frame = on_note, now_frame
        self._recorder = JournalRecorder() if recorder is None else recorder
        self._to_engine = arena.messages["mind", "engine"]
        self._to_voices = arena.messages["mind", "voices"]
        self._from = [arena.messages["engine", "mind"], arena.messages["voices", "mind"]]
        self._playing: dict[int, Generation] = {}  # by generation
        self._last_generation = 0
        self._last_buffer = -1
        self._epochs = self._present_epochs()
        self._crashes: dict[int, int] = {}  # generation -> engines that died while trying it
        #: generation -> None once built, or why it could not be; for whoever waits
        self.built: dict[int, Failed | None] = {}
        self.hold = False  # while blocks of a former mind are run again, nothing starts or ends
        self.on_new_engine: Callable[[], None] = lambda: None
        self.on_begin: Callable[[Generation], None] = lambda playing: None

    def current(self, name: str) -> Generation | None:
        """What the name sounds from, or is about to."""
        mine = [p for p in self._playing.values() if p.name == name and not p.leaving]
        return mine[-1] if mine else None

    def start(self, name: str, source: Source, at: int, fade_s: float) -> int:
        """Sound `name` from `source`, beginning at sample time `at`, and fade what it was out.

        Returns the new generation.
        """
        buffer = NO_BUFFER if isinstance(source, GraphSource) else self._free_buffer()
        current = self.current(name)
        for older in self._of(name):
            older.leaving = True
        self._last_generation += 1
        follows = current.generation if current is not None else 0
        playing = Generation(name, self._last_generation, buffer, at, source, fade_s, follows)
        self._playing[playing.generation] = playing
        if buffer != NO_BUFFER:
            self._arena.buffer_owners[buffer] = playing.generation
            self._arena.buffers[buffer].reset(channels=1)
        if (model := getattr(source, "model", TEST_MODEL)) != TEST_MODEL:
            self._recorder.sounds_from(model)
        send(self._to_engine, OpenGate(self._arena.header.panics))
        self._send_to_voices(playing)
        self._send_to_engine(playing)
        return playing.generation

    def abort(self, generation: int) -> None:
        """Forget a generation that failed; if it never began, what the name sounded from goes on."""
        playing = self._playing.get(generation)
        if playing is None:
            return
        self._end(generation)
        for newer in self._of(playing.name):
            if newer.follows == generation:
                newer.follows = playing.follows
        former = self._playing.get(playing.follows)
        if former is not None and not (playing.begun or playing.leaving):
            former.leaving = False

    def fade_out(self, name: str, fade_s: float, earliest: int = 0) -> None:
        """Let `name` fade to silence, not before the sample time `earliest`."""
        if self.hold:
            return
        if mine := self._of(name):
            at = self._now_frame() + FADE_LEAD_BLOCKS * self._arena.header.block
            at = max(at, earliest)
            send(self._to_engine, Fade(name, fade_s, at, self._last_generation + 1))
            for playing in mine:
                playing.leaving = True

    def sounding(self) -> list[str]:
        """The names that sound, or are about to."""
        return list(dict.fromkeys(p.name for p in self._playing.values() if not p.leaving))

    def listen(self, name: str, tap: int) -> None:
        """Have the engine fill a tap with what `name` sounds like."""
        send(self._to_engine, Listen(name, tap))

    def drop_all(self) -> None:
        """After a panic: nothing sounds any more."""
        for playing in self._playing.values():
            playing.leaving = True

    def receive(self) -> list[Failed]:
        """Take in what engine and voices have to say; returns the failures among it."""
        messages = [message for buffer in self._from for message in receive(buffer)]
        messages, restart = self._recorder.taken_in(messages, self._restarted())
        failures = self.take(messages)
        return failures if restart is None else failures + self._greet(restart)

    def take(self, messages: Iterable[AnyMessage]) -> list[Failed]:
        """Act on what engine and voices have said; returns the failures among it."""
        failures = []
        for message in messages:
            if isinstance(message, Ended):
                self._end(message.generation)
            elif isinstance(message, Failed):
                self.built[message.generation] = message
                failures.append(message)
            elif isinstance(message, Built):
                self.built[message.generation] = None
            elif isinstance(message, Began):
                if (playing := self._playing.get(message.generation)) is not None:
                    playing.begun = True
                    self.on_begin(playing)
            elif isinstance(message, Note):
                self._on_note(message.text)
        return failures

    def table(self) -> tuple[Generation, ...]:
        """What sounds, for `adopt`."""
        return tuple(msgspec.structs.replace(each) for each in self._playing.values())

    def adopt(self, table: Iterable[Generation]) -> None:
        """Take over what a former mind had playing; sources started again identically just go on."""
        for playing in table:
            self._playing[playing.generation] = playing
            self._last_generation = max(self._last_generation, playing.generation)

    def _of(self, name: str) -> list[Generation]:
        return [p for p in self._playing.values() if p.name == name]

    def _end(self, generation: int) -> None:
        self.built.pop(generation, None)
        playing = self._playing.pop(generation, None)
        if playing is not None and playing.buffer != NO_BUFFER:
            send(self._to_voices, StopVoice(generation))
            self._arena.buffer_owners[playing.buffer] = 0

    def _free_buffer(self) -> int:
        owners = self._arena.buffer_owners
        for step in range(1, len(owners) + 1):
            # In turn, so that a buffer rests before a voice that was just stopped is forgotten there.
            buffer = (self._last_buffer + step) % len(owners)
            if owners[buffer] == 0:
                self._last_buffer = buffer
                return buffer
        raise LivecodeError(f"{len(owners)} sources sound already; let one fade out first")

    def _send_to_voices(self, playing: Generation) -> None:
        if not isinstance(playing.source, GraphSource):
            send(
                self._to_voices,
                StartVoice(
                    playing.name, playing.generation, playing.buffer, playing.at, playing.source
                ),
            )

    def _send_to_engine(self, playing: Generation) -> None:
        name, generation, source = playing.name, playing.generation, playing.source
        if isinstance(source, GraphSource):
            message: Message = PlayGraph(
                name,
                generation,
                playing.at,
                playing.fade_s,
                source.source,
                source.function,
                source.first_line,
                source.inputs,
                source.controls,
            )
        else:
            message = PlayBuffer(name, generation, playing.buffer, playing.at, playing.fade_s)
        send(self._to_engine, message)

    def _present_epochs(self) -> tuple[int, int]:
        header = self._arena.header
        return header.engine_epoch, header.voices_epoch

    def _restarted(self) -> Restart | None:
        epochs = self._present_epochs()
        if epochs == self._epochs:
            return None
        engine, voices = (new != old for new, old in zip(epochs, self._epochs, strict=True))
        self._epochs = epochs
        return Restart(engine, voices, self._arena.header.suspect)

    def _greet(self, restart: Restart) -> list[Failed]:
        """Tell an engine or voices process that has come up anew what is to sound.

        A graph that two engines have died of is not built a third time.
        """
        engine, voices = restart.engine, restart.voices
        failures = []
        if engine:
            self.on_new_engine()
            suspect = self._playing.get(restart.suspect)
            if suspect is not None:
                count = self._crashes[suspect.generation] = (
                    self._crashes.get(suspect.generation, 0) + 1
                )
                if count >= CRASHES:
                    why = f"it crashed the engine {count} times and is not built again"
                    failures.append(Failed(suspect.name, suspect.generation, why))
        failed = {failure.generation for failure in failures}
        for playing in list(self._playing.values()):
            if playing.generation in failed:
                continue
            if engine and playing.leaving:
                self._end(playing.generation)  # its fade ended with the old engine
                continue
            if voices:
                self._send_to_voices(playing)
            if engine:
                self._send_to_engine(playing)
        return failures
