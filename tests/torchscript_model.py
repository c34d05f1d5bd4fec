"""TorchScript models in the nn~ convention, made for tests with plain torch: tones, and broken ones."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
RATIO = 512


class Tones(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Each latent is the level of a partial; the phase is carried on in a buffer, noise is random."""

    def __init__(self, latent: int = 4, rate: int = 48_000, params: list | None = None):
        super().__init__()
        self.register_buffer("decode_params", torch.tensor(params or [latent, RATIO, 1, 1]))
        self.register_buffer("phase", torch.zeros(1))
        self.sr = rate
        self.latent = latent

    @torch.jit.export
    def decode(self, z: torch.Tensor) -> torch.Tensor:
        steps = torch.arange(z.shape[2] * 512) + 1
        phase = self.phase + steps * (220.0 / self.sr)
        self.phase.copy_(phase[-1:])
        levels = torch.repeat_interleave(torch.sigmoid(z[0]), 512, 1)
        partials = torch.arange(self.latent)[:, None] + 1
        sound = (levels * torch.sin(6.283185307 * partials * phase)).sum(0) * 0.1
        return (sound + 0.01 * torch.randn(sound.shape))[None, None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class Raises(Tones):
    @torch.jit.export
    def decode(self, z: torch.Tensor) -> torch.Tensor:
        assert z.shape[0] == 17, "deliberately"
        return z


class RaisesLater(Tones):
    @torch.jit.export
    def decode(self, z: torch.Tensor) -> torch.Tensor:
        assert float(z.max()) < 1.0, "too far out"
        return torch.zeros(1, 1, z.shape[2] * 512)


class Loud(Tones):
    """Stereo of opposite polarity, ten thousand times full scale."""

    @torch.jit.export
    def decode(self, z: torch.Tensor) -> torch.Tensor:
        sound = torch.sin(torch.arange(z.shape[2] * 512) * 0.05) * 10000
        return torch.stack([sound, -sound])[None]


class WrongShape(Tones):
    @torch.jit.export
    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.zeros(1, 1, z.shape[2] * 100)


class NoDecode(torch.nn.Module):  # type: ignore[misc, name-defined]
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class NoRate(Tones):
    def __init__(self) -> None:
        super().__init__()
        self.sr = 0


def write(model: torch.nn.Module, path: Path) -> Path:
    """Script the model into a file."""
    torch.jit.script(model.eval()).save(str(path))
    return path
