"""The screen of `livecode takes`: a list, a picture of the current take, a field, and the keys."""

import asyncio
import sys
import time
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import TextArea

from livecode.errors import LivecodeError
from livecode.takes.audition import Audition, briefly
from livecode.takes.choices import Take, TakesFolder
from livecode.takes.keys import hints, key_bindings
from livecode.takes.picture import Line, look, spectrogram, waveform
from livecode.takes.playback import Playback
from livecode.takes.splice import counted, splice

LOOK_EVERY_S = 0.1
#: How long an Escape byte waits for the rest of another key's sequence.
ESCAPE_S = 0.05
WAVE_ROWS = 4
MOST_PICTURE_ROWS = 20
PICTURES = 64  # number of pictures that are cached
FRAME_ROWS = 3  # title, heading, message
HEADING = "   take  piece  stars  likelihood  silent   bright  name"


class Screen:
    """Shows an audition, and passes keys to it."""

    audition: Audition
    field: TextArea

    def __init__(
        self, audition: Audition, fade_s: float, style: Style, colours: bool = True
    ) -> None:
        """Lay out the screen. Without `colours`, marks are bold or reversed instead."""
        self.audition = audition
        self._fade_s, self._colours = fade_s, colours
        self._look = lru_cache(PICTURES)(look)
        self._accept: Callable[[str], None] = lambda text: None
        self._splicing = False
        self.field = TextArea(multiline=False, prompt=self._asked, accept_handler=self._accepted)
        self._question = ""
        self._list = FormattedTextControl(self._rows, focusable=True, show_cursor=False)
        self._list_window = Window(self._list, wrap_lines=False)
        asking = has_focus(self.field)
        self.app: Application[None] = Application(
            layout=Layout(
                HSplit(
                    [
                        _line(self._title, "class:status"),
                        _line(lambda: [("class:title", HEADING)], ""),
                        self._list_window,
                        Window(
                            FormattedTextControl(self._picture),
                            height=lambda: Dimension.exact(self._picture_rows),
                        ),
                        ConditionalContainer(self.field, asking),
                        ConditionalContainer(_line(self._message, ""), ~asking),
                        Window(
                            FormattedTextControl(lambda: "\n".join(hints())),
                            height=lambda: Dimension.exact(self._hint_rows),
                            style="class:status",
                        ),
                    ]
                ),
                focused_element=self._list_window,
            ),
            key_bindings=key_bindings(self),
            style=style,
            full_screen=True,
            mouse_support=False,
        )
        self.app.ttimeoutlen = ESCAPE_S

    async def run(self) -> None:
        """Run until the performer leaves."""
        asyncio.get_running_loop().set_exception_handler(self._on_bug)
        looking = asyncio.create_task(self._look_again_and_again())
        try:
            await self.app.run_async(set_exception_handler=False, handle_sigint=False)
        finally:
            looking.cancel()

    # actions of keys besides the audition's own

    def attempt(self, action: Callable[[], None]) -> None:
        """Do the action, and show its error if it fails."""
        try:
            action()
        except LivecodeError as error:
            self.audition.say(str(error), failed=True)
        except OSError as error:
            self.audition.say(f"{error.strerror or error}", failed=True)
        self.app.invalidate()

    def ask_name(self) -> None:
        """Ask for the current take's name."""
        if self.audition.take is not None:
            self._ask("its name: ", self.audition.take.name, self.audition.rename)

    def ask_piece(self) -> None:
        """Ask for the file that the kept takes are spliced into."""
        kept = len(self.audition.folder.kept)
        if not kept:
            raise LivecodeError("no take is kept: keep some with k before splicing")
        question = f"splice {counted(kept)} into: "
        self._ask(question, str(self.audition.free_piece()), self._splice)

    def close_field(self) -> None:
        """Close the field for names."""
        self.field.text = ""
        self.app.layout.focus(self._list_window)

    def leave(self) -> None:
        """Close the screen."""
        if self.app.future is not None and not self.app.future.done():
            self.app.exit()

    # what is shown

    @property
    def list_rows(self) -> int:
        """The number of rows of the list."""
        others = FRAME_ROWS + self._picture_rows + self._hint_rows
        return max(self.app.output.get_size().rows - others, 1)

    @property
    def _hint_rows(self) -> int:
        return len(hints()) if self.app.output.get_size().rows >= 12 else 0

    @property
    def _picture_rows(self) -> int:
        spare = self.app.output.get_size().rows - FRAME_ROWS - self._hint_rows
        rows = min(spare // 2 + 1, MOST_PICTURE_ROWS)
        return rows if rows > WAVE_ROWS else 0

    def _title(self) -> StyleAndTextTuples:
        takes, shown = self.audition.folder.takes, len(self.audition.shown)
        settings = self.audition.folder.index.settings
        kept = len(self.audition.folder.kept)
        text = (
            f" {counted(len(takes))} of {settings.model}, {kept} kept"
            f" · {shown} shown: {briefly(self.audition.selection)}"
        )
        return [("class:status.name", f" {self.audition.folder.folder}"), ("", text)]

    def _rows(self) -> StyleAndTextTuples:
        shown, at, rows = self.audition.shown, self.audition.row, self.list_rows
        first = min(max(at - rows // 2, 0), max(len(shown) - rows, 0))
        playing = self.audition.playing
        lines: StyleAndTextTuples = []
        for row, take in enumerate(shown[first : first + rows], first):
            sounds = playing is not None and playing[0] == take.number
            here = "class:completion-menu.completion.current" if row == at else ""
            kept = "class:status.good" if take.place and not here else here
            lines += [(kept, listed(take, "▶" if sounds else " ")), ("", "\n")]
        return lines or [("class:title", " nothing here: press v for another view, b for all")]

    def _picture(self) -> StyleAndTextTuples:
        rows, take = self._picture_rows, self.audition.take
        columns = self.app.output.get_size().columns
        if take is None or rows <= WAVE_ROWS:
            return []
        picture = self._look(take.path, columns, 2 * (rows - WAVE_ROWS))
        playing, played = self.audition.playing, 0.0
        if playing is not None and playing[0] == take.number and picture.seconds:
            played = min(playing[1] / picture.seconds, 1.0)
        lines: list[Line] = waveform(picture, WAVE_ROWS, played, self._colours)
        lines += spectrogram(picture, self._colours)
        return [part for line in lines for part in [*line, ("", "\n")]][:-1]

    def _message(self) -> StyleAndTextTuples:
        playback, playing = self.audition.playback, self.audition.playing
        if playback.error:
            return [("class:output.error", f" {playback.error}")]
        where: StyleAndTextTuples = []
        if playing is not None:
            where = [("class:status.dim", f"   take {playing[0]}, {playing[1]:.0f} s"
                      f" · {playback.device or 'opening the sound card'}")]  # fmt: skip
        kind = "error" if self.audition.failed else "ok"
        return [(f"class:output.{kind}", f" {self.audition.message}"), *where]

    # the field

    def _asked(self) -> str:
        return self._question

    def _ask(self, question: str, text: str, accept: Callable[[str], None]) -> None:
        self._question, self._accept = f" {question}", accept
        self.field.text = text
        self.field.buffer.cursor_position = len(text)
        self.app.layout.focus(self.field)

    def _accepted(self, buffer: object) -> bool:
        text = self.field.text
        self.close_field()
        self.attempt(lambda: self._accept(text))
        return True  # the field is empty already

    def _splice(self, text: str) -> None:
        if self._splicing:
            raise LivecodeError("a piece is being spliced already: wait for it")
        kept, out = [take.path for take in self.audition.folder.kept], Path(text).expanduser()
        self._splicing = True
        self.audition.say(f"splicing {counted(len(kept))} …")
        self.app.create_background_task(self._spliced(kept, out))

    async def _spliced(self, paths: list[Path], out: Path) -> None:
        try:
            self.audition.say(await asyncio.to_thread(splice, paths, out, self._fade_s))
        except LivecodeError as error:
            self.audition.say(str(error), failed=True)
        except OSError as error:
            self.audition.say(f"{out}: {error.strerror or error}", failed=True)
        finally:
            self._splicing = False
            self.app.invalidate()

    async def _look_again_and_again(self) -> None:
        sounded = False
        while True:
            self.look_for_takes()
            sounds = self.audition.playing is not None
            if sounds or sounded:
                self.app.invalidate()
            sounded = sounds
            await asyncio.sleep(LOOK_EVERY_S)

    def look_for_takes(self) -> None:
        """Show takes that have been generated meanwhile; redraw only if there are any."""
        try:
            if self.audition.look_again():
                self.app.invalidate()
        except (LivecodeError, OSError) as error:
            self.audition.say(str(error), failed=True)

    def _on_bug(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Show an error of the screen's own code, and keep the screen."""
        error = context.get("exception")
        what = repr(error) if error else str(context.get("message"))
        place = traceback.extract_tb(error.__traceback__)[-1:] if error else []
        where = f" ({Path(place[0].filename).name}:{place[0].lineno})" if place else ""
        self.audition.say(f"the screen has a bug: {what}{where}", failed=True)
        self.app.invalidate()


def listed(take: Take, mark: str = " ") -> str:
    """Return a take as one line below HEADING."""
    record = take.record
    place = f"{take.place:5d}" if take.place else "     "
    return (
        f" {mark} {take.number:04d}  {place}  {'★' * take.stars:<5}  {record.log_likelihood:10.3f}"
        f"  {record.silence:5.0%}  {record.centroid_hz / 1000:4.1f} kHz  {take.name}"
        f"{' (discarded)' if take.discarded else ''}"
    )


def _line(text: Callable[[], StyleAndTextTuples], kind: str) -> Window:
    return Window(FormattedTextControl(text), height=1, style=kind, wrap_lines=False)


def audition_screen(
    folder: Path,
    audio: str,
    style: Style,
    colours: bool,
    band: tuple[float, float] | None,
    fade_s: float,
) -> int:
    """Open the screen on this terminal. Return the exit status when the performer has left it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LivecodeError(
            "listening to takes needs a terminal: use --list or --splice without one"
        )
    playback = Playback(audio, time.monotonic)
    try:
        audition = Audition(TakesFolder(folder), playback, band)
        asyncio.run(Screen(audition, fade_s, style, colours).run())
    finally:
        playback.close()
    return 0
