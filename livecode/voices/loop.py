"""The loop of the voices' process: buffers are filled, and what time is left goes into drawing ahead."""

import time
from collections.abc import Callable, Iterable

from livecode.voices.host import MOST_S, VoiceHost
from livecode.voices.stream import StreamVoice
from livecode.voices.voice import Voice


def run(host: VoiceHost, stopped: Callable[[], bool]) -> None:
    """Keep the voices' buffers filled until `stopped()` returns True."""
    header = host.arena.header
    rest_s = header.block / header.sample_rate / 4
    while not stopped():
        began = time.perf_counter()
        host.process()
        if time.perf_counter() - began < MOST_S:  # else voices may still be behind
            draw_ahead(host.voices.values())
        worked = time.perf_counter() - began
        header.voices_load += 0.01 * (worked / (worked + rest_s) - header.voices_load)
        header.voices_beat_ns = time.monotonic_ns()
        time.sleep(rest_s)


def draw_ahead(voices: Iterable[Voice]) -> bool:
    """Let the stream that has the least drawn ahead draw one hop more; return whether one did."""
    streams = [voice.source for voice in voices if isinstance(voice.source, StreamVoice)]
    ready = [stream for stream in streams if stream.busy and stream.ahead.ready]
    if not ready:
        return False
    min(ready, key=lambda stream: stream.ahead.hops).draw_ahead()
    return True
