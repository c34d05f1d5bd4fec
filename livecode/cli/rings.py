"""`livecode rings`: shows both rings live in the terminal, from real packets or from simulated hands."""

import argparse
import socket
import time
from typing import Protocol

import numpy as np
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from livecode.cli.arguments import add_for, add_osc, add_seed
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.signals.intake import Intake
from livecode.signals.rings import MAX_AGE_S, Ring, Rings
from livecode.signals.simulate import PERIOD_S, Hands
from livecode.signals.udp import DEFAULT_HOST, UdpListener

FRAMES_PER_S = 15
LISTEN_EVERY_S = 0.01
BAR = 27  # columns; an odd number, so that 0 has a column of its own
COLUMNS = 8  # of the whole table


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode rings`."""
    add_osc(parser)
    add = parser.add_argument
    add("--simulate", action="store_true", help="send packets of two rings to this machine's port")
    add("--version", type=int, choices=(1, 2), default=2, help="simulated R-IoT firmware (2)")
    add_seed(parser)
    add_for(parser, "end after this long")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show the rings until Ctrl-C, or for `--for` seconds."""
    if options.simulate:
        hands = Hands(np.random.default_rng(options.seed), options.version)
        show(SimulatedRings(hands, options.osc_port), options.seconds)
        return 0
    began_ns = time.monotonic_ns()
    with UdpListener(options.osc_bind, options.osc_port) as listener:
        show(ReceivedRings(listener, began_ns), options.seconds)
    return 0


class RingSource(Protocol):
    """Where packets of rings come from; `wait_s` is the time in seconds between two steps."""

    intake: Intake
    wait_s: float

    def step(self, time_s: float) -> None:
        """Take in the packets up to `time_s`, in seconds since the beginning."""

    def caption(self) -> str:
        """Return a sentence on the packets so far."""


class ReceivedRings:
    """Packets that arrive on a UDP port."""

    wait_s = LISTEN_EVERY_S

    def __init__(self, listener: UdpListener, began_ns: int):
        """`began_ns` is the `time.monotonic_ns()` from which `step` counts."""
        self._listener, self._began_ns = listener, began_ns
        self.intake = Intake()

    def step(self, time_s: float) -> None:
        """Take in the packets that have arrived."""
        for arrived_ns, packet, _ in self._listener.drain():
            self.intake.receive(packet, (arrived_ns - self._began_ns) * 1e-9)
        self.intake.rings.advance(time_s)

    def caption(self) -> str:
        """Return how many packets arrived where, and why some were refused."""
        listener = self._listener
        where = f"{listener.host}, UDP port {listener.port}"
        if not listener.received:
            hint = "; rings on the network need --osc-bind 0.0.0.0"
            return f"nothing heard yet on {where}{hint * (listener.host == DEFAULT_HOST)}"
        refused = {**listener.refused, **self.intake.refused}
        reasons = "".join(f"; refused {count}: {why}" for why, count in refused.items())
        ids = ", ".join(self.intake.rings.ids)
        return f"{listener.received} packets on {where}, ids {ids}{reasons}"


class SimulatedRings:
    """Packets of two simulated rings, sent to a port on this machine as fast as real rings send."""

    wait_s = PERIOD_S

    def __init__(self, hands: Hands, port: int):
        self._hands, self._to = hands, (DEFAULT_HOST, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._steps = self._sent = 0
        self.intake = Intake()

    def step(self, time_s: float) -> None:
        """Send the packets that are due."""
        while self._steps * PERIOD_S <= time_s:
            for packet in self._hands.packets(self._steps * PERIOD_S):
                self._socket.sendto(packet, self._to)
                self.intake.receive(packet, time_s)
                self._sent += 1
            self._steps += 1
        self.intake.rings.advance(time_s)

    def caption(self) -> str:
        """Return how many packets were sent, and where to."""
        host, port = self._to
        return f"{self._sent} packets of simulated rings sent to {host}, UDP port {port}"


def show(source: RingSource, seconds: float | None) -> None:
    """Step the source and draw its rings, until Ctrl-C or for so many seconds."""
    began_s = time.monotonic()
    console = PlainConsole()
    with Live(
        get_renderable=lambda: view(source.intake.rings, source.caption()),
        console=console,
        refresh_per_second=FRAMES_PER_S,
    ):
        try:
            while (time_s := time.monotonic() - began_s) < (seconds or float("inf")):
                source.step(time_s)
                time.sleep(source.wait_s)
        except KeyboardInterrupt:
            pass  # the usual way to end it
    if not console.is_terminal:
        console.print()  # ends the last line of a file


def view(rings: Rings, caption: str) -> Group:
    """Return a table with a line for each ring and one for their twist, and the caption below it."""
    table = Table.grid(padding=(0, 1))
    for _ in range(COLUMNS):
        table.add_column(no_wrap=True)
    table.add_row("", _scale(), "turn", "roll", "pitch", "acc", "energy", "")
    for hand, ring in (("left", rings.left), ("right", rings.right)):
        table.add_row(
            hand,
            bar(ring.turn, ring.alive),
            f"{ring.turn:+.2f}",
            f"{ring.roll:+4.0f}°",
            f"{ring.pitch:+4.0f}°",
            f"{ring.acc:.2f} g",
            f"{ring.energy:.2f} g",
            last_heard(ring),
        )
    alive = rings.left.alive or rings.right.alive
    table.add_row("twist", bar(rings.twist, alive), f"{rings.twist:+.2f}")
    return Group(table, Text(caption, "dim"))


def bar(value: float, alive: bool) -> Text:
    """Return a line from −1 to 1 with a mark at `value`, dimmed unless `alive`."""
    cells = ["─"] * BAR
    cells[BAR // 2] = "┼"
    cells[round((value + 1) / 2 * (BAR - 1))] = "●"
    return Text("".join(cells), "bold" if alive else "dim")


def last_heard(ring: Ring) -> str:
    """Return whether the ring sends, or for how long it has been silent."""
    if ring.alive:
        return "alive"
    return "never heard" if ring.age >= MAX_AGE_S else f"silent {ring.age:.0f} s"


def _scale() -> Text:
    """Return the heading of a bar, which names its two ends."""
    return Text("back" + "front".rjust(BAR - 4), "dim")
