"""The picture of the terminal in play, drawn from the screen of a real performance.

    python -m tools.terminal_picture docs/terminal.svg

opens `livecode play` in tmux, presses Alt+Enter on one block after another while two simulated hands
move, and draws what then stands on the screen, character by character in its colours. It needs tmux.
"""

import argparse
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from copy import copy
from pathlib import Path

from rich.color_triplet import ColorTriplet
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

COLUMNS, ROWS = 104, 32
WITHIN_S = 400.0
#: What is played: a set of two scenes, the first of which begins by itself.
SET = """\
glass = space("additive")                 # every position in it is a sound

# %% wander  for=8*bars
ego = agent(glass, dims=2, every=50*ms)   # walks through it, and is heard where it is

@reward
def hands(rings):                         # parameters name the signals that it wants
    return rings.twist                    # both hands to the front: +1, to the back: −1

ego.reward = hands                        # now it learns what you like

# %% open  fade=2*s
ego.dims = 4                              # two more dimensions open while it plays

drums = hits("bd*4, ~ cp, hh*8", level=0.5)

bass = notes("0 ~ <3 5> 0", "bass", scale="c minor", octave=2)
bass.duck = "drums"                       # it makes room for the kick
"""
#: How the blocks begin that the performer plays.
PLAYED = ("drums = ", "bass = ")
LISTENED_S = 6.0
GROUND = ColorTriplet(0x10, 0x10, 0x10)  # of the terminal's dark theme
#: The frame around the screen. No font is loaded: the viewer's own monospaced one is used.
FRAME = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>The terminal of livecode while a set plays</title>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px "DejaVu Sans Mono", Menlo, Consolas, monospace; \
white-space: pre; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> int:
    """Play, and draw the screen."""
    parser = argparse.ArgumentParser(prog="python -m tools.terminal_picture")
    parser.add_argument("picture", type=Path)
    picture = parser.parse_args().picture
    with tempfile.TemporaryDirectory() as folder:
        screen = performed(Path(folder))
    picture.write_text(drawn(screen), encoding="utf-8")
    return 0


def performed(folder: Path) -> str:
    """Play the set in a terminal of its own; return its screen, with the escape codes of its colours."""
    (folder / "night.py").write_text(SET, encoding="utf-8")
    own = {"XDG_STATE_HOME": str(folder / "state"), "XDG_DATA_HOME": str(folder / "data")}
    environment = {**os.environ, **own, "PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_24_BIT"}
    environment.pop("TMUX", None)
    port = _free_port()
    livecode = [sys.executable, "-m", "livecode.cli"]
    play = [*livecode, "play", "night.py", "--audio", "headless", "--osc-port", port]
    rings = subprocess.Popen(
        [*livecode, "rings", "--simulate", "--osc-port", port],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip

    def tmux(*arguments: str) -> str:
        command = ["tmux", "-u", "-S", str(folder / "tmux"), *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env=environment, cwd=folder
        ).stdout

    size = ("-x", str(COLUMNS), "-y", str(ROWS))
    try:
        tmux("-f", os.devnull, "new-session", "-d", *size, *play)
        _until(lambda: "● " in tmux("capture-pane", "-p"), tmux)
        tmux("send-keys", "F8")
        _until(lambda: f"● {_line('ego.dims')}" in tmux("capture-pane", "-p"), tmux)
        tmux("send-keys", "C-Home")
        at = 1
        for block in PLAYED:
            tmux("send-keys", *["Down"] * (_line(block) - at))
            at = _line(block)
            tmux("send-keys", "M-Enter")
            _until(lambda: f"● {at}" in tmux("capture-pane", "-p"), tmux)  # noqa: B023
        time.sleep(LISTENED_S)
        return tmux("capture-pane", "-e", "-p")
    finally:
        subprocess.run(["tmux", "-S", str(folder / "tmux"), "kill-server"], check=False)
        rings.terminate()
        rings.wait(10.0)
        time.sleep(1.0)  # what sounds outlives its terminal
        subprocess.run([*livecode, "sessions", "stop"], env=environment, check=False)


def _line(beginning: str) -> int:
    """Return the number, from 1, of the line of the set that begins so."""
    lines = SET.splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(beginning))


def _free_port() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def _until(seen: Callable[[], bool], tmux: Callable[..., str]) -> None:
    end = time.monotonic() + WITHIN_S
    while not seen():
        if time.monotonic() > end:
            raise TimeoutError(tmux("capture-pane", "-p"))
        time.sleep(0.2)


def drawn(screen: str) -> str:
    """Return a screen with its escape codes as an SVG picture, without any outside font."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in screen.rstrip("\n").split("\n"):
        console.print(Text.from_ansi(line), no_wrap=True, overflow="crop", end="\n")
    theme = copy(SVG_EXPORT_THEME)
    theme.background_color = (
        GROUND  # cells without a colour of their own look like those that have it
    )
    return console.export_svg(
        title="livecode play night.py", theme=theme, code_format=FRAME, unique_id="t"
    )


if __name__ == "__main__":
    raise SystemExit(main())
