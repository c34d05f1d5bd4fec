"""A performance: namespace, evaluation, signals and the tick. Live and offline run this same code."""

import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from livecode.errors import LivecodeError
from livecode.guard import Watchdog
from livecode.language.sets import SetFile
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding
from livecode.language.values import Moment, Value
from livecode.mind.ensemble import Ensemble
from livecode.mind.evaluation import Evaluator, Result
from livecode.mind.hearing import Hearing, OscSignal
from livecode.mind.journal import BlockBegun, BlockEnded, Journal, Record
from livecode.mind.namespace import Namespace
from livecode.mind.patchbay import Patchbay
from livecode.mind.scenes import Scenes
from livecode.mind.sound_player import Clockwork
from livecode.mind.sounds import Sounds
from livecode.mind.status import Running, running, status
from livecode.mind.words import HUSH_S as HUSH_S
from livecode.mind.words import words
from livecode.signals.intake import Intake
from livecode.signals.keys import Keys
from livecode.signals.link import LinkClock
from livecode.signals.midi import Midi
from livecode.signals.midi_out import MidiOut
from livecode.signals.tempo import Tempo
from livecode.timing import voice_lead
from livecode.transport import Arena

#: Controls change at least this often.
TICK_S = 0.005
#: A change of an engine's control applies this many blocks after it was made, so that it is never late.
ENGINE_LEAD_BLOCKS = 1
#: A note is not repeated before it has been quiet for so long.
NOTE_AGAIN_S = 10
#: Times a second that the status is posted for the desk to show.
STATUS_HZ = 20


@dataclass(frozen=True)
class Event:
    """Something that happened at a sample time: error, swap, fallback, scene, note."""

    frame: int
    kind: str
    text: str
    traceback: str | None = field(default=None, repr=False)


