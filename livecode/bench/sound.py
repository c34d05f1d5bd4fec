"""`bench sound`: how each shipped stream sounds beside its source, at five temperatures."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from livecode.bench.rows import BenchRow, Identity
from livecode.finishing.sound_figures import Floats, Heard, heard, roars
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
MORE_SILENCE, LEAST_SILENCE, MOST_ROAR, NEAR = 1.5, 0.01, 0.02, 0.3
OWN_TO_OTHER, OWN_TO_OWN, TAKES_APART, WITHIN_LU = 0.5, 2.0, 0.5, 3.0


def run(
    seconds: float = 30.0, takes: int = TAKES, paths: list[Path] | None = None
) -> list[BenchRow]:
    """Return the figures of each model that has its source's figures beside it."""
    known = {path: Source.read(path.with_name(SOURCE)) for path in paths or _shipped()}
    rows: list[BenchRow] = []
    for path, source in known.items():
        others = {other.stem: figures for other, figures in known.items() if other != path}
        rows += model_rows(path, source, others, seconds, takes)
    return rows


def _shipped() -> list[Path]:
    return [
        path
        for path in list_models().values()
        if described(path)[0] == KIND and path.with_name(SOURCE).exists()
    ]


def model_rows(
    path: Path, source: Source, others: dict[str, Source], seconds: float, takes: int
) -> list[BenchRow]:
    """The rows of one model."""
    loaded = Loaded(path)
    rate = loaded.meta.sample_rate
    own = source.by_rate[rate]
    strangers = [other.by_rate[rate] for other in others.values() if rate in other.by_rate]
    rows, found, surprises = [], [], []
    for temperature in TEMPERATURES:
        surprises.append(surprise(loaded, temperature, seconds / SHARE, takes))
        pieces = [take(loaded, temperature, seconds, seed) for seed in range(takes)]
        found.append(heard(pieces, rate))
        loud = float(np.mean([lufs(piece, rate) for piece in pieces]))
        rows += judged(path.stem, temperature, found[-1], pieces, own, strangers, loud)
    risen = {
        "flatness": [each.flatness for each in found],
        "onsets": [each.onsets for each in found],
        "surprise in bits": surprises,
    }
    for what, figures in risen.items():
        steps = [after - before for before, after in pairwise(figures)]
        rows.append(
            BenchRow.measured(f"smallest rise of {what} with temperature", min(steps), "",
                              {"model": path.stem}, target=0.0, better="higher")
        )  # fmt: skip
    return rows


def surprise(loaded: Loaded, temperature: float, seconds: float, takes: int) -> float:
    """Bits a draw, at temperature 1, of what streams draw that nobody takes back: they rise with it."""
    found = []
    for seed in range(takes):
        drawing, rate = loaded.drawing(seed), loaded.meta.sample_rate
        drawing.begin(seed)
        sampler, count = drawing.sampler, round(seconds * rate)
        if isinstance(sampler, FullbandSampler):
            heat = Heat.of(loaded.meta.facts)
            bent = float(heat.bent(np.array([temperature], np.float32))[0])
            sampler.hand.structure[:] = heat.structure * bent
            curve = np.full((1, count // sampler.config.subbands), heat.surface * bent)
            nats = sampler.step_block(curve, figures=True).surprise
        else:
            likely = sampler.step_block(np.full((1, count), temperature), True).log_likelihood
            nats = None if likely is None else -likely
        assert nats is not None
        found.append(float(nats.mean()) / np.log(2))
    return float(np.mean(found))


def judged(
    model: str,
    temperature: float,
    found: Heard,
    pieces: list[Floats],
    own: SourceFigures,
    strangers: list[SourceFigures],
    loud: float,
) -> list[BenchRow]:
    """The rows of one temperature."""
    about: Identity = {"model": model, "temperature": temperature}
    whole = own.whole
    roaring = [roars(piece, own.rate_hz, whole.loudest_db, whole.flattest) for piece in pieces]
    distance = found.spectra.distance(whole.spectra)
    other = min((found.spectra.distance(s.whole.spectra) for s in strangers), default=None)
    rows = [
        BenchRow.measured(
            "silence", 100 * found.silent, "%", about, baseline=100 * whole.silent,
            target=100 * max(MORE_SILENCE * whole.silent, LEAST_SILENCE),
        ),
        BenchRow.measured(
            "roar", 100 * float(np.mean(roaring)), "%", about, target=100 * MOST_ROAR
        ),
        BenchRow.measured("median level", found.level_db, "dBFS", about, baseline=whole.level_db),
        _near("loudness", loud, "LUFS", about, TARGET_LUFS, WITHIN_LU),
        _near("onsets", found.onsets, "/s", about, whole.onsets),
        _near("semitone clarity", found.clarity, "", about, whole.clarity),
        BenchRow.measured(
            "distance to source", distance, "dB²", about, baseline=own.halves,
            target=OWN_TO_OWN * own.halves,
        ),
        BenchRow.measured(
            "distance between takes", found.between, "dB²", about, baseline=whole.between,
            target=TAKES_APART * whole.between, better="higher",
        ),
    ]  # fmt: skip
    if other is not None:
        rows.append(
            BenchRow.measured("distance to source, beside the nearest other", distance, "dB²",
                              about, baseline=other, target=OWN_TO_OTHER * other)
        )  # fmt: skip
    return rows


def _near(
    what: str, value: float, unit: str, about: Identity, wanted: float, within: float | None = None
) -> BenchRow:
    """A figure that is to be that near to what is wanted; without `within`, by a share of NEAR."""
    within = NEAR * wanted if within is None else within
    return BenchRow(
        what, value, unit, wanted, value / wanted if wanted else None, wanted,
        abs(value - wanted) <= within, about,
    )  # fmt: skip
