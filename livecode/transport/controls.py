"""The control block: named slots of values, stamped with the sample time at which they apply."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.transport.lines import CACHE_LINE, aligned

#: A change as one reader sees it: (reader, control, number of the change, sample time).
Change = tuple[int, str, int, int]


class ControlBlock:
    """Named slots of control values, each change stamped with the sample time at which it applies.

    The mind writes and any number of processes read. A slot keeps its last `depth` changes. So a
    reader that works block by block applies each change at its own time, and a reader that starts
    later, such as a new mind, finds the last values.
    """

    NAME_BYTES = 96

    def __init__(self, buffer: memoryview, slots: int, depth: int, width: int):
        self.depth, self.width = depth, width
        #: Called with each change written in this process: name, sample time, values.
        self.on_write: Callable[[str, int, Any], None] = lambda name, frame, values: None
        #: Called when a reader in this process gets a change late: the change, and the sample time
        #: at which the reader gets it.
        self.on_late: Callable[[Change, int], None] = lambda change, frame: None
        #: Called when changes were overwritten before a reader in this process got them: reader,
        #: control, number of the first of them, and that of the first one that it did get.
        self.on_lost: Callable[[int, str, int, int], None] = lambda *what: None
        #: Called when a reader in this process ends: reader, control, number of the first change
        #: that it did not get, and the sample time up to which it had asked.
        self.on_unread: Callable[[int, str, int, int], None] = lambda *what: None
        #: For a replay: the sample time at which a reader got a change in the performance, where that
        #: was late.
        self.postponed: dict[Change, int] = {}
        #: For a replay, by (reader, control): changes from a number on apply no sooner than a
        #: sample time.
        self.unread: dict[tuple[int, str], list[tuple[int, int]]] = {}
        #: For a replay, by (reader, control): stretches of changes that the reader never got, as
        #: (number of the first, number of the one after the last).
        self.lost: dict[tuple[int, str], list[tuple[int, int]]] = {}
        #: (reader, control, how often its slot was opened) -> number of the first change that no reader
        #: which has ended has got.
        self.read: dict[tuple[int, str, int], int] = {}
        at = 0

        def view(dtype: str, *shape: int) -> np.ndarray:
            nonlocal at
            size = int(np.prod(shape)) * np.dtype(dtype).itemsize
            array = np.frombuffer(buffer[at : at + size], dtype).reshape(shape)
            at += aligned(size)
            return array

        self._names = view(f"S{self.NAME_BYTES}", slots)
        self._found: dict[str, int] = {}  # slots as they were found last, by name
        # the number of changes, and how often the slot was opened
        self._counts = view("i8", slots, CACHE_LINE // 8)
        self._stamps = view("i8", slots, depth)
        self._values = view("f8", slots, depth, width)

    @classmethod
    def size(cls, slots: int, depth: int, width: int) -> int:
        """Bytes that the block takes in the arena."""
        sizes = (cls.NAME_BYTES, CACHE_LINE, 8 * depth, 8 * depth * width)
        return sum(aligned(slots * size) for size in sizes)

    def find(self, name: str) -> int | None:
        """Return the slot called `name`, or None."""
        wanted = name.encode()
        if (slot := self._found.get(name)) is not None and self._names[slot] == wanted:
            return slot
        where = np.flatnonzero(self._names == wanted)
        if not len(where):
            self._found.pop(name, None)
            return None
        self._found[name] = int(where[0])
        return int(where[0])

    def open(self, name: str) -> int:
        """Return the slot called `name`, and make it if need be. Only the writer calls this.

        Raises `LivecodeError` if the name is too long or no slot is free.
        """
        if (slot := self.find(name)) is not None:
            return slot
        if len(name.encode()) > self.NAME_BYTES:
            raise LivecodeError(f"the control name {name!r} is too long: use a shorter one")
        free = np.flatnonzero(self._names == b"")
        if not len(free):
            raise LivecodeError(f"there is no room for the control {name!r}: free a name first")
        slot = int(free[0])
        # before the name is written, so that nobody reads the former name's changes
        self._counts[slot, 0] = 0
        self._counts[slot, 1] += 1
        self._names[slot] = name.encode()
        return slot

    def close(self, name: str) -> None:
        """Free the slot called `name`; its readers keep their last value.

        Only the writer calls this.
        """
        if (slot := self.find(name)) is not None:
            self._names[slot] = b""

    def name(self, slot: int) -> str:
        """Return the name of that slot."""
        name: str = self._names[slot].decode()
        return name

    def names(self) -> list[str]:
        """Return the names of all open slots."""
        return [name.decode() for name in self._names[self._names != b""]]

    def write(self, slot: int, frame: int, values: np.ndarray | float) -> None:
        """Set the slot to `values` (at most `width` of them) from sample time `frame` on."""
        count = int(self._counts[slot, 0])
        place = count % self.depth
        entry = self._values[slot, place]
        size = 1 if isinstance(values, (int, float)) else np.size(values)
        entry[:size] = values
        entry[size:] = 0.0
        self._stamps[slot, place] = frame
        self._counts[slot, 0] = count + 1
        self.on_write(self.name(slot), frame, values)

    def last(self, slot: int) -> np.ndarray | None:
        """Return the newest values, (width,), even if they apply later; None before the first."""
        while count := int(self._counts[slot, 0]):
            values: np.ndarray = self._values[slot, (count - 1) % self.depth].copy()
            if int(self._counts[slot, 0]) - count < self.depth - 1:
                return values
        return None

    def count_as_read(self, who: int = 0) -> None:
        """Take all changes so far as read by an earlier reader: it is not late that others get them now."""
        for name in self.names():
            if (slot := self.find(name)) is not None:
                self.read[who, name, self.opened(slot)] = self.written(slot)

    def marks(self, slot: int) -> np.ndarray:
        """Return the slot's numbers as they change: how many changes there are, how often it was opened."""
        numbers: np.ndarray = self._counts[slot]
        return numbers

    def written(self, slot: int) -> int:
        """Return how many changes have been written."""
        return int(self._counts[slot, 0])

    def opened(self, slot: int) -> int:
        """Return how often the slot has been opened.

        The number changes when the slot gets another name.
        """
        return int(self._counts[slot, 1])

    def changes(self, slot: int, since: int) -> Iterator[tuple[int, int, np.ndarray]]:
        """Yield (number, frame, values) of the kept changes from number `since` on.

        A change that is overwritten while it is read is skipped, so that no half-written values
        appear.
        """
        count = int(self._counts[slot, 0])
        for index in range(max(since, count - self.depth + 1), count):
            place = index % self.depth
            frame, values = int(self._stamps[slot, place]), self._values[slot, place].copy()
            if 0 < int(self._counts[slot, 0]) - index < self.depth:
                yield index, frame, values


