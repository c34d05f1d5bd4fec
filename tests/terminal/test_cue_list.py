"""The cue list: where the set is, what comes next, and how little room that takes."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from prompt_toolkit.data_structures import Size

from livecode.processes.attachment import Attachment
from livecode.terminal.cue_list import cue_line, cue_rows
from livecode.transport.status import SceneStatus, look_at_status
from tests.terminal.conftest import Player, play, supervisor

pytestmark = pytest.mark.live

SCENE = SceneStatus(
    name="storm",
    index=1,
    time_s=12.6,
    left_s=47.4,
    next="coda",
    scenes=(("dawn", 90.0), ("storm", 60.0), ("calm", None), ("coda", 30.0)),
    skipped=("calm",),
)


def rows(scene: SceneStatus, columns: int = 32, height: int = 8) -> list[str]:
    return "".join(text for _, text, *_ in cue_rows(scene, columns, height)).split("\n")


def line(scene: SceneStatus, columns: int = 80) -> str:
    return "".join(text for _, text, *_ in cue_line(scene, columns))


def test_each_scene_has_a_row_with_its_times() -> None:
    assert rows(SCENE) == [
        "  dawn                      1:30",
        "▶ storm               0:12 −0:48",
        "× calm                          ",
        "→ coda                      0:30",
    ]


def test_one_line_has_the_present_scene_what_comes_next_and_the_rest() -> None:
    assert line(SCENE) == "▶ storm 0:12 −0:48  → coda · calm"
    assert line(SCENE, 20) == "▶ storm 0:12 −0:48"


def test_how_a_scene_ends_is_shown() -> None:
    assert "0:12 hold" in line(replace(SCENE, held=True))
    assert "↻ −0:48" in line(replace(SCENE, loop=True))
    assert "−0:48?" in line(replace(SCENE, when=True))
    assert line(replace(SCENE, left_s=None), 30) == "▶ storm 0:12  → coda · calm"
    assert "→ coda in 1.4 s" in line(replace(SCENE, asked_s=1.42))


def test_the_present_scene_is_in_sight_in_a_long_set() -> None:
    scenes = tuple((f"scene {i}", None) for i in range(40))
    scene = replace(SCENE, name="scene 37", index=137, scenes=scenes, first=100)
    shown = rows(scene, height=5)
    assert len(shown) == 5
    assert any(row.startswith("▶ scene 37") for row in shown)


@pytest.mark.parametrize("columns", [1, 5, 12, 13, 20, 40, 80])
@pytest.mark.parametrize("height", [0, 1, 3])
def test_it_fits_whatever_room_there_is(columns: int, height: int) -> None:
    long = replace(SCENE, name="a name that is longer than any row", asked_s=0.5)
    for scene in (SCENE, long, replace(long, scenes=((long.name, 1.0),) * 4)):
        assert len(line(scene, columns)) <= columns
        assert all(len(row) <= columns for row in rows(scene, columns, height))


def test_without_a_set_there_is_none() -> None:
    for scene in (None, SceneStatus("x", 0)):
        assert (cue_rows(scene, 32, 8), cue_line(scene, 80)) == ([], [])


def test_the_terminal_shows_the_line_or_the_list_and_f7_and_f8_go_through_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "piece.py"
    path.write_text('# %% one then="three"\na = 1\n# %% two\na = 2\n# %% three for=90*s\na = 3\n')
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        def shown() -> str:
            return "".join(t for _, t, *_ in [*player.terminal.cue_line, *player.terminal.cues])

        await player.until(lambda: "▶ one" in shown())
        assert "→ three" in shown()
        assert not player.terminal.cues
        assert "one" not in player.status, "said once is enough"
        await player.press("\x1b[19~")  # F8
        await player.until(lambda: "▶ three 0:0" in shown())
        player.screen.size = Size(rows=40, columns=140)
        await player.until(lambda: "\n▶ three" in shown())
        assert not player.terminal.cue_line
        await player.press("\x1b[18~")  # F7
        await player.until(lambda: "▶ two" in shown())
        path.write_text("# %% two\na = 22\n# %% three\na = 3\n")
        await player.until_said("piece.py has changed: it is played as it is now from the next cue")
        await player.press("\x1b[18~")
        await player.until_said("piece.py has no scene 'one' any more")
        player.screen.size = Size(rows=10, columns=40)
        await player.until(lambda: not shown() and "one" in player.status)

    try:
        play(script, opened)
    finally:
        opened.stop()


def in_scene_s(opened: Attachment) -> float:
    """For how long the present scene has been playing."""
    scene = look_at_status(opened.arena.board.look()).scene
    return 0.0 if scene is None or scene.name != "two" else scene.time_s


def test_f8_leaves_a_scene_whose_cell_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text("# %% one\na = 1\n# %% two\nwhile True: pass\n# %% three\na = 3\n")
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("▶ one")
        await player.press("\x1b[19~")  # F8
        await player.until_said("▶ two")
        await player.until(lambda: in_scene_s(opened) > 0.6)  # more than the cell is given then
        await player.press("\x1b[19~")
        await player.until(lambda: "▶ three" in player.said, within_s=5)
        assert "✗ line 4: was interrupted" in player.said

    try:
        play(script, opened)
    finally:
        opened.stop()


def test_a_set_that_is_not_all_text_or_too_large_is_played_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_bytes(b"# gr\xfc\xdfe\n# %% one\na = 1\n")
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("piece.py is not all UTF-8")
        await player.until_said("▶ one")
        await player.press("\x13")  # Ctrl-S
        await player.until_said("saved")
        assert path.with_name("piece.py~").read_bytes().startswith(b"# gr\xfc\xdfe")

    try:
        play(script, opened)
    finally:
        opened.stop()
