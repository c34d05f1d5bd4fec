"""The line of F3: where the sound goes, and the other ways out, each with the digit that takes it."""

from collections.abc import Callable

from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.transport.audio import AudioStatus, WayOut

_NOW, _OTHER, _ALARM = "class:output.ok", "class:output.plain", "class:status.alarm"
_HINT = "class:status.dim"
#: Keys from 1 up to this take a way out.
MOST = 9


class WaysOut:
    """Shows the ways out while it is open; keys choose among them."""

    def __init__(
        self,
        look: Callable[[], AudioStatus],
        survey: Callable[[], None],
        choose: Callable[[str, str], None],
    ):
        """`look()` returns the status, `survey()` has it renewed, `choose(backend, device)` sends."""
        self._look, self._survey, self._choose = look, survey, choose
        self.open = False
        self._surveys = 0

    def toggle(self) -> None:
        """Open the line, or close it."""
        self.open = not self.open
        if self.open:
            self._surveys = self._look().surveys
            self._survey()

    def take(self, number: int) -> None:
        """Send the sound the way that has this number."""
        ways = self._ways(self._look())
        if number <= len(ways):
            self._choose(ways[number - 1].backend, ways[number - 1].device)
            self.open = False

    def retry(self) -> None:
        """Open the present device again, or look for the lost one at once."""
        self._choose("", "")
        self.open = False

    def line(self, columns: int) -> StyleAndTextTuples:
        """Return the line; [] while it is closed."""
        if not self.open:
            return []
        status = self._look()
        head = f" {status.unheard} " if status.unheard else f" {status.described} "
        fragments: StyleAndTextTuples = [(_ALARM if status.unheard else _NOW, head)]
        looked = status.surveys > self._surveys
        for number, way in enumerate(self._ways(status), 1):
            fragments.append((_OTHER if way.works else _HINT, f" {number} {way.name[:24]} "))
        end = " Enter tries again · F3 closes" if looked else " looking …"
        fragments.append((_HINT, end))
        shown: StyleAndTextTuples = []
        used = 0
        for style, text, *_ in fragments:
            shown.append((style, text[: max(0, columns - used)]))
            used += len(text)
        return shown

    def _ways(self, status: AudioStatus) -> list[WayOut]:
        found = [way for way in status.ways if way.works or not way.device]
        return [*found, WayOut("headless")][:MOST]
