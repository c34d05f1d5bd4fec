"""How hot a trained tier draws outlines, so that they move as often as the source's."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband import codebook, labels
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.hanging import held_on, restlessness
from livecode.neural.samplernn.fullband.walk import Walk
from livecode.neural.samplernn.training.fullband.outline_tokens import OutlinePiece

#: Temperatures that outlines are tried at, and how long an outline, in frames.
STRUCTURES, TRIED = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4), 1000
SEED = 1
#: Of the temperature, what the later stages may be drawn at.
COOLER = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
#: A frame rests that is so far below the loud ones, and is faint that is so far below. Outlines may rest,
#: or be faint, so much more often than the source's, or for this share of the time; that is looked for in
#: so many times as many frames, and mended by so much at most.
RESTS_DB, MORE_RESTS, LEAST_RESTS, RESTS_TRIED, MOST_NATS = (30.0, 15.0), 1.5, 0.005, 4, 8
#: First tokens are counted in so many times as many frames, so often, and each time a token gains this
#: share of what its frequency lacks, in nats, and so many at most in all; so few frames are as good as none.
EVENED_TRIED, EVENED_ROUNDS, EVENED_STEP, MOST_EVENED, FEW = 10, 4, 0.5, 3.0, 20


def calibrated(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    rate_hz: int,
    known: Sequence[NDArray[np.int32]],
    rows: NDArray[np.float32] | None = None,
) -> dict[str, float]:
    """Return the temperature at which outlines move as often as the source's, and how long they stay.

    known: tokens (frames, stages) of held-out pieces; rows: what it is told meanwhile (`told_rows`). A
    tier that was taught by what is true holds what it drew itself for too long: so what is held for
    longer than the source's ever is, or, where tokens are held, for longer than they usually are, is
    drawn hotter and hotter.
    """
    wanted = float(np.mean(np.concatenate([np.diff(each[:, 0]) != 0 for each in known])))
    holds = np.concatenate([held_for(each[:, 0]) for each in known])
    longest = round(float(holds.mean() if config.hold else holds.max()))
    moves = []
    for structure in STRUCTURES:
        tokens = _drawn(config, tensors, rate_hz, structure, longest, TRIED, rows=rows)
        moves.append(float((np.diff(tokens[:, 0]) != 0).mean()))
    best = int(np.argmin(np.abs(np.array(moves) - wanted)))
    return {"structure": STRUCTURES[best], "longest_hold": longest}


def cooled(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    rate_hz: int,
    known: Sequence[NDArray[np.int32]],
    facts: dict[str, float],
    rows: NDArray[np.float32] | None = None,
) -> dict[str, NDArray[np.float32]]:
    """Return the tier's last layer with which the tokens of each stage change as often as the source's.

    facts: what `calibrated` found. The logits of a stage after the first are divided by the one of
    COOLER that does it best. Outlines whose tokens are not held stay as they are: theirs change always.
    """
    names = ("outline.output.weight", "outline.output.bias")
    found = {name: tensors[name].copy() for name in names}
    if not config.hold:
        return found
    structure, longest = facts["structure"], int(facts["longest_hold"])
    for stage in range(1, config.stages):
        wanted = np.mean(np.concatenate([np.diff(each[:, stage]) != 0 for each in known]))
        off = []
        for cooler in COOLER:
            tried = {name: found[name].copy() for name in names}
            for name in names:
                tried[name][stage] /= cooler
            tokens = _drawn(config, tensors | tried, rate_hz, structure, longest, TRIED, rows=rows)
            off.append(abs((np.diff(tokens[:, stage]) != 0).mean() - wanted))
        for name in names:
            found[name][stage] /= COOLER[int(np.argmin(off))]
    return found


def rested(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    rate_hz: int,
    known: Sequence[NDArray[np.int32]],
    facts: dict[str, float],
    rows: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return biases (stages, entries) of the tier's tokens with which outlines rest no more than the source.

    A tier that has heard how pieces end falls silent, and stays so. facts: what `calibrated` found.
    The first tokens that stand for what is silent or faint get less likely until drawn outlines are as
    rarely so as known ones, times MORE_RESTS.
    """
    levels = _levels(tensors, config)
    real = levels(np.concatenate(known))
    loud = float(np.percentile(real, 90))
    first = levels(np.arange(config.entries)[:, None])
    biases = tensors["outline.output.bias"].copy()
    structure, longest = facts["structure"], int(facts["longest_hold"])
    for rest_db in RESTS_DB:
        most = max(MORE_RESTS * float((real < loud - rest_db).mean()), LEAST_RESTS)
        quiet = first < loud - rest_db
        for _ in range(MOST_NATS):
            now = tensors | {"outline.output.bias": biases}
            drawn = _drawn(config, now, rate_hz, structure, longest, RESTS_TRIED * TRIED, rows=rows)
            if not quiet.any() or (levels(drawn) < loud - rest_db).mean() <= most:
                break
            biases[0, quiet] -= 1.0
    return biases


