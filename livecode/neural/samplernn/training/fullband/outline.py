"""Training of the tier that draws outlines: a GRU over frames, from token to token."""

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livecode.neural.samplernn.fullband.config import FullbandConfig

FRAMES = 128  # that gradients run back through
STREAMS = 32
CARRIED = 6  # sequences through which the state is carried
DROPPED = 0.25  # of what goes between layers, in training
UNSURE = 0.05  # of the tokens that are read are drawn anew, so that it finds back
RATE = 2e-3
WARM_UP = 50


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


def trained(
    config: FullbandConfig,
    train: Sequence[NDArray[np.int32]],
    held_out: Sequence[NDArray[np.int32]],
    minutes: float,
    seed: int = 0,
    low: bool = True,
    say: Callable[[str], None] = print,
    keep: Callable[[OutlineNet, float], None] = lambda net, bits: None,
) -> tuple[OutlineNet, dict[str, float]]:
    """A net trained on tokens (frames, stages) of pieces, best on held-out ones, and its figures.

    `keep` is called with the net and its bits a frame whenever it is better than before.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = OutlineNet(config)
    adam = torch.optim.AdamW(
        net.parameters(), RATE, betas=(0.9, 0.99), weight_decay=0.02, fused=True
    )
    length = FRAMES * CARRIED + 1
    long = [np.concatenate([piece, *[piece] * (length // len(piece))]) for piece in train]
    weights = np.array([len(piece) for piece in train], float)
    best, kept, done, waited = math.inf, net.state_dict(), 0, 0
    began = time.process_time()
    while (share := (time.process_time() - began) / (60 * minutes)) < 1 and waited < 8:
        rows = []
        for number in rng.choice(len(long), STREAMS, p=weights / weights.sum()):
            at = int(rng.integers(len(long[number]) - length + 1))
            rows.append(long[number][at : at + length])
        tokens = torch.from_numpy(np.stack(rows)).long()
        state = net.start(STREAMS)
        for sequence in range(CARRIED):
            rate = RATE * min(1.0, (done + 1) / WARM_UP) * (0.05 + 0.95 * (1 - share))
            for group in adam.param_groups:
                group["lr"] = rate
            adam.zero_grad()
            part = tokens[:, sequence * FRAMES : (sequence + 1) * FRAMES + 1]
            with torch.autocast("cpu", torch.bfloat16, enabled=low):
                losses, state = net.losses(part, state)
            losses.sum().backward()
            state = state.float()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            adam.step()
            done += 1
        if done % (CARRIED * 5) == 0:
            held = _held_out(net, held_out)
            waited = 0 if held.sum() < best else waited + 1
            if held.sum() < best:
                best = float(held.sum())
                kept = {name: value.clone() for name, value in net.state_dict().items()}
                keep(net, best)
            bits = losses.detach().numpy() / math.log(2)
            say(f"outline {done} {share:.2f} train {bits.round(2)} held out {held.round(2)}")
    net.load_state_dict(kept)
    return net.eval(), {"outline_bits": best, "outline_updates": done}


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
