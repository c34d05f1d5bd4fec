"""The stage page's process, `python -m livecode.stage ARENA`, which the supervisor starts and watches."""

import argparse
import gc

from livecode.stage.loop import run
from livecode.system.scheduling import set_nice, take_slices
from livecode.transport import Arena
from livecode.transport.lifeline import await_engine, begin, watch_lifeline

#: The page comes after everything that sounds, and after what the performer types.
NICE = 5
#: Longer than the slices of others, in seconds: whoever wakes while it works runs at once. A busy machine
#: makes it wait a few times as long.
SLICE_S = 0.005


def main() -> int:
    """Serve the page until the terminal is gone."""
    parser = argparse.ArgumentParser(prog="livecode.stage")
    parser.add_argument("arena")
    parser.add_argument("--resume", action="store_true", help="take over from one that died")
    options = parser.parse_args()

    begin("stage")
    set_nice(NICE)
    take_slices(SLICE_S, in_batches=True)
    arena = Arena.attach(options.arena)
    stop = watch_lifeline(arena=arena)
    if not await_engine(arena, stop):
        return stop.status
    gc.freeze()
    run(arena, stop)
    if stop.forsaken:
        arena.remove()
    return stop.status


if __name__ == "__main__":
    raise SystemExit(main())
