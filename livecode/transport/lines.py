"""Laying things out in shared memory so that processes do not disturb each other."""

CACHE_LINE = 64  # bytes; counts written by different processes live on different lines


def aligned(size: int) -> int:
    """`size` rounded up to whole cache lines."""
    return (size + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
