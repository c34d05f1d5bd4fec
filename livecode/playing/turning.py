"""Settings that go by patterns of names: when each turns, seen ahead, so that it does so on the line."""

from fractions import Fraction

from livecode.language.naming import turns_of
from livecode.language.sources import Sounding
from livecode.signals.tempo import Tempo


def turn(thing: Sounding, frame: int, ahead: int, tempo: Tempo) -> int | None:
    """Let each setting be what its pattern says `ahead` frames after sample time `frame`.

    Returns the sample time of the line at which that begins, None if nothing has turned.
    """
    turns = turns_of(thing)
    if not turns:
        return None
    bar = tempo.bar_at(frame + ahead)
    lines = []
    for setting, by in turns.items():
        chosen = by.at(bar, frame + ahead)
        if chosen is not None and chosen != thing.settings.get(setting):
            thing.put_back(setting, chosen)
            lines.append(by.since(bar, frame + ahead))
    if not lines:
        return None
    return tempo.frame_of_bar(Fraction(max(lines)).limit_denominator())
