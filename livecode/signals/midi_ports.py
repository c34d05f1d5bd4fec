"""The MIDI ports of this machine, opened and closed in the background as controllers come and go."""

import importlib
import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any, NamedTuple

POLL_S = 2.0
MAX_WAITING = 4096  # messages kept while the reader is stalled
ALSA_SEQUENCER = "/dev/snd/seq"
OURS = "livecode"
#: "jack", or a module like `rtmidi`, in the place of the system's own MIDI.
INSTEAD = "LIVECODE_MIDI"
#: The port of Linux that leads back to itself: with it alone, nothing is connected.
LOOP = "Midi Through"

log = logging.getLogger(__name__)


class Arrived(NamedTuple):
    """A message, and when it arrived on the caller's clock."""

    time_s: float
    message: bytes


class MidiPorts:
    """All MIDI inputs, received together, and all outputs. Without ports, both stay empty.

    now      the caller's clock, in seconds; other threads read it
    say      is given sentences for the performer, from a thread of its own
    backend  a module like `rtmidi`; by default `rtmidi`, if it is installed
    inputs, outputs  which of the two are opened
    """

    def __init__(
        self,
        now: Callable[[], float],
        say: Callable[[str], None] = lambda sentence: None,
        backend: Any = None,
        poll_s: float = POLL_S,
        inputs: bool = True,
        outputs: bool = True,
    ):
        self._opens = inputs, outputs
        self.inputs: tuple[str, ...] = ()
        self.outputs: tuple[str, ...] = ()
        self.missing = ""  # why there are no ports, in the words of a sentence
        self._now, self._say, self._backend, self._poll_s = now, say, backend, poll_s
        #: ("heard" or "sent", a part of the name of a port) -> what was said of it last
        self._wanted: dict[tuple[str, str], str] = {}
        self._refused: dict[str, str] = {}  # name of a port -> why it cannot be opened
        self._arrived = deque[Arrived](maxlen=MAX_WAITING)
        self._open_inputs: dict[str, Any] = {}
        self._open_outputs: dict[str, Any] = {}
        self._scouts: tuple[Any, ...] = ()  # an input and an output that only list the ports
        self._closing, self._look_again, self._looked = Event(), Event(), Event()
        self._thread = Thread(target=self._watch, name="midi ports", daemon=True)
        self._thread.start()

    def receive(self) -> list[Arrived]:
        """Return the messages that have arrived since the last call."""
        return [self._arrived.popleft() for _ in range(len(self._arrived))]

    def want_inputs(self) -> None:
        """Have it said if nothing can be heard, and again when something can: somebody listens."""
        self._want("heard")

    def want_output(self, part: str = "") -> None:
        """Have it said if no output's name holds `part`, and again when there is one."""
        self._want("sent", part)

    def await_look(self, within_s: float) -> None:
        """Wait until the ports that are there have been opened, but for so long at most."""
        self._looked.wait(within_s)

    def send(self, messages: Iterable[bytes], part: str = "") -> None:
        """Send messages at once to each output whose name holds `part`; have it said if there is none.

        An output that fails is closed until it is found again.
        """
        for message in messages:
            ports = [
                (name, port)
                for name, port in list(self._open_outputs.items())
                if _holds(name, part)
            ]
            if not ports:
                self._want("sent", part)
            for name, port in ports:
                try:
                    port.send_message(message)
                except Exception as error:  # rtmidi raises different errors on each system
                    log.info("MIDI output %s: %s", name, error)
                    self._forget(self._open_outputs, name)

    def close(self) -> None:
        """Close all ports and end the thread."""
        self._closing.set()
        self._look_again.set()
        self._thread.join(timeout=self._poll_s)

    def _watch(self) -> None:
        try:
            while not self._closing.is_set():
                self._look()
                self._looked.set()
                self._tell()
                self._look_again.wait(self._poll_s)
                self._look_again.clear()
        finally:
            for ports in (self._open_inputs, self._open_outputs):
                for name in list(ports):
                    self._forget(ports, name)
            for scout in self._scouts:
                scout.delete()

    def _look(self) -> None:
        """Open new ports, and close those that are gone."""
        try:
            backend = self._load()
            if backend is not None:
                if not self._scouts:
                    self._scouts = backend.MidiIn(name=OURS), backend.MidiOut(name=OURS)
                inputs, outputs = (self._names(scout) for scout in self._scouts)
                if self._opens[0]:
                    self._match(self._open_inputs, inputs, self._open_input)
                if self._opens[1]:
                    self._match(self._open_outputs, outputs, self._open_output)
                self.missing = ""
        except Exception as error:  # trouble with a cable must not reach the performance
            self.missing = f"MIDI is off ({error})"
            self._scouts = ()  # their server may be gone; others find the next one
        self.inputs, self.outputs = tuple(self._open_inputs), tuple(self._open_outputs)

    def _load(self) -> Any:
        if self._backend is None and (instead := os.environ.get(INSTEAD)):
            self._backend = _Jack() if instead == "jack" else importlib.import_module(instead)
        if self._backend is None:
            if sys.platform == "linux" and not os.path.exists(ALSA_SEQUENCER):
                # rtmidi would print to the performer's screen.
                self.missing = f"{ALSA_SEQUENCER} is missing; `modprobe snd-seq` loads it"
                return None
            try:
                import mido  # noqa: F401 – imported early so that the first note does not wait
                import rtmidi

                self._backend = rtmidi
            except ImportError as error:
                self.missing = f"{error.name} is not installed; pip install 'livecode[midi]'"
        return self._backend

    def _want(self, what: str, part: str = "") -> None:
        if (what, part) not in self._wanted:
            self._wanted[what, part] = ""
            self._look_again.set()

    def _tell(self) -> None:
        """Say which wanted direction has no port, once until that changes."""
        for (what, part), said in list(self._wanted.items()):
            found, kind = (self.inputs, "input") if what == "heard" else (self.outputs, "output")
            there = [name for name in found if not name.startswith(LOOP)]
            ports = [name for name in found if _holds(name, part)] if part else there
            if ports:
                sentence = f"MIDI is {what} now: {', '.join(ports)}" if said else ""
            elif self.missing:
                sentence = f"no MIDI is {what}: {self.missing}"
            elif there:
                sentence = f"no MIDI {kind} is called {part!r}; there is {', '.join(there)}"
            else:
                sentence = f"no MIDI is {what} until there is a MIDI {kind}; none is connected"
            if sentence and sentence != said:
                self._say(sentence)
            self._wanted[what, part] = sentence

    @staticmethod
    def _names(scout: Any) -> dict[str, int]:
        names = {name: number for number, name in enumerate(scout.get_ports())}
        return {name: number for name, number in names.items() if not name.startswith(OURS)}

    def _match(
        self, ports: dict[str, Any], names: dict[str, int], open_port: Callable[[int], Any]
    ) -> None:
        for name in set(ports) - set(names):
            self._forget(ports, name)
        for name, number in names.items():
            if name in ports:
                continue
            try:
                ports[name] = open_port(number)
                self._refused.pop(name, None)
            except Exception as error:  # another program may have it; the other ports are opened
                if self._refused.get(name) != str(error):
                    self._refused[name] = str(error)
                    self._say(f"the MIDI port {name} cannot be opened ({error}); it is tried again")

    def _open_input(self, number: int) -> Any:
        port = self._backend.MidiIn(name=OURS)
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        port.set_callback(self._take)
        return port.open_port(number)

    def _open_output(self, number: int) -> Any:
        return self._backend.MidiOut(name=OURS).open_port(number)

    def _take(self, event: tuple[list[int], float], _: Any = None) -> None:
        self._arrived.append(Arrived(self._now(), bytes(event[0])))

    @staticmethod
    def _forget(ports: dict[str, Any], name: str) -> None:
        port = ports.pop(name, None)
        if port is not None:
            port.close_port()
            port.delete()


def _holds(name: str, part: str) -> bool:
    return part.casefold() in name.casefold()


class _Jack:
    """`rtmidi` on the MIDI of a JACK server."""

    def __init__(self) -> None:
        import rtmidi

        self._rtmidi = rtmidi

    def MidiIn(self, name: str) -> Any:
        """Make an input, as `rtmidi` calls it."""
        return self._rtmidi.MidiIn(self._rtmidi.API_UNIX_JACK, name)

    def MidiOut(self, name: str) -> Any:
        """Make an output, as `rtmidi` calls it."""
        return self._rtmidi.MidiOut(self._rtmidi.API_UNIX_JACK, name)
