"""Keys on a terminal that has no mind yet: typing, moving, searching, and every key there is."""

import asyncio
import random
from pathlib import Path

import pytest
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.keys import ALL_KEYS

from livecode.processes.attachment import Attachment
from livecode.terminal.key_bindings import KEYS, hints, key_list
from livecode.transport.messages import receive
from tests.terminal.conftest import Player, play, supervisor

ALT = "\x1b"
ENTER = "\r"
UP, DOWN = "\x1b[A", "\x1b[B"
F1, F5, F6 = "\x1bOP", "\x1b[15~", "\x1b[17~"
#: Leaves the terminal, as it should.
LEAVING = {"\x11"}
EVERY_SEQUENCE = sorted({*ANSI_SEQUENCES, *map(chr, range(128)), "é", "字"} - LEAVING)


def sent_for(sequence: tuple[str, ...]) -> str:
    """What a terminal sends for a key of the table."""
    sent = {"escape": "\x1b", "enter": "\r", "up": UP, "down": DOWN}
    for text, key in ANSI_SEQUENCES.items():
        if isinstance(key, str):
            sent.setdefault(key.value if hasattr(key, "value") else key, text)
    return "".join(sent.get(key, key) for key in sequence)


def test_every_key_of_the_table_is_one_that_a_terminal_can_send() -> None:
    for key in KEYS:
        for part in key.sequence:
            assert part in ALL_KEYS or len(part) == 1 or part == "enter", key.label


def test_the_first_hints_fit_80_columns_and_the_list_names_all_keys() -> None:
    assert all(len(line) <= 80 for line in hints().split("\n"))
    assert all(key.label in key_list() for key in KEYS if key.text)
    assert all(len(line) <= 80 for line in key_list().split("\n"))


@pytest.mark.parametrize(
    "text", ["", "ego = agent(glass,\n  dims=2)\n\nb = (1\n\n# %% x\nc = 3\n\n"]
)
@pytest.mark.parametrize("before", ["", "\x12", "\x00\x1b[A", "ab\t"])
def test_no_key_breaks_the_terminal(without_mind: Attachment, text: str, before: str) -> None:
    """In an empty text, in a full one; while searching, selecting, completing."""

    async def script(player: Player) -> None:
        for sequence in EVERY_SEQUENCE:
            if sequence == "\x03":
                continue  # twice, it leaves
            player.terminal.editor.buffer.text = text
            player.terminal.editor.buffer.cursor_position = len(text)
            if not text and sequence in ("\x04", "\x1b[3~"):
                continue  # leaves an empty terminal
            player.keys.send_text(before)
            await player.press(sequence + ("\x07" if before == "\x12" else ""), 0.002)
            assert player.terminal.app.is_running, repr(sequence)
            assert "stumbled" not in player.said, repr(sequence)
        await player.press("\x1b\x07")

    play(script, without_mind)


@pytest.mark.parametrize("seed", range(3))
def test_no_sequence_of_keys_breaks_the_terminal(without_mind: Attachment, seed: int) -> None:
    chance = random.Random(seed)

    async def script(player: Player) -> None:
        player.terminal.editor.buffer.text = "a = 1\n\ndef f():\n    return (2\n"
        for _ in range(100):
            keys = [key for key in chance.choices(EVERY_SEQUENCE, k=10) if key not in "\x03\x04"]
            await player.press("".join(keys), 0.005)
            assert "stumbled" not in player.said, keys
            assert player.terminal.app.is_running, keys
            lines = player.terminal.editor.lines
            assert len(player.terminal.editor.marks) == len(lines)

    play(script, without_mind)


@pytest.mark.parametrize("size", [(1, 1), (2, 10), (4, 20), (3, 500), (200, 3), (50, 200)])
def test_the_terminal_fits_screens_of_any_size(
    without_mind: Attachment, size: tuple[int, int]
) -> None:
    from prompt_toolkit.data_structures import Size

    async def script(player: Player) -> None:
        await player.press("a = 1" + ENTER)
        player.screen.size = Size(*size)
        player.terminal.app._on_resize()
        await player.press("b = 2" + F1 + ENTER)
        player.screen.size = Size(24, 80)
        player.terminal.app._on_resize()
        await player.press("c")
        assert "stumbled" not in player.said
        assert player.text == "a = 1\nb = 2\nc"

    play(script, without_mind)


