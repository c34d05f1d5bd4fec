"""A cache of loaded models: each file is loaded once, and kept while in use and a while longer."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")

#: The last few models that were asked for stay in memory, so that they return at once.
LATEST = 4


class ModelCache(Generic[T]):
    """Caches what `make` returns for each model file; a file that has changed is loaded again."""

    def __init__(self, make: Callable[[Path], T]):
        self._make = make
        self._known: WeakValueDictionary[tuple[Path, int, int, int], T] = WeakValueDictionary()
        self._latest: deque[T] = deque(maxlen=LATEST)
        self._lock = Lock()  # voices load models in several threads

    def of(self, path: Path) -> T:
        """Return what `make` returns for the file as it is now. Raises what `make` raises."""
        status = path.resolve().stat()
        key = path.resolve(), status.st_mtime_ns, status.st_ino, status.st_size
        with self._lock:
            if (known := self._known.get(key)) is None:
                known = self._known[key] = self._make(path)
            if known in self._latest:
                self._latest.remove(known)
            self._latest.append(known)
            return known
