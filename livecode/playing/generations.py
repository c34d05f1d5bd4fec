"""Generations: the sources that names sound from, their buffers, and the messages about them."""

from collections.abc import Callable, Iterable

import msgspec

from livecode.errors import LivecodeError
from livecode.journal.recorder import JournalRecorder, Restart
from livecode.playing.greeting import for_engine, for_voices
from livecode.playing.outgoing import Outgoing
from livecode.playing.source_files import SourceFiles, files_of
from livecode.transport import Arena
from livecode.transport.messages import (
    TEST_MODEL,
    AnyMessage,
    Began,
    Built,
    Directions,
    DuetTurn,
    Encoded,
    Ended,
    Fade,
    Failed,
    GraphSource,
    LearnedAdapter,
    Note,
    OpenGate,
    Shape,
    Silenced,
    Source,
    StereoSource,
    StopVoice,
    Tilted,
    Tried,
    receive,
    send,
)
from livecode.transport.sending import MidiSource, OscSource
from livecode.transport.status import NO_BUFFER, Files, Generation

#: A graph is given up when this many engines have died of it, a file when as many voices have.
CRASHES = 2
#: A fade begins this many blocks after the message, so that its first sample is known.
FADE_LEAD_BLOCKS = 2
#: A new graph that takes more of the engine's time is told with its cost.
WORTH_SAYING = 0.1
#: How long what is taken back takes to fade out.
TAKEN_BACK_FADE_S = 0.05


