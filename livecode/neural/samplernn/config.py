"""What a SampleRNN is made of: its tiers, its levels, and the tensors that these call for."""

import math
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from numbers import Integral
from typing import Any, Literal, Self

from livecode.errors import LivecodeError

KIND = "samplernn"
GATES = {"gru": 3, "lstm": 4}
QUANTISERS = ("linear", "mu-law")
SAMPLE_TIERS = ("two-layer", "three-layer")
LEVELS = (256, 65_536)  # 8 to 16 bits
RATES_HZ = (8_000, 48_000)
#: The most that a file may claim: more is played by no machine, and would take its memory.
MOST = {"dim": 8192, "layers": 16, "embedding": 8192}
MOST_TIERS, LONGEST_LOOKBACK = 8, 65_536
#: Temperatures outside of this are clipped when a model samples.
TEMPERATURES = (0.05, 3.0)


@dataclass(frozen=True)
class SampleRNNConfig:
    """The make of a SampleRNN (Mehri et al. 2017, arXiv:1612.07837).

    Tier i sees frames of N_i samples, the product of the frame sizes up to its own; below the
    tiers of frames is the sample tier, which sees F_0 samples.
    """

    dim: int = 1024  # width of every tier
    frame_sizes: tuple[int, ...] = (16, 4)  # multipliers, from the lowest frame tier upwards
    layers: int = 1  # of RNN in a tier
    cell: Literal["gru", "lstm"] = "gru"
    levels: int = 256  # of quantisation
    quantiser: Literal["linear", "mu-law"] = "mu-law"
    embedding: int = 256  # width of a level's embedding
    sample_tier: Literal["two-layer", "three-layer"] = "two-layer"
    skip: bool = False  # whether a tier's output is the sum of its layers' outputs

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            value = getattr(self, name)
            if not is_whole(value) or not 1 <= value <= most:
                raise LivecodeError(f"a SampleRNN's {name} is 1 to {most}, not {value!r:.40}")
        sizes = tuple(self.frame_sizes[: MOST_TIERS + 1])
        if (
            not 1 <= len(sizes) <= MOST_TIERS
            or not all(is_whole(size) and 2 <= size <= LONGEST_LOOKBACK for size in sizes)
            or math.prod(sizes) > LONGEST_LOOKBACK
        ):
            raise LivecodeError(
                f"the frame sizes {list(sizes)!r:.60} make no SampleRNN: give 1 to {MOST_TIERS}, each "
                f"at least 2, whose product is at most {LONGEST_LOOKBACK}, such as 16 4"
            )
        object.__setattr__(self, "frame_sizes", tuple(int(size) for size in sizes))
        if not is_whole(self.levels) or not LEVELS[0] <= self.levels <= LEVELS[1]:
            raise LivecodeError(
                f"a SampleRNN has {LEVELS[0]} to {LEVELS[1]} levels (8 to 16 bits), "
                f"not {self.levels!r:.40}"
            )
        for name, known in (
            ("cell", tuple(GATES)),
            ("quantiser", QUANTISERS),
            ("sample_tier", SAMPLE_TIERS),
        ):
            if getattr(self, name) not in known:
                raise LivecodeError(
                    f"a SampleRNN's {name} is {' or '.join(known)}, not {getattr(self, name)!r}"
                )

    @cached_property
    def spans(self) -> tuple[int, ...]:
        """N_i: the samples in a frame of each tier."""
        spans, span = [], 1
        for size in self.frame_sizes:
            span *= size
            spans.append(span)
        return tuple(spans)

    @property
    def lookback(self) -> int:
        """Samples that are only looked back on, before the first that is predicted."""
        return self.spans[-1]

    @property
    def silence(self) -> int:
        """The level that stands for silence."""
        return self.levels // 2

    def json(self) -> dict[str, Any]:
        """The configuration as it stands in a model file."""
        return asdict(self) | {"frame_sizes": list(self.frame_sizes), "lookback": self.lookback}

    @classmethod
    def from_json(cls, config: dict[str, Any]) -> Self:
        """The configuration in a model file; raises LivecodeError if it makes no sense."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in config.items() if name in known})

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the tensors in a model file, weight norm folded in."""
        d, gates = self.dim, GATES[self.cell]
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (size, span) in enumerate(zip(self.frame_sizes, self.spans, strict=True)):
            tier = f"tiers.{i}"
            shapes[f"{tier}.h0"] = (self.layers, d)
            if self.cell == "lstm":
                shapes[f"{tier}.c0"] = (self.layers, d)
            shapes[f"{tier}.input.weight"] = (d, span)
            shapes[f"{tier}.input.bias"] = (d,)
            for k in range(self.layers):
                for side in ("ih", "hh"):
                    shapes[f"{tier}.rnn.weight_{side}_l{k}"] = (gates * d, d)
                    shapes[f"{tier}.rnn.bias_{side}_l{k}"] = (gates * d,)
            shapes[f"{tier}.up.weight"] = (size, d, d)
            shapes[f"{tier}.up.bias"] = (size, d)
        shapes["sample.embedding"] = (self.levels, self.embedding)
        shapes["sample.input.weight"] = (d, self.embedding, self.frame_sizes[0])
        hidden = ("hidden", "hidden2") if self.sample_tier == "three-layer" else ("hidden",)
        for name in hidden:
            shapes[f"sample.{name}.weight"] = (d, d)
            shapes[f"sample.{name}.bias"] = (d,)
        shapes["sample.output.weight"] = (self.levels, d)
        shapes["sample.output.bias"] = (self.levels,)
        return shapes


def is_whole(value: object) -> bool:
    """Whether a value is a whole number, of Python or numpy, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool)
