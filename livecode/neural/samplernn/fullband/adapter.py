"""An adapter of a full-band model: what the logits of its outline's tokens gain, in a low rank."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.config import FullbandConfig

Floats = NDArray[np.float32]


class Adapter(NamedTuple):
    """What is added to the logits of each stage's tokens, by what the outline's last layer holds."""

    down: Floats  # (rank, outline_dim)
    up: Floats  # (stages, entries, rank)
    raised: Floats  # (stages, entries): whatever the layer holds

    @classmethod
    def none(cls, config: FullbandConfig, rank: int = 0) -> Self:
        """An adapter that adds nothing."""
        stages, entries = config.stages, config.entries
        shapes = ((rank, config.outline_dim), (stages, entries, rank), (stages, entries))
        return cls(*(np.zeros(shape, np.float32) for shape in shapes))

    def gain(self, stage: int, hidden: Floats) -> Floats:
        """What the logits of a stage's tokens gain, (…, entries), at hidden (…, outline_dim)."""
        gained: Floats = hidden @ self.down.T @ self.up[stage].T + self.raised[stage]
        return gained

    def fits(self, config: FullbandConfig) -> bool:
        """Whether it is made for models of this configuration."""
        rank = len(self.down)
        alike = zip(self, Adapter.none(config, rank), strict=True)
        return all(one.shape == other.shape for one, other in alike)

    def packed(self) -> bytes:
        """Its numbers, one after the other, for `unpacked`."""
        return b"".join(np.ascontiguousarray(each, np.float32).tobytes() for each in self)

    @classmethod
    def unpacked(cls, packed: bytes, config: FullbandConfig) -> Self:
        """The adapter of these bytes; raises ValueError if they are of another configuration's."""
        numbers = np.frombuffer(packed, np.float32)
        per_rank = config.outline_dim + config.stages * config.entries
        rank = (len(numbers) - config.stages * config.entries) // per_rank
        parts, at = [], 0
        for each in cls.none(config, max(rank, 0)):
            parts.append(numbers[at : at + each.size].reshape(each.shape).copy())
            at += each.size
        if at != len(numbers):
            raise ValueError(f"{len(numbers)} numbers make no adapter of this model")
        return cls(*parts)
