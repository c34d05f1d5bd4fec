"""Lets streams learn to please: runs their courses beside what plays, and tells voices what came of it."""

import math
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from livecode.agents.learned_streams import LearnedStream
from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.neural.samplernn.learning_takes import LearningTakes, read_learning_takes
from livecode.playing.function_player import checked
from livecode.playing.generations import Generations
from livecode.playing.learning_course import Course, LessonOutcome, LessonTerm, Wish, course
from livecode.playing.listening import SOUND
from livecode.playing.players import StreamPlayer
from livecode.playing.sound_player import PlayerSetup
from livecode.playing.sounds import Sounds
from livecode.playing.take_judging import Judged, TakesToJudge, judged
from livecode.playing.tilt_guard import TiltGuard
from livecode.playing.tilt_terms import TiltTerm, tilt_terms
from livecode.transport import Arena
from livecode.transport.candidates import OfferedLearningTakes
from livecode.transport.messages import GetLearningTakes, LearnedAdapter, StreamSource, send
from livecode.transport.status import Generation

#: Live, a tick judges takes for so long at most; what is left waits for the next tick.
TICK_S = 0.002
#: What values remember they remember for each lead; judging takes to learn from has one of its own.
LEAD = -2_000_002
#: Takes are judged so often before a reward counts as failed: on a busy machine any may be slow for once.
PATIENCE = 3
#: So much of what was learned is remembered.
MOST_LEARNED = 32

#: Where something was learned: the name, its model, that model's version, and how often it was forgotten.
Place = tuple[str, str, str, int]
#: What tells a lesson from others: the place, and what the rewards are made of and how they count.
Key = tuple[Place, tuple[object, ...]]


class _LessonResult(NamedTuple):
    """What a lesson has come to."""

    reward: Value | bool | None  # kept, so that what it is made of stays what it is
    learned: LearnedStream | None  # None: nothing that is better


@dataclass
class _Lesson:
    """A course that goes on."""

    key: Key
    reward: Value
    terms: list[LessonTerm]
    course: Course
    wish: Wish | None = None  # takes that it waits for
    generation: int = 0  # whose voice was asked for them
    number: int = 0  # of that request
    takes: LearningTakes | None = None  # that have come


