"""Cache lines: how parts of shared memory are aligned so that processes do not slow each other down."""

CACHE_LINE = 64  # bytes; counts of different writers live on different lines


def aligned(size: int) -> int:
    """Round `size`, in bytes, up to whole cache lines."""
    return (size + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
