"""An explorer: a learner that works out from feedback which place its listener has in mind.

Praise says that the last way came nearer to the place, blame that it led away. With a = the way and
c = a times its midpoint, nearer means exactly a @ place > c. So feedback is a half-space cut (a
probit observation with a share of mistakes) of a Gaussian belief about the place. The belief is
updated by moment matching (assumed-density filtering; Minka 2001). The explorer walks in straight
lines to places drawn from the belief (Thompson sampling); of several it takes the least visited.
It explores while in doubt, and stays about a place when sure. It learns how often the listener is
mistaken. Feedback that is too surprising for such a listener unsettles it, and it strides off. A
second opinion begins afresh whenever the first does better; it takes over when the listener has
changed their mind. Without feedback the explorer wanders.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from livecode.agents.belief import Belief, ExplorerSettings
from livecode.agents.path import PUT, Array
from livecode.agents.protocol import Beliefs
from livecode.agents.saving import Arrays, pack, unpack
from livecode.agents.walker import Walker, resize_places

#: The attributes of which each is one number or one array in a saved state.
NUMBERS = (
    "odds", "merit", "worth", "unrest", "mistaken", "judged", "lessons", "fed_s", "acted_s",
    "lag_scores", "goal", "heading", "leg", "leaving", "left", "period_s",
)  # fmt: skip


class Explorer(Walker):
    """A learner that believes: call `act` at the action rate, `feedback` when there is some."""

    settings: ExplorerSettings

    def __init__(self, settings: ExplorerSettings, rng: np.random.Generator) -> None:
        super().__init__(settings, rng)
        self.first = Belief(settings, self.dims)
        self.second = Belief(settings, self.dims)
        self.odds = 0.0  # log odds of the second belief against the first, since the second began
        self.merit = 0.0  # log odds of the second belief against chance, since then
        self.worth = 0.0  # log odds of the first belief against chance, since it was taken up
        self.unrest = 0.0  # log odds of chance against the first belief, of late
        self.judged = settings.mistakes_prior  # lessons that show how reliable the listener is
        self.mistaken = settings.mistakes * self.judged  # the mistakes among them
        #: How often each reaction time explained the feedback.
        self.lag_scores = np.full(len(settings.lags_s), settings.lag_prior)
        self.lessons = 0.0  # lessons since the last plan
        self.fed_s = self.acted_s = -math.inf
        self.goal = self.position
        self.heading = np.zeros(self.dims)  # the unit vector along which it wanders; zeros at first
        self.leg = 0  # steps that it still goes along `heading`
        self.leaving, self.left = False, self.position  # whether it strides off, and from where
        self.period_s = 0.1  # mean time between actions, of late

    def act(self, time_s: float) -> Array:
        """Make one step towards the goal; returns the new position (dims,)."""
        self._pass_time(time_s)
        if self.paused and not self.explorations:
            return self.position
        place = self._wander() if self._wandering(time_s) else self._approach()
        self.density.visit(place)
        self.path.append(place, 0, time_s, 0.0)
        self.explorations = max(0, self.explorations - 1)
        return self.position

    def _wandering(self, time_s: float) -> bool:
        """Tell whether it wanders, because nobody gives feedback or it was told to explore."""
        silent_s = self.settings.wander_after * self.patience_s
        return self.explorations > 0 or time_s - self.fed_s > silent_s

    def _approach(self) -> Array:
        """Return the next place on the way to the goal; steps are shorter near the goal."""
        s, here, settled = self.settings, self.position, self._settled()
        reach = 1.5 * self.straying() * math.sqrt(self.dims)
        if self.leaving:
            self.leaving = float(np.linalg.norm(here - self.left)) < s.leave * math.sqrt(self.dims)
            stale = False
        elif settled:
            stale = float(np.linalg.norm(self.goal - self.first.mean)) > reach
        else:
            stale = self.lessons >= 1
        if stale or np.array_equal(self.goal, here):
            self._plan()
        self.leg = 0
        way = self.goal - here
        far = float(np.linalg.norm(way))
        if not settled:
            slow = max(far / s.glide, s.slow_step)
        elif float(np.linalg.norm(here - self.first.mean)) > reach:
            slow = self.step
        else:
            slow = max(reach * self.period_s / s.pace_s, s.least_pace)
        length = min(self.step, slow)
        place: Array = self.goal if far <= length else here + way * (length / far)
        return place.clip(0, 1)

    def _wander(self) -> Array:
        """Return the next place straight on, along every axis alike.

        The way turns back before the borders, and now and then to the least visited direction.
        """
        here = self.position
        if self.leg <= 0 or not self.heading.any():
            signs = np.sign(self.rng.standard_normal((self.settings.candidates, self.dims)))
            ways = signs * self.rng.uniform(0.85, 1.15, signs.shape)
            ways /= np.linalg.norm(ways, axis=1)[:, None]
            if self.heading.any():
                ways[0] = self.heading  # straight on is one of the ways
            ahead = here + ways * (self.settings.legs * self.step)
            ahead = 1 - np.abs(1 - np.abs(ahead) % 2)  # mirrored by the borders
            self.heading = ways[np.argmin(self.density.count(ahead))]
            self.leg = self.settings.legs
        self.leg -= 1
        margin = 0.1 * self.rng.random()
        outwards = (here + 0.0 < margin) & (self.heading < 0)
        outwards |= (here > 1 - margin) & (self.heading > 0)
        beyond = here + self.heading * self.step
        outwards |= (beyond < 0) | (beyond > 1)
        self.heading = np.where(outwards, -self.heading, self.heading)
        self.goal = here
        place: Array = here + self.heading * self.step
        return place.clip(0, 1)

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the way of the last second.

        The reward is clipped to [-1, 1]. Zero, NaN and infinities are ignored.
        """
        if not (math.isfinite(reward) and math.isfinite(time_s)) or reward == 0:
            return
        ways, middles = self._ways(time_s)
        if np.abs(ways).max() < 0.1 * self.step:
            return  # there was no way to judge
        weight = min(max(time_s - self.fed_s, 0.0) / self.settings.lesson_s, 1.0)
        self._learn(reward, weight, time_s, ways, middles)

    def tap(self, reward: float, time_s: float) -> None:
        """Take feedback that counts in full, however soon after other feedback."""
        self.fed_s = min(self.fed_s, time_s - self.settings.lesson_s)
        self.feedback(reward, time_s)

    def _learn(
        self, reward: float, weight: float, time_s: float, ways: Array, middles: Array
    ) -> None:
        s, sign = self.settings, math.copysign(1.0, reward)
        weight *= min(abs(reward), 1.0)
        self.fed_s = time_s

        # Any of the reaction times may be the listener's: each is weighed by how well it explained
        # the feedback so far. Feedback about which they disagree surprises less.
        shares = self.lag_scores / self.lag_scores.sum()
        mistakes = self._mistakes()
        by_lag = self.first.expect(ways, middles, sign, mistakes)
        first = float(shares @ by_lag)
        second = float(shares @ self.second.expect(ways, middles, sign, mistakes))
        guilty = shares * by_lag / first
        self.lag_scores += weight * (guilty - (1 - s.lag_memory) * self.lag_scores)
        self._judge(first, mistakes, weight)
        careful = max(mistakes, s.lesson_mistakes_least)
        for belief in (self.first, self.second):
            belief.learn(shares @ ways, float(shares @ middles), sign, weight, careful)
        self.lessons += weight

        self.odds += weight * math.log(second / first)
        self.merit += weight * math.log(second / 0.5)
        self.worth += weight * math.log(first / 0.5)
        self.unrest = max(0.0, self.unrest - weight * math.log(first / 0.5))
        self._reconsider()

    def _mistakes(self) -> float:
        """Return how often the listener is mistaken, plus one standard deviation."""
        share = self.mistaken / self.judged
        most = share + math.sqrt(share * (1 - share) / self.judged)
        return min(max(most, self.settings.mistakes_least), 0.3)

    def _judge(self, expected: float, mistakes: float, weight: float) -> None:
        """Learn how reliable the listener is from feedback that had the probability `expected`.

        This is one step of expectation maximisation, for lessons of which the belief is sure.
        """
        nearer = (expected - mistakes) / (1 - 2 * mistakes)
        weight *= abs(2 * nearer - 1)
        kept = self.settings.mistakes_memory**weight
        self.mistaken = kept * self.mistaken + weight * mistakes * (1 - nearer) / expected
        self.judged = kept * self.judged + weight

    def _reconsider(self) -> None:
        """Decide whether to follow the first belief, the second, or none."""
        s, unsettling = self.settings, self._unsettling()
        if self.worth > s.sense:
            self.leaving = False
        if self.odds <= 0:
            self.odds, self.merit, self.second = 0.0, 0.0, self._prior()
        elif self.odds > s.alarm and self.merit > (s.sense if self.leaving else s.fair):
            self._leave(self.second)
        elif self.unrest > unsettling and self.leaving:
            self.first, self.unrest, self.worth = self._prior(), 0.0, 0.0
        elif self.unrest > unsettling:
            hint = self.odds > s.alarm / 2 and self.merit > s.hint
            self._leave(self.second if hint else self._prior())
            self.odds = s.trust * s.alarm
        if self.unrest > s.doubtful * unsettling and not self.leaving and self._settled():
            out = self.position - self.first.mean
            far = self.straying() * math.sqrt(self.dims) / max(float(np.linalg.norm(out)), 1e-9)
            self.goal = (self.first.mean + out * far).clip(0, 1)

    def _leave(self, better: Belief) -> None:
        """Follow another belief, in one long stride unless that belief is sure."""
        left = self.first.mean
        self._doubt(better)
        self.leaving, self.left = not self._settled(), left
        self._plan()

    def _doubt(self, better: Belief) -> None:
        """Follow another belief; the former one stays as the second."""
        self.first, self.second = better, self.first
        self.odds, self.leaving = 0.7 * self.settings.alarm, False
        self.merit = self.worth = self.unrest = 0.0

    def _ways(self, time_s: float) -> tuple[Array, Array]:
        """Return the way judged at each reaction time, (lags, dims), and way @ midpoint, (lags,)."""
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
        """Choose a goal: of some places that the listener may mean, the least visited."""
        s = self.settings
        stray = self.straying()
        if self._settled():
            # It goes to and fro through the middle, where each answer tells the most.
            here = self.position - self.first.mean
            aside = self.rng.standard_normal((s.candidates, self.dims)) * s.aside
            ways = aside - here / max(float(np.linalg.norm(here)), 1e-9)
            ways /= np.linalg.norm(ways, axis=1)[:, None]
            places = (self.first.mean + ways * stray * math.sqrt(self.dims)).clip(0, 1)
        else:
            places = self.first.draw(s.ways_out if self.leaving else s.candidates, stray, self.rng)
        if self.leaving:
            ways = places - self.position
            ways *= s.leave * math.sqrt(self.dims) / (np.linalg.norm(ways, axis=1)[:, None] + 1e-9)
            gone = (self.position + ways).clip(0, 1) - self.left
            self.goal = places[np.argmax(np.linalg.norm(gone, axis=1))]
        else:
            self.goal = places[np.argmin(self.density.count(places))]
        self.lessons = 0.0

    def straying(self) -> float:
        """Return how far it strays from the believed place along each axis."""
        s = self.settings
        unsettled = max(0.0, self.unrest / self._unsettling() - 0.3) / 0.7
        stray = s.stray + min(unsettled, 1.0) * (s.unsettled_stray - s.stray)
        more = max(0.0, self.curiosity - 1.0) / 3.0 * s.prior_sd
        return stray * min(self.curiosity, 1.0) + more

    def _unsettling(self) -> float:
        """Return how much contradiction it bears, in nats; patience makes this more."""
        nats: float = self.settings.unsettling * min(max(self.patience_s / 10, 0.4), 4.0) ** 0.5
        return nats

    def _settled(self) -> bool:
        """Tell whether the belief about the listener's place is sure."""
        return float(self.first.cov.trace()) < self.dims * self.settings.settled_sd**2

    def _pass_time(self, time_s: float) -> None:
        """Make the beliefs less sure as time passes, faster in silence."""
        s = self.settings
        passed_s = min(max(time_s - self.acted_s, 0.0), 1.0) if self.acted_s > -math.inf else 0.0
        self.acted_s = time_s
        if 0 < passed_s < 1:
            self.period_s += 0.1 * (passed_s - self.period_s)
        for belief in (self.first, self.second):
            belief.cov[np.diag_indices(self.dims)] += s.drift**2 * passed_s
            if time_s - self.fed_s > self.patience_s:
                belief.blend(self._prior(), passed_s / self.patience_s)

    def _prior(self) -> Belief:
        return Belief(self.settings, self.dims)

    def zone(self, reward: float) -> None:
        """Like (> 0) this place: the listener's is near. Dislike (< 0) it: the listener's is elsewhere."""
        if not math.isfinite(reward) or reward == 0:
            return
        self._hear_of_it()
        if reward > 0:
            self.first.like(self.position, self.settings.zone_sd / min(reward, 1.0))
        else:
            self._doubt(self._prior())
            for _ in range(50):
                self.density.visit(self.position)
        self._plan()

    def jump(self) -> None:
        """Go to a place that was hardly visited; the listener's place may be anywhere again."""
        super().jump()
        self._doubt(self._prior())
        self.goal = self.position

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""
        super().explore(actions)
        self.leg = 0

    def back(self, actions: int = 1) -> None:
        """Return to the place of `actions` ago, and believe that the listener means it."""
        super().back(actions)
        self._take_for_wanted()

    def forward(self, actions: int = 1) -> None:
        """Undo `back`, if it has not moved since."""
        super().forward(actions)
        self._take_for_wanted()

    def _hear_of_it(self) -> None:
        """Count as if feedback had come, so that it does not wander."""
        self.fed_s = max(self.fed_s, self.acted_s if self.acted_s > -math.inf else 0.0)

    def _take_for_wanted(self) -> None:
        self._hear_of_it()
        self._doubt(self._prior())
        self.first.like(self.position, 2 * self.settings.zone_sd)
        self.goal = self.position

    def wake(self, position: Array, time_s: float) -> None:
        """Go on from a position (dims,) at a time, with what was learned."""
        super().wake(position, time_s)
        self.fed_s = self.acted_s = time_s
        self.goal = self.position

    @property
    def beliefs(self) -> Beliefs:
        """What it expects of each single-axis move from its place; its own moves may be oblique."""
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
        return False  # it learns at once when feedback comes

    def _resize(self, dims: int) -> str:
        closed = self.dims - dims
        self.first, self.second = self.first.resized(dims), self.second.resized(dims)
        self.goal = np.append(self.goal, np.full(max(0, -closed), 0.5))[:dims]
        self.heading, self.leg = np.zeros(dims), 0
        self.leaving, self.left = False, resize_places(self.left[None], dims)[0]
        self.lessons = 1.0  # makes the next step plan again
        return f"Closing {closed} of {self.dims} axes dropped the beliefs about them." * (
            closed > 0
        )

    def state(self, reach: int | None = None) -> Arrays:
        """Return everything as plain arrays: a learner that loads them goes on exactly as this one.

        reach: the number of entries of the path to keep on either side of the cursor; None: all.
        """
        return {
            **super().state(reach),
            **pack(self, "", NUMBERS),
            **pack(self.first, "first.", ("mean", "cov")),
            **pack(self.second, "second.", ("mean", "cov")),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        unpack(self, "", NUMBERS, state)
        unpack(self.first, "first.", ("mean", "cov"), state)
        unpack(self.second, "second.", ("mean", "cov"), state)
