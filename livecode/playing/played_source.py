"""Sources as they were played: what a name can go back to, and whether two of them sound alike."""

from dataclasses import dataclass
from typing import Any

import msgspec

from livecode.language.sources import Sounding
from livecode.transport.messages import GraphSource, Source, TransferSource


@dataclass(frozen=True)
class PlayedSource:
    """A source that was played, its thing, and the thing's settings at that time."""

    thing: Sounding
    source: Source
    settings: dict[str, Any]


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
