"""Where agents have been lately, on the map of their space."""

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.stage.maps import Planes
from livecode.transport import ControlBlock
from livecode.transport.status import AgentStatus

#: So many of an agent's last places are shown.
MOST_PLACES = 240
#: A place that lies closer to the former one than this, along every axis, adds nothing.
LEAST_STEP = 0.002


class Ways:
    """Follows the positions of agents in the control block."""

    def __init__(self, controls: ControlBlock, planes: Planes):
        self._controls, self._planes = controls, planes
        self._next: dict[str, tuple[int, int]] = {}  # how often the slot was opened, next change
        self._ways: dict[str, deque[NDArray[np.float64]]] = {}  # (width,) each

    def look(self, agents: Mapping[str, AgentStatus]) -> dict[str, Any]:
        """Return the way of each agent over its map, from the oldest place to the newest."""
        for gone in [name for name in self._ways if name not in agents]:
            del self._ways[gone]
            self._next.pop(gone, None)
        shown = {}
        for name, agent in agents.items():
            plane = self._planes.of(agent.space)
            way = self._way(name, plane.latent)
            points = plane.project(np.array(way)) if way else []
            if len(agent.position) == 1 and plane.map is None:  # one axis is a line, not a corner
                points = [[x, 0.5] for x, _ in points]
            shown[name] = {"way": points, "sounds": plane.sounds, "across": plane.across}
        return shown

    def _way(self, name: str, latent: int) -> deque[NDArray[np.float64]]:
        way = self._ways.setdefault(name, deque(maxlen=MOST_PLACES))
        slot = self._controls.find(f"{name}.position")
        if slot is None:
            return way
        opened, since = self._next.get(name, (0, 0))
        if opened != self._controls.opened(slot):
            opened, since = self._controls.opened(slot), 0  # the way goes on in a new slot
        for number, _, values in self._controls.changes(slot, since):
            since = number + 1
            if not way or np.abs(values - way[-1])[:latent].max() > LEAST_STEP:
                way.append(values)
        self._next[name] = opened, since
        return way
