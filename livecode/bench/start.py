"""`bench start`: the time from the command to a prompt that takes typing, and to sound; also of a fork."""

import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from types import MappingProxyType

from livecode.bench.rows import BenchRow, Identity
from livecode.bundles.writing import write_bundle
from livecode.errors import LivecodeError
from livecode.journal.journal_file import read_journal
from livecode.journal.records import (
    Closed,
    FeaturesRead,
    Heartbeat,
    JournalRecord,
    Opening,
    Packet,
)
from livecode.journal.segments import write_segment
from livecode.journal.stored_records import stored
from livecode.kernel import beginning
from livecode.offline.session import Session
from livecode.sets.included import included_set
from livecode.sets.set_file import read_set

PROMPT_TARGET_S, SOUND_TARGET_S = 1.0, 3.0
#: What any terminal of this kind must import in some process before it plays.
BASELINE = "import pyo, numba, jupyter_client, prompt_toolkit"
PLAY, FORK = ("-m", "livecode.cli", "play"), ("-m", "livecode.cli", "fork")
#: Typed before the editor exists, and shown once it does. No other part of the screen has it.
TYPED = "ŧ"
ASKS_FOR_CURSOR, CURSOR = b"\x1b[6n", b"\x1b[1;1R"
PLAYS_S = 2.0
LIMIT_S = 30.0
#: What is forked has played for so long, and the fork goes on from its middle.
FORKED_S, FORKED_AT = 20.0, "0:10"
#: An evening with a ring is forked, too.
LONG_S, LONG_FORKED_AT = 1800.0, "15:00"
#: As long as a packet of a ring: nine numbers and its address.
RING_PACKET = b"/1/raw\0\0,fffffffff\0\0" + bytes(36)


def run(runs: int = 5) -> list[BenchRow]:
    """Return medians over `runs` starts, which alternate with plain imports of the libraries."""
    imports, prompts, sounds, forks, long_forks = [], [], [], [], []
    first_sound_s()  # the first start after an installation compiles kernels
    with tempfile.TemporaryDirectory() as folder:
        bundle = _bundle(Path(folder))
        evening = long_bundle(Path(folder) / "journal", Path(folder) / "evening")
        for _ in range(runs):
            imports.append(imports_s())
            prompts.append(prompt_s())
            sounds.append(first_sound_s())
            forks.append(fork_s(bundle))
            long_forks.append(fork_s(evening, LONG_FORKED_AT))
    about: Identity = {"runs": runs, "beside": "its imports"}
    plain = median(imports)
    return [
        BenchRow.measured(
            f"{what}, {which}", figure(times), "s", about, baseline=plain, target=target
        )
        for what, times, target in (
            ("prompt takes typing", prompts, PROMPT_TARGET_S),
            ("first sound", sounds, SOUND_TARGET_S),
            ("first sound of a fork", forks, SOUND_TARGET_S),
            ("first sound of a fork of half an hour", long_forks, SOUND_TARGET_S),
        )
        for which, figure in (("median", median), ("slowest", max))
    ]


def imports_s() -> float:
    """Return the seconds that a bare Python needs to import the terminal's libraries."""
    environment = {**os.environ, "PYO_GUI_WX": "0"}
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", BASELINE], env=environment, check=True, capture_output=True
    )
    return time.monotonic() - began


def first_sound_s() -> float:
    """Return the seconds from the command, without a terminal, to its message at the first sound."""
    return _until_sound_s([*PLAY, str(included_set("first"))])


def fork_s(bundle: Path, at: str = FORKED_AT) -> float:
    """Return the seconds from the command that forks a bundle, to its message at the first sound."""
    words = (*FORK, str(bundle), "--at", at, "--osc-port", "0", "--trust")
    return _until_sound_s(words, {"XDG_DATA_HOME": str(bundle.parent)})


