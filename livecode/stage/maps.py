"""The map of each space: where its sounds lie on a plane, and where a position of the space is on it."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import described, find_model
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.map import SoundMap, sound_map
from livecode.neural.spaces.space import KIND

_log = logging.getLogger(__name__)
#: So many sounds are marked on a map, evenly chosen.
MOST_SOUNDS = 300


@dataclass(frozen=True)
class Plane:
    """A map: by the sounds that the space knows, or else by its first two axes."""

    axes: tuple[str, ...] = ()  # the names of the space's axes, the strongest first
    latent: int = 2
    map: SoundMap | None = None

    @property
    def across(self) -> str:
        """What the plane shows, in a few words."""
        if self.map is not None:
            return f"{len(self.map.names)} sounds"
        return " × ".join(self.axes[:2])

    @property
    def sounds(self) -> list[list[float]]:
        """Points (sounds, 2) in [0, 1]; none where the space knows no sounds."""
        if self.map is None:
            return []
        every = max(1, len(self.map.points) // MOST_SOUNDS)
        points: list[list[float]] = np.round(self.map.points[::every], 3).tolist()
        return points

    def project(self, positions: NDArray[np.float64]) -> list[list[float]]:
        """Return points (n, 2) of positions (n, dims), which lie in [0, 1] for all sounds."""
        points: NDArray[Any] = positions[:, :2]
        if self.map is not None:
            points = self.map.project(positions[:, : self.latent].astype(np.float32))
        flat: list[list[float]] = np.round(np.clip(points, -0.05, 1.05), 4).tolist()
        return flat


class Planes:
    """The planes of spaces by their models' names, each loaded once, in a thread; `waits`: for each."""

    def __init__(self, waits: bool = False) -> None:
        self._waits = waits
        self._loading: dict[str, Future[Plane]] = {}
        self._threads = ThreadPoolExecutor(1, "maps")

    @property
    def loading(self) -> bool:
        """Whether a plane is still being loaded."""
        return not all(each.done() for each in self._loading.values())

    def of(self, model: str) -> Plane:
        """Return the plane of a space; if it cannot be loaded, or is not yet, that of two axes."""
        if model not in self._loading:
            self._loading[model] = self._threads.submit(_load, model)
        loading = self._loading[model]
        return loading.result() if self._waits or loading.done() else Plane()


def _load(model: str) -> Plane:
    try:
        path = find_model(model, KIND)
        if path.suffix != ".safetensors" or described(path)[0] != KIND:
            return Plane()  # a model that is code is not opened here
        space = load_space(path)
    except LivecodeError:
        return Plane()
    except Exception:  # a bug of ours: the map shows two axes
        _log.exception("the map of a space cannot be made")
        return Plane()
    try:
        return Plane(space.axes, space.latent, sound_map(space))
    except LivecodeError:  # it knows too few sounds
        return Plane(space.axes, space.latent)
