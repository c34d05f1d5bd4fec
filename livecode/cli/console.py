"""The console of commands that draw tables and bars: texts are shown on it, and none is obeyed."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.text import Text

from livecode.transport.plain_text import plain


class PlainConsole(Console):
    """A rich console that takes no markup out of texts, and shows escapes instead of sending them.

    What a command draws itself, such as tables, colours and bars, is drawn as ever.
    """

    def __init__(self, **settings: Any):
        settings = {"highlight": False, "soft_wrap": False, **settings}
        super().__init__(markup=False, emoji=False, **settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        """Return a string as text without style."""
        settings.update(markup=False, emoji=False)
        return super().render_str(plain(text), **settings)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield what is sent to the terminal, in which only the console's own escapes are escapes."""
        for segment in super().render(renderable, options):
            if segment.control is None and segment.text.isprintable():
                yield segment
            elif segment.control is None:
                yield Segment(plain(segment.text), segment.style)
            else:
                yield segment


def bar_on(console: Console) -> Progress:
    """Return a bar with a text behind it (the field `figures` of its task) and the time left.

    It is shown on a terminal alone, while a `with` block runs.
    """
    return Progress(
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[figures]}", markup=False),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
