"""A tilted stream: candidates are drawn ahead, chunk by chunk, and the scores say which is heard."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.transport.candidates import SCORED_SHARE
from livecode.voices.drawing import Drawing, Held
from livecode.voices.drawn_ahead import DrawnAhead
from livecode.voices.tilt.candidates import Candidates, candidates_of
from livecode.voices.tilt.chunk import (
    GRAIN,
    CandidateChunk,
    CandidateSet,
    Decided,
    DrawnChunk,
    planned,
    wandered,
)
from livecode.voices.tilt.following import Following
from livecode.voices.tilt.hands import TiltHand, TowardHand
from livecode.voices.tilt.nearness import Nearness
from livecode.voices.tilt.particles import ParticleFilter
from livecode.voices.tilt.steering import Steering
from livecode.voices.tilt.tilted_state import TiltedState

Floats = NDArray[np.float32]

#: A chunk is heard once so many more have been drawn and scored. Rewards that last gain a fifth by the
#: first; a second would gain less, and each makes the stream slower to follow.
LAG = 1
#: Of the time of a chunk so much is left for scoring the next one, at most.
MOST_SLACK = 0.5
#: Before there are candidates, a stream is drawn so many times as fast as it is heard.
LEAD_IN = 4
#: So much of what was heard before goes along with the first candidates, for their features.
CONTEXT_S = 0.4
MOST_CANDIDATES = 32
#: A chunk is at most so many times as long as the one before.
MOST_GROWTH = 1.25


class TiltedStream:
    """Plays one stream, which is left to itself, sample for sample, while its strength is 0.

    Otherwise `LAG` chunks and the one that is being drawn lie ahead of what is heard. `next` plans what
    is drawn, and `draw` draws it, piece by piece, at any time before it is needed: what is heard depends
    on the plan alone.
    """

    def __init__(self, drawing: Drawing, rate_hz: int, seed: int, slack_s: float = 0.0,
                 usual_bits: float = math.nan):  # fmt: skip
        """`drawing`: the stream; `slack_s`: how long scoring takes at least, as seconds of sound.

        usual_bits: how surprising the model finds its own sound, a sample; not a number: nobody knows.
        """
        self.drawing = DrawnAhead(drawing)
        self._rate, self._seed, self._slack_s = rate_hz, seed, slack_s
        self._begun = 0  # how often candidates have begun anew
        self._queue = np.zeros(0, np.float32)  # to be heard next
        self._past = np.zeros(0, np.float32)  # the end of what has gone into the queue
        self._candidates: Candidates | None = None
        self._filter = ParticleFilter(1, seed, LAG)
        self._nearness = Nearness(usual_bits)
        #: Steers what is drawn along directions.
        self.steering = Steering()
        self._push: Floats | None = (
            None  # of each piece that is planned; None: the model is left alone
        )
        self._waiting: list[DrawnChunk] = []  # undecided
        self._following = Following()
        self._chunk = CandidateChunk(0, 0)
        self._parents: tuple[int, ...] = ()
        self._number = 0  # of the chunk that is being drawn
        self._alone = False  # whether the others were given up in this chunk
        self._guarded, self._temperature, self._strength = False, 1.0, 0.0
        self._scores: tuple[float, ...] | None = None
        #: The chunk that waits to be scored, until the caller takes it.
        self.offered: CandidateSet | None = None
        #: Called with how surprising the model, left alone, finds what is heard (bits a sample, seconds).
        self.on_heard: Callable[[float, float], None] = lambda bits, seconds: None
        #: What became of the scores in the last call of `next`.
        self.decided: list[Decided] = []
        self.unscored = 0  # chunks in a row whose scores did not come in time
        #: Scores for the decisions of the next call, in the place of given ones; None: given ones.
        self.noted: list[tuple[float, ...]] | None = None
        self.wanted = 0  # candidates, by what the performer holds
        #: At most so many candidates are drawn from the next beginning of a chunk on.
        self.most = MOST_CANDIDATES

    @property
    def candidates(self) -> int:
        """How many candidates are drawn; 0 while the stream is left to itself."""
        return 0 if self._candidates is None else len(self._chunk.audio)

    @property
    def bends(self) -> bool:
        """Whether what is heard next comes from candidates, or was drawn before there are any."""
        return self._candidates is not None or len(self._queue) > 0

    @property
    def planned(self) -> bool:
        """Whether there is something to draw."""
        return self._candidates is not None and bool(self._chunk.pieces)

    @property
    def waits(self) -> bool:
        """Whether there is something for `draw` to do."""
        return self.planned or (self._candidates is not None and self._following.waits)

    @property
    def spare(self) -> int:
        """The frames that can be heard before the chunk that is being drawn is needed."""
        return len(self._queue) - self._reserve

    @property
    def ahead(self) -> int:
        """The frames that were drawn and are not heard yet."""
        if self._candidates is None:
            return len(self._queue)
        frames: int = len(self._queue) + self._chunk.audio.shape[1]
        return frames + sum(chunk.frames for chunk in self._waiting)

    def know(self, number: float, directions: Floats, usual_bits: float) -> None:
        """Know directions (directions, width) of that number, and how surprising the model finds itself."""
        self.steering.know(number, directions)
        self._nearness.usual_bits = usual_bits

    def take_scores(self, number: int, scores: Sequence[float]) -> None:
        """Take the scores (candidates,) of the chunk of that number; others are too late.

        No scores at all say that nobody judges this chunk.
        """
        if number == self._number and len(scores) in (0, len(self._chunk.audio)):
            self._scores = tuple(scores)

    def next(self, temperatures: Floats, held: Held, guarded: bool, hand: TiltHand,
             toward: TowardHand = TowardHand()) -> Floats:  # fmt: skip
        """The next samples (n,) at temperatures (n,); those of a tilted stream apply to what is drawn."""
        count, self.decided, self._guarded = len(temperatures), [], guarded
        self._temperature = float(temperatures[-1]) if count else self._temperature
        self._strength = hand.strength
        self._push = self.steering.push(*toward, self._nearness.steered)
        if self._candidates is not None:
            self._plan(count, temperatures, held, guarded)
        elif self._is_bent(hand):
            self._lead_in(count, temperatures, held, guarded, hand)
        while len(self._queue) < count + self._reserve:
            if self._candidates is None:
                ahead = len(self._queue)
                self._add(self.drawing.next(temperatures[ahead:], held.moved(ahead), guarded))
            else:
                self._decide(temperatures, held, guarded, hand)
        audio, self._queue = self._queue[:count], self._queue[count:]
        return audio

    @property
    def _reserve(self) -> int:
        """The frames that lie ahead of what is heard, since fewer chunks than `LAG` are undecided."""
        if self._candidates is None:
            return 0
        return (LAG - len(self._waiting)) * self._chunk.frames

    def _add(self, audio: Floats) -> None:
        """Let samples be heard after all others."""
        self._queue = np.concatenate([self._queue, audio])
        self._past = np.concatenate([self._past, audio])[-round(CONTEXT_S * self._rate) :]

    def _lead_in(
        self, count: int, temperatures: Floats, held: Held, guarded: bool, hand: TiltHand
    ) -> None:
        """Draw ahead of what is heard; then begin to draw candidates."""
        wanted = count + (LAG + 1) * self._frames(hand)
        ahead = min(LEAD_IN * count, max(wanted - len(self._queue), 0))
        if ahead:
            held_temperatures = np.full(ahead, temperatures[-1], np.float32)
            held_temperatures[:count] = temperatures[:ahead]
            held = held.moved(len(self._queue))
            self._add(self.drawing.next(held_temperatures, held, guarded))
        if len(self._queue) >= wanted:
            self._begin(hand)

    def _begin(self, hand: TiltHand) -> None:
        """Let candidates go on from where the stream is."""
        self._add(self.drawing.rest())
        self._begun += 1
        count = self._count(hand)
        seeds = np.random.default_rng([self._seed, self._begun]).integers(1 << 62, size=count)
        self._candidates = candidates_of(self.drawing.settled(), [int(seed) for seed in seeds])
        self._filter.begin(count)
        self._nearness.begin()
        self._waiting, self._parents = [], ()
        self._following.end()
        self._begin_chunk(count, self._frames(hand), hand)

    def _begin_chunk(self, candidates: int, frames: int, hand: TiltHand) -> None:
        warmth = np.ones(candidates, np.float32)
        if self._parents:
            warmth = self._chunk.warmth[list(self._parents)]
        self._chunk = CandidateChunk(candidates, frames)
        self._chunk.warmth = wandered(warmth, min(abs(hand.strength), 1.0) * self._filter.chance())
        if self._push is None:
            self._following.end()
        elif not self._following.on and self._candidates is not None:
            before = tuple(self._candidates.state(each) for each in range(candidates))
            self._chunk.drawn = self._chunk.drawn._replace(before=before)
        self._number += 1
        self._alone = False
        self._scores = self.offered = None

    def _is_bent(self, hand: TiltHand) -> bool:
        """Whether it is tilted or steered."""
        return hand.strength != 0 or self._push is not None

    def _count(self, hand: TiltHand) -> int:
        """The number of candidates that are to be drawn; of a stream that is only steered, one."""
        if not hand.strength:
            return 1
        self.wanted = min(max(round(hand.candidates), 1), MOST_CANDIDATES)
        return min(self.wanted, self.most)

    def _frames(self, hand: TiltHand) -> int:
        """The frames of a chunk: whole steps of any model."""
        return max(round(hand.chunk_s * self._rate / GRAIN), 1) * GRAIN

    def draw(self) -> bool:
        """Draw one piece of what is planned for all candidates, if anything is; return whether it was."""
        if self._candidates is not None and self._following.waits:
            self._following.step()
            return True
        if self._candidates is None or not self._chunk.pieces:
            return False
        chunk, piece = self._chunk, self._chunk.pieces.popleft()
        if piece.push is not None:
            self._candidates.push(piece.push)
        drawn = self._candidates.draw(piece.temperatures, piece.held, piece.guarded, chunk.warmth)
        chunk.drawn = chunk.drawn.and_then(drawn)
        if not chunk.left and not self._alone and self._strength:
            self._offer()
        return True

    def give_up(self) -> None:
        """Let one candidate go on alone, since there is no time to draw this chunk of all."""
        if self._candidates is None:
            return
        chosen = self._chosen_alone(self._guarded)
        if self._candidates is None:
            return
        self._candidates = self._candidates.alone(chosen)
        self._filter.begin(1)
        chunk = self._chunk
        chunk.drawn = chunk.drawn.of([chosen])
        chunk.warmth = chunk.warmth[[chosen]]
        self._alone = True

    def _plan(self, count: int, temperatures: Floats, held: Held, guarded: bool) -> None:
        """Plan so much of the chunk that it is whole while there is time to score it."""
        chunk = self._chunk
        if not chunk.unplanned:
            return
        slack = min(
            max(SCORED_SHARE * chunk.frames, self._slack_s * self._rate), MOST_SLACK * chunk.frames
        )
        left = self.spare - slack
        share = 1.0 if left <= count else count / left
        self._plan_on(math.ceil(share * chunk.unplanned), temperatures, held, guarded)

    def _plan_on(self, frames: int, temperatures: Floats, held: Held, guarded: bool) -> None:
        frames = min(-(-frames // GRAIN) * GRAIN, self._chunk.unplanned)
        hot = np.full(frames, temperatures[-1], np.float32)
        hot[: len(temperatures)] = temperatures[:frames]
        ahead = len(self._queue) + sum(each.frames for each in self._waiting)
        ahead += self._chunk.frames - self._chunk.unplanned
        self._chunk.pieces += planned(hot, held.moved(ahead), guarded, self._push)

    def _offer(self) -> None:
        chunk = self._chunk
        bits = np.asarray(chunk.surprise / (math.log(2) * chunk.frames), np.float32)
        context = np.zeros(0, np.float32) if self._parents else self._past.copy()
        ahead = len(self._queue) + sum(each.frames for each in self._waiting)
        self.offered = CandidateSet(self._number, self._parents, context, chunk.audio, bits, ahead)

    def _decide(self, temperatures: Floats, held: Held, guarded: bool, hand: TiltHand) -> None:
        """Decide by the scores which candidate is heard; without scores none is preferred."""
        assert self._candidates is not None
        if self._chunk.unplanned:
            self._plan_on(self._chunk.unplanned, temperatures, held, guarded)
        while self.draw():  # for want of time, or where nobody else does it
            pass
        chunk, count = self._chunk, len(self._chunk.audio)
        scores = self._scores or ()
        if self.noted is not None:
            scores = self.noted.pop(0) if self.noted else ()
        self._waiting.append(chunk.drawn)
        seconds = chunk.frames / self._rate
        worth = np.zeros(count)
        if len(scores) == count and np.ptp(scores) > 0 and hand.strength:
            bits = chunk.surprise / (math.log(2) * chunk.frames)
            worth = self._nearness.worth(hand.strength * np.array(scores), bits)
        decision = self._filter.score(worth, most_bits=hand.cap * seconds)
        self.decided.append(Decided(scores, count, decision.bits, seconds))
        late = self.noted is None and (self._scores is None or self._alone) and hand.strength != 0
        self.unscored = self.unscored + 1 if late else 0
        if decision.heard is not None and self._be_heard(decision.heard, guarded):
            return
        parents = decision.parents.tolist()
        self._candidates.copy(parents)
        self._waiting = [each.of(parents) for each in self._waiting]
        self._parents = tuple(parents)
        if not self._is_bent(hand) or self._count(hand) != count:
            self._settle(guarded)
            if self._is_bent(hand) and len(self._queue) >= (LAG + 1) * self._frames(hand):
                self._begin(hand)
        else:  # a chunk is drawn while the one before is heard, so it is not much longer
            longest = round(MOST_GROWTH * chunk.frames / GRAIN) * GRAIN
            self._begin_chunk(count, min(self._frames(hand), longest), hand)

    def _be_heard(self, candidate: int, guarded: bool) -> bool:
        """Let the oldest undecided chunk of a candidate be heard; True: the stream was taken back."""
        assert self._candidates is not None
        chunk = self._waiting.pop(0)
        nats = float(chunk.surprise[candidate])
        for bits, frames in self._following.heard(chunk, candidate, self._candidates):
            seconds = frames / self._rate
            self._nearness.take(bits, seconds, self._temperature, self._strength)
            self.on_heard(bits, seconds)
        self.drawing.load_state(self._candidates.state(candidate))
        heard, taken_back = self.drawing.heard(chunk.audio[candidate], nats, guarded)
        self._add(heard)
        if taken_back:
            self._candidates, self._waiting = None, []
        return taken_back

    def _settle(self, guarded: bool) -> None:
        """Let all undecided chunks of one candidate be heard; the stream goes on from it, alone."""
        chosen = self._chosen_alone(guarded)
        if self._candidates is not None:
            self.drawing.load_state(self._candidates.state(chosen))
            self._candidates = None

    def _chosen_alone(self, guarded: bool) -> int:
        """Let all undecided chunks of one candidate be heard, and return which; or take the stream back."""
        chosen = self._filter.decide()
        while self._waiting and not self._be_heard(chosen, guarded):
            pass
        return chosen

    def state(self) -> Any:
        """A copy of where it is, for `load_state`."""
        state = TiltedState(self.drawing.state(), self._queue, self._past, self._begun)
        if self._candidates is None:
            return state
        chunk = self._chunk
        return replace(
            state,
            candidates=tuple(self._candidates.state(each) for each in range(len(chunk.audio))),
            filter=self._filter.state(),
            waiting=tuple(self._waiting),
            chunk=chunk.frames,
            drawn=chunk.drawn,
            pieces=tuple(chunk.pieces),
            warmth=chunk.warmth,
            nearness=self._nearness.state(),
            following=self._following.state(),
        )

    def go_on_from(self, drawing: Any) -> None:
        """Go on from a state of the drawing, with nothing that waits to be heard."""
        nothing = np.zeros(0, np.float32)
        self.load_state(TiltedState(drawing, nothing, nothing, self._begun))

    def load_state(self, state: TiltedState) -> None:
        """Go on from there. What has been drawn of a chunk is to be scored again."""
        self.drawing.load_state(state.drawing)
        self._queue, self._past, self._begun = state.queue, state.past, state.begun
        self._candidates, self._scores, self.offered = None, None, None
        self._following.end()
        self._waiting, self._parents, self._alone = list(state.waiting), (), False
        if state.filter is None or state.drawn is None:
            return
        self._number += 1
        self._candidates = candidates_of(self.drawing.settled(), range(len(state.candidates)))
        for candidate, each in enumerate(state.candidates):
            self._candidates.load_state(candidate, each)
        self._filter.load_state(state.filter)
        self._chunk = CandidateChunk(len(state.candidates), state.chunk)
        self._chunk.drawn = state.drawn
        self._chunk.pieces.extend(state.pieces)
        if state.nearness is not None:
            self._nearness.load_state(state.nearness)
        if state.following is not None:
            self._following.load_state(state.following, self._candidates)
        if state.warmth is not None:
            self._chunk.warmth = state.warmth
        if not self._chunk.left:
            self._offer()
