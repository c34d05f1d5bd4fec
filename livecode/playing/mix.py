"""The mix: who is muted, who is alone, and how changes of what sounds come in."""

from dataclasses import dataclass

from livecode.language.units import Span

FADE, AT_ONCE = Span(0.05), Span()


@dataclass(frozen=True)
class Mix:
    """How what sounds is heard, and how it changes."""

    muted: frozenset[str] = frozenset()
    solo: frozenset[str] = frozenset()
    fade: Span = FADE  # where a thing has no fade of its own
    quant: Span = AT_ONCE


@dataclass(frozen=True)
class Entry:
    """How the block that is being evaluated comes in, where it says so: a scene of a set does."""

    fade: Span | None = None  # in place of the mix's
    at: int | None = None  # sample time, in place of the mix's quant; what is late begins at once
