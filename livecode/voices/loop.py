"""The loop of the voices' process: buffers are filled, and what time is left goes into drawing ahead."""

import time
from collections.abc import Callable

from livecode.voices.host import MOST_S, VoiceHost

#: The load is a mean over about so long.
LOAD_S = 0.5
#: The rest after a hop that was drawn ahead: there may be more to draw, and others are let in.
SHORT_S = 1e-4


def run(
    host: VoiceHost, stopped: Callable[[], bool], sleep: Callable[[float], None] = time.sleep
) -> None:
    """Keep the voices' buffers filled until `stopped()` returns True; `sleep` rests for some seconds."""
    header = host.arena.header
    rest_s = header.block / header.sample_rate / 4
    while not stopped():
        began = time.perf_counter()
        rest = SHORT_S if turn(host) else rest_s
        worked = time.perf_counter() - began
        share = min((worked + rest) / LOAD_S, 1.0)
        header.voices_load += share * (worked / (worked + rest) - header.voices_load)
        header.voices_beat_ns = time.monotonic_ns()
        sleep(rest)


def turn(host: VoiceHost) -> bool:
    """Fill the buffers and draw one hop ahead, if there is time; return whether one was drawn.

    A stream takes a hop in each block. With a long rest after each hop that is drawn ahead, two streams
    take as many as are drawn, and neither is ever ahead.
    """
    began = time.perf_counter()
    host.process()
    return time.perf_counter() - began < MOST_S and host.draw_ahead()
