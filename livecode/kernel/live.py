"""The live loop of the mind: takes packets in, and ticks by the engine's clock."""

import logging
import threading
import time
from collections.abc import Callable

from livecode.deadlines import Overrun
from livecode.evaluation.block_lock import BlockLock
from livecode.performance.inputs import Inputs
from livecode.playing.clock import PerformanceClock
from livecode.signals.cue_gate import CueGate
from livecode.signals.midi_ports import MidiPorts
from livecode.signals.port_retry import OscPort
from livecode.system.signals import interrupt_main_thread
from livecode.transport import Arena, Header
from livecode.transport.messages import Interrupt, Press, receive

_log = logging.getLogger(__name__)
#: Ticks that were missed are made up for if the mind was held up no longer than this, in seconds.
CATCH_UP_S = 0.25


def engine_frame(header: Header) -> int:
    """Return the sample time that the engine is at now."""
    return int(header.now(time.monotonic_ns()))


def next_tick(frame: int, every: int, after: int = 0) -> int:
    """Return the sample time of the first tick after both frames; ticks stand on a grid of `every`."""
    return max(frame // every * every + every, after)


class LiveInputs:
    """Hands packets, keys and MIDI to a performance as they arrive."""

    def __init__(
        self,
        arena: Arena,
        inputs: Inputs,
        osc_port: OscPort,
        gate: CueGate,
        ports: MidiPorts,
    ):
        self._header, self._keys = arena.header, arena.messages["terminal", "mind"]
        self._inputs, self._osc_port, self._gate, self._ports = inputs, osc_port, gate, ports

    def receive(self, frame: int) -> None:
        """Hand over all that has arrived before the tick at sample time `frame`."""
        rate = self._header.sample_rate
        now_ns = time.monotonic_ns()
        for arrival_ns, packet, source in self._osc_port.drain():
            age = int((now_ns - arrival_ns) * 1e-9 * rate)
            for admitted in self._gate.admit(packet, source, arrival_ns):
                self._inputs.receive_osc(admitted, frame - age)
        for message in receive(self._keys):
            if isinstance(message, Interrupt):
                interrupt_main_thread()
                continue
            assert isinstance(message, Press)
            self._inputs.press(message.key, frame)
        for time_s, midi in self._ports.receive():
            self._inputs.receive_midi(midi, round(time_s * rate))


class Ticker:
    """Calls `step` with the sample time of each tick as it comes, from a thread of its own."""

    def __init__(
        self,
        header: Header,
        clock: PerformanceClock,
        lock: BlockLock,
        step: Callable[[int], None],
        at_end: Callable[[], None],
    ):
        """`at_end` is called when the last tick has been heard."""
        self._header, self._clock, self._lock = header, clock, lock
        self._step, self._at_end = step, at_end
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticks", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        every, rate = self._clock.tick_frames, self._header.sample_rate
        due = self._clock.frame
        while not self._stop.is_set():
            wait_s = (due - self._header.now(time.monotonic_ns())) / rate
            if wait_s > 0:
                time.sleep(min(wait_s, 0.05))
                continue
            if -wait_s > CATCH_UP_S:
                due = next_tick(engine_frame(self._header), every, due)
            try:
                self._step(due)
            except (Exception, Overrun):  # a bug of ours: it is in the log, and the ticks go on
                _log.exception("a tick failed")
            self._lock.clear()
            due += every
            self._header.mind_beat_ns = time.monotonic_ns()
        # the last changes are heard by then, and the engine has told which of them came late
        time.sleep(2 * self._header.block / rate)
        self._at_end()
