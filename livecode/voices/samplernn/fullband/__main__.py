"""Compiles the full-band kernel for this processor, once: `python -m livecode.voices.samplernn.fullband`."""

from livecode.voices.samplernn.compiling import forget, is_compiled, step_back, write_stamp
from livecode.voices.samplernn.fullband.kernel import CACHE_PATH
from livecode.voices.samplernn.fullband.sampler import KERNEL
from livecode.voices.samplernn.fullband.tiny import draw


def main() -> int:
    """Compile unless that is done, by drawing a few steps."""
    if is_compiled(CACHE_PATH, KERNEL):
        return 0
    step_back()
    forget(CACHE_PATH, KERNEL)
    draw()
    write_stamp(CACHE_PATH, KERNEL)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
