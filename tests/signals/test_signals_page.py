"""The page on signals names every attribute that exists, and no other."""

import re
from pathlib import Path

import pytest

from livecode.signals import features, keys, midi, rings

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
OBJECTS = {
    "features": (features.SoundFeatures(48000), features.READABLE),
    "rings": (rings.Rings(), rings.RINGS_READABLE),
    "ring": (rings.Rings().left, rings.READABLE),
    "keys": (keys.Keys(), keys.READABLE),
    "midi": (midi.Midi(), (*midi.READABLE, "ch", "refused")),
}


def documented(section: str) -> list[str]:
    table = PAGE.read_text(encoding="utf-8").split(f"<!-- attributes: {section} -->\n")[1]
    rows = re.match(r"(?:\|.*\n)+", table)
    assert rows
    first_cells = [row.split("|")[1] for row in rows.group().splitlines()[2:]]
    return [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("section", OBJECTS)
def test_every_attribute_is_on_the_page_and_every_one_on_the_page_exists(section: str) -> None:
    thing, readable = OBJECTS[section]
    assert sorted(documented(section)) == sorted(readable)
    for name in documented(section):
        assert hasattr(thing, name)


@pytest.mark.parametrize("section", OBJECTS)
def test_what_can_be_read_is_what_is_listed(section: str) -> None:
    thing, readable = OBJECTS[section]
    public = {name for name in dir(thing) if not name.startswith("_")}
    inside = {"listen", "advance", "receive", "press", "set_fader"}  # for what feeds them
    inside |= {"sample_rate", "window_frames", "hop_frames"}
    assert public - inside <= set(readable)
