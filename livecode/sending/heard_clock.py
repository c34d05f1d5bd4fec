"""Tells at which moment of the monotonic clock a sample time is computed, however unevenly blocks come."""

from collections import deque
from statistics import linear_regression
from typing import NamedTuple

#: Of the blocks within so many seconds the earliest counts: one can be late, but none can be early.
SHARE_S = 0.25
#: So many of these make the estimate: 16 s.
MOST_SHARES = 64
#: The rate of the device is estimated from as many on; before, it is taken to be what it says.
RATE_FROM = 16
#: No device is farther off its rate than this share.
MOST_DRIFT = 1e-3
#: A block that is earlier than expected by this, or a share of which all are later by the other, is of
#: another device, or the machine was asleep: the estimate begins again.
EARLY_NS, LATE_NS = 2e6, 2e7


class _Seen(NamedTuple):
    frame: int
    beyond_ns: float  # when it was computed, beyond the first one's time at the nominal rate


class HeardClock:
    """Estimates the time of each frame from those of blocks, as `Header.clock` gives them."""

    def __init__(self, sample_rate: int):
        self._frame_ns = 1e9 / sample_rate
        self._first: tuple[int, int] | None = None
        self._shares = deque[_Seen](maxlen=MOST_SHARES)
        self._share = 0  # the number of the present share
        self._slope, self._middle, self._height = 0.0, 0.0, 0.0

    def hear(self, frame: int, now_ns: int) -> None:
        """Take in that the block at sample time `frame` began at `now_ns`."""
        if self._first is None:
            self._first = frame, now_ns
        elif frame == self._last:
            return
        self._last = frame
        beyond = now_ns - self._first[1] - (frame - self._first[0]) * self._frame_ns
        share = int((frame - self._first[0]) * self._frame_ns * 1e-9 / SHARE_S)
        seen = _Seen(frame, beyond)
        if self._shares and beyond < self._expected(frame) - EARLY_NS:
            self._begin_again(frame, now_ns)
            return
        if not self._shares or share != self._share:
            if self._shares and self._is_late(self._shares[-1]):
                self._begin_again(frame, now_ns)
                return
            self._share = share
            self._shares.append(seen)
            self._estimate()
        elif beyond < self._shares[-1].beyond_ns:
            self._shares[-1] = seen
            if len(self._shares) <= RATE_FROM:
                self._estimate()

    def ns_of(self, frame: float) -> float:
        """Return when `frame` is computed, in ns of the monotonic clock; 0 before the first block."""
        if self._first is None:
            return 0.0
        nominal = self._first[1] + (frame - self._first[0]) * self._frame_ns
        return nominal + self._expected(frame)

    def frame_at(self, now_ns: float) -> float:
        """Return the frame that is computed at `now_ns`; 0 before the first block."""
        if self._first is None:
            return 0.0
        frame = self._first[0] + (now_ns - self._first[1]) / self._frame_ns
        return frame - self._expected(frame) / self._frame_ns

    _last = -1

    def _expected(self, frame: float) -> float:
        return self._height + self._slope * (frame - self._middle)

    def _is_late(self, seen: _Seen) -> bool:
        if len(self._shares) < 2:
            return False
        before = min(each.beyond_ns for each in [*self._shares][-9:-1])
        return seen.beyond_ns > before + LATE_NS

    def _begin_again(self, frame: int, now_ns: int) -> None:
        self._first, self._share = (frame, now_ns), 0
        self._shares.clear()
        self._shares.append(_Seen(frame, 0.0))
        self._slope = self._middle = self._height = 0.0

    def _estimate(self) -> None:
        """Lay a line through the earliest block of each share."""
        # the present share has few blocks yet, so its earliest may be late
        shares = [*self._shares][:-1] or [*self._shares]
        if len(shares) < RATE_FROM:
            newest = [each.beyond_ns for each in self._shares]
            self._slope, self._middle, self._height = 0.0, 0.0, min(newest)
            return
        frames = [float(each.frame) for each in shares]
        beyond = [each.beyond_ns for each in shares]
        slope, _ = linear_regression(frames, beyond)
        most = MOST_DRIFT * self._frame_ns
        self._slope = min(max(slope, -most), most)
        self._middle = sum(frames) / len(frames)
        self._height = sum(beyond) / len(beyond)
