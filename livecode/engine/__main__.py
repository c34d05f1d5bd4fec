"""The engine's process, `python -m livecode.engine ARENA …`, which the supervisor starts and watches."""

import argparse
import gc
import logging
import sys
import time
from pathlib import Path

from livecode.engine.device import BACKENDS, boot
from livecode.engine.engine import Engine
from livecode.engine.sound_path import SoundPath
from livecode.errors import LivecodeError
from livecode.system.early import await_order
from livecode.system.scheduling import CoreWaits
from livecode.transport import Arena
from livecode.transport.lifeline import End, begin, watch_lifeline
from livecode.transport.messages import Tape


def main() -> int:
    """Play until the terminal is gone. Return 2 if the device that was asked for is not there."""
    await_order(lambda: None)  # what takes long is imported
    parser = argparse.ArgumentParser(prog="livecode.engine")
    parser.add_argument("arena")
    parser.add_argument("--audio", choices=BACKENDS, default="auto")
    parser.add_argument("--device", default="", help="a part of its name")
    parser.add_argument("--or-another", action="store_true", help="if that is not there")
    parser.add_argument("--outputs", type=int, default=2, help="of the device")
    parser.add_argument("--cue-out", type=int, nargs=2, help="the headphones' two")
    parser.add_argument("--record", default="")
    parser.add_argument("--stems", default="", help="a folder for what each name adds")
    parser.add_argument("--bits", type=int, default=32, help="of a recording")
    parser.add_argument("--seed", type=int, default=0, help="of what is random in a @dsp")
    parser.add_argument("--resume", action="store_true", help="go on with clock and recording")
    options = parser.parse_args()

    begin("engine")
    sys.setswitchinterval(0.0005)  # blocks wait less behind a graph that is being built
    arena = Arena.attach(options.arena)
    header = arena.header
    stop = watch_lifeline(arena=arena)
    path = SoundPath(arena, options.audio, options.device, options.outputs)
    try:
        path.open_first(options.resume, insists=not options.or_another)
    except LivecodeError as error:
        _say_why(arena, error)
        return 2
    server = boot("headless", header.sample_rate, header.block, inputs=True).server
    clocks = (lambda: path.now_ns), time.thread_time_ns, CoreWaits()
    engine = Engine(arena, server, *clocks, seed=options.seed)
    if options.cue_out:
        engine.outputs.cue_pair = tuple(options.cue_out)
    if options.resume:
        arena.messages["mind", "engine"].discard()
        arena.messages["terminal", "engine"].discard()
        frames = header.now(time.monotonic_ns())
        engine.frame = int(frames) // engine.block * engine.block
    try:
        known = options.resume and engine.recording.go_on(engine.frame)
        if (options.record or options.stems) and not known:
            tape = Tape(options.record, options.stems, options.bits, begin=-engine.block)
            resume = options.resume and Path(options.record).exists()
            engine.recording.start(tape, engine.frame, resume)
    except LivecodeError as error:
        _say_why(arena, error)
        return 2
    header.engine_epoch += 1  # tells the mind to say again what is to sound
    _run(engine, path, stop)
    return stop.status


def _say_why(arena: Arena, error: LivecodeError) -> None:
    """Leave the terminal a sentence that says why there is no engine."""
    arena.device.post(str(error).encode()[: arena.layout.device_bytes])
    logging.getLogger("livecode.engine").error("%s", error)


def _run(engine: Engine, path: SoundPath, stop: End) -> None:
    gc.collect()
    gc.freeze()
    gc.disable()  # collecting would pause the sound; what the engine drops has no cycles
    engine.builder.start_thread()
    engine.server.start()
    path.run(engine, stop)
    engine.recording.stop()
    if stop.forsaken:
        engine.arena.remove()


if __name__ == "__main__":
    raise SystemExit(main())
