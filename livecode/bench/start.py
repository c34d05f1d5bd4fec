"""`bench start`: from the command to a prompt that takes typing, and to the first sound."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import livecode
from livecode.bench.rows import Identity, Row
from livecode.errors import LivecodeError

PROMPT_TARGET_S, SOUND_TARGET_S = 1.0, 3.0
#: What any terminal of this kind must import in some process before it plays.
BASELINE = "import pyo, numba, jupyter_client, prompt_toolkit"
PLAY = ("-m", "livecode.cli", "play")
#: Typed before the editor is there; shown once it is. No other part of the screen has this letter.
TYPED = "ŧ"
ASKS_FOR_CURSOR, CURSOR = b"\x1b[6n", b"\x1b[1;1R"
PLAYS_S = 2.0
LIMIT_S = 30.0


def run(runs: int = 5) -> list[Row]:
    """Medians over so many starts, in turn with a plain import of the libraries."""
    imports, prompts, sounds = [], [], []
    first_sound_s()  # the first start after an installation compiles its kernels
    for _ in range(runs):
        imports.append(imports_s())
        prompts.append(prompt_s())
        sounds.append(first_sound_s())
    about: Identity = {"runs": runs, "beside": "its imports"}
    plain = median(imports)
    return [
        Row.measured(f"{what}, {which}", figure(times), "s", about, baseline=plain, target=target)
        for what, times, target in (
            ("prompt takes typing", prompts, PROMPT_TARGET_S),
            ("first sound", sounds, SOUND_TARGET_S),
        )
        for which, figure in (("median", median), ("slowest", max))
    ]


def first_set() -> Path:
    """The set that `make play` opens, in a clone or in an installed package."""
    package = Path(livecode.__file__).parent
    for folder in (package / "_sets", package.parent / "sets"):
        if (path := folder / "first.py").is_file():
            return path
    raise LivecodeError("sets/first.py is missing: install livecode again")


def imports_s() -> float:
    """Seconds that a bare Python takes to import what the terminal is made of."""
    environment = {**os.environ, "PYO_GUI_WX": "0"}
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", BASELINE], env=environment, check=True, capture_output=True
    )
    return time.monotonic() - began


def first_sound_s() -> float:
    """Seconds from the command, without a terminal, to what it says at the first sound."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *PLAY, str(first_set()), "--audio", "headless", "--for", str(LIMIT_S)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        heard = any("first sound" in line for line in process.stdout)
        took = time.monotonic() - began
        process.send_signal(signal.SIGINT)
    if not heard:
        raise LivecodeError("`livecode play` made no sound; run `livecode doctor`")
    return took


def prompt_s() -> float:
    """Seconds from the command, on a terminal, until a key typed early shows in the editor."""
    terminal, terminal_side = pty.openpty()
    _begin_without_echo(terminal_side)
    os.write(terminal, TYPED.encode())
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *PLAY, str(first_set()), "--audio", "headless", "--for", str(PLAYS_S)],
        stdin=terminal_side,
        stdout=terminal_side,
        stderr=terminal_side,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(terminal_side)
    try:
        screen = b""
        while TYPED.encode() not in screen:
            screen += _read(terminal, began + LIMIT_S)
        took = time.monotonic() - began
        _drain(terminal, lambda: process.poll() is None)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
    return took


def _begin_without_echo(terminal_side: int) -> None:
    """A terminal of the usual size that shows nothing by itself."""
    termios.tcsetwinsize(terminal_side, (24, 80))
    settings = termios.tcgetattr(terminal_side)
    settings[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(terminal_side, termios.TCSANOW, settings)


def _read(terminal: int, until_s: float) -> bytes:
    """What comes next on the screen; a question for the cursor's place is answered."""
    ready, _, _ = select.select([terminal], [], [], max(0.0, until_s - time.monotonic()))
    if not ready:
        raise LivecodeError(
            f"the terminal was not there within {LIMIT_S:g} s; run `livecode doctor`"
        )
    try:
        shown = os.read(terminal, 65536)
    except OSError:  # Linux: the other side has gone
        shown = b""
    if not shown:
        raise LivecodeError("the terminal ended before its prompt was there; run `livecode doctor`")
    if ASKS_FOR_CURSOR in shown:
        os.write(terminal, CURSOR)
    return shown


def _drain(terminal: int, alive: Callable[[], bool]) -> None:
    """Let the terminal end by itself, and take what it shows until then."""
    end = time.monotonic() + PLAYS_S + LIMIT_S
    while alive() and time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                return
