"""The lock between blocks and ticks; each time that a block takes it is a point in the journal."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


class BlockLock:
    """A lock that one thread may take repeatedly.

    `with lock:` guards changes of what the ticks play. It calls `arrive` before it takes the lock
    and `passed` once it holds it, both only for the outermost `with`. `with lock.aside():` guards
    ticks, and changes that what the ticks play does not depend on. `with lock.reading():` guards
    what a block reads of them, `with lock.storing():` a variable that functions of the ticks read.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        # Who waits for the lock holds this one: so ticks that follow each other without a pause
        # cannot take the lock again before a block that waits for it.
        self._turn = threading.Lock()
        self._holder: int | None = None
        self._depth = 0
        self.arrive: Callable[[], None] = lambda: None
        self.passed: Callable[[], None] = lambda: None
        #: As `arrive` and `passed`, for a read of what ticks move on; True: for a store of what they read.
        self.asks: Callable[[bool], None] = lambda stores: None
        self.read: Callable[[bool], None] = lambda stores: None

    def __enter__(self) -> None:
        outermost = self._holder != threading.get_ident()
        if outermost:
            self.arrive()
        self._take()
        if outermost:
            self.passed()

    def __exit__(self, *_: object) -> None:
        self._let_go()

    def reading(self) -> AbstractContextManager[None]:
        """Hold the lock while a block reads what ticks move on: a point in the journal if one has passed."""
        return self._between(stores=False)

    def storing(self) -> AbstractContextManager[None]:
        """Hold the lock while a block stores what ticks read: a point in the journal if one has passed."""
        return self._between(stores=True)

    @contextmanager
    def _between(self, stores: bool) -> Iterator[None]:
        if self.held:
            yield
            return
        self.asks(stores)
        with self.aside():
            self.read(stores)
            yield

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Hold the lock without making a point in the journal."""
        self._take()
        try:
            yield
        finally:
            self._let_go()

    @property
    def held(self) -> bool:
        """Whether this thread holds the lock."""
        return bool(self._lock._is_owned())  # type: ignore[attr-defined]

    def clear(self) -> None:
        """Release the lock if this thread still holds it.

        An interruption can strike between taking the lock and entering the `with`.
        """
        while self.held:
            self._depth, self._holder = 0, None
            self._lock.release()

    def _take(self) -> None:
        if self.held:
            self._lock.acquire()
        else:
            with self._turn:
                self._lock.acquire()
        self._holder = threading.get_ident()
        self._depth += 1

    def _let_go(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._holder = None
        self._lock.release()
