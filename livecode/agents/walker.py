"""What every agent does without learning: stand in the unit cube, remember its path, be led."""

import copy
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from livecode.agents.density import Density
from livecode.agents.path import COLUMNS, MAX_CREDITED, PUT, Array, Path
from livecode.agents.saving import Arrays, entry, pack, pack_rng, unpack, unpack_rng
from livecode.errors import LivecodeError

SENSED_S = 0.5  # over so long a stretch it is noticed whether it got better

CONTROLS = ("step", "paused", "explorations")
CURSORS = ("cursor", "walked_from")


@dataclass(frozen=True)
class WalkerSettings:
    """What every agent can be set to."""

    dims: int = 2  # axes of the space
    step: float = 0.01  # length of one move ("precision")
    path_length: int = 4096  # moves that `back` can undo, at least


class Walker:
    """The body of an agent, and the controls that need no learning.

    An agent derives from it and adds `act`, `feedback`, `zone` and `beliefs`; `_settle` is
    called before it is put elsewhere, for feedback that is still about the way it came.
    """

    def __init__(self, settings: WalkerSettings, rng: np.random.Generator) -> None:
        self.settings, self.rng = settings, rng
        self._dims = dims = _checked_dims(settings.dims)
        self.step = settings.step
        self.paused = False
        self.dropped = ""
        self.curiosity = 1.0
        self.patience_s = 10.0
        self._sensed = deque[tuple[float, float]](maxlen=MAX_CREDITED)  # (time_s, value) of late
        self._spread = 0.0  # root of the mean square of their changes
        self.explorations = 0  # moves still to be made for novelty alone
        self.path = Path(np.full(dims, 0.5), settings.path_length)
        self.density = Density(np.empty((0, dims)))

    def _settle(self) -> bool:
        """Learn from what feedback there is; False if there is none."""
        raise NotImplementedError

    def _resize(self, dims: int) -> str:
        """Change what was learned to `dims` axes; returns what that loses, "" for nothing."""
        raise NotImplementedError

    @property
    def position(self) -> Array:
        """Where it is: (dims,) in [0, 1], a copy."""
        here: Array = self.path.places[self.path.cursor].copy()
        return here

    @property
    def moved(self) -> Array:
        """What its last move added to its position, (dims,); zeros where it was put here."""
        cursor, places = self.path.cursor, self.path.places
        if cursor == 0 or self.path.moves[cursor] == PUT:
            return np.zeros(self._dims)
        way: Array = places[cursor] - places[cursor - 1]
        return way

    @property
    def step(self) -> float:
        """Length of one move: its precision."""
        return self._step

    @step.setter
    def step(self, step: float) -> None:
        if not 0 < step <= 1:
            raise LivecodeError(f"A step of {step} is no move: give a length above 0, up to 1.")
        self._step = float(step)

    @property
    def dims(self) -> int:
        """Axes in use. Those that stay keep their place; new ones open at 0.5.

        A closed axis counts as resting at 0.5, so what was learned before an axis opened
        stays true. `dropped` says what the last change made it lose.
        """
        return self._dims

    @dims.setter
    def dims(self, dims: int) -> None:
        if _checked_dims(dims) == self._dims:
            self.dropped = ""
            return
        self._settle()
        self.dropped = self._resize(dims)
        self._dims = dims
        self.path.places = resize_places(self.path.places, dims)
        self.density = Density(self.path.places[: self.path.cursor + 1])

    def jump(self) -> None:
        """Change zone: go to the least visited of 4 * dims random places."""
        self._settle()
        places = self.rng.random((4 * self._dims, self._dims))
        place = places[np.argmin(self.density.count(places))]
        self.path.append(place, PUT, -math.inf, 0.0)

    def place(self, position: Array) -> None:
        """Be put at a position (dims,) in [0, 1], without having walked there."""
        self._settle()
        self.path.append(np.clip(position, 0.0, 1.0), PUT, -math.inf, 0.0)

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""
        self.explorations = max(0, int(actions))

    def back(self, actions: int = 1) -> None:
        """Return to where it was so many actions ago; the next move goes on from there."""
        self._settle()
        self.path.go(-int(actions))

    def forward(self, actions: int = 1) -> None:
        """Undo `back`, as far as it has not moved on since."""
        self._settle()
        self.path.go(int(actions))

    def go_back(self, seconds: float) -> None:
        """Return to where it was so long ago; below 0, undo that."""
        path = self.path
        times_s, cursor = path.times_s[: path.count], path.cursor
        known = np.isfinite(times_s)
        here = np.flatnonzero(known[: cursor + 1])
        now_s = times_s[here[-1]] if len(here) else 0.0
        if seconds >= 0:
            before = np.flatnonzero(known[:cursor] & (times_s[:cursor] <= now_s - seconds + 1e-6))
            self.back(cursor - int(before[-1]) if len(before) else cursor)
        else:
            after = np.flatnonzero(
                known[cursor + 1 :] & (times_s[cursor + 1 :] >= now_s - seconds - 1e-6)
            )
            self.forward(int(after[0]) + 1 if len(after) else path.count - 1 - cursor)

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the way it went."""
        raise NotImplementedError

    def sense(self, value: float, time_s: float) -> None:
        """How good it is here, on any scale: what changes along its way is praise or blame.

        The change over the last half second, over twice what such changes have been of late, is
        feedback.
        """
        if not (math.isfinite(value) and math.isfinite(time_s)):
            return
        sensed = self._sensed
        sensed.append((float(time_s), float(value)))
        while len(sensed) > 2 and sensed[1][0] <= time_s - SENSED_S + 1e-6:
            sensed.popleft()
        change = value - sensed[0][1]
        if abs(change) > 1e-9 * abs(value):
            spread = self._spread
            self._spread = math.hypot(0.99 * spread, 0.14 * change) if spread else abs(change)
            self.feedback(min(max(change / (2 * self._spread), -1.0), 1.0), time_s)

    def tap(self, reward: float, time_s: float) -> None:
        """Feedback that stands for itself, however soon after other."""
        self.feedback(reward, time_s)

    def wake(self, position: Array, time_s: float) -> None:
        """Go on from there (dims,) at that time: what came before is over, but not forgotten."""
        self.path = Path(np.clip(position, 0.0, 1.0), self.settings.path_length)
        self.explorations = 0
        self._sensed.clear()

    def pause(self) -> None:
        """Autonomous off: hold still; feedback reaches only the moves made before."""
        self.paused = True

    def resume(self) -> None:
        """Autonomous on."""
        self.paused = False

    def forget(self) -> None:
        """Lose everything learned, visited and remembered; stay where it is."""
        twin = type(self)(replace(self.settings, dims=self.dims, step=self.step), self.rng)
        twin.path.places[0] = self.position
        twin.paused, twin.settings = self.paused, self.settings
        twin.curiosity, twin.patience_s = self.curiosity, self.patience_s
        self.__dict__.update(twin.__dict__)

    def state(self, reach: int | None = None) -> Arrays:
        """Everything, as plain arrays: an agent that loads it goes on exactly as this one.

        reach: of its path only so many entries to either side of where it is; None: the whole.
        """
        path = self.path
        first = 0 if reach is None else max(0, path.cursor - reach)
        last = path.count if reach is None else min(path.count, path.cursor + reach + 1)
        cursors = {"path.cursor": path.cursor, "path.walked_from": path.walked_from}
        cells = np.flatnonzero(self.density.counts)
        return {
            "dims": np.array(self._dims),
            "rng": pack_rng(self.rng),
            **pack(self, "", CONTROLS),
            **{name: np.array(max(0, at - first)) for name, at in cursors.items()},
            **{f"path.{name}": getattr(path, name)[first:last].copy() for name in COLUMNS},
            "sensed": np.array(self._sensed).reshape(-1, 2),
            "spread": np.array(self._spread),
            "density.cells": cells,
            "density.counts": self.density.counts[cells],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Become the agent that was saved; a state that does not fit changes nothing."""
        saved = replace(self.settings, dims=int(entry(state, "dims")))
        twin = type(self)(saved, copy.deepcopy(self.rng))
        twin._restore(state)
        twin.settings = self.settings
        twin.curiosity, twin.patience_s = self.curiosity, self.patience_s
        self.__dict__.update(twin.__dict__)

    def _restore(self, state: Mapping[str, Any]) -> None:
        unpack_rng(self.rng, entry(state, "rng"))
        unpack(self, "", CONTROLS, state)
        unpack(self.path, "path.", CURSORS, state)
        self.path.count = len(entry(state, "path.moves"))
        for name in COLUMNS:
            getattr(self.path, name)[: self.path.count] = entry(state, f"path.{name}")
        self._sensed.extend((float(t), float(value)) for t, value in entry(state, "sensed"))
        self._spread = float(entry(state, "spread"))
        self.density.counts[entry(state, "density.cells")] = entry(state, "density.counts")


def resize_places(places: Array, dims: int) -> Array:
    """Places (rows, any) cut to, or filled up with 0.5 to, (rows, dims)."""
    resized = np.full((len(places), dims), 0.5)
    shared = min(dims, places.shape[1])
    resized[:, :shared] = places[:, :shared]
    return resized


def _checked_dims(dims: int) -> int:
    if not dims >= 1 or dims % 1 != 0:
        raise LivecodeError(f"An agent cannot move in {dims} dimensions: give 1 or more.")
    return int(dims)
