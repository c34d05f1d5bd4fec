"""All keys of the terminal in one table, from which the bindings and the list of F1 are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition, Filter, has_focus
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.bindings.basic import if_no_repeat
from prompt_toolkit.key_binding.bindings.named_commands import get_by_name
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys

from livecode.system.keys import key_note
from livecode.terminal.editor import Editor
from livecode.terminal.evaluating import Evaluating
from livecode.terminal.faders import Faders
from livecode.terminal.history import HistorySearch
from livecode.terminal.mixing import Mixing
from livecode.terminal.output import Output
from livecode.terminal.room import Room
from livecode.terminal.ways_out import MOST, WaysOut


class ActedOn(Protocol):
    """What keys act on: the parts of a terminal, and what the terminal does as a whole."""

    app: Application[None]
    editor: Editor
    evaluating: Evaluating
    faders: Faders
    mixing: Mixing
    output: Output
    room: Room
    search: HistorySearch
    ways_out: WaysOut

    def play_cell(self) -> None:
        """Play the cell at the cursor as the scene that it is."""

    def play_line(self) -> None:
        """Play the line at the cursor; go to the scene whose header it is."""

    def panic(self) -> None:
        """Silence all sound within one block."""

    def interrupt(self) -> None:
        """Interrupt the block that runs; if none runs, leave at the second press."""

    def strike(self, key: str) -> None:
        """Press a hot-key, `like` or `dislike`."""

    def cue(self, code: str) -> None:
        """Go to another scene."""

    def fade_orphan(self) -> None:
        """Fade out a name that sounds although its text is gone."""

    def quit(self) -> None:
        """Leave the terminal."""

    def save(self) -> None:
        """Save the text."""

    def help(self) -> None:
        """Show help on the name at the cursor; without a name, the list of keys."""

    def begin_search(self) -> None:
        """Begin a search through the history."""

    def end_search(self, take: bool) -> None:
        """Return to the editor, and insert the block that was found if `take`."""


@dataclass(frozen=True)
class BoundKey:
    """A key: its name, the sequence that a terminal sends for it, and what it does."""

    label: str
    sequence: tuple[str, ...]
    text: str  # "": the text of another key describes this one
    action: Callable[[ActedOn], None]
    edits: bool = False  # it changes the text; Ctrl-Z brings back what was there


KEYS = (
    BoundKey("Alt+Enter", ("escape", "enter"), "play the block at the cursor",
        lambda terminal: terminal.evaluating.evaluate(
            terminal.editor.block(), terminal.editor.why_no_block())),
    BoundKey("F5", ("f5",), "play the cell, with `ends=`, `fade=`, `quant=` of its header",
        lambda terminal: terminal.play_cell()),
    BoundKey("F6", ("f6",), "play the line; on a `# %%` line, go to that scene",
        lambda terminal: terminal.play_line()),
    BoundKey("Alt+Up", ("escape", "up"), "to the block above",
        lambda terminal: terminal.editor.go_to_block(-1)),
    BoundKey("Alt+Down", ("escape", "down"), "to the block below",
        lambda terminal: terminal.editor.go_to_block(+1)),
    BoundKey("F3", ("f3",), "where the sound goes: choose another way, or try again",
        lambda terminal: terminal.ways_out.toggle()),
    BoundKey("F4", ("f4",), "end a name whose text is gone, as the status line says",
        lambda terminal: terminal.fade_orphan()),
    BoundKey("F7", ("f7",), "the scene before; in the first one, that one anew",
        lambda terminal: terminal.cue("go(-1)")),
    BoundKey("F8", ("f8",), "the next scene",
        lambda terminal: terminal.cue("go()")),
    BoundKey("Alt+.", ("escape", "."), "hush: fade out everything",
        lambda terminal: terminal.evaluating.hush()),
    BoundKey("Alt+M", ("escape", "m"), "mute the name at the cursor; again: let it be heard",
        lambda terminal: terminal.mixing.mute()),
    BoundKey("Alt+S", ("escape", "s"), "solo the name at the cursor; again: no longer",
        lambda terminal: terminal.mixing.solo()),
    BoundKey("F12", ("f12",), "panic: silence at once, whatever else hangs",
        lambda terminal: terminal.panic()),
    BoundKey("Alt+O", ("escape", "o"), "blackout: the stage page goes black; again: it is back",
        lambda terminal: terminal.room.black_out()),
    BoundKey("Alt+W", ("escape", "w"), "who watches the stage page, and its address as text and QR code",
        lambda terminal: terminal.room.tell()),
    BoundKey("F10", ("f10",), "like: strikes `keys.like`", lambda terminal: terminal.strike("like")),
    BoundKey("F9", ("f9",), "dislike: strikes `keys.dislike`", lambda terminal: terminal.strike("dislike")),
    BoundKey("Alt+1 … Alt+8", ("escape", "1"), "take a fader to hand: `keys.fader1` … `keys.fader8`",
        lambda terminal: terminal.faders.choose(1)),
    BoundKey("Alt+9 Alt+0", ("escape", "9"), "`prefer`: the first of the two was better, the second was",
        lambda terminal: terminal.evaluating.run("better(1)", quietly=True)),
    BoundKey("Alt+0", ("escape", "0"), "",
        lambda terminal: terminal.evaluating.run("better(2)", quietly=True)),
    *(BoundKey(f"Alt+{number}", ("escape", str(number)), "",
          lambda terminal, number=number: terminal.faders.choose(number))  # type: ignore[misc]
      for number in range(2, 9)),
    BoundKey("Alt+=", ("escape", "="), "move it up by 0.05; Alt+Right, too",
        lambda terminal: terminal.faders.move(+1)),
    BoundKey("Alt+-", ("escape", "-"), "move it down by 0.05; Alt+Left, too",
        lambda terminal: terminal.faders.move(-1)),
    BoundKey("Alt+Right", ("escape", "right"), "", lambda terminal: terminal.faders.move(+1)),
    BoundKey("Alt+Left", ("escape", "left"), "", lambda terminal: terminal.faders.move(-1)),
    BoundKey("Alt+Y", ("escape", "y"), "do again in sound what was undone",
        lambda terminal: terminal.evaluating.run("redo()", quietly=True)),
    BoundKey("Alt+Z", ("escape", "z"), "undo in sound",
        lambda terminal: terminal.evaluating.run("undo()", quietly=True)),
    BoundKey("Ctrl-Z", ("c-z",), "undo in the text", lambda terminal: terminal.editor.buffer.undo()),
    BoundKey("Ctrl-C", ("c-c",), "interrupt what runs; twice: leave", lambda terminal: terminal.interrupt()),
    BoundKey("F1", ("f1",), "help on the word at the cursor; on none, this list",
        lambda terminal: terminal.help()),
    BoundKey("F2", ("f2",), "the traceback of the last error",
        lambda terminal: terminal.evaluating.show_traceback()),
    BoundKey("PgUp", ("pageup",), "messages: back", lambda terminal: terminal.output.scroll(-1)),
    BoundKey("PgDn", ("pagedown",), "messages: forward", lambda terminal: terminal.output.scroll(+1)),
    BoundKey("Ctrl-R", ("c-r",), "search the blocks played before", lambda terminal: terminal.begin_search()),
    BoundKey("Alt+/", ("escape", "/"), "comment in or out",
        lambda terminal: terminal.editor.toggle_comment(), True),
    BoundKey("Ctrl-S", ("c-s",), "save the file", lambda terminal: terminal.save()),
    BoundKey("Ctrl-V", ("c-v",), "put in what Ctrl-K, Ctrl-U or Ctrl-W cut out",
        lambda terminal: terminal.editor.paste(), True),
    BoundKey("Ctrl-Y", ("c-y",), "take back an undo", lambda terminal: terminal.editor.buffer.redo()),
    BoundKey("Ctrl-L", ("c-l",), "draw the screen again", lambda terminal: terminal.app.renderer.clear()),
    BoundKey("Ctrl-Q", ("c-q",), "leave", lambda terminal: terminal.quit()),
)  # fmt: skip

#: Sequences of some terminals for keys that other terminals cannot tell from Enter.
_ALSO = {
    "\x1b[27;5;13~": (Keys.Escape, Keys.ControlM),  # Ctrl+Enter, xterm's modifyOtherKeys
    "\x1b[13;5u": (Keys.Escape, Keys.ControlM),  # Ctrl+Enter, CSI u
    "\x1b[27;3;13~": (Keys.Escape, Keys.ControlM),  # Alt+Enter
    "\x1b[13;3u": (Keys.Escape, Keys.ControlM),
    "\x1b[27;4;13~": Keys.F5,  # Alt+Shift+Enter
    "\x1b[13;4u": Keys.F5,
    "\x1b[13;2u": Keys.ControlM,  # Shift+Enter
    "\x1b[27;5;46~": (Keys.Escape, "."),  # Ctrl+.
    "\x1b[46;5u": (Keys.Escape, "."),
}

#: Bindings of a shell prompt that would be accidents here: numeric arguments, macros, submitting.
_UNWANTED = (
    ("c-o",), ("c-x", "("), ("c-x", ")"), ("c-x", "e"), ("escape", "#"), ("c-up",), ("c-down",),
    ("escape", "<"), ("escape", ">"), ("c-j",),
)  # fmt: skip


def learn_terminal_keys() -> None:
    """Make prompt_toolkit tell modified Enter keys apart; to be called before the first key."""
    ANSI_SEQUENCES.update(_ALSO)  # type: ignore[arg-type]


def key_list() -> str:
    """Return the list of all keys, one in each line."""
    listed = [key for key in KEYS if key.text]
    width = max(len(key.label) for key in listed)
    lines = [f"{key.label:<{width}}  {key.text}" for key in listed]
    words = "help() lists the words of the language, help(hits) explains one"
    return "\n".join(filter(None, [*lines, key_note(), words]))


def hints() -> str:
    """Return the keys that a first hour needs, in three lines of less than 80 columns."""
    return (
        "Alt+Enter play the block at the cursor · Alt+. fade out · F12 silence at once\n"
        "F1 help, all keys · F7 F8 scenes · Ctrl-C interrupt · Ctrl-S save · Ctrl-Q leave\n"
        "New here? Type tutorial() and press Alt+Enter."
    )


def key_bindings(terminal: ActedOn) -> KeyBindings:
    """Return the bindings of a terminal, which take precedence over those of prompt_toolkit."""
    bindings = KeyBindings()
    searching = has_focus(terminal.search.field)

    for sequence in _UNWANTED:
        bindings.add(*sequence)(lambda event: None)

    def bind(key: BoundKey) -> None:
        @bindings.add(*key.sequence, save_before=lambda event: key.edits)
        def _(event: KeyPressEvent) -> None:
            terminal.editor.buffer.complete_state = None  # closes the menu of completions
            key.action(terminal)

    for key in KEYS:
        bind(key)
    _bind_typing(bindings, terminal, ~searching)
    _bind_search(bindings, terminal, searching)
    _bind_ways_out(bindings, terminal.ways_out)
    return bindings


def _bind_typing(bindings: KeyBindings, terminal: ActedOn, editing: Filter) -> None:
    editor, buffer = terminal.editor, terminal.editor.buffer
    choosing = Condition(lambda: _chosen(buffer))
    offered = Condition(lambda: buffer.complete_state is not None)
    in_word = Condition(
        lambda: (
            not buffer.selection_state
            and bool(buffer.document.current_line_before_cursor.strip())
            and not buffer.document.current_line_before_cursor.endswith(" ")
        )
    )
    add = bindings.add

    def pasted(event: KeyPressEvent) -> bool:
        """Take in all that has come with this key, if it is pasted; return whether it is."""
        waiting = event.app.key_processor.input_queue
        pieces = [_as_text(event.key_sequence[-1]) or ""]
        for press in waiting:
            if (piece := _as_text(press)) is None:
                break
            pieces.append(piece)
        if not editor.paste_keys("".join(pieces)):
            return False
        for _ in pieces[1:]:
            waiting.popleft()
        return True

    @add(Keys.Any, filter=editing, save_before=if_no_repeat)
    def _type(event: KeyPressEvent) -> None:
        if event.data.isprintable() and not pasted(event):
            editor.type(event.data)

    @add("enter", filter=editing)
    @add("c-j", filter=editing)  # a pasted line end
    def _enter(event: KeyPressEvent) -> None:
        if not pasted(event):
            editor.newline()

    @add("enter", filter=editing & choosing)
    def _choose(event: KeyPressEvent) -> None:
        buffer.complete_state = None  # the chosen name is in the text already

    @add("backspace", filter=editing, save_before=if_no_repeat)
    def _backspace(event: KeyPressEvent) -> None:
        editor.backspace()

    @add("tab", filter=editing)
    def _tab(event: KeyPressEvent) -> None:
        editor.indent()

    @add("tab", filter=editing & (in_word | offered))
    def _complete(event: KeyPressEvent) -> None:
        if buffer.complete_state is not None:
            buffer.complete_next()
        else:
            buffer.start_completion(insert_common_part=True)

    @add("s-tab", filter=editing)
    def _dedent(event: KeyPressEvent) -> None:
        editor.dedent()

    @add("s-tab", filter=editing & offered)
    def _complete_back(event: KeyPressEvent) -> None:
        buffer.complete_previous()

    @add("escape", filter=editing & offered)
    @add("c-g", filter=editing & offered)
    def _close_menu(event: KeyPressEvent) -> None:
        buffer.complete_state = None

    def move(direction: int) -> None:
        if choosing():
            (buffer.complete_next if direction > 0 else buffer.complete_previous)()
            return
        (buffer.cursor_down if direction > 0 else buffer.cursor_up)()

    add("up", filter=editing)(lambda event: move(-1))
    add("down", filter=editing)(lambda event: move(+1))

    @add("c-d", filter=editing)
    def _delete_or_leave(event: KeyPressEvent) -> None:
        if buffer.text:
            buffer.delete()
        else:
            terminal.quit()

    for key, command in (("c-home", "beginning-of-buffer"), ("c-end", "end-of-buffer")):
        add(key, filter=editing)(get_by_name(command))

    @add(Keys.BracketedPaste, filter=editing)
    def _paste(event: KeyPressEvent) -> None:
        text = event.data.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
        buffer.insert_text("".join(c for c in text if c == "\n" or c.isprintable()))


def _as_text(press: KeyPress) -> str | None:
    """Return what a key types; None for a key that does something else."""
    key = press.key
    if isinstance(key, Keys):
        return {Keys.ControlM: "\r", Keys.ControlJ: "\n", Keys.ControlI: "    "}.get(key)
    return key if len(key) == 1 and key.isprintable() else ""


def _bind_search(bindings: KeyBindings, terminal: ActedOn, searching: Filter) -> None:
    add = bindings.add
    for key in ("c-r", "up"):
        add(key, filter=searching)(lambda event: terminal.search.move(+1))
    for key in ("c-s", "down"):
        add(key, filter=searching)(lambda event: terminal.search.move(-1))
    for key in ("c-g", "c-c"):
        add(key, filter=searching)(lambda event: terminal.end_search(take=False))
    add("escape", filter=searching, eager=True)(lambda event: terminal.end_search(take=False))
    add("enter", filter=searching)(lambda event: terminal.end_search(take=True))
    add("tab", filter=searching)(lambda event: None)


def _bind_ways_out(bindings: KeyBindings, ways_out: WaysOut) -> None:
    """Bind the keys that choose a way out while its line is open."""
    choosing = Condition(lambda: ways_out.open)
    add = bindings.add

    def bind(number: int) -> None:
        add(str(number), filter=choosing, eager=True)(lambda event: ways_out.take(number))

    for number in range(1, MOST + 1):
        bind(number)
    add("enter", filter=choosing, eager=True)(lambda event: ways_out.retry())


def _chosen(buffer: Buffer) -> bool:
    """Return whether a name in the menu of completions has been chosen."""
    return buffer.complete_state is not None and buffer.complete_state.complete_index is not None
