"""How much memory the performer's code may take while it judges a sound."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

#: Where Linux tells how much address space this process has, in pages.
SIZE = Path("/proc/self/statm")
#: What is evaluated may take so many bytes. Another thread may need some of it meanwhile.
HEADROOM_BYTES = 768 << 20


@contextmanager
def headroom(most_bytes: int = HEADROOM_BYTES) -> Iterator[None]:
    """Raise MemoryError in a `with` block, and in any other thread, for what takes more than so much.

    Elsewhere than on Linux there is no limit: other systems do not keep to it.
    """
    try:
        pages = int(SIZE.read_text().split()[0])
    except (OSError, ValueError):
        yield
        return
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