class Generations:
    """Starts, swaps and ends sources, and keeps the table of what sounds for the next mind."""

    def __init__(
        self,
        arena: Arena,
        on_note: Callable[[Note], None],
        recorder: JournalRecorder | None = None,
        now_frame: Callable[[], int] = lambda: 0,
    ):
        self._arena = arena
        self._on_note, self._now_frame = on_note, now_frame
        self.outgoing = Outgoing(arena, on_note, now_frame)
        self._recorder = JournalRecorder() if recorder is None else recorder
        self._to_engine = arena.messages["mind", "engine"]
        self._to_voices = arena.messages["mind", "voices"]
        self._from = [arena.messages["engine", "mind"], arena.messages["voices", "mind"]]
        self._playing: dict[int, Generation] = {}  # by generation
        self._shapes: dict[str, Shape] = {}  # of names with effects
        self.newest = 0  # the generation begun last
        self._last_buffer = -1
        #: How often engine and voices had come up when they were last told what is to sound.
        self.epochs = self._present_epochs()
        self._crashes: dict[int, int] = {}  # generation -> engines that died while trying it
        #: generation -> voices that died in a row while they loaded it
        self._deaths: dict[int, int] = {}
        self._quarantined: set[SourceFiles] = set()
        self._silenced: list[str] = []  # names that sounded when the engine told of a panic
        #: generation -> None once the engine has built it, or the failure, for a block that waits
        self.built: dict[int, Failed | None] = {}
        #: True while a former mind's blocks are run again: then nothing starts or ends.
        self.hold = False
        self._taken_back: list[AnyMessage] = []
        self._costs: dict[int, float] = {}  # of graphs that the engine has tried
        self.on_new_engine: Callable[[], None] = lambda: None
        self.on_begin: Callable[[Generation], None] = lambda playing: None
        self.on_tilted: Callable[[Tilted], None] = lambda message: None
        self.on_directions: Callable[[Directions], None] = lambda message: None
        self.on_learned: Callable[[LearnedAdapter], None] = lambda message: None
        self.on_turn: Callable[[DuetTurn], None] = lambda message: None
        self.on_encoded: Callable[[str, Encoded], None] = lambda name, message: None

    def current(self, name: str) -> Generation | None:
        """Return the generation that the name sounds from or is about to; None if there is none."""
        mine = [p for p in self._playing.values() if p.name == name and not p.leaving]
        return mine[-1] if mine else None

    def any_of(self, name: str) -> bool:
        """Tell whether the name sounds, is about to, or fades out."""
        return bool(self._of(name))

    def cost(self, name: str) -> float | None:
        """Return the share of the engine's time that a name's graph takes; None if not known."""
        current = self.current(name)
        return None if current is None else self._costs.get(current.generation)

    def start(self, name: str, source: Source, at: int, fade_s: float) -> int:
        """Start `source` under `name` at sample time `at`, and fade the older generations out.

        Returns the number of the new generation. Raises LivecodeError if no buffer is free, or if
        the voices have died of the source's file.
        """
        if (files := files_of(source)).files and files in self._quarantined:
            raise LivecodeError(f"{files} killed the voices, and is not played until it changes")
        bufferless = isinstance(source, (GraphSource, MidiSource, OscSource))
        buffer = NO_BUFFER if bufferless else self._free_buffer()
        current = self.current(name)
        for older in self._of(name):
            if older.sent and not older.leaving:
                self.outgoing.end(older, at)
            older.leaving = True
        self.newest += 1
        follows = current.generation if current is not None else 0
        playing = Generation(name, self.newest, buffer, at, source, fade_s, follows)
        self._playing[playing.generation] = playing
        if buffer != NO_BUFFER:
            self._arena.buffer_owners[buffer] = playing.generation
            stereo = isinstance(source, StereoSource) or getattr(source, "stereo", False)
            self._arena.buffers[buffer].reset(channels=2 if stereo else 1)
        if (model := getattr(source, "model", TEST_MODEL)) != TEST_MODEL:
            self._recorder.model_used(model)
        if path := getattr(source, "path", "") or getattr(source, "prime", ""):
            self._recorder.file_used(path)
        send(self._to_engine, OpenGate(self._arena.header.panics))
        if playing.sent:
            playing.begun = True  # nobody has to make it first
            self.outgoing.begin(playing)
            return playing.generation
        self._send_to_voices(playing)
        self._send_to_engine(playing)
        return playing.generation

    def abort(self, generation: int) -> None:
        """End a generation that failed; if it never began, the former generation of the name goes on."""
        playing = self._playing.get(generation)
        if playing is None:
            return
        if playing.sent:
            self.outgoing.end(playing, self._now_frame())
        elif playing.begun and playing.buffer == NO_BUFFER:  # the engine plays it still, perhaps
            at = self._now_frame() + FADE_LEAD_BLOCKS * self._arena.header.block
            send(self._to_engine, Fade(playing.name, TAKEN_BACK_FADE_S, at, generation + 1))
        self._end(generation)
        for newer in self._of(playing.name):
            if newer.follows == generation:
                newer.follows = playing.follows
        former = self._playing.get(playing.follows)
        if former is not None and not (playing.begun or playing.leaving):
            former.leaving = False

    def fade_out(self, name: str, fade_s: float, earliest: int = 0) -> None:
        """Fade `name` to silence, not before the sample time `earliest`."""
        if self.hold:
            return
        if mine := self._of(name):
            at = self._now_frame() + FADE_LEAD_BLOCKS * self._arena.header.block
            at = max(at, earliest)
            if any(not playing.sent for playing in mine):
                send(self._to_engine, Fade(name, fade_s, at, self.newest + 1))
            for playing in mine:
                if playing.sent and not playing.leaving:
                    self.outgoing.end(playing, at, fade_s)
                playing.leaving = True

    def fades(self, name: str) -> bool:
        """Tell whether `name` fades out, and is not gone yet."""
        mine = self._of(name)
        return bool(mine) and all(playing.leaving for playing in mine)

    @property
    def fading(self) -> bool:
        """Whether anything fades out still."""
        return any(playing.leaving for playing in self._playing.values())

    def sounding(self) -> list[str]:
        """Return the names that sound or are about to."""
        return list(dict.fromkeys(p.name for p in self._playing.values() if not p.leaving))

    def take_silenced(self) -> list[str]:
        """Return the names that sound, or did when the engine told of a panic; each panic's once.

        What a panic has ended may be told before the mind has noticed the panic itself.
        """
        silenced, self._silenced = self._silenced, []
        return list(dict.fromkeys([*silenced, *self.sounding()]))

    def take_back(self, name: str, generation: int, why: str) -> None:
        """Count a generation among the failures of the next `receive`, as if its voice had failed."""
        self._taken_back.append(Failed(name, generation, why))

    def shape(self, name: str, duck: str, out: tuple[int, ...], cued: bool) -> None:
        """Tell the engine that `name` has effects, what pushes it back, and where it is heard."""
        self._shapes[name] = Shape(name, duck, self._now_frame(), out, cued)
        send(self._to_engine, self._shapes[name])

    def drop_all(self) -> None:
        """Count every generation as leaving, after a panic."""
        for playing in self._playing.values():
            playing.leaving = True  # the sender has ended what it sends by itself

    def sent_as(self, name: str) -> tuple[tuple[int, int, int], ...]:
        """Return the generations under which `name` is sent, as (begin, generation, sender's epoch)."""
        return tuple((p.at, p.generation, self.outgoing.epoch) for p in self._of(name) if p.sent)

    def receive(self) -> list[Failed]:
        """Take in the messages of engine and voices; returns the failures among them."""
        messages = [message for buffer in self._from for message in receive(buffer)]
        messages += self._taken_back
        self._taken_back = []
        messages, restart = self._recorder.take_in(messages, self._restarted())
        failures = self.take(messages)
        for generation in self.outgoing.look_after(p for p in self._playing.values() if p.sent):
            self._end(generation)
        return failures if restart is None else failures + self._greet(restart)

    def take(self, messages: Iterable[AnyMessage]) -> list[Failed]:
        """Act on messages of engine and voices; returns the failures among them."""
        failures = []
        for message in messages:
            if isinstance(message, Ended):
                self._end(message.generation)
            elif isinstance(message, Failed):
                self.built[message.generation] = message
                failures.append(message)
            elif isinstance(message, Built):
                if not message.trial:
                    self.built[message.generation] = None
            elif isinstance(message, Tried):
                self.built[message.generation] = None
                self._costs[message.generation] = message.cost
                if message.cost > WORTH_SAYING:
                    told = (
                        f"{message.name} takes {message.cost:.0%} of the engine's time; "
                        f"{message.load:.0%} are taken with it"
                    )
                    self._on_note(Note(told, self._now_frame()))
            elif isinstance(message, Began):
                if (playing := self._playing.get(message.generation)) is not None:
                    playing.begun = True
                    self.on_begin(playing)
            elif isinstance(message, Silenced):
                self._silenced = self.sounding()
            elif isinstance(message, Tilted):
                self.on_tilted(message)
            elif isinstance(message, Directions):
                self.on_directions(message)
            elif isinstance(message, LearnedAdapter):
                self.on_learned(message)
            elif isinstance(message, DuetTurn):
                self.on_turn(message)
            elif isinstance(message, Encoded):
                if (playing := self._playing.get(message.generation)) is not None:
                    self.on_encoded(playing.name, message)
            elif isinstance(message, Note):
                self._on_note(message)
        return failures

    def table(self) -> tuple[Generation, ...]:
        """Return all generations, for `adopt`."""
        return tuple(msgspec.structs.replace(each) for each in self._playing.values())

    def adopt(
        self,
        table: Iterable[Generation],
        epochs: tuple[int, int] | None = None,
        newest: int = 0,
        quarantined: Iterable[Files] = (),
    ) -> None:
        """Take over the generations of a former mind, and what it had put in quarantine.

        epochs: those that the former mind knew. Engine or voices that have come up since are told
        what is to sound, whether this mind was there when they did or not. newest: the highest
        number that a generation has had, in the table or not.
        """
        if epochs is not None:
            self.epochs = epochs
        for playing in table:
            self._playing[playing.generation] = playing
            if playing.sent and not playing.leaving:
                self.outgoing.begin(playing)  # the sender may have died, too
        self.newest = max(self.newest, newest, *self._playing)
        self.keep_in_quarantine(quarantined)

    @property
    def quarantined(self) -> tuple[Files, ...]:
        """The files that are not played until they change."""
        return tuple(each.files for each in self._quarantined)

    def keep_in_quarantine(self, files: Iterable[Files]) -> None:
        """Play none of the files until they change."""
        self._quarantined.update(map(SourceFiles, files))

    def _of(self, name: str) -> list[Generation]:
        return [p for p in self._playing.values() if p.name == name]

    def _end(self, generation: int) -> None:
        self.built.pop(generation, None)
        self._costs.pop(generation, None)
        playing = self._playing.pop(generation, None)
        if playing is not None and playing.buffer != NO_BUFFER:
            send(self._to_voices, StopVoice(generation))
            self._arena.buffer_owners[playing.buffer] = 0

    def _free_buffer(self) -> int:
        owners = self._arena.buffer_owners
        for step in range(1, len(owners) + 1):
            # Buffers are taken in turn, so that a voice that was just stopped has time to leave its own.
            buffer = (self._last_buffer + step) % len(owners)
            if owners[buffer] == 0:
                self._last_buffer = buffer
                return buffer
        raise LivecodeError(f"{len(owners)} sources sound already; let one fade out first")

    def _send_to_voices(self, playing: Generation) -> None:
        if (told := for_voices(playing)) is not None:
            send(self._to_voices, told)

    def _send_to_engine(self, playing: Generation) -> None:
        if (told := for_engine(playing, self._now_frame())) is None:
            return
        if playing.name in self._shapes:
            send(self._to_engine, self._shapes[playing.name])
        send(self._to_engine, told)

    def _present_epochs(self) -> tuple[int, int]:
        header = self._arena.header
        return header.engine_epoch, header.voices_epoch

    def _restarted(self) -> Restart | None:
        epochs = self._present_epochs()
        if epochs == self.epochs:
            return None
        engine, voices = (new != old for new, old in zip(epochs, self.epochs, strict=True))
        self.epochs = epochs
        loading = tuple(int(each) for each in self._arena.suspects if each) if voices else ()
        return Restart(engine, voices, self._arena.header.suspect, loading)

    def _greet(self, restart: Restart) -> list[Failed]:
        """Tell a new engine or new voices what is to sound.

        A graph that CRASHES engines have died of is not built again, and a source that as many
        voices have died of is not loaded again; they are among the failures that are returned.
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
        if voices:
            failures += self._quarantine(restart.loading)
        failed = {failure.generation for failure in failures}
        for playing in list(self._playing.values()):
            if playing.generation in failed:
                continue
            if engine and playing.leaving and not playing.sent:
                self._end(playing.generation)  # its fade-out ended with the old engine
                continue
            if voices:
                self._send_to_voices(playing)
            if engine:
                self._send_to_engine(playing)
        return failures

    def _quarantine(self, loading: Iterable[int]) -> list[Failed]:
        """Count a death of the voices for what they were loading; return those with one too many.

        Others may have killed the voices, too. So only deaths in a row count.
        """
        self._deaths = {each: self._deaths.get(each, 0) + 1 for each in loading}
        failures = []
        for generation, count in self._deaths.items():
            suspect = self._playing.get(generation)
            if suspect is not None and count >= CRASHES:
                files = files_of(suspect.source)
                self._quarantined.add(files)
                why = f"{files} killed the voices {count} times"
                why += ", and is not played until it changes" if files.files else ""
                failures.append(Failed(suspect.name, generation, why))
        return failures
