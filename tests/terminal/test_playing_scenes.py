"""Playing the scenes of a set on a terminal with everything behind it: marks, keys, and what a save adds."""

from pathlib import Path

import pytest

from tests.terminal.conftest import Player, play, supervisor

pytestmark = pytest.mark.live

F5, F6, F7, F8 = "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~"


def test_a_set_is_marked_where_it_plays_and_scenes_are_gone_through(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text("a = 1\n\n# %% first\nb = 1\n\n# %% second part  for=90*s\nb = 1 / 0\n")
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("▶ first")
        assert player.glyphs().rstrip() == "●  ●"
        await player.press(F8)
        await player.until_said("▶ second part")
        await player.until_said("✗ line 7: ZeroDivisionError")
        assert player.glyphs().rstrip() == "●  ●  ✗"
        await player.press(F8)
        await player.until_said("· this is the last scene")
        await player.press("\x1by")
        await player.until_said("there is nothing to redo")
        await player.press("\x1bOQ")  # F2
        await player.until_said("b = 1 / 0")  # in the traceback of the error before
        assert "● go" not in player.said
        await player.press(F7)
        await player.until(lambda: player.said.count("▶ first") == 2)

    try:
        play(script, opened)
    finally:
        opened.stop()


def test_a_preparation_that_failed_and_is_played_again_is_marked_live(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text("ego = hits('bd', level=chop)\n\n# %% first\nb = 1\n")
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("▶ first")
        await player.until(lambda: player.glyphs().startswith("✗"))
        player.terminal.editor.buffer.text = "chop = 0.5\n" + player.text
        await player.press("\x13")  # Ctrl-S
        await player.press(F7)
        await player.until_said("● ego")
        await player.until(lambda: "✗" not in player.glyphs())

    try:
        play(script, opened)
    finally:
        opened.stop()


def test_a_scene_that_was_undone_is_not_marked_live(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text('glass = space("additive")\n\n# %% one\nego = agent(glass)\n')
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("▶ one")
        await player.ready()
        assert player.glyphs().rstrip() == "●  ●"
        await player.press("\x1bz")
        await player.until_said("● undone: ego")
        assert player.glyphs().rstrip() == "●  ↺"

    try:
        play(script, opened)
    finally:
        opened.stop()


def test_a_name_that_does_not_exist_yet_is_a_set_whose_cells_are_scenes_at_f5_and_at_a_save(
    tmp_path: Path,
) -> None:
    path = tmp_path / "night.py"
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.ready()
        assert "night.py is new" in player.said
        await player.type_anew("y = 1\n\n# %% one\nx = y\n\n# %% two  for=90*s\nx = 2\n")
        player.terminal.editor.buffer.cursor_position = 17
        await player.press(F5)
        await player.until_said("▶ one")
        await player.press(F8)
        await player.until_said("▶ two")
        player.terminal.editor.buffer.text += "\n# %% three\nx = 3\n"
        await player.press("\x13")
        await player.until_said("as it is now: three")
        await player.press(F8)
        await player.until_said("▶ three")
        await player.evaluate("x, y")
        await player.until_said("→ (3, 1)")

    try:
        play(script, opened)
    finally:
        opened.stop()


def test_f5_is_what_the_header_says_and_f6_on_a_header_goes_to_the_scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.terminal.app.LOOK_EVERY_S", 60.0)  # the status may come late
    path = tmp_path / "piece.py"
    path.write_text(
        '# %% one\na = agent(space("additive"))\nb = agent(space("additive"))\n\n'
        '# %% two  ends=["a"] fade=1*s\nx = 1\n\ny = 2\n'
    )
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("● a, b")
        lines = player.terminal.editor.lines
        player.terminal.editor.buffer.cursor_position = len("\n".join(lines[:5])) + 1
        await player.press(F5)
        await player.until_line("● a")
        await player.evaluate("scene.name")
        await player.until_said("→ 'one'")
        await player.type_anew(path.read_text())
        player.terminal.editor.buffer.cursor_position = len("\n".join(lines[:4])) + 1
        await player.press(F6)
        await player.until_said("▶ two")
        player.terminal.editor.buffer.cursor_position = 0
        await player.press(F6)
        await player.until(lambda: player.said.count("▶ one") == 2)
        await player.press(F7)
        await player.until(lambda: player.said.count("▶ one") == 3)

    try:
        play(script, opened)
    finally:
        opened.stop()
