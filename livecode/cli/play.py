"""`livecode play`: plays a set or an empty page, at the terminal or without one."""

import argparse
import asyncio
import importlib.util
import os
import re
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from livecode.cli.arguments import (
    add_audio,
    add_for,
    add_osc,
    add_record,
    add_sound,
    add_sound_card,
    add_stage,
    add_theme,
    path,
    theme_of,
)
from livecode.cli.parser import Parser
from livecode.cli.printing import can_ask, say
from livecode.cli.settings import shared_settings
from livecode.cli.stage_page import open_stage, page_of
from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.paths import Paths
from livecode.processes.running import left_alone
from livecode.signals.intake import CUES_IN_CLEAR, CUES_TOKEN
from livecode.signals.udp import DEFAULT_HOST
from livecode.system.signals import outlive_terminal
from livecode.transport.lifeline import go_first
from livecode.transport.logs import begin_log
from livecode.transport.status import decode_trouble

#: How long `livecode play` plays where there is no terminal to end it at.
WITHOUT_TERMINAL_S = 10.0
CHECK_EVERY_S = 0.05
#: A peak above this counts as sound (−60 dBFS).
AUDIBLE = 0.001
#: Twelve of these characters are 72 bits, if chance has chosen them.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{12,64}")
TOKEN_BYTES = 12


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode play`."""
    parser.add_argument("set", nargs="?", type=path, help="set file to open", metavar="SET.py")
    add_options(parser)
    parser.set_defaults(run=run)


def add_options(parser: Parser) -> None:
    """Add all options of a performance that begins."""
    add_audio(parser)
    add_sound(parser)
    add_sound_card(parser)
    add_osc(parser)
    add_record(parser)
    parser.add_argument("--cues", nargs="?", const="", metavar="TOKEN",
        help="let a second person who knows the token cue over OSC (default: a new token)")  # fmt: skip
    parser.add_argument("--cues-in-clear", action="store_true",
        help="follow cues of other machines that show the token, too, and not only signed ones")  # fmt: skip
    add_stage(parser)
    add_theme(parser)
    add_for(parser, "end after this long")


def run(options: argparse.Namespace) -> int:
    """Play until the performer leaves, or for `--for` seconds."""
    return play_set(options, options.set)


def without_terminal(seconds: float) -> float | None:
    """Return how long to play where there is no terminal; None, for no end, where there is one."""
    return None if can_ask() else seconds


def play_set(options: argparse.Namespace, set_path: Path | None, copied: bool = False) -> int:
    """Play a set, or an empty page if `set_path` is None.

    `copied`: the performance plays a copy in its own folder, so that the file stays as it is.
    """
    if importlib.util.find_spec("pyo") is None:
        raise ModuleNotFoundError("No module named 'pyo'", name="pyo")
    faults: list[str] = []
    staged = open_stage(options)
    if set_path is not None:
        from livecode.sets.set_file import read_or_begin, read_set

        # a set that cannot be read is refused before any sound
        set_file = (read_or_begin if can_ask() else read_set)(set_path)
        faults = [f"{set_path.name}, {fault}" for fault in set_file.faults]
    theme = theme_of(options)
    settings = shared_settings(options, options.sr)
    refuse_beside()
    sentences = open_cues(options.cues, options.osc_bind, options.osc_port, options.cues_in_clear)
    if not can_ask():
        sentences += faults  # a terminal gets them from the mind
    sentences += staged
    paths = Paths()
    if paths.archived.unkept:
        sentences.append(paths.archived.unkept)
    if set_path is not None and copied:
        text = set_path.read_bytes()
        set_path = paths.archived.folder / set_path.name
        replace_file(set_path, text, private=True)
    begin_log("terminal", paths.log)
    write_connection(paths.connection)
    settings = replace(
        settings,
        block=options.block,
        seed=options.seed,
        set_path=None if set_path is None else set_path.resolve(),
    )
    attachment = Attachment(settings, paths, say=say)
    try:
        attachment.start()
        return play_on(attachment, options.seconds, theme, sentences)
    finally:
        attachment.stop()


def refuse_beside() -> None:
    """Raise LivecodeError if a performance sounds without a terminal: nothing begins beside it."""
    alone = left_alone()
    if alone is not None:
        raise LivecodeError(
            f"performance {alone.number} still sounds, though its terminal is gone: `livecode resume` "
            "goes back to it, `livecode sessions stop` ends it"
        )


def play_on(attachment: Attachment, seconds: float | None, theme: str, sentences: list[str]) -> int:
    """Play what has been started, at the terminal or without one; return the exit status.

    `sentences` are shown first. `seconds` None stands for no end at a terminal, and for
    WITHOUT_TERMINAL_S without one.
    """
    sentences = [*attachment.told, *sentences]
    if not can_ask():
        for sentence in sentences:
            say(sentence)
        seconds = seconds or WITHOUT_TERMINAL_S
        return asyncio.run(_play_without_terminal(attachment, seconds, sentences))
    from livecode.terminal.opening import run_terminal

    go_first()
    outlive_terminal()  # until the terminal handles it
    try:
        return run_terminal(attachment, seconds, theme, sentences)
    except (EOFError, OSError):
        if sys.stdin.isatty():
            raise
        return 1  # the terminal's window is closed
    finally:
        attachment.left = attachment.left or not sys.stdin.isatty()


def open_cues(token: str | None, host: str, port: int, in_clear: bool = False) -> list[str]:
    """Hand the token for cues to the mind, and return the sentence that says how to cue.

    `token` None keeps cues closed: the list is empty. "" asks for a new token. `in_clear`: cues of other
    machines need no signature. The mind reads both from the environment. Raises LivecodeError if the
    token is short, or has other characters than it may.
    """
    for variable in (CUES_TOKEN, CUES_IN_CLEAR):
        os.environ.pop(variable, None)
    if token is None:
        return []
    token = token or secrets.token_urlsafe(TOKEN_BYTES)
    if not _TOKEN.fullmatch(token):
        raise LivecodeError(
            f"--cues {token}: a token is 12 to 64 letters and digits, since a shorter one is guessed; "
            "to be given one, write --cues alone, after the set's name"
        )
    os.environ[CUES_TOKEN] = token
    said = f"cues are open on {host}, UDP port {port}: /livecode/cue NAME {token}"
    if in_clear:
        os.environ[CUES_IN_CLEAR] = "1"
    elif host not in (DEFAULT_HOST, "::1", "localhost"):
        said += "; other machines have to sign them, as examples/cue.py does"
    return [said]


async def _play_without_terminal(
    attachment: Attachment, seconds: float, said: Sequence[str]
) -> int:
    """Play for so many seconds; print what the mind tells, and whether anything was heard.

    `said` holds sentences that have been printed already.
    """
    from livecode.cli.listening import MindListener

    attachment.await_sound_path()
    listener = MindListener(attachment.paths.connection, say, said)
    header = attachment.arena.header
    say(f"playing for {seconds:g} s on {attachment.arena.device.look().decode()}")
    end = time.monotonic() + seconds
    heard, trouble, page = False, "", ""
    try:
        while time.monotonic() < end and not attachment.ended:
            attachment.check()
            listener.follow(int(header.mind_pid))
            found = None if trouble else decode_trouble(attachment.arena.trouble.look() or b"")
            if found is not None:
                if not found.plays_on:
                    raise LivecodeError(found.text)
                trouble = found.text  # which was told as it happened
            if (told := page_of(attachment, secretly=not sys.stdout.isatty())) != page:
                page = told
                say(page)
            if not heard and max(header.peak_left, header.peak_right) > AUDIBLE:
                heard = True
                say("first sound")
            await asyncio.sleep(CHECK_EVERY_S)
    finally:
        listener.close()
    say(
        f"played {header.blocks} blocks, {header.late_blocks} late, "
        f"{header.underruns} underruns" + ("" if heard or trouble else "; nothing was heard")
    )
    return 0
