"""Composes a performance of its parts, and moves all of them on at each tick, live and offline alike."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livecode.deadlines import Watchdog
from livecode.errors import LivecodeError
from livecode.evaluation import pickling
from livecode.evaluation.applying import Applier
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.blocks import BlockRunner
from livecode.evaluation.evaluator import Evaluator
from livecode.evaluation.namespace import Namespace
from livecode.help.completion import Scope
from livecode.journal.journal_file import Journal
from livecode.journal.recorder import JournalRecorder
from livecode.language.sent import Sent
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding
from livecode.performance.agent_checkpoint import AgentCheckpoint
from livecode.performance.audio_word import AudioWord
from livecode.performance.drawn_layers import DrawnLayers
from livecode.performance.grab_word import grab_word
from livecode.performance.input_words import MicWord, MidiWord, OscWord
from livecode.performance.inputs import Inputs
from livecode.performance.journal_watch import JournalWatch
from livecode.performance.judging import Judging
from livecode.performance.language_words import (
    help_word,
    language_words,
    redo_word,
    running_word,
    undo_word,
)
from livecode.performance.named_signals import NamedSignals
from livecode.performance.record_word import RecordWord
from livecode.performance.silencer import Silencer
from livecode.performance.sound_words import sound_words
from livecode.performance.stage_word import StageWord
from livecode.performance.status import StatusBoard
from livecode.performance.taking_over import Handover
from livecode.performance.tempo_control import Leader, TempoControl
from livecode.performance.tempo_words import TempoWord, metre_word
from livecode.performance.tick_load import SoundingNames, TickLoad
from livecode.performance.token_times import TokenTeller
from livecode.playing.clock import PerformanceClock
from livecode.playing.directions import DirectionFinder
from livecode.playing.duets import Duets
from livecode.playing.event_log import EventLog
from livecode.playing.generations import Generations
from livecode.playing.learning import Lessons
from livecode.playing.listening import OscSignal, Signals
from livecode.playing.midi_out import MidiOut
from livecode.playing.present import PresentMoment
from livecode.playing.requests import Requests
from livecode.playing.sound_player import PlayerSetup
from livecode.playing.sounds import Sounds
from livecode.playing.tilts import Tilts
from livecode.playing.turns import TurnTable
from livecode.sets.cue_vocabulary import CueTargets
from livecode.sets.cues import Cues
from livecode.sets.scene_words import SceneSignal, SceneWord, scene_words
from livecode.sets.scenes import Scenes
from livecode.sets.set_file import parse_set
from livecode.sets.set_place import SetPlace
from livecode.sets.set_player import SetPlayer
from livecode.sets.turn_runner import TurnRunner
from livecode.signals.intake import Intake
from livecode.signals.keys import Keys
from livecode.signals.link import LinkClock
from livecode.signals.midi import Midi
from livecode.signals.tempo import Tempo
from livecode.transport import Arena
from livecode.transport.status import Status, encode
from livecode.transport.timing import stream_lead, voice_lead

#: A control of the engine is stamped this many blocks ahead, so that it is never late.
ENGINE_LEAD_BLOCKS = 1
#: The status is posted this many times a second.
STATUS_HZ = 20


class Performance:
    """Everything that the performer's code touches, on one side of an arena.

    The constructor composes the parts. Each part knows only the parts that it is given. Callers use
    the parts: `blocks.evaluate(…)`, `inputs.press(…)`, `set_player.begin(…)`.
    """

    def __init__(
        self,
        arena: Arena,
        seed: int,
        now_frame: Callable[[], int],
        wall_s: Callable[[], float] | None = None,
        recorder: JournalRecorder | None = None,
        pump: Callable[[], None] | None = None,
        new_link: Callable[[float], Leader] = LinkClock,
    ):
        """Compose a performance with a random seed.

        `now_frame()` returns the sample time of the first tick.
        `wall_s()` returns seconds of a clock that shows slowness; None offline.
        `recorder` notes what happens, or in a replay tells what happened.
        `pump()` lets an engine in this process act on messages; None waits for one elsewhere.
        `new_link(bpm)` joins the programs that share the beat.
        """
        self.arena, self.seed, self._live = arena, seed, wall_s is not None
        header, sample_rate, block = arena.header, arena.header.sample_rate, arena.header.block

        # time, and the record of what happens
        self.recorder = recorder = JournalRecorder() if recorder is None else recorder
        recorder.tick = now_frame()
        self.clock = clock = PerformanceClock(recorder, sample_rate, block)
        self.log = log = EventLog(clock)
        self._journal_watch = JournalWatch(log)
        self.lock = lock = BlockLock()
        lock.arrive, lock.passed = recorder.await_point, recorder.note_point
        lock.asks, lock.read = recorder.await_read, recorder.note_read
        arena.controls.on_write = recorder.control_written
        self.watchdog = watchdog = Watchdog()
        self.tempo = tempo = Tempo(sample_rate)
        # what is due sooner may have been told to voices and engine already
        tempo.horizon = stream_lead(block)

        # what comes in
        self.intake, self.keys, self.midi = Intake(), Keys(), Midi()
        self.midi_out = MidiOut(sample_rate)
        self.namespace = namespace = Namespace({"__name__": "__livecode__"})
        self.place = SetPlace(namespace.variables)
        pickling.register(namespace.variables)
        self.scenes = scenes = Scenes(tempo, self.place.watch)
        self.generations = Generations(arena, log.note, recorder, lambda: clock.frame)
        requests = Requests(arena)
        self.signals = signals = Signals(
            arena,
            {
                "rings": self.intake.rings,
                "keys": self.keys,
                "midi": self.midi,
                "osc": OscSignal(self.intake.osc, self.intake.want, recorder.feature),
                "scene": SceneSignal(scenes),
            },
            self._sounding,
            requests.listen,
            recorder.feature,
            lock.reading,
        )
        namespace.signals, namespace.storing = signals, lock.storing
        self.generations.on_new_engine = signals.tap_again
        self.present = PresentMoment(tempo, signals, recorder, log, wall_s)

        # what sounds, and how blocks change it
        setup = PlayerSetup(
            arena.controls,
            sample_rate,
            engine_lead=ENGINE_LEAD_BLOCKS * block,
            voice_lead=voice_lead(block),
            tick_frames=clock.tick_frames,
            say=lambda name, text: log.say("fallback", text, (name,)),
            note=lambda name, text: log.say("note", text, (name,)),
            replaying=lambda: clock.taking_over or recorder.replaying,
            taking_over=lambda: clock.taking_over,
            reading=lock.reading,
            tempo=tempo,
            block=block,
            tap_of=lambda name: signals.tap_of(name) if name in signals else -1,
            burst=lambda name: round(float(recorder.feature(name, "burst", header.burst))),
            plays=lambda name: self.generations.current(name) is not None,
            get_sounds=requests.get_sounds,
            shape=self.generations.shape,
            order=self.generations.outgoing.order,
            sent_as=self.generations.sent_as,
        )
        self.sounds = sounds = Sounds(
            self.generations, setup, tempo, block, seed, lambda: clock.frame
        )
        sounds.on_gone = signals.forget
        self.tilts = Tilts(arena, self.generations, sounds, watchdog, setup.say, setup.note, wall_s)
        self.direction_finder = DirectionFinder(
            arena, self.generations, sounds, watchdog, setup, wall_s
        )
        self.tilts.on_takes = self.direction_finder.take_in
        self.lessons = Lessons(arena, self.generations, sounds, watchdog, setup, wall_s)
        self.tilts.on_learning_takes = self.lessons.take_in
        self.turns = TurnTable(tempo, signals, sounds, lead=setup.voice_lead + clock.tick_frames)
        self.duets = Duets(
            signals, sounds, setup, tempo, lambda: clock.frame, arena.taps, recorder.feature,
            lambda: recorder.replaying, seed,
        )  # fmt: skip
        self.applier = Applier(
            namespace,
            sounds,
            signals,
            watchdog,
            lock,
            moment=lambda: self.present.moment,
            pump=(lambda: time.sleep(0.002)) if pump is None else pump,
            trying=recorder.trying,
            turns=self.turns,
            duets=self.duets,
        )
        evaluator = Evaluator(namespace, self.applier, self._line_defining)
        sounds.on_return = evaluator.take_back_name
        self.deferred = deferred = evaluator.deferred
        self.blocks = BlockRunner(
            evaluator, recorder, lock, watchdog, sounds, log, self._after_block
        )
        #: Called with the code of each block that has ended.
        self.on_block: Callable[[str], None] = lambda code: None
        self.stage = StageWord(deferred)
        self.layers = DrawnLayers(namespace, sample_rate)
        self.named = NamedSignals(namespace, sample_rate, lambda: self.stage.status)
        self.judging = Judging(
            namespace, signals, requests, deferred, watchdog, tempo, clock, log, setup.replaying,
            seed,
        )  # fmt: skip
        self.board = StatusBoard(
            arena, clock, tempo, self.intake, scenes, sounds, self.turns, namespace, self.stage,
            self.layers, self.named, self.judging, self.duets,
        )  # fmt: skip
        self._status_due = 0
        self.tokens = TokenTeller(sounds, clock, tempo, lock)

        self.tick_load = TickLoad(SoundingNames(sounds), clock.tick_frames / sample_rate)

        # what performers, sets and cues do
        self.silencer = Silencer(sounds, evaluator.history, header, clock, recorder, lock, log)
        self.tempo_control = TempoControl(
            tempo, clock, sounds, recorder, new_link, lock.reading,
            (lambda: header.now(time.monotonic_ns())) if self._live else None,
        )  # fmt: skip
        self.set_player = SetPlayer(
            scenes, self.blocks, self.applier, watchdog, clock, recorder, lock, log
        )
        self.set_player.open_beat = self.tempo_control.open_beat
        self.turn_runner = TurnRunner(self.turns, self.blocks, clock, log)
        targets = CueTargets(scenes, sounds, self.keys, clock, self.silencer.panic)
        self.cues = Cues(targets, self.set_player, self.blocks, recorder, log)
        self.intake.on_cue, self.intake.admits = self.cues.receive, self.cues.admits
        hurry = self.set_player.hurry if self._live else lambda: None
        self.inputs = Inputs(self.intake, self.keys, self.midi, tempo, recorder, lock, hurry)
        self.checkpoint = AgentCheckpoint(sounds, clock, lock, log)
        self.handover = Handover(
            self.blocks, sounds, scenes, arena.controls, clock, self.present, tempo, self.midi_out,
            self.turns, lock, log, self.tilts.recall,
        )  # fmt: skip

        # the words in the namespace
        self.record = RecordWord(arena, clock, deferred, log)
        self.audio = AudioWord(arena, clock, deferred)
        self.scope = Scope(namespace.variables, signals)
        self.words: dict[str, Any] = {
            **language_words(signals),
            **sound_words(
                sounds,
                namespace,
                deferred,
                tempo,
                self.silencer,
                lock.reading,
                lambda sentence: None if clock.taking_over else log.say("note", sentence),
            ),
            **scene_words(self.set_player, deferred, lock, clock),
            **self.judging.words,
            "audio": self.audio,
            "grab": grab_word(namespace, sounds, requests, tempo, clock, seed),
            "metre": metre_word(self.tempo_control, deferred),
            "mic": MicWord(signals),
            "midi": MidiWord(signals, self.midi_out, tempo, clock),
            "osc": OscWord(signals),
            "record": self.record,
            "running": running_word(self.board),
            "stage": self.stage,
            "scene": SceneWord(signals, namespace, sounds, self.set_player, deferred),
            "tempo": TempoWord(signals, self.tempo_control, deferred),
            "redo": redo_word(self.blocks, deferred),
            "undo": undo_word(self.blocks, deferred),
        }
        self.words["help"] = help_word(self.scope, self.words)
        namespace.words = self.words
        namespace.variables.update(self.words)

    def tick(self, frame: int) -> int | None:
        """Advance signals, values, agents and controls to sample time `frame`.

        Returns the index of the scene that begins before the next tick, None if none does. This is
        decided under the lock, so that a replay decides the same.
        """
        clock = self.clock
        with self.lock.aside():
            self.tick_load.begin()
            self.recorder.tick_begins(frame)
            self.silencer.notice_panic()
            self.inputs.advance(frame / clock.sample_rate)
            self.signals.listen()
            self.tempo_control.follow_link(frame)
            self.present.move_to(frame)
            self.applier.tick(frame)
            self.sounds.tick(frame, self.present.moment)
            self.duets.tick(self.present.moment)
            self.tilts.tick(self.present.moment)
            self.direction_finder.tick(self.present.moment)
            self.lessons.tick(self.present.moment)
            self.layers.tick(frame, self.present.moment)
            self.named.tick(frame, self.present.moment)
            self.judging.tick(self.present.moment)
            self.set_player.tick(frame, self.present.moment)
            if not self.recorder.replaying:  # the journal has the turns as blocks
                self.turns.tick(frame, frame + clock.tick_frames)
            self.cues.tick()
            if self._live:
                for order in self.midi_out.orders(frame, clock.block + 2 * clock.tick_frames):
                    self.generations.outgoing.order(order)
                self.set_player.watch(frame)
                self.tick_load.end(lambda: self._late_s(frame))
            self._fall_back()
            if frame >= self._status_due:
                self._status_due = frame + clock.sample_rate // STATUS_HZ
                self.post_status()
            self.arena.header.mind_tick = frame + clock.tick_frames
            if self.recorder.tick_ended(frame + clock.tick_frames, clock.sample_rate):
                self.recorder.heartbeat(self.board.going_on())
                if self.journal is not None:
                    self._journal_watch.look(self.journal)
            return self.scenes.due(frame + clock.tick_frames)

    def _late_s(self, frame: int) -> float:
        """Return how long ago the tick of a sample time was due, in seconds."""
        now = self.arena.header.now(time.monotonic_ns())
        return (now - frame) / self.clock.sample_rate

    def _fall_back(self) -> None:
        """Let each name whose source has failed go back to its last good source."""
        for failure in self.applier.failures():
            outcome = self.sounds.fall_back(failure.name, failure.generation)
            why = f"{failure.why} – {outcome}"
            self.log.say("fallback", why, (failure.name,), failure.line)

    def post_status(self) -> None:
        """Post the status on the board, for the terminal and for a mind that takes over."""
        self.arena.board.post(encode(self.status()))

    def status(self) -> Status:
        """Return what the terminal shows, and what a mind that takes over needs."""
        return self.board.status(self.blocks.evaluating)

    def _sounding(self) -> list[str]:
        """Return the names that sound, and those that something which fades out listens to."""
        own = self.namespace.own().items()
        names = [name for name, t in own if isinstance(t, Sounding) and not isinstance(t, Sent)]
        return [*names, *(name for name in self.sounds.heard_leaving if name not in names)]

    def _line_defining(self, name: str) -> int | None:
        """Return the line of the text that defines a name, saved or not; None if there is no such line."""
        if typed := self.set_player.typed:
            return parse_set(typed, Path("typed")).line_defining(name)
        set_file = self.scenes.set_file
        return None if set_file is None else set_file.line_defining(name)

    def _after_block(self, code: str) -> None:
        """Post and note the status after a block, so that a mind that takes over knows what has begun."""
        self.on_block(code)
        with self.lock.aside():
            self.post_status()
            self.recorder.status_after_block(self.board.going_on)

    @property
    def journal(self) -> Journal | None:
        """The journal that everything that enters is written to; None: it is not written."""
        return self.recorder.journal

    @journal.setter
    def journal(self, journal: Journal | None) -> None:
        self.recorder.journal = journal

    def get(self, name: str) -> Any:
        """Return the live object of a name; LivecodeError if there is none."""
        found = self.namespace.get(name)
        if found is not None and not isinstance(found, SignalWord):
            return found
        if name in self.signals:
            return self.signals[name]
        raise LivecodeError(f"nothing is called {name!r}")

    def close(self) -> None:
        """End the threads of the performance, and go back to where the process stood."""
        self.place.leave()
        pickling.withdraw(self.namespace.variables)
        self.tempo_control.leave_link()
        self.watchdog.close()
