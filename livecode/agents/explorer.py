"""An explorer that believes the listener has a place in mind and works out, from feedback, where.

Praise says that the way it just went came nearer to that place, blame that it went away: with
a = the way and c = a times its midpoint, nearer is exactly a @ place > c. So feedback is a half-
space cut (a probit observation with some share of mistakes) of a Gaussian belief about the place,
updated by moment matching (assumed-density filtering; Minka 2001). It walks in straight lines to
places drawn from the belief (Thompson sampling), of several the one least visited: in doubt
it explores, when sure it stays about. A second opinion, begun afresh whenever the first does
better, takes over when the listener has changed their mind.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from livecode.agents.protocol import Array, Beliefs
from livecode.agents.saving import Arrays, pack, unpack
from livecode.agents.walker import PUT, Walker, WalkerSettings


@dataclass(frozen=True)
class ExplorerSettings(WalkerSettings):
    """Lengths are in units of the cube's side."""

    glide: float = 5.0  # a goal nearer than so many steps is approached ever more slowly ...
    slow_step: float = 0.01  # ... down to this
    prior_sd: float = 0.29  # a listener of whom nothing is known: that of a uniform distribution
    least_sd: float = 0.045  # it never rests closer about a place than this
    zone_sd: float = 0.05  # how near to a liked place the listener's may be
    mistakes: float = 0.1  # share of the feedback that says the opposite
    blur: float = 0.02  # differences in distance that a listener cannot tell, per length of way
    drift: float = 0.004  # how far the listener's place wanders in a second
    quiet_s: float = 10.0  # after so much silence the belief fades ...
    fade_s: float = 20.0  # ... with this time constant, and it wanders
    candidates: int = 4  # places drawn for each plan
    lags_s: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)  # reaction times thought possible
    lag_memory: float = 0.98  # share of the evidence about them kept from lesson to lesson
    window_s: float = 0.5  # how long a way the listener judges
    lesson_s: float = 0.2  # feedback this far apart, and full, counts as one lesson
    alarm: float = 2.5  # log odds at which the second opinion, or chance, beats the first


class Belief:
    """A Gaussian over the place that the listener has in mind."""

    def __init__(self, settings: ExplorerSettings, dims: int) -> None:
        self.settings = settings
        self.mean = np.full(dims, 0.5)
        self.cov = np.eye(dims) * settings.prior_sd**2

    def expect(self, ways: Array, middles: Array, sign: float) -> Array:
        """Probability of praise (sign 1) or blame (-1) for each of some ways (rows, dims)."""
        likely = [self.praise(*each, sign)[0] for each in zip(ways, middles, strict=True)]
        return np.array(likely)

    def praise(self, way: Array, middle: float, sign: float) -> tuple[float, float, float]:
        """The same for one way, with its probit argument and the scale of that."""
        s = self.settings
        scale = math.sqrt(way @ self.cov @ way + s.blur**2 * (way @ way) + 1e-10)
        margin = sign * float(way @ self.mean - middle) / scale
        nearer = 0.5 * math.erfc(-margin / math.sqrt(2))
        return s.mistakes + (1 - 2 * s.mistakes) * nearer, margin, scale

    def learn(self, way: Array, middle: float, sign: float, weight: float) -> None:
        """Match the moments of the belief times the likelihood of such feedback."""
        probability, margin, scale = self.praise(way, middle, sign)
        density = math.exp(-margin * margin / 2) / math.sqrt(2 * math.pi)
        slope = (1 - 2 * self.settings.mistakes) * density / probability
        gain = self.cov @ way / scale
        self.mean = (self.mean + weight * sign * slope * gain).clip(0, 1)
        self.cov = self.cov - weight * slope * (slope + margin) * np.outer(gain, gain)

    def like(self, place: Array, sd: float) -> None:
        """A Kalman update: the place is here, give or take sd along every axis."""
        gain = self.cov @ np.linalg.inv(self.cov + sd**2 * np.eye(len(place)))
        self.mean = self.mean + gain @ (place - self.mean)
        self.cov = self.cov - gain @ self.cov

    def blend(self, other: "Belief", share: float) -> None:
        """Become a little more like another."""
        self.mean = self.mean + share * (other.mean - self.mean)
        self.cov = self.cov + share * (other.cov - self.cov)

    def resized(self, dims: int) -> "Belief":
        """The same about the axes that stay; nothing known about new ones."""
        belief, kept = Belief(self.settings, dims), min(dims, len(self.mean))
        belief.mean[:kept] = self.mean[:kept]
        belief.cov[:kept, :kept] = self.cov[:kept, :kept]
        return belief

    def draw(self, rows: int, rng: np.random.Generator) -> Array:
        """Places (rows, dims) that may be the listener's, no closer together than least_sd."""
        s = self.settings
        variances, axes = np.linalg.eigh(self.cov)
        sds = np.sqrt(variances.clip(s.least_sd**2, s.prior_sd**2))
        places: Array = self.mean + rng.standard_normal((rows, len(sds))) * sds @ axes.T
        return places.clip(0, 1)