def evened(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    rate_hz: int,
    known: Sequence[NDArray[np.int32]],
    facts: dict[str, float],
    rows: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return biases (stages, entries) of the tier's tokens with which first tokens are as frequent as known.

    A tier that hears what it drew itself keeps coming back to a few of them. known: tokens (frames,
    stages) of what it was trained on; facts: what `calibrated` found.
    """
    biases = tensors["outline.output.bias"].copy()
    usual = biases[0].copy()
    count = EVENED_TRIED * TRIED
    firsts = np.concatenate([each[:, 0] for each in known])
    wanted = np.bincount(firsts, minlength=config.entries) * (count / len(firsts))
    for number in range(EVENED_ROUNDS):
        now = tensors | {"outline.output.bias": biases}
        structure, longest = facts["structure"], int(facts["longest_hold"])
        drawn = _drawn(config, now, rate_hz, structure, longest, count, SEED + number, rows)[:, 0]
        found = np.bincount(drawn, minlength=config.entries)
        biases[0] -= EVENED_STEP * np.log((found + FEW) / (wanted + FEW))
        biases[0] = np.clip(biases[0], usual - MOST_EVENED, usual + MOST_EVENED)
    return biases


def _levels(
    tensors: dict[str, NDArray[np.float32]], config: FullbandConfig
) -> Callable[[NDArray[np.integer]], NDArray[np.float64]]:
    """Return what says the levels (frames,) in dB of tokens (frames, some stages or all)."""

    def levels(tokens: NDArray[np.integer]) -> NDArray[np.float64]:
        stages = tensors["outline.codebook"][: tokens.shape[1]]
        outline = codebook.outline_of(tokens.astype(np.int32), stages)
        in_db = outline * tensors["outline.scale"] + tensors["outline.mean"]
        power = 10 ** (in_db[:, : config.bands].astype(np.float64) / 10)
        return np.asarray(10 * np.log10(power.sum(axis=1)))

    return levels


def _drawn(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    rate_hz: int,
    structure: float,
    longest: int,
    frames: int,
    seed: int = SEED,
    rows: NDArray[np.float32] | None = None,
) -> NDArray[np.int32]:
    """Tokens (frames, stages) of an outline, as a stream draws it that is told rows, over and over."""
    chooser = Chooser(structure, seed)
    walk, hold, drawn = Walk(config, tensors, rate_hz, chooser), (-1, 0), []
    for number in range(frames):
        chooser.temperature = structure * restlessness(hold, longest)
        if rows is not None and len(rows):
            walk.told = rows[(number + 1) % len(rows)]
        drawn.append(walk.outline(1)[0])
        hold = held_on(hold, int(drawn[-1][0]))
    return np.array(drawn, np.int32)


def told_rows(
    config: FullbandConfig, tensors: dict[str, NDArray[np.float32]], known: Sequence[OutlinePiece]
) -> NDArray[np.float32] | None:
    """What a take is told that keeps the tempo and the album of held-out pieces: (frames, dim).

    None where it is told nothing.
    """
    kept = [label in labels.KEPT for label in config.labels]
    if not any(kept):
        return None
    numbers = np.concatenate([piece.numbers for piece in known])
    counts = [len(labels.NUMBERS[label]) for label in config.labels]
    numbers[:, ~np.repeat(kept, counts)] = np.nan
    scale, weight = tensors["outline.label.scale"], tensors["outline.label.weight"]
    rows = labels.figures(numbers, config.labels, config.sources, scale)
    return np.stack([labels.told(row, weight) for row in rows])


class Chooser:
    """Draws one of a few at a temperature that may change."""

    def __init__(self, temperature: float, seed: int = SEED) -> None:
        self.temperature = temperature
        self._rng = np.random.default_rng(seed)

    def __call__(self, log_probs: NDArray[np.float32], token: bool) -> int:
        """One of so many, by their natural log-probabilities (count,)."""
        shifted = (log_probs - log_probs.max()).astype(np.float64)
        odds = np.exp(shifted / self.temperature).cumsum()
        return int(min((odds <= self._rng.random() * odds[-1]).sum(), len(odds) - 1))


def held_for(tokens: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return for how many frames each token stays."""
    changes = np.flatnonzero(np.diff(tokens)) + 1
    return np.diff(np.concatenate([[0], changes, [len(tokens)]]))
