"""Training of the tier that draws outlines: a GRU over frames, from token to token."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livecode.errors import LivecodeError
from livecode.neural.model_file import ModelMeta, read_model, write_model
from livecode.neural.samplernn.fullband import labels
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.training.adam import own
from livecode.neural.samplernn.training.fullband.outline_tokens import OutlinePiece

FRAMES = 128  # that gradients run back through
STREAMS = 32
CARRIED = 6  # sequences through which the state is carried
DROPPED = 0.25  # of what goes between layers, in training
UNSURE = 0.05  # of the tokens that are read are drawn anew, so that it finds back
UNTOLD = 0.3  # of the sequences go without a label, each by itself
FREE = 0.25  # of the sequences go without all labels, so that it runs free, too
RATE = 2e-3
WARM_UP = 50
JUDGE_EVERY = 5  # rounds between looks at held-out sound
PATIENCE = 8  # of these without a better figure before the end
CHECKPOINT = "samplernn-outline-checkpoint"


class OutlineNet(nn.Module):
    """From the tokens of frames so far to those of the next, stage after stage."""

    def __init__(self, config: FullbandConfig) -> None:
        super().__init__()
        o, stages, entries = config.outline_dim, config.stages, config.entries
        self.config = config
        self.embedding = nn.Parameter(0.3 * torch.randn(stages, entries, o))
        self.before = nn.Parameter(0.3 * torch.randn(stages, entries, o))
        told = sum(labels.widths(config.labels, config.sources))
        #: What each figure of the labels adds to the input; figures that are not known are 0.
        self.label = nn.Parameter(0.3 * torch.randn(o, told)) if told else None
        self.rnn = nn.GRU(o, o, config.outline_layers, batch_first=True, dropout=DROPPED)
        self.h0 = nn.Parameter(torch.zeros(config.outline_layers, o))
        self.head = nn.Parameter(torch.empty(stages, o, o).uniform_(-(o**-0.5), o**-0.5))
        self.head_bias = nn.Parameter(torch.zeros(stages, o))
        self.output = nn.Parameter(torch.empty(stages, entries, o).uniform_(-(o**-0.5), o**-0.5))
        self.output_bias = nn.Parameter(torch.zeros(stages, entries))

    def start(self, streams: int) -> Tensor:
        """The learned state (layers, streams, dim)."""
        return self.h0[:, None].expand(-1, streams, -1).contiguous()

    def losses(
        self, tokens: Tensor, state: Tensor, told: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Nats (stages,) of tokens[:, 1:] (streams, 1 + frames, stages), and the state after.

        told: figures (streams, frames, figures) of the labels of these frames; None: none is known.
        """
        read, goal = tokens[:, :-1], tokens[:, 1:]
        if self.training:
            odd = torch.rand(read.shape) < UNSURE
            read = torch.where(odd, torch.randint_like(read, self.config.entries), read)
        stages = range(self.config.stages)
        x = torch.stack([self.embedding[i][read[..., i]] for i in stages]).sum(0)
        x = F.dropout(x, DROPPED, self.training)
        if self.label is not None and told is not None:
            x = x + F.linear(told, self.label)
        h, after = self.rnn(x, state)
        h = F.dropout(h, DROPPED, self.training)
        told, found = torch.zeros_like(h), []
        for i in stages:
            y = (F.linear(h, self.head[i], self.head_bias[i]) + told).relu()
            logits = F.linear(y, self.output[i], self.output_bias[i])
            found.append(F.cross_entropy(logits.flatten(0, 1), goal[..., i].flatten()))
            told = told + self.before[i][goal[..., i]]
        return torch.stack(found), after.detach()

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The outline's tensors of a model file."""
        found = {
            "outline.embedding": self.embedding,
            "outline.before": self.before,
            "outline.h0": self.h0,
            "outline.head.weight": self.head,
            "outline.head.bias": self.head_bias,
            "outline.output.weight": self.output,
            "outline.output.bias": self.output_bias,
        }
        if self.label is not None:
            found["outline.label.weight"] = self.label
        for k in range(self.config.outline_layers):
            for part in ("weight", "bias"):
                for side in ("ih", "hh"):
                    name = f"{part}_{side}_l{k}"
                    found[f"outline.rnn.{name}"] = getattr(self.rnn, name)
        return {name: tensor.detach().numpy().copy() for name, tensor in found.items()}

    def take(self, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        """Go on from an outline's tensors in a model file, as far as they are of this make."""
        own = {
            "embedding": self.embedding, "before": self.before, "h0": self.h0, "head.weight": self.head,
            "head.bias": self.head_bias, "output.weight": self.output, "output.bias": self.output_bias,
        } | {f"rnn.{name}": parameter for name, parameter in self.rnn.named_parameters()}  # fmt: skip
        if self.label is not None:
            own["label.weight"] = self.label
        with torch.no_grad():
            for name, parameter in own.items():
                known = tensors.get(f"outline.{name}")
                if known is not None and known.shape == tuple(parameter.shape):
                    parameter.copy_(torch.from_numpy(np.array(known, np.float32)))


class OutlineLearning:
    """Net, optimiser and the best net so far; a round is a function of these and of its number."""

    def __init__(
        self,
        config: FullbandConfig,
        train: Sequence[OutlinePiece],
        held_out: Sequence[OutlinePiece],
        seed: int = 0,
        low: bool = True,
        scale: NDArray[np.float32] | None = None,
        start: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> None:
        """Learn from pieces; `low`: products are in bfloat16.

        scale: (labels, 2), mean and deviation of what is standardised; start: tensors to go on from.
        """
        torch.manual_seed(seed)
        self.net = OutlineNet(config)
        if start is not None:
            self.net.take(start)
        self._adam = torch.optim.AdamW(
            self.net.parameters(), RATE, betas=(0.9, 0.99), weight_decay=0.02, fused=True
        )
        self._seed, self._low = seed, low
        self._length = FRAMES * CARRIED + 1
        self.scale = scale
        self._held_out = [(piece.tokens, self._figures(piece)) for piece in held_out]
        self._long = [
            tuple(
                np.concatenate([rows, *[rows] * (self._length // len(rows))])
                for rows in (piece.tokens, self._figures(piece))
            )
            for piece in train
        ]
        self._groups = np.repeat(
            np.arange(len(config.labels)), labels.widths(config.labels, config.sources)
        )
        weights = np.array([len(piece.tokens) for piece in train], float)
        self._shares = weights / weights.sum()
        self.done, self.waited, self.seconds, self.best = 0, 0, 0.0, math.inf
        self.kept = self.net.arrays()
        self.free = self.told = math.inf  # bits a frame without labels, and with them
        self.bits: dict[str, float] = {}  # those of the best net

    def _figures(self, piece: OutlinePiece) -> NDArray[np.float32]:
        """The figures (frames, figures) of a piece's labels."""
        config = self.net.config
        scale = np.zeros((len(config.labels), 2)) if self.scale is None else self.scale
        return labels.figures(piece.numbers, config.labels, config.sources, scale)

    def _known(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Which figures (streams, 1, figures) are told in a sequence: 1, or 0."""
        count = len(self.net.config.labels)
        told = rng.random((STREAMS, count)) >= UNTOLD
        told &= rng.random((STREAMS, 1)) >= FREE
        return told[:, self._groups].astype(np.float32)[:, None]

    @property
    def is_stuck(self) -> bool:
        """Whether held-out sound has not been told better for long."""
        return self.waited >= PATIENCE

    def round(self, share: float) -> float:
        """Read every stream once; returns bits a frame. `share` of the training is done, 0 to 1."""
        rng = np.random.default_rng([self._seed, self.done])
        torch.manual_seed(self._seed * 1_000_003 + self.done)
        rows = []
        for number in rng.choice(len(self._long), STREAMS, p=self._shares):
            at = int(rng.integers(len(self._long[number][0]) - self._length + 1))
            rows.append([each[at : at + self._length] for each in self._long[number]])
        tokens = torch.from_numpy(np.stack([row[0] for row in rows])).long()
        told = np.stack([row[1] for row in rows])
        state, bits = self.net.start(STREAMS), 0.0
        for sequence in range(CARRIED):
            warm = min(1.0, (self.done * CARRIED + sequence + 1) / WARM_UP)
            for group in self._adam.param_groups:
                group["lr"] = RATE * warm * (0.05 + 0.95 * (1 - share))
            self._adam.zero_grad()
            begin, end = sequence * FRAMES, (sequence + 1) * FRAMES
            known = None
            if self.net.label is not None:
                known = torch.from_numpy(told[:, begin + 1 : end + 1] * self._known(rng))
            with torch.autocast("cpu", torch.bfloat16, enabled=self._low):
                losses, state = self.net.losses(tokens[:, begin : end + 1], state, known)
            losses.sum().backward()
            state = state.float()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            self._adam.step()
            bits += float(losses.detach().sum()) / math.log(2) / CARRIED
        self.done += 1
        return bits

    def judge(self) -> float:
        """Bits a frame of held-out pieces; the net is kept if it is the best so far.

        With labels, it is the best of those whose bits, told and untold, are the fewest in the mean.
        """
        self.free = float(_held_out(self.net, self._held_out, False).sum())
        held = self.free
        if self.net.label is not None:
            self.told = float(_held_out(self.net, self._held_out, True).sum())
            held = (self.free + self.told) / 2
        self.waited = 0 if held < self.best else self.waited + 1
        if held < self.best:
            self.best, self.kept = held, self.net.arrays()
            self.bits = {"outline_bits": round(self.free, 2)}
            if self.net.label is not None:
                self.bits["outline_told_bits"] = round(self.told, 2)
                self.kept["outline.label.scale"] = np.asarray(self.scale, np.float32)
        return held

    def save(self, path: Path, rate_hz: int, **facts: Any) -> None:
        """Write all that is needed to go on."""
        tensors = {f"best.{name}": value for name, value in self.kept.items()}
        for name, parameter in self.net.named_parameters():
            tensors[f"model.{name}"] = parameter.detach().numpy()
            for part, value in self._adam.state[parameter].items():
                tensors[f"adam.{part}.{name}"] = value.numpy()
        known = {"make": self.net.config.json(), "rounds": self.done, "waited": self.waited,
                 "seconds": self.seconds, "best": self.best, "bits": self.bits, **facts}  # fmt: skip
        write_model(path, tensors, ModelMeta(CHECKPOINT, known, rate_hz))

    def load(self, path: Path) -> dict[str, Any]:
        """Restore what `save` wrote, and return what it knows.

        Raises LivecodeError if it is of another make.
        """
        meta, tensors = read_model(path, CHECKPOINT)
        known = meta.config
        if FullbandConfig.from_json(known["make"]) != self.net.config:
            raise LivecodeError(f"the checkpoint {path} is of another make: start anew")
        with torch.no_grad():
            for name, parameter in self.net.named_parameters():
                parameter.copy_(own(tensors[f"model.{name}"]))
                self._adam.state[parameter] = {
                    part: own(tensors[f"adam.{part}.{name}"])
                    for part in ("step", "exp_avg", "exp_avg_sq")
                    if f"adam.{part}.{name}" in tensors
                }
        self.kept = {
            name.removeprefix("best."): np.array(value)
            for name, value in tensors.items()
            if name.startswith("best.")
        }
        self.done, self.waited = int(known["rounds"]), int(known["waited"])
        self.seconds, self.best = float(known["seconds"]), float(known["best"])
        self.bits = dict(known["bits"])
        return dict(known)


def _held_out(
    net: OutlineNet,
    pieces: Sequence[tuple[NDArray[np.int32], NDArray[np.float32]]],
    labelled: bool,
) -> NDArray[np.float64]:
    """Bits a frame (stages,) of held-out pieces, tokens and figures; `labelled`: the figures are told."""
    net.eval()
    total, frames = np.zeros(net.config.stages), 0
    with torch.no_grad():
        for tokens, figures in pieces:
            told = torch.from_numpy(figures[None, 1:]) if labelled else None
            losses, _ = net.losses(torch.from_numpy(tokens)[None].long(), net.start(1), told)
            total += losses.numpy() * (len(tokens) - 1)
            frames += len(tokens) - 1
    net.train()
    return total / frames / math.log(2)
