"""All keys of the screen of takes, in one table for the bindings and the hints at the screen's foot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from prompt_toolkit.filters import has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.widgets import TextArea

from livecode.takes.audition import BAND_STEP, SEEK_S, Audition
from livecode.takes.choices import STARS

WIDTH = 78  # columns of a line of hints


class KeyTarget(Protocol):
    """The parts of a screen that keys act on."""

    audition: Audition
    field: TextArea

    @property
    def list_rows(self) -> int:
        """The number of rows of the list."""

    def attempt(self, action: Callable[[], None]) -> None:
        """Do the action, and show its error if it fails."""

    def ask_name(self) -> None:
        """Ask for the current take's name."""

    def ask_piece(self) -> None:
        """Ask for the file that the kept takes are spliced into."""

    def close_field(self) -> None:
        """Close the field for names."""

    def leave(self) -> None:
        """Close the screen."""


@dataclass(frozen=True)
class ScreenKey:
    """A key: its label, what a terminal sends for it, its hint, and its action."""

    label: str
    sequence: tuple[str, ...]
    text: str  # empty: another key's hint covers this one
    action: Callable[[KeyTarget], None]


KEYS = (
    ScreenKey("Space", (" ",), "play, stop", lambda screen: screen.audition.play_or_stop()),
    ScreenKey("Enter", ("enter",), "", lambda screen: screen.audition.play_or_stop()),
    ScreenKey("←", ("left",), "", lambda screen: screen.audition.seek(-SEEK_S)),
    ScreenKey("← →", ("right",), f"{SEEK_S:g} s back, on", lambda screen: screen.audition.seek(SEEK_S)),
    ScreenKey("↑", ("up",), "", lambda screen: screen.audition.go(-1)),
    ScreenKey("↑ ↓ PgUp PgDn", ("down",), "go", lambda screen: screen.audition.go(+1)),
    ScreenKey("PgUp", ("pageup",), "", lambda screen: screen.audition.go(-screen.list_rows)),
    ScreenKey("PgDn", ("pagedown",), "", lambda screen: screen.audition.go(screen.list_rows)),
    ScreenKey("Home", ("home",), "", lambda screen: screen.audition.go(-len(screen.audition.shown))),
    ScreenKey("End", ("end",), "", lambda screen: screen.audition.go(len(screen.audition.shown))),
    ScreenKey("k", ("k",), "keep, or not", lambda screen: screen.audition.keep()),
    ScreenKey("d", ("d",), "discard, or back", lambda screen: screen.audition.discard()),
    *(ScreenKey(f"0 … {STARS}" if n == 0 else str(n), (str(n),), "stars" if n == 0 else "",
          lambda screen, n=n: screen.audition.rate(n))  # type: ignore[misc]
      for n in range(STARS + 1)),
    ScreenKey("n", ("n",), "name", lambda screen: screen.ask_name()),
    ScreenKey("u", ("u",), "undo", lambda screen: screen.audition.undo()),
    ScreenKey("v", ("v",), "view", lambda screen: screen.audition.next_view()),
    ScreenKey("o", ("o",), "order", lambda screen: screen.audition.next_sort()),
    ScreenKey("b", ("b",), "band of likelihood", lambda screen: screen.audition.switch_band()),
    ScreenKey("[ ]", ("[",), "its low end", lambda screen: screen.audition.widen_band(-BAND_STEP, 0)),
    ScreenKey("]", ("]",), "", lambda screen: screen.audition.widen_band(BAND_STEP, 0)),
    ScreenKey("{ }", ("{",), "its top", lambda screen: screen.audition.widen_band(0, BAND_STEP)),
    ScreenKey("}", ("}",), "", lambda screen: screen.audition.widen_band(0, -BAND_STEP)),
    ScreenKey("< >", ("<",), "earlier, later in the piece", lambda screen: screen.audition.move(-1)),
    ScreenKey(">", (">",), "", lambda screen: screen.audition.move(+1)),
    ScreenKey("p", ("p",), "splice the piece", lambda screen: screen.ask_piece()),
    ScreenKey("q", ("q",), "leave", lambda screen: screen.leave()),
    ScreenKey("Ctrl-Q", ("c-q",), "", lambda screen: screen.leave()),
    ScreenKey("Ctrl-C", ("c-c",), "", lambda screen: screen.leave()),
)  # fmt: skip


def hints() -> list[str]:
    """Return the hints in lines of less than 80 columns."""
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


def key_bindings(screen: KeyTarget) -> KeyBindings:
    """Return a screen's bindings, which go on top of prompt_toolkit's own."""
    bindings = KeyBindings()
    asking = has_focus(screen.field)

    def bind(key: ScreenKey) -> None:
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
