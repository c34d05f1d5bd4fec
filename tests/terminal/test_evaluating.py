"""Evaluating blocks on a terminal with a real mind, engine and voices behind it."""

import os
import signal
from pathlib import Path

import pytest

from livecode.processes.attachment import Attachment
from livecode.terminal.mind_client import DIED
from tests.terminal.conftest import Player, play, supervisor

pytestmark = pytest.mark.live

ALT_ENTER = "\x1b\r"
SPIN = "while True: pass"


async def type_anew(player: Player, text: str) -> None:
    """Replace the text, as if it had been typed."""
    player.terminal.editor.buffer.text = text
    player.terminal.editor.buffer.cursor_position = len(text)


async def evaluate(player: Player, text: str) -> None:
    await type_anew(player, text)
    await player.press(ALT_ENTER)


async def ready(player: Player) -> None:
    await player.until(lambda: player.terminal.evaluating.mind.ready)


async def quiet(player: Player) -> None:
    await player.until(lambda: not player.terminal.evaluating.mind.busy)


def test_a_block_may_be_evaluated_before_the_mind_is_there() -> None:
    starting = supervisor()
    starting.start()

    async def script(player: Player) -> None:
        assert not player.terminal.evaluating.mind.ready
        await evaluate(player, "x = 41\nx + 1")
        assert player.glyphs() == "◌◌"
        await player.until_said("● x + 1 → 42")
        assert player.glyphs() == "●●"

    try:
        play(script, starting)
    finally:
        starting.stop()


