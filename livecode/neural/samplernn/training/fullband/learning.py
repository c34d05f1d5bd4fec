"""How the tiers learn: which pieces are read when, updates, and the checkpoint of it all."""

import math
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import ModelMeta, read_model, write_model
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.training.adam import AveragedAdam, own
from livecode.neural.samplernn.training.fullband.data import Piece
from livecode.neural.samplernn.training.fullband.net import FullbandNet, WideBatch

CHECKPOINT = "samplernn-fullband-checkpoint"
SLOWER_FROM = 4000  # updates from which on the rate falls with the root of their number
FRAMES = 2  # of the outline in a sequence that gradients run back through
SEQUENCES = 40  # in a clip, through which the state is carried
HELD_OUT_CLIPS = 12
#: What may change when a training goes on: the outline's own tier, and how it predicts.
APART = ("outline_dim", "outline_layers", "told", "half_life_s", "ridge")


class PieceReader:
    """Reads pieces in an order that the seed and the number of updates decide."""

    def __init__(self, pieces: tuple[Piece, ...], config: FullbandConfig, batch: int, seed: int):
        self._pieces, self._config, self._batch, self._seed = pieces, config, batch, seed
        self._epoch, self._clips = -1, np.zeros((0, 2), int)
        self._clip = FRAMES * SEQUENCES

    def _drawn(self, epoch: int) -> NDArray[np.int64]:
        """Piece and first frame of the clips of an epoch, in the order that they are read."""
        rng = np.random.default_rng([self._seed, epoch])
        clips = []
        for number, piece in enumerate(self._pieces):
            spare = len(piece.outline) - self._clip
            if spare >= 0:
                first = int(rng.integers(min(spare, self._clip - 1) + 1))
                clips += [(number, at) for at in range(first, spare + 1, self._clip)]
        order = rng.permutation(len(clips))
        return np.array(clips, np.int64)[order]

    def begins(self, update: int) -> bool:
        """Whether clips begin at this update."""
        return update % SEQUENCES == 0

    def read(self, update: int) -> WideBatch:
        """What the streams read at this update."""
        group, at = divmod(update, SEQUENCES)
        per_epoch = max(1, len(self._drawn(0)) // self._batch)
        epoch, group = divmod(group, per_epoch)
        if epoch != self._epoch:
            self._epoch, self._clips = epoch, self._drawn(epoch)
        places = [
            self._clips[(group * self._batch + b) % len(self._clips)] for b in range(self._batch)
        ]
        return joined(
            [(self._pieces[p], int(first) + at * FRAMES) for p, first in places],
            FRAMES,
            self._config,
        )


def joined(places: list[tuple[Piece, int]], frames: int, config: FullbandConfig) -> WideBatch:
    """A batch of so many frames from places: pieces, and the frames that they begin at."""
    span, per = config.spans[1], config.outline_steps
    m = config.subbands
    cells, targets, rows, x, p, outlines, told = [], [], [], [], [], [], []
    for piece, frame in places:
        begin, end = frame * per, (frame + frames) * per
        missing = max(0, span - begin)
        before = slice(max(0, begin - span), end)
        silent = np.full((missing, m), config.levels // 2, np.uint8)
        cells.append(np.concatenate([silent, piece.cells[before]]))
        x.append(np.concatenate([np.zeros((missing, m), np.float16), piece.x[before]]))
        targets.append(piece.targets[begin:end])
        rows.append(piece.rows[begin:end])
        p.append(piece.p[begin:end])
        told.append(piece.told[frame : frame + frames])
        last = min(frame + frames, len(piece.outline) - 1)
        outlines.append(
            np.concatenate([piece.outline[frame : frame + frames], piece.outline[last][None]])
        )
    stacked = [np.stack(each) for each in (cells, targets, rows, x, p, outlines, told)]
    return WideBatch(config, *stacked)


class FullbandLearning:
    """Net, optimiser and carried state; an update is a function of these and of its number."""

    def __init__(self, config: FullbandConfig, batch: int, seed: int, low: bool, peak: float):
        torch.manual_seed(seed)
        self.net = FullbandNet(config)
        self.config, self.batch, self.low, self.peak = config, batch, low, peak
        self._adam = AveragedAdam(self.net, peak)
        self.done, self.seconds, self.best = 0, 0.0, math.inf
        self.state = [s.detach() for s in self.net.start(batch)]

    def update(self, reader: PieceReader) -> NDArray[np.float64]:
        """One update; returns the losses in bits a cell, by subband."""
        batch = reader.read(self.done)
        state = self.net.start(self.batch) if reader.begins(self.done) else self.state
        self._adam.begin(self.peak / math.sqrt(max(1.0, self.done / SLOWER_FROM)), self.done)
        self.net.precision = torch.bfloat16 if self.low else torch.float32
        losses, self.state = self.net.losses(batch, state)
        self.net.precision = torch.float32
        self.done += 1
        self._adam.step(self.done)
        return losses / math.log(2)

    def averaged(self) -> AbstractContextManager[None]:
        """Give the net the running mean of its weights, which is what is kept of it, for a while."""
        return self._adam.averaged()

    def held_out_bits(self, pieces: tuple[Piece, ...]) -> NDArray[np.float64]:
        """Bits a cell by subband, of held-out clips with the running mean of the weights."""
        frames = 16
        spots = [(p, f) for p in pieces for f in range(0, len(p.outline) - frames, frames)]
        picked = np.unique(np.linspace(0, len(spots) - 1, HELD_OUT_CLIPS).round().astype(int))
        batch = joined([spots[i] for i in picked], frames, self.config)
        with torch.no_grad(), self.averaged():
            losses, _ = self.net.losses(batch, self.net.start(len(picked)))
        return losses / math.log(2)

    def save(self, path: Path, rate_hz: int, **facts: Any) -> None:
        """Writes all that is needed to go on."""
        tensors = {f"state.{i}": s.numpy() for i, s in enumerate(self.state)}
        tensors |= self._adam.tensors()
        known = {"make": self.config.json(), "step": self.done, "seconds": self.seconds,
                 "best": self.best, "batch": self.batch, **facts}  # fmt: skip
        write_model(path, tensors, ModelMeta(CHECKPOINT, known, rate_hz))

    def load(self, path: Path) -> dict[str, Any]:
        """Restores what `save` wrote, and returns what it knows."""
        meta, tensors = read_model(path, CHECKPOINT)
        makes = (FullbandConfig.from_json(meta.config["make"]).json(), self.config.json())
        of_tiers, of_these = ({k: v for k, v in m.items() if k not in APART} for m in makes)
        if of_tiers != of_these or meta.config["batch"] != self.batch:
            raise LivecodeError(f"the checkpoint {path} is of another make: start anew")
        self.done, self.seconds = int(meta.config["step"]), float(meta.config["seconds"])
        self.best = float(meta.config["best"])
        self.state = [own(tensors[f"state.{i}"]) for i in range(len(self.state))]
        self._adam.restore(tensors, self.done)
        return dict(meta.config)
