"""The thin loop around a live performance: packets in, ticks by the engine's clock, scenes on time."""

import logging
import threading
import time
from collections.abc import Callable

from livecode.deadlines import Overrun
from livecode.performance.performance import Performance
from livecode.signals.midi_ports import MidiPorts
from livecode.signals.udp import UdpListener
from livecode.transport import Header
from livecode.transport.messages import Press, receive

_log = logging.getLogger(__name__)
#: After a hold-up the ticks that were missed are made up for, but no more than this.
CATCH_UP_S = 0.25


def engine_frame(header: Header) -> int:
    """The sample time that the engine is at now."""
    return int(header.now(time.monotonic_ns()))


def next_tick(frame: int, every: int, after: int = 0) -> int:
    """The sample time of the tick that is to come at or after `frame`; ticks stand on a grid."""
    return max(frame // every * every + every, after)


class Ticker:
    """Ticks a performance from a thread of its own."""

    def __init__(
        self,
        performance: Performance,
        listener: UdpListener | None,
        on_scene_due: Callable[[int], None],
        ports: MidiPorts | None = None,
    ):
        """`on_scene_due` is told the index of a scene that is to begin; it must not take long."""
        self._performance, self._listener, self._ports = performance, listener, ports
        self._keys = performance.arena.messages["terminal", "mind"]
        self._header = performance.arena.header
        self._on_scene_due = on_scene_due
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticks", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Tick no more."""
        self._stop.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        every = self._performance.tick_frames
        rate = self._header.sample_rate
        due = self._performance.frame
        while not self._stop.is_set():
            wait_s = (due - self._header.now(time.monotonic_ns())) / rate
            if wait_s > 0:
                time.sleep(min(wait_s, 0.05))
                continue
            if -wait_s > CATCH_UP_S:
                due = next_tick(engine_frame(self._header), every, due)
            try:
                self._step(due)
            except (Exception, Overrun):  # a bug of ours: say it in the log, and go on
                _log.exception("a tick failed")
            self._performance.lock.clear()
            due += every
            self._header.mind_beat_ns = time.monotonic_ns()
        # what was written last is heard by then, and what of it came late has been told
        time.sleep(2 * self._header.block / rate)
        self._performance.applier.take_in()

    def _step(self, frame: int) -> None:
        if self._listener is not None:
            now_ns = time.monotonic_ns()
            rate = self._header.sample_rate
            for arrival_ns, packet, _ in self._listener.drain():
                age = int((now_ns - arrival_ns) * 1e-9 * rate)
                self._performance.receive_osc(packet, frame - age)
        for message in receive(self._keys):
            assert isinstance(message, Press)
            self._performance.press(message.key, frame)
        for time_s, midi in self._ports.receive() if self._ports is not None else ():
            self._performance.receive_midi(midi, round(time_s * self._header.sample_rate))
        if (scene := self._performance.tick(frame)) is not None:
            self._on_scene_due(scene)
        if self._ports is not None:
            self._ports.send(self._performance.midi_out.due(frame))