class Performance:
    """Everything that the performer's code touches, in front of an arena.

    `now_frame` tells the sample time; `wall_s` is a clock for noticing slowness, None offline.
    """

    def __init__(
        self,
        arena: Arena,
        seed: int,
        now_frame: Callable[[], int],
        wall_s: Callable[[], float] | None = None,
    ):
        self.arena, self.seed = arena, seed
        self._now_frame, self._wall_s = now_frame, wall_s
        self.sample_rate, self.block = arena.header.sample_rate, arena.header.block
        self.tick_frames = tick_frames(self.block, self.sample_rate)
        self.lock = threading.RLock()
        self.watchdog = Watchdog()
        self.intake = Intake()
        self.tempo = Tempo(self.sample_rate)
        self.link: LinkClock | None = None
        self.log: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda event: None
        self.keys, self.midi, self.midi_out = Keys(), Midi(), MidiOut(self.sample_rate)
        self.scenes = Scenes(self.sample_rate)
        self._noted: dict[str, int] = {}  # note -> sample time until which it is not repeated
        self.patchbay = Patchbay(arena, self._note)
        self.signals = Hearing(
            arena,
            {
                "rings": self.intake.rings,
                "keys": self.keys,
                "midi": self.midi,
                "osc": OscSignal(self.intake.osc),
            },
            lambda: [
                name for name, thing in self.namespace.own().items() if isinstance(thing, Sounding)
            ],
            self.patchbay.listen,
        )
        self.patchbay.on_new_engine = self.signals.tap_again
        self._set_time(0)
        clockwork = Clockwork(
            arena.controls,
            self.sample_rate,
            engine_lead=ENGINE_LEAD_BLOCKS * self.block,
            voice_lead=voice_lead(self.block),
            say=lambda text: self.say("fallback", text),
            note=lambda text: self.say("note", text),
            replaying=lambda: self.taking_over,
        )
        self.sounds = Sounds(
            self.patchbay, clockwork, self.tempo, self.block, seed, lambda: self.frame
        )
        self.namespace = Namespace({"__name__": "__livecode__"})
        self.ensemble = Ensemble(
            self.namespace,
            self.sounds,
            self.signals,
            self.watchdog,
            self.lock,
            moment=lambda: self.moment,
            pump=lambda: self.pump(),
        )
        self.evaluator = Evaluator(self.namespace, self.ensemble)
        self.sounds.on_return = self.evaluator.put_back
        self.namespace.variables.update(words(self))
        self.journal: Journal | None = None
        self._number = 0  # of the newest block
        self.evaluating = False
        #: Lets the engine act on messages, where that is this same process.
        self.pump: Callable[[], None] = lambda: time.sleep(0.002)
        self._panics = arena.header.panic
        self._status_due = 0
        self._replayed: int | None = None
        self.taking_over = False  # while the blocks of a former mind are run again

    # evaluation

    def evaluate(self, code: str, name: str | None = None) -> Result:
        """Run a block: what can be played of it is, what cannot is left as it was, and said.

        `name` names the block in errors, for a scene of a set.
        """
        self._number += 1
        self._journal(BlockBegun(self._number, self._now_frame(), code, name))
        self.evaluating = True
        try:
            result = self.evaluator.evaluate(code, name)
        except Exception as error:  # a bug of ours; the performer's own end up in the result
            trace = "".join(traceback.format_exception(error))
            sentence = (
                f"livecode itself failed here ({type(error).__name__}: {error}); F2 shows where"
            )
            result = Result(False, sentence, traceback=trace)
        finally:
            self.evaluating = False
        with self.lock:
            # a mind that takes over must know of what has just begun
            self.arena.board.post(msgspec.json.encode(self.status()))
        self._journal(BlockEnded(self._number, self._now_frame(), result.ok, result.names))
        if result.names:
            self.say("swap", ", ".join(result.names))
        if result.error is not None:
            self.say("error", result.error, result.traceback)
        return result

    def run_later(self) -> None:
        """Do what the block before has asked for, such as going to another scene."""
        for error in self.evaluator.run_later():
            self.say("error", error)

    def take_over(self, blocks: Iterable[BlockBegun], status: dict[str, Any]) -> None:
        """Become what a former mind was: run its blocks again; what sounds goes on where it can."""
        self.patchbay.adopt(status.get("playing", []))
        self.taking_over = self.patchbay.hold = True
        for block in blocks:
            self._number, self._replayed = block.number, block.frame
            self._set_time(block.frame)  # its curves and its tempo begin there
            self.evaluator.evaluate(block.code, block.name)
            self.evaluator.run_later()
        self._replayed = None
        self.taking_over = self.patchbay.hold = False
        self._set_time(self.frame)
        self.midi_out.silence()  # notes that are long over
        self.sounds.take_over()
        self.scenes.take_over(status, self.frame)

    def _journal(self, record: Record) -> None:
        if self.journal is not None:
            self.journal.write(record)
            if self.journal.error is not None:
                self.say("note", self.journal.error)
                self.journal = None

    # what words do

    @property
    def frame(self) -> int:
        """The sample time now, or of a former mind's block that is being run again."""
        return self._now_frame() if self._replayed is None else self._replayed

    def undo(self, name: str | None) -> None:
        """Take back the last block, or the last change of one name."""
        self.say("swap", self.evaluator.undo(name))

    def set_tempo(self, bpm: float) -> None:
        """Go on at another tempo, from the present beat."""
        self.tempo.set(bpm, self.frame)

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

    def hush(self, fade_s: float) -> None:
        """Fade out everything that sounds; undo, or evaluating a thing again, brings it back."""
        with self.lock:
            self._remember_what_sounds()
            self.sounds.hush(fade_s)

    def panic(self) -> None:
        """Silence within one block."""
        if not self.taking_over:
            self.arena.header.panic += 1
            self._notice_panic()

    # scenes

    def open_set(self, set_file: SetFile) -> Result:
        """Prepare a set; no scene plays yet."""
        self.scenes.set_file = set_file
        return self.evaluate(set_file.preparation.padded, set_file.path.name)

    def play_scene(self, index: int) -> Result:
        """Evaluate a scene of the set; it is the present one even if part of it fails."""
        if self.taking_over:  # its block comes by itself
            return Result(True)
        if (trouble := self.scenes.refresh()) is not None:
            self.say("note", f"{trouble} – going on with the set as it was")
        scene = self.scenes.begin(index, self._now_frame(), self.tempo.bpm)
        self.say("scene", scene.name)
        assert self.scenes.set_file is not None
        return self.evaluate(scene.padded, self.scenes.set_file.path.name)

    # the tick

    def tick(self, frame: int) -> None:
        """Advance signals, values, agents and controls to sample time `frame`."""
        with self.lock:
            self._notice_panic()
            time_s = frame / self.sample_rate
            self.intake.rings.advance(time_s)
            self.keys.advance(time_s)
            self.midi.advance(time_s)
            self.signals.listen()
            if self.link is not None:
                self.link.lead(self.tempo, frame)
            self._set_time(frame)
            self.sounds.tick(frame, self.moment)
            for failure in self.ensemble.failures():
                outcome = self.sounds.fall_back(failure.name, failure.generation)
                self.say("fallback", f"{failure.name}: {failure.why} – {outcome}")
            if frame >= self._status_due:
                self._status_due = frame + self.sample_rate // STATUS_HZ
                self.arena.board.post(msgspec.json.encode(self.status()))

    def receive_osc(self, packet: bytes, frame: int) -> None:
        """Take in one packet that arrived at sample time `frame`."""
        with self.lock:
            self.intake.receive(packet, frame / self.sample_rate)

    def receive_midi(self, message: bytes, frame: int) -> None:
        """Take in one MIDI message that arrived at sample time `frame`."""
        with self.lock:
            if not self.tempo.follow(message, frame):
                self.midi.receive(message, frame / self.sample_rate)

    def press(self, key: str, frame: int) -> None:
        """A hot-key of the desk was pressed: like, dislike, a letter, or `fader3=0.5`."""
        with self.lock:
            name, _, value = key.partition("=")
            if value:
                self.keys.set_fader(int(name.removeprefix("fader")), float(value))
            else:
                self.keys.press(name, frame / self.sample_rate)

    def _call(self, value: Value) -> float:
        """A guarded call of a value's function."""
        try:
            return value.player.call(self._wall_s)
        finally:
            if (failure := value.player.failure) is not None:
                value.player.failure = None
                self.say("fallback", failure, value.player.failing_traceback)

    def _notice_panic(self) -> None:
        panics = self.arena.header.panic
        if panics != self._panics:
            self._panics = panics
            self._remember_what_sounds()
            self.patchbay.drop_all()
            self.say("note", "panic: silent; undo or evaluate a block to sound again")

    def _remember_what_sounds(self) -> None:
        sounding = set(self.patchbay.sounding())
        self.evaluator.remember([thing for thing in self.sounds if str(thing) in sounding])

    def _set_time(self, frame: int) -> None:
        seconds, beat = frame / self.sample_rate, self.tempo.beat_at(frame)
        self.signals.always.update(
            t=seconds, beat=beat, bar=self.tempo.bar_at(frame), tempo=self.tempo.bpm
        )
        self.moment = Moment(seconds, beat, self.signals, self._call)

    # being seen

    def _note(self, text: str) -> None:
        """A note of engine or voices; the same one again within moments is said once."""
        frame = self.frame
        if frame >= self._noted.get(text, 0):
            self.say("note", text)
        self._noted[text] = frame + NOTE_AGAIN_S * self.sample_rate

    def say(self, kind: str, text: str, trace: str | None = None) -> None:
        """Log an event, and tell whoever listens."""
        event = Event(self._now_frame(), kind, text, trace)
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

    def status(self) -> dict[str, Any]:
        """What the desk shows, and what a mind that has to take over needs."""
        return status(self)

    def close(self) -> None:
        """End the performance's own threads."""
        self.leave_link()
        self.watchdog.close()


def tick_frames(block: int, sample_rate: int) -> int:
    """Frames between two ticks: the block, halved until it is no longer than TICK_S."""
    frames = block
    while frames > TICK_S * sample_rate and frames % 2 == 0:
        frames //= 2
    return frames
