"""The mix: which names are muted or solo, and how changes of what sounds come in."""

from dataclasses import dataclass

from livecode.language.units import Span

FADE, AT_ONCE = Span(0.05), Span()


@dataclass(frozen=True)
class Mix:
    """Which names are heard, and how sources change."""

    muted: frozenset[str] = frozenset()
    solo: frozenset[str] = frozenset()
    fade: Span = FADE  # for things that have no fade of their own
    quant: Span = AT_ONCE


@dataclass(frozen=True)
class Entry:
    """How the block that is being evaluated comes in, if it says so, as a scene of a set does."""

    fade: Span | None = None  # in place of the mix's
    at: int | None = (
        None  # sample time, in place of the mix's quant; a time that is past means at once
    )
    #: For a turn: how often all had been hushed when its function was evaluated; None: played by hand.
    hushes: int | None = None
