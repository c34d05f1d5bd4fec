"""Compiles the full-band kernel for this processor, once: `python -m livecode.voices.samplernn.fullband`."""

import numpy as np

from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.voices.samplernn.compiling import forget, is_compiled, step_back, write_stamp
from livecode.voices.samplernn.fullband.kernel import CACHE_PATH
from livecode.voices.samplernn.fullband.sampler import KERNEL, FullbandSampler


def main() -> int:
    """Draw a few steps of a tiny model."""
    if is_compiled(CACHE_PATH, KERNEL):
        return 0
    step_back()
    forget(CACHE_PATH, KERNEL)
    config = FullbandConfig(
        dim=4, frame_sizes=(2, 2), levels=16, embedding=2, order=16, hop=16, outline_hop=64,
        outline_window=128, bands=76, stages=1, entries=2, outline_dim=4, outline_layers=1,
    )  # fmt: skip
    tensors = {name: np.zeros(shape, np.float32) for name, shape in config.shapes().items()}
    sampler = FullbandSampler(config, tensors, 16_000, compile_apart=False)
    sampler.step_block(np.ones((1, 2)))
    write_stamp(CACHE_PATH, KERNEL)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
