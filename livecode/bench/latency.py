"""`bench latency`, first part: the time from a packet or an evaluation to the first changed sample.

A change counts when a device would begin to play it: at the start of the first block with the
change, plus one block's period.
"""

import socket
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livecode.bench.rows import BenchRow
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.simulate import riot_packet

#: A change counts once the tone has gone this share of the way to its new level.
SHARE = 0.1
#: A pitch that has changed is heard in so many blocks in a row.
STEADY = 5
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
        direct_ms = statistics.median(rings)
        rows += through(live, 'space("orchestra")', times // 8, direct_ms)
        late = live.header.late_blocks / max(live.header.blocks, 1)
        rows.append(BenchRow.measured("late blocks meanwhile", 100 * late, "%", about))
    return rows


def _ring_to_sound(live: Live, times: int) -> list[float]:
    """Return the milliseconds from each packet to the change, while the ring turns to and fro."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    taken = []
    for i in range(times):
        on = i % 2 == 0
        taken.append(_time_to_change(live, on, lambda: turn(sender, on)))  # noqa: B023
    return taken


def turn(sender: socket.socket, on: bool) -> None:
    """Turn a hand to the front or back."""
    # the first id received is the left hand, for which a negative roll is to the front
    sender.sendto(riot_packet("0", -60.0 if on else 60.0), ("127.0.0.1", PORT))


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

    def changed(blocks: NDArray[np.float32]) -> NDArray[np.bool_]:
        peaks = np.abs(blocks).max(axis=1)
        return np.asarray(peaks > 0.3 * SHARE if on else peaks < 0.3 * (1 - SHARE))

    return time_to_change(live, changed, cause)


def time_to_change(
    live: Live,
    changed: Callable[[NDArray[np.float32]], NDArray[np.bool_]],
    cause: Callable[[], object],
) -> float:
    """Return the milliseconds from `cause` until a block begins that has changed.

    `changed` tells of blocks (n, block) which have. Raises TimeoutError after 5 s.
    """
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
        block = header.block
        blocks = heard[: len(heard) // block * block, 0].reshape(-1, block)
        first = np.flatnonzero(changed(blocks))
        if len(first):
            frame = before + first[0] * block + offset
            at_ns = ns_0 + (frame - frames_0 + block) / header.sample_rate * 1e9
            time.sleep(_SETTLED_S)
            return float(at_ns - began_ns) * 1e-6
    raise TimeoutError("the change was not heard within 5 s")


THROUGH = """
@dsp
def source(amp=0.0):
    return Sine([440, 880], mul=[amp * 0.2, amp * 0.1]).mix(1)

source.fade = 0
source.amp = 1
voice = {opened}.through(source)
voice.fade = 0
voice[{latent}] = lambda rings: 1.0 if rings.left.turn > 0 else -1.0
"""


def through(
    live: Live, opened: str, times: int, direct_ms: float, latent: int = 0
) -> list[BenchRow]:
    """Measure how soon a hand is heard that moves a latent of a transfer, and how soon its input is.

    `opened` is the code that opens the space; its latent of that number is to move the pitch. `direct_ms`
    is the time from a hand to the sound of a plain @dsp.
    """
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    turn(sender, False)
    ok, error = live.evaluate(THROUGH.format(opened=opened, latent=latent))
    assert ok, error
    live.await_sound()
    sides = {}
    for on in (False, True):
        turn(sender, on)
        time.sleep(4 * _SETTLED_S)
        sides[on] = float(np.median(_brightness(_newest(live, 16))))
    middle, up = sum(sides.values()) / 2, sides[True] > sides[False]

    def moved(on: bool) -> float:
        higher = on == up
        return time_to_change(
            live,
            lambda blocks: _lasting((_brightness(blocks) > middle) == higher),
            lambda: turn(sender, on),
        )

    def begun() -> float:
        turn(sender, False)
        time.sleep(4 * _SETTLED_S)
        return time_to_change(
            live,
            lambda blocks: np.abs(blocks).max(axis=1) > 0.3 * SHARE,
            lambda: turn(sender, True),
        )

    taken = {"a latent that moves to its sound": [moved(i % 2 == 1) for i in range(times)]}
    followed = f"voice[{latent}] = 0\nsource.amp = lambda rings: float(rings.left.turn > 0)"
    assert live.evaluate(followed)[0]
    taken["what goes through a space to its sound"] = [begun() for _ in range(times)]
    live.evaluate("del voice\ndel source")
    about = {"through": opened.partition("(")[2].strip('")')}
    return [
        BenchRow.measured(f"ring packet to {what}, median", statistics.median(each), "ms", about,
                          baseline=direct_ms)
        for what, each in taken.items()
    ]  # fmt: skip


def _newest(live: Live, blocks: int) -> NDArray[np.float32]:
    """Return the newest blocks of the left channel, (blocks, block)."""
    block = live.header.block
    newest = live.attachment.arena.tap.latest(blocks * block)[:, 0]
    return newest.reshape(blocks, block)


def _lasting(changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which blocks begin `STEADY` in a row that have changed, (n,): a block alone may seem to."""
    rows = np.lib.stride_tricks.sliding_window_view(
        np.pad(changed, (0, STEADY - 1), constant_values=False), STEADY
    )
    return np.asarray(rows.all(axis=1))


def _brightness(blocks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the spectral centroid of each block (n, block) in octaves; (n,)."""
    power = np.abs(np.fft.rfft(blocks * np.hanning(blocks.shape[1]), axis=1)) ** 2
    bins = np.arange(power.shape[1])
    return np.asarray(np.log2((power @ bins + 1e-9) / (power.sum(axis=1) + 1e-9) + 1e-3))
