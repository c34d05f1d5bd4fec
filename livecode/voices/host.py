"""All voices of a performance: messages start and stop them, and each is kept ahead of the engine."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from livecode.errors import LivecodeError
from livecode.neural.torchscript.trust import is_torchscript
from livecode.system.scheduling import ordinary
from livecode.transport import Arena, ControlReader
from livecode.transport.messages import (
    Directions,
    Encoded,
    Failed,
    GetLearningTakes,
    GetSounds,
    GetTakes,
    GivenUp,
    Late,
    LatentSource,
    LearnedAdapter,
    Lost,
    Message,
    Missed,
    Narrowed,
    Note,
    OnsetSource,
    Rested,
    Scores,
    StartVoice,
    StopVoice,
    StreamSource,
    Tilted,
    TransferSource,
    Unread,
    VoiceAligned,
    receive,
    send,
)
from livecode.transport.onsets import ONSETS, OnsetReader
from livecode.transport.schedule import NEVER, Schedule
from livecode.transport.timing import HOP, look_ahead
from livecode.voices.batching import SLOW_S, Batching, spent_before
from livecode.voices.ears import Ears
from livecode.voices.entropy import EntropyTeller
from livecode.voices.first_start import PARTS, FirstStart, needed
from livecode.voices.isolated import IsolatedVoice
from livecode.voices.load_shedding import LoadShedding, TakenBack, Width
from livecode.voices.opening import open_source
from livecode.voices.sound_store import SoundStore
from livecode.voices.steered import SteeredStreams
from livecode.voices.stream import Memory, StreamVoice
from livecode.voices.tilting import Tilting
from livecode.voices.trials import Trials
from livecode.voices.voice import SoundSource, Voice

#: After so long, in seconds, messages are read again, though not every voice is ahead.
MOST_S = 0.05
#: What takes longer than this to load, in seconds, is told of.
LONG_S = 3.0


class VoiceHost:
    """Keeps the buffer of every voice filled."""

    def __init__(
        self,
        arena: Arena,
        live_clock: Callable[[], float] | None = None,
        schedule: Schedule | None = None,
        first_start: FirstStart | None = None,
    ):
        """Set up the host. `live_clock` returns seconds, or is None offline.

        Live, a thread loads what a voice needs while others play, and streams rest if there is no
        time for them. In a replay, `schedule` says when things happened live. `first_start` compiles
        beside what plays, and tells of it.
        """
        self._first_start = first_start
        self.arena, self._schedule = arena, schedule
        self.voices: dict[int, Voice] = {}
        self._ahead = look_ahead(arena.header.block)
        self._from_mind = arena.messages["mind", "voices"]
        self._to_mind = arena.messages["voices", "mind"]
        self._live = live_clock is not None
        self._now_s = live_clock if live_clock is not None else lambda: 0.0
        #: When the loading of a generation began, until that is told.
        self._since_s: dict[int, float] = {}
        self._isolated: dict[int, IsolatedVoice] = {}
        self._load_shedding = None
        if live_clock is not None:
            self._load_shedding = LoadShedding(HOP / arena.header.sample_rate, live_clock)
        arena.controls.on_late = lambda change, at: self._tell(Late(change, at))
        arena.controls.on_lost = lambda *what: self._tell(Lost(*what))
        arena.controls.on_unread = lambda *what: self._tell(Unread(*what))
        self._memory = Memory(arena.header.sample_rate)
        self.sounds = SoundStore(arena.header.sample_rate, beside=self._live)
        self._trials = Trials(arena)
        self._tilting = Tilting(arena, scored=schedule is None)
        steered = SteeredStreams(arena, self.voices, self._live, heard=schedule is None)
        self._entropies = EntropyTeller(arena)
        self._ears = Ears(arena, partial(send, self._to_mind), self._live, schedule is None)
        self._batching = Batching(self._now_s)
        self._wanted: dict[int, StartVoice] = {}
        # generations that play on until their buffer gets another owner
        self._leaving: set[int] = set()
        self._loaded: deque[tuple[StartVoice, SoundSource | str]] = deque()
        self._handlers: dict[type, Callable[..., None]] = {
            StartVoice: self._start,
            StopVoice: self._stop,
            GetSounds: lambda message: self.sounds.get(message.kit, message.sounds),
            GetTakes: steered.get_takes,
            GetLearningTakes: steered.get_learning_takes,
            Directions: steered.take_directions,
            LearnedAdapter: steered.take_learned,
            Scores: self._take_scores,
        }

    def process(self) -> int:
        """Handle messages and fill the buffers. Return how many hops were computed."""
        for message in receive(self._from_mind):
            self._handlers[type(message)](message)
        if (suspect := self._trials.released()) is not None:
            self._load_apart(suspect)
        while self._loaded:
            self._begin(*self._loaded.popleft())
        self._ahead = look_ahead(self.arena.header.block, self.arena.header.burst)
        due = self.arena.header.clock()[0] + self.arena.header.block
        self._ears.listen(self.voices, due)
        computed = self._fill_all(due)
        voices = self.voices.values()
        streams = [(each, each.source) for each in voices if isinstance(each.source, StreamVoice)]
        self._entropies.tell({each.name: (each.frame, stream) for each, stream in streams})
        for generation, isolated in list(self._isolated.items()):
            why = isolated.poll()
            for told in isolated.take_told():
                self._tell(told)
            isolated.noted = self._pass_on(isolated.name, isolated.notes, isolated.noted)
            if why is not None:
                del self._isolated[generation]
                self._fail(isolated.name, generation, why)
        if self._load_shedding is not None:
            self._shed_load(self._load_shedding)
        if self._since_s:
            self._tell_what_loads_long()
        for text in self.sounds.take_trouble():
            self._tell(Note(text, due, once=True))
        if self._first_start is not None:
            for text in self._first_start.take_told():
                self._tell(Note(text, due, once=True))
        return computed

    def draw_ahead(self) -> bool:
        """Draw a hop of some streams before it is due; return whether one was to be drawn."""
        return self._batching.draw_ahead(self.voices.values())

    def close(self) -> None:
        """End the processes of isolated voices."""
        for isolated in self._isolated.values():
            isolated.stop()
        self._isolated.clear()

    def _fill_all(self, due: int) -> int:
        """Compute hop by hop until every voice is ahead of the engine; return how many hops.

        Quick voices go before slow ones, and among these the one whose buffer is the emptiest. So a
        quick voice waits for no more than one hop of a slow one, or of a few in a batch. Candidates of
        tilted streams are drawn while every voice is ahead. A machine that is too slow comes back, too.
        """
        computed, behind, began = 0, dict(self.voices), self._now_s()
        while self._now_s() - began < MOST_S:
            if not behind:
                if not self._draw_candidates():
                    break
                behind = dict(self.voices)
            quick = [each for each, voice in behind.items() if not voice.slow]
            if self._batching.draw_due(
                [behind[each] for each in quick or behind], self._ahead, due
            ):
                behind = dict(self.voices)
                continue
            for generation in sorted(quick or behind, key=lambda each: behind[each].waits(due)):
                voice, hop_began = behind[generation], self._now_s()
                drawn = isinstance(voice.source, StreamVoice) and voice.source.ahead.hops > 0
                if not self._filled(generation, voice, due):
                    del behind[generation]
                    continue
                computed += 1
                slow = self._now_s() - hop_began > SLOW_S
                voice.slow = voice.slow if drawn else slow
                if slow:
                    behind = dict(self.voices)
                    break
        return computed

    def _filled(self, generation: int, voice: Voice, due: int) -> bool:
        """Compute a hop of a voice if it needs one, and return whether it did."""
        until = NEVER if self._schedule is None else due + self._ahead + HOP
        fill = partial(voice.fill, self._ahead, due, self._memory, until)
        resting = isinstance(voice.source, StreamVoice) and not voice.source.busy
        try:
            if self._live and voice.waits(due) < self._ahead and self._tilting.give_up(voice):
                self._tell(GivenUp(generation, voice.buffer.written))
            if self._load_shedding is None or resting:
                filled = fill()
            else:
                filled = self._load_shedding.timed(generation, fill, spent_before(voice.source))
        except Exception as error:  # a faulty voice must not stop the others
            self._stopped(generation, error)
            return False
        if filled and not voice.tried:
            voice.tried = True
            self._trials.end(generation)
        voice.noted = self._pass_on(voice.name, getattr(voice.source, "notes", ()), voice.noted)
        return filled

    def _draw_candidates(self) -> bool:
        """Draw one piece of the candidates of a tilted stream; return whether any was to be drawn."""
        if (generation := self._tilting.first(self.voices)) is None:
            return False
        draw = partial(self._tilting.draw, generation, self.voices[generation])
        shedding = self._load_shedding
        try:
            draw() if shedding is None else shedding.timed_beside(generation, draw)
        except Exception as error:  # a faulty voice must not stop the others
            self._stopped(generation, error)
        return True

    def _stopped(self, generation: int, error: Exception) -> None:
        """End a voice that has failed."""
        name = self.voices.pop(generation).name
        self._trials.end(generation)
        self._fail(name, generation, f"it stopped: {type(error).__name__}: {error}")

    def _shed_load(self, load_shedding: LoadShedding) -> None:
        """Let a stream rest or wake as the load demands, and tell the performer."""
        streams = {
            generation: voice.source
            for generation, voice in self.voices.items()
            if isinstance(voice.source, StreamVoice)
        }
        decision = load_shedding.decide(streams, self.voices)
        if decision is None:
            return
        if isinstance(decision, TakenBack):
            for generation in decision.costs:
                self._fail(self.voices.pop(generation).name, generation, decision.why(generation))
            return
        voice = self.voices[decision.generation]
        where = decision.generation, voice.buffer.written
        if isinstance(decision, Width):
            self._tell(Narrowed(*where, decision.most))
        else:
            self._tell(Rested(*where, decision.rests))
        self._tell(Note(decision.said(voice.name), self.arena.header.clock()[0]))

    def _start(self, message: StartVoice) -> None:
        if any(message.generation in each for each in (self.voices, self._wanted, self._isolated)):
            return  # the mind says it twice, in case the voices have only just started
        self._wanted[message.generation] = message
        source = message.source
        foreign = isinstance(source, LatentSource | TransferSource) and is_torchscript(source.model)
        if self._live and foreign:
            self._begin_isolated(message)
        elif not self._trials.holds(message):
            self._load_apart(message)

    def _load_apart(self, message: StartVoice) -> None:
        """Load a source, while others play if this is live."""
        self._trials.begin(message)
        if self._live:
            self._since_s[message.generation] = self._now_s()
            threading.Thread(target=self._load_beside, args=(message,), daemon=True).start()
        else:
            self._load(message)

    def _load_beside(self, message: StartVoice) -> None:
        """Load in this thread, at ordinary priority: the urgent thread that plays has started it."""
        ordinary()
        if self._first_start is not None:
            self._first_start.make_ready(message.source)
        self._load(message)

    def _tell_what_loads_long(self) -> None:
        """Tell the performer what has not begun after LONG_S seconds, and why."""
        for generation, since_s in list(self._since_s.items()):
            if (message := self._wanted.get(generation)) is None:
                del self._since_s[generation]
            elif self._now_s() - since_s > LONG_S:
                del self._since_s[generation]
                why = "it is still being loaded"
                if not all(PARTS[each].is_compiled for each in needed(message.source)):
                    why = "what it plays with is compiled for this processor, once"
                now = self.arena.header.clock()[0]
                self._tell(Note(f"still waits: {why}", now, message.name))

    def _load(self, message: StartVoice) -> None:
        try:
            loaded: SoundSource | str = open_source(message.source, self.arena, self.sounds)
        except Exception as error:
            kind = "" if isinstance(error, LivecodeError) else f"{type(error).__name__}: "
            loaded = f"{kind}{error}"
        self._loaded.append((message, loaded))

    def _begin_isolated(self, message: StartVoice) -> None:
        del self._wanted[message.generation]
        self._isolated[message.generation] = IsolatedVoice(self.arena, message)

    def _begin(self, message: StartVoice, loaded: SoundSource | str) -> None:
        if self._wanted.pop(message.generation, None) is None:
            self._trials.end(message.generation)
            return  # the mind stopped it while it was being loaded
        if isinstance(loaded, str):
            self._trials.end(message.generation)
            self._fail(message.name, message.generation, loaded)
            return
        block, generation = self.arena.controls, message.generation
        early: dict[str, int] = getattr(loaded, "early", {})
        slots = [(block.find(f"{message.name}.{each}"), each) for each in loaded.controls]
        controls = [
            None if slot is None else ControlReader(block, slot, generation, 0, early.get(each, 0))
            for slot, each in slots
        ]
        buffer = self.arena.buffers[message.buffer]
        for former in [each for each in self._leaving if each in self.voices]:
            if self.voices[former].buffer is buffer:
                del self.voices[former]
        self._leaving &= set(self.voices)
        source = message.source
        if isinstance(source, StreamSource) and isinstance(loaded, StreamVoice) and source.since:
            self._memory.recall(message.name, loaded, source.since)
        self.voices[generation] = Voice(
            message.name,
            loaded,
            controls,
            buffer,
            message.at,
            lambda *where: self._tell(VoiceAligned(generation, *where)),
            lambda: open_source(message.source, self.arena, self.sounds),
            self._schedule,
            generation,
            self._onsets_of(message) if isinstance(source, OnsetSource) else None,
            lambda *what: self._tell(Missed(generation, *what)),
            lambda position, decided: self._tell(Tilted(generation, position, *decided)),
            lambda told: self._tell(Encoded(generation, *told)),
            self.arena.header.block,
        )

    def _onsets_of(self, message: StartVoice) -> OnsetReader | None:
        slot = self.arena.controls.find(f"{message.name}.{ONSETS}")
        return None if slot is None else OnsetReader(self.arena.controls, slot, message.generation)

    def _stop(self, message: StopVoice) -> None:
        self._wanted.pop(message.generation, None)
        if self._schedule is None:
            voice = self.voices.pop(message.generation, None)
            if voice is not None:
                self._trials.end(message.generation)
            for control in [] if voice is None else [*voice.controls, voice.onsets]:
                if control is not None:
                    control.end()
        # the mind may replay late, so its message can arrive before the end that it announces
        else:
            self._leaving.add(message.generation)
        if (isolated := self._isolated.pop(message.generation, None)) is not None:
            isolated.stop()

    def _take_scores(self, message: Scores) -> None:
        voice = self.voices.get(message.generation)
        if voice is not None and isinstance(voice.source, StreamVoice):
            voice.source.tilt.take_scores(message.chunk, message.scores)

    def _tell(self, message: Message) -> None:
        send(self._to_mind, message)

    def _pass_on(self, name: str, notes: Sequence[str], noted: int) -> int:
        """Tell the performer what is new among a source's notes; return how many there are."""
        for note in notes[noted:]:
            self._tell(Note(note, self.arena.header.clock()[0], name, once=True))
        return len(notes)

    def _fail(self, name: str, generation: int, why: str) -> None:
        send(self._to_mind, Failed(name, generation, why))
