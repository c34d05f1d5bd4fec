"""Marks in folders that this installation has made: nothing else is ever removed."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from livecode.files import open_private
from livecode.journal.installation import is_signed, signature

#: The file in a folder that says who has made it.
MARK = ".made-by-livecode"
#: The kinds of folders: what they are marked for.
PERFORMANCE, CONNECTION = "performance", "connection"


def mark(folder: Path, kind: str) -> None:
    """Note in a folder that this installation has made it; raises OSError if there is no room for that."""
    with open(folder / MARK, "w", encoding="ascii", opener=open_private) as file:
        file.write(signature("folder", kind, folder.name))


def is_marked(folder: Path, kind: str) -> bool:
    """Return whether this installation has made the folder, under this name and of this kind."""
    try:
        signed = (folder / MARK).read_text("ascii")
    except (OSError, ValueError):
        return False
    return is_signed(signed, "folder", kind, folder.name)


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files of these names from a folder that this process has made, and the folder if it is empty."""
    for name in (*names, MARK):
        with suppress(OSError):
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()


def remove_connection(connection: Path) -> None:
    """Remove a connection file, the sockets beside it, and their folder, if it has been made for them.

    A folder without a mark is removed only if it is empty, and what lies beside them is kept.
    """
    folder = connection.parent
    if is_marked(folder, CONNECTION):
        remove_files(folder, connection_files(connection))
    else:
        with suppress(OSError):
            folder.rmdir()


def connection_files(connection: Path) -> list[str]:
    """Return the names of a connection file and of the sockets of its channels."""
    return [connection.name, *(f"{connection.stem}-{port}" for port in range(1, 6))]


def remove_performance(folder: Path) -> bool:
    """Remove the folder of a performance with all that is in it, and return whether this was allowed.

    Raises OSError if it cannot be removed.
    """
    if folder.is_symlink() or not is_marked(folder, PERFORMANCE):
        return False
    shutil.rmtree(folder)
    return True
