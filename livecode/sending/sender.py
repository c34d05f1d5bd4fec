"""The loop of the sender: takes orders, and sends MIDI and OSC at the moment at which frames are heard."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterable

from livecode.sending.heard_clock import HeardClock
from livecode.sending.osc_sender import OscSender, bundle
from livecode.sending.outbox import Due, Outbox, SoundingNote, silence
from livecode.signals.midi_ports import MidiPorts
from livecode.transport import Arena
from livecode.transport.messages import Note, send
from livecode.transport.sending import BeginSending, MidiSource, OscSource, taken

_log = logging.getLogger(__name__)
#: New orders are looked for so often.
LOOK_S = 0.005
#: Ports may take so long to be opened; then what is due goes to those that are open.
PORTS_WITHIN_S = 1.0


class Sender:
    """Sends what the mind orders, and ends every note that it has begun, whatever becomes of the mind.

    What sounds stands in the arena before it is sent, so that another sender can end it if this one
    is killed.
    """

    def __init__(self, arena: Arena, ports: MidiPorts | None = None):
        """Take over from a former sender; `ports` are the MIDI outputs, by default those of here."""
        self._arena, self._header = arena, arena.header
        self._orders = arena.messages["mind", "sender"]
        self._to_mind = arena.messages["sender", "mind"]
        self._clock = HeardClock(self._header.sample_rate)
        self._outbox = Outbox(self._header.sample_rate)
        self._osc = OscSender(self.say)
        self._ports = ports
        self._panics = int(self._header.panics)
        self._posted: list[SoundingNote] = []
        self._end_what_sounds()

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set; then end all notes."""
        self._header.sender_epoch += 1  # tells the mind to order again what is to be sent
        while not stop.is_set():
            self._header.sender_beat_ns = now_ns = time.monotonic_ns()
            try:
                self.step(now_ns)
            except (
                Exception
            ):  # a bug of ours: it is in the log, and the notes are ended nevertheless
                _log.exception("the sender stumbled")
            stop.wait(self._pause_s())
        self._send(self._outbox.end_all())
        self.close()

    def step(self, now_ns: int) -> None:
        """Take in orders, and send what is due at `now_ns` on the monotonic clock."""
        frame, then_ns = self._header.clock()
        self._clock.hear(frame, then_ns)
        if (panics := int(self._header.panics)) != self._panics:
            self._panics = panics
            self._send(self._outbox.panic(panics))
        for order in taken(self._orders):
            if isinstance(order, BeginSending):
                self._want(order)
            self._outbox.take(order)
        self._send(self._outbox.due(self._heard(now_ns)))

    def say(self, sentence: str) -> None:
        """Tell the performer a sentence; any thread may call this."""
        with _saying:
            send(self._to_mind, Note(sentence, 0))

    def close(self) -> None:
        """Close ports and sockets."""
        self._osc.close()
        if self._ports is not None:
            self._ports.close()

    def _heard(self, now_ns: int) -> float:
        """Return the frame that is heard now."""
        return self._clock.frame_at(now_ns - self._latency_ns)

    @property
    def _latency_ns(self) -> int:
        """The time from the moment at which a block is computed to that at which it is heard."""
        return int(self._header.latency_ns)

    def _pause_s(self) -> float:
        """Return how long nothing is to be done."""
        due = self._outbox.next_due
        if due == float("inf"):
            return LOOK_S
        at_ns = self._clock.ns_of(due) + self._latency_ns
        return min(max((at_ns - time.monotonic_ns()) * 1e-9, 0.0), LOOK_S)

    def _want(self, order: BeginSending) -> None:
        if isinstance(order.source, OscSource):
            self._osc.want(order.source)
        else:
            self._midi.want_output(order.source.port)

    @property
    def _midi(self) -> MidiPorts:
        """The MIDI outputs, opened once something is sent to them."""
        if self._ports is None:
            self._ports = MidiPorts(lambda: 0.0, self.say, inputs=False)
            self._ports.await_look(PORTS_WITHIN_S)  # what is due goes out when they are open
        return self._ports

    def _send(self, dues: Iterable[Due]) -> None:
        dues = list(dues)
        if not dues:
            return
        sounding = self._outbox.sounding
        if sounding != self._posted:  # until all is sent, what ends counts as sounding, too
            self._post(list(dict.fromkeys([*self._posted, *sounding])))
        for due in dues:
            if isinstance(due.source, MidiSource):
                self._midi.send([due.data], due.source.port)
            elif due.at is None:
                self._osc.send(due.source, due.data)
            else:
                self._osc.send(due.source, bundle(due.data, self._wall_s(due)))
        if sounding != self._posted:
            self._post(sounding)

    def _wall_s(self, due: Due) -> float:
        """Return when a packet takes effect, in seconds since 1970."""
        assert due.at is not None
        heard_ns = self._clock.ns_of(due.at) + self._latency_ns
        return (heard_ns + wall_beyond_ns()) * 1e-9 + due.offset_s

    def _post(self, sounding: list[SoundingNote]) -> None:
        self._arena.sounding.post(json.dumps(sounding).encode())
        self._posted = sounding

    def _end_what_sounds(self) -> None:
        """End the notes that a former sender has left sounding."""
        with contextlib.suppress(ValueError):
            left = [
                SoundingNote(*each) for each in json.loads(self._arena.sounding.look() or b"[]")
            ]
            if left:
                for port in {note.port for note in left}:
                    self._midi.want_output(port)
                self._posted = left
                ends = [Due(MidiSource(n.port), bytes([0x80 | n.channel, n.note, 0])) for n in left]
                self._send([*ends, *silence({(note.port, note.channel) for note in left})])


_saying = threading.Lock()


def wall_beyond_ns() -> int:
    """Return by how much the wall clock is beyond the monotonic clock, in ns."""
    readings = []
    for _ in range(3):  # the one that was interrupted least
        before = time.monotonic_ns()
        wall = time.time_ns()
        after = time.monotonic_ns()
        readings.append((after - before, wall - (before + after) // 2))
    return min(readings)[1]
