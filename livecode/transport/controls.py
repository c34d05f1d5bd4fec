"""The control block: named slots of values, stamped with the sample time at which they apply."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.transport.lines import CACHE_LINE, aligned

#: One change as one reader sees it: the reader, the control, the change's number and sample time.
Change = tuple[int, str, int, int]


class ControlBlock:
    """Named slots of control values, each change stamped with the sample time at which it applies.

    One process writes (the mind) and any number read.  A slot keeps its last `depth` changes, so a
    reader that works block by block applies each at its own time, and a reader that starts later,
    a new mind for instance, finds where the last one left off.
    """

    NAME_BYTES = 96

    def __init__(self, buffer: memoryview, slots: int, depth: int, width: int):
        self.depth, self.width = depth, width
        #: Told of each change that is written here: name, sample time, values.
        self.on_write: Callable[[str, int, Any], None] = lambda name, frame, values: None
        #: Told by readers here of a change that came late, and the sample time it has for them.
        self.on_late: Callable[[Change, int], None] = lambda change, frame: None
        #: Told by readers that end: who, the control, the number of the first change that never came to
        #: them, and the sample time up to which they had asked.
        self.on_unread: Callable[[int, str, int, int], None] = lambda *what: None
        #: The sample time at which a reader takes a change that is to come late to it.
        self.postponed: dict[Change, int] = {}
        #: By reader and control: changes from this number on come no sooner than at this sample time.
        self.unread: dict[tuple[int, str], list[tuple[int, int]]] = {}
        at = 0

        def view(dtype: str, *shape: int) -> np.ndarray:
            nonlocal at
            size = int(np.prod(shape)) * np.dtype(dtype).itemsize
            array = np.frombuffer(buffer[at : at + size], dtype).reshape(shape)
            at += aligned(size)
            return array

        self._names = view(f"S{self.NAME_BYTES}", slots)
        self._counts = view("i8", slots, CACHE_LINE // 8)  # changes, and how often it was opened
        self._stamps = view("i8", slots, depth)
        self._values = view("f8", slots, depth, width)

    @classmethod
    def size(cls, slots: int, depth: int, width: int) -> int:
        """Bytes that the block takes in the arena."""
        sizes = (cls.NAME_BYTES, CACHE_LINE, 8 * depth, 8 * depth * width)
        return sum(aligned(slots * size) for size in sizes)

    def find(self, name: str) -> int | None:
        """The slot of that name, or None."""
        where = np.flatnonzero(self._names == name.encode())
        return int(where[0]) if len(where) else None

    def open(self, name: str) -> int:
        """The slot of that name, made if need be (writer only)."""
        if (slot := self.find(name)) is not None:
            return slot
        if len(name.encode()) > self.NAME_BYTES:
            raise LivecodeError(f"{name!r} is too long a name for a control; use a shorter one")
        free = np.flatnonzero(self._names == b"")
        if not len(free):
            raise LivecodeError(f"no room for the control {name!r}: free a name that sounds first")
        slot = int(free[0])
        self._counts[slot, 0] = 0  # first: what the former name left is nobody's
        self._counts[slot, 1] += 1
        self._names[slot] = name.encode()
        return slot

    def close(self, name: str) -> None:
        """Forget the slot of that name (writer only); who follows it keeps the value it has."""
        if (slot := self.find(name)) is not None:
            self._names[slot] = b""

    def name(self, slot: int) -> str:
        """The name of that slot."""
        return bytes(self._names[slot]).decode()

    def names(self) -> list[str]:
        """The names of all open slots."""
        return [name.decode() for name in self._names[self._names != b""]]

    def write(self, slot: int, frame: int, values: np.ndarray | float) -> None:
        """Change the slot to `values` (up to `width` of them) from sample time `frame` on."""
        count = int(self._counts[slot, 0])
        place = count % self.depth
        entry = self._values[slot, place]
        entry[: np.size(values)] = values
        entry[np.size(values) :] = 0.0
        self._stamps[slot, place] = frame
        self._counts[slot, 0] = count + 1
        self.on_write(self.name(slot), frame, values)

    def last(self, slot: int) -> np.ndarray | None:
        """The newest values written, whatever their time, (width,); None before the first."""
        while count := int(self._counts[slot, 0]):
            values = self._values[slot, (count - 1) % self.depth].copy()
            if int(self._counts[slot, 0]) - count < self.depth - 1:
                return values
        return None

    def written(self, slot: int) -> int:
        """How many changes have been written so far."""
        return int(self._counts[slot, 0])

    def opened(self, slot: int) -> int:
        """How often the slot has been opened: another number, another name."""
        return int(self._counts[slot, 1])

    def changes(self, slot: int, since: int) -> Iterator[tuple[int, int, np.ndarray]]:
        """Yield (index, frame, values) of each change from index `since` on that is still kept.

        A change overwritten while it was being read is skipped: never half of one and half of
        another.
        """
        count = int(self._counts[slot, 0])
        for index in range(max(since, count - self.depth + 1), count):
            place = index % self.depth
            frame, values = int(self._stamps[slot, place]), self._values[slot, place].copy()
            if 0 < int(self._counts[slot, 0]) - index < self.depth:
                yield index, frame, values


class ControlReader:
    """Follows one slot of the control block in sample time."""

    def __init__(self, block: ControlBlock, slot: int, who: int = 0):
        """`who` tells readers of the same slot apart."""
        self._block, self._slot, self._opened = block, slot, block.opened(slot)
        self._name, self._who = block.name(slot), who
        self._next = 0
        self._asked: int | None = None  # the sample time that was asked for last
        self._waiting: deque[tuple[int, np.ndarray]] = deque()
        self.value: np.ndarray | None = None

    @property
    def closed(self) -> bool:
        """Whether the slot is another name's by now."""
        return self._block.opened(self._slot) != self._opened

    def at(self, frame: int) -> np.ndarray | None:
        """The value in force at sample time `frame`, (width,); None before the first change.

        A change takes the place of those written before it that were to apply later; one that is
        not all finite numbers is passed over.
        """
        if self.closed:
            return self.value
        new = self._block.written(self._slot) != self._next
        for index, stamp, values in self._block.changes(self._slot, self._next) if new else ():
            self._next = index + 1
            if not np.isfinite(values).all():
                continue
            if self._block.postponed or self._block.unread:
                stamp = self._as_it_was(index, stamp)
            if self._asked is not None and stamp <= self._asked:
                self._block.on_late((self._who, self._name, index, stamp), frame)
            while self._waiting and self._waiting[-1][0] >= stamp:
                self._waiting.pop()
            self._waiting.append((stamp, values))
        self._asked = frame
        while self._waiting and self._waiting[0][0] <= frame:
            self.value = self._waiting.popleft()[1]
        return self.value

    def end(self) -> None:
        """Nothing is asked for any more."""
        if self._asked is not None and not self.closed:
            self._block.on_unread(self._who, self._name, self._next, self._asked + 1)

    def _as_it_was(self, index: int, stamp: int) -> int:
        """The sample time at which the change of that number and sample time came to this reader."""
        stamp = self._block.postponed.get((self._who, self._name, index, stamp), stamp)
        for number, frame in self._block.unread.get((self._who, self._name), ()):
            if index >= number:
                stamp = max(stamp, frame)
        return stamp
