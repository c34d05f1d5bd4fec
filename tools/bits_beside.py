"""Trains a SampleRNN beside samplernn-pytorch: `python -m tools.bits_beside CHECKOUT AUDIO… --minutes 4`.

CHECKOUT is a copy of github.com/deepsound-project/samplernn-pytorch, whose model, optimiser and loss
are used as they are.  Both read the same levels, learn on one core in turns of some seconds, and are
measured on the same held-out levels.
"""

import argparse
import json
import math
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from livecode.neural.audio.corpus import Corpus, load_corpus
from livecode.neural.audio.order import ClipOrder, clip_sequences
from livecode.neural.samplernn.quantise import quantised
from livecode.neural.samplernn.training.disturbance import Disturbance
from livecode.neural.samplernn.training.learning import (
    Learning,
    Pace,
    frequencies,
    held_out_codes,
    keep_memory,
    multiplies_bfloat16,
)
from livecode.neural.samplernn.training.settings import USUAL, TrainSampleRNNSettings

RATE_HZ, LEVELS, FRAME_SIZES = 16_000, 256, [16, 4]
#: The other's own: a batch of 128 files, cut into sequences; files are 8 s long.
CHUNK_S, BATCH, SEQUENCE = 8, 128, 1024
TURN_S = 10.0  # of processor time


class Trained(Protocol):
    """One of the two in training."""

    done: int

    def step(self, share: float) -> None:
        """Make one update, when so much of the time is over."""

    def samples(self) -> int:
        """How many samples were learned from so far."""

    def bits(self) -> float:
        """Bits a sample of the held-out levels."""


@dataclass(frozen=True)
class Settings:
    """What both are trained on, and the other's size."""

    checkout: Path
    sources: tuple[Path, ...]
    dim: int
    layers: int
    batch: int
    sequence: int
    disturb: float  # levels by which what ours reads is off


class Ours:
    """`livecode train samplernn` as it is, but for its files."""

    def __init__(self, settings: Settings) -> None:
        plain = TrainSampleRNNSettings("", settings.sources)
        corpus = _corpus(settings)
        look = USUAL.lookback
        reading = (plain.batch, plain.sequence)
        clip = clip_sequences(corpus.train, *reading, look, plain.sequences)
        self.order = ClipOrder(corpus.train, *reading, clip, look, plain.seed)
        disturbance = Disturbance(settings.disturb, plain.disturb_level)
        self.learning = Learning(
            USUAL, plain.batch, low=multiplies_bfloat16(), disturbance=disturbance
        )
        self.learning.net.expect(frequencies(USUAL, corpus.train))
        self.pace, self.done = Pace(plain.peak_rate), 0
        self.read = plain.batch * plain.sequence
        self.test = _test(corpus)
        keep_memory()

    def step(self, share: float) -> None:
        """As in `Trained`."""
        self.learning.step(self.order, self.pace.rate(share))
        self.done += 1

    def samples(self) -> int:
        """As in `Trained`."""
        return self.done * self.read

    def bits(self) -> float:
        """As in `Trained`, with the running mean of the weights, which is what is kept."""
        with self.learning.averaged():
            return self.learning.held_out_bits(self.test)


class Other:
    """samplernn-pytorch: its model, its clipped Adam, its loss, its order of reading."""

    def __init__(self, settings: Settings) -> None:
        warnings.filterwarnings("ignore")  # of functions that are called otherwise today
        sys.path.insert(0, str(settings.checkout))
        import model
        import nn
        import optim

        torch.manual_seed(0)
        corpus = _corpus(settings)
        net = model.SampleRNN(FRAME_SIZES, settings.layers, settings.dim, True, LEVELS, True)
        self.look, self.predictor = net.lookback, model.Predictor(net)
        self.adam = optim.gradient_clipping(torch.optim.Adam(self.predictor.parameters()))
        self.loss = nn.sequence_nll_loss_bits
        self.batch, self.sequence = settings.batch, settings.sequence
        self.chunks = _chunks(corpus, self.look)
        self.parts = self._parts()
        self.done = self.learned = 0
        self.test = _test(corpus)

    def _parts(self) -> Iterator[tuple[Tensor, bool]]:
        random = np.random.default_rng(0)
        while True:
            order = random.permutation(len(self.chunks))
            for at in range(0, max(1, len(order) - self.batch + 1), self.batch):
                rows = self.chunks[order[at : at + self.batch]]
                for begin in range(self.look, rows.shape[1], self.sequence):
                    yield rows[:, begin - self.look : begin + self.sequence], begin == self.look

    def step(self, share: float) -> None:
        """As in `Trained`; its learning rate stays the same."""
        rows, reset = next(self.parts)
        inputs, targets = rows[:, :-1], rows[:, self.look :].contiguous()

        def closure() -> Tensor:
            loss = self.loss(self.predictor(inputs, reset), targets)
            loss.backward()
            return loss

        self.adam.zero_grad(set_to_none=False)  # as in the torch that it was written for
        self.adam.step(closure)
        self.done += 1
        self.learned += targets.numel()

    def samples(self) -> int:
        """As in `Trained`."""
        return self.learned

    def bits(self) -> float:
        """As in `Trained`."""
        total, codes = 0.0, self.test.long()
        with torch.no_grad():
            for begin in range(self.look, codes.shape[1], SEQUENCE):
                rows = codes[:, begin - self.look : begin + SEQUENCE]
                targets = rows[:, self.look :].contiguous()
                loss = self.loss(self.predictor(rows[:, :-1], begin == self.look), targets)
                total += float(loss) * targets.numel()
        return total / (len(codes) * (codes.shape[1] - self.look))


