"""How much memory there is, how much a part of a process may take, and what becomes of what is freed."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Where Linux tells how much address space this process has, in pages.
SIZE = Path("/proc/self/statm")


@contextmanager
def headroom(most_bytes: int) -> Iterator[None]:
    """Raise MemoryError in a `with` block, and in any other thread, for what takes more than so much.

    Elsewhere than on Linux there is no limit: other systems do not keep to it.
    """
    try:
        pages = int(SIZE.read_text().split()[0])
    except (OSError, ValueError):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + most_bytes
    for bound in (soft, hard):
        if bound != resource.RLIM_INFINITY:
            limit = min(limit, bound)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def free_bytes() -> int | None:
    """Return the memory that programs can still take, in bytes; None where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as told:
            for line in told:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def set_malloc(*options: tuple[int, int]) -> None:
    """Set options of the C library's memory, numbered as in glibc's malloc.h; others have none of them."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):  # another library than glibc
            for option, value in options:
                ctypes.CDLL(None).mallopt(option, value)
