"""A performance: namespace, evaluation, signals and the tick. Live and offline run this same code."""

import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from livecode.deadlines import TookTooLong, Watchdog
from livecode.errors import LivecodeError, Problem
from livecode.evaluation.applying import Applier
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.evaluator import Evaluator, Result
from livecode.evaluation.namespace import Namespace
from livecode.journal.journal import Journal
from livecode.journal.recorder import JournalRecorder
from livecode.journal.records import BlockBegun
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding
from livecode.language.values import Moment, Value
from livecode.performance.status import Running, going_on, running, status
from livecode.performance.taking_over import take_over
from livecode.performance.words import HUSH_S as HUSH_S
from livecode.performance.words import words
from livecode.playing.generations import Generations
from livecode.playing.listening import Hearing, OscSignal
from livecode.playing.sound_player import Clockwork
from livecode.playing.sounds import Sounds, Transition
from livecode.sets.cues import Cues
from livecode.sets.scene_words import SceneSignal
from livecode.sets.scenes import Scenes
from livecode.sets.set_file import SetFile
from livecode.sets.set_player import SetPlayer
from livecode.signals.intake import Intake
from livecode.signals.keys import Keys
from livecode.signals.link import LinkClock
from livecode.signals.midi import Midi
from livecode.signals.midi_out import MidiOut
from livecode.signals.tempo import Tempo
from livecode.transport import Arena
from livecode.transport.events import Event, Kind
from livecode.transport.messages import CUE
from livecode.transport.status import Status, encode
from livecode.transport.timing import tick_frames, voice_lead

#: A change of an engine's control applies this many blocks after it was made, so that it is never late.
ENGINE_LEAD_BLOCKS = 1
#: A note is not repeated before it has been quiet for so long.
NOTE_AGAIN_S = 10
#: Times a second that the status is posted for the terminal to show.
STATUS_HZ = 20


