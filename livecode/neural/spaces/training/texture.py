"""Learns a texture from pieces of held sound: its components, how far they move, and how."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.axes import CONTEXTS
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.texture import LOG_RANGE, LOG_SCALE_RANGE, MOST, ORDER, head_rows
from livecode.neural.spaces.training.figures import axis_steps
from livecode.neural.spaces.training.texture_frames import STEPS_PER_WINDOW, HeldSound, nepers
from livecode.neural.spaces.training.vibrato import Vibrato, vibrato_of

LEAST = 1e-5  # nepers or octaves; smaller motion counts as none
NEVER = 1e-3  # nepers; outputs that usually move less are left out


@dataclass(frozen=True)
class TextureSettings:
    """How a texture is learned."""

    components: int = 48  # the pitch, the level, and principal components of all other outputs
    hidden: int = 48  # units of the network that maps a latent point to its motion
    steps: int = 1500
    batch: int = 128  # pieces of held sound in a step
    rate: float = 3e-3  # initial learning rate
    # random shift of a piece's latent point, in ranges, so that the network stays smooth
    jitter: float = 0.05
    reach: float = 4.0  # size of the network's inputs at the ends of the strongest axis


def learn_texture(
    space: LatentSpace,
    pieces: list[HeldSound],
    seed: int,
    settings: TextureSettings,
    watch: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> dict[str, Floats]:
    """Return the tensors of a texture: the likeliest autoregressions and vibrato for the pieces.

    `watch` receives the steps and yields them, as a progress bar does.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 2**34])
    data = _Data(space, pieces, settings.components)
    net = _Net(space, settings, data, rng)
    adam = torch.optim.Adam(net.parameters(), settings.rate, weight_decay=1e-5)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings.steps)
    batch = min(settings.batch, len(pieces))
    for _ in watch(range(settings.steps)):
        some = torch.from_numpy(rng.integers(len(pieces), size=batch))
        noise = torch.from_numpy(rng.standard_normal((len(some), space.latent), np.float32))
        loss = data.loss(net, some, settings.jitter * noise)
        adam.zero_grad()
        loss.backward()
        adam.step()
        plan.step()
    tensors = net.arrays()
    tensors["texture.mixing"] = _mixing(data.noise(net))
    tensors["texture.basis"] = data.basis
    return {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()}


def _directions(
    unit: list[Floats], usual: Floats, own: list[int], components: int
) -> tuple[Floats, Floats]:
    """Return the matrices from moves of unit variance to components, and from components to moves.

    The shapes are (outputs + 1, components) and (components, outputs + 1). The pitch (if it is in
    `own`) and the level come first, then principal components of all other outputs, each weighted
    by how far it usually moves. What the components leave out of an output is made up by scaling
    it, at most twofold.
    """
    square = np.zeros((len(usual), len(usual)))
    for moves in unit:
        weighed = moves * usual
        square += weighed.T @ weighed / len(moves) / len(unit)
    square[own], square[:, own] = 0, 0
    values, vectors = np.linalg.eigh(square)
    order = values.argsort()[::-1][: components - len(own)]
    order = order[values[order] > 1e-6 * max(values.max(), 1e-12)]
    kept = vectors[:, order]
    share = np.square(kept) @ values[order] / np.maximum(square.diagonal(), 1e-12)
    made_up = 1 / np.sqrt(np.clip(share, 0.25, 1.0))
    alone = np.eye(len(usual))[own]
    back = kept.T * np.where(usual > NEVER, made_up / np.maximum(usual, NEVER), 0)
    onto = np.concatenate([alone, kept.T * usual]).T
    return onto.astype(np.float32), np.concatenate([alone, back]).astype(np.float32)


