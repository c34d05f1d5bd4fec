"""Which colours `livecode play` opens the desk in."""

import pytest

from livecode.arguments import THEMES
from livecode.cli import main
from livecode.desk.play import _theme
from livecode.desk.style import THEMES as STYLES


def test_every_theme_that_can_be_asked_for_is_there() -> None:
    assert set(THEMES) <= set(STYLES)


def test_a_theme_that_is_asked_for_goes_before_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LIVECODE_THEME", raising=False)
    assert _theme(None) == "dark"
    monkeypatch.setenv("LIVECODE_THEME", "light")
    assert _theme(None) == "light"
    assert _theme("high-contrast") == "high-contrast"


def test_a_theme_of_the_environment_that_is_none_is_refused_before_any_sound(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVECODE_THEME", "neon")
    assert main(["play", "--audio", "headless"]) == 2
    assert capsys.readouterr().err == (
        "livecode: LIVECODE_THEME=neon: there is no such theme; use dark, light, high-contrast\n"
    )
