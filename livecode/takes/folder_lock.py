"""A lock that keeps a second `livecode generate` out of a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.system.file_locks import lock

LOCK = ".generating"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system releases even if this process is killed.

    Raises `LivecodeError` if another process holds it.
    """
    with (folder / LOCK).open("a") as file:
        try:
            lock(file.fileno())
        except OSError:
            raise LivecodeError(
                f"another `livecode generate` is at work in {folder}: let it end, or choose "
                "another folder"
            ) from None
        yield
