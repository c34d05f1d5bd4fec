"""Opens pyo servers on PortAudio, on JACK or on a clock alone, and finds out which of them work."""

import os
import sys
import threading
import time
from dataclasses import dataclass

from livecode.engine.pyo_quiet import pyo
from livecode.errors import LivecodeError

BACKENDS = ("auto", "portaudio", "jack", "headless")
CHANNELS = 2
#: Below the priority of the system's own audio threads (PipeWire and JACK use 20 and up).
REALTIME_PRIORITY = 15


@dataclass(frozen=True)
class Device:
    """A booted pyo server and the back end that it plays on."""

    server: pyo.Server
    backend: str
    description: str


def boot(backend: str, sample_rate: int, block: int) -> Device:
    """Boot pyo on `backend`. `auto` takes a running JACK server, else a sound card, else a clock.

    Raises `LivecodeError` if the back end does not work here.
    """
    if backend == "auto":
        return _boot_first_that_works(sample_rate, block)
    if backend == "headless":
        return Device(_server("manual", sample_rate, block), backend, "headless (no device)")
    if backend == "portaudio":
        # Booting PortAudio without a device ends the process, so look first.
        if not has_portaudio_output():
            raise LivecodeError(
                "no audio output device was found; connect one, or play with --audio headless"
            )
        server = _server("portaudio", sample_rate, block)
        if server.getIsBooted():
            return Device(server, backend, f"portaudio: {_portaudio_name()}")
        raise LivecodeError("the audio device would not open; run `livecode doctor`")
    server = _server("jack", sample_rate, block)
    if not server.getIsBooted():
        raise LivecodeError(
            "no JACK server answered; start one (jackd or PipeWire), or play with --audio auto"
        )
    return Device(server, backend, "jack")


def has_portaudio_output() -> bool:
    """Whether PortAudio finds an output device."""
    return bool(pyo.pa_count_devices() > 0 and pyo.pa_get_default_output() >= 0)


def _boot_first_that_works(sample_rate: int, block: int) -> Device:
    for backend in ("jack", "portaudio"):
        try:
            return boot(backend, sample_rate, block)
        except LivecodeError:
            continue
    return boot("headless", sample_rate, block)


def _server(audio: str, sample_rate: int, block: int) -> pyo.Server:
    server = pyo.Server(
        sr=sample_rate,
        nchnls=CHANNELS,
        buffersize=block,
        duplex=0,
        audio=audio,
        jackname="livecode",
    )
    server.setVerbosity(1)  # errors only; they go to the log
    server.deactivateMidi()
    return server.boot()


def _portaudio_name() -> str:
    names, indexes = pyo.pa_get_output_devices()
    default = pyo.pa_get_default_output()
    return names[indexes.index(default)] if default in indexes else f"device {default}"


def run_headless(server: pyo.Server, sample_rate: int, block: int, stop: threading.Event) -> None:
    """Compute blocks at the pace of the monotonic clock, as a device would ask for them."""
    period_s = block / sample_rate
    due = time.monotonic()
    while not stop.is_set():
        server.process()
        due += period_s
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        elif wait < -1.0:  # the machine was asleep: do not race to catch up
            due = time.monotonic()


def realtime(priority: int = REALTIME_PRIORITY) -> bool:
    """Ask for real-time scheduling of the calling thread. Return whether it was granted."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError:
        return False
    return True
