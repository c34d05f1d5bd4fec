"""Messages beside the list of scenes: what is newest stays in view there, too."""

from pathlib import Path

from prompt_toolkit.data_structures import Size

from livecode.transport.status import SceneStatus, Status, encode
from tests.terminal.conftest import Player, play, supervisor


def shown(player: Player) -> str:
    """The screen as it was drawn last."""
    screen = player.terminal.app.renderer.last_rendered_screen
    if screen is None:
        return ""
    rows, columns = player.screen.size.rows, player.screen.size.columns
    buffer = screen.data_buffer
    return "\n".join("".join(buffer[y][x].char for x in range(columns)) for y in range(rows))


def test_an_error_after_a_long_help_is_in_view_beside_the_list_of_scenes(tmp_path: Path) -> None:
    piece = tmp_path / "piece.py"
    piece.write_text("# %% one  for=20*s\nx = 1\n\n# %% two\ny = 1\n")
    unstarted = supervisor(piece)
    scene = SceneStatus(name="one", index=0, scenes=(("one", 20.0), ("two", None)))
    unstarted.arena.board.post(encode(Status(scene=scene)))

    async def script(player: Player) -> None:
        player.screen.size = Size(rows=30, columns=100)
        await player.until(lambda: "▶ one" in shown(player))
        output = player.terminal.output
        for paragraphs in (4, 9, 14):
            output.show("\n".join(f"{n} " + "help " * 19 for n in range(paragraphs)))
            await player.until(lambda: "help help" in shown(player))
            output.to_end()  # as Alt+Enter does
            output.say(f"✗ line {paragraphs}: bass has nothing called 'lvl'")
            await player.until(lambda: f"✗ line {paragraphs}:" in shown(player), 3)  # noqa: B023

    try:
        play(script, unstarted)
    finally:
        unstarted.stop()
