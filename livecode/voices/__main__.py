"""The voices' process, `python -m livecode.voices ARENA`, which the supervisor starts and watches."""

import argparse
import gc
import sys
import time
from importlib import import_module

from livecode.system.early import await_order
from livecode.transport import Arena
from livecode.transport.lifeline import await_engine, begin, watch_lifeline

#: A thread that waits for Python's lock gets it after this long, in seconds.
SWITCH_S = 0.0005


def main() -> int:
    """Fill sample buffers until the terminal is gone."""
    await_order(_load)
    parser = argparse.ArgumentParser(prog="livecode.voices")
    parser.add_argument("arena")
    parser.add_argument("--resume", action="store_true", help="the mind will start voices afresh")
    options = parser.parse_args()

    begin("voices")
    arena = Arena.attach(options.arena)
    stop = watch_lifeline(arena=arena)
    from livecode.voices.first_start import FirstStart
    from livecode.voices.host import VoiceHost
    from livecode.voices.loop import run
    from livecode.voices.priority import realtime
    from livecode.voices.trials import note_suspects
    from livecode.voices.warming import warm

    warm(streams=not options.resume)  # what has died is to sound again at once
    if not await_engine(arena, stop):
        return stop.status
    if options.resume:
        arena.messages["mind", "voices"].discard()
        note_suspects(arena)
    arena.header.voices_epoch += 1  # tells the mind to say again what is to sound
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)  # what plays waits less behind a thread that loads
    realtime()
    host = VoiceHost(arena, live_clock=time.perf_counter, first_start=FirstStart())
    run(host, stop.is_set)
    host.close()
    if stop.forsaken:
        arena.remove()
    return stop.status


def _load() -> None:
    """Import what takes long, and read what is compiled."""
    import_module("livecode.voices.host")
    import_module("livecode.voices.warming").warm(streams=True)


if __name__ == "__main__":
    raise SystemExit(main())