class _Net(nn.Module):
    """The network of a texture: latent points (n, latent) to scales, component rows and pace."""

    def __init__(
        self, space: LatentSpace, settings: TextureSettings, data: "_Data", rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.components, self.width = len(data.basis), data.basis.shape[1]
        self.body = nn.Linear(space.latent, settings.hidden)
        self.head = nn.Linear(settings.hidden, head_rows(self.width - 1, self.components))
        # Axes are weighted by how audible they are, so that inaudible differences between points
        # count little.
        strength = axis_steps(space, 4, rng, CONTEXTS // 2).mean(1)
        self.span = torch.from_numpy(space.high - space.low)
        scale = torch.from_numpy((settings.reach * strength / strength.max()).astype(np.float32))
        self.scale, self.rest = scale / self.span, torch.from_numpy(space.place(np.zeros(0)))
        self._start_from(data)

    def _start_from(self, data: "_Data") -> None:
        """Start from the means over all pieces, at every latent point."""
        rows = self.head.bias[self.width : -2].view(-1, self.components)
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias.zero_()
            self.head.bias[: self.width] = data.scale.log().mean(0)
            rows[0] = data.spread.log().mean(0)
            rows[1] = 1.5  # motion continues
            rows[1 + ORDER] = data.swing.log().mean(0)
            self.head.bias[-2:] = data.pace.mean(0)

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = torch.tanh(self.body((points - self.rest) * self.scale))
        outputs = self.head(hidden)
        rows = outputs[:, self.width : -2].reshape(len(points), -1, self.components)
        return outputs[:, : self.width], rows, outputs[:, -2:]

    def arrays(self) -> dict[str, NDArray[np.floating]]:
        """Return the weights for unscaled latent points."""
        with torch.no_grad():
            weight = self.body.weight * self.scale
            return {
                "texture.body.weight": weight.numpy(),
                "texture.body.bias": (self.body.bias - weight @ self.rest).numpy(),
                "texture.head.weight": self.head.weight.numpy(),
                "texture.head.bias": self.head.bias.numpy(),
            }


class _Data:
    """The pieces of held sound as tensors: their vibrato, and the irregular rest."""

    def __init__(self, space: LatentSpace, pieces: list[HeldSound], components: int) -> None:
        width = pieces[0].moves.shape[1]
        own = [0, width - 1] if space.partials else [width - 1]
        scale = np.stack([np.sqrt(np.square(each.moves).mean(0)) for each in pieces])
        usual = np.sqrt(np.square(scale).mean(0)) * nepers(space)
        scale = np.maximum(scale, LEAST)
        unit = [each.moves / one for each, one in zip(pieces, scale, strict=True)]
        onto, self.basis = _directions(unit, usual, own, components)
        self.scale = torch.from_numpy(scale.astype(np.float32))  # (pieces, outputs + 1)
        step_s = space.n_fft / STEPS_PER_WINDOW / space.sample_rate
        paths = [moves @ onto for moves in unit]
        vibratos = [vibrato_of(path, step_s) for path in paths]
        rests = [path - vibrato.path() for path, vibrato in zip(paths, vibratos, strict=True)]
        self.points = torch.from_numpy(np.stack([piece.point for piece in pieces]))
        x, self.known = _padded(rests)
        self.spread = ((x**2).sum(1) / self.known.sum(1)).sqrt().clamp(min=1e-5)
        self.u = x / self.spread[:, None]  # (pieces, steps, components), unit variance
        self._of_vibrato(vibratos)

    def _of_vibrato(self, vibratos: list[Vibrato]) -> None:
        swing = torch.from_numpy(np.stack([vibrato.swing for vibrato in vibratos]))
        self.swing = swing.abs().clamp(min=1e-5)  # (pieces, components)
        self.direction = torch.view_as_real(swing / self.swing)  # (pieces, components, 2)
        pace = np.log([[vibrato.rate_hz, vibrato.uneven] for vibrato in vibratos])
        self.pace = torch.from_numpy(pace.astype(np.float32))
        share = np.array([vibrato.share for vibrato in vibratos], np.float32)
        self.share = torch.from_numpy(share)

    def loss(self, net: _Net, some: Tensor, jitter: Tensor) -> Tensor:
        """Return the loss of irregular motion, its size and the vibrato, in one number."""
        scale, rows, pace = net(self.points[some] + jitter * net.span)
        off, deviation = _surprises(self.u[some], _reflections(rows))
        heard = self.known[some][:, ORDER:]
        of_motion = 0.5 * torch.square(off / deviation[:, None]) + deviation.log()[:, None]
        of_motion = (of_motion * heard).sum() / (heard.sum() * net.components)
        of_size = torch.zeros(())
        for size, log in (
            (self.scale[some], scale.clamp(*LOG_SCALE_RANGE)),
            (self.spread[some], rows[:, 0].clamp(*LOG_RANGE)),
            (self.swing[some], rows[:, 1 + ORDER].clamp(*LOG_RANGE)),
        ):
            of_size = of_size + (0.5 * torch.square(size / log.exp()) + log).mean()
        toward = rows[:, 2 + ORDER : 4 + ORDER].movedim(1, 2)
        of_direction = torch.square(toward - self.direction[some]).mean()
        share = self.share[some, None]
        of_pace = (torch.square(pace - self.pace[some]) * share).sum() / share.sum()
        total: Tensor = of_motion + of_size + of_direction + of_pace
        return total

    def noise(self, net: _Net) -> NDArray[np.floating]:
        """Return the innovations of the autoregressions, (steps of all pieces, components)."""
        with torch.no_grad():
            off, deviation = _surprises(self.u, _reflections(net(self.points)[1]))
            return (off / deviation[:, None])[self.known[:, ORDER:, 0] > 0].numpy()


def _padded(paths: Sequence[NDArray[np.floating]]) -> tuple[Tensor, Tensor]:
    """Return paths (pieces, steps, components), and where they are known, (pieces, steps, 1)."""
    steps = max(map(len, paths))
    x = np.zeros((len(paths), steps, paths[0].shape[1]), np.float32)
    known = np.zeros((len(paths), steps, 1), np.float32)
    for i, path in enumerate(paths):
        x[i, : len(path)], known[i, : len(path)] = path, 1
    return torch.from_numpy(x), torch.from_numpy(known)


def _reflections(rows: Tensor) -> Tensor:
    return MOST * torch.tanh(rows[:, 1 : 1 + ORDER])


def _surprises(u: Tensor, reflections: Tensor) -> tuple[Tensor, Tensor]:
    """Return innovations of u (n, steps, components) and their deviations.

    reflections is (n, ORDER, components). The results are (n, steps - ORDER, components) and (n,
    components).
    """
    coefficients = reflections[:, :1]
    for i in range(1, ORDER):
        k = reflections[:, i : i + 1]
        coefficients = torch.cat([coefficients - k * coefficients.flip(1), k], 1)
    off, steps = u[:, ORDER:], u.shape[1]
    for i in range(ORDER):
        off = off - coefficients[:, i, None] * u[:, ORDER - 1 - i : steps - 1 - i]
    return off, torch.sqrt((1 - torch.square(reflections)).prod(1))


def _mixing(noise: NDArray[np.floating]) -> Floats:
    """Return the matrix (components, components) that correlates independent noise like `noise`."""
    unit = noise / np.maximum(noise.std(0), 1e-9)
    likeness = 0.98 * (unit.T @ unit / len(unit)) + 0.02 * np.eye(unit.shape[1])
    scale = 1 / np.sqrt(likeness.diagonal())
    return np.asarray(np.linalg.cholesky(likeness * scale[:, None] * scale), np.float32)
