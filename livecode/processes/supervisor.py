"""Starts engine, voices, mind, sender and stage, restarts those that die or hang, and ends them together."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from livecode.files import open_private
from livecode.processes.early import ONE_THREAD, PLAYING
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.processes.supervised import AdoptedProcess, Child, Restarts
from livecode.system.early import EarlyProcess
from livecode.system.processes import end_adopted, end_group, is_stopped
from livecode.system.signals import KILLED, let_go_on
from livecode.transport import Arena

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # without a log of the process, `say` tells the same
#: The module that each process runs, in the order in which they are started.
MODULES = {
    "engine": PLAYING["engine"],
    "voices": PLAYING["voices"],
    "mind": PLAYING["mind"],
    "sender": "livecode.sending",  # once there is something to send
    "stage": "livecode.stage",  # if there is to be a page for the room
}
#: A process whose heart has not beaten for this long hangs; it is killed and started again.
#: A call that does not let the mind's other threads run, such as `10**10**8`, holds up its ticks.
HANG_S = {"engine": 2.0, "voices": 2.0, "mind": 5.0, "sender": 2.0, "stage": 5.0}
#: A mind that has not ticked for this long is told of.
STILL_S = 1.5
#: A new process may take this long: with a cold cache it compiles its kernels first.
STARTS_WITHIN_S = 30.0
#: An engine that has never played and has died so often will not play at all.
MOST_STARTS = 6
#: A process that has lived for this long has got over what killed those before it.
WELL_S = 5.0
#: A mind that dies so soon after it has taken over may have run again what kills it.
SOON_S = 10.0
#: Of minds that others may have killed, so many may die so soon, one after the other.
KILLED_SOON_S, FORGIVEN = 4.0, 6
#: Processes that die within this time of each other do not die of a block.
TOGETHER_S = 1.0
#: A spare mind is started when the mind has ticked for this long, so as not to slow the start.
SPARE_AFTER_S = 1.5
#: How long a process may take to end by itself before it is killed.
GRACE_S = 1.0
#: The exit status of an engine that has nothing to play on.
NO_SOUND = 2


class Supervisor:
    """Watches the processes of a performance, and owns what they share."""

    def __init__(
        self,
        options: Options,
        paths: Paths,
        say: Callable[[str], None],
        arena: Arena,
        early: Mapping[str, EarlyProcess] = MappingProxyType({}),
    ):
        """Adopt the processes that the arena names; those that it does not are yet to be started.

        `say` is given sentences for the performer, such as that the engine was restarted. Those of `early`
        wait for their order.
        """
        self._early = dict(early)
        self.options, self.paths, self.say, self.arena = options, paths, say, arena
        self.children: dict[str, Child] = {}
        self._restarts = {name: Restarts() for name in MODULES}
        self._spare: Child | None = None
        self._spare_restarts = Restarts()
        #: Minds that have died soon after they took over, in a row: by themselves, and killed.
        self._hasty = (0, 0)
        self._pids = {name: int(getattr(arena.header, f"{name}_pid")) for name in MODULES}
        now = time.monotonic()
        for name, pid in self._pids.items():
            if pid:
                self.children[name] = Child(name, AdoptedProcess(pid), now)

    @property
    def ended(self) -> bool:
        """Whether the performance is to end."""
        return bool(self.arena.header.stop)

    def check(self) -> None:
        """Start processes that are not there; call this several times a second.

        No exception gets out of it, whatever fails: it is said, and tried again after a pause.
        """
        for name in MODULES:
            if not self.ended and self._is_wanted(name):
                self._attempt(name, self._restarts[name], self._look_after)
        if not self.ended:
            self._attempt("spare mind", self._spare_restarts, self._keep_spare)

    def _is_wanted(self, name: str) -> bool:
        """Return whether there is to be a process of that name."""
        if name == "sender":
            return bool(self.arena.header.sends)
        return name != "stage" or bool(self.options.stage)

    def start_one(self, name: str) -> None:
        """Start one process for the first time, or in the place of one that died."""
        resumed = bool(self._pids[name])
        self._pids[name] = -1  # the next one takes its place, even if this one cannot be started
        if name == "mind" and resumed and (spare := self._called_spare()) is not None:
            self._begin(name, spare, resumed)
            return
        again = self.options.begin_again
        how = ["--resume"] if resumed or (again and name == "engine") else []
        if again and name == "mind":
            how.append("--begin-again")
        self._begin(name, self._spawn(name, *how), resumed)

    def stop(self) -> None:
        """End all processes, and what the performer has started; remove the shared memory."""
        self.arena.header.stop = 1
        for early in self._early.values():
            early.close()
        everyone = [*self.children.values(), *([self._spare] if self._spare else [])]
        for child in everyone:
            if child.process.stdin is not None:
                child.process.stdin.close()
            let_go_on(child.process)
        end = time.monotonic() + GRACE_S
        for child in everyone:
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            end_group(child.process.pid)
        self.children.clear()
        self._spare = None
        end_adopted(())
        self.arena.remove()
        self.paths.clean()

    def _attempt(
        self, name: str, restarts: Restarts, step: Callable[[str, Restarts, float], None]
    ) -> None:
        """Do a step; if it raises, say so, and let the next one wait."""
        now = time.monotonic()
        if now < restarts.due_s:
            return
        try:
            step(name, restarts, now)
        except Exception as error:
            _log.exception("the %s cannot be looked after", name)
            pause_s = restarts.failed(now)
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._tell(f"the {name} cannot be started ({why}); tried again in {pause_s:g} s")

    def _look_after(self, name: str, restarts: Restarts, now: float) -> None:
        child = self.children.get(name)
        if child is not None:
            status = child.process.poll()
            if status is None and is_stopped(child.process.pid):
                let_go_on(child.process)
                _log.warning("the %s had been stopped by a signal, and goes on", name)
            if child.ready_s is None and self._beat_s(name) > child.started_s:
                child.ready_s = now
            if name == "mind":
                self._tell_of_standstill(child, now)
            if status is None and not self._hangs(child, now):
                if restarts.deaths and now - child.started_s > WELL_S:
                    restarts.deaths = 0
                return
            self._mourn(child, status, restarts, now)
            if self.ended or now < restarts.due_s:
                return
        self.start_one(name)
        restarts.failures = 0

    def _mourn(self, child: Child, status: int | None, restarts: Restarts, now: float) -> None:
        """Say that a process has died, and let go what is left of it."""
        name = child.name
        verb = "are" if name == "voices" else "is"
        if status is None:
            child.process.kill()
            child.process.wait()
            what = ": what it computed is left out" if name == "mind" else ""
            self._tell(f"the {name} hung and {verb} being started again{what}")
        elif name == "engine" and not self.arena.header.engine_epoch and status == NO_SOUND:
            self._refuse(self._why_no_engine())
            return
        elif name == "mind" and status == 0 and self.options.ends_with_mind:
            self.arena.header.stop = 1
            return
        else:
            _log.warning("the %s ended with status %s", name, status)
            if name == "engine" and status == NO_SOUND:
                self._tell(f"{self._why_no_engine()}; tried again and again")
            else:
                self._tell(f"the {name} died and {verb} being started again")
        del self.children[name]
        end_group(child.process.pid)
        end_adopted(self._known())
        restarts.died(now)
        if name == "engine" and not self.arena.header.engine_epoch:
            if restarts.deaths >= MOST_STARTS:
                self._refuse(f"the engine keeps dying; the log is {self.paths.log}")
        elif name == "mind":
            self._count_hasty(child, status, now)

    def _count_hasty(self, child: Child, status: int | None, now: float) -> None:
        """Have the next mind leave the newest blocks out, if minds die of what they run again."""
        killed = status in KILLED
        together = any(
            now - each.died_s < TOGETHER_S
            for name, each in self._restarts.items()
            if name != "mind"
        )
        lived_s = 0.0 if child.ready_s is None else now - child.ready_s
        soon = child.resumed and lived_s < (KILLED_SOON_S if killed else SOON_S)
        soon = soon and not (killed and together)
        own, killings = self._hasty
        self._hasty = (own + (not killed), killings + killed) if soon else (0, 0)
        times = self._hasty[0] + max(0, self._hasty[1] - FORGIVEN)
        self.arena.header.leave_out = 2 ** min(times - 1, 16) if times > 0 else 0

    def _refuse(self, why: str) -> None:
        """End a performance that cannot even begin, with a sentence for the front end."""
        _log.error("%s", why)
        self.arena.refusal.post(why.encode()[: self.arena.layout.refusal_bytes])
        self.arena.header.stop = 1

    def _tell(self, sentence: str) -> None:
        """Log a sentence, and say it to the performer."""
        _log.warning("%s", sentence)
        self.say(sentence)

    def _why_no_engine(self) -> str:
        """Return why the engine cannot play, as it said itself."""
        why = self.arena.device.look().decode(errors="replace")
        return why or f"the engine ended without a word; the log is {self.paths.log}"

    def _known(self) -> list[int]:
        """The ids of the processes that are looked after."""
        everyone = [*self.children.values(), *([self._spare] if self._spare else [])]
        return [child.process.pid for child in everyone]

    def _keep_spare(self, name: str, restarts: Restarts, now: float) -> None:
        """Keep a second mind ready, which has imported all that it needs."""
        if self._spare is not None:
            if self._spare.process.poll() is None:
                if is_stopped(self._spare.process.pid):
                    let_go_on(self._spare.process)
                return
            if now - self._spare.started_s < WELL_S:
                restarts.died(now)
            self._spare = None
            return
        mind = self.children.get("mind")
        ready_s = None if mind is None else mind.ready_s
        if ready_s is not None and now - ready_s > SPARE_AFTER_S:
            self._spare = Child("mind", self._spawn("mind", "--resume", "--spare"), now)
            restarts.failures = 0

    def _called_spare(self) -> "subprocess.Popen[bytes] | None":
        """Let the spare mind take over; None if there is none."""
        spare, self._spare = self._spare, None
        if spare is None or spare.process.poll() is not None:
            return None
        process = spare.process
        assert isinstance(process, subprocess.Popen)
        assert process.stdin is not None
        let_go_on(process)
        try:
            process.stdin.write(b"g")
            process.stdin.flush()
        except OSError:
            return None
        return process

    def _begin(self, name: str, process: "subprocess.Popen[bytes]", resumed: bool) -> None:
        """Look after a process from now on, and note its id in the arena."""
        setattr(self.arena.header, f"{name}_pid", process.pid)
        self._pids[name] = process.pid
        self.children[name] = Child(name, process, time.monotonic(), resumed)

    def _spawn(self, name: str, *more: str) -> "subprocess.Popen[bytes]":
        """Start the module of a process, with a pipe as its lifeline."""
        words = [self.arena.name, *self._arguments(name), *more]
        _log.info("starting the %s%s", name, ", a spare one" if "--spare" in more else "")
        early = self._early.pop(name, None)
        if early is not None and (ordered := early.order(words, self.paths.log)) is not None:
            return ordered
        try:
            log = open_private(self.paths.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        except OSError:  # it plays without a log
            log = os.open(os.devnull, os.O_WRONLY)
        try:
            return subprocess.Popen(
                [sys.executable, "-m", MODULES[name], *words],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the terminal alone
                env={**os.environ, "PYTHONUNBUFFERED": "1", **ONE_THREAD},
            )
        finally:
            os.close(log)

    def _arguments(self, name: str) -> list[str]:
        """Return the arguments of a process, as its own parser reads them."""
        options = self.options
        if name == "engine":
            record = [] if options.record is None else ["--record", str(options.record)]
            record += [] if options.stems is None else ["--stems", str(options.stems)]
            return [
                *("--audio", options.audio, "--seed", str(options.seed)),
                *("--device", options.device, "--outputs", str(options.outputs)),
                *(["--or-another"] if options.or_another else []),
                *(["--cue-out", *map(str, options.cue_out)] if options.cue_out else []),
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
        if child.ready_s is None:  # a mind that takes over may have much to run again
            return child.name != "mind" and now_s - child.started_s > STARTS_WITHIN_S
        return now_s - self._beat_s(child.name) > HANG_S[child.name]

    def _tell_of_standstill(self, mind: Child, now_s: float) -> None:
        """Tell the performer of a mind that does not tick any more, before it is killed for that."""
        still = mind.ready_s is not None and now_s - self._beat_s("mind") > STILL_S
        if still and not mind.still:
            self._tell(
                "agents, curves and patterns wait for what the mind computes: Ctrl-C ends it"
            )
        mind.still = still

    def _beat_s(self, name: str) -> float:
        """When the heart of a process last beat, monotonic."""
        beat_ns: int = getattr(self.arena.header, f"{name}_beat_ns")
        return beat_ns * 1e-9
