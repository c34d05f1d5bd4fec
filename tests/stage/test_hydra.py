"""Sketches for Hydra in a real browser, with a stand-in for its library, which is not ours to ship."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecode.films.browser import Browser, Tab
from livecode.transport.stage import StageStatus
from livecode.transport.status import AgentStatus, BeliefStatus, Status, encode
from tests.stage.conftest import CHROMIUM, Served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.live,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed here: apt-get install chromium"
    ),
]
#: What a sketch meets of Hydra: its constructor, its functions in the page, its time, and functions of text.
STAND_IN = """
(function (root) {
  const number = (given, at) => typeof given === "function" ? given({ time: at.time })
    : Array.isArray(given) ? given[Math.floor(at.time * at.bpm / 60) % given.length] : given;
  root.Hydra = class {
    constructor(options) {
      root.made = { ...options, canvas: null };
      if (new Function("return 7")() !== 7) throw new Error("no functions of text");
      this.context = options.canvas.getContext("2d");
      this.synth = { time: 0, bpm: 30, hush: () => { this.colours = null; } };
      root.bpm = 30;
      root.solid = (...colours) => ({ out: () => { this.colours = colours; } });
      root.noise = () => "Hydra's own";
    }
    setResolution(width, height) { root.resolution = [width, height]; }
    tick(ms) {
      this.synth.time += ms / 1000;
      root.time = this.synth.time;
      if (!this.colours) return;
      const [red, green, blue] = this.colours.map((each) => 255 * number(each, this.synth));
      const { canvas } = this.context;
      this.context.fillStyle = `rgb(${red}, ${green}, ${blue})`;
      this.context.fillRect(0, 0, canvas.width, canvas.height);
    }
  };
})(typeof globalThis === "undefined" ? this : globalThis);
"""
SKETCH = """
window.seen = () => ({ levels, beat, tempo, bar, middle: bands[167], fft: [...a.fft], volume: a.vol, calm,
  push, level: ego.level, novelty: ego.novelty, place: ego.position[1], noise: noise(),
  missing: typeof nothing });
