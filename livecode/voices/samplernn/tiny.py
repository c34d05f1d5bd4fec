"""A tiny model of levels, drawn a little of, to compile the kernel or to read it into memory."""

import numpy as np

from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.voices.samplernn.sampler import Sampler


def draw() -> None:
    """Draw a few samples, with a table and without."""
    config = SampleRNNConfig(dim=4, frame_sizes=(2,), embedding=2)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in config.shapes().items()}
    for table_bytes in (1 << 20, 0):
        sampler = Sampler(config, tensors, table_bytes=table_bytes, compile_apart=False)
        sampler.step_block(np.ones((1, 2)))
