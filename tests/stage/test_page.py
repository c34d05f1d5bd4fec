"""The stage page in a real browser: it draws what sounds, is written and is thought, in time."""

import asyncio
import io
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from livecode.films.browser import Browser, Tab
from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.stage.spectrum import BANDS, BandSpectrum
from livecode.transport.stage import Audience, look_at
from livecode.transport.status import look_at_status
from tests.stage.conftest import CHROMIUM, await_
from tests.terminal.conftest import Player, play

pytestmark = [
    pytest.mark.slow,
    pytest.mark.live,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed here: apt-get install chromium"
    ),
]
#: What is evaluated, lit or thought is seen within this time, in seconds.
SEEN_WITHIN_S = 0.2
#: A loaded machine is late now and then: so many attempts are made at most, and the best of them counts.
ATTEMPTS = 25
#: What is evaluated again and again, whose tokens are lit.
PLAYED = 'drums = hits("bd hh cp hh")'
TONE = "@dsp\ndef tone():\n    return Sine(freq={freq}, mul=0.25)\n"
ALT_ENTER = "\x1b\r"


def address_of(arena: Any) -> str:
    return await_(lambda: look_at(arena.audience, Audience).address, "the page", 60)


@pytest.fixture
def live() -> Iterator[Live]:
    with Live(Options(audio="headless", osc_port=0, stage="0")) as opened:
        yield opened


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as opened:
        yield opened
        assert opened.complaints == []


def evaluate(live: Live, code: str) -> None:
    ok, error = live.evaluate(code)
    assert ok, error


def place_of(tab: Tab, selector: str) -> dict[str, float]:
    box = f"document.querySelector('{selector}').getBoundingClientRect()"
    found: dict[str, float] = tab.run(
        f"(({{x, y, width, height}}) => ({{x, y, width, height}}))({box})"
    )
    return found


def bright_rows(tab: Tab) -> np.ndarray:
    """The brightness of each row of the spectrum where the present stands, from the lowest pitch up."""
    box = place_of(tab, "#spectrum canvas")
    picture = np.asarray(Image.open(io.BytesIO(tab.picture(**box))).convert("L"), float)
    return picture[::-1, int(0.7 * picture.shape[1]) :].mean(axis=1)


def loudest_band(tab: Tab) -> float:
    """The band at which the spectrum is brightest."""
    rows = bright_rows(tab)
    near = np.flatnonzero(rows > 0.5 * rows.max())
    at = int(rows.argmax())
    near = near[np.abs(near - at) < 0.05 * len(rows)]
    return float((near * rows[near]).sum() / rows[near].sum() + 0.5) / len(rows) * BANDS


@pytest.mark.parametrize("shaders", [False, True], ids=["canvas", "webgl"])
def test_a_tone_is_drawn_at_its_pitch_and_survives_the_engine(
    live: Live, tmp_path: Path, shaders: bool
) -> None:
    bands = BandSpectrum(live.header.sample_rate)
    evaluate(live, TONE.format(freq=440) + "\nstage.show('spectrum')")
    with Browser(tmp_path / "profile", shaders=shaders) as browser:
        tab = browser.open(address_of(live.attachment.arena))
        tab.until("document.querySelector('#spectrum canvas')?.clientHeight > 400", within_s=60.0)
        painter = tab.run("document.querySelector('#spectrum canvas').dataset.painter")
        assert painter == ("webgl" if shaders else "canvas")
        await_(lambda: bright_rows(tab).max() > 40, "the tone's line")
        time.sleep(8.0)  # the line has drifted through what is looked at
        assert abs(loudest_band(tab) - (bands.band_of(440) + 0.5)) <= 1.0
        if shaders:
            return
        tab.run("window.here = true")
        epoch = live.header.engine_epoch
        os.kill(live.header.engine_pid, signal.SIGKILL)
        live.await_(lambda: live.header.engine_epoch > epoch, "another engine")
        live.await_sound()
        evaluate(live, TONE.format(freq=1320))
        await_(
            lambda: abs(loudest_band(tab) - (bands.band_of(1320) + 0.5)) <= 1.5, "another tone", 40
        )
        assert tab.run("window.here"), "the page was not loaded again"
        assert browser.complaints == []


WATCH = """
window.seen = [];
new MutationObserver((changes) => {
  for (const change of changes) {
    const added = [...change.addedNodes].filter((node) => node.className === "lit");
    if (added.length) window.seen.push(["lit", Date.now(), added[0].textContent]);
    if (change.type === "attributes" && change.target.classList.contains("flash")
        && !(change.oldValue ?? "").includes("flash"))
      window.seen.push(["flash", Date.now(), change.target.textContent]);
  }
  const agent = document.querySelector("#agent");
  if (agent.textContent) window.seen.push(["agent", Date.now(), agent.textContent]);
}).observe(document.querySelector("#wall"), {
  subtree: true, childList: true, attributes: true, attributeFilter: ["class"], attributeOldValue: true,
});
"""


