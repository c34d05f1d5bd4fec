"""How `livecode play` takes its options: colours, and whether cues are open."""

import os
from pathlib import Path

import pytest

from livecode.cli.arguments import THEMES, theme_of
from livecode.cli.command import command_parser, main
from livecode.cli.play import open_cues
from livecode.errors import LivecodeError
from livecode.signals.intake import CUES_IN_CLEAR, CUES_TOKEN
from livecode.terminal.style import THEMES as STYLES

pytestmark = pytest.mark.live


def test_every_theme_that_can_be_asked_for_is_there() -> None:
    assert set(THEMES) <= set(STYLES)


def theme(*arguments: str) -> str:
    return theme_of(command_parser().parse_args(arguments))


def test_a_theme_that_is_asked_for_goes_before_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LIVECODE_THEME", raising=False)
    assert theme("play") == "dark"
    monkeypatch.setenv("LIVECODE_THEME", "light")
    assert theme("play") == "light"
    assert theme("play", "--theme", "high-contrast") == "high-contrast"
    assert theme("resume") == "light"


def test_a_theme_of_the_environment_that_is_none_is_refused_before_any_sound(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVECODE_THEME", "neon")
    assert main(["play", "--audio", "headless"]) == 2
    assert capsys.readouterr().err == (
        "livecode: LIVECODE_THEME=neon: there is no such theme; use dark, light, high-contrast\n"
    )


def cues(*arguments: str) -> tuple[list[str], str | None]:
    """Return the sentence for the performer, if any, and the token that the mind is handed."""
    options = command_parser().parse_args(["play", *arguments])
    sentences = open_cues(options.cues, options.osc_bind, options.osc_port, options.cues_in_clear)
    return sentences, os.environ.get(CUES_TOKEN)


def test_cues_are_closed_until_asked_for_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CUES_TOKEN, "left-over")
    assert cues() == ([], None)


def test_a_token_is_taken_or_made_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CUES_TOKEN, raising=False)
    (told,), token = cues("--cues", "hush-hush-hush", "--osc-port", "9000")
    assert token == "hush-hush-hush"
    assert told == "cues are open on 127.0.0.1, UDP port 9000: /livecode/cue NAME hush-hush-hush"
    (told,), made = cues("--cues")
    assert made is not None
    assert len(made) == 16  # of 64 characters each: 96 bits
    assert told.endswith(made)
    assert cues("--cues")[1] != made
    monkeypatch.delenv(CUES_TOKEN)


@pytest.mark.parametrize("short", ["1", "1234", "s3cret", "hush-hush", "elevenchars"])
def test_a_token_that_can_be_guessed_is_refused(
    short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CUES_TOKEN, raising=False)
    with pytest.raises(LivecodeError, match="12 to 64 letters and digits"):
        cues("--cues", short)
    assert CUES_TOKEN not in os.environ


def test_whether_other_machines_may_show_the_token_is_said_and_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CUES_IN_CLEAR, "left-over")
    (told,), _ = cues("--cues", "--osc-bind", "0.0.0.0")
    assert told.endswith("; other machines have to sign them, as examples/cue.py does")
    assert CUES_IN_CLEAR not in os.environ
    (told,), token = cues("--cues", "--osc-bind", "0.0.0.0", "--cues-in-clear")
    assert told.endswith(str(token))
    assert os.environ.pop(CUES_IN_CLEAR) == "1"
    monkeypatch.delenv(CUES_TOKEN)


def test_a_sets_name_is_not_taken_for_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv(CUES_TOKEN, raising=False)
    assert main(["play", "--cues", "piece.py", "--audio", "headless"]) == 2
    assert "a token is 12 to 64 letters and digits" in capsys.readouterr().err
