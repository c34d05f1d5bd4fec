"""The sender's process, `python -m livecode.sending ARENA`, which the supervisor starts and watches."""

import argparse
import gc
import sys

from livecode.sending.sender import Sender
from livecode.system.scheduling import realtime
from livecode.transport import Arena
from livecode.transport.lifeline import await_engine, begin, watch_lifeline

#: The sender goes before all but what makes the sound: it wakes for microseconds, and must do so in time.
REALTIME_PRIORITY = 5


def main() -> int:
    """Send MIDI and OSC until the terminal is gone, and end every note then."""
    parser = argparse.ArgumentParser(prog="livecode.sending")
    parser.add_argument("arena")
    parser.add_argument("--resume", action="store_true", help="take over from a sender that died")
    options = parser.parse_args()

    begin("sender")
    sys.setswitchinterval(0.0005)  # what is due waits less behind a thread that opens ports
    arena = Arena.attach(options.arena)
    stop = watch_lifeline(arena=arena)
    if not await_engine(arena, stop):
        return stop.status
    if options.resume:
        arena.messages["mind", "sender"].discard()  # the mind tells all that is to be sent again
    sender = Sender(arena)
    gc.freeze()
    realtime(REALTIME_PRIORITY)
    sender.run(stop)
    if stop.forsaken:
        arena.remove()
    return stop.status


if __name__ == "__main__":
    raise SystemExit(main())