NUMBERS = ("odds", "chance", "lessons", "fed_s", "acted_s", "lag_scores", "goal")


class Explorer(Walker):
    """The agent: `act` at the action rate, `feedback` whenever the listener gives some."""

    settings: ExplorerSettings

    def __init__(self, settings: ExplorerSettings, rng: np.random.Generator) -> None:
        super().__init__(settings, rng)
        self.first = Belief(settings, self.dims)
        self.second = Belief(settings, self.dims)
        self.odds = 0.0  # log odds of the second against the first, since the second began
        self.chance = 0.0  # the same for chance
        self.lag_scores = np.zeros(len(settings.lags_s))  # log-likelihood of each reaction time
        self.lessons = 0.0  # learned since the last plan
        self.fed_s = self.acted_s = -math.inf
        self.goal = self.position

    def act(self, time_s: float) -> Array:
        """One action towards the goal; returns the new position (dims,)."""
        self._pass_time(time_s)
        if self.paused and not self.explorations:
            return self.position
        if self.lessons >= 1 or np.array_equal(self.goal, self.position):
            self._plan()
        way = self.goal - self.position
        far = float(np.linalg.norm(way))
        length = min(self.step, max(far / self.settings.glide, self.settings.slow_step))
        place = self.goal if far <= length else (self.position + way * (length / far)).clip(0, 1)
        self.density.visit(place)
        self.path.append(place, 0, time_s, 0.0)
        self.explorations = max(0, self.explorations - 1)
        return self.position

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the way it went, up to half a second and longer ago.

        Clipped to [-1, 1]. Zero says nothing and is ignored, and so are NaN and infinities.
        """
        if not (math.isfinite(reward) and math.isfinite(time_s)) or reward == 0:
            return
        ways, middles = self._ways(time_s)
        if np.abs(ways).max() < 0.1 * self.step:
            return  # it did not go anywhere
        s, sign = self.settings, math.copysign(1.0, reward)
        weight = min(abs(reward), 1.0) * min(max(time_s - self.fed_s, 0.0) / s.lesson_s, 1.0)
        self.fed_s = time_s

        # Any of the reaction times may be the listener's: weigh them by how well they explained
        # the feedback so far. Where they disagree about it, it surprises nobody.
        shares = np.exp(self.lag_scores - self.lag_scores.max())
        shares /= shares.sum()
        by_lag = self.first.expect(ways, middles, sign)
        first, second = shares @ by_lag, shares @ self.second.expect(ways, middles, sign)
        self.lag_scores = s.lag_memory * self.lag_scores + weight * np.log(by_lag)
        for belief in (self.first, self.second):
            belief.learn(shares @ ways, float(shares @ middles), sign, weight)
        self.lessons += weight

        self.odds += weight * math.log(second / first)
        self.chance = max(0.0, self.chance + weight * math.log(0.5 / first))
        if self.odds <= 0:
            self.odds, self.second = 0.0, self._prior()
        elif self.odds > s.alarm:
            self._doubt(self.second)
        elif self.chance > s.alarm:
            self._doubt(self._prior())

    def _doubt(self, better: Belief) -> None:
        """Follow another opinion; the former stays, ready to be followed again."""
        self.first, self.second = better, self.first
        self.odds, self.chance = 0.7 * self.settings.alarm, 0.0

    def _ways(self, time_s: float) -> tuple[Array, Array]:
        """The way judged at each reaction time, (lags, dims), and way @ midpoint, (lags,)."""
        lags_s = np.array(self.settings.lags_s)[:, None]
        reach_s = lags_s[-1, 0] + self.settings.window_s
        entries = self.path.recent(time_s - reach_s, time_s)
        ages_s = time_s - self.path.times_s[entries] + 1e-6
        judged = (ages_s >= lags_s) & (ages_s < lags_s + self.settings.window_s)
        here, there = self.path.places[entries - 1], self.path.places[entries]
        # Summed |here - place|^2 - |there - place|^2, halved, is way @ place - middle.
        middles = (there - here) * (there + here) / 2
        return judged @ (there - here), judged @ middles.sum(axis=1)

    def _plan(self) -> None:
        """Choose where to go: of some places the listener may mean, the least visited."""
        s = self.settings
        belief = self._prior() if self.explorations else self.first
        places = belief.draw(s.candidates, self.rng)
        self.goal = places[np.argmin(self.density.count(places))]
        self.lessons = 0.0

    def _pass_time(self, time_s: float) -> None:
        """Grow less sure, slowly, and in silence faster."""
        s = self.settings
        passed_s = min(max(time_s - self.acted_s, 0.0), 1.0) if self.acted_s > -math.inf else 0.0
        self.acted_s = time_s
        for belief in (self.first, self.second):
            belief.cov[np.diag_indices(self.dims)] += s.drift**2 * passed_s
            if time_s - self.fed_s > s.quiet_s:
                belief.blend(self._prior(), passed_s / s.fade_s)

    def _prior(self) -> Belief:
        return Belief(self.settings, self.dims)

    def zone(self, reward: float) -> None:
        """Like this place: it is about here; dislike it: anywhere, but hardly here."""
        if not math.isfinite(reward) or reward == 0:
            return
        if reward > 0:
            self.first.like(self.position, self.settings.zone_sd / min(reward, 1.0))
        else:
            self._doubt(self._prior())
            for _ in range(50):
                self.density.visit(self.position)
        self._plan()

    def jump(self) -> None:
        """Change zone, and think of the listener's place as anywhere again."""
        super().jump()
        self._doubt(self._prior())
        self.goal = self.position

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""
        super().explore(actions)
        self._plan()

    def back(self, actions: int = 1) -> None:
        """Return to where it was so many actions ago, and take that for what is wanted."""
        super().back(actions)
        self._take_for_wanted()

    def forward(self, actions: int = 1) -> None:
        """Undo `back`, as far as it has not moved on since."""
        super().forward(actions)
        self._take_for_wanted()

    def _take_for_wanted(self) -> None:
        self._doubt(self._prior())
        self.first.like(self.position, 2 * self.settings.zone_sd)
        self.goal = self.position

    @property
    def beliefs(self) -> Beliefs:
        """What it expects of each single-axis move from here, though it also goes aslant."""
        signs = np.tile([1, -1], self.dims)
        axes = np.repeat(np.arange(self.dims), 2)
        offsets = np.eye(self.dims)[axes] * signs[:, None] * self.step
        here = self.position
        middles = (offsets * (here + offsets / 2)).sum(axis=1)
        cursor = self.path.cursor
        chosen = None
        if self.path.moves[cursor] != PUT:
            chosen = int(np.argmax(offsets @ (here - self.path.places[cursor - 1])))
        return Beliefs(
            axis=axes,
            direction=signs,
            predicted_reward=2 * self.first.expect(offsets, middles, 1.0) - 1,
            novelty_bonus=(self.density.count((here + offsets).clip(0, 1)) + 0.01) ** -0.5,
            allowed=np.stack([here < 1, here > 0], axis=1).ravel(),
            chosen=chosen,
        )

    def _settle(self) -> bool:
        return False  # feedback is learned from when it is given

    def _resize(self, dims: int) -> str:
        closed = self.dims - dims
        self.first, self.second = self.first.resized(dims), self.second.resized(dims)
        self.goal = np.append(self.goal, np.full(max(0, -closed), 0.5))[:dims]
        self.lessons = 1.0  # plan anew
        return f"Closing {closed} of {self.dims} axes dropped the beliefs about them." * (
            closed > 0
        )

    def state(self) -> Arrays:
        """Everything, as plain arrays: an agent that loads it goes on exactly as this one."""
        return {
            **super().state(),
            **pack(self, "", NUMBERS),
            **pack(self.first, "first.", ("mean", "cov")),
            **pack(self.second, "second.", ("mean", "cov")),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        unpack(self, "", NUMBERS, state)
        unpack(self.first, "first.", ("mean", "cov"), state)
        unpack(self.second, "second.", ("mean", "cov"), state)
