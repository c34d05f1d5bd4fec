"""Many browsers at the stage page, reloads at any time, and the sound in the browser."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from livecode.bench.stage_listener import TONE, Delays, listen
from livecode.bench.stage_visitors import Still
from livecode.films.browser import Browser, Tab
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.transport.stage import Audience, look_at
from tests.stage.conftest import CHROMIUM, await_

pytestmark = [
    pytest.mark.slow,
    pytest.mark.live,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed here: apt-get install chromium"
    ),
]
VIEWERS = 5
OWN = """
export default function begin(canvas) {
  const c = canvas.getContext("2d");
  return (now) => {
    window.seen = { ...now, bands: [...now.bands], agents: Object.keys(now.agents) };
    c.fillStyle = "%s";
    c.fillRect(0, 0, now.width, now.height);
  };
}
"""
#: The sound in the browser is heard so much later than it is played, at most, in seconds.
BEHIND_S = 0.3
#: On a machine that is loaded just then the page lets pieces wait longer, which is not counted here. It is
#: measured again and again, until so many tones were in time.
IN_TIME, ATTEMPTS = 3, 30


@pytest.fixture
def live() -> Iterator[Live]:
    with Live(Options(audio="headless", osc_port=0, stage="0", stage_audio=True)) as opened:
        ok, error = opened.evaluate(TONE)
        assert ok, error
        opened.await_sound()
        opened.await_(lambda: audience(opened).address, "the page", 60)
        yield opened


def audience(live: Live) -> Audience:
    return look_at(live.attachment.arena.audience, Audience)


def draws(tab: Tab) -> None:
    """Wait until a page has drawn three spectra more than it had."""
    newest = "document.querySelector('#spectrum canvas') && window.pages.spectrum.newest"
    before = tab.until(newest)
    tab.until(f"window.pages.spectrum.newest > {before + 3}")


def reload(tab: Tab) -> None:
    """Load a page again, as soon as the browser takes the order: while it begins to load, it does not."""
    for _ in range(200):
        try:
            tab.reload()
            return
        except RuntimeError:
            time.sleep(0.01)
    raise TimeoutError("the browser does not load the page again")


def test_five_viewers_one_that_never_reads_and_reloads_at_any_time(
    live: Live, tmp_path: Path
) -> None:
    address = audience(live).address
    with Browser(tmp_path / "profile") as browser:
        # each in a window of its own, as on a machine of its own: what is behind others is not drawn
        tabs = [browser.open(f"{address}?fps=4", window=True) for _ in range(VIEWERS)]
        live.await_(lambda: audience(live).viewers == VIEWERS, "five viewers", 60)
        still = Still(address)
        live.await_(lambda: audience(live).viewers == VIEWERS + 1, "one that never reads")
        for tab in tabs:
            draws(tab)
        for pause_s in (0.0, 0.03, 0.1, 0.3, 0.7, 0.0, 0.0):  # while it loads, connects and draws
            reload(tabs[0])
            time.sleep(pause_s)
        for tab in tabs:
            draws(tab)
        live.await_(lambda: audience(live).viewers == VIEWERS + 1, "nobody twice")
        still.close()
        assert browser.complaints == []
    live.await_(lambda: audience(live).viewers == 0, "an empty room")
    assert live.peak > 0.1
    assert live.said == [], "nothing died"


@pytest.mark.timeout(400)
def test_the_sound_is_heard_in_the_browser_soon_and_without_gaps(
    live: Live, tmp_path: Path
) -> None:
    with Browser(tmp_path / "profile") as browser:
        tab = browser.open(f"{audience(live).address}?fps=4")
        listen(tab)
        tab.run(
            "window.meter = new AnalyserNode(listening.context, { fftSize: 8192 }),"
            "listening.out.connect(meter), meter.connect(listening.context.destination), null"
        )
        loudest = (
            "(() => { const found = new Float32Array(meter.frequencyBinCount);"
            " meter.getFloatFrequencyData(found); const most = found.indexOf(Math.max(...found));"
            " return [most * listening.context.sampleRate / meter.fftSize, found[most]]; })()"
        )
        # a loaded machine has gaps now and then, which blur it: a moment without any is awaited
        tab.until(
            f"(([freq, level]) => level > -30 && Math.abs(freq - 440) <= 48000 / 8192)({loudest})"
        )
        # a gap would be samples in a row that are 0; a loaded machine has one now and then
        tab.until(
            "(() => { const found = new Float32Array(8192); meter.getFloatTimeDomainData(found);"
            " let most = 0, now = 0; for (const each of found) { now = each === 0 ? now + 1 : 0;"
            " most = Math.max(most, now); } return most < 3; })()"
        )
        delays, found = Delays(live, tab), []
        while sum(0 < each.calm < BEHIND_S for each in found) < IN_TIME:
            assert len(found) < ATTEMPTS, found
            found.append(delays.next())
        # what the page says of itself, by which its picture goes, is what was measured
        await_(lambda: abs(_said_behind(live, tab) - delays.next().behind) < 0.1, f"{found}")
        tab.run("document.getElementById('listen').click()")
        tab.until("listening.heard() === null")
        assert browser.complaints == []


def _said_behind(live: Live, tab: Tab) -> float:
    """By how much the page says that what is heard there is later than what is played, in seconds."""
    frame, at_s = tab.run(
        "[listening.heard(), (performance.timeOrigin + performance.now()) / 1000]"
    )
    header = live.header
    then_ns = time.monotonic_ns() - round((time.time() - at_s) * 1e9) - header.latency_ns
    return float(header.now(then_ns) - frame) / header.sample_rate


def colour(tab: Tab) -> list[int]:
    box = tab.run(
        "(({x, y, width, height}) => ({x, y, width, height}))"
        "(document.querySelector('#own canvas').getBoundingClientRect())"
    )
    picture = Image.open(io.BytesIO(tab.picture(**box))).convert("RGB")
    return list(picture.getpixel((picture.width // 2, picture.height // 2)))  # type: ignore[arg-type]


def test_a_layer_beside_the_set_draws_what_sounds_is_read_again_and_may_fail(
    tmp_path: Path,
) -> None:
    set_file, layer = tmp_path / "set.py", tmp_path / "rain.js"
    set_file.write_text("@dsp\ndef tone():\n    return Sine(freq=440, mul=0.25)\n")
    layer.write_text(OWN % "#0a8040")
    options = Options(audio="headless", osc_port=0, stage="0", set_path=set_file)
    with Live(options) as live, Browser(tmp_path / "profile") as browser:
        live.await_(lambda: audience(live).address, "the page", 60)
        ok, error = live.evaluate('stage.show("rain.js", "nothing.js", "clock")')
        assert ok, error
        tab = browser.open(f"{audience(live).address}?fps=4")
        tab.until("window.seen?.bands.some((each) => each > 150)")
        seen = tab.run("window.seen")
        assert 0.2 < seen["levels"][0] < 0.3
        assert seen["tempo"] == 120
        assert colour(tab) == [0x0A, 0x80, 0x40]
        assert "there is no nothing.js" in tab.run("document.querySelector('#own').textContent")
        layer.write_text(OWN % "#c02020")
        await_(lambda: colour(tab) == [0xC0, 0x20, 0x20], "the new colour")
        layer.write_text("export default () => () => nothing();")
        tab.until("document.querySelector('#own').textContent.includes('nothing is not defined')")
        ok, error = live.evaluate("stage.show()")
        tab.until("document.querySelector('#own').children.length === 0")
        assert browser.complaints == []
