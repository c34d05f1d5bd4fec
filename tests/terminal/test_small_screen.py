"""A screen of 80 columns and 24 rows: what is in view when a set opens, and while one learns."""

from pathlib import Path

import pytest

from livecode.language.tutorial import steps
from livecode.terminal.layout import EDITOR_ROWS, title_line
from livecode.terminal.signatures import Signature
from livecode.transport.status import SceneStatus, Status, encode
from tests.terminal.conftest import Player, play, supervisor

SET = "# a preparation\n" + "\n".join(f"p{n} = {n}" for n in range(30))
SET += "".join(
    f"\n\n# %% {name}  for=20*s\n" + "\n".join(f"{name}{n} = {n}" for n in range(20))
    for name in ("one", "two", "three")
)
HEADERS = {name: SET.split("\n").index(f"# %% {name}  for=20*s") for name in ("one", "three")}


def first_row_in_view(player: Player) -> int:
    info = player.terminal._text_window.render_info
    return -1 if info is None else info.first_visible_line()


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    path = tmp_path / "piece.py"
    path.write_text(SET)
    return path


def test_a_set_opens_at_its_first_scene(piece: Path) -> None:
    unstarted = supervisor(piece)

    async def script(player: Player) -> None:
        assert player.terminal.editor.row == HEADERS["one"] + 1
        await player.until(lambda: first_row_in_view(player) == HEADERS["one"])

    try:
        play(script, unstarted)
    finally:
        unstarted.stop()


def test_a_set_that_plays_already_opens_at_the_scene_that_plays(piece: Path) -> None:
    unstarted = supervisor(piece)

    def plays(name: str) -> None:
        status = Status(scene=SceneStatus(name=name, index=2))
        unstarted.arena.board.post(encode(status))

    async def script(player: Player) -> None:
        plays("three")
        await player.until(lambda: first_row_in_view(player) == HEADERS["three"])
        assert player.terminal.editor.row == HEADERS["three"] + 1
        plays("one")  # the next scene moves nothing under the performer's hands
        await player.until(lambda: "one" in player.status + str(player.terminal.cue_line))
        assert player.terminal.editor.row == HEADERS["three"] + 1

    try:
        play(script, unstarted)
    finally:
        unstarted.stop()


def test_each_step_of_the_tutorial_fits_with_its_answer_and_room_to_type() -> None:
    unstarted = supervisor()

    async def script(player: Player) -> None:
        output = player.terminal.output
        for number, step in enumerate(steps(), 1):
            before = len(output.rows)
            output.show(f"● tutorial({number})\n{step!r}")
            output.to_end()  # as Alt+Enter does
            output.show("● glass, ego")
            wanted = len(output.rows) - before
            assert wanted <= 24 - 3 - EDITOR_ROWS, number
            await player.until(lambda: output._height >= wanted)  # noqa: B023
            assert output.visible(output._width, output._height)[-wanted:] == output.rows[before:]
            info = player.terminal._text_window.render_info
            assert info is not None
            assert info.window_height >= EDITOR_ROWS

    try:
        play(script, unstarted)
    finally:
        unstarted.stop()


def test_a_list_longer_than_the_screen_has_all_rows_but_the_editor_s_while_it_is_read() -> None:
    unstarted = supervisor()

    async def script(player: Player) -> None:
        output = player.terminal.output
        output.show("\n".join(map(str, range(60))))
        await player.until(lambda: output._height >= 24 - 3 - EDITOR_ROWS)
        output.scroll(1)
        assert output.wanted_rows > 1
        output.to_end()
        await player.press("x")
        await player.until(lambda: output._height <= 24 // 2)

    try:
        play(script, unstarted)
    finally:
        unstarted.stop()


@pytest.mark.parametrize(("columns", "count"), [(20, 0), (40, 1), (60, 3), (80, 3), (120, 4)])
def test_the_keys_that_are_needed_most_stay_in_sight(columns: int, count: int) -> None:
    def text(signature: Signature) -> str:
        fragments = title_line("first.py", True, 0, signature, columns)
        return "".join(fragment[1] for fragment in fragments)

    line = text(Signature())
    assert len(line) == columns
    keys = ("F1 help", "Alt+Enter play", "F12 silence", "F8 next")
    assert len([key for key in keys if key in line]) == count
    assert "F12" not in text(Signature("agent(space, dims=None)", 6, 11))  # a call comes first
