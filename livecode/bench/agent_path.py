"""Teaches an agent by the whole path: UDP packets, real processes and a virtual sound card."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from livecode.bench.agent_trials import TaughtTrial, arrival, distances, draw_target
from livecode.bench.musician import RingMusician
from livecode.processes.live import Live
from livecode.processes.options import Options

DIMS = 4
EVERY_S = 0.05
STEP = 0.01
BUDGET_S = 50.0  # seconds of a trial: 1,000 actions
LOOK_S = 0.05  # the status is posted 20 times a second
BLOCK = (
    f"{{name}} = agent('additive', dims={DIMS}, every={EVERY_S}*s, step={STEP}, seed={{seed}})\n"
    "@reward\ndef hands(rings): return rings.twist\n"
    "{name}.reward = hands"
)


def possible() -> bool:
    """Whether this machine has a virtual sound card: jackd with its dummy driver."""
    return shutil.which("jackd") is not None and shutil.which("jack_lsp") is not None


def arrivals(trials: int) -> list[float | None]:
    """Return the seconds to arrive in each trial; None if it did not arrive."""
    with _virtual_card(), _free_port() as out:
        options = Options(audio="jack", osc_port=out.port)
        with Live(options) as live:
            return [_trial(live, out, seed) for seed in range(trials)]


def benched(trials: int) -> list[float | None]:
    """Return the seconds to arrive without packets, taught by musician B at every action."""
    found = []
    for seed in range(trials):
        actions = round(BUDGET_S / EVERY_S)
        run = distances(TaughtTrial("explorer", "B", DIMS, STEP, seed, actions))
        arrived = arrival(run)
        found.append(None if arrived is None else arrived * EVERY_S)
    return found


class _Out:
    """A socket that sends packets to the performance."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, packet: bytes) -> None:
        """Send one packet to the performance."""
        self._socket.sendto(packet, ("127.0.0.1", self.port))

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _trial(live: Live, out: _Out, seed: int) -> float | None:
    """Teach a new agent until it has arrived or its time is over. Return the seconds, or None."""
    target_rng, rng = (np.random.default_rng([seed, DIMS, stream]) for stream in range(2))
    musician = RingMusician(draw_target(DIMS, target_rng), rng)
    name = f"ego{seed}"  # a new name, because a name continues at its last position
    ok, error = live.evaluate(BLOCK.format(name=name, seed=seed))
    assert ok, error
    live.await_(lambda: name in live.status.agents, "the agent in the status")
    began = time.monotonic()
    while (now := time.monotonic() - began) < BUDGET_S:
        position = live.status.agents[name].position
        for packet in musician.hear(np.array(position), now):
            out.send(packet)
        if musician.arrived_s is not None:
            break
        time.sleep(max(0.0, began + now + LOOK_S - time.monotonic()))
    live.evaluate(f"free({name})")
    return musician.arrived_s


@contextmanager
def _free_port() -> Iterator[_Out]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    out = _Out(port)
    try:
        yield out
    finally:
        out.close()


@contextmanager
def _virtual_card() -> Iterator[None]:
    """Run a JACK server with a dummy card, unless a test has started one."""
    if os.environ.get("JACK_NO_START_SERVER"):  # a test has started one
        yield
        return
    name = f"livecode-bench-{os.getpid()}"
    os.environ.update(JACK_DEFAULT_SERVER=name, JACK_NO_START_SERVER="1")
    environment = {**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}
    command = ["jackd", "-n", name, "-r", "-d", "dummy", "-r", "48000", "-p", "256"]
    try:
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                for _ in range(200):
                    if not subprocess.run(["jack_lsp"], capture_output=True).returncode:
                        break
                    time.sleep(0.02)
                yield
            finally:
                server.kill()
    finally:
        del os.environ["JACK_DEFAULT_SERVER"], os.environ["JACK_NO_START_SERVER"]
