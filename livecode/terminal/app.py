"""The terminal as a whole: it puts editor, messages and status lines on a screen and keeps them fresh."""

import asyncio
import gc
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs
from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.errors import LivecodeError
from livecode.processes.attachment import Attachment
from livecode.system.keys import key_note
from livecode.system.signals import on_request
from livecode.terminal.blocks import TextBlock, begins_cell, cell_named, first_cell, scene_at
from livecode.terminal.completer import MindCompleter
from livecode.terminal.cue_list import LEAST_ROWS, LIST_COLUMNS, WIDE, cue_line, cue_rows
from livecode.terminal.editor import Editor
from livecode.terminal.evaluating import Evaluating
from livecode.terminal.faders import Faders
from livecode.terminal.highlighting import Highlighting
from livecode.terminal.history import BlockHistory, HistorySearch, history_path
from livecode.terminal.key_bindings import hints, key_bindings, key_list
from livecode.terminal.layout import PREVIEW_ROWS, terminal_layout, title_line
from livecode.terminal.lights import Lights
from livecode.terminal.lit_tokens import LitTokens
from livecode.terminal.meter import MasterMeter
from livecode.terminal.mind_client import Completions, Page
from livecode.terminal.mixing import Mixing
from livecode.terminal.orphans import Orphans
from livecode.terminal.output import Output
from livecode.terminal.room import Room
from livecode.terminal.signatures import Signatures
from livecode.terminal.snapshot import Snapshot, read_arena
from livecode.terminal.status_bar import StatusBar, Touch, Work
from livecode.terminal.style import style
from livecode.terminal.swap_file import SwapFile
from livecode.terminal.text_file import TextFile
from livecode.terminal.ways_out import WaysOut
from livecode.transport.audio import look_at_audio
from livecode.transport.messages import CUE
from livecode.transport.status import look_at_status

#: How often the status lines are drawn, and the other processes are looked after.
LOOK_EVERY_S = 0.1
#: Two presses of Ctrl-C within this time leave. An interrupted block has as long to end.
TWICE_S = 1.0
#: After this time, a byte of Escape is that key and not the beginning of another key's sequence.
ESCAPE_S = 0.05
#: How long a like or dislike is shown.
STRUCK_S = 1.0


