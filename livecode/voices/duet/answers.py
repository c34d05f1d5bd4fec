"""When a stream of a duet is heard: while it answers, and softly or not at all while it listens."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: An answer comes in within this time, in seconds, and goes out within that.
RISE_S, FALL_S = 0.008, 0.06


class DuetHand(NamedTuple):
    """What a performer holds of a duet."""

    on: float = 0.0  # 0: the stream is in no duet
    listens: float = 1.0  # 0: it hears nothing, and is as it is between two answers
    tap: float = -1.0  # the number of the tap that it listens to
    channel: float = -1.0  # of the tap; −1: both
    silence_s: float = 0.2
    threshold_db: float = -45.0
    times: float = 1.0  # the answer is so many times as long as the phrase
    answer_s: float = 0.0  # or so long; 0: `times` rules
    meanwhile: float = 0.0  # how loud it goes on between two answers
    dynamics: float = 1.0  # how far the answer is as loud as the phrase
    deaf: float = 0.0  # 1: it hears nothing while it answers, since that is in what it hears
    gives_way: float = 1.0  # 1: a phrase that begins ends the answer
    line: float = (
        0.0  # the sample time at which it answers next, whatever is played; 0: after silence
    )
    turn_s: float = 0.0  # how long it listened by then, and how long it answers

    def frames(self, phrase_frames: int, rate_hz: int) -> int:
        """Return how many frames an answer to a phrase of so many frames lasts."""
        if self.line:
            return round(self.turn_s * rate_hz)
        return round(self.answer_s * rate_hz if self.answer_s else self.times * phrase_frames)


@dataclass(frozen=True)
class StreamAnswer:
    """An answer: where the stream goes on from, how long it is heard, and how loud."""

    state: Any  # of the stream's drawing, primed with the phrase
    frames: int
    gain: float
    wait: int = 0  # frames of the hop before it begins


class Answers:
    """Lets one stream be heard or not, hop by hop."""

    def __init__(self, sample_rate: int, hop: int, load: Callable[[Any], None]):
        """`load(state)` lets the stream go on from a state of its drawing."""
        self._rise, self._fall = 1 / (RISE_S * sample_rate), 1 / (FALL_S * sample_rate)
        self._hop, self._load = hop, load
        self.hand = DuetHand()
        self._coming: StreamAnswer | None = None
        self._left = 0  # frames of the answer that is heard
        self._wait = 0
        self._goal, self._now = 1.0, math.nan  # how loud; not a number: nothing has been heard
        self.given = 0  # how many answers have begun

    @property
    def answering(self) -> bool:
        """Whether an answer is heard, or comes with the next hop."""
        return self._left > 0 or self._coming is not None

    @property
    def silent(self) -> bool:
        """Whether the next hop is silent, so that nothing need be drawn."""
        goal = self.hand.meanwhile if self.hand.on else 1.0
        return not self.answering and self._now == goal == 0.0

    def follow(self, hand: DuetHand) -> None:
        """Take in what a performer holds at the beginning of a hop."""
        self.hand = hand
        if not hand.on or not hand.listens:
            self.end()
        if math.isnan(self._now):
            self._now = hand.meanwhile if hand.on else 1.0

    def begin(self, answer: StreamAnswer) -> None:
        """Answer from the next hop on."""
        self._coming = answer
        self.given += 1

    def end(self) -> None:
        """Let the answer that is heard go out."""
        self._coming, self._left = None, 0

    def prepare(self) -> None:
        """Take up an answer that has come, unless what sounds has to go out first."""
        if self._coming is None or self._now > 0.0:
            return
        answer, self._coming = self._coming, None
        self._load(answer.state)
        self._left, self._goal, self._wait = answer.frames, answer.gain, answer.wait

    def shaped(self, audio: Floats) -> Floats:
        """Return a hop of the stream, (hop,), as loud as it is heard."""
        hop = len(audio)
        goals = np.full(hop, self.hand.meanwhile if self.hand.on else 1.0)
        if self._coming is not None:  # what sounds goes out within this hop
            goals[:] = 0.0
            steps = max(1.001 * self._now / hop, self._fall)
            return self._moved(audio, goals, steps, steps)
        if self._left:
            begin = min(self._wait, hop)
            goals[:begin] = 0.0
            goals[begin : begin + self._left] = self._goal
            self._left -= min(self._left, hop - begin)
            self._wait -= begin
        return self._moved(audio, goals, self._rise, self._fall)

    def _moved(self, audio: Floats, goals: NDArray[np.float64], rise: float, fall: float) -> Floats:
        if (goals == self._now).all():
            return audio if self._now == 1.0 else audio * np.float32(self._now)
        way = np.empty(len(goals))
        now = self._now
        for at, goal in enumerate(goals.tolist()):
            now = min(now + rise, goal) if goal > now else max(now - fall, goal)
            way[at] = now
        self._now = now
        return (audio * way).astype(np.float32)
