"""`bench sound`: how each shipped stream sounds beside its source, at five temperatures.

A figure that is to be near its source's is within 30 % of it. Where that is next to nothing, onsets
are near within 0.2 a second.

What is to rise with temperature is compared take by take, each with that of the same seed at the
temperature below. A step may fall by no more than its own standard error, and from the coldest to the
hottest there is a rise of at least two.
"""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from livecode.bench.rows import BenchRow, Identity
from livecode.errors import LivecodeError
from livecode.finishing.sound_figures import Floats, Heard, cut, heard, roars
from livecode.finishing.sound_source import SOURCE, Source, SourceFigures
from livecode.finishing.stream_take import TEMPERATURES, take
from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.model_file import described, list_models
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.heat import Heat
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn.fullband.sampler import FullbandSampler

TAKES = 8
#: How surprising a stream is is measured for so much of a take's length.
SHARE = 8.0
#: How far figures may be from the source's.
MORE_SILENCE, LEAST_SILENCE, MOST_ROAR, NEAR, NEAR_ONSETS = 1.5, 0.01, 0.02, 0.3, 0.2
#: Clarity of what has no tuning is chance: from one piece of 10 s to another it varies by so much.
NEAR_CLARITY = 0.07
OWN_TO_OTHER, OWN_TO_OWN, TAKES_APART, WITHIN_LU = 0.5, 2.0, 0.5, 3.0
#: By how many standard errors a step may fall, and the whole way has to rise.
FALL, RISE = 1.0, 2.0


@dataclass(frozen=True)
class Listened:
    """What takes at one temperature are like."""

    rate_hz: int
    whole: Heard
    roar: float  # share of the time
    loud: float  # LUFS
    rising: dict[str, Floats]  # what is to rise with the temperature, of each take


def run(
    seconds: float = 30.0,
    takes: int = TAKES,
    paths: list[Path] | None = None,
    only: Sequence[str] = (),
    jobs: int = 1,
) -> list[BenchRow]:
    """Return the figures of each model that has its source's figures beside it, or only of those named.

    only: names of shipped streams, and model files, as "mine/mine.safetensors".
    jobs: processes that listen at the same time.
    """
    shipped = {path: Source.read(path.with_name(SOURCE)) for path in paths or _shipped()}
    files = [Path(name) for name in only if (Path(name).parent / SOURCE).is_file()]
    known = shipped | {path: Source.read(path.with_name(SOURCE)) for path in files}
    chosen = [path for path in known if not only or path.stem in only or path in files]
    if missing := sorted(set(only) - {path.stem for path in shipped} - set(map(str, files))):
        raise LivecodeError(
            f"no stream {missing[0]!r} has a source beside it that it could be judged by"
        )
    cases = [(path, known[path], t, seconds, takes) for path in chosen for t in TEMPERATURES]
    found = _each(cases, jobs)
    rows: list[BenchRow] = []
    for path in chosen:
        others = [figures for other, figures in shipped.items() if other != path]
        rows += model_rows(path.stem, known[path], others, [next(found) for _ in TEMPERATURES])
    return rows


def _shipped() -> list[Path]:
    return [
        path
        for path in list_models().values()
        if described(path)[0] == KIND and path.with_name(SOURCE).exists()
    ]


Case = tuple[Path, Source, float, float, int]


def _each(cases: list[Case], jobs: int) -> Iterator[Listened]:
    if jobs == 1:
        yield from map(listened, cases)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(listened, cases)


_loaded = lru_cache(maxsize=1)(Loaded)


def listened(case: Case) -> Listened:
    """Listen to takes of a model at a temperature."""
    path, source, temperature, seconds, takes = case
    loaded = _loaded(path)
    rate = loaded.meta.sample_rate
    own = source.by_rate[rate].whole
    pieces = [take(loaded, temperature, seconds, seed) for seed in range(takes)]
    apart = [heard([piece], rate) for piece in pieces]
    return Listened(
        rate,
        heard([part for piece in pieces for part in cut(piece, rate)], rate),
        float(np.mean([roars(piece, rate, own.loudest_db, own.flattest) for piece in pieces])),
        float(np.mean([lufs(piece, rate) for piece in pieces])),
        {
            "flatness": np.array([each.flatness for each in apart]),
            "onsets": np.array([each.onsets for each in apart]),
            "surprise in bits": np.array(
                [surprise(loaded, temperature, seconds / SHARE, seed) for seed in range(takes)]
            ),
        },
    )