class Terminal:
    """One performer's terminal, on a performance whose processes have been started."""

    output: Output
    editor: Editor
    evaluating: Evaluating
    faders: Faders
    mixing: Mixing

    def __init__(self, attachment: Attachment, theme: str = "dark", told: Sequence[str] = ()):
        """`told` holds sentences that are shown first, after the most important keys."""
        self._told = told
        self.attachment = attachment
        self.file = TextFile(attachment.options.text_path or attachment.options.set_path)
        self.output = Output(self._changed)
        self._swap = SwapFile(attachment.paths.archived.typed)
        completer = MindCompleter(self._complete, lambda: self.editor.buffer.document)
        self.editor = Editor(self._swap.text_over(self.file), completer, time.monotonic)
        history = BlockHistory(history_path())
        self.search = HistorySearch(history)
        self.evaluating = Evaluating(
            self.editor, self.output, history, attachment.paths.connection, self._changed
        )
        self.signatures = Signatures(
            self.editor.code_at_cursor, self.evaluating.mind.inspect, self._changed
        )
        self._highlighting = Highlighting()
        self.faders = Faders(attachment.press)
        self.mixing = Mixing(
            self.editor,
            self.output,
            lambda: look_at_status(attachment.arena.board.look()),
            self.evaluating.run,
        )
        self._orphans = Orphans()
        lit, header = LitTokens(self.editor.marks), attachment.arena.header
        self._lights = Lights(
            self.editor.marks, header, self.evaluating.mind.tokens, time.monotonic_ns, lit.show
        )
        self.room = Room(attachment.arena, self.output, self.editor, self.file, self._lights)
        self.ways_out = WaysOut(
            lambda: look_at_audio(attachment.arena.audio),
            attachment.survey_audio,
            attachment.choose_audio,
        )
        self._touch = Touch()
        self._struck, self._struck_s = "", float("-inf")
        self._status, self._meter = StatusBar(), MasterMeter()
        self.status_lines: StyleAndTextTuples = []
        self.cues: StyleAndTextTuples = []
        self.cue_line: StyleAndTextTuples = []
        self._interrupted_s = self._nothing_ran_s = float("-inf")  # when Ctrl-C was pressed
        self._mind_pid = attachment.arena.header.mind_pid
        self.app: Application[None] = Application(
            layout=terminal_layout(
                self.editor,
                self.output,
                self.search.field,
                self._highlighting,
                lit,
                title=self.title,
                status=lambda: self.status_lines,
                preview=lambda: self.search.preview(PREVIEW_ROWS),
                cues=lambda: self.cues,
                cue_line=lambda: self.cue_line,
                ways_out=lambda: self.ways_out.line(self.app.output.get_size().columns),
            ),
            key_bindings=key_bindings(self),
            style=style(theme),
            full_screen=True,
            mouse_support=False,
        )
        self.app.ttimeoutlen = ESCAPE_S
        self._text_window = self.app.layout.current_window
        lit.appear_on(self.app, self._text_window)
        self.app.after_render += lambda _: self.room.show()
        # where the cursor was put, until the present scene is shown
        self._opened_at: int | None = None
        self.evaluating.recall(attachment.played())

    async def run(self, seconds: float | None = None) -> None:
        """Run until the performer leaves, or for so many seconds; raises what the attachment raises."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_bug)
        on_request(loop, self.quit, self.hang_up)
        if seconds is not None:
            loop.call_later(seconds, self.quit)
        say, self.attachment.say = self.attachment.say, self._warn
        self.editor.buffer.on_cursor_position_changed += lambda _: self.signatures.follow()
        self.editor.buffer.on_text_changed += lambda _: self._lights.follow()
        self.output.say("\n".join(filter(None, [hints(), key_note()])), "class:output.help")
        for sentence in [*self._told, *([self.file.trouble] if self.file.trouble else [])]:
            self.output.say(f"· {sentence}", "class:output.note")
        self._look()
        looking = asyncio.create_task(self._look_again_and_again())
        try:
            await self.app.run_async(
                pre_run=self._go_to_begin, set_exception_handler=False, handle_sigint=False
            )
        finally:
            looking.cancel()
            self._swap.keep(self.editor.buffer.text)
            self.evaluating.mind.close()
            self.attachment.say = say

    # what keys do

    def panic(self) -> None:
        """Silence all sound within one block, without the mind."""
        self.attachment.panic()

    def interrupt(self) -> None:
        """Interrupt the block that runs; if none runs, leave at the second press.

        A mind whose block does not end when interrupted is killed, and another takes over.
        """
        now = time.monotonic()
        if self._stuck(now):
            self.attachment.kill_mind()
        elif self.evaluating.mind.running:
            self._interrupted_s = now
            self.attachment.interrupt()
        elif now - self._interrupted_s < TWICE_S:
            pass  # pressed repeatedly to end a block, not to leave
        elif now - self._nothing_ran_s < TWICE_S:
            self.quit()
        else:
            self._nothing_ran_s = now
            self.output.say("nothing is running; Ctrl-C again leaves", "class:output.note")

    def strike(self, key: str) -> None:
        """Press a hot-key, `like` or `dislike`, which rewards can read."""
        self.attachment.press(key)
        self._struck, self._struck_s = key, time.monotonic()

    def play_cell(self) -> None:
        """Play the cell at the cursor as the scene that it is; it begins the set if no scene plays."""
        self.evaluating.evaluate_cell(self.file.path)

    def play_line(self) -> None:
        """Play the line at the cursor; go to the scene whose header it is."""
        if not begins_cell(self.editor.lines[self.editor.row]):
            self.evaluating.evaluate(self.editor.line(), "there is nothing on this line")
        elif (scene := scene_at(self.editor.lines, self.editor.row)[0]) is not None:
            self.cue(f"go({scene.name!r})", self.editor.buffer.text)

    def cue(self, code: str, text: str | None = None) -> None:
        """Run a cue such as `go()`, even if the cell of the present scene does not end.

        `text` is that of the set if it is to be taken in as it stands in the editor. A file that was
        not the performance's set from its beginning is taken in as it was saved.
        """
        self.attachment.press(CUE)
        path = self.file.path
        if text is None and self.attachment.options.set_path is None:
            text = self.file.saved or None
        page = None if text is None or path is None else Page(text, path)
        self.evaluating.run(code, quietly=True, page=page)

    def fade_orphan(self) -> None:
        """End the first name that sounds, or has turns, although its text is gone."""
        if self._touch.orphans:
            name = self._touch.orphans[0]
            self.output.say(f"● {name} ends", "class:output.ok")
            self.evaluating.run(f'free("{name}")', quietly=True)
        else:
            self.output.say("the text defines all that plays", "class:output.note")

    def hang_up(self) -> None:
        """Leave because the terminal's window was closed; the performance plays on."""
        self.attachment.left = True
        self.quit()

    def quit(self) -> None:
        """Leave the terminal."""
        if self._open:
            self.app.exit()

    def save(self) -> None:
        """Save the text to its file, and say so."""
        try:
            self.output.say(self.file.save(self.editor.buffer.text), "class:output.note")
        except LivecodeError as error:
            self.output.say(f"✗ {error}", "class:output.error")

    def help(self) -> None:
        """Show help on the name at the cursor; without a name, the list of keys."""
        if self.editor.on_name():
            self.evaluating.help()
        else:
            self.output.show(key_list(), "class:output.help")

    def begin_search(self) -> None:
        """Begin a search through the history."""
        self.search.begin()
        self.app.layout.focus(self.search.field)

    def end_search(self, take: bool) -> None:
        """Return to the editor, and insert the block that was found if `take`."""
        self.app.layout.focus(self.editor.buffer)
        if take and self.search.match is not None:
            self.editor.buffer.save_to_undo_stack()
            self.editor.insert_block(self.search.match)

    # what is shown

    def title(self) -> StyleAndTextTuples:
        """Return the line above the editor: the file, whether it is saved, and a signature."""
        return title_line(
            self.file.title,
            self.file.unsaved(self.editor.buffer.text),
            self.output.below,
            self.signatures.shown,
            self.app.output.get_size().columns,
        )

    async def _look_again_and_again(self) -> None:
        """Connect to the mind, then keep the screen fresh and the processes alive."""
        try:
            self.evaluating.mind.connect()
            await asyncio.to_thread(self._highlighting.load)
            gc.freeze()  # these objects stay; collecting them again would hold up keys
            self._changed()
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                self.attachment.check()
                if self._swap.keep(self.editor.buffer.text):
                    self._warn(self._swap.trouble)
                self._follow_file()
                self._look()
                if self.attachment.ended or not self.attachment.attached:
                    self.quit()  # it was ended, or taken up, from elsewhere
        except LivecodeError as error:
            if self._open:
                self.app.exit(exception=error)

    def _follow_file(self) -> None:
        """Show what others have written into the file, unless that would lose what was typed here."""
        if (text := self.file.changed_by_others()) is None:
            return
        said = f"· {self.file.title} was changed outside this terminal: "
        if self.file.unsaved(self.editor.buffer.text):
            said += "Ctrl-S saves the text that stands here, and keeps the other beside it"
        else:
            self.file.take(text)
            self.editor.take_text(self.file.text)
            said += "this is its text now"
        self.output.say(said, "class:output.note")

    def _look(self) -> None:
        """Read the shared memory, and draw what has changed."""
        mind, arena = self.evaluating.mind, self.attachment.arena
        if arena.header.mind_pid != self._mind_pid:
            self._mind_pid = arena.header.mind_pid
            mind.reconnect()
            self.faders.send_all()
            self._lights.forget()
        now, snapshot = time.monotonic(), read_arena(arena, time.monotonic_ns())
        level = self._meter.look(arena.tap, arena.header.sample_rate, now)
        snapshot = replace(snapshot, master=level)
        self._touch = Touch(
            self.faders.chosen,
            self._struck if now < self._struck_s + STRUCK_S else "",
            self._orphans.among(
                (*snapshot.status.sounding, *snapshot.status.turns), self.editor.buffer.text
            ),
        )
        if snapshot.status.scene is not None:
            self.evaluating.scene_plays = True
            self._show_scene(snapshot.status.scene.name)
        self._lights.look(snapshot.status)
        self.room.look()
        self._show_cues(snapshot)
        if self.cues or self.cue_line:
            snapshot = replace(snapshot, status=structs.replace(snapshot.status, scene=None))
        above, below = self._status.lines(
            snapshot,
            Work(mind.ready, mind.running_for_s, mind.waiting, self._stuck(now)),
            self._touch,
            self.app.output.get_size().columns,
            now,
        )
        lines = [*above, ("", "\n"), *below]
        if lines != self.status_lines or self.ways_out.open:
            self.status_lines = lines
            self._changed()

    def _go_to_begin(self) -> None:
        """Go to the first scene of a set, as the screen is opened."""
        if (cell := first_cell(self.editor.lines)) is not None:
            self._go_to_cell(cell)
            self._opened_at = self.editor.buffer.cursor_position

    def _show_scene(self, name: str) -> None:
        """Go to the scene that plays as the text is opened, unless the performer has moved already."""
        opened_at, self._opened_at = self._opened_at, None
        if opened_at == self.editor.buffer.cursor_position:
            cell = cell_named(self.editor.lines, name)
            if cell is not None:
                self._go_to_cell(cell)

    def _go_to_cell(self, cell: TextBlock) -> None:
        """Put the cursor into a cell, and its header at the top of the editor."""
        self.editor.go_to_row(cell.first)
        self._text_window.vertical_scroll = max(0, cell.first - 1)

    def _show_cues(self, snapshot: Snapshot) -> None:
        """Show the cue list beside the messages, or as one line on a narrow screen."""
        columns, rows = self.app.output.get_size().columns, self.app.output.get_size().rows
        listed, line = self.cues, self.cue_line
        wide = columns >= WIDE
        self.cues = cue_rows(snapshot.status.scene, LIST_COLUMNS, rows // 3) if wide else []
        self.cue_line = (
            [] if wide or rows < LEAST_ROWS else cue_line(snapshot.status.scene, columns)
        )
        if (self.cues, self.cue_line) != (listed, line):
            self._changed()

    def _stuck(self, now_s: float) -> bool:
        """Return whether the present block was interrupted and has not ended for TWICE_S."""
        mind = self.evaluating.mind
        began_s = now_s - mind.running_for_s
        return mind.running and began_s < self._interrupted_s < now_s - TWICE_S

    @property
    def _open(self) -> bool:
        return self.app.future is not None and not self.app.future.done()

    def _changed(self) -> None:
        self.app.invalidate()

    def _warn(self, text: str) -> None:
        self.output.say(f"⚠ {text}", "class:output.warning")

    async def _complete(self, code: str, cursor: int) -> Completions | None:
        return await self.evaluating.mind.complete(code, cursor)

    def _on_bug(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Show a fault of the terminal's own code, which must not end the performance."""
        error = context.get("exception")
        trace = "".join(traceback.format_exception(error)) if error else str(context)
        what = repr(error) if error else context["message"]
        self.evaluating.say_error(f"the terminal itself stumbled: {what}", trace)
