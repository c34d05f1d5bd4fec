"""Starts engine, voices and mind side by side, starts again what dies, and ends them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from livecode.desk.places import Places
from livecode.errors import LivecodeError
from livecode.messages import Press, send
from livecode.transport import Arena

#: The linear algebra in mind and voices is small: threads of its own would only hold up the engine.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
#: A process whose heart has not beaten for this long hangs; it is ended and started again.
#: The mind is left alone: the performer may be running a long computation in it on purpose.
HANG_S = {"engine": 2.0, "voices": 2.0}
#: A process that dies this often within this time is not started again.
MOST_STARTS, WITHIN_S = 6, 20.0
#: A spare mind is started once the first has been up for so long: it must not slow the start.
SPARE_AFTER_S = 4.0
#: How long a process has to end by itself before it is killed.
GRACE_S = 1.0


@dataclass(frozen=True)
class Options:
    """How to play: what `livecode play` was told."""

    audio: str = "auto"
    sample_rate: int = 48000  # Hz
    block: int = 256  # frames
    seed: int = 0
    set_path: Path | None = None
    osc_bind: str = "127.0.0.1"
    osc_port: int = 8888
    record: Path | None = None


@dataclass
class Child:
    """One supervised process and its lifeline, the pipe that tells it when the desk is gone."""

    name: str
    process: subprocess.Popen
    started_s: float
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """Owns the arena and the other processes."""

    def __init__(self, options: Options, places: Places, say: Callable[[str], None]):
        """`say` is given sentences for the performer, such as that the engine was restarted."""
        self.options, self.places, self.say = options, places, say
        self.arena = Arena.create(options.sample_rate, options.block)
        self.arena.header.desk_pid = os.getpid()
        self.children: dict[str, Child] = {}
        self._spare: Child | None = None

    def start(self) -> None:
        """Start all processes; returns at once."""
        for name in ("engine", "voices", "mind"):
            self.start_one(name)

    def check(self) -> None:
        """Start again what has died or hangs; call this several times a second."""
        now = time.monotonic()
        self.arena.header.desk_beat_ns = time.monotonic_ns()
        for name, child in list(self.children.items()):
            status = child.process.poll()
            if status is None and not self._hangs(child, now):
                continue
            if status is None:
                child.process.kill()
                child.process.wait()
                self.say(f"the {name} hung and is being started again")
            elif name == "engine" and status == 2:
                raise LivecodeError(self.places.last_line(name))
            else:
                verb = "are" if name == "voices" else "is"
                self.say(f"the {name} died and {verb} being started again")
            recent = [then for then in child.starts if now - then < WITHIN_S]
            if len(recent) >= MOST_STARTS:
                raise LivecodeError(f"the {name} keeps dying; its log is {self.places.log(name)}")
            if name != "mind" or not self._call_spare():
                self.start_one(name, resume=True)
        self._keep_spare(now)

    def await_sound_path(self, limit_s: float = 15.0) -> None:
        """Wait until the engine computes blocks; raises the sentence it ended with if it cannot."""
        end = time.monotonic() + limit_s
        while not self.arena.header.engine_beat_ns:
            self.check()
            if time.monotonic() > end:
                raise LivecodeError(f"the engine did not start; see {self.places.log('engine')}")
            time.sleep(0.01)

    def panic(self) -> None:
        """Silence within one block, whatever the mind is doing."""
        self.arena.header.panic += 1

    def press(self, key: str) -> None:
        """Tell the mind of a hot-key: `like`, `dislike`, a letter, or `fader3=0.5`."""
        send(self.arena.messages["desk", "mind"], Press(key))

    def interrupt(self) -> None:
        """End the evaluation that the mind is in, as Ctrl-C would."""
        self.children["mind"].process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """End all processes and remove the shared memory."""
        self.arena.header.stop = 1
        everyone = [*self.children.values(), *([self._spare] if self._spare else [])]
        for child in everyone:
            assert child.process.stdin is not None
            child.process.stdin.close()
        end = time.monotonic() + GRACE_S
        for child in everyone:
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.children.clear()
        self.arena.unlink()
        self.places.clean()

    def _keep_spare(self, now_s: float) -> None:
        """Have a second mind ready, which has imported all that it will need."""
        if self._spare is not None and self._spare.process.poll() is not None:
            self._spare = None
        mind = self.children.get("mind")
        if self._spare is None and mind is not None and now_s - mind.started_s > SPARE_AFTER_S:
            self._spare = Child("mind", self._spawn("mind", "--resume", "--spare"), now_s)

    def _call_spare(self) -> bool:
        """Let the spare mind take over; False if there is none."""
        spare, self._spare = self._spare, None
        if spare is None or spare.process.poll() is not None:
            return False
        assert spare.process.stdin is not None
        spare.process.stdin.write(b"g")
        spare.process.stdin.flush()
        now = time.monotonic()
        self.arena.header.mind_pid = spare.process.pid
        starts = [*self.children["mind"].starts, now]
        self.children["mind"] = Child("mind", spare.process, now, starts)
        return True

    def start_one(self, name: str, resume: bool = False) -> None:
        """Start one process; `resume`: it takes the place of one that died."""
        process = self._spawn(name, *(["--resume"] if resume else []))
        setattr(self.arena.header, f"{name}_pid", process.pid)
        now = time.monotonic()
        starts = self.children[name].starts if name in self.children else []
        self.children[name] = Child(name, process, now, [*starts, now])

    def _spawn(self, name: str, *more: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"livecode.{name}", self.arena.name]
        with open(self.places.log(name), "ab") as log:
            return subprocess.Popen(
                [*command, *self._arguments(name), *more],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is the desk's to handle
                env={**os.environ, "PYTHONUNBUFFERED": "1", **_ONE_THREAD},
            )

    def _arguments(self, name: str) -> list[str]:
        options = self.options
        if name == "engine":
            record = [] if options.record is None else ["--record", str(options.record)]
            return ["--audio", options.audio, *record]
        if name == "mind":
            set_file = [] if options.set_path is None else ["--set", str(options.set_path)]
            return [
                *("--connection", str(self.places.connection)),
                *("--journal", str(self.places.journal)),
                *("--seed", str(options.seed)),
                *("--osc-bind", options.osc_bind),
                *("--osc-port", str(options.osc_port)),
                *set_file,
            ]
        return []

    def _hangs(self, child: Child, now_s: float) -> bool:
        limit_s = HANG_S.get(child.name)
        if limit_s is None:
            return False
        beat_s = getattr(self.arena.header, f"{child.name}_beat_ns") * 1e-9
        # 10 s to come up: a cold cache compiles its kernels first
        return now_s - max(beat_s, child.started_s + 10.0 - limit_s) > limit_s
