"""The loop of the voices' process: buffers are filled, and what time is left goes into drawing ahead."""

import time
from collections.abc import Callable

from livecode.voices.host import MOST_S, VoiceHost


def run(host: VoiceHost, stopped: Callable[[], bool]) -> None:
    """Keep the voices' buffers filled until `stopped()` returns True."""
    header = host.arena.header
    rest_s = header.block / header.sample_rate / 4
    while not stopped():
        began = time.perf_counter()
        host.process()
        if time.perf_counter() - began < MOST_S:  # else voices may still be behind
            host.draw_ahead()
        worked = time.perf_counter() - began
        header.voices_load += 0.01 * (worked / (worked + rest_s) - header.voices_load)
        header.voices_beat_ns = time.monotonic_ns()
        time.sleep(rest_s)
