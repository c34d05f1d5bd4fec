"""Opens pyo servers on PortAudio, on JACK or on a clock alone, and finds out which of them work."""

import threading
import time
from dataclasses import dataclass

from livecode.engine.pyo_quiet import pyo
from livecode.errors import LivecodeError
from livecode.system import scheduling

BACKENDS = ("auto", "portaudio", "jack", "headless")
#: The back ends that `auto` tries, in this order.
AUTOMATIC = ("jack", "portaudio")
#: A loop that computes blocks catches up this many seconds, and drops what is older.
MOST_LATE_S = 1.0
CHANNELS = 2
#: The longest block that JACK has.
LONGEST_BLOCK = 8192
#: The name by which JACK's patch bays show the engine.
CLIENT = "livecode"
#: Below the priority of the system's own audio threads (PipeWire and JACK use 20 and up).
REALTIME_PRIORITY = 15
#: Without real time: shorter than the slices of what does not sound, and about as long as a block takes.
SLICE_S = 0.0008


@dataclass(frozen=True)
class Device:
    """A booted pyo server and the back end that it plays on."""

    server: pyo.Server
    backend: str
    description: str
    name: str = ""  # of the device, where the back end has several


def backends_of(wish: str) -> tuple[str, ...]:
    """Return the back ends to try for a wish, which is one of `BACKENDS`."""
    return AUTOMATIC if wish == "auto" else (wish,)


def boot(
    backend: str,
    sample_rate: int,
    block: int,
    device: str = "",
    client: str = CLIENT,
    inputs: bool = False,
    outputs: int = CHANNELS,
) -> Device:
    """Boot pyo on `backend`. `auto` takes a running JACK server, else a sound card, else a clock.

    `device` is the name of a PortAudio device, or a part of it; "" stands for the default one. JACK
    decides on rate and block itself, and knows pyo as `client`. A sound card that refuses the rate
    is opened at its own. `inputs` opens the first two inputs, too, and `outputs` so many outputs.
    Raises `LivecodeError` if the back end does not work here.
    """
    if backend == "auto":
        return _boot_first_that_works(sample_rate, block)
    if backend == "headless":
        server = _server("manual", sample_rate, block, inputs=inputs)
        return Device(server, backend, "headless (no device)")
    if backend == "portaudio":
        return _boot_portaudio(sample_rate, block, device, inputs, outputs)
    server = _server("jack", sample_rate, block, client=client, inputs=inputs, outputs=outputs)
    if not server.getIsBooted():
        raise LivecodeError(
            "no JACK server answered; start one (jackd or PipeWire), or play with --audio auto"
        )
    return Device(server, backend, "jack")


def has_portaudio_output() -> bool:
    """Whether PortAudio finds an output device."""
    return bool(pyo.pa_count_devices() > 0 and pyo.pa_get_default_output() >= 0)


def has_portaudio_input() -> bool:
    """Whether PortAudio finds an input device."""
    return bool(pyo.pa_count_devices() > 0 and pyo.pa_get_default_input() >= 0)


def portaudio_outputs() -> dict[str, int]:
    """Return the output devices that PortAudio finds: the number of each name, the default first."""
    names, numbers = pyo.pa_get_output_devices()
    default = pyo.pa_get_default_output() if names else -1
    found = sorted(zip(names, numbers, strict=True), key=lambda each: each[1] != default)
    outputs: dict[str, int] = {}
    for name, number in found:
        outputs.setdefault(name, number)
    return outputs


def _boot_portaudio(
    sample_rate: int, block: int, device: str, inputs: bool, channels: int
) -> Device:
    # Booting PortAudio without a device ends the process, so look first.
    if not has_portaudio_output():
        raise LivecodeError(
            "no audio output device was found; connect one, or play with --audio headless"
        )
    outputs = portaudio_outputs()
    name = next((each for each in outputs if device.casefold() in each.casefold()), None)
    if name is None:
        raise LivecodeError(
            f"there is no audio device called {device!r}; `livecode doctor` lists them"
        )
    for rate in dict.fromkeys((sample_rate, _own_rate(outputs[name], sample_rate))):
        server = _server("portaudio", rate, block, outputs[name], inputs=inputs, outputs=channels)
        if server.getIsBooted():
            return Device(server, "portaudio", f"portaudio: {name}", name)
    raise LivecodeError(f"the audio device {name!r} would not open; run `livecode doctor`")


def _own_rate(number: int, otherwise: int) -> int:
    """Return the rate in Hz at which a PortAudio device runs by itself."""
    _, outputs = pyo.pa_get_devices_infos()
    return int(outputs.get(number, {}).get("default sr", 0)) or otherwise


def _boot_first_that_works(sample_rate: int, block: int) -> Device:
    for backend in AUTOMATIC:
        try:
            return boot(backend, sample_rate, block)
        except LivecodeError:
            continue
    return boot("headless", sample_rate, block)


def _server(
    audio: str,
    sample_rate: int,
    block: int,
    output: int | None = None,
    client: str = CLIENT,
    inputs: bool = False,
    outputs: int = CHANNELS,
) -> pyo.Server:
    options = {"nchnls": outputs, "ichnls": CHANNELS, "duplex": int(inputs), "jackname": client}
    roomy = audio == "jack"
    server = pyo.Server(
        sr=sample_rate,
        buffersize=LONGEST_BLOCK if roomy else block,
        audio="manual" if roomy else audio,
        **options,
    )
    server.setVerbosity(1)  # errors only; they go to the log
    server.deactivateMidi()
    if roomy:
        # A JACK server may ask for longer blocks at any time, and pyo would write past its buffer
        # (pyo 1.1.0). So the buffer is made for the longest, and kept.
        server.boot()
        server.shutdown()
        server.reinit(sr=sample_rate, buffersize=block, audio=audio, **options)
        server.setVerbosity(1)
        server.deactivateMidi()
    if output is not None:
        server.setOutputDevice(output)
        if inputs:
            server.setInputDevice(pyo.pa_get_default_input())
    return server.boot(newBuffer=not roomy)


def run_headless(server: pyo.Server, sample_rate: int, block: int, stop: threading.Event) -> None:
    """Compute blocks at the pace of the monotonic clock, as a device would ask for them."""
    pace = BlockPace(block / sample_rate)
    while not stop.is_set():
        server.process()
        pace.wait()


class BlockPace:
    """Holds a loop that computes blocks to the pace of the monotonic clock."""

    def __init__(self, period_s: float):
        """Begin now; `period_s` is the length of a block in seconds."""
        self._period_s, self._due = period_s, time.monotonic()

    def wait(self) -> None:
        """Wait until the next block is due; a loop that is late catches up, but for no more than a second."""
        self._due += self._period_s
        left_s = self._due - time.monotonic()
        if left_s > 0:
            time.sleep(left_s)
        elif left_s < -MOST_LATE_S:  # the machine was asleep
            self._due = time.monotonic()


def realtime(priority: int = REALTIME_PRIORITY) -> bool:
    """Ask for real-time scheduling of the calling thread, or else for short slices.

    Return whether real time was granted.
    """
    granted = scheduling.realtime(priority, first_in=True)
    if not granted:
        scheduling.take_slices(SLICE_S)
    return granted
