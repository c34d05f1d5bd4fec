"""Ableton Link, if aalink is installed: the beat shared with other programs on the local network."""

import asyncio
import threading
from typing import Any

from livecode.errors import LivecodeError
from livecode.signals.tempo import Tempo

#: The beat is corrected this often; Link's own clocks drift by microseconds in that time.
CORRECT_EVERY_S = 0.25


class LinkClock:
    """Leads a tempo by what Link says; a tempo that the performer sets leads Link.

    Nothing is sent or heard on the network before one is made, and after `close`.
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
            return aalink.Link(bpm)  # it takes the loop that it is made in

        self._link = asyncio.run_coroutine_threadsafe(join(), self._loop).result(5.0)
        self._link.enabled = True
        self._due_s = 0.0
        self._bpm = bpm  # as it was led last

    @property
    def peers(self) -> int:
        """How many other programs share the beat."""
        return int(self._link.num_peers)

    @property
    def bpm(self) -> float:
        """The tempo that all share."""
        return float(self._link.tempo)

    def lead(self, tempo: Tempo, frame: float) -> tuple[float, float] | None:
        """Bring `tempo` to the shared beat at sample time `frame`, which is now.

        Returns the tempo and the beat that it was given, None where it was left alone.
        """
        time_s = frame / tempo.sample_rate
        if time_s < self._due_s:
            return None
        self._due_s = time_s + CORRECT_EVERY_S
        if abs(tempo.bpm - self._bpm) > 1e-6:  # the performer has set it since
            self._link.tempo = tempo.bpm
        self._bpm = self.bpm
        led = self._bpm, float(self._link.beat)
        tempo.lead(*led, frame)
        return led

    def close(self) -> None:
        """Leave."""
        self._link.enabled = False
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1.0)
