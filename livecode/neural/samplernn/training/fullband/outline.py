"""Training of the tier that draws outlines: a GRU over frames, from token to token."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livecode.errors import LivecodeError
from livecode.neural.model_file import ModelMeta, read_model, write_model
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.training.adam import own

FRAMES = 128  # that gradients run back through
STREAMS = 32
CARRIED = 6  # sequences through which the state is carried
DROPPED = 0.25  # of what goes between layers, in training
UNSURE = 0.05  # of the tokens that are read are drawn anew, so that it finds back
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
        self.rnn = nn.GRU(o, o, config.outline_layers, batch_first=True, dropout=DROPPED)
        self.h0 = nn.Parameter(torch.zeros(config.outline_layers, o))
        self.head = nn.Parameter(torch.empty(stages, o, o).uniform_(-(o**-0.5), o**-0.5))
        self.head_bias = nn.Parameter(torch.zeros(stages, o))
        self.output = nn.Parameter(torch.empty(stages, entries, o).uniform_(-(o**-0.5), o**-0.5))
        self.output_bias = nn.Parameter(torch.zeros(stages, entries))

    def start(self, streams: int) -> Tensor:
        """The learned state (layers, streams, dim)."""
        return self.h0[:, None].expand(-1, streams, -1).contiguous()

    def losses(self, tokens: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Nats (stages,) of tokens[:, 1:] (streams, 1 + frames, stages), and the state after."""
        read, goal = tokens[:, :-1], tokens[:, 1:]
        if self.training:
            odd = torch.rand(read.shape) < UNSURE
            read = torch.where(odd, torch.randint_like(read, self.config.entries), read)
        stages = range(self.config.stages)
        x = torch.stack([self.embedding[i][read[..., i]] for i in stages]).sum(0)
        h, after = self.rnn(F.dropout(x, DROPPED, self.training), state)
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
        for k in range(self.config.outline_layers):
            for part in ("weight", "bias"):
                for side in ("ih", "hh"):
                    name = f"{part}_{side}_l{k}"
                    found[f"outline.rnn.{name}"] = getattr(self.rnn, name)
        return {name: tensor.detach().numpy().copy() for name, tensor in found.items()}


class OutlineLearning:
    """Net, optimiser and the best net so far; a round is a function of these and of its number."""

    def __init__(
        self,
        config: FullbandConfig,
        train: Sequence[NDArray[np.int32]],
        held_out: Sequence[NDArray[np.int32]],
        seed: int = 0,
        low: bool = True,
    ) -> None:
        """Learn from tokens (frames, stages) of pieces; `low`: products are in bfloat16."""
        torch.manual_seed(seed)
        self.net = OutlineNet(config)
        self._adam = torch.optim.AdamW(
            self.net.parameters(), RATE, betas=(0.9, 0.99), weight_decay=0.02, fused=True
        )
        self._seed, self._low, self._held_out = seed, low, held_out
        self._length = FRAMES * CARRIED + 1
        self._long = [
            np.concatenate([piece, *[piece] * (self._length // len(piece))]) for piece in train
        ]
        weights = np.array([len(piece) for piece in train], float)
        self._shares = weights / weights.sum()
        self.done, self.waited, self.seconds, self.best = 0, 0, 0.0, math.inf
        self.kept = self.net.arrays()

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
            at = int(rng.integers(len(self._long[number]) - self._length + 1))
            rows.append(self._long[number][at : at + self._length])
        tokens = torch.from_numpy(np.stack(rows)).long()
        state, bits = self.net.start(STREAMS), 0.0
        for sequence in range(CARRIED):
            warm = min(1.0, (self.done * CARRIED + sequence + 1) / WARM_UP)
            for group in self._adam.param_groups:
                group["lr"] = RATE * warm * (0.05 + 0.95 * (1 - share))
            self._adam.zero_grad()
            part = tokens[:, sequence * FRAMES : (sequence + 1) * FRAMES + 1]
            with torch.autocast("cpu", torch.bfloat16, enabled=self._low):
                losses, state = self.net.losses(part, state)
            losses.sum().backward()
            state = state.float()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            self._adam.step()
            bits += float(losses.detach().sum()) / math.log(2) / CARRIED
        self.done += 1
        return bits

    def judge(self) -> float:
        """Bits a frame of held-out pieces; the net is kept if it is the best so far."""
        held = float(_held_out(self.net, self._held_out).sum())
        self.waited = 0 if held < self.best else self.waited + 1
        if held < self.best:
            self.best, self.kept = held, self.net.arrays()
        return held

    def save(self, path: Path, rate_hz: int, **facts: Any) -> None:
        """Write all that is needed to go on."""
        tensors = {f"best.{name}": value for name, value in self.kept.items()}
        for name, parameter in self.net.named_parameters():
            tensors[f"model.{name}"] = parameter.detach().numpy()
            for part, value in self._adam.state[parameter].items():
                tensors[f"adam.{part}.{name}"] = value.numpy()
        known = {"make": self.net.config.json(), "rounds": self.done, "waited": self.waited,
                 "seconds": self.seconds, "best": self.best, **facts}  # fmt: skip
        write_model(path, tensors, ModelMeta(CHECKPOINT, known, rate_hz))

    def load(self, path: Path) -> dict[str, Any]:
        """Restore what `save` wrote, and return what it knows.

        Raises LivecodeError if it is of another make.
        """
        meta, tensors = read_model(path, CHECKPOINT)
        known = meta.config
        if known["make"] != self.net.config.json():
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
        return dict(known)


def _held_out(net: OutlineNet, pieces: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
    """Bits a frame (stages,) of held-out pieces."""
    net.eval()
    total, frames = np.zeros(net.config.stages), 0
    with torch.no_grad():
        for piece in pieces:
            losses, _ = net.losses(torch.from_numpy(piece)[None].long(), net.start(1))
            total += losses.numpy() * (len(piece) - 1)
            frames += len(piece) - 1
    net.train()
    return total / frames / math.log(2)
