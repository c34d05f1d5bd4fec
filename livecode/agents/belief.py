"""What an explorer is set to, and what it believes about the place that its listener has in mind."""

import math
from dataclasses import dataclass

import numpy as np

from livecode.agents.path import Array
from livecode.agents.walker import WalkerSettings


@dataclass(frozen=True)
class ExplorerSettings(WalkerSettings):
    """Lengths are in units of the cube's side."""

    glide: float = 5.0  # a goal nearer than so many steps is approached ever more slowly ...
    slow_step: float = 0.01  # ... down to this
    prior_sd: float = 0.29  # a listener of whom nothing is known: that of a uniform distribution
    stray: float = 0.05  # how far it strays from a place, along each axis, ...
    unsettled_stray: float = 0.3  # ... and how far when it is quite unsettled
    settled_sd: float = 0.05  # surer than this of a place, it goes to and fro through it, ...
    aside: float = 0.3  # ... more or less straight
    zone_sd: float = 0.05  # how near to a liked place the listener's may be
    mistakes: float = 0.1  # share of the feedback that says the opposite, until it is known better
    mistakes_prior: float = 10.0  # lessons' worth of evidence for that
    mistakes_memory: float = 0.995  # share of the evidence about it kept from lesson to lesson
    mistakes_least: float = (
        0.02  # of the most reliable listener, for whether to doubt a belief, ...
    )
    lesson_mistakes_least: float = 0.04  # ... and for what to learn from a lesson
    blur: float = 0.01  # differences in distance that a listener cannot tell, per length of way
    drift: float = 0.004  # how far the listener's place wanders in a second
    wander_after: float = 3.0  # times its patience of silence, the belief long faded
    candidates: int = 4  # places drawn for each plan
    lags_s: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)  # reaction times thought possible
    lag_memory: float = 0.98  # share of the evidence about them kept from lesson to lesson
    lag_prior: float = 0.5  # lessons' worth of evidence for each before there is any
    window_s: float = 0.5  # how long a way the listener judges
    lesson_s: float = 0.2  # feedback this far apart, and full, counts as one lesson
    alarm: float = 3.0  # log odds at which the second opinion beats the first
    unsettling: float = 2.4  # log odds of mere chance at which all that it believes is in doubt
    doubtful: float = 0.6  # share of that at which it begins to stride out
    trust: float = 0.5  # share of the alarm that speaks for the former opinion at once then
    fair: float = 0.5  # log odds against chance that make the second opinion worth following, ...
    hint: float = -1.0  # ... or a hint of where to stride off to, when all is in doubt
    sense: float = 2.0  # log odds against chance at which feedback makes sense again after that
    leave: float = 0.2  # how far it strides off unless it does, over sqrt(dims)
    ways_out: int = 16  # places drawn to stride off to, of which it takes the furthest
    pace_s: float = 2.6  # how long it takes to go as far as it strays
    least_pace: float = 0.006  # length of a step then, at least
    legs: int = 24  # steps between two looks for the least visited way on, when it wanders


class Belief:
    """A Gaussian over the place that the listener has in mind."""

    def __init__(self, settings: ExplorerSettings, dims: int) -> None:
        self.settings = settings
        self.mean = np.full(dims, 0.5)
        self.cov = np.eye(dims) * settings.prior_sd**2

    def expect(
        self, ways: Array, middles: Array, sign: float, mistakes: float | None = None
    ) -> Array:
        """Probability of praise (sign 1) or blame (-1) for each of some ways (rows, dims)."""
        s = self.settings
        mistakes = s.mistakes if mistakes is None else mistakes
        scales = np.sqrt(((ways @ self.cov + s.blur**2 * ways) * ways).sum(axis=1) + 1e-10)
        margins = sign * (ways @ self.mean - middles) / scales / math.sqrt(2)
        nearer = np.array([0.5 * math.erfc(-margin) for margin in margins.tolist()])
        return mistakes + (1 - 2 * mistakes) * nearer

    def learn(self, way: Array, middle: float, sign: float, weight: float, mistakes: float) -> None:
        """Match the moments of the belief times the likelihood of such feedback."""
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

    def draw(self, rows: int, least_sd: float, rng: np.random.Generator) -> Array:
        """Places (rows, dims) that may be the listener's, give or take least_sd at least."""
        variances, axes = np.linalg.eigh(self.cov)
        sds = np.sqrt(variances.clip(least_sd**2, max(least_sd, self.settings.prior_sd) ** 2))
        places: Array = self.mean + rng.standard_normal((rows, len(sds))) * sds @ axes.T
        return places.clip(0, 1)
