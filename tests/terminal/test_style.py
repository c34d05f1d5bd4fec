"""Themes."""

import pytest

from livecode.terminal.style import THEMES, style


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_tells_the_four_states_of_a_block_and_a_flash(theme: str) -> None:
    rules = style(theme)
    plain = rules.get_attrs_for_style_str("")
    assert rules.get_attrs_for_style_str("class:flash") != plain
    assert rules.get_attrs_for_style_str("class:mark.failing") != plain
    if theme != "no-colour":
        states = ("live", "pending", "failing", "reverted")
        colours = {rules.get_attrs_for_style_str(f"class:mark.{state}").color for state in states}
        assert len(colours) == 4


def test_the_theme_without_colour_has_none() -> None:
    for rule in THEMES["no-colour"].values():
        assert "#" not in rule
