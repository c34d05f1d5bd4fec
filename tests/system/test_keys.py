"""What is said of keys that terminals keep for themselves."""

import pytest

from livecode.system.keys import key_note


@pytest.mark.parametrize(("platform", "key"), [("darwin", "Option"), ("win32", "Alt+Enter")])
def test_where_a_terminal_keeps_a_key_another_way_is_told(platform: str, key: str) -> None:
    assert key in key_note(platform)
    assert "Esc, then" in key_note(platform)
    assert len(key_note(platform)) <= 80


def test_on_linux_nothing_is_said() -> None:
    assert key_note("linux") == ""
