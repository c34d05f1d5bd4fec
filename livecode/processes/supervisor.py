"""Starts engine, voices and mind, restarts those that die or hang, and ends them together."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.journal.journal import last_status
from livecode.processes.paths import Paths
from livecode.processes.running import RunningFile, runs
from livecode.transport import Arena
from livecode.transport.messages import Press, send

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # without a log of the process, `say` tells the same
#: The linear algebra in mind and voices is small. More threads would only hold up the engine.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
#: The module that each process runs.
MODULES = {"engine": "livecode.engine", "voices": "livecode.voices", "mind": "livecode.kernel"}
#: A process whose heart has not beaten for this long hangs; it is killed and started again.
#: The mind may hang: the performer may be running a long computation in it on purpose.
HANG_S = {"engine": 2.0, "voices": 2.0}
#: A process that was started this often within this time is not started again.
MOST_STARTS, WITHIN_S = 6, 20.0
#: A spare mind is started when the mind has been up for this long, so as not to slow the start.
SPARE_AFTER_S = 4.0
#: How long a process may take to end by itself before it is killed.
GRACE_S = 1.0


@dataclass(frozen=True)
class Options:
    """How to play: the options of `livecode play`."""

    audio: str = "auto"
    sample_rate: int = 48000  # Hz
    block: int = 256  # frames
    seed: int = 0
    set_path: Path | None = None
    osc_bind: str = "127.0.0.1"
    osc_port: int = 8888
    record: Path | None = None
    stems: Path | None = None  # folder for a recording of each name
    bits: int = 32  # per sample of a recording: 24 (integer) or 32 (float)
    #: Seconds that the others play on if the terminal is killed or its window closed; 0: they end.
    outlive_s: int = 0
    begin_again: bool = False  # go on where the journal ends
    text_path: Path | None = None  # file that the terminal opens instead of the set


def master_file(record: Path | None, stems: Path | None) -> Path | None:
    """Return the file of the master's recording, or None if nothing is recorded.

    With `stems` alone, it is a file in their folder.
    """
    if record is None and stems is not None:
        record = stems / "master.wav"
    return None if record is None else record.resolve()


class AdoptedProcess:
    """A process that another terminal has started, with the methods of a `Popen` used here."""

    stdin = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return None while it runs, then −1, since its exit status is not known."""
        if self.returncode is None and not runs(self.pid):
            self.returncode = -1
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, for `timeout` seconds at most; raises `subprocess.TimeoutExpired`."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(0.01)
        return -1

    def send_signal(self, number: int) -> None:
        """Send the process a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)


@dataclass
class Child:
    """One supervised process; its standard input is its lifeline to the terminal."""

    name: str
    process: "subprocess.Popen[bytes] | AdoptedProcess"
    started_s: float  # monotonic
    starts: list[float] = field(default_factory=list)  # monotonic seconds, the newest last


class Supervisor:
    """Owns the arena and the processes of a performance."""

    def __init__(
        self,
        options: Options,
        paths: Paths,
        say: Callable[[str], None],
        arena: Arena | None = None,
    ):
        """Make the arena, or adopt the processes of a performance that still plays.

        `say` is given sentences for the performer, such as that the engine was restarted. `arena`
        belongs to a performance that another terminal has begun. None stands for a new one.
        """
        self.options, self.paths, self.say = options, paths, say
        self.children: dict[str, Child] = {}
        self._spare: Child | None = None
        self.left = False  # the terminal is gone without meaning to end the sound
        if arena is None:
            self.arena = self._create()
        else:
            self.arena = arena
            self._adopt()
        self.arena.header.terminal_beat_ns = time.monotonic_ns()
        self.arena.header.terminal_pid = os.getpid()
        if arena is None:
            self._write_running_file()

    def _create(self) -> Arena:
        """Make the arena of a new performance, or of one that begins again."""
        options = self.options
        outlives = options.outlive_s > 0
        arena = Arena.create(options.sample_rate, options.block, outlives=outlives)
        arena.header.outlive_s = options.outlive_s
        if options.begin_again:  # sample time goes on where the journal ends
            frame, _ = last_status(self.paths.journal)
            arena.header.tick_clock(frame, time.monotonic_ns())
        return arena

    def _write_running_file(self) -> None:
        """Let other terminals find the processes of this performance."""
        options = self.options
        RunningFile(
            self.arena.name,
            str(self.paths.connection),
            options.audio,
            options.seed,
            None if options.set_path is None else str(options.set_path),
            options.osc_bind,
            options.osc_port,
        ).write(self.paths.archived.running)

    def _adopt(self) -> None:
        """Take over the processes that the arena names."""
        now = time.monotonic()
        for name in ("engine", "voices", "mind"):
            process = AdoptedProcess(getattr(self.arena.header, f"{name}_pid"))
            self.children[name] = Child(name, process, now, [now])

    def start(self) -> None:
        """Start all processes, and return at once."""
        again = self.options.begin_again
        how = {"engine": ["--resume"], "mind": ["--begin-again"]} if again else {}
        for name in ("engine", "voices", "mind"):
            self._start(name, *how.get(name, ()))

    def check(self) -> None:
        """Restart processes that have died or hang; call this several times a second.

        Raises LivecodeError if the engine cannot play at all, or if a process keeps dying.
        """
        now = time.monotonic()
        self.arena.header.terminal_beat_ns = time.monotonic_ns()
        for name, child in list(self.children.items()):
            status = child.process.poll()
            if status is None and not self._hangs(child, now):
                continue
            if status is None:
                child.process.kill()
                child.process.wait()
                self._tell(f"the {name} hung and is being started again")
            elif name == "engine" and status == 2:
                raise LivecodeError(self._why_no_engine())
            else:
                verb = "are" if name == "voices" else "is"
                _log.warning("the %s ended with status %s", name, status)
                self._tell(f"the {name} died and {verb} being started again")
            recent = [then for then in child.starts if now - then < WITHIN_S]
            if len(recent) >= MOST_STARTS:
                raise LivecodeError(f"the {name} keeps dying; the log is {self.paths.log}")
            if name != "mind" or not self._call_spare():
                self.start_one(name, resume=True)
        self._keep_spare(now)

    def await_sound_path(self, limit_s: float = 15.0) -> None:
        """Wait until the engine computes blocks.

        Raises LivecodeError with the engine's last sentence if it cannot, or after `limit_s`.
        """
        end = time.monotonic() + limit_s
        while not self.arena.header.engine_beat_ns:
            self.check()
            if time.monotonic() > end:
                raise LivecodeError(f"the engine did not start; the log is {self.paths.log}")
            time.sleep(0.01)

    def panic(self) -> None:
        """Silence all sound within one block, whatever the mind is doing."""
        self.arena.header.terminal_panics += 1

    def press(self, key: str) -> None:
        """Tell the mind that a hot-key was pressed: `like`, `dislike`, a letter, or `fader3=0.5`."""
        send(self.arena.messages["terminal", "mind"], Press(key))

    def interrupt(self) -> None:
        """Interrupt the block that the mind evaluates, as Ctrl-C does."""
        self.children["mind"].process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill all processes, as a power cut does; call `stop` after it."""
        for child in [*self.children.values(), *([self._spare] if self._spare else [])]:
            child.process.kill()

    def stop(self) -> None:
        """End all processes and remove the shared memory.

        If only the terminal is gone (`left`), a performance that may outlive it is left alone.
        """
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

    def _tell(self, sentence: str) -> None:
        """Log a sentence, and say it to the performer."""
        _log.warning("%s", sentence)
        self.say(sentence)

    def _why_no_engine(self) -> str:
        """Return why the engine cannot play, as it said itself."""
        why = self.arena.device.look().decode(errors="replace")
        return why or f"the engine ended without a word; the log is {self.paths.log}"

    def _keep_spare(self, now_s: float) -> None:
        """Keep a second mind ready, which has imported all that it needs."""
        if self._spare is not None and self._spare.process.poll() is not None:
            self._spare = None
        mind = self.children.get("mind")
        if self._spare is None and mind is not None and now_s - mind.started_s > SPARE_AFTER_S:
            self._spare = Child("mind", self._spawn("mind", "--resume", "--spare"), now_s)

    def _call_spare(self) -> bool:
        """Let the spare mind take over; return False if there is none."""
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
        """Start one process; with `resume` it takes the place of one that died."""
        self._start(name, *(["--resume"] if resume else []))

    def _start(self, name: str, *how: str) -> None:
        """Start a process with more arguments, and note its id in the arena."""
        process = self._spawn(name, *how)
        setattr(self.arena.header, f"{name}_pid", process.pid)
        now = time.monotonic()
        starts = self.children[name].starts if name in self.children else []
        self.children[name] = Child(name, process, now, [*starts, now])

    def _spawn(self, name: str, *more: str) -> "subprocess.Popen[bytes]":
        """Start the module of a process, with a pipe as its lifeline."""
        command = [sys.executable, "-m", MODULES[name], self.arena.name]
        _log.info("starting the %s%s", name, ", a spare one" if "--spare" in more else "")
        with open(self.paths.log, "ab") as log:
            return subprocess.Popen(
                [*command, *self._arguments(name), *more],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the terminal alone
                env={**os.environ, "PYTHONUNBUFFERED": "1", **_ONE_THREAD},
            )

    def _arguments(self, name: str) -> list[str]:
        """Return the arguments of a process, as its own parser reads them."""
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
        """Return whether the heart of a process has stopped beating for too long."""
        limit_s = HANG_S.get(child.name)
        if limit_s is None:
            return False
        beat_s: float = getattr(self.arena.header, f"{child.name}_beat_ns") * 1e-9
        # A new process may take 10 s: with a cold cache it compiles its kernels first.
        return now_s - max(beat_s, child.started_s + 10.0 - limit_s) > limit_s
