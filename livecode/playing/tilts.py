"""Scores the candidates of all tilted streams, a few at each tick, and tells the voices."""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.fallen import Fallen
from livecode.playing.function_player import PLAY_LIMIT_S
from livecode.playing.generations import Generations
from livecode.playing.players import StreamPlayer
from livecode.playing.sounds import Sounds
from livecode.playing.tilt_guard import TiltGuard
from livecode.playing.tilt_scoring import TiltScoring
from livecode.playing.tilt_terms import made_of_nodes
from livecode.transport import Arena
from livecode.transport.candidates import (
    SCORED_SHARE,
    OfferedChunk,
    OfferedLearningTakes,
    OfferedTakes,
    offered,
)
from livecode.transport.messages import Scores, Tilted, send
from livecode.transport.timing import TICK_S as TICK_EVERY_S

#: Live, a tick scores candidates for so long at most; what is left waits for the next tick.
TICK_S = 0.002
#: Where nothing waits for a tick, a reward may take so long.
OFFLINE_LIMIT_S = 2.0
#: So many tilts are kept to go back to.
KEPT = 7
#: More chunks than these wait only if nobody has scored for long.
MOST_WAITING = 16

Scored = NDArray[np.float64]
#: Tells the performer a sentence about a name.
Say = Callable[[str, str], None]


def cost_in_words(seconds: float, candidates: OfferedChunk) -> str:
    """Return what it costs to judge one candidate, and whether there is time for all of them."""
    chunk_s = len(candidates.sounds[0]) / candidates.rate_hz
    # a tick of so many seconds scores for `TICK_S` at most
    time_s = SCORED_SHARE * chunk_s * TICK_S / TICK_EVERY_S
    most = int(time_s / seconds) if seconds > 0 else candidates.count
    text = f"a candidate takes {seconds * 1e3:.1f} ms to judge, {candidates.count} of them "
    text += f"{candidates.count * seconds * 1e3:.0f} of the {time_s * 1e3:.0f} ms that there are"
    if most < candidates.count:
        text += f"; there is time for {max(most, 1)}, so there will be fewer"
    return text


def _timed(
    scored: Iterator[Scored | None], wall_s: Callable[[], float], note: Callable[[float], None]
) -> Iterator[Scored | None]:
    """Yield what is scored; note the median time that a candidate took, in seconds, if scores came of it."""
    took, scores = [], None
    while True:
        began = wall_s()
        try:
            scores = next(scored)
        except StopIteration:
            return
        took.append(wall_s() - began)
        if scores is not None:
            note(median(took[:-1] or took))
        yield scores


class _Tilt:
    """The tilt of one stream: how it is scored, and which tilt has worked last."""

    def __init__(
        self, name: str, watchdog: Watchdog, say: Say, note: Say, limit_s: float, fallen: Fallen
    ):
        self._name, self._say, self._note = name, say, note
        self._guard = TiltGuard(watchdog, self._tell, limit_s, fallen, name)
        #: By generation, of the newest few: two sound while one gives way to the other.
        self._scorings: dict[int, TiltScoring] = {}
        self._good: list[Value] = []  # tilts that have worked, newest last
        self._chosen: Value | None = None  # the tilt that is being scored
        self._failed: tuple[int, ...] = ()  # what the tilt was made of that has failed
        #: What the tilt was made of when it was told what a candidate costs, and when it was recalled.
        self._told: tuple[int, ...] = ()
        self._recalled: tuple[int, ...] = ()

    def score(
        self, candidates: OfferedChunk, tilt: Value, moment: Moment
    ) -> Iterator[Scored | None]:
        """Score a chunk; see `TiltScoring.score`. In the place of a tilt that has failed, the last good."""
        made_of = made_of_nodes(tilt)
        failed = made_of == self._failed
        self._chosen = chosen = self._last_good if failed else tilt
        scoring = self._scorings.pop(candidates.generation, None)
        scoring = TiltScoring(self._name, self._guard) if scoring is None else scoring
        self._scorings = dict([*self._scorings.items()][-1:]) | {candidates.generation: scoring}
        scores = None
        for scores in scoring.score(candidates, chosen, moment):
            yield scores
        others = [good for good in self._good if good is not chosen]
        if scores is not None and chosen is not None:
            self._good = [*others[-KEPT:], chosen]
        elif failed:  # what was good is so no more
            self._good = others
        else:
            self._failed = made_of

    def recall(self, tilt: Value) -> None:
        """Take a tilt for what it was in a former mind: one that works, or one that has failed."""
        if (made_of := made_of_nodes(tilt)) == self._recalled:
            return
        self._recalled = made_of
        worked = [self._guard.recall(part) for part in tilt.everything()]
        if all(worked):
            others = [good for good in self._good if good is not tilt]
            self._good = [*others[-KEPT:], tilt]
        else:
            self._failed = made_of

    def note_cost(self, tilt: Value, candidates: OfferedChunk, seconds: float) -> None:
        """Tell once of each tilt what judging one candidate costs, and how many there is time for."""
        if (made_of := made_of_nodes(tilt)) == self._told:
            return
        self._told = made_of
        self._note(f"{self._name}.tilt", cost_in_words(seconds, candidates))

    @property
    def _last_good(self) -> Value | None:
        return self._good[-1] if self._good else None

    def _tell(self, why: str, left: bool) -> None:
        stays = left or any(good is not self._chosen for good in self._good)
        still = "the last good tilt stays" if stays else "it is left to itself"
        self._say(f"{self._name}.tilt", f"{why} – {still}")


