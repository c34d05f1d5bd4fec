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


class Follower(torch.nn.Module):  # type: ignore[misc, name-defined]
    """As RAVE's exports are: encode, decode and forward, attributes, and buffers that hold state.

    Latent 0 is the level of what it hears in nepers above 0.1, latent 1 its pitch in octaves above 220
    Hz, by zero crossings; others are 0. It decodes to a sine of that level and pitch on each channel, the
    second an octave higher, with as much noise as latent 2 says.
    """

    def __init__(self, latent: int = 4, rate: int = 48_000, channels: int = 1):
        super().__init__()
        for method, params in (
            ("encode", [channels, 1, latent, RATIO]),
            ("decode", [latent, RATIO, channels, 1]),
            ("forward", [channels, 1, channels, 1]),
        ):
            self.register_buffer(f"{method}_params", torch.tensor(params))
        self.register_buffer("gain_params", torch.tensor([2]))
        self.register_buffer("reversed_params", torch.tensor([0]))
        self.register_buffer("phase", torch.zeros(1))
        self.register_buffer("before", torch.zeros(RATIO))
        self.sr, self.latent, self.channels = rate, latent, channels
        self.gain, self.reversed = (1.0,), (False,)

    @torch.jit.export
    def get_methods(self) -> list[str]:
        return ["encode", "decode", "forward"]

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        return ["gain", "reversed"]

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain[0]

    @torch.jit.export
    def set_gain(self, gain: float) -> int:
        self.gain = (gain,)
        return 0

    @torch.jit.export
    def get_reversed(self) -> bool:
        return self.reversed[0]

    @torch.jit.export
    def set_reversed(self, reversed: bool) -> int:
        self.reversed = (reversed,)
        return 0

    @torch.jit.export
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        frames = x.shape[2] // 512
        z = torch.zeros(1, self.latent, frames)
        for i in range(frames):
            piece = torch.cat([self.before, x[0, 0, i * 512 : (i + 1) * 512]])
            self.before.copy_(piece[512:])
            rms = torch.sqrt(torch.square(piece).mean()) + 1e-6
            rising = (piece[:-1] < 0) & (piece[1:] >= 0)
            at = torch.nonzero(rising)[:, 0]
            z[0, 0, i] = torch.log(rms * 1.41421356 / 0.1)
            if at.shape[0] > 1:
                first, last = float(at[0]), float(at[-1])
                hz = (at.shape[0] - 1) / max(last - first, 1.0) * self.sr
                z[0, 1, i] = torch.log2(torch.tensor(hz / 220.0))
        return z

    @torch.jit.export
    def decode(self, z: torch.Tensor) -> torch.Tensor:
        level = 0.1 * torch.exp(torch.repeat_interleave(z[0, 0], 512)) * self.gain[0]
        hz = 220.0 * torch.exp2(torch.repeat_interleave(z[0, 1], 512))
        phase = self.phase + torch.cumsum(hz / self.sr, 0)
        self.phase.copy_(phase[-1:] - torch.floor(phase[-1:]))
        noise = torch.repeat_interleave(torch.abs(z[0, 2]), 512) * torch.randn(phase.shape)
        sides = []
        for side in range(self.channels):
            sides.append(level * (torch.sin(6.283185307 * phase * (1 + side)) + 0.3 * noise))
        return torch.stack(sides)[None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(x))


class Ring(torch.nn.Module):  # type: ignore[misc, name-defined]
    """An effect without latents: ring modulation, forward alone."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
        self.register_buffer("phase", torch.zeros(1))
        self.sr = 48_000

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        phase = self.phase + torch.cumsum(torch.ones(x.shape[2]) * (1000.0 / self.sr), 0)
        self.phase.copy_(phase[-1:])
        return x * torch.sin(6.283185307 * phase)


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