def test_typing_is_indented_and_backspace_takes_a_step_back(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        for keys in ("def f():", ENTER, "x = 1", ENTER, "return x", ENTER, "y = (", ENTER, "\x7f)"):
            await player.press(keys)
        assert player.text == "def f():\n    x = 1\n    return x\ny = (\n)"

    play(script, without_mind)


def test_a_paste_stands_as_it_was_copied(without_mind: Attachment) -> None:
    block = "def f():\n    if x:\n        y = 1\n    z = 2\nw = 3"

    async def script(player: Player) -> None:
        await player.press(f"\x1b[200~{block}\x1b[201~")
        assert player.text == block
        player.terminal.editor.buffer.text = ""
        await player.press(block.replace("\n", ENTER))  # as tmux does without being asked not to
        assert player.text == block

    play(script, without_mind)


def test_alt_arrows_move_between_blocks(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        player.terminal.editor.buffer.text = "a\nb\n\nc\nd\n\n"
        player.terminal.editor.buffer.cursor_position = len(player.text)
        rows = []
        for key in (ALT + UP, ALT + UP, ALT + UP, ALT + DOWN, ALT + DOWN):
            await player.press(key)
            rows.append(player.terminal.editor.row)
        assert rows == [3, 0, 0, 3, 6]

    play(script, without_mind)


def test_comments_come_and_go(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        player.terminal.editor.buffer.text = "if x:\n    y = 1\n    z = 2"
        player.terminal.editor.buffer.cursor_position = 7
        await player.press("\x00" + DOWN + ALT + "/")
        assert player.text == "if x:\n    # y = 1\n    # z = 2"
        await player.press(ALT + "/")
        assert player.text == "if x:\n    y = 1\n    z = 2"

    play(script, without_mind)


def test_undo_and_redo_of_the_text(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("abc")
        await player.press("\x1a")
        assert player.text == ""
        await player.press("\x19")
        assert player.text == "abc"

    play(script, without_mind)


def test_words_of_the_text_are_offered_while_there_is_no_mind(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("glassy = 1" + ENTER)
        await player.type("gl")
        buffer = player.terminal.editor.buffer
        await player.until(lambda: buffer.complete_state is not None)
        await player.press("\t" + ENTER)
        assert player.text == "glassy = 1\nglassy"

    play(script, without_mind)


def test_up_moves_the_cursor_even_when_names_are_offered(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("glassy = 1" + ENTER)
        await player.type("gl")
        await player.until(lambda: player.terminal.editor.buffer.complete_state is not None)
        await player.press(UP)
        assert (player.terminal.editor.row, player.text) == (0, "glassy = 1\ngl")

    play(script, without_mind)


def test_a_block_of_another_evening_is_found_and_put_in(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("ego = agent(glass)" + ALT + ENTER)
        player.terminal.editor.buffer.text = "x = 1\n\n"
        player.terminal.editor.buffer.cursor_position = 0
        await player.press("\x12")
        await player.press("glass")
        await player.press(ENTER)
        assert player.text == "x = 1\n\nego = agent(glass)\n"
        assert player.terminal.editor.row == 2
        await player.press("\x12zz\x07")
        assert player.text == "x = 1\n\nego = agent(glass)\n"
        assert player.terminal.app.layout.has_focus(player.terminal.editor.buffer)

    play(script, without_mind)


def test_evaluating_shows_a_pending_block_and_leaves_text_and_cursor(
    without_mind: Attachment,
) -> None:
    async def script(player: Player) -> None:
        await player.press("a = 1" + ENTER + "b = 2" + UP)
        at = player.terminal.editor.buffer.cursor_position
        await player.press(ALT + ENTER)
        assert player.text == "a = 1\nb = 2"
        assert player.terminal.editor.buffer.cursor_position == at
        assert player.glyphs() == "◌◌"
        await player.press(F6)
        assert "the cursor is in no" not in player.said
        player.terminal.editor.buffer.text = ""
        await player.press(ALT + ENTER + F5 + F6)
        assert "the cursor is in no block" in player.said
        assert "the cursor is in no cell" in player.said
        assert "there is nothing on this line" in player.said
        player.terminal.editor.buffer.text = "# %% calm\n\na = 1"
        player.terminal.editor.buffer.cursor_position = 0
        await player.press(ALT + ENTER)
        assert "this line begins a scene: F5 plays its cell" in player.said

    play(script, without_mind)


def pressed(at: Attachment) -> list[str]:
    """The hot-keys that wait for a mind."""
    return [message.key for message in receive(at.arena.messages["terminal", "mind"])]  # type: ignore[union-attr]


def test_likes_and_faders_are_sent_to_the_mind_and_shown(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("\x1b[21~\x1b[20~")  # F10, F9
        await player.press(ALT + "3" + (ALT + "=") * 2 + "\x1b[1;3C" + ALT + "-\x1b[1;3D")
        assert pressed(without_mind) == [
            *("like", "dislike", "fader3=0.05", "fader3=0.1", "fader3=0.15"),
            *("fader3=0.1", "fader3=0.05"),
        ]
        assert player.text == ""
        await player.until(lambda: "fader 3 ▁ 0.05" in player.status)
        assert "dislike" in player.status
        await player.until(lambda: "dislike" not in player.status)

    play(script, without_mind)


def test_a_new_mind_is_told_where_the_faders_are(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press(ALT + "8" + ALT + "=")
        pressed(without_mind)
        without_mind.arena.header.mind_pid += 1
        await player.until(lambda: pressed(without_mind) == ["fader8=0.05"])

    play(script, without_mind)


def test_f4_has_nothing_to_fade_where_the_text_defines_all(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("\x1bOS")
        assert "the text defines all that plays" in player.said

    play(script, without_mind)


def test_models_are_offered_within_quotes(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.type('space("ad')
        await player.until(lambda: player.terminal.editor.buffer.complete_state is not None)
        await player.press('\t")')
        assert player.text == 'space("additive")'

    play(script, without_mind)


def test_panic_needs_no_mind(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("\x1b[24~")
        assert without_mind.arena.header.terminal_panics == 1

    play(script, without_mind)


@pytest.mark.parametrize("keys", ["\x11", "\x04", "\x03\x03"])
def test_ways_to_leave(without_mind: Attachment, keys: str) -> None:
    async def script(player: Player) -> None:
        await player.press(keys)
        await player.until(lambda: not player.terminal.app.is_running, within_s=2.0)

    play(script, without_mind)


def test_a_set_is_opened_with_the_cursor_on_a_fresh_line_and_saved(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text("a = 1\n")
    unstarted = supervisor(path)

    async def script(player: Player) -> None:
        assert player.text == "a = 1\n\n"
        assert player.terminal.editor.buffer.cursor_position == len(player.text)
        await player.press("b = 2")
        assert "•" in "".join(text for _, text in player.terminal.title())
        await player.press("\x13")
        assert path.read_text() == "a = 1\n\nb = 2\n"
        assert "•" not in "".join(text for _, text in player.terminal.title())

    play(script, unstarted)
    unstarted.stop()


def test_every_key_of_the_table_does_what_it_says_without_a_mind(
    without_mind: Attachment,
) -> None:
    async def script(player: Player) -> None:
        await player.press("a = 1")
        for key in KEYS:
            if key.label not in ("Ctrl-Q", "Ctrl-C"):
                await player.press(sent_for(key.sequence))
                await player.press("\x07")
        assert "stumbled" not in player.said
        assert player.terminal.app.is_running

    play(script, without_mind)


def test_two_thousand_lines_pasted_as_keys_come_at_once_and_as_they_are(
    without_mind: Attachment,
) -> None:
    lines = [
        "def f(x):",
        "    if x:",
        "        return [",
        "            x,",
        "        ]",
        "",
        "\t\ty = 'é'",
    ]
    pasted = "\r".join((lines * 300)[:2000])

    async def script(player: Player) -> None:
        changes: list[None] = []
        player.terminal.editor.buffer.on_text_changed += lambda _: changes.append(None)
        for begin in range(0, len(pasted), 1000):
            player.keys.send_text(pasted[begin : begin + 1000])
            await asyncio.sleep(0)
        wanted = pasted.replace("\r", "\n").replace("\t", "    ")
        await player.until(lambda: len(player.text) >= len(wanted))
        assert player.text == wanted
        assert len(changes) < 200  # each of them looks at the whole text
        await player.press("\x1a")  # Ctrl-Z
        assert len(player.text) < len(wanted)

    play(script, without_mind)


def test_a_few_keys_that_have_waited_for_a_busy_screen_are_typed(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.press("if x:\ry = 1")
        await player.until(lambda: player.text == "if x:\n    y = 1")

    play(script, without_mind)