def first_after(seen: list[list[Any]], kind: str, at_s: float, text: str) -> float:
    """How long after a moment, in seconds, something was seen; infinity if it was not."""
    times = [ms / 1000 - at_s for each, ms, what in seen if each == kind and text in what]
    return min((late for late in times if late > -0.02), default=float("inf"))


@pytest.mark.timeout(300)
def test_code_that_is_played_tokens_that_sound_and_the_agent_are_seen_in_time(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    paths = Paths()
    write_connection(paths.connection)
    attachment = Attachment(Options(audio="headless", osc_port=0, stage="0"), paths, print)
    attachment.start()
    arena = attachment.arena
    found: dict[str, Any] = {"flash": [], "lit": [], "agent": []}  # each in seconds

    async def script(player: Player) -> None:
        await player.until(lambda: player.terminal.evaluating.mind.ready)
        address = await asyncio.to_thread(address_of, arena)
        tab = await asyncio.to_thread(browser.open, address)

        async def seen() -> list[list[Any]]:
            return await asyncio.to_thread(tab.run, "window.seen")

        player.terminal.editor.buffer.insert_text(
            f'{PLAYED}\n\nego = agent(space("additive"), dims=2, every=100*ms)\n\n'
            'wrong = hits("bd")\n\nprint(nothing)'
        )
        await asyncio.to_thread(tab.until, "document.querySelectorAll('#code .line').length > 5")
        await asyncio.to_thread(tab.run, WATCH)
        player.terminal.editor.go_to_row(2)
        await player.press(ALT_ENTER)
        await player.until_said("● ego")
        player.terminal.editor.go_to_row(0)
        while not_in_time(found["flash"]):
            pressed = time.time()
            await player.press(ALT_ENTER)
            await asyncio.sleep(1.2)
            found["flash"].append(first_after(await seen(), "flash", pressed, "drums"))
        player.terminal.editor.go_to_row(6)
        await player.press(ALT_ENTER)
        await asyncio.to_thread(tab.until, "document.querySelector('#code .failing')")
        found["failing"] = await asyncio.to_thread(
            tab.run, "document.querySelector('#code .failing').textContent"
        )
        while not_in_time(found["lit"]):
            lights = [
                (_wall_s(arena, light.begin), PLAYED[light.lit.first : light.lit.last])
                for light in player.terminal._lights.coming
            ]
            await asyncio.sleep(2.5)
            found["lit"] += [
                abs(first_after(await seen(), "lit", at - 0.2, text) - 0.2)
                for at, text in lights
                if text in ("bd", "cp")  # once in a bar each
            ] or [float("inf")]
        while not_in_time(found["agent"]):
            places: list[tuple[float, Any]] = []
            for _ in range(100):
                agent = look_at_status(arena.board.look()).agents["ego"]
                if not places or places[-1][1] != agent.position:
                    places.append((time.time(), agent.position))
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)
            told = await seen()
            late = [first_after(told, "agent", at, f" {place[0]:.2f} ") for at, place in places]
            found["agent"].append(float(np.median(late)))

    try:
        play(script, attachment)
    finally:
        attachment.stop()
    assert "nothing" in found["failing"]
    for what in ("flash", "lit", "agent"):
        assert min(found[what]) < SEEN_WITHIN_S, (what, found[what])


def not_in_time(found: list[float]) -> bool:
    """Whether to try once more, since nothing was seen in time yet."""
    return min(found, default=float("inf")) >= SEEN_WITHIN_S and len(found) < ATTEMPTS


def _wall_s(arena: Any, frame: int) -> float:
    """When a sample time is heard, in seconds since 1970."""
    block, ns = arena.header.clock()
    from_now_s = (frame - block) / arena.header.sample_rate + ns * 1e-9 - time.monotonic()
    return time.time() + from_now_s + arena.header.latency_ns * 1e-9


def test_a_page_that_calls_itself_still_moves_nothing(live: Live, browser: Browser) -> None:
    evaluate(live, 'drums = hits("bd*4")\nstage.motion(False)\nstage.palette("contrast")')
    tab = browser.open(address_of(live.attachment.arena))
    tab.until("document.documentElement.classList.contains('still')")
    assert tab.run("getComputedStyle(document.body).color") == "rgb(255, 255, 255)"
    live.header.blackout = 1
    tab.until("document.querySelector('#wall').classList.contains('dark')")
    time.sleep(0.5)
    picture = np.asarray(Image.open(io.BytesIO(tab.picture())).convert("L"))
    assert picture.max() == 0
    live.header.blackout = 0
    tab.until("!document.querySelector('#wall').classList.contains('dark')")
