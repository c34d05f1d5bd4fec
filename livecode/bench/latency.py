"""`bench latency`, first part: the time from a packet or an evaluation to the first changed sample.

A change counts when a device would begin to play it: at the start of the first block with the
change, plus one block's period.
"""

import socket
import statistics
import time
from collections.abc import Callable

import numpy as np

from livecode.bench.rows import BenchRow
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.simulate import riot_packet

#: A change counts once the tone has gone this share of the way to its new level.
SHARE = 0.1
PORT = 18888
_SETTLED_S = 0.12

SET_UP = """
@dsp
def tone(amp=0.0):
    return Sine(997, mul=amp * 0.3)

tone.fade = 0
tone.amp = lambda rings: 1.0 if rings.left.turn > 0 else 0.0
"""


def run(times: int = 200, audio: str = "auto") -> list[BenchRow]:
    """Measure `times` changes of each kind."""
    options = Options(audio=audio, osc_port=PORT)
    with Live(options) as live:
        ok, error = live.evaluate(SET_UP)
        assert ok, error
        period_ms = live.header.block / live.header.sample_rate * 1e3
        about = {"block": live.header.block, "device": live.attachment.arena.device.look().decode()}
        rings = _ring_to_sound(live, times)
        rows = [
            BenchRow.measured("ring packet to audible change, median", statistics.median(rings), "ms",
                         about, baseline=period_ms, target=20.0),
            BenchRow.measured("ring packet to audible change, p99", float(np.percentile(rings, 99)),
                         "ms", about, baseline=period_ms, target=35.0),
        ]  # fmt: skip
        for what, code in (
            ("a setting", lambda on: f"tone.amp = {on}"),
            (
                "a @dsp",
                lambda on: f"@dsp\ndef tone(amp=0.0):\n    return Sine(997, mul={0.3 * on})",
            ),
        ):
            taken = _evaluation_to_sound(live, times // 4, code)
            rows.append(
                BenchRow.measured("evaluation to audible change, median", statistics.median(taken),
                             "ms", {**about, "of": what}, baseline=period_ms, target=60.0)
            )  # fmt: skip
        late = live.header.late_blocks / max(live.header.blocks, 1)
        rows.append(BenchRow.measured("late blocks meanwhile", 100 * late, "%", about))
    return rows


def _ring_to_sound(live: Live, times: int) -> list[float]:
    """Return the milliseconds from each packet to the change, while the ring turns to and fro."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def turn(on: bool) -> None:
        # the first id received is the left hand, for which a negative roll is to the front
        sender.sendto(riot_packet("0", -60.0 if on else 60.0), ("127.0.0.1", PORT))

    taken = []
    for i in range(times):
        on = i % 2 == 0
        taken.append(_time_to_change(live, on, lambda: turn(on)))  # noqa: B023
    return taken


def _evaluation_to_sound(live: Live, times: int, code: Callable[[int], str]) -> list[float]:
    live.evaluate("tone.amp = 0")
    time.sleep(_SETTLED_S)
    taken = []
    for i in range(times):
        on = i % 2 == 0
        taken.append(_time_to_change(live, on, lambda: live.begin(code(int(on)))))  # noqa: B023
    return taken


def _time_to_change(live: Live, on: bool, cause: Callable[[], None]) -> float:
    """Return the milliseconds from `cause` until the tone is on or off."""
    tap, header = live.attachment.arena.tap, live.header
    before = tap.written
    frames_0, ns_0 = header.clock()
    # the tap ends with the block before the one that the clock tells of
    offset = frames_0 - header.block - before
    # at a random phase of the block
    time.sleep(float(np.random.default_rng(before).uniform(0, 0.01)))
    began_ns = time.monotonic_ns()
    cause()
    deadline = time.monotonic() + 5.0
    heard, position = np.zeros((0, 2), np.float32), before
    while time.monotonic() < deadline:
        time.sleep(0.005)
        more, position = tap.since(position)
        heard = np.concatenate([heard, more])
        size = np.abs(heard[:, 0])
        block = header.block
        peaks = size[: len(size) // block * block].reshape(-1, block).max(axis=1)
        changed = peaks > 0.3 * SHARE if on else peaks < 0.3 * (1 - SHARE)
        first = np.flatnonzero(changed)
        if len(first):
            frame = before + first[0] * block + offset
            at_ns = ns_0 + (frame - frames_0 + block) / header.sample_rate * 1e9
            time.sleep(_SETTLED_S)
            return float(at_ns - began_ns) * 1e-6
    raise TimeoutError("the change was not heard within 5 s")
