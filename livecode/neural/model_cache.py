"""Models in memory: what was made of a file is there once, while anybody has it and a while longer."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")

#: So many that were asked for last stay in memory: what comes back soon is there at once.
LATEST = 4


class Kept(Generic[T]):
    """What `make` makes of model files; a file that is written anew is read anew."""

    def __init__(self, make: Callable[[Path], T]):
        self._make = make
        self._known: WeakValueDictionary[tuple[Path, int, int, int], T] = WeakValueDictionary()
        self._latest: deque[T] = deque(maxlen=LATEST)
        self._lock = Lock()  # voices are made in threads of their own

    def of(self, path: Path) -> T:
        """What it makes of that file as it is now, or has made of it; raises what `make` does."""
        status = path.resolve().stat()
        key = path.resolve(), status.st_mtime_ns, status.st_ino, status.st_size
        with self._lock:
            if (known := self._known.get(key)) is None:
                known = self._known[key] = self._make(path)
            if known in self._latest:
                self._latest.remove(known)
            self._latest.append(known)
            return known
