"""The walk of an explorer that nobody teaches: phrases of drifts, lines and leaps, with rests between."""

import math

import numpy as np

from livecode.agents.density import Density
from livecode.agents.path import Array

#: The gestures of a phrase, and the rest after it.
REST, DRIFT, LINE, LEAP = range(4)
#: How long a gesture lasts, in seconds. After a leap it holds still for the rest of that time.
LENGTHS_S = {DRIFT: (1.5, 5.0), LINE: (0.8, 2.5), LEAP: (0.3, 1.2)}
#: How often each gesture is chosen.
SHARES = {DRIFT: 0.5, LINE: 0.3, LEAP: 0.2}
#: The length of a move, in steps.
PACES = {DRIFT: (0.1, 0.35), LINE: (0.6, 1.0)}
#: The shortest move of one that strides, in steps: a drift below a note would repeat notes.
STRIDE = 0.7
#: The length of a leap, in steps, and at most; the cube's side is 1.
LEAPS, LONGEST_LEAP = (8.0, 24.0), 0.35
#: A phrase has so many gestures, from 1 on.
MOST_GESTURES = 4
#: A rest lasts this long, in seconds, however long the phrase was.
SHORTEST_REST_S, LONGEST_REST_S = 0.4, 30.0
#: From a rest of this share on it stands for good.
STANDS = 0.99
#: It begins with a line of this length, in seconds, so that it is heard to move at once.
OPENING_S = 3.0
#: It looks for the least visited way after this many steps.
LEG = 24

#: What a saved state holds; states of before phrases lack the others.
NUMBERS = ("heading", "leg")
PHRASE_NUMBERS = ("gesture", "until_s", "gestures", "sung_s", "pace")


class Wandering:
    """Finds the next place of a walk, along every axis alike, towards what was visited least."""

    def __init__(self, dims: int, rng: np.random.Generator, candidates: int = 4) -> None:
        """`candidates` ways are drawn, of which it takes the one visited least."""
        self._rng, self._candidates = rng, candidates
        self.heading = np.zeros(dims)  # the unit vector along which it goes; zeros at first
        self.leg = 0  # steps that it still goes along `heading`
        self.gesture, self.pace = LINE, 1.0
        self.until_s = math.nan  # when the gesture is over; NaN: none has begun
        self.gestures = 1  # of the phrase, still to come
        self.sung_s = 0.0  # the phrase has lasted so long

    def resized(self, dims: int) -> None:
        """Begin anew in another number of dimensions, in the midst of the phrase."""
        self.heading, self.leg = np.zeros(dims), 0

    def turn(self, time_s: float, rest: float) -> bool:
        """Go on to the next gesture if it is time; returns whether a gesture has begun.

        rest: the share of time that it rests, above 0 to 1.
        """
        if math.isnan(self.until_s):
            self.until_s = time_s + OPENING_S
            return True
        if time_s < self.until_s <= time_s + LONGEST_REST_S:
            return False
        if rest >= STANDS or (self.gestures <= 0 and self.gesture != REST):
            self._rest(time_s, rest)
            return True
        if self.gestures <= 0:
            self.gestures = 1 + int(self._rng.integers(MOST_GESTURES))
        self.gestures -= 1
        former = self.gesture
        while True:
            self.gesture = int(self._rng.choice(list(SHARES), p=list(SHARES.values())))
            if not self.gesture == former == LEAP:
                break
        self.pace = float(self._rng.uniform(*PACES.get(self.gesture, (1.0, 1.0))))
        length_s = float(self._rng.uniform(*LENGTHS_S[self.gesture]))
        self.until_s, self.sung_s = time_s + length_s, self.sung_s + length_s
        return True

    def _rest(self, time_s: float, rest: float) -> None:
        share = min(rest, STANDS)
        length_s = self.sung_s * share / (1 - share) * float(self._rng.lognormal(0.0, 0.3))
        self.gesture, self.sung_s = REST, 0.0
        self.until_s = time_s + min(max(length_s, SHORTEST_REST_S), LONGEST_REST_S)

    def hold(self, time_s: float, seconds: float) -> None:
        """Rest for so long."""
        self.gesture, self.until_s = REST, time_s + seconds

    def resting(self, time_s: float) -> bool:
        """Tell whether it rests at that time."""
        return self.gesture == REST and time_s < self.until_s <= time_s + LONGEST_REST_S

    def phrase(
        self,
        here: Array,
        step: float,
        rest: float,
        time_s: float,
        density: Density,
        strides: bool = False,
    ) -> Array:
        """Return the next place of a phrase, (dims,); the same place while it rests or holds a leap.

        Where it never rests, with a `rest` of 0, there is one line that never stops. Where it
        strides, it drifts in moves of at least `STRIDE` steps.
        """
        if rest == 0:
            return self.line(here, step, density)
        begun = self.turn(time_s, rest)
        if self.gesture == LEAP and begun:
            return self._leap(here, step, density)
        if self.gesture in (REST, LEAP):
            return here
        if begun:
            self.leg = 0
        pace = max(self.pace, STRIDE) if strides else self.pace
        return self.line(here, pace * step, density)

    def line(self, here: Array, step: float, density: Density) -> Array:
        """Return the next place straight on, (dims,).

        The way turns back before the borders, and now and then to the least visited direction.
        """
        rng = self._rng
        if self.leg <= 0 or not self.heading.any():
            ways = self._ways(len(here))
            if self.heading.any():
                ways[0] = self.heading  # straight on is one of the ways
            self.heading = ways[np.argmin(density.count(mirrored(here + ways * (LEG * step))))]
            self.leg = LEG
        self.leg -= 1
        margin = 0.1 * rng.random()
        outwards = (here + 0.0 < margin) & (self.heading < 0)
        outwards |= (here > 1 - margin) & (self.heading > 0)
        beyond = here + self.heading * step
        outwards |= (beyond < 0) | (beyond > 1)
        self.heading = np.where(outwards, -self.heading, self.heading)
        place: Array = here + self.heading * step
        return place.clip(0, 1)

    def _leap(self, here: Array, step: float, density: Density) -> Array:
        """Return a place many steps away, (dims,), of several the one visited least."""
        far = np.minimum(self._rng.uniform(*LEAPS, (self._candidates, 1)) * step, LONGEST_LEAP)
        places = mirrored(here + self._ways(len(here)) * far)
        place: Array = places[np.argmin(density.count(places))]
        return place

    def _ways(self, dims: int) -> Array:
        """Draw unit vectors (candidates, dims) that go along every axis alike."""
        signs = np.sign(self._rng.standard_normal((self._candidates, dims)))
        ways: Array = signs * self._rng.uniform(0.85, 1.15, signs.shape)
        ways /= np.linalg.norm(ways, axis=1)[:, None]
        return ways


def mirrored(places: Array) -> Array:
    """Return places with what lies outside the cube mirrored by its borders."""
    inside: Array = 1 - np.abs(1 - np.abs(places) % 2)
    return inside
