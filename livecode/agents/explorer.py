"""An explorer: a learner that works out from feedback which place its listener means, and goes there.

It walks in straight lines to places drawn from its belief (Thompson sampling); of several it takes the
least visited. It explores while in doubt, and stays about a place when sure. Feedback that is too
surprising unsettles it, and it strides off. While nobody speaks it breathes about a place of which it
is sure; without feedback for longer than its patience it wanders, in phrases with rests between.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from livecode.agents.belief import ExplorerSettings
from livecode.agents.believer import Believer
from livecode.agents.path import Array
from livecode.agents.protocol import what_is_forgotten
from livecode.agents.saving import Arrays, pack, unpack
from livecode.agents.walker import resize_places
from livecode.agents.wandering import NUMBERS as WAY
from livecode.agents.wandering import PHRASE_NUMBERS, Wandering

#: The attributes of which each is one number or one array in a saved state.
NUMBERS = (
    "odds", "merit", "worth", "unrest", "mistaken", "judged", "lessons", "fed_s", "acted_s",
    "lag_scores", "goal", "leaving", "left", "period_s",
)  # fmt: skip
#: Those that states of before lack.
LATER_NUMBERS = ("alert_s", "moved_s")


class Explorer(Believer):
    """A learner that believes: call `act` at the action rate, `feedback` when there is some."""

    def __init__(self, settings: ExplorerSettings, rng: np.random.Generator) -> None:
        super().__init__(settings, rng)
        self.wandering = Wandering(self.dims, rng, settings.candidates)
        self.period_s = 0.1  # mean time between actions, of late

    def act(self, time_s: float) -> Array:
        """Make one step towards the goal; returns the new position (dims,)."""
        self._pass_time(time_s)
        if self.paused and not self.explorations:
            return self.position
        here = self.position
        if self._wandering(time_s):
            place = self._wander(time_s)
        elif self._resting(time_s):
            place = here
        else:
            place = self._approach(time_s)
        if not np.array_equal(place, here):
            self.moved_s = time_s
            self.density.visit(place)
        self.path.append(place, 0, time_s, 0.0)
        self.explorations = max(0, self.explorations - 1)
        return self.position

    def _wandering(self, time_s: float) -> bool:
        """Tell whether it wanders, because nobody gives feedback or it was told to explore."""
        silent_s = self.settings.wander_after * self.patience_s
        silent = time_s - self.fed_s > silent_s and not self._stays()
        return self.explorations > 0 or silent

    def _stays(self) -> bool:
        """Tell whether silence does not lead it away from what it was taught."""
        return self.staying or (self.curiosity == 0 and self.fed_s > -math.inf)

    def _resting(self, time_s: float) -> bool:
        """Tell whether it rests, which it does only while nobody speaks."""
        return self._alert() == 0 and not self.leaving and self.wandering.resting(time_s)

    def _wander(self, time_s: float) -> Array:
        """Return the next place of a walk that nobody teaches; told to explore, it never rests."""
        here, walk = self.position, self.wandering
        self.goal = here
        if self.explorations:
            return walk.line(here, self.step, self.density)
        return walk.phrase(here, self.step, self.rest, time_s, self.density, self.strides)

    def _approach(self, time_s: float) -> Array:
        """Return the next place on the way to the goal; steps are shorter near the goal."""
        s, here, settled = self.settings, self.position, self._settled()
        reach = 1.5 * self.straying() * math.sqrt(self.dims)
        if self.leaving:
            self.leaving = float(np.linalg.norm(here - self.left)) < s.leave * math.sqrt(self.dims)
            stale = False
        elif settled:
            stale = float(np.linalg.norm(self.goal - self.first.mean)) > reach * self._width()
        else:
            stale = self.lessons >= 1
        if stale or np.array_equal(self.goal, here):
            self._plan()
            if not stale and self._pauses(settled, time_s):
                return here
        self.wandering.leg = 0
        way = self.goal - here
        far = float(np.linalg.norm(way))
        if not settled:
            slow = max(far / s.glide, s.slow_step)
        elif float(np.linalg.norm(here - self.first.mean)) > reach:
            slow = self.step
        else:
            slow = self._breath(far, reach)
        length = min(self.step, slow)
        place: Array = self.goal if far <= length else here + way * (length / far)
        return place.clip(0, 1)

    def _pauses(self, settled: bool, time_s: float) -> bool:
        """Begin to rest at a goal if nobody speaks; returns whether it does."""
        if self._alert() > 0 or self.leaving or self.rest == 0:
            return False
        low, high = self.settings.breath_rest_s if settled else self.settings.goal_rest_s
        self.wandering.hold(time_s, float(self.rng.uniform(low, high)))
        return True

    def _width(self) -> float:
        """Return which share of its way it goes to and fro over: less while nobody speaks."""
        s = self.settings
        return s.breath + (1 - s.breath) * self._alert()

    def _breath(self, far: float, reach: float) -> float:
        """Return the length of a move about a place of which it is sure, `far` before the goal.

        While it is spoken to, it goes at an even pace. In silence it goes as a breath does: slowly, and
        slowest where it turns.
        """
        s, alert = self.settings, self._alert()
        pace = max(reach / s.pace_s, s.least_pace)
        length = max(2 * self.straying() * s.breath * math.sqrt(self.dims), far, 1e-9)
        swell = max(math.sin(math.pi * far / length), s.breath_turns)
        breath = length / s.breath_s * math.pi / 2 * swell
        return (breath + alert * (pace - breath)) * self.period_s

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
            stray *= self._width()
            places = (self.first.mean + ways * stray * math.sqrt(self.dims)).clip(0, 1)
        elif self.curiosity == 0 and self._alert() == 0 and not self.leaving:
            places = self.first.mean[None]
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

    def _pass_time(self, time_s: float) -> None:
        """Make the beliefs less sure as time passes, faster in silence."""
        s = self.settings
        passed_s = min(max(time_s - self.acted_s, 0.0), 1.0) if self.acted_s > -math.inf else 0.0
        self.acted_s = time_s
        if 0 < passed_s < 1:
            self.period_s += 0.1 * (passed_s - self.period_s)
        self.alert_s = max(0.0, self.alert_s - passed_s)
        silent_s = time_s - self.fed_s
        for belief in (self.first, self.second):
            if silent_s < s.drift_for_s:
                belief.cov[np.diag_indices(self.dims)] += s.drift**2 * passed_s
            if silent_s > self.patience_s and not self._stays():
                belief.blend(self._prior(), passed_s / self.patience_s)

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

    def stay(self, on: bool = True) -> None:
        """Stay about the place of which it is sure, else about this one, however long nobody speaks.

        Contradiction, a jump or a dislike ends that, as `stay(False)` does.
        """
        super().stay(on)
        if on and not self._settled():
            self._doubt(self._prior())
            self.first.like(self.position, self.settings.zone_sd)
            self.goal, self.staying = self.position, True
        self._hear_of_it()

    def jump(self) -> None:
        """Go to a place that was hardly visited; the listener's place may be anywhere again."""
        super().jump()
        self._doubt(self._prior())
        self.goal = self.position

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""
        super().explore(actions)
        self.wandering.leg = 0

    def back(self, actions: int = 1) -> None:
        """Return to the place of `actions` ago, and believe that the listener means it."""
        super().back(actions)
        self._take_for_wanted()

    def forward(self, actions: int = 1) -> None:
        """Undo `back`, if it has not moved since."""
        super().forward(actions)
        self._take_for_wanted()

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

    def _settle(self) -> bool:
        return False  # it learns at once when feedback comes

    def _resize(self, dims: int) -> str:
        closed = self.dims - dims
        self.first, self.second = self.first.resized(dims), self.second.resized(dims)
        self.goal = np.append(self.goal, np.full(max(0, -closed), 0.5))[:dims]
        self.wandering.resized(dims)
        self.leaving, self.left = False, resize_places(self.left[None], dims)[0]
        self.lessons = 1.0  # makes the next step plan again
        return what_is_forgotten(closed) if closed > 0 else ""

    def state(self, reach: int | None = None) -> Arrays:
        """Return everything as plain arrays: a learner that loads them goes on exactly as this one.

        reach: the number of entries of the path to keep on either side of the cursor; None: all.
        """
        return {
            **super().state(reach),
            **pack(self, "", (*NUMBERS, *LATER_NUMBERS)),
            **pack(self.wandering, "", (*WAY, *PHRASE_NUMBERS)),
            **pack(self.first, "first.", ("mean", "cov")),
            **pack(self.second, "second.", ("mean", "cov")),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        unpack(self, "", NUMBERS, state)
        unpack(self, "", (name for name in LATER_NUMBERS if name in state), state)
        unpack(self.wandering, "", WAY, state)
        unpack(self.wandering, "", (name for name in PHRASE_NUMBERS if name in state), state)
        unpack(self.first, "first.", ("mean", "cov"), state)
        unpack(self.second, "second.", ("mean", "cov"), state)