def model_rows(
    model: str, source: Source, others: list[Source], found: list[Listened]
) -> list[BenchRow]:
    """The rows of one model, of what was listened to at each temperature."""
    rate = found[0].rate_hz
    strangers = [other.by_rate[rate] for other in others if rate in other.by_rate]
    rows = []
    for temperature, each in zip(TEMPERATURES, found, strict=True):
        rows += judged(model, temperature, each, source.by_rate[rate], strangers)
    for what in found[0].rising:
        rows += risen(model, what, [each.rising[what] for each in found])
    return rows


def risen(model: str, what: str, figures: list[Floats]) -> list[BenchRow]:
    """Whether a figure of each take (takes,) rises from each temperature to the next."""
    steps = min(_sure(after - before) for before, after in pairwise(figures))
    whole = _sure(figures[-1] - figures[0])
    about: Identity = {"model": model}
    return [
        BenchRow.measured(f"smallest rise of {what} with temperature", steps, "standard errors",
                          about, target=-FALL, better="higher"),
        BenchRow.measured(f"rise of {what} from {TEMPERATURES[0]:g} to {TEMPERATURES[-1]:g}", whole,
                          "standard errors", about, target=RISE, better="higher"),
    ]  # fmt: skip


def _sure(rises: Floats) -> float:
    """The mean of rises (takes,) in its standard errors."""
    error = float(rises.std(ddof=1)) / math.sqrt(len(rises))
    return float(rises.mean()) / max(error, 1e-12)


def surprise(loaded: Loaded, temperature: float, seconds: float, seed: int) -> float:
    """Bits a draw, at temperature 1, of what a stream draws that nobody takes back: they rise with it."""
    drawing, rate = loaded.drawing(seed), loaded.meta.sample_rate
    drawing.begin(seed)
    sampler, count = drawing.sampler, round(seconds * rate)
    if isinstance(sampler, FullbandSampler):
        heat = Heat.of(loaded.meta.facts)
        wanted = np.full(count // sampler.config.subbands, temperature, np.float32)
        sampler.hand.structure[:] = heat.outlines(wanted[:1])
        nats = sampler.step_block(heat.cells(wanted)[None], figures=True).surprise
    else:
        likely = sampler.step_block(np.full((1, count), temperature), True).log_likelihood
        nats = None if likely is None else -likely
    assert nats is not None
    return float(nats.mean()) / math.log(2)


def judged(
    model: str,
    temperature: float,
    found: Listened,
    own: SourceFigures,
    strangers: list[SourceFigures],
) -> list[BenchRow]:
    """The rows of one temperature."""
    about: Identity = {"model": model, "temperature": temperature}
    whole, now = own.whole, found.whole
    distance = now.spectra.distance(whole.spectra)
    other = min((now.spectra.distance(s.whole.spectra) for s in strangers), default=None)
    rows = [
        BenchRow.measured(
            "silence", 100 * now.silent, "%", about, baseline=100 * whole.silent,
            target=100 * max(MORE_SILENCE * whole.silent, LEAST_SILENCE),
        ),
        BenchRow.measured("roar", 100 * found.roar, "%", about, target=100 * MOST_ROAR),
        BenchRow.measured("median level", now.level_db, "dBFS", about, baseline=whole.level_db),
        _near("loudness", found.loud, "LUFS", about, TARGET_LUFS, WITHIN_LU),
        _near("onsets", now.onsets, "/s", about, whole.onsets,
              max(NEAR * whole.onsets, NEAR_ONSETS)),
        _near("semitone clarity", now.clarity, "", about, whole.clarity,
              max(NEAR * whole.clarity, NEAR_CLARITY)),
        BenchRow.measured(
            "distance to source", distance, "dB²", about, baseline=own.halves,
            target=OWN_TO_OWN * own.halves,
        ),
        BenchRow.measured(
            "distance between takes", now.between, "dB²", about, baseline=whole.between,
            target=TAKES_APART * whole.between, better="higher",
        ),
    ]  # fmt: skip
    if other is not None:
        rows.append(
            BenchRow.measured("distance to source, beside the nearest other", distance, "dB²",
                              about, baseline=other, target=OWN_TO_OTHER * other)
        )  # fmt: skip
    rows += [
        BenchRow(f"{what} of a take", float(each.mean()), "", about=about)
        for what, each in found.rising.items()
    ]
    return rows


def _near(
    what: str, value: float, unit: str, about: Identity, wanted: float, within: float
) -> BenchRow:
    """A figure that is to be that near to what is wanted."""
    return BenchRow(
        what, value, unit, wanted, value / wanted if wanted else None, wanted,
        abs(value - wanted) <= within, {**about, "within": round(within, 3)},
    )  # fmt: skip
