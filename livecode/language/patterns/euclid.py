"""Euclid's rhythms: so many onsets spread over so many steps, as evenly as can be."""

from functools import lru_cache

from livecode.language.patterns.cycle import MOST_EVENTS, TooMuch


@lru_cache(maxsize=256)
def euclid(onsets: int, steps: int, rotation: int = 0) -> tuple[bool, ...]:
    """Which of the steps are struck; each `rotation` steps later.

    Bjorklund's algorithm, as in G. Toussaint: The Euclidean algorithm generates traditional musical
    rhythms (2005).  Fewer than no onsets give the rests of so many.
    """
    if steps > MOST_EVENTS:
        raise TooMuch(f"a rhythm has at most {MOST_EVENTS:,} steps")
    if steps <= 0:
        return ()
    struck = min(abs(onsets), steps)
    heads, tails = [[True]] * struck, [[False]] * (steps - struck)
    while len(tails) > 1 and heads:
        joined = min(len(heads), len(tails))
        rest = heads[joined:] or tails[joined:]
        heads = [head + tail for head, tail in zip(heads, tails, strict=False)]
        tails = rest
    rhythm = [step for group in [*heads, *tails] for step in group]
    if onsets < 0:
        rhythm = [not step for step in rhythm]
    turn = -rotation % steps
    return tuple(rhythm[turn:] + rhythm[:turn])
