"""Memory that processes share: under a name where the system has that, else as a file that each maps."""

import mmap
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from livecode.system.file_locks import lock
from livecode.system.here import HERE

#: Where Linux keeps named memory; macOS has no such folder, and no such limit.
MEMORY = Path("/dev/shm")
_PREFIX = "livecode-"
#: A file that nobody has opened for so long was left behind.
LEFT_BEHIND_S = 60.0
#: Only this user may read a segment.
_PRIVATE = 0o600
_CHUNK = bytes(1 << 20)


class SharedMemory(Protocol):
    """A piece of memory that other processes can attach by its name."""

    name: str
    buffer: memoryview

    def remove(self) -> None:
        """Remove the name. The memory is freed when the last process lets go of it.

        A name that is gone is no error.
        """


def create_segment(size: int, outlives: bool, folder: Callable[[], Path]) -> SharedMemory:
    """Make a segment of so many bytes under a new name, all of whose memory is taken at once.

    If its maker is killed, a named one goes; with `outlives`, it stays until it is removed. A file stays
    in any case; if no process has it open any more, it goes when the next one is made. `folder()` gives a
    folder of this user alone, where the system needs one. Raises OSError if there is not so much memory.
    """
    name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    if HERE.named_memory:
        return _create_named(name, size, outlives)
    return _create_mapped(folder() / name, size)


def attach_segment(name: str) -> SharedMemory:
    """Join a segment that another process has made.

    Raises FileNotFoundError if there is none of that name, OSError or ValueError if it cannot be opened.
    """
    return _attach_named(name) if HERE.named_memory else _attach_mapped(Path(name))


def segment_files(pid: int, folder: Callable[[], Path]) -> set[Path]:
    """Return the files of the segments that a process has made, where the system shows them as files."""
    where = MEMORY if HERE.named_memory else folder()
    return set(where.glob(f"{_PREFIX}{pid}-*")) if where.is_dir() else set()


def segment_file(name: str) -> Path:
    """Return the file of a segment, where the system shows it as one."""
    return MEMORY / name  # which is the name itself if that is a path


def free_segment_bytes(folder: Callable[[], Path]) -> int | None:
    """Return how many bytes there are for segments; None where the system sets no limit of its own."""
    if not HERE.named_memory:
        return shutil.disk_usage(folder()).free
    if not MEMORY.is_dir():
        return None
    status = os.statvfs(MEMORY)
    return status.f_bavail * status.f_frsize


def remedy(folder: Callable[[], Path]) -> str:
    """Return what to do where there is too little memory for a segment."""
    if HERE.named_memory:
        return "mount -o remount,size=256m /dev/shm  (a container: --shm-size=256m)"
    return f"make room in {folder()}, or name a folder with more in TMPDIR"


# under a name


class _NamedSegment:
    """A segment of POSIX shared memory."""

    def __init__(self, segment: Any, tracked: bool = False):
        self.name = str(segment.name)
        self.buffer = _view(segment)
        self._posix_name, self._tracked = segment._name, tracked

    def remove(self) -> None:
        import _posixshmem

        with suppress(OSError):  # another process was first
            _posixshmem.shm_unlink(self._posix_name)
        if self._tracked:
            from multiprocessing import resource_tracker

            resource_tracker.unregister(self._posix_name, "shared_memory")
            self._tracked = False


def _create_named(name: str, size: int, outlives: bool) -> _NamedSegment:
    from multiprocessing import resource_tracker, shared_memory

    with _quiet_tracker():
        segment = shared_memory.SharedMemory(name, create=True, size=size)
    try:
        _reserve(segment._fd, size)  # type: ignore[attr-defined]
    except OSError:
        segment.close()
        segment.unlink()
        raise
    if outlives:
        resource_tracker.unregister(segment._name, "shared_memory")  # type: ignore[attr-defined]
    return _NamedSegment(segment, tracked=not outlives)


def _attach_named(name: str) -> _NamedSegment:
    """Attach a segment without letting this process's resource tracker remove it at exit."""
    from multiprocessing import resource_tracker, shared_memory

    if sys.version_info >= (3, 13):
        return _NamedSegment(shared_memory.SharedMemory(name, track=False))
    register = resource_tracker.register
    # python/cpython issue 82300: before 3.13, attaching registers, too
    resource_tracker.register = lambda *_: None
    try:
        return _NamedSegment(shared_memory.SharedMemory(name))
    finally:
        resource_tracker.register = register


def _view(segment: Any) -> memoryview:
    """Take the mapped memory out of its segment, so that it is unmapped with its last view.

    A segment closes its map when it is collected, which raises while numpy views exist. The map alone
    lives as long as its views, and closes its file descriptor with the last of them.
    """
    mapped = segment._mmap
    segment._mmap = None
    segment.close()
    return memoryview(mapped)


class _quiet_tracker:
    """Start the resource tracker quietly, so that it cleans up after a kill -9 and prints nothing.

    A closing terminal sends SIGHUP to all its processes, so the tracker starts with SIGHUP blocked.
    """

    def __enter__(self) -> None:
        from multiprocessing import resource_tracker

        self._before = os.environ.get("PYTHONWARNINGS")
        os.environ["PYTHONWARNINGS"] = "ignore"
        # the tracker inherits the mask
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
        resource_tracker.ensure_running()

    def __exit__(self, *_: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        if self._before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = self._before


# as a file


class _MappedSegment:
    """A segment that is a file, and bears its path as its name."""

    def __init__(self, path: Path, descriptor: int):
        """Map the file of an open descriptor, which is closed.

        The map keeps the file open, and with it the lock that says that it is in use.
        """
        self.name = str(path)
        try:
            with suppress(OSError):  # a file system without locks
                lock(descriptor, shared=True)
            self.buffer = memoryview(mmap.mmap(descriptor, 0))
        finally:
            os.close(descriptor)

    def remove(self) -> None:
        with suppress(OSError):  # gone; or Windows, where a file is removed after its last process
            os.unlink(self.name)


def _create_mapped(path: Path, size: int) -> _MappedSegment:
    _sweep(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, _PRIVATE)
    try:
        _reserve(descriptor, size)
    except OSError:
        os.close(descriptor)
        path.unlink()
        raise
    return _MappedSegment(path, descriptor)


def _attach_mapped(path: Path) -> _MappedSegment:
    if not (
        path.is_absolute() and path.is_file()
    ):  # a name from a system that has names, or nothing
        raise FileNotFoundError(path)
    return _MappedSegment(path, os.open(path, os.O_RDWR | _BINARY))


def _sweep(folder: Path) -> None:
    """Remove the segments of processes that were killed: those which no process has open."""
    for path in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_BEHIND_S and not _is_open(path):
                path.unlink()


def _is_open(path: Path) -> bool:
    """Return whether a process has a segment; False on Windows, which removes no file that one has."""
    descriptor = os.open(path, os.O_RDWR | _BINARY)
    try:
        lock(descriptor)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


#: Windows would translate line ends.
_BINARY = getattr(os, "O_BINARY", 0)


def _reserve(descriptor: int, size: int) -> None:
    """Take memory now, so that no other program can take it while the sound plays; raises OSError.

    The system gives memory page by page as it is first written, and a process that writes where none
    is left is ended by SIGBUS. macOS takes the memory of a named segment when it is made.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    elif not HERE.named_memory:
        for start in range(0, size, len(_CHUNK)):
            os.write(descriptor, _CHUNK[: size - start])
