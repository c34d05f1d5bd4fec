"""A full-band model's tensors as the kernel reads them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband import bands
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.residual import Predictor, predictor
from livecode.neural.samplernn.fullband.subbands import bank
from livecode.voices.samplernn.weights import Weights, _Packing

Floats = NDArray[np.float32]


class WidePlan(NamedTuple):
    """Which matrix is which, and the model's sizes and tables."""

    dim: int
    subbands: int
    levels: int
    sizes: NDArray[np.int64]  # steps in a lowest frame; lowest frames in a higher
    spans: NDArray[np.int64]  # steps in a frame of each tier
    outline_steps: int
    bands: int
    parts: int
    stages: int
    entries: int
    outline_dim: int
    outline_layers: int
    input: NDArray[np.int64]  # by tier
    ih: NDArray[np.int64]
    hh: NDArray[np.int64]
    up: NDArray[np.int64]  # by tier: the first of its frame size
    told: NDArray[np.int64]  # by tier, then the sample tier: of the outline
    extra: int
    hidden: int
    output: int
    outline_ih: NDArray[np.int64]  # by layer
    outline_hh: NDArray[np.int64]
    heads: int  # the first of `stages`
    outputs: int  # the first of `stages`
    predictor: Predictor
    spread: Floats  # (subbands, spreads, levels)
    per_spread: int  # rows of spread to a row of `spread`
    mean: Floats  # (features,) dB
    scale: Floats  # (features,) dB
    codebook: Floats  # (stages, entries, features)
    embedding: Floats  # (stages, entries, outline_dim)
    before: Floats  # (stages, entries, outline_dim)
    onset: Floats  # (entries,): how much louder a frame of the first stage's token is than those before
    autocorrelation: Floats  # (subbands, bands, order + 1)
    sharpened: int  # rounds in which pitches get back what is measured beside them
    blur: NDArray[np.float64]  # (bands, bands): how each band is measured, see `bands.blur`
    octaves: Floats  # (features,): octaves above 1 kHz of each band, for brightness
    synthesis: Floats  # (subbands, taps): of the filter bank
    adapter: Adapter  # of the outline; of rank 0, and no stages, if there is none


#: An adapter that the kernel passes over.
NO_ADAPTER = Adapter(*(np.zeros(shape, np.float32) for shape in ((0, 0), (0, 0, 0), (0, 0))))


