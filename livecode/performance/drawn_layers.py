"""The numbers of the functions of `@layer`, which the stage page draws as curves."""

from contextlib import suppress

from livecode.evaluation.namespace import Namespace
from livecode.language.layers import is_drawn
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.performance.pace import ReadingPace
from livecode.playing.function_player import FunctionPlayer, NoVersion

#: So many are drawn at most, those that were defined first.
MOST_LAYERS = 8


class DrawnLayers:
    """Calls each function ten times a second of sound, whether somebody watches or not, as a replay does."""

    def __init__(self, namespace: Namespace, sample_rate: int):
        self._namespace = namespace
        self._pace = ReadingPace(sample_rate)
        self.now: dict[str, float] = {}  # the newest number of each

    def tick(self, frame: int, moment: Moment) -> None:
        """Call the functions when they are due, at `frame`; one that fails falls back as a reward does."""
        if not self._pace.is_due(frame):
            return
        found: dict[str, float] = {}
        for name, thing in self._namespace.own().items():
            if len(found) == MOST_LAYERS:
                break
            # without a player, a block is just defining it
            if not (isinstance(thing, Value) and isinstance(thing.player, FunctionPlayer)):
                continue
            if is_drawn(thing):
                with suppress(NoVersion):
                    found[name] = round(thing.sample(moment), 4)
        self.now = found
