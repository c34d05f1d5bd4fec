"""A bad night: random programs, packets, and deaths of any set of processes; how long it is ever silent.

    python -m tests.processes.chaos --seconds 3600 --seed 1

`make chaos` runs it for an hour. It prints every figure, and ends with status 1 if anything did not hold.
"""

import argparse
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from livecode.processes.live import AUDIBLE, Live
from livecode.processes.options import Options
from livecode.signals.simulate import LEFT_ID, riot_packet
from livecode.system.processes import runs
from livecode.system.segments import segment_file

#: What sounded sounds again within this, and within twice what a start takes on a busy machine.
SILENT_S, STARTS = 3.0, 2.0
#: A block is lost that was sent to a mind as it died: it is sent so often, and waited for so long.
ASKED, ANSWER_S = 3, 20.0
PLAYERS = ("engine", "voices", "mind")
ALWAYS = "ego = agent(space('additive'), dims=2, every=30*ms, level=0.5)"
#: What is played beside `ego`, in any order; none of it asks for silence.
PROGRAMS = (
    "two = agent(space('additive'), dims=3, every=80*ms, level=0.2)",
    "two.level = sine(0.2, 0, 0.3)",
    "free(two)",
    "tempo({number})",
    "@dsp\ndef tone(freq={number}):\n    return Sine(freq=freq, mul=0.05)",
    "free(tone)",
    "ego.reward = reward(lambda rings, sound: rings.left.turn - sound.rms)",
    "hiss = stream(level=0.05)",
    "hiss.temperature = 0.{number}",
    "free(hiss)",
    "numbers = [each ** 2 for each in range({number})]",
    "1 / 0",
    "def broken(:",
    "ego.dims = 1 + {number} % 3",
    "two.level = 0.1\nundo(two)",
    "import time; time.sleep(0.{number})",
    "fade({number} % 4)",
)
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP)