def pack(config: FullbandConfig, tensors: Tensors, rate_hz: int, weights: str,
         dots: str) -> tuple[Weights, WidePlan]:  # fmt: skip
    """`weights`: "int8" or "float32"; `dots`: one of `processor.available_dots()`."""
    packing = _Packing(weights == "int8", sparse=dots == "avx512-vnni")
    d, stages = config.dim, range(config.stages)
    none = np.zeros(d)

    def each(name: str, tiers: int = 2, **how: bool) -> list[int]:
        return [
            packing.add(tensors[f"tiers.{i}.{name}"], _bias(tensors, f"tiers.{i}.{name}"), **how)
            for i in range(tiers)
        ]

    given = each("input.weight", exact=True)
    ih, hh = each("rnn.weight_ih_l0"), each("rnn.weight_hh_l0")
    up = []
    for i in range(2):
        steps = zip(tensors[f"tiers.{i}.up.weight"], tensors[f"tiers.{i}.up.bias"], strict=True)
        numbers = [packing.add(w, b) for w, b in steps]
        up.append(numbers[0])
    told = [packing.add(tensors[f"tiers.{i}.outline.weight"], none, exact=True) for i in range(2)]
    told.append(packing.add(tensors["sample.outline.weight"], none, exact=True))
    extra = packing.add(tensors["sample.extra.weight"], none, exact=True)
    hidden = packing.add(
        tensors["sample.hidden.weight"], tensors["sample.hidden.bias"], positive=True
    )
    output = packing.add(
        tensors["sample.output.weight"], tensors["sample.output.bias"], positive=True
    )
    layers = range(config.outline_layers)
    outline = {
        side: [
            packing.add(
                tensors[f"outline.rnn.weight_{side}_l{k}"],
                tensors[f"outline.rnn.bias_{side}_l{k}"],
                exact=True,
            )
            for k in layers
        ]
        for side in ("ih", "hh")
    }
    heads = [
        packing.add(tensors["outline.head.weight"][i], tensors["outline.head.bias"][i], exact=True)
        for i in stages
    ]
    outputs = [
        packing.add(
            tensors["outline.output.weight"][i], tensors["outline.output.bias"][i], exact=True
        )
        for i in stages
    ]
    table = cell_table(config, tensors["sample.input.weight"])
    step, short = 0.0, np.zeros((0, 0, 0), np.int16)
    if weights == "int8":
        step = max(float(np.abs(table).max()), 1e-30) / 32767
        short = np.round(table / step).astype(np.int16)
        table = np.zeros((0, 0, 0), np.float32)
    codebook = np.asarray(tensors["outline.codebook"], np.float32)
    octaves = np.zeros(config.features, np.float32)
    octaves[: config.bands] = np.log2(bands.centres_hz(config.bands) / 1000)
    plan = WidePlan(
        dim=d,
        subbands=config.subbands,
        levels=config.levels,
        sizes=np.array(config.frame_sizes),
        spans=np.array(config.spans),
        outline_steps=config.outline_steps,
        bands=config.bands,
        parts=config.parts,
        stages=config.stages,
        entries=config.entries,
        outline_dim=config.outline_dim,
        outline_layers=config.outline_layers,
        input=np.array(given),
        ih=np.array(ih),
        hh=np.array(hh),
        up=np.array(up),
        told=np.array(told),
        extra=extra,
        hidden=hidden,
        output=output,
        outline_ih=np.array(outline["ih"]),
        outline_hh=np.array(outline["hh"]),
        heads=heads[0],
        outputs=outputs[0],
        predictor=predictor(config, rate_hz),
        spread=np.asarray(tensors["sample.spread"], np.float32),
        per_spread=256 // config.spreads,
        mean=np.asarray(tensors["outline.mean"], np.float32),
        scale=np.asarray(tensors["outline.scale"], np.float32),
        codebook=codebook,
        embedding=np.asarray(tensors["outline.embedding"], np.float32),
        before=np.asarray(tensors["outline.before"], np.float32),
        onset=onset_of(codebook[0], config),
        autocorrelation=bands.told_by_bands(config, rate_hz),
        sharpened=config.sharpened,
        blur=bands.blur(config.bands, config.outline_window, rate_hz)
        if config.sharpened
        else np.zeros((0, 0)),
        octaves=octaves,
        synthesis=bank(config.subbands).synthesis.astype(np.float32),
        adapter=NO_ADAPTER,
    )
    return packing.finish(dots, table, short, step, np.zeros((0, 0), np.float32)), plan


def cell_table(config: FullbandConfig, weight: Floats) -> Floats:
    """What each cell adds to the first sum: (levels, F_0 · subbands, dim), the oldest step first."""
    width = config.embedding
    places = (np.arange(config.levels) + 0.5) / config.levels
    embedded = np.cos(np.pi * places[:, None] * np.arange(1, width + 1))
    by_place = np.asarray(weight, np.float64).reshape(config.dim, -1, width)
    return np.asarray(np.einsum("le,dke->lkd", embedded, by_place), np.float32)


def onset_of(entries: Floats, config: FullbandConfig) -> Floats:
    """How steeply the parts of each entry (entries, features) rise, at 0 in the mean, at most 1."""
    parts = entries[:, config.bands :]
    rise = np.maximum(np.diff(parts, axis=1), 0).sum(axis=1)
    return np.asarray((rise - rise.mean()) / max(float(np.abs(rise).max()), 1e-6), np.float32)


def _bias(tensors: Tensors, name: str) -> Floats:
    return np.asarray(tensors[name.replace("weight", "bias")], np.float32)
