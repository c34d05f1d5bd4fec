"""The pictures of the stage page in docs/stage/, drawn by a real browser from a performance without a clock.

    python -m tools.stage_pictures docs/stage

plays a set offline, tells the page what it would have been told live, and takes a picture of each layer
and palette at 1280 × 720. It needs Chromium.
"""

import base64
import io
import json
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from livecode import Session
from livecode.films.browser import Browser, Tab
from livecode.films.page import served
from livecode.performance.watching import Watching
from livecode.stage.showing import Showing
from livecode.transport.stage import PALETTES, StageStatus

#: What is played, and when.
SCORE = (
    (0.0, 'tempo(112)\nego = agent(space("orchestra"), dims=5, every=60*ms, step=0.03, seed=19)'),
    (0.5, "ego.level = ramp(0, 0.6, over=8*s)\nego.texture = sine(0, 0.8, period=4*bars)"),
    (
        1.0,
        "@reward\ndef calm(sound, beat):       # dark and even is praised\n"
        "    return 0.6 - 2 * sound.brightness - sound.roughness\n\nego.reward = calm",
    ),
    (1.5, "@layer\ndef glow(sound):\n    return sound.brightness"),
    (3.0, 'drums = hits("bd ~ [~ bd] ~, ~ cp ~ cp, hh*8", level=0.3)'),
    (6.0, "drums.gain = tri(0.6, 1, period=2*bars)"),
    (9.0, 'r7 = stream("piano", temperature=sine(0.8, 1.2, period=4*bars), level=0.25)'),
    (13.0, 'bass = notes("0 ~ <3 5> 0", "bass", scale="c minor", octave=2, level=0.25)'),
    (24.5, "ego.leap = nothing"),
    (28.2, 'bass.pattern = "0 ~ <3 5> [0 7]"'),
)
SECONDS = 28.4
FPS = 20
TOKEN = "pictures"
#: Picture -> what the page is to show.
PICTURES = {
    "all": StageStatus(),
    "spectrum": StageStatus(("spectrum", "clock")),
    "code": StageStatus(("code", "clock")),
    "agent": StageStatus(("agent", "map", "clock")),
    "patterns": StageStatus(("patterns", "curves", "clock")),
    **{palette: StageStatus(palette=palette) for palette in PALETTES if palette != "night"},
    "still": StageStatus(palette="contrast", motion=False),
    "large": StageStatus(("agent", "code", "spectrum", "clock"), size=1.5),
}


def told() -> list[str]:
    """Return what the page is told while the score is played: texts of JSON, and sounds in base64."""
    messages: list[str] = []
    seen: dict[str, int] = {}
    waiting = list(SCORE)
    with Session(seed=7) as session:
        performance = session.performance
        arena = performance.arena
        arena.header.viewers = 1
        now_s = 0.0
        showing = Showing(arena, lambda: arena.header.clock()[1])
        watching = Watching(arena, performance.tokens, performance.clock)
        performance.blocks.on_ended = watching.note
        while now_s < SECONDS:
            while waiting and waiting[0][0] <= now_s:
                session.eval(waiting.pop(0)[1])
            session.advance(1 / FPS)
            now_s += 1 / FPS
            watching.look()
            time.sleep(0.0005 if showing.loading else 0.0)
            showing.look()
            messages += [
                base64.b64encode(data).decode() if binary else data.decode()
                for data, binary in showing.compose(seen)
            ]
    return messages


def draw(tab: Tab, stage: StageStatus, at_ms: float) -> bytes:
    """Return a picture of what the page is to show."""
    shown = {
        "layers": stage.layers, "palette": stage.palette, "motion": stage.motion, "size": stage.size,
        "blackout": False, "bands": {"low": 27.5, "high": 16000.0, "count": 384}, "rate": 48000,
    }  # fmt: skip
    tab.run(f"film.tell([{json.dumps(json.dumps({'stage': shown}))}])")
    for step in range(4):  # what is laid out anew is drawn in its new place
        tab.run(f"film.picture({at_ms + 150 * step})")
    tab.run("new Promise((done) => setTimeout(done, 200))")
    tab.run(f"film.picture({at_ms + 600})")
    return tab.picture()


def main() -> int:
    """Make all pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    messages = told()
    with (
        served() as address,
        tempfile.TemporaryDirectory() as profile,
        Browser(Path(profile), shaders=True) as browser,
    ):
        tab = browser.open(f"{address}?film")
        tab.until("window.film")
        for at in range(0, len(messages), 60):
            tab.run(f"film.tell({json.dumps(messages[at : at + 60])})")
        tab.run("film.picture(100000)")
        for number, (name, stage) in enumerate(PICTURES.items(), 1):
            picture = draw(tab, stage, 100_000 + 1000 * number)
            Image.open(io.BytesIO(picture)).convert("RGB").save(
                folder / f"{name}.png", optimize=True
            )
            print(name)
        print(browser.complaints or "no complaints")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
