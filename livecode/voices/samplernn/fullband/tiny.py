"""A tiny full-band model, drawn a little of, to compile the kernel or to read it into memory."""

import numpy as np

from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.voices.samplernn.fullband.sampler import FullbandSampler


def draw() -> None:
    """Draw a few steps."""
    config = FullbandConfig(
        dim=4, frame_sizes=(2, 2), levels=16, embedding=2, order=16, hop=16, outline_hop=64,
        outline_window=128, bands=76, stages=1, entries=2, outline_dim=4, outline_layers=1,
    )  # fmt: skip
    tensors = {name: np.zeros(shape, np.float32) for name, shape in config.shapes().items()}
    sampler = FullbandSampler(config, tensors, 16_000, compile_apart=False)
    sampler.step_block(np.ones((1, 2)))