class ControlReader:
    """Follows one slot of the control block in sample time."""

    def __init__(
        self, block: ControlBlock, slot: int, who: int = 0, smooth: int = 0, early: int = 0
    ):
        """Follow `slot`. `who` tells apart several readers of one slot: a voice's generation, or 0.

        `smooth`: frames in which `line` goes to a change that is one number alone. `early`: frames
        after the moment for which `at` is asked; its value is the one of then.
        """
        self._block, self._slot, self._opened = block, slot, block.opened(slot)
        self._name, self._who = block.name(slot), who
        self._next = 0
        #: The number of the first change that no earlier reader has got.
        self._new = block.read.get((who, self._name, self._opened), 0)
        self._asked: int | None = None  # the sample time up to which it was asked
        #: (sample time at which it applies, its stamp, values)
        self._waiting: deque[tuple[int, int, np.ndarray]] = deque()
        #: (its stamp, first number, last number, frames) of the line in force
        self._line: tuple[int, float, float, int] | None = None
        #: Frames in which `line` goes to a change that is one number alone.
        self.smooth, self._early = smooth, early
        self._still: float | None = None  # the last number of the last block
        self._rests = False  # nothing is read that changes that number
        self._marks = block.marks(slot)
        self.value: np.ndarray | None = None
        #: The sample time from which `value` applies.
        self.since = 0

    @property
    def closed(self) -> bool:
        """Whether the slot has been given another name."""
        return self._block.opened(self._slot) != self._opened

    def at(self, frame: int) -> np.ndarray | None:
        """Return the value at sample time `frame`, (width,); None before the first change.

        A change cancels earlier-written changes that were to apply later. A change with a value
        that is not finite is ignored.
        """
        frame += self._early
        if self.closed:
            return self.value
        self._take_in(frame, frame)
        while self._waiting and self._waiting[0][0] <= frame:
            self.since, _, self.value = self._waiting.popleft()
        return self.value

    def line(self, frame: int, frames: int) -> np.ndarray | float | None:
        """Return the numbers of a control that goes in lines, for the block at sample time `frame`.

        A change of such a control is (first number, last number, frames in between); without frames
        in between it is the first number alone. The result is (frames,) float64, one number if all
        are alike, or None before the first change.
        """
        end = frame + frames
        if self._rests and self._marks.item(0) == self._next:
            self._asked = end - 1
            return self._still
        if self.closed:
            return self._still
        if self._asked is None:  # what has applied for some time by now is late
            self._asked = frame - 1
        self._take_in(frame, end - 1)
        waiting = self._waiting
        while waiting and waiting[0][0] <= frame:
            self._line = self._next_line(self._still)
        if not (waiting and waiting[0][0] < end):
            if self._line is None:
                return None
            begin, first, last, over = self._line
            if first == last or frame - begin >= over:
                self._still, self._rests = last, not waiting
                return self._still
        self._rests = False
        numbers = np.empty(frames)
        done = 0
        while done < frames:
            until = min(waiting[0][0] - frame, frames) if waiting else frames
            if self._line is None:
                numbers[done:until] = waiting[0][2][0]
            else:
                begin, first, last, over = self._line
                share = np.minimum(np.arange(done, until) + (frame - begin), over) / over
                numbers[done:until] = first + (last - first) * share
            done = until
            if waiting and waiting[0][0] < end:
                self._line = self._next_line(numbers[done - 1] if done else self._still)
        self._still = float(numbers[-1])
        return numbers

    def _next_line(self, before: float | None) -> tuple[int, float, float, int]:
        """Take the next line out of those that wait; `before` is the number up to there."""
        _, stamp, values = self._waiting.popleft()
        first, last, over = values[:3].tolist()
        if over:
            return stamp, first, last, int(over)
        if before is None or not self.smooth:
            return stamp, first, first, 1
        return stamp - 1, before, first, self.smooth

    def _take_in(self, frame: int, last: int) -> None:
        """Take in new changes; those up to `frame` apply there, and `last` is the last that is asked for."""
        new = self._block.written(self._slot) != self._next
        for index, stamp, values in self._block.changes(self._slot, self._next) if new else ():
            came = self._came(index, stamp)
            if came is not None and came > last:
                break  # in the performance, neither this one nor what follows had come by now
            self._pass_over(index)
            if not np.isfinite(values).all() or self._is_lost(index):
                continue
            applies = stamp if came is None else max(stamp, came)
            if self._asked is not None and applies <= self._asked and index >= self._new:
                self._block.on_late((self._who, self._name, index, stamp), frame)
            while self._waiting and self._waiting[-1][0] >= applies:
                self._waiting.pop()
            self._waiting.append((applies, stamp, values))
        self._asked = last

    def _pass_over(self, index: int) -> None:
        """Go on after change `index`; report those before it that were overwritten meanwhile."""
        if index > self._next and self._asked is not None and self._next >= self._new:
            self._block.on_lost(self._who, self._name, self._next, index)
        self._next = index + 1

    def end(self) -> None:
        """Report which changes this reader never got; call it when the reader is done."""
        if self._asked is not None and not self.closed:
            self._block.on_unread(self._who, self._name, self._next, self._asked + 1)
            self._block.read[self._who, self._name, self._opened] = self._next

    def _came(self, index: int, stamp: int) -> int | None:
        """Return the sample time at which a change reached this reader; None: in time, or none knows."""
        block, of = self._block, (self._who, self._name)
        if not (block.postponed or block.unread):
            return None
        came = block.postponed.get((*of, index, stamp))
        for number, frame in block.unread.get(of, ()):
            if index >= number:
                came = frame if came is None else max(came, frame)
        return came

    def _is_lost(self, index: int) -> bool:
        """Return whether this reader never got a change in the performance."""
        lost = self._block.lost.get((self._who, self._name), ()) if self._block.lost else ()
        return any(first <= index < last for first, last in lost)
