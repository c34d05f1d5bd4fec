"""The base of an explorer: what it believes about the place that its listener has in mind.

Praise says that the last way came nearer to the place, blame that it led away. With a = the way and
c = a times its midpoint, nearer means exactly a @ place > c. So feedback is a half-space cut (a
probit observation with a share of mistakes) of a Gaussian belief about the place. The belief is
updated by moment matching (assumed-density filtering; Minka 2001). It learns how often the listener
is mistaken. Feedback that is too surprising for such a listener unsettles it. A second opinion begins
afresh whenever the first does better; it takes over when the listener has changed their mind.
"""

import math

import numpy as np

from livecode.agents.belief import Belief, ExplorerSettings
from livecode.agents.path import PUT, Array
from livecode.agents.protocol import Beliefs
from livecode.agents.walker import Walker


class Believer(Walker):
    """A walker that learns from feedback which place is meant; subclasses add where it goes."""

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
        self.leaving, self.left = False, self.position  # whether it strides off, and from where
        self.alert_s = 0.0  # for so long it still expects to be spoken to
        self.moved_s = -math.inf  # time of its last move
        self._of_place = False  # whether the feedback is of a place, rather than a listener's

    def _plan(self) -> None:
        """Choose a goal."""
        raise NotImplementedError

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the way of the last second.

        The reward is clipped to [-1, 1]. Zero, NaN and infinities are ignored.
        """
        if not (math.isfinite(reward) and math.isfinite(time_s)) or reward == 0:
            return
        weight = min(max(time_s - self.fed_s, 0.0) / self.settings.lesson_s, 1.0)
        self._rouse(weight * min(abs(reward), 1.0))
        ways, middles = self._ways(min(time_s, self.moved_s + self.settings.lags_s[-1] / 2))
        if np.abs(ways).max() < 0.1 * self.step:
            return  # there was no way to judge
        self._learn(reward, weight, time_s, ways, middles)

    def tap(self, reward: float, time_s: float) -> None:
        """Take feedback that counts in full, however soon after other feedback."""
        self.fed_s = min(self.fed_s, time_s - self.settings.lesson_s)
        self.feedback(reward, time_s)

    def sense(self, value: float, time_s: float) -> None:
        """Take how good its place is, on any scale: changes of that are praise or blame."""
        self._of_place = True
        try:
            super().sense(value, time_s)
        finally:
            self._of_place = False

    def _rouse(self, weight: float) -> None:
        """Expect to be spoken to again, after feedback of a weight from 0 to 1.

        Feedback of a place comes for ever. It rouses as long as something is to be learned from it.
        """
        s = self.settings
        if self._of_place and self._settled():
            weight *= min(self.unrest / (s.doubtful * self._unsettling()), 1.0)
        self.alert_s = min(self.alert_s + 2 * s.alert_s * weight, 3 * s.alert_s)

    def _alert(self) -> float:
        """Return how much it expects to be spoken to: 1 while it is, 0 some seconds later."""
        return min(self.alert_s / self.settings.alert_s, 1.0)

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
        self.first, self.second, self.staying = better, self.first, False
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

    def _prior(self) -> Belief:
        return Belief(self.settings, self.dims)

    def _hear_of_it(self) -> None:
        """Count as if feedback had come, so that it does not wander."""
        self.fed_s = max(self.fed_s, self.acted_s if self.acted_s > -math.inf else 0.0)

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
        if self.path.moves[cursor] != PUT and self.moved.any():
            chosen = int(np.argmax(offsets @ (here - self.path.places[cursor - 1])))
        return Beliefs(
            axis=axes,
            direction=signs,
            predicted_reward=2 * self.first.expect(offsets, middles, 1.0) - 1,
            novelty_bonus=(self.density.count((here + offsets).clip(0, 1)) + 0.01) ** -0.5,
            allowed=np.stack([here < 1, here > 0], axis=1).ravel(),
            chosen=chosen,
        )
