"""How a stream learns to please: sets of takes, each judged, then takes that it has not learned from."""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.learning_takes import LearningTakes
from livecode.playing.take_judging import Judged

Floats = NDArray[np.float64]

#: The seeds of the first takes that are learned from, and of those that are only judged.
FIRST, HELD_OUT = 1, 101
#: What was learned pushes an outline from the trained model's by about so many nats a frame; by half as far
#: each time that it costs too much, in so many attempts.
NATS, ATTEMPTS = 0.6, 3
#: It learns from so many sets of takes of the trained model. Takes that are played with what was learned from
#: the first tell the next step less well: in `piano`, by `darkness`, that went back.
SETS = 3
#: How even the use of tokens counts beside the reward.
EVENNESS = 0.3
#: It may surprise its model by so many bits a sample more, and leaves at least so much of the variety.
MOST_BITS, LEAST_VARIETY = 0.3, 0.7


class Wish(NamedTuple):
    """Takes that are wanted, of the seeds from `first` on; `adapter`: what they are played with."""

    first: int
    adapter: bytes


class LessonTerm(NamedTuple):
    """A reward that is learned from, by its name, and how much it counts."""

    name: str
    weight: float


@dataclass(frozen=True)
class LessonOutcome:
    """What was learned gains and loses, on takes that it was not learned from."""

    adapter: bytes
    gained: tuple[float, ...]  # by each reward, in standard deviations of takes
    better: bool  # by more than the standard error, in all
    bits: float  # a sample
    variety: float  # of the untrained: the lower of how far takes are apart, and how evenly tokens are used

    @property
    def cheap(self) -> bool:
        """Whether it costs no more than it may."""
        return self.bits <= MOST_BITS and self.variety >= LEAST_VARIETY

    def told(self, terms: Sequence[LessonTerm]) -> str:
        """What was gained and lost, in words."""
        gains = ", ".join(
            f"{term.name} {gained:+.1f} sd" for term, gained in zip(terms, self.gained, strict=True)
        )
        left = (
            f"{self.variety:.1f}".removeprefix("0")
            if self.variety < 0.95
            else f"{self.variety:.1f}"
        )
        return f"{gains}, {self.bits:.2f} bits, variety {left}"


class JudgesTakes(Protocol):
    """Asks the rewards about takes."""

    def __call__(self, takes: LearningTakes) -> Iterator[Judged | None]:
        """Yield None after each chunk, and at last what they say; not that, if one fails."""


Course = Generator[Wish | None, LearningTakes | None, LessonOutcome | None]


def course(terms: Sequence[LessonTerm], judge: JudgesTakes) -> Course:
    """Learn: yield takes that are wanted, which are to be sent in, and None wherever there may be a pause.

    Returns what came of it; None if a reward has failed, or says the same of all.
    """
    base = yield from _wanted(FIRST, b"")
    if (told := (yield from _asked(judge, base))) is None:
        return None
    scale = _Scale(terms, told)
    takes = base
    gradients: list[Floats] = []
    for number in range(SETS):
        if number:
            takes = yield from _wanted(FIRST + number * len(base.audio), b"")
            if (told := (yield from _asked(judge, takes))) is None:
                return None
        gradient = takes.gradient(scale.score(told))
        if not gradient.any():  # the rewards say the same of all
            return None
        gradients.append(gradient + EVENNESS * takes.variety_gradient())
        yield None
    gradient = np.mean(gradients, axis=0)
    plain = yield from _wanted(HELD_OUT, b"")
    if (plainly := (yield from _asked(judge, plain))) is None:
        return None
    apart, outcome = (yield from variety(plainly.colours)), None
    for attempt in range(ATTEMPTS):
        theta = base.as_long(gradient, NATS / 2**attempt)
        adapter = base.basis.adapter(theta).packed()
        bent = yield from _wanted(HELD_OUT, adapter)
        if (said := (yield from _asked(judge, bent))) is None:
            return None
        left = (yield from variety(said.colours)) / max(apart, 1e-9)
        left = min(left, bent.evenness / max(plain.evenness, 1e-9))
        bits = float(bent.bits.mean() - plain.bits.mean())
        gained, better = scale.compared(plainly, said)
        outcome = LessonOutcome(adapter, gained, better, bits, left)
        if outcome.cheap:
            break
    return outcome


def variety(colours: Floats) -> Generator[None, None, float]:
    """Return how far apart takes are: the mean distance of their colours (takes, chunks, bands)."""
    far = []
    for number, one in enumerate(colours):
        for other in colours[number + 1 :]:
            far.append(float(np.abs(one[:, None] - other[None]).mean()))
            yield None
    return float(np.mean(far)) if far else math.nan


class _Scale:
    """What the rewards say of an untrained model, by which they count."""

    def __init__(self, terms: Sequence[LessonTerm], untrained: Judged):
        self._weights = np.array([term.weight for term in terms])
        self._spread = untrained.said.std(axis=(1, 2)) + 1e-12
        self._even = untrained.said.std(axis=(1, 2)) <= 1e-9  # it says the same of all

    def score(self, told: Judged) -> Floats:
        """How well each chunk does, (takes, chunks)."""
        counts = np.where(self._even, 0.0, self._weights / self._spread)
        return np.asarray(np.einsum("r,rtc->tc", counts, told.said), float)

    def compared(self, plain: Judged, bent: Judged) -> tuple[tuple[float, ...], bool]:
        """By how many standard deviations of takes each reward rises, and whether all in all it is sure."""
        before, after = (each.said.mean(axis=2) for each in (plain, bent))
        usual = before.std(axis=1, ddof=1) + 1e-12
        gained = (after.mean(axis=1) - before.mean(axis=1)) / usual
        scores = [self.score(each).mean(axis=1) for each in (plain, bent)]
        error = math.sqrt(sum(each.var(ddof=1) / len(each) for each in scores))
        return tuple(gained.tolist()), bool(scores[1].mean() - scores[0].mean() > error)


def _wanted(
    first: int, adapter: bytes
) -> Generator[Wish | None, LearningTakes | None, LearningTakes]:
    """Ask for takes, and return them once they are sent in."""
    takes = yield Wish(first, adapter)
    assert takes is not None
    return takes


def _asked(
    judge: JudgesTakes, takes: LearningTakes
) -> Generator[Wish | None, LearningTakes | None, Judged | None]:
    """Return what the rewards say of takes; None if one has failed."""
    told = None
    for each in judge(takes):
        told = each
        yield None
    return told
