"""The voices' process: `python -m livecode.voices ARENA`, started and watched by the desk."""

import argparse
import gc
import os
import time

from livecode.process import await_engine, begin, watch_lifeline
from livecode.transport import Arena

#: Below the engine, above everything else: a voice that is late is a hole in the sound.
REALTIME_PRIORITY = 10


def main() -> int:
    """Fill rings until the desk is gone."""
    parser = argparse.ArgumentParser(prog="livecode.voices")
    parser.add_argument("arena")
    parser.add_argument("--resume", action="store_true", help="the mind will start voices afresh")
    options = parser.parse_args()

    begin("voices")
    arena = Arena.attach(options.arena)
    stop = watch_lifeline()
    from livecode.voices import sinebank
    from livecode.voices.host import VoiceHost, run

    sinebank.warm()
    if not await_engine(arena, stop):
        return 0
    if options.resume:
        arena.messages["mind", "voices"].discard()
    arena.header.voices_epoch += 1  # the mind now says what is to sound
    gc.freeze()
    if hasattr(os, "sched_setscheduler"):
        try:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))
        except OSError:
            pass  # not granted: `livecode doctor` says how to change that
    run(VoiceHost(arena, live_clock=time.perf_counter), stop.is_set)
    arena.abandon()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