class Lessons:
    """Lets streams learn to please."""

    def __init__(
        self,
        arena: Arena,
        generations: Generations,
        sounds: Sounds,
        watchdog: Watchdog,
        setup: PlayerSetup,
        wall_s: Callable[[], float] | None,
    ):
        """`wall_s()`: seconds of a clock, by which ticks judge little by little; None: all at once."""
        self._to_voices = arena.messages["mind", "voices"]
        self._generations, self._sounds, self._setup = generations, sounds, setup
        self._watchdog, self._wall_s = watchdog, wall_s
        self._lessons: dict[str, _Lesson] = {}  # by name
        self._found: dict[Key, _LessonResult] = {}
        self._kept: dict[Place, LearnedStream] = {}  # what counted there last
        #: By name: as which generation the stream was told last, and the number of what.
        self._sent: dict[str, tuple[int, int]] = {}
        self._requests = 0
        generations.on_learned = self._know

    def take_in(self, offered: OfferedLearningTakes) -> None:
        """Take in what a stream's model has played by itself."""
        for name, lesson in self._lessons.items():
            if (lesson.generation, lesson.number) != (offered.generation, offered.number):
                continue
            work = partial(self._read, name, lesson, Path(offered.path))
            if self._wall_s is None:
                work()
            else:  # some milliseconds, for which a tick should not wait
                threading.Thread(target=work, name="lesson", daemon=True).start()

    def _read(self, name: str, lesson: _Lesson, path: Path) -> None:
        try:
            lesson.takes = read_learning_takes(path)
        except Exception as error:  # for example a file that is no longer there
            self._setup.say(f"{name}.learn", f"what it would learn from is lost: {error}")

    def tick(self, moment: Moment) -> None:
        """Go on with what is learned, as far as there is time for, and tell the streams."""
        if self._setup.replaying():  # the journal has what was learned
            return
        playing = {
            str(each): each.player for each in self._sounds if isinstance(each.player, StreamPlayer)
        }
        self._sent = {name: sent for name, sent in self._sent.items() if name in playing}
        self._lessons = {n: lesson for n, lesson in self._lessons.items() if n in playing}
        for name, player in playing.items():
            current = self._generations.current(name)
            if current is None or not current.begun or not isinstance(current.source, StreamSource):
                continue
            self._serve(name, player, current, moment)

    def _serve(self, name: str, player: StreamPlayer, current: Generation, moment: Moment) -> None:
        place, key = self._key(name, player, current)
        if (recalled := player.learned.recalled) is not None:
            player.learned.recalled, self._kept[place] = None, recalled
            if key is not None:
                self._remember(key, _LessonResult(_reward(player), recalled))
        if key is None:
            self._lessons.pop(name, None)
        elif key not in self._found:
            self._learn(name, player, key, current.generation, moment)
        self._tell(name, player, current.generation, place, key)

    def _key(
        self, name: str, player: StreamPlayer, current: Generation
    ) -> tuple[Place, Key | None]:
        """Return where the stream learns, and what; None: nothing."""
        source = current.source
        assert isinstance(source, StreamSource)
        place = (name, source.model, source.version, player.learned.forgotten)
        if (reward := _reward(player)) is None:
            return place, None
        terms = tilt_terms(reward, (SOUND, name))
        made_of = tuple((each.key, each.sign, *map(str, each.weights)) for each in terms)
        return place, (place, made_of) if terms else None

    def _tell(
        self, name: str, player: StreamPlayer, generation: int, place: Place, key: Key | None
    ) -> None:
        """Tell the stream what it is to play with, if that is something else than it was told last."""
        learned = self._found[key].learned if key in self._found else None
        if learned is not None:
            self._kept[place] = learned
        elif player.learned.learn is False:
            learned = self._kept.get(place)
        learned = learned or player.learned.loaded
        number = 0 if learned is None else zlib.crc32(learned.adapter) or 1
        if self._sent.get(name) == (generation, number):
            return
        self._sent[name] = generation, number
        if not number and not player.learned.counts:
            return  # there is nothing to fade out
        what, adapter = ("", b"") if learned is None else (learned.what, learned.adapter)
        send(self._to_voices, LearnedAdapter(generation, number, what, adapter))

    def _learn(
        self, name: str, player: StreamPlayer, key: Key, generation: int, moment: Moment
    ) -> None:
        """Go on with a lesson."""
        lesson = self._lessons.get(name)
        if lesson is None or lesson.key != key:
            lesson = self._lessons[name] = self._begun(name, player, key, moment)
        until = None if self._wall_s is None else self._wall_s() + TICK_S
        while True:
            if lesson.wish is not None and lesson.takes is None:
                self._ask(lesson, generation)
                return
            takes, lesson.takes, lesson.number = lesson.takes, None, 0
            try:
                lesson.wish = lesson.course.send(takes)
            except StopIteration as end:
                self._end(name, lesson, end.value)
                return
            if until is not None and self._wall_s is not None and self._wall_s() > until:
                return

    def _ask(self, lesson: _Lesson, generation: int) -> None:
        """Ask the voice for the takes that a lesson waits for, once of each generation."""
        if (lesson.number and lesson.generation == generation) or lesson.wish is None:
            return
        self._requests += 1
        lesson.generation, lesson.number = generation, self._requests
        send(self._to_voices, GetLearningTakes(generation, self._requests, *lesson.wish))

    def _begun(self, name: str, player: StreamPlayer, key: Key, moment: Moment) -> _Lesson:
        reward = _reward(player)
        assert reward is not None
        found = tilt_terms(reward, (SOUND, name))
        terms = [LessonTerm(str(each.reward), self._weight(each, moment)) for each in found]
        rewards = [each.reward for each in found]

        def judge(takes: LearningTakes) -> Iterator[Judged | None]:
            played, whys = TakesToJudge(takes.rate_hz, takes.audio, takes.bits), [""]
            for _ in range(PATIENCE):
                guard = TiltGuard(self._watchdog, lambda why, left: whys.append(why))
                for told in judged(rewards, played, name, guard, moment, LEAD):
                    yield told
                    if told is not None:
                        return
            self._setup.say(f"{name}.learn", f"{whys[-1]} – it teaches nothing")

        model = Path(key[0][1]).stem
        self._setup.note(
            f"{name}.learn", f"it learns from what {model} plays by itself, for some minutes"
        )
        return _Lesson(key, reward, terms, course(terms, judge))

    def _weight(self, term: TiltTerm, moment: Moment) -> float:
        """Return how much a reward counts now; 0 if a function among its factors fails."""
        try:
            return term.sign * math.prod(checked(each.sample(moment)) for each in term.weights)
        except Exception:
            return 0.0

    def _end(self, name: str, lesson: _Lesson, outcome: LessonOutcome | None) -> None:
        """Keep what a lesson has come to, and say what it gained and lost."""
        del self._lessons[name]
        model, version = lesson.key[0][1:3]
        learned = None
        if outcome is None:
            said = "it has learned nothing, and plays as it did"
        else:
            told = outcome.told(lesson.terms)
            if outcome.better and outcome.cheap:
                learned = LearnedStream(model, version, told, outcome.adapter)
                said = f"learned: {told}"
            else:
                why = "too dear" if outcome.better else "no better"
                said = f"what it has learned is {why}, and it plays as it did: {told}"
        self._remember(lesson.key, _LessonResult(lesson.reward, learned))
        self._setup.note(f"{name}.learn", said)

    def _remember(self, key: Key, kept: _LessonResult) -> None:
        self._found = dict([*self._found.items()][1 - MOST_LEARNED :]) | {key: kept}

    def _know(self, message: LearnedAdapter) -> None:
        """Let a player fade in what the voice knows now, or fade out what it knew."""
        found = next(
            (e for e in self._generations.table() if e.generation == message.generation), None
        )
        if found is None or not isinstance(found.source, StreamSource):
            return
        for thing in self._sounds:
            if str(thing) == found.name and isinstance(thing.player, StreamPlayer):
                thing.player.learned.know(message)


def _reward(player: StreamPlayer) -> Value | None:
    """Return what a stream learns from now; None: from nothing."""
    learn = player.learned.learn
    if learn is True:
        return player.tilt
    return learn if isinstance(learn, Value) else None
