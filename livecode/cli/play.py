"""`livecode play`: the whole performance, with the terminal on a terminal or by itself without one."""

import argparse
import os
import re
import secrets
import signal
import sys
import time

from livecode.cli import resuming
from livecode.cli.arguments import THEMES
from livecode.errors import LivecodeError
from livecode.journal import archive as sessions
from livecode.processes.connection import write_connection
from livecode.processes.paths import Paths
from livecode.processes.supervisor import Options, Supervisor, master_file
from livecode.signals.intake import CUES_TOKEN
from livecode.transport.lifeline import go_first

_TOKEN = re.compile(r"[A-Za-z0-9_-]{4,64}")
#: Without a terminal there is no one to say when to end.
WITHOUT_TERMINAL_S = 10.0
CHECK_EVERY_S = 0.05


def play(options: argparse.Namespace) -> int:
    """Play until the performer ends it, or for `--for` seconds."""
    faults: list[str] = []
    if options.set is not None:
        from livecode.sets.set_file import read_set

        piece = read_set(options.set)  # one that cannot be is better refused before any sound
        faults = [f"{options.set.name}, {fault}" for fault in piece.faults]
    if not 16 <= options.block <= 4096 or options.block & (options.block - 1):
        raise LivecodeError(f"--block {options.block}: use a power of two from 16 to 4096")
    _theme(options.theme)
    alone = sessions.left_alone()
    if alone is not None:
        raise LivecodeError(
            f"performance {alone.number} still sounds, though its terminal is gone: `livecode resume` "
            "goes back to it, `livecode sessions stop` ends it"
        )
    told = _open_cues(options)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        told += faults  # a terminal hears of them from the mind
    paths = Paths()
    write_connection(paths.connection)
    supervisor = Supervisor(_supervised(options), paths, say=lambda text: print(text, flush=True))
    try:
        supervisor.start()
        return _at_terminal(supervisor, options, told)
    finally:
        supervisor.stop()


def resume(options: argparse.Namespace) -> int:
    """Go back to a performance, and play it until the performer ends it, or for `--for` seconds."""
    _theme(options.theme)
    return resuming.resume(options, lambda supervisor: _at_terminal(supervisor, options, []))


def _at_terminal(supervisor: Supervisor, options: argparse.Namespace, told: list[str]) -> int:
    """With a terminal or without."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        for sentence in told:
            print(sentence, flush=True)
        return _play_by_itself(supervisor, options.seconds or WITHOUT_TERMINAL_S)
    from livecode.terminal.app import run_terminal

    go_first()
    signal.signal(signal.SIGHUP, lambda *_: None)  # until the terminal has its own
    try:
        return run_terminal(supervisor, options.seconds, _theme(options.theme), told)
    except (EOFError, OSError):
        if sys.stdin.isatty():
            raise
        return 1  # the terminal is gone
    finally:
        supervisor.left = supervisor.left or not sys.stdin.isatty()


def _supervised(options: argparse.Namespace) -> Options:
    return Options(
        audio=options.audio,
        sample_rate=options.sr,
        block=options.block,
        seed=options.seed,
        set_path=None if options.set is None else options.set.resolve(),
        osc_bind=options.osc_bind,
        osc_port=options.osc_port,
        record=master_file(options.record, options.stems),
        stems=None if options.stems is None else options.stems.resolve(),
        bits=options.bits,
        outlive_s=resuming.OUTLIVE_S if sys.stdin.isatty() and sys.stdout.isatty() else 0,
    )


def _open_cues(options: argparse.Namespace) -> list[str]:
    """Hand the token of the cues, if they are to be open, to the mind; what to say of it."""
    os.environ.pop(CUES_TOKEN, None)
    if options.cues is None:
        return []
    token = options.cues or secrets.token_hex(4)
    if not _TOKEN.fullmatch(token):
        raise LivecodeError(
            f"--cues {token}: a token is 4 to 64 letters and digits; leave it out to be given one, "
            "after the set's name"
        )
    os.environ[CUES_TOKEN] = token
    return [
        f"cues are open on {options.osc_bind}, UDP port {options.osc_port}: "
        f"/livecode/cue NAME {token}"
    ]


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
