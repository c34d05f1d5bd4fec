"""The settings of an explorer, and its belief about the place that its listener has in mind."""

import math
from dataclasses import dataclass

import numpy as np

from livecode.agents.path import Array
from livecode.agents.walker import WalkerSettings


@dataclass(frozen=True)
class ExplorerSettings(WalkerSettings):
    """The settings of an explorer; lengths are in units of the cube's side."""

    glide: float = 5.0  # the steps shorten once the goal is nearer than this many steps ...
    slow_step: float = 0.01  # ... down to this length
    prior_sd: float = 0.29  # the standard deviation at first: that of a uniform distribution
    stray: float = 0.05  # it strays this far from a place along each axis, ...
    unsettled_stray: float = 0.3  # ... and this far when it is fully unsettled
    settled_sd: float = 0.05  # below this deviation it goes to and fro through the place, ...
    aside: float = 0.3  # ... and this far from straight
    zone_sd: float = 0.05  # deviation of the listener's place from a place that was liked
    mistakes: float = 0.1  # assumed share of feedback that says the opposite, at first
    mistakes_prior: float = 10.0  # the lessons that this assumption counts for
    mistakes_memory: float = 0.995  # share of the evidence kept from lesson to lesson
    #: The least share of mistakes, for doubting a belief and for learning from a lesson.
    mistakes_least: float = 0.02
    lesson_mistakes_least: float = 0.04
    blur: float = 0.01  # per length of way, a difference in distance that nobody can tell
    drift: float = 0.004  # the listener's place wanders this far in a second, ...
    drift_for_s: float = 5.0  # ... for so long after they spoke last
    wander_after: float = 3.0  # it wanders after a silence of this many times its patience
    candidates: int = 4  # places drawn for each plan
    lags_s: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)  # reaction times thought possible
    lag_memory: float = 0.98  # share of the evidence about them that is kept from lesson to lesson
    lag_prior: float = 0.5  # the lessons that each counts for at first
    window_s: float = 0.5  # the listener judges the way of this long
    lesson_s: float = 0.2  # full feedback after this long counts as one lesson
    alarm: float = 3.0  # log odds at which the second opinion beats the first
    unsettling: float = 2.4  # log odds of chance at which the whole belief is in doubt
    doubtful: float = 0.6  # share of `unsettling` at which it begins to stride out
    trust: float = 0.5  # share of `alarm` that then counts for the former opinion
    fair: float = 0.5  # log odds against chance that make the second opinion worth following, ...
    hint: float = -1.0  # ... or a hint of where to stride off to, when the belief is in doubt
    sense: float = 2.0  # log odds against chance at which feedback makes sense again
    leave: float = 0.2  # it strides off this far until then, over sqrt(dims)
    ways_out: int = 16  # places drawn to stride off to; it takes the furthest
    pace_s: float = 2.6  # it takes this long to go as far as it strays
    least_pace: float = 0.06  # ... but goes at least so far in a second
    alert_s: float = 3.0  # it expects to be spoken to again for two to three times as long
    breath: float = 0.3  # else it goes to and fro over this share of that way, ...
    breath_s: float = 4.5  # ... which takes so long, ...
    breath_turns: float = 0.25  # ... and this share of its pace where it turns ...
    breath_rest_s: tuple[float, float] = (0.5, 2.0)  # ... and rests
    goal_rest_s: tuple[float, float] = (0.5, 4.0)  # unsure and not spoken to, it rests at its goals


class Belief:
    """A Gaussian over the place that the listener has in mind."""

    def __init__(self, settings: ExplorerSettings, dims: int) -> None:
        self.settings = settings
        self.mean = np.full(dims, 0.5)
        self.cov = np.eye(dims) * settings.prior_sd**2

    def expect(
        self, ways: Array, middles: Array, sign: float, mistakes: float | None = None
    ) -> Array:
        """Return the probability (rows,) of praise (sign 1) or blame (-1) for each way (rows, dims)."""
        s = self.settings
        mistakes = s.mistakes if mistakes is None else mistakes
        scales = np.sqrt(((ways @ self.cov + s.blur**2 * ways) * ways).sum(axis=1) + 1e-10)
        margins = sign * (ways @ self.mean - middles) / scales / math.sqrt(2)
        nearer = np.array([0.5 * math.erfc(-margin) for margin in margins.tolist()])
        return mistakes + (1 - 2 * mistakes) * nearer

    def learn(self, way: Array, middle: float, sign: float, weight: float, mistakes: float) -> None:
        """Match the moments of the belief times the likelihood of the feedback."""
        blur = self.settings.blur
        scale = math.sqrt(way @ self.cov @ way + blur**2 * (way @ way) + 1e-10)
        margin = sign * float(way @ self.mean - middle) / scale
        probability = mistakes + (1 - 2 * mistakes) * 0.5 * math.erfc(-margin / math.sqrt(2))
        density = math.exp(-margin * margin / 2) / math.sqrt(2 * math.pi)
        slope = (1 - 2 * mistakes) * density / probability
        gain = self.cov @ way / scale
        self.mean = (self.mean + weight * sign * slope * gain).clip(0, 1)
        self.cov = self.cov - weight * slope * (slope + margin) * np.outer(gain, gain)

    def like(self, place: Array, sd: float) -> None:
        """Make a Kalman update: the place is here, with a deviation `sd` along every axis."""
        gain = self.cov @ np.linalg.inv(self.cov + sd**2 * np.eye(len(place)))
        self.mean = self.mean + gain @ (place - self.mean)
        self.cov = self.cov - gain @ self.cov

    def blend(self, other: "Belief", share: float) -> None:
        """Move towards another belief by a share, 0 to 1."""
        self.mean = self.mean + share * (other.mean - self.mean)
        self.cov = self.cov + share * (other.cov - self.cov)

    def resized(self, dims: int) -> "Belief":
        """Return a belief with `dims` axes that knows the same about those that stay."""
        belief, kept = Belief(self.settings, dims), min(dims, len(self.mean))
        belief.mean[:kept] = self.mean[:kept]
        belief.cov[:kept, :kept] = self.cov[:kept, :kept]
        return belief

    def draw(self, rows: int, least_sd: float, rng: np.random.Generator) -> Array:
        """Draw places (rows, dims) that may be the listener's, with a deviation of at least `least_sd`."""
        variances, axes = np.linalg.eigh(self.cov)
        sds = np.sqrt(variances.clip(least_sd**2, max(least_sd, self.settings.prior_sd) ** 2))
        places: Array = self.mean + rng.standard_normal((rows, len(sds))) * sds @ axes.T
        return places.clip(0, 1)
