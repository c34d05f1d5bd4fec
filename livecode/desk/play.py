"""`livecode play`: the whole performance, with the desk on a terminal or by itself without one."""

import argparse
import os
import sys
import time

from livecode.arguments import THEMES
from livecode.desk.connection import write_connection
from livecode.desk.places import Places
from livecode.desk.supervisor import Options, Supervisor
from livecode.errors import LivecodeError
from livecode.process import go_first

#: Without a terminal there is no one to say when to end.
WITHOUT_TERMINAL_S = 10.0
CHECK_EVERY_S = 0.05


def play(options: argparse.Namespace) -> int:
    """Play until the performer ends it, or for `--for` seconds."""
    if options.set is not None:
        from livecode.language.sets import read_set

        read_set(options.set)  # a set that cannot be read is better refused before any sound
    if not 16 <= options.block <= 4096 or options.block & (options.block - 1):
        raise LivecodeError(f"--block {options.block}: use a power of two from 16 to 4096")
    theme = _theme(options.theme)
    places = Places()
    write_connection(places.connection)
    supervisor = Supervisor(_supervised(options), places, say=lambda text: print(text, flush=True))
    try:
        supervisor.start()
        if sys.stdin.isatty() and sys.stdout.isatty():
            from livecode.desk.app import run_desk

            go_first()
            return run_desk(supervisor, options.seconds, theme)
        return _play_by_itself(supervisor, options.seconds or WITHOUT_TERMINAL_S)
    finally:
        supervisor.stop()


def _supervised(options: argparse.Namespace) -> Options:
    return Options(
        audio=options.audio,
        sample_rate=options.sr,
        block=options.block,
        seed=options.seed,
        set_path=None if options.set is None else options.set.resolve(),
        osc_bind=options.osc_bind,
        osc_port=options.osc_port,
        record=None if options.record is None else options.record.resolve(),
    )


def _theme(asked: str | None) -> str:
    """What was asked for, or else stands in the environment."""
    theme = asked or os.environ.get("LIVECODE_THEME") or THEMES[0]
    if theme not in THEMES:
        raise LivecodeError(
            f"LIVECODE_THEME={theme}: there is no such theme; use {', '.join(THEMES)}"
        )
    return theme


def _play_by_itself(supervisor: Supervisor, seconds: float) -> int:
    """No terminal: play the set, say what can be heard, and end."""
    supervisor.await_sound_path()
    header = supervisor.arena.header
    print(f"playing for {seconds:g} s on {supervisor.arena.device.look().decode()}", flush=True)
    end = time.monotonic() + seconds
    heard = False
    while time.monotonic() < end:
        supervisor.check()
        if trouble := supervisor.arena.trouble.look():
            raise LivecodeError(trouble.decode())
        if not heard and max(header.peak_left, header.peak_right) > 0.001:
            heard = True
            print("first sound", flush=True)
        time.sleep(CHECK_EVERY_S)
    print(
        f"played {header.blocks} blocks, {header.late_blocks} late, "
        f"{header.underruns} underruns" + ("" if heard else "; nothing was heard"),
        flush=True,
    )
    return 0
