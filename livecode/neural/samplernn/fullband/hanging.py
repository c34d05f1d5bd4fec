"""How long an outline stays where it is, and how much hotter it is drawn for that."""

#: An outline that stays where it is for longer than it should is drawn so much hotter at most.
MOST_RESTLESS = 2.0


def held_on(hold: tuple[int, int], token: int) -> tuple[int, int]:
    """The first token of an outline, and for how many frames it stays, after one more frame."""
    return token, hold[1] + 1 if token == hold[0] else 1


def restlessness(hold: tuple[int, int], longest: float) -> float:
    """What an outline's temperature is multiplied by when it stays for more than `longest` frames.

    That is as long as the source's ever stays, or, of a model whose tokens are held, as long as it
    usually stays.
    """
    return min(max(hold[1] / longest, 1.0), MOST_RESTLESS)