class Performance:
    """Everything that the performer's code touches, in front of an arena.

    `now_frame` tells the sample time of the first tick; `wall_s` is a clock for noticing slowness,
    None offline; `recorder` notes what happens, or tells what has.
    """

    def __init__(
        self,
        arena: Arena,
        seed: int,
        now_frame: Callable[[], int],
        wall_s: Callable[[], float] | None = None,
        recorder: JournalRecorder | None = None,
    ):
        self.arena, self.seed, self._wall_s = arena, seed, wall_s
        self.recorder = JournalRecorder() if recorder is None else recorder
        self.recorder.tick = now_frame()
        self.sample_rate, self.block = arena.header.sample_rate, arena.header.block
        self.tick_frames = tick_frames(self.block, self.sample_rate)
        self.lock = BlockLock()
        self.lock.arrive, self.lock.passed = self.recorder.arrive, self.recorder.passed
        arena.controls.on_write = self.recorder.control_written
        self.watchdog = Watchdog()
        self.intake = Intake()
        self.tempo = Tempo(self.sample_rate)
        self.link: LinkClock | None = None
        self.new_link: Callable[[float], LinkClock] = LinkClock
        self.log: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda event: None
        self.keys, self.midi, self.midi_out = Keys(), Midi(), MidiOut(self.sample_rate)
        self.scenes = Scenes(self.tempo)
        self.set_player = SetPlayer(self)
        self.cues = Cues(self)
        self.intake.on_cue = self.cues.receive
        self._noted: dict[str, int] = {}  # note -> sample time until which it is not repeated
        self.generations = Generations(arena, self._note, self.recorder, lambda: self.frame)
        self.signals = Hearing(
            arena,
            {
                "rings": self.intake.rings,
                "keys": self.keys,
                "midi": self.midi,
                "osc": OscSignal(self.intake.osc),
                "scene": SceneSignal(self.scenes),
            },
            lambda: [
                name for name, thing in self.namespace.own().items() if isinstance(thing, Sounding)
            ],
            self.generations.listen,
            self.recorder.feature,
        )
        self.generations.on_new_engine = self.signals.tap_again
        self.set_time(0)
        clockwork = Clockwork(
            arena.controls,
            self.sample_rate,
            engine_lead=ENGINE_LEAD_BLOCKS * self.block,
            voice_lead=voice_lead(self.block),
            say=lambda name, text: self.say("fallback", text, (name,)),
            note=lambda name, text: self.say("note", text, (name,)),
            replaying=lambda: self.taking_over or self.recorder.retells,
        )
        self.sounds = Sounds(
            self.generations, clockwork, self.tempo, self.block, seed, lambda: self.frame
        )
        self.namespace = Namespace({"__name__": "__livecode__"})
        self.applier = Applier(
            self.namespace,
            self.sounds,
            self.signals,
            self.watchdog,
            self.lock,
            moment=lambda: self.moment,
            pump=lambda: self.pump(),
            trying=self.recorder.trying,
        )
        self.evaluator = Evaluator(self.namespace, self.applier)
        self.sounds.on_return = self.evaluator.put_back
        self.namespace.variables.update(words(self))
        self.number = 0  # of the newest block
        self.evaluating = False
        #: Lets the engine act on messages, where that is this same process.
        self.pump: Callable[[], None] = lambda: time.sleep(0.002)
        self._panics = arena.header.panics
        self._status_due = 0
        self.replayed: int | None = None
        self.taking_over = False  # while the blocks of a former mind are run again
        self.records = True  # whether `record` does anything: what is only tried is not kept

    # evaluation

    def evaluate(
        self,
        code: str,
        name: str | None = None,
        limit_s: float | None = None,
        quietly: bool = False,
    ) -> Result:
        """Run a block: what can be played of it is, what cannot is left as it was, and said.

        `name` names the block in errors, for a scene of a set; with `limit_s` it is interrupted
        after so many seconds of the wall clock; `quietly`: only what fails is said.
        """
        self.number += 1
        self.recorder.block_begins(self.number, code, name)
        self.evaluating, outermost = True, not self.lock.held
        try:
            limit = None if limit_s is None else self.watchdog.limit(limit_s)
            result = self.evaluator.evaluate(code, name, self.recorder.trying(limit))
        except Exception as error:  # a bug of ours; the performer's own end up in the result
            trace = "".join(traceback.format_exception(error))
            sentence = (
                f"livecode itself failed here ({type(error).__name__}: {error}); F2 shows where"
            )
            result = Result((Problem(sentence, traceback=trace),))
        finally:
            if outermost:
                self.lock.clear()
            self.evaluating = False
            self.sounds.transition = Transition()
        with self.lock.aside():
            # a mind that takes over must know of what has just begun
            self.arena.board.post(encode(self.status()))
            self.recorder.stands(lambda: going_on(self))
        self.recorder.block_ended(self.number, result.ok, result.names)
        if result.names and not quietly:
            self.say("swap", names=result.names)
        for problem in result.problems:
            self._say_problem("error", problem)
        return result

    def run_later(self) -> None:
        """Do what the block before has asked for, such as going to another scene."""
        for error in self.evaluator.run_later():
            self.say("error", error.text, line=error.line)

    def take_over(self, blocks: Iterable[BlockBegun], status: Status) -> None:
        """Become what a former mind was: run its blocks again; what sounds goes on where it can."""
        take_over(self, blocks, status)

    @property
    def journal(self) -> Journal | None:
        """Where all that enters is written."""
        return self.recorder.journal

    @journal.setter
    def journal(self, journal: Journal | None) -> None:
        self.recorder.journal = journal

    # what words do

    @property
    def frame(self) -> int:
        """The sample time of the next tick, or of a former mind's block that is being run again."""
        return self.recorder.tick if self.replayed is None else self.replayed

    def undo(self, name: str | None) -> None:
        """Take back the last block, or the last change of one name."""
        undone = self.evaluator.undo(name)
        self.say("resound" if undone.silenced else "undo", names=undone.names)

    def set_tempo(self, bpm: float) -> None:
        """Go on at another tempo, from the present beat; in a scene with a quant, from its line."""
        self.tempo.set(bpm, self.sounds.comes_in())

    def leave_link(self) -> None:
        """Share the beat with no one any more."""
        if self.link is not None:
            self.link.close()
            self.link = None

    def tap_tempo(self) -> None:
        """One tap of the performer's foot."""
        self.tempo.tap(self.frame / self.sample_rate)

    def running(self) -> list[Running]:
        """What sounds: name, kind, level, and where it was defined."""
        return running(self)

    def hush_aside(self, fade_s: float) -> None:
        """Hush while a block may be running, from another thread."""
        with self.lock.aside():
            self.recorder.hushed(fade_s)
            self.hush(fade_s)

    def hush(self, fade_s: float, in_scene: bool = False) -> None:
        """Fade out everything that sounds; undo, or evaluating a thing again, brings it back.

        in_scene: a scene with a quant does so at its line, as all else.
        """
        with self.lock:
            self._remember_what_sounds()
            self.sounds.hush(fade_s, self.sounds.comes_in() if in_scene else 0)

    def panic(self) -> None:
        """Silence within one block."""
        if not self.taking_over:
            self.arena.header.mind_panics += 1
            self._notice_panic()

    # scenes

    def open_set(self, set_file: SetFile) -> Result:
        """Prepare a set, and say what is wrong in it; no scene plays yet."""
        self.recorder.set_read(str(set_file.path), set_file.text)
        return self.set_player.open(set_file)

    def begin_scene(self, index: int) -> Result:
        """Evaluate a scene that has come due, and do what it asks for."""
        self.recorder.scene_begins(index)
        result = self.play_scene(index)
        self.run_later()
        return result

    def begin_due_scene(self, index: int) -> None:
        """Begin the scene that a tick has told of, unless a cue has come first."""
        if self.scenes.handed:
            self.begin_scene(index)

    def run_cues(self) -> None:
        """Follow the cues that have come in over OSC."""
        self.recorder.cues_run()
        self.cues.run()

    def play_scene(self, index: int) -> Result:
        """Evaluate a scene of the set; it is the present one even if part of it fails."""
        if self.taking_over:  # its block comes by itself
            return Result()
        return self.set_player.play(index)

    # the tick

    def tick(self, frame: int) -> int | None:
        """Advance signals, values, agents and controls to sample time `frame`.

        Returns the index of the scene that is to begin before the next tick, if one is.  That is
        settled while nothing else can happen, so that a replay finds the same.
        """
        with self.lock.aside():
            self.recorder.tick_begins(frame)
            self._notice_panic()
            time_s = frame / self.sample_rate
            self.intake.rings.advance(time_s)
            self.keys.advance(time_s)
            self.midi.advance(time_s)
            self.signals.listen()
            self._follow_link(frame)
            self.set_time(frame)
            self.sounds.tick(frame, self.moment)
            self.set_player.tick(frame, live=self._wall_s is not None)
            for failure in self.applier.failures():
                outcome = self.sounds.fall_back(failure.name, failure.generation)
                why = f"{failure.why} – {outcome}"
                self.say("fallback", why, (failure.name,), failure.line)
            if frame >= self._status_due:
                self._status_due = frame + self.sample_rate // STATUS_HZ
                self.arena.board.post(encode(self.status()))
            if self.recorder.tick_ended(frame + self.tick_frames, self.sample_rate):
                self.recorder.alive(going_on(self))
                if self.journal is not None and self.journal.error is not None:
                    self.say("note", f"{self.journal.error}; the performance goes on without one")
                    self.journal = None
            return self.scenes.due(frame + self.tick_frames)

    def receive_osc(self, packet: bytes, frame: int) -> None:
        """Take in one packet that arrived at sample time `frame`."""
        with self.lock.aside():
            self.recorder.packet(packet, frame)
            self.intake.receive(packet, frame / self.sample_rate)

    def receive_midi(self, message: bytes, frame: int) -> None:
        """Take in one MIDI message that arrived at sample time `frame`."""
        with self.lock.aside():
            self.recorder.midi(message, frame)
            if not self.tempo.follow(message, frame):
                self.midi.receive(message, frame / self.sample_rate)

    def press(self, key: str, frame: int) -> None:
        """A hot-key of the terminal was pressed: like, dislike, a letter, `fader3=0.5`, or CUE."""
        with self.lock.aside():
            self.recorder.key(key, frame)
            if key != CUE:
                self.keys.take(key, frame / self.sample_rate)
            elif self._wall_s is not None:
                self.set_player.hurry()

    def _call(self, value: Value) -> float:
        """A guarded call of a value's function."""
        ticking = self.recorder.ticking
        if ticking and (why := self.recorder.slow_call()) is not None:
            value.player.fall_back(TookTooLong(why))
        try:
            return value.player.call(self._wall_s)
        finally:
            if value.player.slow is not None:
                self.recorder.fell_back(value.player.slow)
                value.player.slow = None
            if (failure := value.player.failure) is not None:
                value.player.failure = None
                self._say_problem("fallback", failure)

    def _notice_panic(self) -> None:
        panics = self.arena.header.panics
        if panics != self._panics:
            self._panics = panics
            if self.recorder.ticking:  # a block's own panic comes with its block
                self.recorder.panicked()
            self._remember_what_sounds()
            self.generations.drop_all()
            self.say("note", "panic: silent; undo or evaluate a block to sound again")

    def _follow_link(self, frame: int) -> None:
        if self.link is not None and (led := self.link.lead(self.tempo, frame)) is not None:
            self.recorder.led(*led)

    def _remember_what_sounds(self) -> None:
        # a former mind's blocks are run again long after: what sounded then is not known any more
        sounding = None if self.taking_over else set(self.generations.sounding())
        self.evaluator.remember(
            [thing for thing in self.sounds if sounding is None or str(thing) in sounding]
        )

    def set_time(self, frame: int) -> None:
        """Let it be that sample time for all that is read and played."""
        seconds, beat = frame / self.sample_rate, self.tempo.beat_at(frame)
        self.signals.always.update(
            t=seconds, beat=beat, bar=self.tempo.bar_at(frame), tempo=self.tempo.bpm_at(frame)
        )
        self.moment = Moment(seconds, beat, self.signals, self._call)

    # being seen

    def _note(self, text: str) -> None:
        """A note of engine or voices; the same one again within moments is said once."""
        frame = self.frame
        if frame >= self._noted.get(text, 0):
            self.say("note", text)
        self._noted[text] = frame + NOTE_AGAIN_S * self.sample_rate

    def _say_problem(self, kind: Kind, problem: Problem) -> None:
        self.say(kind, problem.text, problem.names, problem.line, traceback=problem.traceback)

    def say(
        self,
        kind: Kind,
        text: str = "",
        names: tuple[str, ...] = (),
        line: int | None = None,
        file: str = "",
        traceback: str | None = None,
    ) -> None:
        """Log an event of this moment, and tell whoever listens."""
        event = Event(self.frame, kind, names, line, text, file, traceback)
        self.log.append(event)
        self.on_event(event)

    def get(self, name: str) -> Any:
        """The live object of that name."""
        found = self.namespace.get(name)
        if found is not None and not isinstance(found, SignalWord):
            return found
        if name in self.signals:
            return self.signals[name]
        raise LivecodeError(f"nothing is called {name!r}")

    def status(self) -> Status:
        """What the terminal shows, and what a mind that has to take over needs."""
        return status(self)

    def close(self) -> None:
        """End the performance's own threads."""
        self.leave_link()
        self.watchdog.close()