def test_names_results_prints_and_errors_are_one_line_each(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await evaluate(player, 'glass = space("additive")\nego = agent(glass)')
        await player.until_said("● glass, ego")
        await evaluate(player, "print('one'); print('two')")
        await player.until_said("one\ntwo\n● print('one'); print('two')")
        unsaved = "lead = agent('additive')\n\n@reward\ndef juicy(lead): return lead.rms"
        await evaluate(player, unsaved)
        await player.until_said(
            "nothing called lead sounds yet; line 1 defines it: play that first"
        )
        await evaluate(player, "\n\nego.levle = 0.5")
        await player.until_said("✗ line 3: ")
        assert player.glyphs() == "  ✗"
        await player.press("\x1bOQ")
        assert "Traceback" in player.said
        await evaluate(player, "def f(:")
        await player.until_said("✗ line 1: invalid syntax")

    play(script, performance)


def test_a_line_and_a_cell_are_evaluated_by_themselves(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await type_anew(player, "# %% one\na = 'A'\n\nb = a + 'B'\n# %% two\nc = 1")
        player.terminal.editor.buffer.cursor_position = 12
        await player.press("\x1b[15~")
        await player.until_said("● a = 'A'")
        assert player.glyphs() == " ● ●  "
        await type_anew(player, "if True:\n    b + b")
        await player.press("\x1b[17~")
        await player.until_said("● b + b → 'ABAB'")

    play(script, performance)


def test_marks_say_what_became_of_a_block_through_edits(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await evaluate(player, "a = 1\n\nb = 1 / 0")
        await player.until_said("ZeroDivisionError")
        player.terminal.editor.buffer.cursor_position = 0
        await player.press(ALT_ENTER)
        await player.until_said("● a = 1")
        assert player.glyphs() == "● ✗"
        await player.press("\r")
        assert player.glyphs() == " ● ✗"
        await player.press("\x1b[F0")
        assert player.glyphs() == " ○ ✗"

    play(script, performance)


def test_a_reward_that_fails_while_it_plays_is_shown_beside_its_block(
    performance: Attachment,
) -> None:
    reward = "fails_at = 1e9\n@reward\ndef mood(t):\n    return 1 / (0 if t > fails_at else 1)"

    async def script(player: Player) -> None:
        await evaluate(player, 'glass = space("additive")\nego = agent(glass, every=20*ms)')
        await quiet(player)
        await evaluate(player, reward)
        await player.until_said("● mood")
        player.terminal.evaluating.run("ego.reward = mood")
        player.terminal.evaluating.run("fails_at = 0")
        await player.until_said("↺ mood: line 4: ZeroDivisionError")
        assert player.glyphs() == "↺↺↺↺"
        await player.press("\x1bOQ")
        trace = player.said.partition("Traceback")[2]
        assert "in mood" in trace
        assert "livecode/mind" not in trace
        player.terminal.evaluating.run("ego.reward = None")
        await quiet(player)

    play(script, performance)


def test_a_name_whose_text_is_gone_is_flagged_and_f4_fades_it(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await evaluate(player, 'glass = space("additive")\necho = agent(glass)')
        await player.until(lambda: "echo" in player.status)
        assert "orphan" not in player.status
        await type_anew(player, 'glass = space("additive")')
        await player.until(lambda: "orphan: echo (F4 fades it)" in player.status)
        await player.press("\x1bOS")
        await player.until_said("● echo fades out")
        await player.until(lambda: "echo" not in player.status)

    play(script, performance)


def test_faders_and_likes_are_read_by_blocks_and_by_the_next_mind(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await ready(player)
        await player.press("\x1b3\x1b=\x1b=")
        await player.until(lambda: "fader 3" in player.status)
        player.terminal.evaluating.run("f'it is {float(keys.fader3):.2f}'")
        await player.until_said("→ 'it is 0.10'")
        os.kill(performance.arena.header.mind_pid, signal.SIGKILL)
        await player.until_said("the mind died")
        player.terminal.evaluating.run("f'still {float(keys.fader3):.2f}'")
        await player.until_said("→ 'still 0.10'")

    play(script, performance)


def test_a_block_that_was_undone_is_not_marked_live(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await evaluate(player, 'glass = space("additive")\nego = agent(glass)')
        await player.until_said("● glass, ego")
        await evaluate(player, 'glass = space("additive")\nego = agent(glass)\n\nego.level = 0.5')
        await player.until_said("● ego")
        assert player.glyphs() == "●● ●"
        player.terminal.output.show("\n" * 100)
        assert player.terminal.output.below > 0
        await player.press("\x1bz")
        await player.until_said("● undone: ego")
        assert player.glyphs() == "●● ↺"
        assert player.said.count("undo") == 1
        await player.press("\x1by")  # Alt+Y
        await player.until_said("● done again: ego")
        assert player.glyphs() == "●● ●"
        await player.press("\x1bz")
        await player.until(lambda: player.said.count("● undone: ego") == 2)
        assert player.glyphs() == "●● ↺"
        assert player.terminal.output.below == 0

    play(script, performance)


def test_typing_goes_on_while_the_mind_spins_and_ctrl_c_ends_it(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await ready(player)
        await evaluate(player, SPIN)
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 1)
        await player.until(lambda: "Ctrl-C" in "".join(t for _, t in player.terminal.status_lines))
        await player.press("\r\rhello")
        assert player.text == SPIN + "\n    \nhello" or player.text.endswith("hello")
        await player.press("\x1b.")  # hush
        await player.until_said("● hush()")
        await player.press("\x1b[24~")  # panic
        await player.until_said("panic: silent")
        await player.press("\x03")
        await player.until_said("✗ interrupted – nothing was changed")

    play(script, performance)


def test_blocks_wait_for_their_turn_and_one_that_fails_ends_no_other(
    performance: Attachment,
) -> None:
    async def script(player: Player) -> None:
        for code in ("n = 1", "1 / 0", "n += 1", "n"):
            player.terminal.evaluating.run(code)
        await player.until_said("● n → 2")
        assert "ZeroDivisionError" in player.said

    play(script, performance)


def test_names_come_from_the_mind_and_so_do_help_and_signatures(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await evaluate(player, 'glass = space("additive")\nego = agent(glass)')
        await player.until_said("● glass, ego")
        await type_anew(player, "")
        await player.type("ego.dim")
        buffer = player.terminal.editor.buffer
        await player.until(lambda: buffer.complete_state is not None)
        await player.until(
            lambda: [c.text for c in buffer.complete_state.completions] == ["dims"]  # type: ignore[union-attr]
        )
        await player.press("\t\x1bOP")  # F1
        await player.until_said("how many dimensions are open to it")
        await type_anew(player, "agent")
        await player.press("(")
        await player.until(
            lambda: player.terminal.signatures.shown.text.startswith("agent(space, dims=None")
        )
        await player.press(")")
        await player.until(lambda: not player.terminal.signatures.shown.text)
        await type_anew(player, "no_such_name")
        await player.press("\x1bOP")
        await player.until_said("nothing is known of this name")

    play(script, performance)


def test_attributes_are_offered_while_a_block_is_running(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await ready(player)
        await evaluate(player, SPIN)
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 0.1)
        found = None
        for _ in range(20):
            found = found or await player.terminal.evaluating.mind.complete("np.arang", 8)
        assert found is not None
        assert found.names == ("arange",)
        await player.press("\x03")
        await quiet(player)

    play(script, performance)


def test_what_is_printed_without_end_does_not_hold_up_the_terminal(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await ready(player)
        await evaluate(player, "while True: print('again and again')")
        await player.until_said("again and again")
        for _ in range(10):
            await player.press("x")
        assert player.text.endswith("x" * 10)
        await player.press("\x03")
        await player.until_said("interrupted")

    play(script, performance)


def test_when_the_mind_dies_its_block_is_lost_and_the_next_is_evaluated() -> None:
    mortal = supervisor()
    mortal.start()

    async def script(player: Player) -> None:
        await ready(player)
        await evaluate(player, "import os; os.kill(os.getpid(), 9)")
        player.terminal.evaluating.run("6 * 7")
        await player.until_said(DIED)
        assert player.glyphs() == "✗"
        assert "the mind died and is being started again" in player.said
        await player.until_said("● 6 * 7 → 42")

    try:
        play(script, mortal)
    finally:
        mortal.stop()


def test_a_mind_that_does_not_stop_is_restarted_without_its_block() -> None:
    stubborn = supervisor()
    stubborn.start()

    async def script(player: Player) -> None:
        await ready(player)
        await evaluate(player, "n = 6")
        await quiet(player)
        await evaluate(player, "sum(range(10**13))")  # in C, where no interrupt gets through
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 0.2)
        await player.press("\x03")
        await player.press("\x03")  # too early to mean a restart
        await player.until(
            lambda: "restarts" in "".join(t for _, t in player.terminal.status_lines)
        )
        await player.press("\x03")
        await player.until_said(DIED)
        player.terminal.evaluating.run("n * 7")
        await player.until_said("● n * 7 → 42")

    try:
        play(script, stubborn)
    finally:
        stubborn.stop()


def test_ctrl_c_again_and_again_ends_the_block_and_not_the_evening(
    performance: Attachment,
) -> None:
    async def script(player: Player) -> None:
        await ready(player)
        await evaluate(player, SPIN)
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 0.2)
        for _ in range(8):
            await player.press("\x03", 0.05)
        await player.until_said("interrupted")
        assert player.terminal.app.is_running

    play(script, performance)


def test_a_set_is_marked_where_it_plays_and_scenes_are_gone_through(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text("a = 1\n\n# %% first\nb = 1\n\n# %% second part  for=90*s\nb = 1 / 0\n")
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await player.until_said("▶ first")
        assert player.glyphs().rstrip() == "●  ●"
        await player.press("\x1b[19~")  # F8
        await player.until_said("▶ second part")
        await player.until_said("✗ line 7: ZeroDivisionError")
        assert player.glyphs().rstrip() == "●  ●  ✗"
        await player.press("\x1b[19~")
        await player.until_said("· this is the last scene")
        await player.press("\x1by")
        await player.until_said("there is nothing to redo")
        await player.press("\x1bOQ")  # F2
        await player.until_said("b = 1 / 0")  # in the traceback of the error before
        assert "● go" not in player.said
        await player.press("\x1b[18~")  # F7
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
        await player.press("\x1b[18~")  # F7
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
        await ready(player)
        assert player.glyphs().rstrip() == "●  ●"
        await player.press("\x1bz")
        await player.until_said("● undone: ego")
        assert player.glyphs().rstrip() == "●  ↺"

    try:
        play(script, opened)
    finally:
        opened.stop()


def test_an_engine_that_cannot_play_ends_the_terminal_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from livecode.errors import LivecodeError

    hopeless = supervisor()
    hopeless.options = type(hopeless.options)(audio="jack", sample_rate=48000)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "none of this name")
    hopeless.start()

    async def script(player: Player) -> None:
        await player.until(lambda: not player.terminal.app.is_running)

    try:
        with pytest.raises(LivecodeError):
            play(script, hopeless)
    finally:
        hopeless.stop()


def test_a_signal_to_end_is_followed(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await player.until(lambda: not player.terminal.app.is_running, within_s=2.0)

    play(script, without_mind)


F5, F6, F7, F8 = "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~"


def test_a_name_that_does_not_exist_yet_is_a_set_whose_cells_are_scenes_at_f5_and_at_a_save(
    tmp_path: Path,
) -> None:
    path = tmp_path / "night.py"
    opened = supervisor(path)
    opened.start()

    async def script(player: Player) -> None:
        await ready(player)
        assert "night.py is new" in player.said
        await type_anew(player, "y = 1\n\n# %% one\nx = y\n\n# %% two  for=90*s\nx = 2\n")
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
        await evaluate(player, "x, y")
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
        await evaluate(player, "scene.name")
        await player.until_said("→ 'one'")
        await type_anew(player, path.read_text())
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


def test_one_act_has_one_message_and_a_value_is_told_as_what_it_is(
    performance: Attachment, tmp_path: Path
) -> None:
    async def script(player: Player) -> None:
        player.terminal.file.path = tmp_path / "piece.py"
        player.terminal.evaluating.scene_plays = True
        await ready(player)
        await type_anew(player, "# %% two  fade=soon\none = 1")
        before = len(player.terminal.output.messages)
        await player.press(F5)
        await player.until(lambda: player.glyphs() == " ●")
        ((_, said),) = list(player.terminal.output.messages)[before:]
        assert said.startswith("✗ line 1: fade=soon")
        assert said.endswith("; played: one = 1")
        await evaluate(player, "quant(1*bars)\ntempo(134)")
        await player.until_said("\n● tempo(134) → 134")
        await evaluate(player, "tempo(120)\nquant(0)")
        await player.until(lambda: "● quant(0) → " in player.said)

    play(script, performance)


def test_one_bad_line_marks_its_own_block_alone(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await type_anew(player, "# %% cell\na = 1\n\nb = 2\n\nc = 3")
        player.terminal.editor.buffer.cursor_position = 12
        await player.press(F5)
        await player.until_said("● a = 1")
        assert player.glyphs() == " ● ● ●"
        buffer = player.terminal.editor.buffer
        buffer.text = buffer.text.replace("a = 1", "a = 1/0").replace("c = 3", "c = 4")
        await player.press(F5)
        await player.until_said("ZeroDivisionError")
        assert player.glyphs() == " ✗ ● ○"

    play(script, performance)
