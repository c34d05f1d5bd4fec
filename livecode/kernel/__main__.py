"""The process of the mind, started and watched by the supervisor: `python -m livecode.kernel ARENA …`."""

import argparse
import os
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from livecode.journal.marks import remove_connection
from livecode.playing.greeting import EarlyGreeting
from livecode.system.early import await_order
from livecode.transport import Arena
from livecode.transport.lifeline import End, await_engine, begin, watch_lifeline

if TYPE_CHECKING:
    from livecode.journal.recorder import JournalRecorder


def main() -> int:
    """Run the mind until the terminal ends it; returns the exit status."""
    await_order(_load)
    parser = argparse.ArgumentParser(prog="livecode.kernel")
    parser.add_argument("arena")
    parser.add_argument("--connection", required=True, help="Jupyter connection file")
    parser.add_argument("--journal", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", default="")
    parser.add_argument("--osc-bind", default="127.0.0.1")
    parser.add_argument("--osc-port", type=int, default=8888)
    parser.add_argument("--resume", action="store_true", help="take over from a mind that died")
    parser.add_argument("--begin-again", action="store_true", help="go on where a journal ends")
    parser.add_argument("--spare", action="store_true", help="wait until one is needed")
    options = parser.parse_args()

    begin("spare mind" if options.spare else "mind")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the terminal interrupts evaluations
    sys.setswitchinterval(0.0005)  # ticks wait less behind a busy block
    arena = Arena.attach(options.arena)
    go = threading.Event() if options.spare else None
    stop = watch_lifeline(go, arena)
    greeting = EarlyGreeting(arena)
    if options.resume and go is None:
        greeting.start()  # what sounded does not wait for the imports

    from ipykernel.kernelapp import IPKernelApp
    from tornado.ioloop import IOLoop

    from livecode.files import path_of
    from livecode.journal.inheritance import Inheritance
    from livecode.kernel import beginning, children
    from livecode.kernel.kernel import LivecodeKernel
    from livecode.kernel.live import LiveInputs, Ticker, engine_frame, next_tick
    from livecode.kernel.no_tcp import print_without_tcp
    from livecode.performance.input_words import MIDI_CALLS
    from livecode.performance.performance import Performance
    from livecode.performance.watching import Watching
    from livecode.sets.set_file import parse_set, read_or_begin
    from livecode.signals.cue_gate import CueGate
    from livecode.signals.intake import CUES_IN_CLEAR, CUES_TOKEN
    from livecode.signals.midi_ports import MidiPorts
    from livecode.signals.port_retry import OscPort
    from livecode.syntax.signals_read import reads_signal
    from livecode.transport.status import Trouble, encode
    from livecode.transport.timing import tick_frames

    if go is not None:
        go.wait()  # everything that takes time is imported now
        if stop.is_set():
            return stop.status
        begin("mind")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        greeting = EarlyGreeting(arena)
        greeting.start()
    if not await_engine(arena, stop):
        return stop.status
    header = arena.header
    performance = Performance(
        arena,
        options.seed,
        lambda: next_tick(engine_frame(header), tick_frames(header.block, header.sample_rate)),
        wall_s=time.monotonic,
    )
    performance.cues.token = os.environ.get(CUES_TOKEN, "")
    journal_path = Path(options.journal).absolute()
    kept = options.resume or options.begin_again
    recalled = beginning.recall(arena, journal_path) if kept else beginning.Recalled(Inheritance())
    inheritance = recalled.inheritance
    known = inheritance.set_read if options.resume else None
    if known is not None:  # with the scenes that were typed and never saved
        performance.scenes.set_file = parse_set(known.text, path_of(known.path))
    elif options.set:
        performance.scenes.set_file = read_or_begin(Path(options.set))
    osc_port: OscPort | None = None
    children.prepare(
        Path(options.connection),
        lambda: () if osc_port is None else osc_port.descriptors,
    )
    left_out = beginning.leave_out(journal_path, header, inheritance)
    done = beginning.done_by_another(recalled)
    if options.resume and arena.board.look():
        beginning.in_place_of_another(performance, journal_path, recalled, greeting.end)
        if recalled.trouble:
            left_out.append(beginning.forgotten(recalled.trouble))
    elif kept and beginning.is_begun(journal_path):
        beginning.after_everything_had_ended(performance, journal_path, inheritance)
    else:
        beginning.from_nothing(performance, journal_path)
    greeting.end()

    def say(sentence: str) -> None:
        performance.log.say("note", sentence)

    osc_port = OscPort(options.osc_bind, options.osc_port, say)
    in_clear = bool(os.environ.get(CUES_IN_CLEAR))
    gate = CueGate(performance.cues.token, in_clear, say, osc_port.reply, time.monotonic_ns())
    performance.recorder.inheritance_post.post_to(
        arena.inheritance.post, arena.layout.inheritance_bytes
    )

    LivecodeKernel.blocks, LivecodeKernel.scope = performance.blocks, performance.scope
    LivecodeKernel.silencer, LivecodeKernel.events = performance.silencer, performance.log
    LivecodeKernel.set_player, LivecodeKernel.cues = performance.set_player, performance.cues
    LivecodeKernel.tokens = performance.tokens
    print_without_tcp()
    app = IPKernelApp.instance(kernel_class=LivecodeKernel, connection_file=options.connection)
    app.log_level = 40  # errors only
    app.initialize([])  # type: ignore[no-untyped-call]
    loop, set_player = IOLoop.current(), performance.set_player
    performance.cues.wake = lambda: loop.add_callback(performance.cues.run)
    set_player.wake = performance.cues.wake
    ending = (stop, arena, performance.recorder, options.connection)
    threading.Thread(target=_end, args=ending, daemon=True).start()
    ports = MidiPorts(
        lambda: header.now(time.monotonic_ns()) / header.sample_rate, say, outputs=False
    )

    def look_for_inputs(code: str) -> None:
        if reads_signal(code, "midi", MIDI_CALLS):
            ports.want_inputs()

    performance.on_block = look_for_inputs
    live = LiveInputs(arena, performance.inputs, osc_port, gate, ports)

    def step(frame: int) -> None:
        live.receive(frame)
        if (scene := performance.tick(frame)) is not None:
            loop.add_callback(set_player.begin_due, scene)
        for turn in performance.turns.take_due():
            loop.add_callback(performance.turn_runner.run, turn)

    ticker = Ticker(header, performance.clock, performance.lock, step, performance.applier.take_in)
    ticker.start()
    watching = Watching(arena, performance.tokens, performance.clock)
    performance.blocks.on_ended = watching.note
    watching.start()
    for sentence in left_out:
        say(sentence)
    if (set_file := performance.scenes.set_file) is not None:
        if not done.prepared:
            result = set_player.open(set_file, opening=True)
            if result.error is not None:
                text = f"{set_file.path.name}: {result.error}"
                trouble = Trouble(text, plays_on=bool(set_file.scenes))
                arena.trouble.post(encode(trouble))
        if set_file.scenes and not done.begun:
            set_player.begin(0, opening=True)
    app.start()  # type: ignore[no-untyped-call]
    os._exit(0)  # ends threads and sockets of the performer's, too


def _load() -> None:
    """Import what takes long."""
    for module in (
        "ipykernel.kernelapp",
        "livecode.kernel.beginning",
        "livecode.kernel.kernel",
        "livecode.kernel.live",
        "livecode.performance.performance",
    ):
        import_module(module)


def _end(stop: End, arena: Arena, recorder: "JournalRecorder", connection: str) -> None:
    """End the process when its lifeline ends, even while a block runs."""
    stop.wait()
    journal = recorder.journal
    if arena.header.stop:
        recorder.closed()
    elif journal is not None:
        journal.close()
    if stop.forsaken:
        arena.remove()
        if journal is not None:
            (journal.path.parent / "playing.json").unlink(missing_ok=True)
        remove_connection(Path(connection))
    os._exit(stop.status)


if __name__ == "__main__":
    raise SystemExit(main())
