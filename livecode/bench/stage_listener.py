"""Measures how much later a sound is heard by the stage page in a browser than it is played."""

import threading
import time
from typing import NamedTuple

import numpy as np

from livecode.films.browser import Tab
from livecode.processes.live import Live

#: A tone that is switched on and off: a peak above the one is on, below the other off, in so many samples.
ON, OFF, WINDOW = 0.1, 0.02, 512
TONE = "@dsp\ndef tone():\n    return Sine(freq=440, mul=0.5)"
#: How often it is looked whether the tone is on, in seconds; both sides look alike.
LOOK_S = 0.003
#: The browser is quiet once it has been for so long: it is not further behind, in seconds.
QUIET_S = 0.8
#: So long the page lets each piece wait at least, in seconds; longer once one has come too late.
LEAD_S = 0.09
#: A tone is awaited for so long, in seconds.
LIMIT_S = 10.0

_EDGES = """
window.edges = [];
window.loudAt = performance.now();
(() => {
  const meter = new AnalyserNode(listening.context, { fftSize: %d }), heard = new Float32Array(%d);
  let on = true;
  listening.out.connect(meter);
  setInterval(() => {
    meter.getFloatTimeDomainData(heard);
    const most = heard.reduce((peak, each) => Math.max(peak, Math.abs(each)), 0);
    const late = listening.context?.outputLatency || 0;   // what is in the graph now is heard later
    if (most > %f) loudAt = performance.now();
    if (!on && most > %f) edges.push((performance.timeOrigin + performance.now()) / 1000 + late);
    on = on ? most > %f : most > %f;
  }, %f);
})()
"""


def listen(tab: Tab) -> None:
    """Click on `listen` on a stage page, and wait until it sounds: a browser lets nothing sound before."""
    tab.until("!document.getElementById('listen').hidden")
    middle = tab.run(
        "(({x, y, width, height}) => ({x: x + width / 2, y: y + height / 2}))"
        "(document.getElementById('listen').getBoundingClientRect())"
    )
    for kind in ("mousePressed", "mouseReleased"):
        tab.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **middle)
    tab.until("listening.heard() !== null")


class Delay(NamedTuple):
    """By how much a sound was heard later in the browser than it was played, in seconds."""

    behind: float
    waited: (
        float  # how much of that each piece waited in the browser: longer where pieces come late
    )

    @property
    def calm(self) -> float:
        """What it would be on a machine on which no piece comes late."""
        return self.behind - max(0.0, self.waited - LEAD_S)


class Delays:
    """Switches a tone on again and again, and compares when engine and browser play it."""

    def __init__(self, live: Live, tab: Tab):
        """`live` plays `TONE` and nothing else, and `tab` listens."""
        self._live, self._tab = live, tab
        self._tap = live.attachment.arena.tap
        tab.run(_EDGES % (WINDOW, WINDOW, OFF, ON, OFF, ON, 1000 * LOOK_S))

    def next(self) -> Delay:
        """Switch the tone off and on, and return by how much the browser was later."""
        self._evaluate("tone.level = 0")
        self._live.await_(lambda: self._peak() < OFF, "silence", LIMIT_S)
        # a piece that comes too late is a gap, so that one quiet moment says nothing
        self._tab.until(f"performance.now() - loudAt > {1000 * QUIET_S}", LIMIT_S)
        before = self._tab.run("edges.length")
        played: list[float] = []
        watch = threading.Thread(target=self._watch, args=(played,))
        watch.start()
        self._evaluate("tone.level = 1")
        watch.join()
        heard = self._tab.until(f"edges.length > {before} && edges.at(-1)", LIMIT_S)
        latency_s = float(self._live.header.latency_ns) * 1e-9
        return Delay(float(heard) - played[0] - latency_s, float(self._tab.run("listening.ahead")))

    def _watch(self, played: list[float]) -> None:
        self._live.await_(lambda: self._peak() > ON, "the tone", LIMIT_S)
        played.append(time.time())

    def _peak(self) -> float:
        time.sleep(LOOK_S)
        return float(np.abs(self._tap.latest(WINDOW)).max())

    def _evaluate(self, code: str) -> None:
        ok, error = self._live.evaluate(code)
        assert ok, error
