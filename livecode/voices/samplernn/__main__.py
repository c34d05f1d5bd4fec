"""Compiles the kernel for this processor, once: `python -m livecode.voices.samplernn`."""

from livecode.voices.samplernn.compiling import forget, is_compiled, step_back, write_stamp
from livecode.voices.samplernn.kernel import CACHE_PATH
from livecode.voices.samplernn.tiny import draw


def main() -> int:
    """Compile unless that is done, by drawing a few samples."""
    if is_compiled(CACHE_PATH):
        return 0
    step_back()
    forget(CACHE_PATH)
    draw()
    write_stamp(CACHE_PATH)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
