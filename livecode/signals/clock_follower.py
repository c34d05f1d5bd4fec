"""Estimates tempo and beat from a MIDI clock whose pulses may be late, early or missing; opens no ports."""

from collections import deque
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import linear_regression, median
from typing import NamedTuple

PULSES_PER_BEAT = 24
PULSES_PER_SIXTEENTH = 6  # one unit of a song position
SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC

MEMORY_PULSES = 2 * PULSES_PER_BEAT
LOCKED_PULSES = 7  # a quarter of a beat: long enough to estimate the tempo
LONGEST_GAP_BEATS = 4.0  # of missing pulses; after a longer gap the count starts anew
# a pulse farther off than this is not jitter, which stays within 3 ms
FAR_OFF_PULSES, FAR_OFF_S = 0.25, 0.006
RECENT_PULSES, LOST_PULSES = 8, 5  # LOST_PULSES far-off pulses among RECENT_PULSES mean a new tempo
EVEN_S = 0.005  # if pulses lie this close to a straight line, none of them is missing


class ClockEstimate(NamedTuple):
    """What a pulse tells: the tempo, once it is known, and the beat at the pulse."""

    bpm: float | None
    beat: float
    jump: bool  # True: the song was started or moved, so the beat must jump


def is_clock(message: bytes) -> bool:
    """Whether `message` is one of those that carry a MIDI clock."""
    if len(message) == 3:
        return message[0] == SONG_POSITION
    return len(message) == 1 and message[0] in (CLOCK, START, CONTINUE, STOP)


class ClockFollower:
    """A phase-locked loop: takes each clock message with its frame and estimates tempo and beat.

    At first a straight line through the pulses gives their time and period. Then a g-h filter with
    expanding memory tracks both (Brookner, "Tracking and Kalman Filtering Made Easy", 1998). The
    filter weighs all pulses alike for two beats, so it locks at once; later, older pulses fade.
    Jitter of up to a quarter of a pulse and missing pulses do no harm.
    """

    def __init__(self, sample_rate: int):
        self._rate = sample_rate
        self._song_pulse = 0  # the pulse that continues the song after a stop
        self._jump = False  # the next pulse is number `_song_pulse`
        self._pulse = 0  # number of the last pulse
        self._origin: float | None = None  # the beat of pulse 0
        self._first: list[float] = []  # frames of the pulses before the lock
        # of each pulse: frame, number, far off?
        self._recent = deque[tuple[float, int, bool]](maxlen=RECENT_PULSES)
        self._heard = 0  # pulses behind the estimate; 0 before the lock
        self._frame = self._period = 0.0  # estimates for the last pulse, in frames

    @property
    def locked(self) -> bool:
        """Whether enough pulses have come to estimate the tempo."""
        return self._heard > 0

    def hear(self, message: bytes, frame: float, beat: float) -> ClockEstimate | None:
        """Take a message that arrived at `frame`, when the performance's own beat was `beat`."""
        status = message[0]
        if status == SONG_POSITION:
            sixteenths = message[1] & 127 | (message[2] & 127) << 7
            self._song_pulse = sixteenths * PULSES_PER_SIXTEENTH
        elif status == START:
            self._song_pulse, self._jump = 0, True
        elif status == CONTINUE:
            self._jump = True
        elif status == STOP:
            self._song_pulse = self._pulse + 1
        elif status == CLOCK:
            return self._hear_pulse(frame, beat)
        return None

    def _hear_pulse(self, frame: float, beat: float) -> ClockEstimate | None:
        self._track(frame)
        jump, self._jump = self._jump, False
        if jump:
            self._pulse, self._origin = self._song_pulse, 0.0
            if not self.locked:
                self._begin(frame)
            return ClockEstimate(self._bpm(), self._pulse / PULSES_PER_BEAT, jump)
        if not self.locked:
            return None
        since = (frame - self._frame) / self._period
        heard = (self._pulse + since) / PULSES_PER_BEAT
        if self._origin is None:  # the clock was running before, so it tells no beat: keep ours
            self._origin = round((beat - heard) * PULSES_PER_BEAT) / PULSES_PER_BEAT
        return ClockEstimate(self._bpm(), self._origin + heard, jump)

    def _bpm(self) -> float | None:
        return 60.0 * self._rate / (PULSES_PER_BEAT * self._period) if self.locked else None

    def _track(self, frame: float) -> None:
        if not self.locked:
            self._pulse += 1
            self._first.append(frame)
            if len(self._first) == LOCKED_PULSES:
                self._lock(self._first, self._pulse - LOCKED_PULSES + 1)
            return
        gap = (frame - self._frame) / self._period
        if gap > LONGEST_GAP_BEATS * PULSES_PER_BEAT:
            self._origin = None
            self._begin(frame)
            return
        steps = max(1, round(gap))
        late = frame - self._frame - steps * self._period
        far = max(FAR_OFF_PULSES * self._period, FAR_OFF_S * self._rate)
        late = min(max(late, -far), far)
        n = min(self._heard, MEMORY_PULSES)
        self._frame += steps * self._period + 2 * (2 * n + 1) / ((n + 1) * (n + 2)) * late
        self._period = max(self._period + 6 / ((n + 1) * (n + 2)) * late, 1.0)
        self._pulse += steps
        self._heard += 1
        self._recent.append((frame, self._pulse, steps > 1 or abs(late) >= far))
        frames, pulses, far_off = zip(*self._recent, strict=True)
        if sum(far_off) >= LOST_PULSES:
            last_near = max(far_off.index(True) - 1, 0)
            self._lock(frames[last_near:], pulses[last_near])

    def _lock(self, frames: Sequence[float], first_pulse: int) -> None:
        """Base the estimate on these pulses alone."""
        numbers = list(range(len(frames)))
        if self._unevenness(numbers, frames) > EVEN_S * self._rate:
            gaps = [later - earlier for earlier, later in pairwise(frames)]
            usual = max(median(gaps), 1.0)
            numbers = [0, *accumulate(max(1, round(gap / usual)) for gap in gaps)]
        period, start = linear_regression(numbers, frames)
        self._period = max(period, 1.0)
        self._frame = start + numbers[-1] * self._period
        self._pulse = first_pulse + numbers[-1]
        self._heard = len(frames)
        self._recent.clear()

    def _unevenness(self, numbers: Sequence[int], frames: Sequence[float]) -> float:
        """Return the largest distance of a pulse from the straight line, in frames."""
        period, start = linear_regression(numbers, frames)
        return max(abs(f - start - n * period) for n, f in zip(numbers, frames, strict=True))

    def _begin(self, frame: float) -> None:
        self._heard = 0
        self._first = [frame]
        self._recent.clear()
