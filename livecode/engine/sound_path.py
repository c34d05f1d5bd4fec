"""The way of the sound to a device, or to a clock while there is none; lost devices are taken up again."""

import json
import logging
import math
import os
import subprocess
import sys
import threading
import time
from collections import deque
from typing import Any

import msgspec

from livecode.engine.device import AUTOMATIC, CHANNELS, CLIENT, BlockPace, backends_of, realtime
from livecode.engine.engine import Engine
from livecode.engine.inlet import Inlet
from livecode.engine.outlet import Outlet, Rendering
from livecode.errors import LivecodeError
from livecode.transport import Arena
from livecode.transport.audio import AudioStatus, WayOut, encode_audio, look_at_audio
from livecode.transport.messages import ChooseAudio, SurveyAudio

_log = logging.getLogger(__name__)
#: How often a device is looked after.
LOOK_S = 0.05
#: When the terminal is gone, the engine fades out within one block; this leaves time to hear it.
FAREWELL_S = 0.05
NOTHING = "no JACK server answers, and there is no sound card"


class Survey:
    """A process that tries a back end, so that one which hangs or crashes harms nobody."""

    def __init__(self, backend: str, device: str, sample_rate: int, block: int, waits: bool):
        """Start it. With `waits`, it tries again until the back end works."""
        command = [sys.executable, "-m", "livecode.engine.survey", backend]
        command += [str(sample_rate), str(block), "--device", device, *(["--await"] * waits)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._said = b""

    def answer(self) -> dict[str, Any] | None:
        """Return what it has found out; None while it looks."""
        assert self._process.stdout is not None
        ended = self._process.poll() is not None
        self._said += self._process.stdout.read() or b""
        if not ended:
            return None
        try:
            found: dict[str, Any] = json.loads(self._said.rstrip().rpartition(b"\n")[2])
        except ValueError:
            found = {"works": False, "text": f"its survey ended with {self._process.returncode}"}
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class SoundPath:
    """Keeps the mixer computing, at the pace of a device or of the clock.

    `open_first` comes first, since the performance takes its rate and block from its first device.
    Then `run` plays until the end. All of it happens in one thread, but for the blocks that a device
    asks for.
    """

    def __init__(self, arena: Arena, audio: str, device: str = "", outputs: int = CHANNELS):
        """Prepare a path to the back end `audio`, or to the one that a former engine had.

        `device` is the name of a device, or a part of it; `outputs` of it are opened.
        """
        self._arena, self._header, self._outputs = arena, arena.header, outputs
        former = look_at_audio(arena.audio)
        self._former_hung = former.backend == "opening"
        device = former.wanted_device if former.wanted else device
        self._wish = ChooseAudio(former.wanted or audio, device)
        self._posting = threading.Lock()
        self._status = AudioStatus(wanted=self._wish.backend, wanted_device=self._wish.device,
            ways=former.ways, surveys=former.surveys)  # fmt: skip
        self._outlet: Outlet | None = None
        self._scout: Survey | None = None
        self._next: ChooseAudio | None = None  # is tried while another device plays
        self._surveys: dict[str, Survey] = {}
        self._listens = False  # whether the inputs are used
        self._lost = 0  # how many devices have been lost
        self._instead_of = ""  # the device that was to be taken, and is not there
        self._orders: deque[ChooseAudio | SurveyAudio] = deque()
        self._thread = 0  # the thread that computes blocks
        self.now_ns = time.monotonic_ns()  # when the present block begins

    def order(self, order: ChooseAudio | SurveyAudio) -> None:
        """Take an order from a performer; any thread may call this."""
        self._orders.append(order)

    def open_first(self, resumed: bool, insists: bool = True) -> None:
        """Open the device, before the mixer is made.

        Raises `LivecodeError` if a back end was asked for that does not work, unless the engine has
        played before (`resumed`). With `insists` False, whatever works takes its place.
        """
        if self._wish.backend == "headless":
            return self._say_unheard("")
        try:
            if not self._former_hung:
                self._outlet = self._opened(self._wish)
        except LivecodeError as error:
            if self._wish.backend != "auto" and not insists:
                self._instead_of = self._wish.device or self._wish.backend
                self._wish = ChooseAudio("auto")
                return self.open_first(resumed)
            if self._wish.backend != "auto" and not resumed:
                raise
            why = NOTHING if self._wish.backend == "auto" else error.text.split(";")[0]
            return self._say_unheard(why)
        if self._outlet is None:
            return self._say_unheard(f"{self._wish.backend} did not open")
        if not resumed:
            self._header.sample_rate = self._outlet.sample_rate
            self._header.block = self._outlet.block

    def run(self, engine: Engine, stop: threading.Event) -> None:
        """Play until `stop` is set."""
        self._engine = engine
        engine.on_audio = self.order
        engine.server._server.setServer()
        if self._instead_of:
            engine.note(
                f"{self._instead_of}, the device of before, is not there: on {self._status.described}"
            )
        if self._status.unheard:
            engine.note(f"nobody hears this: {self._status.unheard}; audio() lists what there is")
        while not stop.is_set():
            if self._outlet is None:
                self._play_on_clock(stop)
            else:
                self._play_on_device(self._outlet, stop)
        if self._outlet is not None:
            engine.master.close_gate()
            time.sleep(FAREWELL_S)
            self._outlet.close()
        for survey in (self._scout, *self._surveys.values()):
            if survey is not None:
                survey.close()

    # playing

    def _begin_block_at(self, now_ns: int) -> None:
        """Note when the coming block begins; called by the thread that computes it."""
        self.now_ns = now_ns
        if self._thread != threading.get_ident():
            self._thread = threading.get_ident()
            self._header.realtime = int(realtime())

    def _play_on_clock(self, stop: threading.Event) -> None:
        """Compute blocks at the pace of the monotonic clock, until a device works or all ends."""
        self._engine.restart_load()
        self._header.burst, self._header.latency_ns = self._engine.block, 0
        pace = BlockPace(self._engine.block / self._engine.sample_rate)
        look = time.monotonic()
        while not stop.is_set() and self._outlet is None:
            self._begin_block_at(time.monotonic_ns())
            self._engine.server.process()
            now = time.monotonic()
            if now > look:
                look = now + LOOK_S
                self._look_for_device()
            pace.wait()

    def _find_latency(self, outlet: Outlet) -> None:
        """Note how late the device is heard, if it is at all; to ask for it takes a while."""
        latency_s, dummy = outlet.latency_s(), outlet.is_dummy()
        if self._outlet is outlet:
            self._header.latency_ns = round(latency_s * 1e9)
            self._post(dummy=dummy)

    def _play_on_device(self, outlet: Outlet, stop: threading.Event) -> None:
        """Let the device ask for blocks, until it is lost, another one is taken, or all ends."""
        engine = self._engine
        rates = engine.sample_rate, outlet.sample_rate
        inlet = Inlet(engine.server, *rates) if outlet.hears else None
        engine.outputs.channels = outlet.outputs
        rendering = Rendering(engine.server, *rates, self._begin_block_at, inlet,
                              outlet.outputs, engine.outputs.add)  # fmt: skip
        engine.restart_load()
        self._header.burst = math.ceil(outlet.block * engine.sample_rate / outlet.sample_rate)
        outlet.start(rendering)
        threading.Thread(target=self._find_latency, args=(outlet,), daemon=True).start()
        while not stop.wait(LOOK_S):
            if outlet.changed:
                self._take(self._wish)
            elif trouble := outlet.trouble:
                self._lost += not outlet.close()
                self._outlet = None
                self._say_unheard(trouble)
                engine.note(f"nobody hears this: {trouble}; {self._wish.backend} is taken up again "
                            "as soon as it answers")  # fmt: skip
            else:
                self._look_for_device()
            if self._outlet is not outlet:
                break
        if inlet is not None:
            inlet.close()

    # devices

    def _look_for_inputs(self) -> None:
        """Open the inputs of the device once they are used; say if nothing can be heard there."""
        if not self._engine.input.used or self._listens:
            return
        self._listens, outlet = True, self._outlet
        if outlet is not None and not outlet.hears:
            self._take(self._wish)
            outlet = self._outlet
        if outlet is None:
            self._engine.note("mic is silent: there is no sound card to listen to")
        elif not outlet.hears:
            self._engine.note(f"mic is silent: {self._status.described} has no input")

    def _look_for_device(self) -> None:
        """Do what performers ask for, and take a device that works."""
        self._look_for_inputs()
        self._finish_surveys()
        while self._orders:
            order = self._orders.popleft()
            if isinstance(order, SurveyAudio):
                self._begin_surveys()
            else:
                self._choose(order)
        wanted = self._next or (self._wish if self._outlet is None else None)
        if wanted is None or wanted.backend == "headless":
            return
        if self._scout is None:
            self._scout = self._survey(wanted, waits=self._next is None)
            return
        answer = self._scout.answer()
        if answer is None:
            return
        self._end_scout()
        if answer["works"]:
            self._take(wanted)
        elif self._next is not None:
            self._give_up_next(answer["text"])

    def _choose(self, order: ChooseAudio) -> None:
        """Look for another device, or open the present one again."""
        self._end_scout()
        self._next = None
        if order.backend == "headless":
            self._wish = order
            self._let_go()
            self._say_unheard("")
        elif not order.backend:
            if self._outlet is not None:
                self._take(self._wish)
        elif self._outlet is None:
            self._wish = order
            self._say_unheard(self._status.unheard or f"{order.backend} has not answered yet")
        else:
            self._next = order

    def _take(self, wanted: ChooseAudio) -> None:
        """Open a device that works in the place of the present one."""
        before, self._next = self._outlet, None
        self._let_go()
        try:
            self._outlet = self._opened(wanted)
        except LivecodeError as error:
            self._say_unheard(error.text.split(";")[0])
            if before is not None:
                self._engine.note(f"nobody hears this: {self._status.unheard}")
            return
        status = self._status
        self._engine.note(
            f"heard on {status.described}, {status.sample_rate} Hz in blocks of {status.block}"
        )

    def _let_go(self) -> None:
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None

    def _give_up_next(self, why: str) -> None:
        assert self._next is not None
        name = self._next.device or self._next.backend
        self._next = None
        self._engine.note(f"{name} does not work: {why}; still on {self._status.described}")

    def _opened(self, wanted: ChooseAudio) -> Outlet:
        """Open a device, the first of `auto` that works.

        While that is done, the device's server is pyo's present one, so no graph may be built.
        """
        self._post(backend="opening")
        engine: Engine | None = getattr(self, "_engine", None)
        backends = backends_of(wanted.backend)
        rate, block = self._header.sample_rate, self._header.block
        if engine is not None:
            engine.builder.making.acquire()
        try:
            for backend in backends:
                try:
                    # PortAudio may ask the user whether it may listen, and needs an input device
                    inputs = self._listens or backend == "jack"
                    outlet = Outlet(backend, wanted.device, rate, block, self._client, inputs,
                                    self._outputs)  # fmt: skip
                    break
                except LivecodeError:
                    if backend == backends[-1]:
                        raise
        finally:
            if engine is not None:
                engine.server._server.setServer()
                engine.builder.making.release()
        # a card that is plugged in again may have another number
        self._wish = ChooseAudio(outlet.backend, outlet.device.split(" (hw:")[0])
        self._post(
            backend=outlet.backend, device=outlet.device, unheard="", dummy=False,
            sample_rate=outlet.sample_rate, block=outlet.block, outputs=outlet.outputs,
            wanted=self._wish.backend, wanted_device=self._wish.device,
        )  # fmt: skip
        return outlet

    @property
    def _client(self) -> str:
        """The name for JACK.

        pyo does not close the client of a server that has gone (pyo 1.1.0). It sleeps on, and
        another client of the same name would wake it up and end the process.
        """
        return CLIENT if not self._lost else f"{CLIENT}-{self._lost + 1}"

    def _survey(self, wanted: ChooseAudio, waits: bool) -> Survey:
        rate, block = self._header.sample_rate, self._header.block
        return Survey(wanted.backend, wanted.device, rate, block, waits)

    def _end_scout(self) -> None:
        if self._scout is not None:
            self._scout.close()
            self._scout = None

    def _begin_surveys(self) -> None:
        """Find out which back ends and devices there are; those that play are not tried."""
        if not self._surveys:
            busy = "" if self._outlet is None else self._outlet.backend
            self._surveys = {
                backend: self._survey(ChooseAudio(backend), waits=False)
                for backend in AUTOMATIC
                if backend != busy or backend == "portaudio"
            }

    def _finish_surveys(self) -> None:
        """Post what surveys have found, once all have ended."""
        answers = {backend: survey.answer() for backend, survey in self._surveys.items()}
        if not answers or None in answers.values():
            return
        ways: list[WayOut] = []
        for backend in AUTOMATIC:
            answer = answers.get(backend)
            if answer is None:
                text = f"{self._status.sample_rate} Hz in blocks of {self._status.block}"
                ways.append(WayOut(backend, "", text))
            else:
                text = answer["text"].split(";")[0]
                devices = answer.get("devices") or [""]
                ways += [WayOut(backend, each, text, answer["works"]) for each in devices]
        for survey in self._surveys.values():
            survey.close()
        self._surveys = {}
        self._post(ways=tuple(ways), surveys=self._status.surveys + 1)

    def _say_unheard(self, why: str) -> None:
        """Post that nobody hears the sound, and why; without a reason, nobody was to."""
        self._post(
            backend="headless", device="", unheard=why,
            sample_rate=self._header.sample_rate, block=self._header.block,
            wanted=self._wish.backend, wanted_device=self._wish.device,
        )  # fmt: skip
        if why:
            _log.warning("nobody hears this: %s", why)

    def _post(self, **changes: Any) -> None:
        """Post what has changed of the status."""
        with self._posting:
            self._status = status = msgspec.structs.replace(self._status, **changes)
            self._arena.audio.post(encode_audio(status))
            self._arena.device.post(status.described.encode()[: self._arena.layout.device_bytes])
