"""Which takes are shown, and in which order: a band of likelihood, a view and a sort."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from livecode.takes.choices import Take

#: Leaving out the lowest 40 % and the top 5 % by likelihood improves the rest (Goel et al. 2022,
#: arXiv:2202.09729). Below the band are noise bursts, above it silence.
USUAL_BAND = (40.0, 5.0)

SORTS: dict[str, Callable[[Take], float]] = {
    "number": lambda take: take.number,
    "likelihood": lambda take: -take.record.log_likelihood,
    "brightness": lambda take: -take.record.centroid_hz,
    "silence": lambda take: take.record.silence,
    "stars": lambda take: -take.stars,
    "piece": lambda take: take.place or float("inf"),
}
VIEWS: dict[str, Callable[[Take], bool]] = {
    "all": lambda take: not take.discarded,
    "kept": lambda take: take.place > 0,
    "unrated": lambda take: not (take.discarded or take.stars or take.place),
    "discarded": lambda take: take.discarded,
}


@dataclass(frozen=True)
class Selection:
    """The shown takes: a view, a sort, and a band of likelihood."""

    view: str = "all"  # one of VIEWS
    sort: str = "number"  # one of SORTS
    band: tuple[float, float] | None = None  # per cent hidden at the low end and at the top

    def of(self, takes: Sequence[Take]) -> list[Take]:
        """Return the shown ones of `takes`, which are all takes of a folder.

        Discarded takes count for the band, so discarding does not move it.
        """
        inside = set(in_band(takes, self.band))
        shown = (take for take in takes if take.number in inside and VIEWS[self.view](take))
        return sorted(shown, key=lambda take: (SORTS[self.sort](take), take.number))


def in_band(takes: Sequence[Take], band: tuple[float, float] | None) -> list[int]:
    """Return the numbers of the takes inside a band given in per cent of ranks."""
    ranked = sorted(takes, key=lambda take: (take.record.log_likelihood, take.number))
    low, top = band or (0.0, 0.0)
    first, last = round(len(ranked) * low / 100), len(ranked) - round(len(ranked) * top / 100)
    return [take.number for take in ranked[first : max(first, last)]]


def after(word: str, words: Sequence[str]) -> str:
    """Return the word after `word`, cyclically."""
    return words[(words.index(word) + 1) % len(words)]
