"""`bench judge`: whether a judge that knows ten sources tells which one each shipped stream learned from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import soxr
from numpy.typing import NDArray

from livecode.bench.judge_features import RATE_HZ, Floats, features
from livecode.bench.rows import BenchRow, Identity
from livecode.errors import LivecodeError
from livecode.finishing.stream_take import TEMPERATURES, take
from livecode.neural.model_file import list_models
from livecode.voices.loaded import Loaded

#: What the sources sound like, in figures; `tools/judge_sources.py` makes it.
KNOWN = Path(__file__).with_name("judge_sources.npz")
TAKES, SECONDS = 8, 10.0
#: The share that is to be named right, in %.
TARGET = 95.0
#: By these, TARGET of the sources' own sound is named right; by other families, less is.
ENOUGH = ("all", "modulation")
#: How much of what varies within sources counts as the same for all figures.
SHRUNK = 0.3


Figures = Mapping[str, Floats]


@dataclass(frozen=True)
class Pieces:
    """Figures (pieces, n) of pieces of sound by family, and the number of each one's source (pieces,)."""

    figures: Figures
    source: NDArray[np.int64]


@dataclass(frozen=True)
class Known:
    """Sources: pieces that a judge knows them by, and others that it is tried on."""

    names: tuple[str, ...]
    heard: Pieces
    unheard: Pieces

    @classmethod
    def read(cls, path: Path = KNOWN) -> Self:
        """Read what `write` wrote."""
        with np.load(path, allow_pickle=False) as file:
            parts = []
            for part in ("heard", "unheard"):
                of = {name.split(".")[-1]: name for name in file if name.startswith(f"{part}.")}
                source = file[of.pop("source")].astype(np.int64)
                figures = {family: file[name].astype(np.float64) for family, name in of.items()}
                parts.append(Pieces(figures, source))
            return cls(tuple(map(str, file["names"])), *parts)

    def write(self, path: Path) -> None:
        """Write them as arrays of numbers and names."""
        arrays = {"names": np.array(self.names)}
        for part, pieces in (("heard", self.heard), ("unheard", self.unheard)):
            arrays[f"{part}.source"] = pieces.source.astype(np.int8)
            for family, figures in pieces.figures.items():
                arrays[f"{part}.{family}"] = figures.astype(np.float16)
        np.savez_compressed(path, allow_pickle=False, **arrays)


def stacked(pieces: Sequence[Figures]) -> dict[str, Floats]:
    """The figures (pieces, n) of each family, of pieces with figures (n,)."""
    return {family: np.stack([piece[family] for piece in pieces]) for family in pieces[0]}


class Judge:
    """Names the source of the nearest piece, where figures count by how little they vary within a source."""

    def __init__(self, known: Known, families: Sequence[str] = ()) -> None:
        self.families = tuple(families) or tuple(known.heard.figures)
        self.names, self._source = known.names, known.heard.source
        figures = self._joined(known.heard.figures)
        self._middle, self._spread = figures.mean(axis=0), figures.std(axis=0) + 1e-6
        scaled = (figures - self._middle) / self._spread
        own = [scaled[self._source == i] for i in range(len(self.names))]
        within = np.concatenate([rows - rows.mean(axis=0) for rows in own])
        covariance = within.T @ within / (len(within) - len(self.names))
        even = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        values, vectors = np.linalg.eigh((1 - SHRUNK) * covariance + SHRUNK * even)
        self._whiten = vectors / np.sqrt(values)
        self._known = scaled @ self._whiten

    def _joined(self, figures: Figures) -> Floats:
        return np.concatenate([figures[family] for family in self.families], axis=1)

    def named(self, figures: Figures) -> list[str]:
        """The sources of pieces with these figures (pieces, n)."""
        placed = (self._joined(figures) - self._middle) / self._spread @ self._whiten
        apart = np.square(placed[:, None] - self._known).sum(axis=-1)
        return [self.names[self._source[i]] for i in apart.argmin(axis=1)]


def run(
    seconds: float = SECONDS,
    takes: int = TAKES,
    known: Known | None = None,
    only: Sequence[str] = (),
) -> list[BenchRow]:
    """Return how often judges are right about sound of the sources, and about takes at five temperatures.

    One hears everything, and one each family of figures alone, which says what gives a stream away.
    """
    known = known or Known.read()
    shipped = list_models()
    chosen = [name for name in known.names if name in shipped and (not only or name in only)]
    if missing := sorted(set(only) - set(chosen)):
        raise LivecodeError(
            f"the judge knows no stream {missing[0]!r}: it knows {', '.join(known.names)}"
        )
    whole = Judge(known)
    judges = {"all": whole} | {family: Judge(known, [family]) for family in whole.families}
    rows = [row for by, judge in judges.items() for row in _sources(by, judge, known)]
    right: dict[str, list[bool]] = {by: [] for by in judges}
    for name in chosen:
        for temperature in TEMPERATURES:
            figures = _heard(shipped[name], temperature, seconds, takes)
            for by, judge in judges.items():
                named = judge.named(figures)
                right[by] += [each == name for each in named]
                about: Identity = {"model": name, "temperature": temperature, "by": by}
                rows.append(_share("takes named after their source", named, name, about))
    return rows + [
        _row("takes named after their source", each, {"model": "all", "by": by})
        for by, each in right.items()
        if each
    ]


def _heard(path: Path, temperature: float, seconds: float, takes: int) -> dict[str, Floats]:
    loaded = Loaded(path)
    rate = loaded.meta.sample_rate
    pieces = (take(loaded, temperature, seconds, seed) for seed in range(takes))
    return stacked([features(soxr.resample(piece, rate, RATE_HZ)) for piece in pieces])


def _sources(by: str, judge: Judge, known: Known) -> list[BenchRow]:
    named = np.array(judge.named(known.unheard.figures))
    what, rows = "sound named after its source", []
    for number, name in enumerate(known.names):
        own = list(named[known.unheard.source == number])
        rows.append(_share(what, own, name, {"source": name, "by": by}))
    right = named == np.array(known.names)[known.unheard.source]
    return [*rows, _row(what, list(right), {"source": "all", "by": by})]


def _share(what: str, named: Sequence[str], name: str, about: Identity) -> BenchRow:
    """The share that is named right, and what the others are taken for."""
    wrong = Counter(each for each in named if each != name)
    others = ", ".join(f"{count} {other}" for other, count in wrong.most_common())
    return _row(what, [each == name for each in named], {**about, "taken for": others or None})


def _row(what: str, right: Sequence[bool], about: Identity) -> BenchRow:
    """A share in %, which has a target where judges are tried that hear enough to know the sources by."""
    share = 100 * float(np.mean(right))
    target = TARGET if about["by"] in ENOUGH else None
    return BenchRow.measured(
        what, share, "%", {**about, "of": len(right)}, target=target, better="higher"
    )
