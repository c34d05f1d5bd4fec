"""A front end's hold on a performance: it has the supervisor started, and ends it or lets it play on."""

import logging
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.files import open_private
from livecode.journal.inheritance import (
    TURN,
    Inheritance,
    InheritancePost,
    decode_inheritance,
    read_inheritance,
)
from livecode.journal.journal_file import last_status
from livecode.processes.environment import provide_places
from livecode.processes.options import Options, stage_place
from livecode.processes.paths import Paths
from livecode.processes.running import PLAYERS, RunningFile
from livecode.processes.supervised import Restarts
from livecode.processes.supervisor import GRACE_S
from livecode.system.early import EarlyProcess
from livecode.system.here import HERE
from livecode.system.processes import end_group, is_ours, is_stopped, runs
from livecode.system.signals import interrupt, kill, let_pid_go_on
from livecode.transport import LAYOUTS, Arena
from livecode.transport.layouts import free_bytes, less
from livecode.transport.messages import ChooseAudio, Interrupt, Press, SurveyAudio, send
from livecode.transport.stage import StageOrder, encode_stage

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())
#: A supervisor whose heart has not beaten for this long hangs; another takes its place.
HANG_S = 3.0
#: A new supervisor may take this long on a busy machine.
STARTS_WITHIN_S = 10.0
#: How much longer than its processes a supervisor may take to end.
FAREWELL_S = 2.0
#: The secret part of the stage page's address has so many random bytes.
STAGE_TOKEN_BYTES = 24


