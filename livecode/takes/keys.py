"""Every key of the screen of takes, in one table that the bindings and the lines at its foot read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from prompt_toolkit.filters import has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.widgets import TextArea

from livecode.takes.audition import BAND_STEP, SEEK_S, Audition
from livecode.takes.choices import STARS

WIDTH = 78  # of a line of hints


class Moved(Protocol):
    """What keys move: an audition, and the screen around it."""

    audition: Audition
    field: TextArea

    @property
    def list_rows(self) -> int:
        """How many takes the list shows at once."""

    def attempt(self, action: Callable[[], None]) -> None:
        """Do something, and say so if it cannot be done."""

    def ask_name(self) -> None:
        """Ask for a name for the take."""

    def ask_piece(self) -> None:
        """Ask where to write the piece, and splice it."""

    def close_field(self) -> None:
        """Leave the question unanswered."""

    def leave(self) -> None:
        """End the audition."""


@dataclass(frozen=True)
class Key:
    """A key: what is printed on it, what a terminal sends, and what it does."""

    label: str
    sequence: tuple[str, ...]
    text: str  # empty: another key's text says what this one does
    action: Callable[[Moved], None]


KEYS = (
    Key("Space", (" ",), "play, stop", lambda screen: screen.audition.play_or_stop()),
    Key("Enter", ("enter",), "", lambda screen: screen.audition.play_or_stop()),
    Key("←", ("left",), "", lambda screen: screen.audition.seek(-SEEK_S)),
    Key("← →", ("right",), f"{SEEK_S:g} s back, on", lambda screen: screen.audition.seek(SEEK_S)),
    Key("↑", ("up",), "", lambda screen: screen.audition.go(-1)),
    Key("↑ ↓ PgUp PgDn", ("down",), "go", lambda screen: screen.audition.go(+1)),
    Key("PgUp", ("pageup",), "", lambda screen: screen.audition.go(-screen.list_rows)),
    Key("PgDn", ("pagedown",), "", lambda screen: screen.audition.go(screen.list_rows)),
    Key("Home", ("home",), "", lambda screen: screen.audition.go(-len(screen.audition.shown))),
    Key("End", ("end",), "", lambda screen: screen.audition.go(len(screen.audition.shown))),
    Key("k", ("k",), "keep, or not", lambda screen: screen.audition.keep()),
    Key("d", ("d",), "discard, or back", lambda screen: screen.audition.discard()),
    *(Key(f"0 … {STARS}" if n == 0 else str(n), (str(n),), "stars" if n == 0 else "",
          lambda screen, n=n: screen.audition.rate(n))  # type: ignore[misc]
      for n in range(STARS + 1)),
    Key("n", ("n",), "name", lambda screen: screen.ask_name()),
    Key("u", ("u",), "undo", lambda screen: screen.audition.undo()),
    Key("v", ("v",), "view", lambda screen: screen.audition.next_view()),
    Key("o", ("o",), "order", lambda screen: screen.audition.next_sort()),
    Key("b", ("b",), "band of likelihood", lambda screen: screen.audition.switch_band()),
    Key("[ ]", ("[",), "its low end", lambda screen: screen.audition.widen_band(-BAND_STEP, 0)),
    Key("]", ("]",), "", lambda screen: screen.audition.widen_band(BAND_STEP, 0)),
    Key("{ }", ("{",), "its top", lambda screen: screen.audition.widen_band(0, BAND_STEP)),
    Key("}", ("}",), "", lambda screen: screen.audition.widen_band(0, -BAND_STEP)),
    Key("< >", ("<",), "earlier, later in the piece", lambda screen: screen.audition.move(-1)),
    Key(">", (">",), "", lambda screen: screen.audition.move(+1)),
    Key("p", ("p",), "splice the piece", lambda screen: screen.ask_piece()),
    Key("q", ("q",), "leave", lambda screen: screen.leave()),
    Key("Ctrl-Q", ("c-q",), "", lambda screen: screen.leave()),
    Key("Ctrl-C", ("c-c",), "", lambda screen: screen.leave()),
)  # fmt: skip


def hints() -> list[str]:
    """The keys, in lines of less than 80 columns."""
    lines = [""]
    for key in KEYS:
        if key.text:
            item = f"{key.label} {key.text}"
            joined = f"{lines[-1]} · {item}" if lines[-1] else item
            if len(joined) > WIDTH:
                lines.append(item)
            else:
                lines[-1] = joined
    return lines


def key_bindings(screen: Moved) -> KeyBindings:
    """The bindings of a screen, to be laid over prompt_toolkit's own."""
    bindings = KeyBindings()
    asking = has_focus(screen.field)

    def bind(key: Key) -> None:
        @bindings.add(*key.sequence, filter=~asking)
        def _(event: KeyPressEvent) -> None:
            screen.attempt(lambda: key.action(screen))

    for key in KEYS:
        bind(key)

    @bindings.add("escape", filter=asking, eager=True)
    @bindings.add("c-c", filter=asking)
    @bindings.add("c-g", filter=asking)
    def _(event: KeyPressEvent) -> None:
        screen.close_field()

    @bindings.add("c-q", filter=asking)
    def _(event: KeyPressEvent) -> None:
        screen.leave()

    return bindings
