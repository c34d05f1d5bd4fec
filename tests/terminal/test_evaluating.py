"""Evaluating blocks on a terminal with a real mind, engine and voices behind it."""

import os
import signal
from pathlib import Path

import pytest

from livecode.processes.attachment import Attachment
from tests.terminal.conftest import Player, play

pytestmark = pytest.mark.live

ALT_ENTER = "\x1b\r"
SPIN = "while True: pass"
F5, F6, F7, F8 = "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~"


def test_names_results_prints_and_errors_are_one_line_each(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.evaluate('glass = space("additive")\nego = agent(glass)')
        await player.until_said("● glass, ego")
        await player.evaluate("print('one'); print('two')")
        await player.until_said("one\ntwo\n● print('one'); print('two')")
        unsaved = "lead = agent('additive')\n\n@reward\ndef juicy(lead): return lead.rms"
        await player.evaluate(unsaved)
        await player.until_said(
            "nothing called lead sounds yet; line 1 defines it: play that first"
        )
        await player.evaluate("\n\nego.levle = 0.5")
        await player.until_said("✗ line 3: ")
        assert player.glyphs() == "  ✗"
        await player.press("\x1bOQ")
        assert "Traceback" in player.said
        await player.evaluate("def f(:")
        await player.until_said("✗ line 1: invalid syntax")

    play(script, performance)


def test_a_line_and_a_cell_are_evaluated_by_themselves(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.type_anew("# %% one\na = 'A'\n\nb = a + 'B'\n# %% two\nc = 1")
        player.terminal.editor.buffer.cursor_position = 12
        await player.press("\x1b[15~")
        await player.until_said("● a = 'A'")
        assert player.glyphs() == " ● ●  "
        await player.type_anew("if True:\n    b + b")
        await player.press("\x1b[17~")
        await player.until_said("● b + b → 'ABAB'")

    play(script, performance)


def test_marks_say_what_became_of_a_block_through_edits(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.evaluate("a = 1\n\nb = 1 / 0")
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


def test_one_bad_line_marks_its_own_block_alone(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.type_anew("# %% cell\na = 1\n\nb = 2\n\nc = 3")
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


def test_one_act_has_one_message_and_a_value_is_told_as_what_it_is(
    performance: Attachment, tmp_path: Path
) -> None:
    async def script(player: Player) -> None:
        player.terminal.file.path = tmp_path / "piece.py"
        player.terminal.evaluating.scene_plays = True
        await player.ready()
        await player.type_anew("# %% two  fade=soon\none = 1")
        before = len(player.terminal.output.messages)
        await player.press(F5)
        await player.until(lambda: player.glyphs() == " ●")
        ((_, said),) = list(player.terminal.output.messages)[before:]
        assert said.startswith("✗ line 1: fade=soon")
        assert said.endswith("; played: one = 1")
        await player.evaluate("quant(1*bars)\ntempo(134)")
        await player.until_said("\n● tempo(134) → 134")
        await player.evaluate("tempo(120)\nquant(0)")
        await player.until(lambda: "● quant(0) → " in player.said)

    play(script, performance)


def test_a_reward_that_fails_while_it_plays_is_shown_beside_its_block(
    performance: Attachment,
) -> None:
    reward = "fails_at = 1e9\n@reward\ndef mood(t):\n    return 1 / (0 if t > fails_at else 1)"

    async def script(player: Player) -> None:
        await player.evaluate('glass = space("additive")\nego = agent(glass, every=20*ms)')
        await player.quiet()
        await player.evaluate(reward)
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
        await player.quiet()

    play(script, performance)


def test_a_name_whose_text_is_gone_is_flagged_and_f4_fades_it(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.evaluate('glass = space("additive")\necho = agent(glass)')
        await player.until(lambda: "echo" in player.status)
        assert "orphan" not in player.status
        await player.type_anew('glass = space("additive")')
        await player.until(lambda: "orphan: echo (F4 ends it)" in player.status)
        await player.press("\x1bOS")
        await player.until_said("● echo ends")
        await player.until(lambda: "echo" not in player.status)

    play(script, performance)


def test_a_block_that_was_undone_is_not_marked_live(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.evaluate('glass = space("additive")\nego = agent(glass)')
        await player.until_said("● glass, ego")
        await player.evaluate('glass = space("additive")\nego = agent(glass)\n\nego.level = 0.5')
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


@pytest.mark.slow
def test_two_keys_say_which_of_two_stretches_was_better(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.ready()
        await player.press("\x1b9")  # Alt+9
        await player.until_said("nothing is compared: begin with mine = prefer(r7)")
        await player.evaluate('ego = agent(space("additive"))\nmine = prefer(ego)')
        await player.until(lambda: "Alt+0 second · 0" in player.status)
        await player.press("\x1b0")
        await player.until(lambda: "· 1" in player.status)

    play(script, performance)


def test_faders_and_likes_are_read_by_blocks_and_by_the_next_mind(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.ready()
        await player.press("\x1b3\x1b=\x1b=")
        await player.until(lambda: "fader 3" in player.status)
        player.terminal.evaluating.run("f'it is {float(keys.fader3):.2f}'")
        await player.until_said("→ 'it is 0.10'")
        os.kill(performance.arena.header.mind_pid, signal.SIGKILL)
        await player.until_said("the mind died")
        player.terminal.evaluating.run("f'still {float(keys.fader3):.2f}'")
        await player.until_said("→ 'still 0.10'")

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
        await player.evaluate('glass = space("additive")\nego = agent(glass)')
        await player.until_said("● glass, ego")
        await player.type_anew("")
        await player.type("ego.dim")
        buffer = player.terminal.editor.buffer
        await player.until(lambda: buffer.complete_state is not None)
        await player.until(
            lambda: [c.text for c in buffer.complete_state.completions] == ["dims"]  # type: ignore[union-attr]
        )
        await player.press("\t\x1bOP")  # F1
        await player.until_said("how many dimensions are open to it")
        await player.type_anew("agent")
        await player.press("(")
        await player.until(
            lambda: player.terminal.signatures.shown.text.startswith("agent(space, dims=None")
        )
        await player.press(")")
        await player.until(lambda: not player.terminal.signatures.shown.text)
        await player.type_anew("no_such_name")
        await player.press("\x1bOP")
        await player.until_said("nothing is known of this name")

    play(script, performance)


def test_typing_goes_on_while_the_mind_spins_and_ctrl_c_ends_it(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.ready()
        await player.evaluate(SPIN)
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


def test_ctrl_c_again_and_again_ends_the_block_and_not_the_evening(
    performance: Attachment,
) -> None:
    async def script(player: Player) -> None:
        await player.ready()
        await player.evaluate(SPIN)
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 0.2)
        for _ in range(8):
            await player.press("\x03", 0.05)
        await player.until_said("interrupted")
        assert player.terminal.app.is_running

    play(script, performance)


def test_attributes_are_offered_while_a_block_is_running(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.ready()
        await player.evaluate(SPIN)
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 0.1)
        found = None
        for _ in range(20):
            found = found or await player.terminal.evaluating.mind.complete("np.arang", 8)
        assert found is not None
        assert found.names == ("arange",)
        await player.press("\x03")
        await player.quiet()

    play(script, performance)


def test_what_is_printed_without_end_does_not_hold_up_the_terminal(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        await player.ready()
        await player.evaluate("while True: print('again and again')")
        await player.until_said("again and again")
        for _ in range(10):
            await player.press("x")
        assert player.text.endswith("x" * 10)
        await player.press("\x03")
        await player.until_said("interrupted")

    play(script, performance)


def test_a_terminal_that_comes_back_marks_what_plays(performance: Attachment) -> None:
    async def before(player: Player) -> None:
        await player.evaluate("later = 1\n\nfirst = 'A'")
        await player.until_said("● first = 'A'")
        await player.evaluate("later = 1\n\nfirst = 'A'\n\nsecond = first + 'B'")
        await player.until_said("● second = first + 'B'")

    async def after(player: Player) -> None:
        assert player.text == "later = 1\n\nfirst = 'A'\n\nsecond = first + 'B'"
        assert player.glyphs() == "  ● ●"

    play(before, performance)
    play(after, Attachment(performance.options, performance.paths, print, performance.arena))
