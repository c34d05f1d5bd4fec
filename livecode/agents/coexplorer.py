"""The Co-Explorer: a deep-TAMER agent that explores a unit cube under a listener's feedback.

After Scurto, Van Kerrebroeck, Caramiaux & Bevilacqua, "Designing Deep Reinforcement Learning for
Human Parameter Exploration" (ACM TOCHI 28, 2021), which builds on Deep TAMER (Warnell et al. 2018)
and on pseudo-counts (Bellemare et al. 2016). Read it from the bottom: `CoExplorer.act` is the loop.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.agents.path import PUT, Array
from livecode.agents.protocol import Beliefs, what_is_forgotten
from livecode.agents.saving import Arrays, entry, pack, unpack
from livecode.agents.walker import Walker, WalkerSettings, resize_places


@dataclass(frozen=True)
class CoExplorerSettings(WalkerSettings):
    """The settings of a Co-Explorer; the defaults are the published values."""

    hidden: int = 100  # units in each of the two hidden layers of the reward model
    learning_rate: float = 0.002  # learning rate of Adam
    epsilon_start: float = 0.1  # probability of a random move at first ...
    epsilon_decay_actions: float = 2000.0  # ... divided by e every this many moves ...
    epsilon_end: float = 0.0  # ... down to this
    credit_from_s: float = 0.2  # younger moves get no feedback: a listener reacts no faster
    credit_to_s: float = 1.2  # moves of this age or older get none either
    credit_decay: float = 0.9  # the i-th youngest of these moves gets the feedback times this ** i
    replay_size: int = 700  # credited moves that are remembered and rehearsed ...
    batch_size: int = 32  # ... this many at a time, once there are more than twice as many
    feedback_every_s: float = 0.5  # denser feedback, such as that of rings, counts as its mean
    #: True: rehearse at a move with feedback, too. False, as published: learn at such a move from
    #: that feedback alone, however dense feedback comes.
    replay_when_fed: bool = True
    bonus_limit: float = 2.0  # the largest novelty bonus
    zone_reach: int = 5  # zone feedback labels the moves up to this many steps around
    zone_weight: float = 2.0  # ... and weighs this many times as much as guiding feedback


class RewardModel:
    """H(place, move): the feedback expected for each move from a place; two ReLU layers and Adam."""

    def __init__(
        self, dims: int, hidden: int, learning_rate: float, rng: np.random.Generator
    ) -> None:
        self.dims, self.hidden, self.learning_rate = dims, hidden, learning_rate
        self.updates = 0
        size = sum(math.prod(shape) for shape in self._shapes(dims))
        self.params = np.zeros(size, np.float32)
        self.mean, self.square, self.grad = (np.zeros_like(self.params) for _ in range(3))
        for layer in self._views(self.params, dims):
            if layer.ndim == 2:
                layer[:] = 0.3 * truncated_normal(rng, layer.shape)  # as published

    def _shapes(self, dims: int) -> list[tuple[int, ...]]:
        h, moves = self.hidden, 2 * dims
        return [(dims, h), (h,), (h, h), (h,), (h, moves), (moves,)]

    def _views(self, flat: NDArray[np.float32], dims: int) -> list[NDArray[np.float32]]:
        """Return weights and biases of the three layers, as views into one flat vector."""
        views, start = [], 0
        for shape in self._shapes(dims):
            stop = start + math.prod(shape)
            views.append(flat[start:stop].reshape(shape))
            start = stop
        return views

    def predict(self, places: Array) -> NDArray[np.float32]:
        """Return the expected feedback (rows, 2 * dims) for places (rows, dims)."""
        w1, b1, w2, b2, w3, b3 = self._views(self.params, self.dims)
        first = np.maximum((places - 0.5).astype(np.float32) @ w1 + b1, 0)
        second = np.maximum(first @ w2 + b2, 0)
        out: NDArray[np.float32] = second @ w3 + b3
        return out

    def learn(self, places: Array, moves: NDArray[np.int64], rewards: Array) -> None:
        """Make one Adam step on the mean squared error of the rewards (rows,) of moves (rows,)."""
        w1, b1, w2, b2, w3, b3 = self._views(self.params, self.dims)
        gw1, gb1, gw2, gb2, gw3, gb3 = self._views(self.grad, self.dims)
        x = (places - 0.5).astype(np.float32)
        first = np.maximum(x @ w1 + b1, 0)
        second = np.maximum(first @ w2 + b2, 0)
        rows = np.arange(len(moves))
        error = np.zeros((len(moves), len(b3)), np.float32)
        predicted = (second @ w3 + b3)[rows, moves]
        error[rows, moves] = 2 / len(moves) * (predicted - rewards)

        np.matmul(second.T, error, out=gw3)
        error.sum(0, out=gb3)
        error = (error @ w3.T) * (second > 0)
        np.matmul(first.T, error, out=gw2)
        error.sum(0, out=gb2)
        error = (error @ w2.T) * (first > 0)
        np.matmul(x.T, error, out=gw1)
        error.sum(0, out=gb1)
        self._adam()

    def _adam(self, beta1: float = 0.9, beta2: float = 0.999, small: float = 1e-8) -> None:
        """Make a step of Adam (Kingma & Ba 2015) in place; it costs as much as the matrix products."""
        self.updates += 1
        self.mean *= beta1
        self.mean += (1 - beta1) * self.grad
        self.square *= beta2
        np.square(self.grad, out=self.grad)
        self.grad *= 1 - beta2
        self.square += self.grad
        np.sqrt(self.square, out=self.grad)
        self.grad += small
        np.divide(self.mean, self.grad, out=self.grad)
        debias = math.sqrt(1 - beta2**self.updates) / (1 - beta1**self.updates)
        self.grad *= self.learning_rate * debias
        self.params -= self.grad

    def resize(self, dims: int) -> None:
        """Change the number of axes; a new axis changes no prediction, and its moves expect 0."""
        old_dims, self.dims = self.dims, dims
        size = sum(math.prod(shape) for shape in self._shapes(dims))
        for name in ("params", "mean", "square", "grad"):
            flat = np.zeros(size, np.float32)
            for old, new in zip(
                self._views(getattr(self, name), old_dims), self._views(flat, dims), strict=True
            ):
                shared = tuple(slice(min(a, b)) for a, b in zip(old.shape, new.shape, strict=True))
                new[shared] = old[shared]
            setattr(self, name, flat)


class Replay:
    """The last `size` moves that feedback was credited to."""

    def __init__(self, dims: int, size: int) -> None:
        self.places = np.zeros((size, dims))
        self.moves = np.zeros(size, np.int64)
        self.rewards = np.zeros(size)
        self.count = self.next = 0

    def add(self, places: Array, moves: NDArray[np.int64], rewards: Array) -> None:
        """Remember more moves, in the place of the oldest."""
        size = len(self.moves)
        at = (self.next + np.arange(len(moves))) % size
        self.places[at], self.moves[at], self.rewards[at] = places, moves, rewards
        self.next = (self.next + len(moves)) % size
        self.count = min(self.count + len(moves), size)

    def sample(self, rows: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64], Array]:
        """Draw some of the moves at random."""
        at = rng.integers(self.count, size=rows)
        return self.places[at], self.moves[at], self.rewards[at]

    def resized(self, dims: int) -> "Replay":
        """Return a replay with `dims` axes, without the moves along axes that close."""
        size = len(self.moves)
        order = (np.arange(self.count) + self.next - self.count) % size  # oldest first
        kept = order[self.moves[order] < 2 * dims]
        replay = Replay(dims, size)
        replay.add(resize_places(self.places[kept], dims), self.moves[kept], self.rewards[kept])
        return replay


LESSONS = ("actions", "lesson_s")
MODEL = ("params", "mean", "square", "updates")
REPLAY = ("places", "moves", "rewards", "count", "next")


class CoExplorer(Walker):
    """A learner that learns move by move: call `act` at the action rate, `feedback` when there is some.

    Move 2i goes one step up along axis i, move 2i + 1 one step down.

    >>> agent = CoExplorer(CoExplorerSettings(dims=2), np.random.default_rng(1))
    >>> agent.act(time_s=0.0)
    array([0.49, 0.5 ])
    """

    settings: CoExplorerSettings

    def __init__(self, settings: CoExplorerSettings, rng: np.random.Generator) -> None:
        super().__init__(settings, rng)
        self.model = RewardModel(self.dims, settings.hidden, settings.learning_rate, rng)
        self.replay = Replay(self.dims, settings.replay_size)
        self.actions = 0  # moves made since it began or forgot
        self.lesson_s = -math.inf  # time of its last lesson from feedback
        self._fed = deque[tuple[float, float]](maxlen=256)  # (reward, time_s) since

    def act(self, time_s: float) -> Array:
        """Learn, choose a move, and make it; returns the new position (dims,)."""
        fed = self._lesson_is_due(time_s) and self._settle()
        if fed:
            self.lesson_s = time_s
        if (self.paused or self.staying) and not self.explorations:
            return self.position
        self._rehearse(time_s, fed)
        move = self._choose()
        place = self._neighbours()[move]
        bonus = self._bonus(self.density.visit(place))
        self.path.append(place, move, time_s, float(bonus))
        self.actions += 1
        self.explorations = max(0, self.explorations - 1)
        return self.position

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the moves made 0.2 to 1.2 s before `time_s`.

        The reward is clipped to [-1, 1]. Zero, NaN and infinities are ignored.
        """
        if is_feedback(reward) and math.isfinite(time_s):
            self._fed.append((min(max(float(reward), -1.0), 1.0), float(time_s)))

    def zone(self, reward: float) -> None:
        """Like (> 0) or dislike (< 0) this place: label the moves around it that lead to it and away.

        The reward is clipped to [-1, 1]. Zero, NaN and infinities are ignored.
        """
        if not is_feedback(reward):
            return
        value = self.settings.zone_weight * min(max(float(reward), -1.0), 1.0)
        for away in np.flatnonzero(self._allowed()):
            reach = np.arange(self.settings.zone_reach + 1)[:, None]
            line = self.position + reach * self._offsets()[away]
            line = line[((line >= 0) & (line <= 1)).all(axis=1)]
            if len(line) > 1:
                places = np.concatenate([line[:-1], line[1:]])
                moves = np.repeat([away, away ^ 1], len(line) - 1)
                rewards = np.repeat([-value, value], len(line) - 1)
                self.model.learn(places, moves, rewards)
                self.replay.add(places, moves, rewards)

    def jump(self) -> None:
        """Go to a place that was hardly visited, and on from there."""
        super().jump()
        self.staying = False

    def _choose(self) -> int:
        """Choose the best move, or now and then a random one; ties are drawn."""
        if self.explorations:
            value = -self.density.count(self._neighbours())
        elif self.rng.random() < self.epsilon:
            value = np.zeros(2 * self.dims)
        else:
            value = self.model.predict(self.position[None])[0].astype(float)
        value = np.where(self._allowed(), value, -np.inf)
        return int(self.rng.choice(np.flatnonzero(value == value.max())))

    def _lesson_is_due(self, time_s: float) -> bool:
        s = self.settings
        return not s.replay_when_fed or time_s >= self.lesson_s + s.feedback_every_s - 1e-6

    def _settle(self) -> bool:
        """Learn from the mean of the feedback since the last lesson; returns False if there was none."""
        if not self._fed:
            return False
        rewards, times_s = zip(*self._fed, strict=True)
        self._fed.clear()
        return self._learn_recent(times_s[-1], sum(rewards) / len(rewards))

    def _learn_recent(self, time_s: float, reward: float) -> bool:
        """Learn that recent moves earned their novelty bonus plus the reward; older ones earned less."""
        s = self.settings
        entries = self.path.recent(time_s - s.credit_to_s, time_s - s.credit_from_s)
        if not len(entries):
            return False
        places, moves = self.path.places[entries - 1], self.path.moves[entries]
        credit = reward * s.credit_decay ** np.arange(len(entries), dtype=float)
        self.model.learn(places, moves, credit + self.path.bonuses[entries])
        if reward:
            self.replay.add(places, moves, credit)
        return True

    def _rehearse(self, time_s: float, fed: bool) -> None:
        """Learn from the replay, or from novelty alone while the replay is small."""
        s = self.settings
        if fed and not s.replay_when_fed:
            return
        if self.replay.count > 2 * s.batch_size:
            self.model.learn(*self.replay.sample(s.batch_size, self.rng))
        elif not fed:
            self._learn_recent(time_s, reward=0.0)

    def _bonus(self, count: Any) -> Any:
        """Return what the novelty of places with these pseudo-counts is worth."""
        return np.minimum(self.epsilon * (count + 0.01) ** -0.5, self.settings.bonus_limit)

    @property
    def epsilon(self) -> float:
        """The probability of a random move, and the scale of the novelty bonus."""
        s = self.settings
        decay = math.exp(-self.actions / s.epsilon_decay_actions)
        return self.curiosity * (s.epsilon_end + (s.epsilon_start - s.epsilon_end) * decay)

    @property
    def beliefs(self) -> Beliefs:
        """What the learner expects of each move from its place."""
        moves = np.arange(2 * self.dims)
        last = int(self.path.moves[self.path.cursor])
        return Beliefs(
            axis=moves // 2,
            direction=1 - 2 * (moves % 2),
            predicted_reward=self.model.predict(self.position[None])[0].astype(float),
            novelty_bonus=self._bonus(self.density.count(self._neighbours())),
            allowed=self._allowed(),
            chosen=None if last == PUT else last,
        )

    def _offsets(self) -> Array:
        """Return what each move adds to the position, (moves, dims)."""
        signs = np.array([[1.0], [-1.0]])
        offsets: Array = (np.eye(self.dims)[:, None] * signs).reshape(-1, self.dims) * self.step
        return offsets

    def _neighbours(self) -> Array:
        """Return where each move leads, (moves, dims), rounded so that steps stay on the grid."""
        places: Array = (self.position + self._offsets()).round(9).clip(0, 1)
        return places

    def _allowed(self) -> NDArray[np.bool_]:
        """Return which moves (moves,) do not push against the boundary."""
        place = self.position
        allowed: NDArray[np.bool_] = np.stack([place < 1, place > 0], axis=1).ravel()
        return allowed

    def wake(self, position: Array, time_s: float) -> None:
        """Go on from a position (dims,) at a time: keep what was learned, drop feedback that waits."""
        super().wake(position, time_s)
        self.lesson_s = -math.inf
        self._fed.clear()

    def _resize(self, dims: int) -> str:
        remembered = self.replay.count
        self.path.moves[self.path.moves >= 2 * dims] = (
            PUT  # moves along a closed axis earn no more credit
        )
        self.model.resize(dims)
        self.replay = self.replay.resized(dims)
        if dims > self.dims:
            return ""
        return (
            f"{what_is_forgotten(self.dims - dims)}, with {remembered - self.replay.count} of "
            f"{remembered} remembered moves"
        )

    def state(self, reach: int | None = None) -> Arrays:
        """Return everything as plain arrays: a learner that loads them goes on exactly as this one.

        reach: the number of entries of the path to keep on either side of the cursor; None: all.
        """
        return {
            **super().state(reach),
            **pack(self, "", LESSONS),
            **pack(self.model, "model.", MODEL),
            **pack(self.replay, "replay.", REPLAY),
            "fed": np.array(self._fed).reshape(-1, 2),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        unpack(self, "", LESSONS, state)
        unpack(self.model, "model.", MODEL, state)
        unpack(self.replay, "replay.", REPLAY, state)
        self._fed.extend((float(reward), float(time_s)) for reward, time_s in entry(state, "fed"))


def is_feedback(reward: float) -> bool:
    """Tell whether a value is finite and not zero."""
    return math.isfinite(reward) and reward != 0


def truncated_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw standard normal numbers; those beyond two deviations are drawn again."""
    drawn = rng.standard_normal(shape)
    while (beyond := np.abs(drawn) > 2).any():
        drawn[beyond] = rng.standard_normal(beyond.sum())
    return drawn
