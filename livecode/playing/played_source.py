"""Sources as they were played: what a name can go back to, and whether two of them sound alike."""

from dataclasses import dataclass
from typing import Any

import msgspec

from livecode.language.sources import Sounding
from livecode.transport.messages import GraphSource, Source, TransferSource

#: This many good sources of a name are kept to go back to when the newest one fails.
KEPT = 8


@dataclass(frozen=True)
class PlayedSource:
    """A source that was played, its thing, and the thing's settings at that time."""

    thing: Sounding
    source: Source
    settings: dict[str, Any]

    def restored(self) -> Sounding:
        """Return the thing, with the settings that it had then."""
        self.thing.settings = dict(self.settings)
        return self.thing


def alike(one: Source, other: Source) -> bool:
    """Tell whether two sources sound alike, wherever a graph stands in its block."""
    if isinstance(one, GraphSource) and isinstance(other, GraphSource):
        return msgspec.structs.replace(one, first_line=other.first_line) == other
    return one == other


def taken_by(source: Source) -> set[str]:
    """Return the names that are heard through a source."""
    if isinstance(source, TransferSource):
        return {source.takes} - {""}
    return set(source.inputs) if isinstance(source, GraphSource) else set()


class GoodSources:
    """The sources of each name that have played without failing: one takes the place of one that fails."""

    def __init__(self) -> None:
        self._of: dict[str, list[PlayedSource]] = {}  # by name, newest last

    def note(self, name: str, played: PlayedSource) -> None:
        """Count a source as good; of the same source, the settings of now are kept."""
        good = self._of.get(name, [])
        if good and alike(good[-1].source, played.source):
            good = good[:-1]
        self._of[name] = [*good[1 - KEPT :], played]

    def instead_of(self, name: str, source: Source) -> PlayedSource | None:
        """Return the newest good source of a name but one that has failed, which is forgotten."""
        good = [kept for kept in self._of.get(name, []) if not alike(kept.source, source)]
        self._of[name] = good
        return good[-1] if good else None

    def forget(self, name: str) -> None:
        """Forget the sources of a name."""
        self._of.pop(name, None)
