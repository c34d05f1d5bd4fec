"""The word `stage`: which layers the page for the room shows, in which colours, and how large."""

from collections.abc import Callable

from msgspec import structs

from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.deferred import Deferred
from livecode.language.units import is_number
from livecode.transport.stage import LAYERS, OWN, PALETTES, StageStatus

#: The type of the page is from half to three times as large as usual.
SMALLEST, LARGEST = 0.5, 3.0
_Change = Callable[[StageStatus], StageStatus]


class StageWord:
    """The page for the room, which `livecode play --stage` opens: `stage.show("spectrum", "code", "agent")`.

    `stage.palette("ember")` colours it, `stage.size(1.4)` enlarges its type for the back row, and
    `stage.motion(False)` lets nothing scroll or flash.
    """

    def __init__(self, deferred: Deferred):
        self._deferred = deferred
        self._status = StageStatus()

    @property
    def status(self) -> StageStatus:
        """What the page is to show."""
        return self._status

    def show(self, *layers: str) -> None:
        """Show these layers and no others; without any, all: `stage.show("spectrum", "code")`.

        `stage.show("rain.js", "code")` shows a layer of your own, which is a file beside the set.
        """
        chosen = _known(layers) if layers else LAYERS
        self._change(lambda now: structs.replace(now, layers=chosen))

    def hide(self, *layers: str) -> None:
        """Take layers away, and leave the others: `stage.hide("code")`."""
        gone = _known(layers)
        self._change(
            lambda now: structs.replace(
                now, layers=tuple(each for each in now.layers if each not in gone)
            )
        )

    def palette(self, name: str) -> None:
        """Choose the colours: `stage.palette("ember")`; `contrast` is legible for everybody."""
        if name not in PALETTES:
            raise LivecodeError(
                f"there is no palette called {name!r}{did_you_mean(str(name), PALETTES)}"
            )
        self._change(lambda now: structs.replace(now, palette=name))

    def motion(self, on: bool = True) -> None:
        """Let the page scroll and flash, or let nothing of it do so: `stage.motion(False)`."""
        self._change(lambda now: structs.replace(now, motion=bool(on)))

    def size(self, times: float) -> None:
        """Make the type so many times as large as usual: `stage.size(1.5)`."""
        if not is_number(times) or not SMALLEST <= times <= LARGEST:
            raise LivecodeError(
                f"stage.size takes a number from {SMALLEST:g} to {LARGEST:g}, not {times!r}"
            )
        self._change(lambda now: structs.replace(now, size=float(times)))

    def __repr__(self) -> str:
        now = self._status
        still = "" if now.motion else ", without motion"
        return f"{', '.join(now.layers) or 'nothing'} in {now.palette}, size {now.size:g}{still}"

    def _change(self, change: _Change) -> None:
        def act() -> None:
            self._status = change(self._status)

        self._deferred.when_done(act)


def _known(layers: tuple[str, ...]) -> tuple[str, ...]:
    """Return layers without repetitions; raises LivecodeError for one that does not exist.

    A file beside the set may come later, or be elsewhere in a replay: the page says so if it is not there.
    """
    for name in layers:
        if name not in LAYERS and not (isinstance(name, str) and name.endswith(OWN)):
            raise LivecodeError(
                f"there is no layer called {name!r}{did_you_mean(str(name), LAYERS)}"
            )
    return tuple(dict.fromkeys(layers))
