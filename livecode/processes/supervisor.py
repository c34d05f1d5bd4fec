"""Starts engine, voices and mind side by side, starts again what dies, and ends them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.journal.archive import Playing, runs
from livecode.journal.journal import last_status
from livecode.processes.paths import Paths
from livecode.transport import Arena
from livecode.transport.messages import Press, send

#: The linear algebra in mind and voices is small: threads of its own would only hold up the engine.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
#: The module that each process runs.
MODULES = {"engine": "livecode.engine", "voices": "livecode.voices", "mind": "livecode.kernel"}
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
    stems: Path | None = None  # a folder for what each name adds to the recording
    bits: int = 32  # of a recording: 24 (integer) or 32 (float)
    #: Seconds that the others play on if the terminal is killed or its terminal closed; 0: they end.
    outlive_s: int = 0
    begin_again: bool = False  # go on where the journal ends
    text_path: Path | None = None  # what the terminal opens in place of the set


def master_file(record: Path | None, stems: Path | None) -> Path | None:
    """Where the master is recorded: stems without a place for it have it among them."""
    if record is None and stems is not None:
        record = stems / "master.wav"
    return None if record is None else record.resolve()


class Adopted:
    """A process that another terminal has started, as far as it is a `Popen` to us."""

    stdin = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it runs; what it ended with is not known."""
        if self.returncode is None and not runs(self.pid):
            self.returncode = -1
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; TimeoutExpired as of a Popen."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(0.01)
        return -1

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@dataclass
class Child:
    """One supervised process and its lifeline, the pipe that tells it when the terminal is gone."""

    name: str
    process: subprocess.Popen | Adopted
    started_s: float
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """Owns the arena and the other processes."""

    def __init__(
        self,
        options: Options,
        paths: Paths,
        say: Callable[[str], None],
        arena: Arena | None = None,
    ):
        """`say` is given sentences for the performer, such as that the engine was restarted.

        arena: of a performance that another terminal has begun, and that still plays.
        """
        self.options, self.paths, self.say = options, paths, say
        self.children: dict[str, Child] = {}
        self._spare: Child | None = None
        self.left = False  # the terminal is gone: what sounds is not ended with it
        if arena is None:
            self.arena = self._create()
        else:
            self.arena = arena
            self._adopt()
        self.arena.header.terminal_beat_ns = time.monotonic_ns()
        self.arena.header.terminal_pid = os.getpid()
        if arena is None:
            self._tell_where()

    def _create(self) -> Arena:
        options = self.options
        outlives = options.outlive_s > 0
        arena = Arena.create(options.sample_rate, options.block, outlives=outlives)
        arena.header.outlive_s = options.outlive_s
        if options.begin_again:  # sample time goes on
            frame, _ = last_status(self.paths.journal)
            arena.header.tick_clock(frame, time.monotonic_ns())
        return arena

    def _tell_where(self) -> None:
        """Let other terminals find what plays here."""
        options = self.options
        Playing(
            self.arena.name,
            str(self.paths.connection),
            options.audio,
            options.seed,
            None if options.set_path is None else str(options.set_path),
            options.osc_bind,
            options.osc_port,
        ).write(self.paths.kept.playing)

    def _adopt(self) -> None:
        now = time.monotonic()
        for name in ("engine", "voices", "mind"):
            process = Adopted(getattr(self.arena.header, f"{name}_pid"))
            self.children[name] = Child(name, process, now, [now])

    def start(self) -> None:
        """Start all processes; returns at once."""
        again = self.options.begin_again
        how = {"engine": ["--resume"], "mind": ["--begin-again"]} if again else {}
        for name in ("engine", "voices", "mind"):
            self._start(name, *how.get(name, ()))

    def check(self) -> None:
        """Start again what has died or hangs; call this several times a second."""
        now = time.monotonic()
        self.arena.header.terminal_beat_ns = time.monotonic_ns()
        for name, child in list(self.children.items()):
            status = child.process.poll()
            if status is None and not self._hangs(child, now):
                continue
            if status is None:
                child.process.kill()
                child.process.wait()
                self.say(f"the {name} hung and is being started again")
            elif name == "engine" and status == 2:
                raise LivecodeError(self.paths.last_line(name))
            else:
                verb = "are" if name == "voices" else "is"
                self.say(f"the {name} died and {verb} being started again")
            recent = [then for then in child.starts if now - then < WITHIN_S]
            if len(recent) >= MOST_STARTS:
                raise LivecodeError(f"the {name} keeps dying; its log is {self.paths.log(name)}")
            if name != "mind" or not self._call_spare():
                self.start_one(name, resume=True)
        self._keep_spare(now)

    def await_sound_path(self, limit_s: float = 15.0) -> None:
        """Wait until the engine computes blocks; raises the sentence it ended with if it cannot."""
        end = time.monotonic() + limit_s
        while not self.arena.header.engine_beat_ns:
            self.check()
            if time.monotonic() > end:
                raise LivecodeError(f"the engine did not start; see {self.paths.log('engine')}")
            time.sleep(0.01)

    def panic(self) -> None:
        """Silence within one block, whatever the mind is doing."""
        self.arena.header.terminal_panics += 1

    def press(self, key: str) -> None:
        """Tell the mind of a hot-key: `like`, `dislike`, a letter, or `fader3=0.5`."""
        send(self.arena.messages["terminal", "mind"], Press(key))

    def interrupt(self) -> None:
        """End the evaluation that the mind is in, as Ctrl-C would."""
        self.children["mind"].process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End all processes at once, as a power cut would; `stop` comes after it."""
        for child in [*self.children.values(), *([self._spare] if self._spare else [])]:
            child.process.kill()

    def stop(self) -> None:
        """End all processes and remove the shared memory, unless only the terminal is gone."""
        if self.left and self.arena.header.outlive_s:
            return
        self.arena.header.stop = 1
        everyone = [*self.children.values(), *([self._spare] if self._spare else [])]
        for child in everyone:
            if child.process.stdin is not None:
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
        self.paths.clean()

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
        self._start(name, *(["--resume"] if resume else []))

    def _start(self, name: str, *how: str) -> None:
        process = self._spawn(name, *how)
        setattr(self.arena.header, f"{name}_pid", process.pid)
        now = time.monotonic()
        starts = self.children[name].starts if name in self.children else []
        self.children[name] = Child(name, process, now, [*starts, now])

    def _spawn(self, name: str, *more: str) -> subprocess.Popen:
        command = [sys.executable, "-m", MODULES[name], self.arena.name]
        with open(self.paths.log(name), "ab") as log:
            return subprocess.Popen(
                [*command, *self._arguments(name), *more],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is the terminal's to handle
                env={**os.environ, "PYTHONUNBUFFERED": "1", **_ONE_THREAD},
            )

    def _arguments(self, name: str) -> list[str]:
        options = self.options
        if name == "engine":
            record = [] if options.record is None else ["--record", str(options.record)]
            record += [] if options.stems is None else ["--stems", str(options.stems)]
            return [
                *("--audio", options.audio, "--seed", str(options.seed)),
                *("--bits", str(options.bits), *record),
            ]
        if name == "mind":
            set_file = [] if options.set_path is None else ["--set", str(options.set_path)]
            return [
                *("--connection", str(self.paths.connection)),
                *("--journal", str(self.paths.journal)),
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
