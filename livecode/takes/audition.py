"""Listening to a folder of takes: the current take, and the action of each key; draws nothing."""

from dataclasses import replace
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.takes.choices import Take, TakesFolder
from livecode.takes.index import INDEX
from livecode.takes.playback import Playback
from livecode.takes.selection import SORTS, USUAL_BAND, VIEWS, Selection, after, in_band

SEEK_S = 5.0
BAND_STEP = 5.0  # per cent


class Audition:
    """The state of the screen."""

    def __init__(
        self,
        folder: TakesFolder,
        playback: Playback,
        band: tuple[float, float] | None = None,
    ) -> None:
        self.folder, self.playback = folder, playback
        self.selection = Selection(band=band)
        self.message, self.failed = "", False  # what was done last, or why it was not done
        self._band = band or USUAL_BAND  # the band that `b` switches on
        self._playing: int | None = None  # the take's number
        self._row = 0
        self._seen = self._changed_ns()
        self.shown: list[Take] = []
        self._select()

    # the current take

    @property
    def row(self) -> int:
        """The row of the current take among the shown ones."""
        return self._row

    @property
    def take(self) -> Take | None:
        """The current take; None if no take is shown."""
        return self.shown[self._row] if self.shown else None

    @property
    def playing(self) -> tuple[int, float] | None:
        """(number of the take that sounds, seconds into it), or None."""
        position_s = self.playback.position_s()
        if position_s is None or self._playing is None:
            return None
        return self._playing, position_s

    def look_again(self) -> bool:
        """Show what has been generated since the last call. Return whether there was anything."""
        changed = self._changed_ns()
        if changed == self._seen:
            return False
        self._seen = changed
        self.folder.refresh()
        self._select()
        return True

    def say(self, text: str, failed: bool = False) -> None:
        """Show a sentence; `failed` shows it as an error."""
        self.message, self.failed = text, failed

    # what keys do

    def go(self, rows: int) -> None:
        """Go `rows` rows down; up if negative."""
        self._row = min(max(self._row + rows, 0), max(len(self.shown) - 1, 0))

    def play_or_stop(self) -> None:
        """Play the current take, or stop if it is playing."""
        playing, take = self.playing, self.take
        if playing is not None and (take is None or playing[0] == take.number):
            self.playback.stop()
        elif take is not None:
            self._play(take)

    def seek(self, seconds: float) -> None:
        """Skip `seconds` in the take that plays; back if negative.

        Raises `LivecodeError` if none does.
        """
        if (playing := self.playing) is None:
            raise LivecodeError("no take is playing: press Space to play one")
        take = next((t for t in self.folder.takes if t.number == playing[0]), None)
        if take is not None:
            self._play(take, playing[1] + seconds)

    def keep(self) -> None:
        """Put the current take into the piece, or take it out."""
        self._do(self.folder.keep(self._current().number))

    def discard(self) -> None:
        """Move the current take to the discarded ones, or back."""
        self._do(self.folder.discard(self._current().number))

    def rate(self, stars: int) -> None:
        """Rate the current take with 1 to 5 stars, or 0 for none."""
        self._do(self.folder.rate(self._current().number, stars))

    def rename(self, name: str) -> None:
        """Name the current take."""
        self._do(self.folder.rename(self._current().number, name))

    def move(self, by: int) -> None:
        """Move the current take `by` places later in the piece; earlier if negative."""
        self._do(self.folder.move(self._current().number, by))

    def undo(self) -> None:
        """Undo the last change to a take."""
        self._do(self.folder.undo())

    def next_sort(self) -> None:
        """Sort by the next criterion."""
        self._look_at(sort=after(self.selection.sort, list(SORTS)))

    def next_view(self) -> None:
        """Show the next view."""
        self._look_at(view=after(self.selection.view, list(VIEWS)))

    def switch_band(self) -> None:
        """Hide the takes outside of the band of likelihood, or show all."""
        self._look_at(band=None if self.selection.band else self._band)

    def widen_band(self, low: float, top: float) -> None:
        """Hide `low` and `top` per cent more at the band's ends."""
        now = self._band if self.selection.band is None else self.selection.band
        low, top = max(now[0] + low, 0.0), max(now[1] + top, 0.0)
        if not in_band(self.folder.takes, (low, top)):
            raise LivecodeError("the band would be empty: keep it wider")
        self._band = (low, top)
        self._look_at(band=self._band)

    def free_piece(self) -> Path:
        """Return a file name for the piece that is not in use yet."""
        path, count = self.folder.folder / "piece.wav", 1
        while path.exists():
            count += 1
            path = path.with_name(f"piece-{count}.wav")
        return path

    def _play(self, take: Take, at_s: float = 0.0) -> None:
        self.playback.play(take.path, at_s)
        self._playing = take.number

    def _current(self) -> Take:
        if self.take is None:
            raise LivecodeError("no take is shown here: press v for another view")
        return self.take

    def _do(self, what: str) -> None:
        self.say(what)
        self._select()

    def _look_at(self, **changed: object) -> None:
        self.selection = replace(self.selection, **changed)  # type: ignore[arg-type]
        self._select()
        self.say(describe(self.selection))

    def _select(self) -> None:
        """Apply the selection. The current take stays current, or else the row does."""
        number = self.take.number if self.take is not None else None
        self.shown = self.selection.of(self.folder.takes)
        rows = [row for row, take in enumerate(self.shown) if take.number == number]
        self._row = rows[0] if rows else min(self._row, max(len(self.shown) - 1, 0))

    def _changed_ns(self) -> int:
        try:
            return (self.folder.folder / INDEX).stat().st_mtime_ns
        except OSError:
            return 0


def describe(selection: Selection) -> str:
    """Return a selection in words: `kept, by stars, without the lowest 40 % and the top 5 % by …`."""
    parts = [selection.view, f"by {selection.sort}"]
    if selection.band:
        low, top = selection.band
        parts.append(f"without the lowest {low:g} % and the top {top:g} % by likelihood")
    return ", ".join(parts)


def briefly(selection: Selection) -> str:
    """Return a selection in a few words: `kept, by stars, band 40 to 95 %`."""
    parts = [selection.view, f"by {selection.sort}"]
    if selection.band:
        parts.append(f"band {selection.band[0]:g} to {100 - selection.band[1]:g} %")
    return ", ".join(parts)