solid(() => ego.novelty, () => calm, [0, 1]).out()
"""
FRAME = 480_000


class Playing:
    """A page on an arena in which a tone sounds while `until` waits."""

    def __init__(self, folder: Path):
        self.served = Served(folder=str(folder)).start()
        self.arena, self._at = self.served.arena, 0

    def show(self, *layers: str, calm: float = 0.25) -> None:
        """Say what the mind says."""
        ego = AgentStatus(
            position=(0.1, 0.7), action=(0.0, 0.0), reward=0.1, terms={}, novelty=0.5,
            beliefs=BeliefStatus((), ()), space="", paused=False,
        )  # fmt: skip
        status = Status(
            frame=FRAME,
            beat=16.0,
            bar=4.0,
            beats_per_bar=4.0,
            tempo=120.0,
            stage=StageStatus(layers=layers),
            agents={"ego": ego},
            drawn={"calm": calm},
            named={"push": 0.6},
            values={"ego.level": 0.75, "noise.level": 0.5},
        )
        self.arena.board.post(encode(status))

    def until(self, condition: Callable[[], Any], within_s: float = 60.0) -> Any:
        """Sound until a condition is true, and return what it came to."""
        end = time.monotonic() + within_s
        while not (found := condition()):
            assert time.monotonic() < end, "waited in vain"
            wave = 0.5 * np.sin(2 * np.pi * 440 * (self._at + np.arange(1024)) / 48000)
            self.arena.tap.write(np.stack([wave, wave / 2], axis=1).astype(np.float32))
            self._at += 1024
            self.arena.header.tick_clock(FRAME + self._at, time.monotonic_ns())
            time.sleep(1024 / 48000)
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "sets"
    own.mkdir()
    return own


@pytest.fixture
def playing(folder: Path) -> Iterator[Playing]:
    made = Playing(folder)
    yield made
    made.served.stop()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as opened:
        yield opened


def said(tab: Tab) -> str:
    return str(tab.run("document.querySelector('#own')?.textContent ?? ''"))


def colour(tab: Tab) -> tuple[int, ...]:
    """The colour in the middle of the canvas; of no canvas, none."""
    try:
        found = tab.run(
            "(() => { const canvas = document.querySelector('#own canvas'); if (!canvas?.width) return [];"
            " const at = [canvas.width >> 1, canvas.height >> 1, 1, 1];"
            " return [...canvas.getContext('2d').getImageData(...at).data.slice(0, 3)]; })()"
        )
    except RuntimeError:  # the page is being loaded
        return ()
    return tuple(found)


def test_a_sketch_beside_the_set_goes_by_what_sounds_and_by_every_signal(
    folder: Path, playing: Playing, browser: Browser
) -> None:
    (folder / "hydra-synth.js").write_text(STAND_IN)
    (folder / "waves.hydra.js").write_text(SKETCH)
    playing.show("waves.hydra.js")
    tab = browser.open(playing.served.audience.address)
    seen = playing.until(
        lambda: tab.run(
            "(() => { const now = window.seen?.() ?? { fft: [], levels: [] };"
            " return now.fft.some((each) => each > 0.1) && now.levels[0] > 0.48 ? now : null; })()"
        )
    )
    assert seen["levels"] == pytest.approx([0.5, 0.25], abs=0.03)
    assert seen["tempo"] == 120
    assert seen["beat"] >= 16
    assert seen["bar"] == pytest.approx(seen["beat"] / 4)
    assert seen["middle"] > 150, "a tone of 440 Hz"
    assert int(np.argmax(seen["fft"])) == 1
    assert seen["volume"] > 0
    assert (seen["calm"], seen["level"], seen["novelty"], seen["place"]) == (0.25, 0.75, 0.5, 0.7)
    assert seen["push"] == 0.6, "a signal of that name"
    assert seen["noise"] == "Hydra's own", "a signal of that name does not cover it"
    assert seen["missing"] == "undefined"
    made = tab.run("made")
    assert (made["makeGlobal"], made["autoLoop"], made["detectAudio"]) == (True, False, False)
    assert (made["width"], made["height"]) == (1280, 720), "alone it has the whole wall"

    playing.until(lambda: colour(tab)[:2] == (128, 64))
    playing.until(lambda: colour(tab)[2] == 255)  # one of [0, 1], by the beat
    playing.until(lambda: colour(tab)[2] == 0)
    apart = tab.run(
        "(() => { const off = seen().beat - time * 2; return off - Math.round(off); })()"
    )
    assert abs(apart) < 0.1, "Hydra's time goes with the beat"

    playing.show("waves.hydra.js", calm=1.0)
    playing.until(lambda: colour(tab)[1] == 255)
    (folder / "waves.hydra.js").write_text(
        "solid(1, 0, () => a.fft.length / 8).out()\na.setBins(8)"
    )
    playing.until(lambda: colour(tab) == (255, 0, 255))
    (folder / "waves.hydra.js").write_text("solid(")
    playing.until(lambda: "SyntaxError" in said(tab))
    (folder / "waves.hydra.js").write_text("solid(0, 1, 0).out()")
    playing.until(lambda: colour(tab) == (0, 255, 0))
    assert browser.complaints == []


def test_without_the_library_no_text_becomes_code_and_once_it_is_there_the_page_comes_again(
    folder: Path, playing: Playing, browser: Browser
) -> None:
    (folder / "waves.hydra.js").write_text("solid(0, 0, 1).out()")
    (folder / "text.js").write_text(
        "export default () => { try { new Function('1'); window.made = true; } "
        "catch (error) { window.why = error.name; } try { (0, eval)('1'); window.made = true; } catch {} };"
    )
    playing.show("waves.hydra.js", "text.js")
    tab = browser.open(playing.served.audience.address)
    playing.until(lambda: "put hydra-synth.js beside the set" in said(tab))
    playing.until(lambda: tab.run("window.why"))
    assert tab.run("[window.why, window.made ?? null]") == ["EvalError", None]
    (folder / "hydra-synth.js").write_text(STAND_IN)
    playing.show("waves.hydra.js")
    (folder / "waves.hydra.js").write_text("solid(0, 0, 1).out() // again")
    playing.until(lambda: colour(tab) == (0, 0, 255))
