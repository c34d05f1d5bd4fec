"""The performer's signals by name, such as `push = rings.left.energy`, for layers of their own."""

import math
from collections.abc import Callable, Iterator

from livecode.evaluation.namespace import Namespace
from livecode.language.moments import Moment, Node
from livecode.language.signal_words import SignalWord
from livecode.language.values import Function, Value
from livecode.performance.pace import ReadingPace
from livecode.transport.stage import OWN, StageStatus

#: The most signals that are read, those that were defined first.
MOST_SIGNALS = 16
#: Values keep their memory apart for each lead; this reader has a lead of its own.
LEAD = -1_000_002


class NamedSignals:
    """Reads the performer's named signals while the stage page shows a layer that is a file beside the set.

    A function of the performer is not called for this, and a curve that counts from its beginning does not
    begin by it: `@layer` names a function, and what moves a setting is told by that setting's name.
    """

    def __init__(self, namespace: Namespace, sample_rate: int, stage: Callable[[], StageStatus]):
        self._namespace, self._stage = namespace, stage
        self._pace = ReadingPace(sample_rate)
        self.now: dict[str, float] = {}  # the newest number of each

    def tick(self, frame: int, moment: Moment) -> None:
        """Read the signals if it is time to, at sample time `frame`."""
        if not self._pace.is_due(frame):
            return
        self.now = {}
        if not any(layer.endswith(OWN) for layer in self._stage().layers):
            return
        now = moment.at(frame, LEAD)
        for name, read in self._signals():
            try:
                number = read(now)
            except Exception:  # a signal that is gone, or that is not one number
                continue
            if math.isfinite(number):
                self.now[name] = round(number, 4)
            if len(self.now) == MOST_SIGNALS:
                return

    def _signals(self) -> Iterator[tuple[str, Callable[[Moment], float]]]:
        words = self._namespace.words
        for name, thing in list(self._namespace.variables.items()):
            if isinstance(thing, SignalWord) and words.get(name) is not thing:
                yield name, lambda now, word=thing: float(word)  # type: ignore[misc]
            elif isinstance(thing, Value) and thing.name == name and _can_be_read(thing):
                yield name, thing.sample


def _can_be_read(value: Value) -> bool:
    """Return whether reading a value changes nothing but what it remembers for this reader."""
    return not any(
        isinstance(node, Function) or type(node).begin is not Node.begin
        for part in value.everything()
        for node in part.nodes()
    )