class Tilts:
    """The tilts of a performance."""

    def __init__(
        self,
        arena: Arena,
        generations: Generations,
        sounds: Sounds,
        watchdog: Watchdog,
        say: Say,
        note: Say,
        wall_s: Callable[[], float] | None,
    ):
        """`say(name, sentence)` tells the performer why a tilt fell back, `note` what one costs.

        `wall_s()` returns seconds of a clock, by which ticks score little by little; None: they
        score all at once.
        """
        self._arena, self._generations, self._sounds = arena, generations, sounds
        self._watchdog, self._say, self._note, self._wall_s = watchdog, say, note, wall_s
        self._tilts: dict[str, _Tilt] = {}  # by name
        self._waiting: deque[OfferedChunk] = deque()
        self._scored: Iterator[Scored | None] | None = None  # of the first that waits
        self._scores: tuple[float, ...] = ()  # of that one, if they are known
        generations.on_tilted = self._take_in
        #: Takes in what is offered for directions.
        self.on_takes: Callable[[OfferedTakes], None] = lambda takes: None
        #: Takes in what is offered to learn from.
        self.on_learning_takes: Callable[[OfferedLearningTakes], None] = lambda takes: None

    def tick(self, moment: Moment) -> None:
        """Score what has come in, or as much of it as there is time for."""
        for each in offered(self._arena.candidates):
            if isinstance(each, OfferedTakes):
                self.on_takes(each)
            elif isinstance(each, OfferedLearningTakes):
                self.on_learning_takes(each)
            else:
                self._waiting.append(each)
        if len(self._waiting) > MOST_WAITING:  # the mind was held up, and what waits is too late
            newest = {each.generation: each for each in self._waiting}
            self._waiting, self._scored = deque(newest.values()), None
        if self._tilts:
            tilted = {str(thing) for thing in self._sounds if self._tilt_of(thing) is not None}
            self._tilts = {name: tilt for name, tilt in self._tilts.items() if name in tilted}
        until = None if self._wall_s is None else self._wall_s() + TICK_S
        while self._waiting:
            if self._scored is None:
                self._scored = self._begin(self._waiting[0], moment)
            for scores in self._scored:
                self._scores = () if scores is None else tuple(scores.tolist())
                if until is not None and self._wall_s is not None and self._wall_s() > until:
                    return
            self._tell(self._waiting.popleft())
            self._scored, self._scores = None, ()

    def _begin(self, candidates: OfferedChunk, moment: Moment) -> Iterator[Scored | None]:
        player = self._player(candidates.generation)
        if player is None or player.tilt is None:
            return iter(())
        tilt = self._tilt(str(player.thing))
        scored = tilt.score(candidates, player.tilt, moment)
        if self._wall_s is None:
            return scored
        return _timed(scored, self._wall_s, partial(tilt.note_cost, player.tilt, candidates))

    def recall(self) -> None:
        """Know of each tilt whether it had failed, while the blocks of a former mind run again."""
        for thing in self._sounds:
            if (tilt := self._tilt_of(thing)) is not None:
                self._tilt(str(thing)).recall(tilt)

    def _tilt(self, name: str) -> _Tilt:
        if name not in self._tilts:
            limit_s = OFFLINE_LIMIT_S if self._wall_s is None else PLAY_LIMIT_S
            self._tilts[name] = _Tilt(
                name, self._watchdog, self._say, self._note, limit_s, self._sounds.fallen
            )
        return self._tilts[name]

    def _tell(self, candidates: OfferedChunk) -> None:
        told = Scores(candidates.generation, candidates.chunk, self._scores)
        send(self._arena.messages["mind", "voices"], told)

    def _take_in(self, message: Tilted) -> None:
        """Note how far a stream was pushed."""
        if (player := self._player(message.generation)) is not None:
            player.note_push(message.bits, message.seconds)

    def _player(self, generation: int) -> StreamPlayer | None:
        """Return the player of the name that a generation sounds under."""
        table = self._generations.table()
        name = next((each.name for each in table if each.generation == generation), None)
        for thing in self._sounds:
            if str(thing) == name and isinstance(thing.player, StreamPlayer):
                return thing.player
        return None

    @staticmethod
    def _tilt_of(thing: object) -> Value | None:
        player = getattr(thing, "player", None)
        return player.tilt if isinstance(player, StreamPlayer) else None