def _corpus(settings: Settings) -> Corpus:
    shortest = USUAL.lookback + TrainSampleRNNSettings("", ()).sequence
    return load_corpus(settings.sources, RATE_HZ, shortest)


def _test(corpus: Corpus) -> Tensor:
    """Held-out levels (streams, lookback + n): the same for both, as their frames are of one size."""
    return held_out_codes(Learning(USUAL, 1), corpus.held_out)


def _chunks(corpus: Corpus, look: int) -> Tensor:
    """Training levels in files of 8 s, silence before each: (files, look + n)."""
    size = CHUNK_S * RATE_HZ
    rows = [
        quantised(piece[begin : begin + size], LEVELS, "linear")
        for piece in corpus.train
        for begin in range(0, len(piece) - size + 1, size)
    ]
    codes = torch.from_numpy(np.stack(rows)).long()
    return torch.cat([torch.full((len(codes), look), LEVELS // 2), codes], 1)


def _work(name: str, settings: Settings, pipe: Connection) -> None:
    """Learn for as long as is said, each time that it is said; at last measure."""
    torch.set_num_threads(1)
    trained: Trained = Ours(settings) if name == "ours" else Other(settings)
    pipe.send(None)
    while (turn := pipe.recv()) is not None:
        spent, length = turn
        began, clock = time.process_time(), time.monotonic()
        while (used := time.process_time() - began) < TURN_S and spent + used < length:
            trained.step(min(1.0, (spent + used) / length))
        pipe.send((time.process_time() - began, time.monotonic() - clock))
    pipe.send({"updates": trained.done, "samples": trained.samples(), "bits": trained.bits()})


def beside(settings: Settings, minutes: float, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Train them in turns for so many minutes of processor time each, and measure both."""
    context = get_context("spawn")
    ends, spent, walls = {}, dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for name in names:
        ends[name], end = context.Pipe()
        context.Process(target=_work, args=(name, settings, end), daemon=True).start()
        end.close()  # so that the death of a worker is an end of its pipe
        ends[name].recv()
    while min(spent.values()) < 60 * minutes:
        for name in names:
            if spent[name] < 60 * minutes:
                ends[name].send((spent[name], 60 * minutes))
                used, wall = ends[name].recv()
                spent[name] += used
                walls[name] += wall
    found = {}
    for name in names:
        ends[name].send(None)
        measured = ends[name].recv()
        found[name] = measured | {"minutes": spent[name] / 60, "wall_minutes": walls[name] / 60}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line of JSON for each of the two."""
    parser = argparse.ArgumentParser(prog="tools.bits_beside")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("sources", type=Path, nargs="+", metavar="AUDIO")
    parser.add_argument("--minutes", type=float, default=4.0, help="of processor time, each")
    parser.add_argument("--core", type=int, help="that both are to run on")
    parser.add_argument("--dim", type=int, default=USUAL.dim, help="of samplernn-pytorch")
    parser.add_argument("--layers", type=int, default=1, help="of samplernn-pytorch")
    parser.add_argument("--batch", type=int, default=BATCH, help="of samplernn-pytorch")
    parser.add_argument("--sequence", type=int, default=SEQUENCE, help="of samplernn-pytorch")
    usual = TrainSampleRNNSettings("", ()).disturb
    parser.add_argument(
        "--disturb", type=float, default=usual, help="as of livecode train samplernn"
    )
    parser.add_argument("--only", choices=("ours", "theirs"), help="train only one of the two")
    options = parser.parse_args(arguments)
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    settings = Settings(
        options.checkout.resolve(), tuple(options.sources), options.dim, options.layers,
        options.batch, options.sequence, options.disturb,
    )  # fmt: skip
    names = [options.only] if options.only else ["ours", "theirs"]
    found = beside(settings, options.minutes, names)
    for name, figures in found.items():
        assert math.isfinite(figures["bits"])
        print(
            json.dumps({"which": name, **{k: round(v, 4) for k, v in figures.items()}}), flush=True
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
