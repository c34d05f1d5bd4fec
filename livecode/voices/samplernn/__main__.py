"""Compiles the kernel for this processor, once: `python -m livecode.voices.samplernn`."""

import numpy as np

from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.voices.samplernn.compiling import forget, is_compiled, step_back, write_stamp
from livecode.voices.samplernn.kernel import CACHE_PATH
from livecode.voices.samplernn.sampler import Sampler


def main() -> int:
    """Draw a few samples of a tiny model, with a table and without."""
    if is_compiled(CACHE_PATH):
        return 0
    step_back()
    forget(CACHE_PATH)
    config = SampleRNNConfig(dim=4, frame_sizes=(2,), embedding=2)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in config.shapes().items()}
    for table_bytes in (1 << 20, 0):
        sampler = Sampler(config, tensors, table_bytes=table_bytes, compile_apart=False)
        sampler.step_block(np.ones((1, 2)))
    write_stamp(CACHE_PATH)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
