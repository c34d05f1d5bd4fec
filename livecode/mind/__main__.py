"""The mind's process: `python -m livecode.mind ARENA …`, started and watched by the desk."""

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

from livecode.errors import LivecodeError
from livecode.process import await_engine, begin, watch_lifeline
from livecode.transport import Arena


def main() -> int:
    """Be the mind until the desk ends it."""
    parser = argparse.ArgumentParser(prog="livecode.mind")
    parser.add_argument("arena")
    parser.add_argument("--connection", required=True, help="Jupyter connection file")
    parser.add_argument("--journal", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", default="")
    parser.add_argument("--osc-bind", default="127.0.0.1")
    parser.add_argument("--osc-port", type=int, default=8888)
    parser.add_argument("--resume", action="store_true", help="take over from a mind that died")
    parser.add_argument("--spare", action="store_true", help="wait until one is needed")
    options = parser.parse_args()

    begin("spare mind" if options.spare else "mind")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the desk interrupts evaluations
    sys.setswitchinterval(0.0005)  # ticks wait less behind a busy block
    arena = Arena.attach(options.arena)
    go = threading.Event()
    stop = watch_lifeline(go)

    from ipykernel.kernelapp import IPKernelApp
    from tornado.ioloop import IOLoop

    from livecode import __version__
    from livecode.language.sets import read_set
    from livecode.mind.journal import Journal, Opening, blocks_to_run_again
    from livecode.mind.kernel import LivecodeKernel
    from livecode.mind.live import Ticker, engine_frame
    from livecode.mind.performance import Performance
    from livecode.signals.midi_ports import MidiPorts
    from livecode.signals.udp import UdpListener

    if options.spare:
        go.wait()  # all that takes time has been imported by now
        if stop.is_set():
            return 0
        begin("mind")
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not await_engine(arena, stop):
        return 0
    header = arena.header
    performance = Performance(
        arena,
        options.seed,
        lambda: engine_frame(header),
        wall_s=time.monotonic,
    )
    if options.set:
        performance.scenes.set_file = read_set(options.set)
    journal_path = Path(options.journal)
    if options.resume:
        arena.messages["engine", "mind"].discard()
        arena.messages["voices", "mind"].discard()
        status = msgspec.json.decode(arena.board.look() or b"{}")
        performance.take_over(blocks_to_run_again(journal_path), status)
        performance.journal = Journal(journal_path)
    else:
        performance.journal = journal = Journal(journal_path)
        journal.write(Opening(__version__, options.seed, header.sample_rate, header.block))
    listener = None
    try:
        listener = UdpListener(options.osc_bind, options.osc_port)
    except LivecodeError as error:
        performance.say("note", str(error))

    LivecodeKernel.performance = performance
    app = IPKernelApp.instance(kernel_class=LivecodeKernel, connection_file=options.connection)
    app.log_level = 40  # errors only
    app.initialize([])
    loop = IOLoop.current()

    def play_scene(index: int) -> None:
        performance.play_scene(index)
        performance.run_later()

    if (set_file := performance.scenes.set_file) is not None and not options.resume:
        result = performance.open_set(set_file)
        if result.error is not None:
            arena.trouble.post(f"{set_file.path.name}: {result.error}".encode())
        if set_file.scenes:
            play_scene(0)

    def begin_scene(index: int) -> None:
        loop.add_callback(play_scene, index)

    threading.Thread(target=_end, args=(stop, arena, options.connection), daemon=True).start()
    ports = MidiPorts(lambda: header.now(time.monotonic_ns()) / header.sample_rate)
    Ticker(performance, listener, begin_scene, ports).start()
    app.start()
    os._exit(0)  # told to end: what the performer's threads or open sockets still do is let go


def _end(stop: threading.Event, arena: Arena, connection: str) -> None:
    """End with the desk, even while a block runs; the journal is on disk after each record."""
    stop.wait()
    arena.abandon()
    shutil.rmtree(Path(connection).parent, ignore_errors=True)  # a desk that was killed cannot
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
