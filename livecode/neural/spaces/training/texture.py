"""Learns a texture from stretches of held sound: components, how far they go and how they move."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.axes import CONTEXTS
from livecode.neural.spaces.space import Space
from livecode.neural.spaces.texture import LOG_RANGE, LOG_SCALE_RANGE, MOST, ORDER, head_rows
from livecode.neural.spaces.training.figures import axis_steps
from livecode.neural.spaces.training.texture_frames import STEPS_PER_WINDOW, Stretch, nepers
from livecode.neural.spaces.training.vibrato import Vibrato, vibrato_of

LEAST = 1e-5  # nepers, octaves: what goes no farther stands still
NEVER = 1e-3  # nepers: outputs that usually go no farther are left out


@dataclass(frozen=True)
class TextureSettings:
    """How a texture is learned."""

    components: int = 48  # the pitch, the level, and principal components of all else
    hidden: int = 48  # units of the network that says how they move at a place
    steps: int = 1500
    batch: int = 128  # stretches a step
    rate: float = 3e-3  # learning rate at first
    jitter: float = 0.05  # of a stretch's place, in ranges: so that the network stays smooth
    reach: float = 4.0  # of the network's inputs, at the ends of the strongest axis


def learn_texture(
    space: Space,
    stretches: list[Stretch],
    seed: int,
    settings: TextureSettings,
    watch: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> dict[str, Floats]:
    """The tensors of a texture: the likeliest autoregressions about the vibrato of the stretches.

    `watch` is given the steps and gives them back, as a progress bar does.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 2**34])
    data = _Data(space, stretches, settings.components)
    net = _Net(space, settings, data, rng)
    adam = torch.optim.Adam(net.parameters(), settings.rate, weight_decay=1e-5)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings.steps)
    batch = min(settings.batch, len(stretches))
    for _ in watch(range(settings.steps)):
        some = torch.from_numpy(rng.integers(len(stretches), size=batch))
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
    """Moves of unit variance to components, (outputs + 1, components), and components to moves.

    The pitch, if `own` has it, and the level come first, then what all else has in common:

    principal components, where each output counts as far as it usually goes. What they leave out
    of an output is made up for by more of the others', twice at most.
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
    """From places (n, latent) to what a texture's network says there, as scales, rows, pace."""

    def __init__(
        self, space: Space, settings: TextureSettings, data: "_Data", rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.components, self.width = len(data.basis), data.basis.shape[1]
        self.body = nn.Linear(space.latent, settings.hidden)
        self.head = nn.Linear(settings.hidden, head_rows(self.width - 1, self.components))
        # axes count as far as they are audible, or places would be told apart by what none hears
        strength = axis_steps(space, 4, rng, CONTEXTS // 2).mean(1)
        self.span = torch.from_numpy(space.high - space.low)
        scale = torch.from_numpy((settings.reach * strength / strength.max()).astype(np.float32))
        self.scale, self.rest = scale / self.span, torch.from_numpy(space.place(np.zeros(0)))
        self._start_from(data)

    def _start_from(self, data: "_Data") -> None:
        """Begins with what the stretches have in common, at every place."""
        rows = self.head.bias[self.width : -2].view(-1, self.components)
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias.zero_()
            self.head.bias[: self.width] = data.scale.log().mean(0)
            rows[0] = data.spread.log().mean(0)
            rows[1] = 1.5  # what moves goes on
            rows[1 + ORDER] = data.swing.log().mean(0)
            self.head.bias[-2:] = data.pace.mean(0)

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = torch.tanh(self.body((points - self.rest) * self.scale))
        outputs = self.head(hidden)
        rows = outputs[:, self.width : -2].reshape(len(points), -1, self.components)
        return outputs[:, : self.width], rows, outputs[:, -2:]

    def arrays(self) -> dict[str, NDArray[np.floating]]:
        """The weights on latent points as they are."""
        with torch.no_grad():
            weight = self.body.weight * self.scale
            return {
                "texture.body.weight": weight.numpy(),
                "texture.body.bias": (self.body.bias - weight @ self.rest).numpy(),
                "texture.head.weight": self.head.weight.numpy(),
                "texture.head.bias": self.head.bias.numpy(),
            }


class _Data:
    """The stretches as tensors: their vibrato, and what is irregular besides."""

    def __init__(self, space: Space, stretches: list[Stretch], components: int) -> None:
        width = stretches[0].moves.shape[1]
        own = [0, width - 1] if space.partials else [width - 1]
        scale = np.stack([np.sqrt(np.square(each.moves).mean(0)) for each in stretches])
        usual = np.sqrt(np.square(scale).mean(0)) * nepers(space)
        scale = np.maximum(scale, LEAST)
        unit = [each.moves / one for each, one in zip(stretches, scale, strict=True)]
        onto, self.basis = _directions(unit, usual, own, components)
        self.scale = torch.from_numpy(scale.astype(np.float32))  # (stretches, outputs + 1)
        step_s = space.n_fft / STEPS_PER_WINDOW / space.sample_rate
        paths = [moves @ onto for moves in unit]
        vibratos = [vibrato_of(path, step_s) for path in paths]
        rests = [path - vibrato.path() for path, vibrato in zip(paths, vibratos, strict=True)]
        self.points = torch.from_numpy(np.stack([stretch.point for stretch in stretches]))
        x, self.known = _padded(rests)
        self.spread = ((x**2).sum(1) / self.known.sum(1)).sqrt().clamp(min=1e-5)
        self.u = x / self.spread[:, None]  # (stretches, steps, components) of unit variance
        self._of_vibrato(vibratos)

    def _of_vibrato(self, vibratos: list[Vibrato]) -> None:
        swing = torch.from_numpy(np.stack([vibrato.swing for vibrato in vibratos]))
        self.swing = swing.abs().clamp(min=1e-5)  # (stretches, components)
        self.direction = torch.view_as_real(swing / self.swing)  # (stretches, components, 2)
        pace = np.log([[vibrato.rate_hz, vibrato.uneven] for vibrato in vibratos])
        self.pace = torch.from_numpy(pace.astype(np.float32))
        share = np.array([vibrato.share for vibrato in vibratos], np.float32)
        self.share = torch.from_numpy(share)

    def loss(self, net: _Net, some: Tensor, jitter: Tensor) -> Tensor:
        """Surprise at the irregular motion, at its size and at the vibrato, in one number."""
        scale, rows, pace = net(self.points[some] + jitter * net.span)
        off, deviation = _surprises(self.u[some], _reflections(rows))
        heard = self.known[some][:, ORDER:]
        of_motion = 0.5 * torch.square(off / deviation[:, None]) + deviation.log()[:, None]
        of_motion = (of_motion * heard).sum() / (heard.sum() * net.components)
        of_size = sum(
            (0.5 * torch.square(size / log.exp()) + log).mean()
            for size, log in (
                (self.scale[some], scale.clamp(*LOG_SCALE_RANGE)),
                (self.spread[some], rows[:, 0].clamp(*LOG_RANGE)),
                (self.swing[some], rows[:, 1 + ORDER].clamp(*LOG_RANGE)),
            )
        )
        toward = rows[:, 2 + ORDER : 4 + ORDER].movedim(1, 2)
        of_direction = torch.square(toward - self.direction[some]).mean()
        share = self.share[some, None]
        of_pace = (torch.square(pace - self.pace[some]) * share).sum() / share.sum()
        return of_motion + of_size + of_direction + of_pace

    def noise(self, net: _Net) -> NDArray[np.floating]:
        """What the autoregressions cannot tell, (steps of all stretches, components)."""
        with torch.no_grad():
            off, deviation = _surprises(self.u, _reflections(net(self.points)[1]))
            return (off / deviation[:, None])[self.known[:, ORDER:, 0] > 0].numpy()


def _padded(paths: Sequence[NDArray[np.floating]]) -> tuple[Tensor, Tensor]:
    """Paths (stretches, steps, components), and where they are known, (stretches, steps, 1)."""
    steps = max(map(len, paths))
    x = np.zeros((len(paths), steps, paths[0].shape[1]), np.float32)
    known = np.zeros((len(paths), steps, 1), np.float32)
    for i, path in enumerate(paths):
        x[i, : len(path)], known[i, : len(path)] = path, 1
    return torch.from_numpy(x), torch.from_numpy(known)


def _reflections(rows: Tensor) -> Tensor:
    return MOST * torch.tanh(rows[:, 1 : 1 + ORDER])


def _surprises(u: Tensor, reflections: Tensor) -> tuple[Tensor, Tensor]:
    """What autoregressions could not tell of u (n, steps, components), and its deviation.

    reflections: (n, ORDER, components); gives (n, steps - ORDER, components), (n, components).
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
    """What gives all components' surprises their likeness to each other, (components, components)."""
    unit = noise / np.maximum(noise.std(0), 1e-9)
    likeness = 0.98 * (unit.T @ unit / len(unit)) + 0.02 * np.eye(unit.shape[1])
    scale = 1 / np.sqrt(likeness.diagonal())
    return np.asarray(np.linalg.cholesky(likeness * scale[:, None] * scale), np.float32)
