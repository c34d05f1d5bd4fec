"""`livecode models show`: tells what a model says of itself, draws a few seconds of it, and plays them."""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.table import Table
from rich.text import Text

from livecode.cli.arguments import add_audio, add_for, add_seed, path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.errors import LivecodeError
from livecode.files import path_text, sha256, shown
from livecode.neural.audio.loudness import lufs
from livecode.neural.model_file import ModelMeta, find_model, read_meta
from livecode.neural.samplernn.config import KIND as SAMPLERNN
from livecode.neural.torchscript.trust import find_torchscript
from livecode.offline.session import Session
from livecode.takes.picture import look, spectrogram
from livecode.takes.playback import Playback
from livecode.transport.plain_text import plain_line

SECONDS, MOST_SECONDS = 6.0, 600.0
RATE_HZ = 48_000
ROWS, MOST_COLUMNS = 12, 120
LONGEST_FACT = 60  # characters
#: How long the player may take to begin, and how often it is looked at.
BEGIN_S, LOOK_S = 20.0, 0.05
#: What a device still has to play when the file has ended.
LATENCY_S = 0.2


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode models show`."""
    add = parser.add_argument
    add("model", metavar="NAME", help="a model: its name, or its file")
    add_for(parser, f"how long to play it ({SECONDS:g})")
    add_audio(parser)
    add_seed(parser)
    add("-o", "--out", type=path, metavar="OUT.wav", help="write the sound instead of playing it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Tell, draw, and play or write."""
    seconds = options.seconds or SECONDS
    if seconds > MOST_SECONDS:
        raise LivecodeError(
            f"--for: at most {MOST_SECONDS:g} s are shown; `livecode render` makes longer sounds"
        )
    out: Path | None = options.out
    if out is not None and out.exists():
        raise LivecodeError(
            f"{shown(out)} is there already, and stays as it is: name another file with -o"
        )
    console = PlainConsole()
    program = find_torchscript(options.model)
    model = find_model(options.model) if program is None else program
    meta = None if program is not None else read_meta(model)
    console.print(_facts(model, meta))
    audio = heard(model, meta is not None and meta.kind == SAMPLERNN, seconds, options.seed)
    with tempfile.TemporaryDirectory(prefix="livecode-show-") as folder:
        file = Path(folder) / "sound.wav" if out is None else out
        _write(file, audio)
        _draw(console, file, audio)
        if out is None:
            _play(console, file, options.audio)
        else:
            console.print(f"wrote {shown(out)}", soft_wrap=True)
    return 0


def heard(model: Path, is_stream: bool, seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Return what a model sounds like alone, as a set would play it: float32 (frames, 2) at 48 kHz.

    Raises LivecodeError if it cannot be played.
    """
    name = repr(path_text(model.absolute()))
    line = f"shown = stream({name})" if is_stream else f"shown = agent(space({name}))"
    with Session(seed=seed, sr=RATE_HZ) as session:
        result = session.eval(line)
        if not result.ok:
            raise LivecodeError(str(result.error))
        audio = session.advance(seconds)
        wrong = [str(event) for event in session.log if event.wrong]
    if wrong and not audio.any():
        raise LivecodeError(wrong[0])
    return audio


def _facts(path: Path, meta: ModelMeta | None) -> Table:
    """Return the table of what a model file says of itself."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows: dict[str, str] = {"model": path.stem}
    if meta is None:
        rows["kind"] = "TorchScript, a program that runs once you trust it"
    else:
        rows |= {
            "kind": meta.kind,
            "sample rate": f"{meta.sample_rate} Hz",
            "licence": meta.licence or "none is named",
            "learned from": meta.data,
            "made by": meta.creator,
            "made again by": meta.command,
            "facts": _short_facts(meta.facts),
        }
    rows["file"] = f"{shown(path)} ({path.stat().st_size / 1e6:.1f} MB)"
    rows["SHA-256"] = sha256(path)
    for word, text in rows.items():
        if text:
            table.add_row(word, plain_line(text))
    return table


def _short_facts(facts: dict[str, Any]) -> str:
    """Return the facts that are one number or a few words; the tables among them are in the card."""
    told = []
    for key, fact in facts.items():
        text = f"{fact:.4g}" if isinstance(fact, float) else str(fact)
        if isinstance(fact, (int, float, str)) and 0 < len(text) <= LONGEST_FACT:
            told.append(f"{key} {text}")
    return ", ".join(told)


def _write(file: Path, audio: NDArray[np.float32]) -> None:
    try:
        soundfile.write(file, audio, RATE_HZ, subtype="FLOAT", format="WAV")
    except (OSError, soundfile.LibsndfileError) as error:
        raise LivecodeError(f"cannot write {shown(file)}: {error}") from None


def _draw(console: PlainConsole, file: Path, audio: NDArray[np.float32]) -> None:
    """Print the spectrogram of a sound, in colours where the terminal has them, and its loudness."""
    colours = console.is_terminal and not os.environ.get("NO_COLOR")
    picture = look(file, min(console.width, MOST_COLUMNS), 2 * ROWS)
    for line in spectrogram(picture, colours):
        drawn = Text(no_wrap=True)
        for style, text, *_ in line:
            drawn.append(text, style.replace(" bg:", " on "))
        console.print(drawn)
    level = lufs(audio, RATE_HZ)
    loudness = f"{level:.1f} LUFS" if np.isfinite(level) else "silent"
    console.print(
        f"{len(audio) / RATE_HZ:.1f} s, {loudness}, 50 Hz to {RATE_HZ // 2000} kHz upwards"
    )


def _play(console: PlainConsole, file: Path, audio: str) -> None:
    """Play a file to its end, and tell where; raises LivecodeError if nothing plays it."""
    playback = Playback(audio, time.monotonic)
    latest_s = time.monotonic() + BEGIN_S
    try:
        playback.play(file)
        while playback.position_s() is not None:
            if not playback.began and time.monotonic() > latest_s:
                raise LivecodeError("the sound did not start: run `livecode doctor`")
            time.sleep(LOOK_S)
        time.sleep(LATENCY_S)
        if playback.error:
            raise LivecodeError(playback.error)
        console.print(f"played on {playback.device}", soft_wrap=True)
    finally:
        playback.close()
