"""The word `grab`: what a name has just played, or is about to, as the slices of a kit."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.namespace import Namespace
from livecode.language.kits import Kit, slices_of
from livecode.language.patterns.numbers import exact
from livecode.language.sent import Sent
from livecode.language.sources import Sounding
from livecode.language.units import Span, bars, span
from livecode.playing.clock import PerformanceClock
from livecode.playing.requests import Requests
from livecode.playing.sounds import Sounds
from livecode.signals.tempo import Tempo
from livecode.transport.kits import GRABBED, KITS, LONGEST_GRAB_S

GRID, ONSETS = "grid", "onsets"


def grab_word(
    namespace: Namespace,
    sounds: Sounds,
    requests: Requests,
    tempo: Tempo,
    clock: PerformanceClock,
    seed: int,
) -> Callable[..., Kit]:
    """Make the word `grab`."""

    def grab(thing: Any, length: Span = 2 * bars, slices: int = 16, by: str = GRID) -> Kit:
        """Cut what a name has just played into slices: `chops = grab(r7, 2*bars, slices=16)`.

        `hits("0 3 <5 7>*2 ~", chops)` plays them. It takes the last whole bars; where the name has
        not sounded for so long, it waits until it has. `by="onsets"` cuts where something begins.
        What is cut is what the name plays, before its level and pan: one that is muted is cut as well.
        """
        name = _name(namespace, thing)
        taken = span(length)
        if not 0 < taken.at(tempo.bpm, tempo.beats_per_bar) <= LONGEST_GRAB_S:
            raise LivecodeError(f"grab takes up to {LONGEST_GRAB_S:g}*s, not {taken}")
        if by not in (GRID, ONSETS):
            raise LivecodeError(f'grab cuts by "grid" or by "onsets", not by {by!r}')
        begin, end = _stretch(tempo, taken, clock.frame, sounds.since(name, clock.frame))
        file = f"{name}-{begin}-{end}-{seed & 0xFFFFFFFF:x}.wav"
        grid = end - begin if by == GRID else None
        listing = slices_of(f"{GRABBED}{file}", slices, grid)
        if not clock.taking_over:
            (KITS / file).unlink(missing_ok=True)  # of another evening
            requests.grab(name, begin, end, file)
        return Kit(listing, f"grab({name}, {taken})")

    return grab


def _name(namespace: Namespace, thing: Any) -> str:
    name = str(thing)
    own = namespace.own().items()
    known = [n for n, t in own if isinstance(t, Sounding) and not isinstance(t, Sent)]
    if isinstance(thing, (Sounding, str)) and name in known:
        return name
    raise LivecodeError(f"grab takes what sounds, not {thing!r}{did_you_mean(name, known)}")


def _stretch(tempo: Tempo, length: Span, now: int, since: int) -> tuple[int, int]:
    """Return from when to when: the last whole bars, or the next ones that there are, or seconds."""
    beats = length.in_beats(tempo.beats_per_bar)
    if not beats:
        frames = round(length.seconds * tempo.sample_rate)
        begin = max(now - frames, since)
        return begin, begin + frames
    count = exact(beats) / exact(tempo.beats_per_bar)
    here = tempo.bar_of_frame(now)
    line = Fraction(math.floor(here)) if count >= 1 else here
    first = max(line - count, Fraction(math.ceil(tempo.bar_of_frame(since))))
    return tempo.frame_of_bar(first), tempo.frame_of_bar(first + count)
