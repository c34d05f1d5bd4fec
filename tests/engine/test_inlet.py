"""What a device hears reaches the mixer whole, whatever its rate and its block."""

import numpy as np
import pytest

from livecode.engine.inlet import Inlet

RATE = 48_000


@pytest.mark.parametrize(("device_rate", "block"), [(48000, 256), (48000, 96), (44100, 512)])
def test_what_a_device_hears_comes_whole_whatever_its_rate_and_block(
    device_rate: int, block: int
) -> None:
    class Server:
        """The input buffer of a mixer with blocks of 256."""

        def __init__(self) -> None:
            self.buffer = np.zeros((256, 2), np.float32)
            self._server = self

        def getBufferSize(self) -> int:
            return 256

        def getInputAddr(self) -> str:
            return hex(self.buffer.ctypes.data)

    server = Server()
    inlet = Inlet(server, RATE, device_rate)
    times = np.arange(2 * device_rate) / device_rate
    tone = np.repeat(0.5 * np.sin(2 * np.pi * 440 * times)[:, None], 2, axis=1).astype(np.float32)
    heard, owed = [], 0.0
    for first in range(0, len(tone) - block, block):
        inlet.give(tone[first : first + block])
        owed += block * RATE / device_rate
        while owed >= 256:
            inlet.fill()
            heard.append(server.buffer.copy())
            owed -= 256
    sound = np.concatenate(heard)[RATE // 2 :]
    assert np.abs(sound).max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(np.diff(sound[:, 0])).max() < 0.5 * 2 * np.pi * 440 / RATE * 1.02, "without a gap"
    inlet.close()
    assert not server.buffer.any()