def _bundle(folder: Path) -> Path:
    """Return the bundle of a performance of a set that comes with livecode, and a stream beside it."""
    with Session() as session:
        performance = session.performance
        beginning.from_nothing(performance, folder / "journal", live=False)
        performance.set_player.open(read_set(included_set("first")))
        performance.set_player.begin(0)
        session.eval("r7 = stream('piano', level=0.5)")
        session.advance(FORKED_S)
        performance.recorder.closed()
    bundle = folder / "night.zip"
    write_bundle(folder / "journal", bundle)
    return bundle


def long_bundle(journal: Path, folder: Path) -> Path:
    """Return the bundle of a performance that went on for LONG_S after a journal, with a ring on a hand.

    Its journal has a packet for each tick, and what a reward reads of the sound in two of three.
    """
    records = list[JournalRecord](
        each for each in read_journal(journal) if not isinstance(each, Closed)
    )
    last = next(each for each in reversed(records) if isinstance(each, Heartbeat))
    opening = next(each for each in records if isinstance(each, Opening))
    for number in range(1, round(LONG_S * opening.sample_rate / opening.block)):
        tick = last.tick + number * opening.block
        records.append(Packet(tick, tick, RING_PACKET))
        if number % 3:
            records.append(FeaturesRead(tick, (("mix", "flux", number % 100 / 100),)))
        if number % (opening.sample_rate // 2 // opening.block) == 0:
            records.append(Heartbeat(tick, 0, last.status))
    folder.mkdir()
    write_segment(folder / "journal", 1, (stored(each).frames for each in records))
    write_bundle(folder / "journal", bundle := folder / "night.zip")
    return bundle


def _until_sound_s(command: Sequence[str], more: Mapping[str, str] = MappingProxyType({})) -> float:
    """Return the seconds from a command to its message at the first sound.

    `more` is added to the environment. Raises LivecodeError if there is no sound.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command, "--audio", "headless", "--for", str(LIMIT_S)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **more},
    )
    assert process.stdout is not None
    with process:
        heard = any("first sound" in line for line in process.stdout)
        took = time.monotonic() - began
        process.send_signal(signal.SIGINT)
    if not heard:
        raise LivecodeError(f"`livecode {command[2]}` made no sound: run `livecode doctor`")
    return took


def prompt_s() -> float:
    """Return the seconds from the command until the editor shows a key that was typed early."""
    terminal, terminal_side = pty.openpty()
    begin_without_echo(terminal_side)
    os.write(terminal, TYPED.encode())
    began = time.monotonic()
    process = subprocess.Popen(
        [
            sys.executable,
            *PLAY,
            str(included_set("first")),
            "--audio",
            "headless",
            "--for",
            str(PLAYS_S),
        ],
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


def begin_without_echo(terminal_side: int) -> None:
    """Set up a terminal of the usual size that echoes nothing by itself."""
    termios.tcsetwinsize(terminal_side, (24, 80))
    settings = termios.tcgetattr(terminal_side)
    settings[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(terminal_side, termios.TCSANOW, settings)


def _read(terminal: int, until_s: float) -> bytes:
    """Return what the screen shows next, and answer a question for the cursor's position."""
    ready, _, _ = select.select([terminal], [], [], max(0.0, until_s - time.monotonic()))
    if not ready:
        raise LivecodeError(
            f"the terminal did not start within {LIMIT_S:g} s: run `livecode doctor`"
        )
    try:
        shown = os.read(terminal, 65536)
    except OSError:  # Linux: the other side has gone
        shown = b""
    if not shown:
        raise LivecodeError("the terminal ended before it showed a prompt: run `livecode doctor`")
    if ASKS_FOR_CURSOR in shown:
        os.write(terminal, CURSOR)
    return shown


def _drain(terminal: int, alive: Callable[[], bool]) -> None:
    """Wait for the terminal's end, and discard what it shows."""
    end = time.monotonic() + PLAYS_S + LIMIT_S
    while alive() and time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                return
