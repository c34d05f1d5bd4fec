"""Measures how much later a sound is heard by the stage page in a browser than it is played."""

import threading
import time

import numpy as np

from livecode.films.browser import Tab
from livecode.processes.live import Live

#: A tone that is switched on and off: a peak above the one is on, below the other off, in so many samples.
ON, OFF, WINDOW = 0.1, 0.02, 512
TONE = "@dsp\ndef tone():\n    return Sine(freq=440, mul=0.5)"
#: How often it is looked whether the tone is on, in seconds; both sides look alike.
LOOK_S = 0.003
#: A tone is awaited for so long, in seconds.
LIMIT_S = 10.0

_EDGES = """
window.edges = [];
(() => {
  const meter = new AnalyserNode(listening.context, { fftSize: %d }), heard = new Float32Array(%d);
  let on = true;
  listening.out.connect(meter);
  setInterval(() => {
    meter.getFloatTimeDomainData(heard);
    const most = heard.reduce((peak, each) => Math.max(peak, Math.abs(each)), 0);
    const late = listening.context.outputLatency || 0;   // what is in the graph now is heard later
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


class Delays:
    """Switches a tone on again and again, and compares when engine and browser play it."""

    def __init__(self, live: Live, tab: Tab):
        """`live` plays `TONE` and nothing else, and `tab` listens."""
        self._live, self._tab = live, tab
        self._tap = live.attachment.arena.tap
        tab.run(_EDGES % (WINDOW, WINDOW, ON, OFF, ON, 1000 * LOOK_S))

    def next(self) -> float:
        """Switch the tone off and on, and return by how much the browser was later, in seconds."""
        self._evaluate("tone.level = 0")
        self._live.await_(lambda: self._peak() < OFF, "silence", LIMIT_S)
        before = self._tab.run("edges.length")
        time.sleep(0.7)  # so long at most is the browser behind
        played: list[float] = []
        watch = threading.Thread(target=self._watch, args=(played,))
        watch.start()
        self._evaluate("tone.level = 1")
        watch.join()
        heard = self._tab.until(f"edges.length > {before} && edges.at(-1)", LIMIT_S)
        latency_s = float(self._live.header.latency_ns) * 1e-9
        return float(heard) - played[0] - latency_s

    def _watch(self, played: list[float]) -> None:
        self._live.await_(lambda: self._peak() > ON, "the tone", LIMIT_S)
        played.append(time.time())

    def _peak(self) -> float:
        time.sleep(LOOK_S)
        return float(np.abs(self._tap.latest(WINDOW)).max())

    def _evaluate(self, code: str) -> None:
        ok, error = self._live.evaluate(code)
        assert ok, error
