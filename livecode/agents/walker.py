"""The base of learners: a place in the unit cube, a path, and the controls that need no learning."""

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

SENSED_S = 0.5  # changes of how good a place is count over this long

CONTROLS = ("step", "paused", "explorations")
CURSORS = ("cursor", "walked_from")


@dataclass(frozen=True)
class WalkerSettings:
    """The settings of every learner."""

    dims: int = 2  # axes in use
    step: float = 0.01  # length of one move ("precision")
    path_length: int = 4096  # the least number of moves that `back` can undo


class Walker:
    """The base of learners, which add `act`, `feedback`, `zone` and `beliefs`.

    `_settle` is called before the learner is put elsewhere, so that it can learn from feedback on
    the way that it came.
    """

    def __init__(self, settings: WalkerSettings, rng: np.random.Generator) -> None:
        self.settings, self.rng = settings, rng
        self._dims = dims = _checked_dims(settings.dims)
        self.step = settings.step
        self.paused = False
        self.dropped = ""
        self.curiosity = 1.0
        self.patience_s = 10.0
        self.rest = 0.35
        self.strides = False
        self.staying = False
        self._sensed = deque[tuple[float, float]](
            maxlen=MAX_CREDITED
        )  # the last values as (time_s, value)
        self._spread = 0.0  # root mean square of their changes
        self.explorations = 0  # moves still to be made for novelty alone
        self.path = Path(np.full(dims, 0.5), settings.path_length)
        self.density = Density(np.empty((0, dims)))

    def _settle(self) -> bool:
        """Learn from the feedback that waits; returns False if there is none."""
        raise NotImplementedError

    def _resize(self, dims: int) -> str:
        """Fit what was learned to `dims` axes; returns a sentence on what that loses, "" for nothing."""
        raise NotImplementedError

    @property
    def position(self) -> Array:
        """Its place, (dims,) in [0, 1]; a copy."""
        here: Array = self.path.places[self.path.cursor].copy()
        return here

    @property
    def moved(self) -> Array:
        """What its last move added to its position, (dims,); zeros if it was put there."""
        cursor, places = self.path.cursor, self.path.places
        if cursor == 0 or self.path.moves[cursor] == PUT:
            return np.zeros(self._dims)
        way: Array = places[cursor] - places[cursor - 1]
        return way

    @property
    def step(self) -> float:
        """The length of one move."""
        return self._step

    @step.setter
    def step(self, step: float) -> None:
        if not 0 < step <= 1:
            raise LivecodeError(f"a step of {step} is no move: give a length above 0, up to 1")
        self._step = float(step)

    @property
    def dims(self) -> int:
        """The number of axes in use. Axes that stay keep their place; new ones open at 0.5.

        A closed axis counts as resting at 0.5, so what was learned before an axis opens stays true.
        `dropped` says what was lost by the last change.
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
        """Go to the least visited of 4 * dims random places."""
        self._settle()
        places = self.rng.random((4 * self._dims, self._dims))
        place = places[np.argmin(self.density.count(places))]
        self.path.append(place, PUT, -math.inf, 0.0)

    def place(self, position: Array) -> None:
        """Go to a position (dims,) in [0, 1] without a walk."""
        self._settle()
        self.path.append(np.clip(position, 0.0, 1.0), PUT, -math.inf, 0.0)

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""
        self.explorations = max(0, int(actions))

    def back(self, actions: int = 1) -> None:
        """Return to the place of `actions` ago; the next move goes on from there."""
        self._settle()
        self.path.go(-int(actions))

    def forward(self, actions: int = 1) -> None:
        """Undo `back`, if it has not moved since."""
        self._settle()
        self.path.go(int(actions))

    def go_back(self, seconds: float) -> None:
        """Return to the place of `seconds` ago; below 0, go forward."""
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
        """Praise (> 0) or blame (< 0) the last way."""
        raise NotImplementedError

    def sense(self, value: float, time_s: float) -> None:
        """Take how good its place is, on any scale: changes of that are praise or blame.

        The feedback is the change over the last half second, divided by twice the size of such
        changes of late.
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
        """Take feedback that counts in full, however soon after other feedback."""
        self.feedback(reward, time_s)

    def wake(self, position: Array, time_s: float) -> None:
        """Go on from a position (dims,) at a time, with what was learned."""
        self.path = Path(np.clip(position, 0.0, 1.0), self.settings.path_length)
        self.explorations = 0
        self._sensed.clear()

    def pause(self) -> None:
        """Hold still; feedback then reaches only the moves made before."""
        self.paused = True

    def resume(self) -> None:
        """Go on."""
        self.paused = False

    def stay(self, on: bool = True) -> None:
        """Stay about this place; `stay(False)` ends that."""
        self.staying = on

    def forget(self) -> None:
        """Lose everything learned and visited; keep the place."""
        twin = type(self)(replace(self.settings, dims=self.dims, step=self.step), self.rng)
        twin.path.places[0] = self.position
        twin.paused, twin.settings = self.paused, self.settings
        twin.curiosity, twin.patience_s, twin.rest = self.curiosity, self.patience_s, self.rest
        twin.strides = self.strides
        self.__dict__.update(twin.__dict__)

    def state(self, reach: int | None = None) -> Arrays:
        """Return everything as plain arrays: a learner that loads them goes on exactly as this one.

        reach: the number of entries of the path to keep on either side of the cursor; None: all.
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
            "staying": np.array(self.staying),
            **{name: np.array(max(0, at - first)) for name, at in cursors.items()},
            **{f"path.{name}": getattr(path, name)[first:last].copy() for name in COLUMNS},
            "sensed": np.array(self._sensed).reshape(-1, 2),
            "spread": np.array(self._spread),
            "density.cells": cells,
            "density.counts": self.density.counts[cells],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Become the learner that was saved; LivecodeError, and no change, if the state does not fit."""
        saved = replace(self.settings, dims=int(entry(state, "dims")))
        twin = type(self)(saved, copy.deepcopy(self.rng))
        twin._restore(state)
        twin.settings = self.settings
        twin.curiosity, twin.patience_s, twin.rest = self.curiosity, self.patience_s, self.rest
        self.__dict__.update(twin.__dict__)

    def _restore(self, state: Mapping[str, Any]) -> None:
        unpack_rng(self.rng, entry(state, "rng"))
        unpack(self, "", CONTROLS, state)
        self.staying = bool(state.get("staying", False))  # states of before lack it
        unpack(self.path, "path.", CURSORS, state)
        self.path.count = len(entry(state, "path.moves"))
        for name in COLUMNS:
            getattr(self.path, name)[: self.path.count] = entry(state, f"path.{name}")
        self._sensed.extend((float(t), float(value)) for t, value in entry(state, "sensed"))
        self._spread = float(entry(state, "spread"))
        self.density.counts[entry(state, "density.cells")] = entry(state, "density.counts")


def resize_places(places: Array, dims: int) -> Array:
    """Return places (rows, any) as (rows, dims): axes are cut off, or added at 0.5."""
    resized = np.full((len(places), dims), 0.5)
    shared = min(dims, places.shape[1])
    resized[:, :shared] = places[:, :shared]
    return resized


def _checked_dims(dims: int) -> int:
    if not dims >= 1 or dims % 1 != 0:
        raise LivecodeError(f"an agent cannot move in {dims} dimensions: give 1 or more")
    return int(dims)
