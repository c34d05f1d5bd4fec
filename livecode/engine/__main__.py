"""The engine's process, `python -m livecode.engine ARENA …`, which the terminal starts and watches."""

import argparse
import gc
import logging
import time
from pathlib import Path

from livecode.engine.device import BACKENDS, boot, realtime, run_headless
from livecode.engine.engine import Engine
from livecode.errors import LivecodeError
from livecode.transport import Arena
from livecode.transport.lifeline import End, begin, watch_lifeline
from livecode.transport.messages import Tape

#: When the terminal is gone, the engine fades out within one block; this leaves time to hear it.
FAREWELL_S = 0.05


def main() -> int:
    """Play until the terminal is gone. Return 2 if there is no device to play on."""
    parser = argparse.ArgumentParser(prog="livecode.engine")
    parser.add_argument("arena")
    parser.add_argument("--audio", choices=BACKENDS, default="auto")
    parser.add_argument("--record", default="")
    parser.add_argument("--stems", default="", help="a folder for what each name adds")
    parser.add_argument("--bits", type=int, default=32, help="of a recording")
    parser.add_argument("--seed", type=int, default=0, help="of what is random in a @dsp")
    parser.add_argument("--resume", action="store_true", help="go on with clock and recording")
    options = parser.parse_args()

    begin("engine")
    arena = Arena.attach(options.arena)
    header = arena.header
    stop = watch_lifeline(arena=arena)
    try:
        device = boot(options.audio, header.sample_rate, header.block)
    except LivecodeError as error:
        _say_why(arena, error)
        return 2
    header.sample_rate = int(device.server.getSamplingRate())
    header.block = int(device.server.getBufferSize())
    engine = Engine(arena, device.server, time.monotonic_ns, time.thread_time_ns, seed=options.seed)
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
        device.server.shutdown()
        return 2
    header.engine_epoch += 1  # tells the mind to say again what is to sound
    arena.device.post(device.description.encode())
    _run(engine, device.backend, stop)
    return stop.status


def _say_why(arena: Arena, error: LivecodeError) -> None:
    """Leave the terminal a sentence that says why there is no engine."""
    arena.device.post(str(error).encode()[: arena.layout.device_bytes])
    logging.getLogger("livecode.engine").error("%s", error)


def _run(engine: Engine, backend: str, stop: End) -> None:
    header = engine.arena.header
    gc.collect()
    gc.freeze()
    gc.disable()  # collecting would pause the sound; what the engine drops has no cycles
    first = True

    def begin_block() -> None:
        nonlocal first
        if first:  # on the thread that computes blocks, whatever the back end
            first = False
            header.realtime = int(realtime())
        engine.begin_block()

    engine.builder.start_thread()
    engine.server.setCallback(begin_block)
    engine.server.start()
    if backend == "headless":
        run_headless(engine.server, engine.sample_rate, engine.block, stop)
    else:
        stop.wait()
        engine.master.close_gate()
        time.sleep(FAREWELL_S)
        engine.server.stop()
    engine.recording.stop()
    if stop.forsaken:
        engine.arena.remove()
    if backend != "headless":
        engine.server.shutdown()


if __name__ == "__main__":
    raise SystemExit(main())
