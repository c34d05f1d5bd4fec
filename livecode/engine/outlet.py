"""A way out: the pyo server of one device, which asks for blocks and may be lost at any time.

The mixer has a server of its own, which no device can take away. So the sound goes on while a device
is gone, and the next device may have another rate and other blocks.
"""

import ctypes
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import soxr

from livecode.engine.device import CHANNELS, boot, has_portaudio_input, portaudio_outputs
from livecode.engine.device_latency import is_dummy_card, output_latency_s
from livecode.engine.inlet import Inlet, input_frames
from livecode.engine.pyo_quiet import pyo
from livecode.engine.table import Table
from livecode.errors import LivecodeError

#: A device that has not asked for a block for this long is lost.
SILENT_S = 0.5
#: soxr's quality of the conversion to another rate.
QUALITY = "MQ"
GONE = {"jack": "the JACK server is gone", "portaudio": "the audio device is gone"}


class Rendering:
    """Blocks of the mixer's server, as frames at a device's rate."""

    def __init__(
        self,
        server: Any,
        rate: int,
        device_rate: int,
        at: Callable[[int], None],
        inlet: Inlet | None = None,
        channels: int = CHANNELS,
        add: Callable[[np.ndarray], np.ndarray] = lambda heard: heard,
    ):
        """Render blocks of `server`. `at(now_ns)` is told for when each one is, before it is computed.

        `inlet` takes what the device hears, if it has inputs. `add` makes what the device plays,
        (frames, channels), of what the server has computed, (frames, 2).
        """
        self.inlet, self._channels, self._add = inlet, channels, add
        self._server, self._at, self._rate = server, at, device_rate
        self._block_s = int(server.getBufferSize()) / rate
        self._ahead_s = 0.0  # by which what has been computed is ahead of what has been taken
        address = int(server._server.getOutputAddr(), 16)
        size = int(server.getBufferSize()) * CHANNELS
        flat = np.ctypeslib.as_array((ctypes.c_float * size).from_address(address))
        self._computed = flat.reshape(-1, CHANNELS)
        self._waiting = np.zeros((0, channels), np.float32)
        self._resampler: soxr.ResampleStream | None = None
        if rate != device_rate:
            self._resampler = soxr.ResampleStream(
                rate, device_rate, channels, dtype="float32", quality=QUALITY
            )
            self._fill_filter(len(self._computed))

    def take(self, frames: int, now_ns: int) -> np.ndarray:
        """Return the next frames, (frames, channels), computed at `now_ns` on the monotonic clock."""
        while len(self._waiting) < frames:
            self._at(now_ns + round(self._ahead_s * 1e9))
            if self.inlet is not None:
                self.inlet.fill()
            self._server.process()
            self._ahead_s += self._block_s
            block = self._add(self._computed)
            if self._resampler is not None:
                block = self._resampler.resample_chunk(block)
            self._waiting = np.concatenate((self._waiting, block))
        self._ahead_s -= frames / self._rate
        taken, self._waiting = self._waiting[:frames], self._waiting[frames:]
        return taken

    def _fill_filter(self, block: int) -> None:
        """Begin with silence, so that the first call does not compute several blocks at once."""
        assert self._resampler is not None
        silence, blocks = np.zeros((block, self._channels), np.float32), 0
        while not len(self._resampler.resample_chunk(silence)) and blocks < 1000:
            blocks += 1


class Outlet:
    """A device that has been opened; it asks for blocks from `start` on."""

    def __init__(
        self,
        backend: str,
        device: str,
        sample_rate: int,
        block: int,
        client: str,
        inputs: bool = False,
        outputs: int = CHANNELS,
    ):
        """Open a device, if possible at that rate and in such blocks, with its inputs if it has some.

        A device without so many `outputs` is opened with two. The mixer's server must be made the
        present one again, if there is one. Raises `LivecodeError` if the device does not work.
        """
        inputs = inputs and (backend != "portaudio" or has_portaudio_input())
        asked = backend, sample_rate, block, device, client
        tries = [(hears, many) for many in dict.fromkeys((outputs, CHANNELS))
                 for hears in dict.fromkeys((inputs, False))]  # fmt: skip
        for hears, many in tries:
            try:
                booted = boot(*asked, inputs=hears, outputs=many)
                break
            except LivecodeError:
                if (hears, many) == tries[-1]:
                    raise
        self.hears, self.outputs = hears, many
        self._server, self.backend, self.device = booted.server, booted.backend, booted.name
        self.sample_rate = int(self._server.getSamplingRate())
        self.block = int(self._server.getBufferSize())
        self._table = Table(self.block, self.outputs)
        self._play = pyo.TableRead(
            self._table.pyo, freq=self.sample_rate / self.block, loop=1, interp=1
        ).out()
        self._asked_ns = 0
        self.changed = False  # the device asks for blocks of another length

    def start(self, rendering: Rendering) -> None:
        """Let the device ask for blocks."""
        plain = self._server._server
        heard = input_frames(self._server, self.block) if self.hears else None

        def fill() -> None:
            self._asked_ns = now_ns = time.monotonic_ns()
            if int(plain.getBufferSize()) != self.block:
                self.changed = True
                self._play.stop()  # its own blocks are too short now
                return
            if rendering.inlet is not None and heard is not None:
                rendering.inlet.give(heard)
            frames = rendering.take(self.block, now_ns)
            for side, samples in zip(self._table.sides, frames.T, strict=True):
                side[:] = samples

        self._asked_ns = time.monotonic_ns()
        self._server.setCallback(fill)
        self._server.start()

    def latency_s(self) -> float:
        """Return how long after a block is asked for its first frame is heard, in seconds."""
        number = portaudio_outputs().get(self.device, 0) if self.backend == "portaudio" else 0
        return output_latency_s(self.backend, number, self.block, self.sample_rate)

    def is_dummy(self) -> bool:
        """Return whether nobody can hear the device, since it is the dummy card of a JACK server."""
        return self.backend == "jack" and is_dummy_card()

    @property
    def trouble(self) -> str:
        """Why nobody hears the sound, in a few words; "" while the device plays it."""
        if not self._server.getIsBooted():
            return GONE[self.backend]
        if time.monotonic_ns() - self._asked_ns > SILENT_S * 1e9:
            return f"{self.backend} does not ask for sound any more"
        return ""

    def close(self) -> bool:
        """Let go of the device; return False if it had gone, and left its client behind."""
        self._play.stop()
        there = bool(self._server.getIsBooted())
        if there:
            self._server.stop()
            self._server.shutdown()
        self._server.setCallback(lambda: None)
        return there
