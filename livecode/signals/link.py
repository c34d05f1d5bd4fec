"""Ableton Link, if aalink is installed: a beat shared with other programs on the local network."""

import asyncio
import threading
from collections import deque
from statistics import median
from typing import Any

from livecode.errors import LivecodeError
from livecode.signals.tempo import Tempo

#: How often the beat is corrected. Link's own clocks drift by microseconds in that time.
CORRECT_EVERY_S = 0.25
#: So many readings of the shared beat count.
READINGS = 49
JOIN_WITHIN_S = 5.0


class LinkClock:
    """Makes a tempo follow Ableton Link, and Link follow a tempo that the performer sets.

    The object joins the network when it is made and leaves it with `close`. Raises `LivecodeError`
    if aalink is not installed, or if it cannot join.
    """

    def __init__(self, bpm: float):
        try:
            import aalink
        except ImportError:
            raise LivecodeError("Ableton Link needs aalink: pip install 'livecode[link]'") from None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="link", daemon=True)
        self._thread.start()

        async def join() -> Any:
            return aalink.Link(bpm)  # Link uses the event loop in which it is made

        try:
            self._link = asyncio.run_coroutine_threadsafe(join(), self._loop).result(JOIN_WITHIN_S)
            self._link.enabled = True
        except Exception as error:
            self._loop.call_soon_threadsafe(self._loop.stop)
            why = str(error) or type(error).__name__
            raise LivecodeError(
                f"Ableton Link cannot be joined ({why}): look at the network, then call tempo.link() again"
            ) from None
        self._due_s = 0.0
        self._read = deque[float](
            maxlen=READINGS
        )  # the shared beat at sample time 0, each time it was read
        self._read_at = 0.0  # the shared tempo then
        self._bpm = bpm  # the tempo of the last `lead`

    @property
    def peers(self) -> int:
        """The number of other programs that share the beat."""
        return int(self._link.num_peers)

    @property
    def bpm(self) -> float:
        """The shared tempo, in beats a minute."""
        return float(self._link.tempo)

    @property
    def beat(self) -> float:
        """The shared beat, now."""
        return float(self._link.beat)

    def lead(
        self, tempo: Tempo, frame: float, now: float | None = None
    ) -> tuple[float, float] | None:
        """Bring `tempo` to the shared beat at sample time `frame`.

        `now` is the sample time of this very moment; without it, `frame` is now. It is read at every
        tick, and the median of what was read counts, since clocks of blocks and threads jitter.
        Return the (tempo, beat) that it was given, or None if it was left alone.
        """
        shared, beat = self.bpm, self.beat
        per_frame = shared / 60.0 / tempo.sample_rate
        if shared != self._read_at:
            self._read_at = shared
            self._read.clear()
        self._read.append(beat - (frame if now is None else now) * per_frame)
        time_s = frame / tempo.sample_rate
        if time_s < self._due_s:
            return None
        self._due_s = time_s + CORRECT_EVERY_S
        bpm = tempo.bpm / tempo.pace
        if abs(bpm - self._bpm) > 1e-6:  # the performer has set the tempo since
            self._link.tempo = bpm
        self._bpm = self.bpm
        if self._link.quantum != tempo.beats_per_bar:
            self._link.quantum = tempo.beats_per_bar
        led = self._bpm, median(self._read) + frame * per_frame
        tempo.lead(*led, frame)
        return led

    def close(self) -> None:
        """Leave the shared session and end the thread."""
        self._link.enabled = False
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1.0)