@dataclass
class Figures:
    """What a night came to."""

    start_s: float = 0.0
    strikes: Counter[str] = field(default_factory=Counter)
    silences_s: list[float] = field(default_factory=list)  # longer than 0.2 s, from strike to sound
    worst: str = ""
    evaluated: int = 0
    packets: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def limit_s(self) -> float:
        """How long it may be silent on this machine, as busy as it is."""
        return max(SILENT_S, STARTS * self.start_s)

    @property
    def worst_s(self) -> float:
        """The longest silence."""
        return max(self.silences_s, default=0.0)

    def __str__(self) -> str:
        ordered = sorted(self.silences_s)
        median = ordered[len(ordered) // 2] if ordered else 0.0
        rows = [
            f"from nothing to sound    {self.start_s:.2f} s",
            f"strikes                  {sum(self.strikes.values())}",
            *(f"    {what:<40}{count}" for what, count in sorted(self.strikes.items())),
            f"silences over 0.2 s      {len(ordered)}, median {median:.2f} s",
            f"the longest silence      {self.worst_s:.2f} s ({self.worst}), allowed {self.limit_s:.2f} s",
            f"silences over 3 s        {sum(each > SILENT_S for each in ordered)}",
            f"blocks, packets          {self.evaluated}, {self.packets}",
            *(f"FAULT: {each}" for each in self.faults),
        ]
        return "\n".join(rows)


class Night:
    """One performance, what strikes it, and an ear."""

    def __init__(self, live: Live, port: int, seed: int):
        self.live, self._port = live, port
        self._rng = random.Random(seed)
        self.figures = Figures()
        self._over = threading.Event()
        self._struck_s, self._strike = time.monotonic(), "nothing"
        self.family: dict[int, str] = {}

    def last(self, seconds: float) -> None:
        """Strike, play and send until the time is over."""
        threads = [threading.Thread(target=each) for each in (self._hear, self._send)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self._note_family()
                for _ in range(self._rng.randrange(3)):
                    self._play()
                time.sleep(self._rng.choice((0.3, 1.5, 5.0, 9.0)) * self._rng.uniform(0.5, 1.0))
                self._strike_some()
            self.live.await_(self._sounds, "sound at the end", 30)
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _sounds(self) -> bool:
        return self.live.peak > AUDIBLE

    def _note_family(self) -> None:
        with suppress(psutil.Error):
            supervisor = psutil.Process(self._pid("supervisor"))
            for each in [supervisor, *supervisor.children(recursive=True)]:
                self.family[each.pid] = each.name()

    def _pid(self, name: str) -> int:
        return int(getattr(self.live.header, f"{name}_pid"))

    def _spare(self) -> int:
        with suppress(psutil.Error, IndexError):
            for each in psutil.Process(self._pid("supervisor")).children():
                if each.cmdline()[0] == "livecode: spare mind":
                    return each.pid
        return 0

    def _play(self) -> None:
        code = self._rng.choice(PROGRAMS).replace("{number}", str(self._rng.randrange(50, 200)))
        self.figures.evaluated += 1
        self.live.begin(code)

    def _strike_some(self) -> None:
        """Send a signal to some of the processes at once; at times let starting them fail, too."""
        names = [*PLAYERS, "supervisor", "spare"]
        chosen = self._rng.sample(names, self._rng.randrange(1, len(names) + 1))
        number = self._rng.choice(SIGNALS)
        failing = self._rng.random() < 0.15
        pids = [self._spare() if name == "spare" else self._pid(name) for name in chosen]
        what = f"{signal.Signals(number).name} {' '.join(sorted(chosen))}"
        supervisor = self._pid("supervisor")
        self.figures.strikes[f"{signal.Signals(number).name} of {len(chosen)}"] += 1
        if failing and number != signal.SIGSTOP and "supervisor" not in chosen:
            self.figures.strikes["with spawns that fail for a second"] += 1
            what += ", spawns fail"
            self._starve(supervisor)
        self._struck_s, self._strike = time.monotonic(), what
        for pid in pids:
            with suppress(OSError):
                if pid > 0:
                    os.kill(pid, number)
        if number == signal.SIGSTOP and self._rng.random() < 0.5:
            time.sleep(self._rng.uniform(0, 0.5))
            for pid in pids:
                with suppress(OSError):
                    os.kill(pid, signal.SIGCONT)

    def _starve(self, pid: int) -> None:
        """Leave a process no file descriptors for a second."""
        if not hasattr(resource, "prlimit"):
            return
        with suppress(OSError):
            limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[1]))

            def feed() -> None:
                with suppress(OSError):
                    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
                self._struck_s = time.monotonic()  # it can go on from here

            threading.Timer(1.0, feed).start()

    def _hear(self) -> None:
        """Note every silence, from the last strike or the last sound on."""
        heard_s, silent = time.monotonic(), False
        while not self._over.wait(0.004):
            now = time.monotonic()
            if self._sounds():
                lasted_s = now - max(heard_s, self._struck_s)
                if silent and lasted_s > 0.2:
                    self.figures.silences_s.append(lasted_s)
                    if lasted_s >= self.figures.worst_s:
                        self.figures.worst = self._strike
                heard_s, silent = now, False
            elif now - heard_s > 0.2:
                silent = True
        now = time.monotonic()
        if silent:
            self.figures.silences_s.append(now - max(heard_s, self._struck_s))

    def _send(self) -> None:
        """Send packets of a ring, every third of them damaged."""
        rng = random.Random(self._rng.random())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not self._over.wait(0.01):
                packet = bytearray(riot_packet(LEFT_ID, time.monotonic()))
                if rng.random() < 0.3:
                    for _ in range(rng.randrange(1, 8)):
                        packet[rng.randrange(len(packet))] = rng.randrange(256)
                with suppress(OSError):
                    out.sendto(bytes(packet), ("127.0.0.1", self._port))
                self.figures.packets += 1


def answered(live: Live, code: str) -> list[str]:
    """Evaluate a block, again if a mind has died with it unread, and return what is wrong."""
    for _ in range(ASKED):
        with suppress(TimeoutError):
            ok, error = live.evaluate(code, ANSWER_S)
            return [] if ok else [f"the mind at the end: {error}"]
    return [f"the mind at the end: no answer, {ASKED} times"]


def night(seconds: float, seed: int, log: Callable[[str], None] = lambda text: None) -> Figures:
    """Play through a bad night of so many seconds, and return what it came to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    began = time.monotonic()
    with Live(Options(audio="headless", osc_port=port), log=log) as live:
        bad = Night(live, port, seed)
        live.begin(ALWAYS)
        live.await_sound(60)
        bad.figures.start_s = time.monotonic() - began
        segment, folder = segment_file(live.attachment.arena.name), live.paths.connection.parent
        try:
            bad.last(seconds)
            bad.figures.faults += answered(live, "assert ego.kind == 'agent'")
        except Exception as error:
            bad.figures.faults.append(f"{type(error).__name__}: {error}")
        bad._note_family()
    end = time.monotonic() + 5
    while any(map(runs, bad.family)) and time.monotonic() < end:
        time.sleep(0.05)
    left = {pid: name for pid, name in bad.family.items() if runs(pid)}
    if left:
        bad.figures.faults.append(f"processes are left behind: {left}")
    for path in (segment, folder, live.paths.archived.running):
        if path.exists():
            bad.figures.faults.append(f"{path} is left behind")
    if bad.figures.worst_s > bad.figures.limit_s:
        bad.figures.faults.append(f"{bad.figures.worst_s:.2f} s of silence")
    return bad.figures


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    figures = night(options.seconds, options.seed, lambda text: print(text, flush=True))
    print(figures)
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
