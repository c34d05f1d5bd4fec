"""A SampleRNN in training: the step, the carried state, and the checkpoint that holds it all."""

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livecode.errors import LivecodeError
from livecode.neural.audio.order import ClipOrder
from livecode.neural.model_file import ModelMeta, read_model, write_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.quantise import quantised
from livecode.neural.samplernn.training.adam import AveragedAdam, own
from livecode.neural.samplernn.training.disturbance import Disturbance
from livecode.neural.samplernn.training.net import SampleRNNNet, State
from livecode.neural.samplernn.training.ranks import Ranks
from livecode.system.memory import set_malloc

CHECKPOINT = "samplernn-checkpoint"
FLOOR = 0.01  # of the peak learning rate at the end
LOG2 = math.log(2)
HELD_OUT_STREAMS = 16
HELD_OUT_SAMPLES = 16_384  # of each stream, at most
STREAMS = 2  # the dimension of a state that counts streams


@dataclass(frozen=True)
class Pace:
    """How fast to learn: after the warm-up, a cosine to nearly nothing at the end."""

    peak: float  # learning rate

    def rate(self, share: float) -> float:
        """The learning rate when `share` (0 to 1) of the training is done."""
        cosine = 0.5 + 0.5 * math.cos(math.pi * min(share, 1.0))
        return self.peak * (FLOOR + (1 - FLOOR) * cosine)


class Learning:
    """Net, optimiser and carried state; a step is a function of these and of the step's number.

    `batch` counts the streams of all processes together; with `low`, matrix products of the
    training (not of what is measured) are in bfloat16.
    """

    def __init__(
        self,
        config: SampleRNNConfig,
        batch: int,
        seed: int = 0,
        low: bool = False,
        ranks: Ranks = Ranks(),
        disturbance: Disturbance = Disturbance(),
    ) -> None:
        torch.manual_seed(seed)
        self._seed, self._disturbance = seed, disturbance
        self.net = SampleRNNNet(config)
        self.low, self.ranks, self._mine = low, ranks, ranks.share(batch)
        self._adam = AveragedAdam(self.net, 1e-3)
        self.batch = self._mine.stop - self._mine.start  # streams of this process
        self.done = 0  # steps
        self.seconds = 0.0  # that training ran so far; waiting for other programs is not counted
        self.state: State = [state.detach() for state in self.net.start(self.batch)]

    @property
    def config(self) -> SampleRNNConfig:
        """The configuration of the net."""
        return self.net.config

    def codes(self, audio: NDArray[np.float32]) -> Tensor:
        """Levels (batch, n) int32 of audio."""
        return torch.from_numpy(quantised(audio, self.config.levels, self.config.quantiser))

    def step(self, order: ClipOrder, rate: float) -> float:
        """Make one step of Adam, and return the loss in bits a sample.

        `rate` is the learning rate; the warm-up lowers it in the first steps.
        """
        codes = self.codes(order.audio(self.done)[self._mine])
        state = self.net.start(self.batch) if order.begins(self.done) else self.state
        self._adam.begin(rate, self.done)
        self.net.precision = torch.bfloat16 if self.low else torch.float32
        random = torch.Generator().manual_seed(self._seed * 1_000_003 + self.done)
        read = self._disturbance.read(codes, self.config, random, self.ranks)
        loss, self.state = self.net.losses(codes, state, read)
        self.net.precision = torch.float32
        loss = self.ranks.average(self.net.parameters(), loss)
        self.done += 1
        self._adam.step(self.done)
        return loss / LOG2

    def averaged(self) -> AbstractContextManager[None]:
        """Give the net the running mean of its weights, which is what is kept of it, for a while."""
        return self._adam.averaged()

    def held_out_bits(self, codes: Tensor) -> float:
        """Bits a sample, in float32, of held-out streams (streams, lookback + n)."""
        with torch.no_grad():
            loss, _ = self.net.losses(codes, self.net.start(len(codes)))
        return loss / LOG2

    def save(self, path: Path, settings: dict[str, Any], sample_rate: int, **facts: Any) -> None:
        """Writes weights, moments, carried state, and the numbers of steps and seconds.

        All processes call it, for the state of their streams; the leading one writes.
        """
        tensors = {
            f"state.{i}": self.ranks.gathered(state, STREAMS).numpy()
            for i, state in enumerate(self.state)
        }
        if not self.ranks.leads:
            return
        tensors |= self._adam.tensors()
        config = {"settings": settings, "step": self.done, "seconds": self.seconds, **facts}
        write_model(path, tensors, ModelMeta(CHECKPOINT, config, sample_rate))

    def load(self, path: Path, settings: dict[str, Any]) -> dict[str, Any]:
        """Restores what `save` wrote, exactly; returns the facts that were saved with it."""
        meta, tensors = read_model(path, CHECKPOINT)
        saved = meta.config["settings"]
        different = [key for key in settings if saved.get(key) != settings[key]]
        if different:
            raise LivecodeError(
                f"the checkpoint {path} was made with {different[0]} {saved.get(different[0])}, "
                f"not {settings[different[0]]}: resume with the same settings, or start anew"
            )
        self.done, self.seconds = int(meta.config["step"]), float(meta.config["seconds"])
        self.state = [own(tensors[f"state.{i}"][:, :, self._mine]) for i in range(len(self.state))]
        self._adam.restore(tensors, self.done)
        return meta.config


def keep_memory() -> None:
    """Tells glibc to keep what large tensors return, instead of paging it in anew every step.

    Worth a quarter of the speed; does nothing on other systems.
    """
    set_malloc((-1, 2**31 - 1), (-2, 2**26), (-3, 2**30))  # trim, top pad, mmap


def frequencies(
    config: SampleRNNConfig, pieces: Sequence[NDArray[np.float32]]
) -> NDArray[np.float64]:
    """The share (levels,) that each level has of the pieces; none is quite 0."""
    counts = np.ones(config.levels)
    for piece in pieces:
        codes = quantised(piece, config.levels, config.quantiser)
        counts += np.bincount(codes, minlength=config.levels)
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares


def multiplies_bfloat16() -> bool:
    """Whether this CPU has instructions for products of bfloat16 (else they are emulated)."""
    features = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported",
                                                           "_is_amx_tile_supported"))  # fmt: skip
    return any(has is not None and has() for has in features)


def held_out_codes(learning: Learning, pieces: tuple[NDArray[np.float32], ...]) -> Tensor:
    """The streams that are measured on: (streams, lookback + n), evenly taken from the pieces."""
    look = learning.config.lookback
    lengths = [len(piece) - look for piece in pieces]
    size = min(HELD_OUT_SAMPLES, max(lengths) // 2, max(look, sum(lengths) // HELD_OUT_STREAMS))
    size = max(look, size // look * look)
    starts = [(p, s) for p, n in enumerate(lengths) for s in range(0, n - size + 1, size)]
    picked = np.unique(np.linspace(0, len(starts) - 1, HELD_OUT_STREAMS).round().astype(int))
    rows = [pieces[p][s : s + look + size] for p, s in (starts[i] for i in picked)]
    return learning.codes(np.stack(rows))