class Attachment:
    """The front end's side of a performance: its arena, its supervisor, and what is asked of it."""

    def __init__(
        self,
        options: Options,
        paths: Paths,
        say: Callable[[str], None],
        arena: Arena | None = None,
        inheritance: Inheritance | None = None,
        early: EarlyProcess | None = None,
    ):
        """Make the arena of a new performance, or attach to one that still plays.

        `say` is given sentences for the performer, such as that the engine was restarted. `arena`
        belongs to a performance that another front end has begun. None stands for a new one. `inheritance`
        is what the journal of one that begins again tells, if it has been read: the mind does not read it.
        `early` is a supervisor that waits for its order.
        """
        self._early = early
        self.options, self.paths, self.say = options, paths, say
        self.left = False  # the front end is gone without meaning to end the sound
        self._process: subprocess.Popen[bytes] | None = None
        self._spawned_s = 0.0
        self._restarts = Restarts()
        self._started = arena is not None
        self._goes_on = arena is not None or options.begin_again
        self.told: list[str] = []  # what the performer has to know before anything is played
        self._inheritance = inheritance
        self.arena = self._create() if arena is None else arena
        self.arena.header.terminal_beat_ns = time.monotonic_ns()
        self.arena.header.terminal_pid = os.getpid()

    def _create(self) -> Arena:
        """Make the arena of a new performance, or of one that begins again, as large as there is room."""
        options = self.options
        free = free_bytes()
        arena = Arena.largest(options.sample_rate, options.block, outlives=True)
        if arena.layout != LAYOUTS[0]:
            self.told.append(less(arena.layout, free))
        arena.header.outlive_s = options.outlive_s
        if options.stage:
            arena.stage.post(encode_stage(_stage_order(options)))
        if options.begin_again:  # sample time goes on where the journal ends
            frame, _ = last_status(self.paths.journal)
            arena.header.tick_clock(frame, time.monotonic_ns())
        if self._inheritance is not None:
            post = InheritancePost(self._inheritance)
            post.post_to(arena.inheritance.post, arena.layout.inheritance_bytes)
        return arena

    def start(self) -> None:
        """Start the supervisor, which starts all others, and return at once."""
        provide_places()
        running = RunningFile.of(self.arena.name, self.paths.connection, self.options)
        running.write(self.paths.archived.running)
        running.write(self.paths.archived.started)
        self._started = True
        self._spawn()

    def check(self) -> None:
        """Pass on what the supervisor says, and start another if it is gone; call this often.

        Raises LivecodeError if the performance cannot be played at all.
        """
        header = self.arena.header
        if header.terminal_pid == os.getpid():
            header.terminal_beat_ns = time.monotonic_ns()
        self._pass_on()
        if why := self.arena.refusal.look():
            raise LivecodeError(why.decode(errors="replace"))
        if self._started and not header.stop and self.attached:
            self._look_after_supervisor()

    def played(self) -> list[str]:
        """Return the code of each block that has taken effect in a performance that goes on.

        Turns of an `@every` are left out, and so is all where the journal cannot be read.
        """
        if not self._goes_on:
            return []
        known = decode_inheritance(self.arena.inheritance.look())
        if known is None:
            try:
                known = read_inheritance(self.paths.journal)
            except LivecodeError:
                return []
        return [
            each.code
            for each in known.in_order
            if each.name is None or not each.name.startswith(TURN)
        ]

    @property
    def attached(self) -> bool:
        """Whether this is the front end of the performance still, and no other has taken its place."""
        return bool(self.arena.header.terminal_pid == os.getpid())

    @property
    def ended(self) -> bool:
        """Whether the performance has ended or is ending, whoever asked for it."""
        return bool(self.arena.header.stop)

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

    def choose_audio(self, backend: str, device: str = "") -> None:
        """Have the sound sent elsewhere; without a back end, the present device is opened again."""
        send(self.arena.messages["terminal", "engine"], ChooseAudio(backend, device))

    def survey_audio(self) -> None:
        """Have the engine find out which ways out there are; it posts them in the arena."""
        send(self.arena.messages["terminal", "engine"], SurveyAudio())

    def interrupt(self) -> None:
        """Interrupt the block that the mind evaluates, as Ctrl-C does."""
        if not HERE.sends_interrupts:
            send(self.arena.messages["terminal", "mind"], Interrupt())
        elif is_ours(pid := int(self.arena.header.mind_pid)):
            interrupt(pid)

    def kill_mind(self) -> None:
        """Kill the mind, whose block does not end; another takes its place."""
        _kill(int(self.arena.header.mind_pid))

    def kill(self) -> None:
        """Kill all processes, as a power cut does; call `stop` after it."""
        self._kill_supervisor()
        for name in PLAYERS:
            _kill(int(getattr(self.arena.header, f"{name}_pid")))

    def stop(self) -> None:
        """End the performance, and wait until its processes are gone and its shared memory removed.

        If only the front end is gone (`left`), a performance that may outlive it is left alone.
        """
        if (self.left and self.arena.header.outlive_s) or not self.attached:
            return
        self.arena.header.stop = 1
        process, pid = self._process, int(self.arena.header.supervisor_pid)
        if process is not None and process.stdin is not None:
            process.stdin.close()
        if is_stopped(pid) and is_ours(pid):
            let_pid_go_on(pid)
        end = time.monotonic() + GRACE_S + FAREWELL_S
        while self._supervisor_runs() and time.monotonic() < end:
            time.sleep(0.01)
        self._kill_supervisor()
        for name in PLAYERS:  # only a supervisor that was killed has left any
            player = int(getattr(self.arena.header, f"{name}_pid"))
            if is_ours(player):
                kill(player)
                end_group(player)
        self._pass_on()
        self.arena.remove()
        self.paths.clean()

    def _pass_on(self) -> None:
        """Say what the supervisor has told."""
        while (sentence := self.arena.messages["supervisor", "terminal"].receive()) is not None:
            self.say(sentence.decode(errors="replace"))

    def _supervisor_runs(self) -> bool:
        """Return whether the supervisor runs, or one that has just been started."""
        if self._process is not None and self._process.poll() is None:
            return True
        return runs(int(self.arena.header.supervisor_pid))

    def _look_after_supervisor(self) -> None:
        """Start another supervisor, which adopts what runs, if there is none or if it hangs."""
        now, header = time.monotonic(), self.arena.header
        pid = int(header.supervisor_pid)
        if self._supervisor_runs():
            if is_stopped(pid) and is_ours(pid):
                let_pid_go_on(pid)
            since_s = max(header.supervisor_beat_ns * 1e-9, self._spawned_s + STARTS_WITHIN_S)
            if now - since_s < HANG_S:
                return
            self._kill_supervisor()
        if now < self._restarts.due_s:
            return
        if self._process is not None or pid:
            self.say("the supervisor died and is being started again")
        self._restarts.died(now)
        try:
            self._spawn()
            self._restarts.failures = 0
        except Exception as error:
            pause_s = self._restarts.failed(now)
            _log.exception("the supervisor cannot be started")
            self.say(f"the supervisor cannot be started ({error}); tried again in {pause_s:g} s")

    def _kill_supervisor(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()
        _kill(int(self.arena.header.supervisor_pid))

    def _spawn(self) -> None:
        """Start the supervisor's process, with a pipe that ends when this process does."""
        former = self._process
        if former is not None and former.stdin is not None:
            former.stdin.close()
        self._spawned_s = time.monotonic()
        folder = str(self.paths.archived.folder)
        early, self._early = self._early, None
        if early is not None:
            self._process = early.order([folder], self.paths.log)
            if self._process is not None:
                return
        try:
            log = open_private(self.paths.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        except OSError:  # it plays without a log
            log = os.open(os.devnull, os.O_WRONLY)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "livecode.processes", folder],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the terminal alone
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        finally:
            os.close(log)


def _stage_order(options: Options) -> StageOrder:
    """Return where the stage page is to be served, with a new token."""
    host, port = stage_place(options.stage)
    certificate, key = options.stage_certificate, options.stage_key
    return StageOrder(
        host,
        port,
        secrets.token_urlsafe(STAGE_TOKEN_BYTES),
        "" if certificate is None else str(certificate.resolve()),
        "" if key is None else str(key.resolve()),
        options.stage_audio,
        str(Path.cwd() if options.set_path is None else options.set_path.parent.resolve()),
    )


def _kill(pid: int) -> None:
    """Kill a process of livecode, if one runs under that id."""
    if is_ours(pid):
        kill(pid)
