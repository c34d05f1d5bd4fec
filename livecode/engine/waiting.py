"""Fades that wait for their sample time; in a replay, fades and shapes wait for when they came live."""

from collections import deque
from collections.abc import Iterator

import msgspec

from livecode.transport.messages import Fade, FadedLate, Shape
from livecode.transport.schedule import Schedule


class Fades:
    """Waiting fades, in the order in which they were asked for."""

    def __init__(self, schedule: Schedule | None = None):
        self._schedule = schedule
        self._waiting: list[Fade] = []

    def take(self, fade: Fade, frame: int) -> FadedLate | None:
        """Keep a fade until it is due. Return a report if its time is before the block at `frame`."""
        if self._schedule is not None:
            at = self._schedule.fades.get((fade.name, fade.at), fade.at)
            fade = msgspec.structs.replace(fade, at=at)
        self._waiting.append(fade)
        late = self._schedule is None and 0 < fade.at < frame
        return FadedLate(fade.name, fade.at, frame) if late else None

    def due(self, frame: int) -> Iterator[Fade]:
        """Remove and yield the fades that begin in the block at `frame`."""
        waiting, self._waiting = self._waiting, []
        for fade in waiting:
            if fade.at <= frame:
                yield fade
            else:
                self._waiting.append(fade)


class Shapes:
    """Shapes, each followed as soon as it may be; in a replay, in the block in which it was followed live."""

    def __init__(self, schedule: Schedule | None = None):
        self._shaped = {} if schedule is None else schedule.shaped
        self._waiting: deque[tuple[int, Shape]] = deque()

    def take(self, shape: Shape) -> None:
        """Keep a shape until it is due."""
        blocks = self._shaped.get(shape.name)
        self._waiting.append((blocks.popleft() if blocks else shape.since, shape))

    def due(self, frame: int) -> Iterator[Shape]:
        """Remove and yield the shapes that are followed by the block at `frame`, in their order."""
        while self._waiting and self._waiting[0][0] <= frame:
            yield self._waiting.popleft()[1]
