"""How a space sounds, for `bench space`: distance, evenness, clicks, and morphs between sounds."""

import itertools
import re

import numpy as np

from livecode.bench.rows import BenchRow, Identity
from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.model_file import ModelMeta
from livecode.neural.spaces.axes import listened
from livecode.neural.spaces.map import morph
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.figures import axis_steps, step_ratios
from livecode.transport.timing import HOP

SAMPLE_RATE = 48_000  # Hz, of the voice
EVENNESS = 3.0  # the largest step of an axis may be this many times the smallest
CLICK = 1.5  # the sharpest bend between hops may be this many times the sharpest within hops
MOVES = 1500  # hops of a voice that is checked for clicks: 8 s
AGENT_STEPS = 100  # of an axis, from end to end
CONTEXTS = 48  # points at which each axis is swept
PLACES = 500  # points at which loudness is measured
WAY = 21  # points of the path between two sounds
NEIGHBOURS = 3  # nearest sounds of each point, except for a tenth at either end
WAYS = 3  # paths between each two families of sounds


def sound_rows(space: LatentSpace, meta: ModelMeta, about: Identity) -> list[BenchRow]:
    """Return a row for every promise about a space's sound."""
    rows = distance_rows(meta, about)
    rows += [_evenness(space, about), _loudness(space, about), _clicks(space, about)]
    if space.texture is not None:
        rows.append(_clicks(space, about, texture=1.0))
    return rows + way_rows(space, about)


def distance_rows(meta: ModelMeta, about: Identity) -> list[BenchRow]:
    """Return the distances of held-out sound, measured in training, beside principal components."""
    figures = meta.facts.get("figures", {})
    return [
        BenchRow.measured(
            "distance of held-out sound",
            row["space_db"],
            "dB",
            {**about, "dimensions": row["dimensions"], "axes": row["axes"]},
            baseline=row["pca_db"],
            target=row["pca_db"],
        )
        for row in figures.get("by_dimensions", [])
    ]


def _evenness(space: LatentSpace, about: Identity) -> BenchRow:
    steps = axis_steps(space, AGENT_STEPS, np.random.default_rng(1), CONTEXTS)
    ratios = step_ratios(steps)
    worst = int(ratios.argmax())
    what = "largest step / smallest, worst axis"
    where: Identity = {**about, "axis": space.axis_names[worst]}
    return BenchRow.measured(what, round(float(ratios[worst]), 2), "", where, target=EVENNESS)


def _loudness(space: LatentSpace, about: Identity) -> BenchRow:
    """Return how much louder the loudest of many points is than the quietest; some are far outside."""
    rng = np.random.default_rng(1)
    span = space.high - space.low
    places = rng.uniform(space.low, space.high, (PLACES, space.latent))
    places[: PLACES // 2] += span * rng.normal(0, 10, (PLACES // 2, space.latent))
    places[0], places[1], places[2] = np.nan, np.inf, -np.inf
    mags = space.decode(places.astype(np.float32))
    loud = spectrum.loudness(mags, spectrum.k_weighting(space.frequencies_hz))
    spread_db = 20 * np.log10(loud.max() / max(float(loud.min()), 1e-12))
    what = "loudest place above the quietest"
    value = round(float(spread_db), 3) if np.isfinite(mags).all() else None
    return BenchRow.measured(what, value, "dB", about, target=0.1)


def _clicks(space: LatentSpace, about: Identity, texture: float = 0.0) -> BenchRow:
    ratio = max(joins(space, reach, np.random.default_rng(1), texture) for reach in (0.01, 1.0))
    what = "sharpest bend where two hops join / inside hops"
    if texture:
        what += ", with its texture"
    return BenchRow.measured(what, round(ratio, 2), "", about, target=CLICK)


def joins(
    space: LatentSpace, reach: float, rng: np.random.Generator, texture: float = 0.0
) -> float:
    """Return the sharpest bend of a moving voice's wave between hops, over that within hops.

    At every hop, the position moves by up to `reach` on every axis: 0.01 is an agent at its
    fastest, 1 leaps across the space. A bend is a second difference. A click is a bend that is
    sharper than the wave's own.
    """
    from livecode.voices.latent import LatentVoice  # compiles on its very first run

    voice = LatentVoice(space, SAMPLE_RATE, HOP, seed=1)
    position, alive = rng.random(space.latent), np.array([texture])
    hops = []
    for _ in range(MOVES):
        position = np.abs((position + rng.uniform(-reach, reach, space.latent) + 1) % 2 - 1)
        hops.append(voice.play(position, alive).copy())
    bends = np.abs(np.diff(np.concatenate(hops[1:]), 2))
    at = np.arange(HOP - 2, len(bends), HOP)  # a bend there includes samples of two hops
    joined = np.concatenate([at, at[at + 1 < len(bends)] + 1])
    within = np.delete(bends, joined)
    return float(bends[joined].max() / within.max())


def way_rows(space: LatentSpace, about: Identity) -> list[BenchRow]:
    """Return rows on morphs between families: whether both are heard, and how level they are."""
    families = [family(name) for name in space.sound_names]
    if len(set(families)) < 2:
        return []
    rng = np.random.default_rng(1)
    spectra = listened(space, space.decode(space.sound_points))
    both, levels = [], []
    for one, other in itertools.combinations(sorted(set(families)), 2):
        for a, b in _pairs(space, families, one, other, rng):
            way = morph(space, space.sound_names[a], space.sound_names[b])
            mags = space.decode(space.place(way(np.linspace(0, 1, WAY))))
            inner = listened(space, mags)[WAY // 10 : WAY - WAY // 10]
            apart = np.abs(inner[:, None] - spectra).mean(-1)
            nearest = np.argsort(apart, axis=1)[:, :NEIGHBOURS]
            both.append({one, other} <= {families[i] for i in nearest.reshape(-1)})
            levels.append(_rms_db(mags))
    what = "ways between two families whose nearest sounds are of both"
    count: Identity = {**about, "ways": len(both)}
    quiet = min(float(level.min() - level.max()) for level in levels)
    return [
        BenchRow.measured(
            what, 100 * float(np.mean(both)), "%", count, target=100.0, better="higher"
        ),
        BenchRow.measured(
            "quietest point of a way", round(quiet, 2), "dB", count, target=-12.0, better="higher"
        ),
    ]


def family(name: str) -> str:
    """Return a sound's name up to its first number, such as `bassoon` of `bassoon_034_f`."""
    return re.split(r"[ _-]*\d", name, maxsplit=1)[0]


def _pairs(
    space: LatentSpace, families: list[str], one: str, other: str, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Return the two families' sounds nearest along the first axis, and random other pairs."""
    ours = [i for i, name in enumerate(families) if name == one]
    theirs = [i for i, name in enumerate(families) if name == other]
    first = space.sound_points[:, 0]
    apart = np.abs(first[ours][:, None] - first[theirs])
    a, b = np.unravel_index(apart.argmin(), apart.shape)
    pairs = [(ours[a], theirs[b])]
    return pairs + [(int(rng.choice(ours)), int(rng.choice(theirs))) for _ in range(WAYS - 1)]


def _rms_db(mags: Floats) -> Floats:
    return np.asarray(10 * np.log10(np.square(mags).sum(-1) + 1e-12), np.float32)
