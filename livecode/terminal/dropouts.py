"""Says in a word whether late blocks and underruns matter."""

from collections import deque

#: In words: nothing lately; a click that few notice; a torn sound.
OK, NOW_AND_THEN, HEARD = "ok", "now and then", "you hear this"
#: What is older than the first is forgotten; so many within the second are heard.
FORGOTTEN_S, RECENT_S = 60.0, 10.0
HEARD_UNDERRUNS, HEARD_LATE = 3, 20


class Dropouts:
    """Remembers when blocks were late and voices ran dry."""

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self._happened: deque[tuple[float, int, int]] = deque()  # (seconds, late, underruns)

    def judge(self, late: int, underruns: int, now_s: float, heard: bool = True) -> str:
        """Take note of the counts since the beginning, and return OK, NOW_AND_THEN or HEARD.

        A late block is often caught by the device's own buffer; an underrun is a hole in one name's
        sound. So it takes more late blocks than underruns to be heard. Without a device that is `heard`, a
        late block leaves no trace, and an underrun one in a recording.
        """
        before, self._last = self._last, (late, underruns)
        if before is not None and before != self._last:
            more = max(0, late - before[0]) if heard else 0, max(0, underruns - before[1])
            if any(more):
                self._happened.append((now_s, *more))
        while self._happened and self._happened[0][0] < now_s - FORGOTTEN_S:
            self._happened.popleft()
        recent = [each for each in self._happened if each[0] >= now_s - RECENT_S]
        if heard and (
            sum(each[1] for each in recent) >= HEARD_LATE
            or sum(each[2] for each in recent) >= HEARD_UNDERRUNS
        ):
            return HEARD
        return NOW_AND_THEN if self._happened else OK
