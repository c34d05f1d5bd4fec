"""How the page draws: wrapped lines, layers that keep to their places, as often as a browser can."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from livecode.films.browser import Browser, Tab
from livecode.films.page import served
from livecode.transport.stage import LAYERS
from tests.stage.conftest import CHROMIUM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed here: apt-get install chromium"
    ),
]
LONG = (
    'pad = notes("0 ~ <3 5> [0 7] 0 ~ <3 5> [0 7]", "bass", scale="c minor", octave=2, '
    "level=0.25, room=0.4)"
)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with served() as address, Browser(tmp_path_factory.mktemp("profile")) as browser:
        opened = browser.open(f"{address}?film")
        opened.until("window.film")
        yield opened
        assert browser.complaints == []


def tell(tab: Tab, **documents: Any) -> None:
    tab.run(f"film.tell([{json.dumps(json.dumps(documents))}])")


def stage(**changed: Any) -> dict[str, Any]:
    return {
        "layers": LAYERS, "palette": "night", "motion": True, "size": 1, "blackout": False, "rate": 48000,
        "audio": False, "bands": {"low": 27.5, "high": 16000.0, "count": 384}, **changed,
    }  # fmt: skip


def agent(dims: int) -> dict[str, Any]:
    return {
        "space": "orchestra", "axes": [f"an axis {each}" for each in range(dims)], "position": [0.5] * dims,
        "action": [-0.03] * dims, "reward": -0.63, "terms": {"calm": -0.4, "bold": 0.2}, "novelty": 0.14,
        "believed": [-0.63, 0.53] * dims, "unknown": [0.1] * (2 * dims), "paused": True,
    }  # fmt: skip


SCENE = {
    "name": "a scene of some length", "begun": 0, "time": 1, "left": 20, "next": "another", "held": False,
    "index": 0,
}  # fmt: skip


def everything(dims: int, size: float) -> dict[str, Any]:
    """A page on which every layer has something to show."""
    events = [
        (24000 * at, 24000 * (at + 1), word) for at, word in enumerate(["bd", "hh", "cp"] * 4)
    ]
    blocks = [{"number": each, "code": LONG, "ok": True, "frame": 0} for each in range(4)]
    return {
        "stage": stage(size=size),
        "agents": {"ego": agent(dims)},
        "paths": {"ego": {"way": [[0.1, 0.2], [0.9, 0.8]], "sounds": [[0.5, 0.5]], "across": "1 sound"}},
        "values": {"r7.temperature": 1.0, "r7.entropy": 5.123, "calm": 0.2, "drums.gain": 0.5},
        "patterns": {"until": 480000, "rows": [{"name": "drums", "setting": "pattern", "events": events}]},
        "code": {"blocks": blocks, "tokens": [(0, 96000, 3, 93, 97)]},
        "clock": {"frame": 0, "beat": 0, "bar": 0, "beats": 4, "tempo": 120, "scene": SCENE},
    }  # fmt: skip


@pytest.mark.parametrize(("dims", "size"), [(1, 1.0), (5, 1.0), (8, 1.0), (12, 1.4), (2, 2.0)])
def test_no_layer_hides_another_or_is_cut_off(tab: Tab, dims: int, size: float) -> None:
    tell(tab, **everything(dims, size))
    tab.run("pages.spectrum.filled = true, pages.spectrum.newest = 0, film.picture(1000, 48000)")
    tab.run("film.picture(2000, 48000)")
    boxes = tab.run(
        "[...document.querySelectorAll('#wall .layer')].map((each) => {"
        " const box = each.getBoundingClientRect();"
        " return [each.id, box.left, box.top, box.right, box.bottom]; })"
    )
    assert {box[0] for box in boxes} == set(LAYERS)
    for name, left, top, right, bottom in boxes:
        assert min(right - left - 100, bottom - top - 25) > 0, name
        assert min(left, 1280 - right, top, 720 - bottom) >= -1, name
        for other, left2, top2, right2, bottom2 in boxes:
            apart = (
                right <= left2 + 1 or right2 <= left + 1 or bottom <= top2 + 1 or bottom2 <= top + 1
            )
            assert name == other or apart, (name, other)
    for name in ("agent", "clock") if size == 1.0 else ():
        over = tab.run(
            "((each) => [each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight])"
            f"(document.getElementById('{name}'))"
        )
        assert max(over) <= 1, (name, over)
    smallest = tab.run(
        "Math.min(...[...document.querySelectorAll('#agent, #code, #clock *')]"
        ".filter((each) => each.textContent).map((each) => parseFloat(getComputedStyle(each).fontSize)))"
    )
    assert smallest >= 13.5, "for the back row, in pixels of 720"


def test_a_long_line_is_wrapped_and_its_token_lit_where_it_stands(tab: Tab) -> None:
    token = LONG.index("level")
    block = {"number": 1, "code": LONG, "ok": True, "frame": 0}
    code = {"blocks": [block], "tokens": [(0, 96000, 1, token, token + 5)]}
    tell(tab, stage=stage(layers=["code", "agent"], size=1.6), agents={"ego": agent(2)}, code=code)
    for ms in (10_000, 11_000):
        tab.run(f"film.picture({ms}, 48000)")
    rows = tab.run("[...document.querySelectorAll('#code .line')].map((each) => each.textContent)")
    assert len(rows) > 1
    assert "".join(row.strip(" ") for row in rows).replace(" ", "") == LONG.replace(" ", "")
    assert tab.run(
        "[...document.querySelectorAll('#code .line')]"
        ".every((each) => each.scrollWidth <= each.clientWidth + 1)"
    )
    assert tab.run("document.querySelector('#code .lit').textContent") == "level"
    where = tab.run(
        "(() => { const lit = document.querySelector('#code .lit').getBoundingClientRect();"
        " for (const line of document.querySelectorAll('#code .line')) {"
        "  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);"
        "  while (walker.nextNode()) {"
        "   const at = walker.currentNode.data.indexOf('level'); if (at < 0) continue;"
        "   const range = document.createRange(); range.setStart(walker.currentNode, at);"
        "   range.setEnd(walker.currentNode, at + 5); const box = range.getBoundingClientRect();"
        "   const middle = lit.top + lit.height / 2 - box.top - box.height / 2;"
        "   return [lit.left - box.left, lit.right - box.right, middle]; } } })()"
    )
    assert max(map(abs, where)) < 3, where


def test_rows_of_wrapped_lines_hold_every_character_once(tab: Tab) -> None:
    lines = [
        "",
        "x",
        LONG,
        "    " + LONG,
        "y" * 70,
        "        deep = 1",
        'é = "☃ ☃ ☃ ☃ ☃ ☃ ☃ ☃ ☃ ☃ ☃"',
    ]
    for columns in (16, 24, 60, 200):
        rows = tab.run(
            f"import('./wrapping.js').then((each) => each.wrapped({json.dumps(lines)}, {columns}))"
        )
        for number, text in enumerate(lines):
            own = [row for row in rows if row["line"] == number]
            assert "".join(text[row["from"] : row["to"]] for row in own) == text
            assert all(row["to"] - row["from"] + row["indent"] <= columns for row in own)
        places = tab.run(
            f"import('./wrapping.js').then((each) => each.placesOf({json.dumps(rows)}, 2, 10, 40))"
        )
        assert "".join(LONG[each["begin"] : each["end"]] for each in places) == LONG[10:40]
        assert tab.run(
            f"import('./wrapping.js').then((each) => each.cursorOf({json.dumps(rows)}, 1, 1))"
        ) == [1, 1]


def test_a_stream_s_entropy_is_drawn_beside_its_temperature(tab: Tab) -> None:
    values = {
        "drums.gain": 0.5,
        "r7.entropy": 5.1,
        "r7.temperature": 1.0,
        "calm": 0.2,
        "r8.entropy": 2.0,
    }
    tell(tab, stage=stage(), values=values)
    assert tab.run("pages.curves.lanes(0)") == [
        ["calm"], ["r7.temperature", "r7.entropy"], ["r8.entropy"], ["drums.gain"],
    ]  # fmt: skip


#: A browser that offers to draw 60 times a second, and later where the last picture took longer, in ms.
SIMULATED = """
import("./pace.js").then(({ Pace }) => {
  const pace = new Pace(), costs = %s, levels = [], drawn = [];
  for (let now = 0; now < %d;) {
    const draws = pace.due(now);
    if (draws) drawn.push(now);
    levels.push([now, pace.level]);
    now += Math.max(1, Math.ceil((draws ? costs[pace.level] : 1) / (1000 / 60))) * 1000 / 60;
  }
  return { levels, drawn };
})
"""


@pytest.mark.parametrize(
    ("costs", "level", "fps"),
    [
        ([10, 10, 10, 10], 0, 60.0),  # an ordinary laptop
        ([25, 25, 9, 9], 1, 30.0),  # a weak one: 30 a second, evenly
        ([60, 60, 20, 20], 2, 30.0),  # half the pixels
        ([90, 90, 45, 45], 3, 15.0),
    ],
)
def test_a_page_draws_as_often_as_it_can_and_less_where_that_is_too_much(
    tab: Tab, costs: list[int], level: int, fps: float
) -> None:
    found = tab.run(SIMULATED % (costs, 120_000))
    late = [(at, each) for at, each in found["levels"] if at > 30_000]
    assert sum(each == level for _, each in late) > 0.9 * len(late), "it does not go to and fro"
    drawn = [at for at in found["drawn"] if at > 30_000]
    assert len(drawn) / 90 == pytest.approx(fps, rel=0.1)


def test_a_page_that_was_slow_for_a_while_draws_everything_again(tab: Tab) -> None:
    script = SIMULATED.replace("costs[pace.level]", "(now < 10000 ? 40 : 8)")
    found = tab.run(script % ([], 60_000))
    assert max(level for _, level in found["levels"]) >= 1
    assert found["levels"][-1][1] == 0
