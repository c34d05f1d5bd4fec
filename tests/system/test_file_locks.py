"""Locks on files: alone, shared, and gone with the file that was open."""

from pathlib import Path

import pytest

from livecode.system.file_locks import lock


def test_one_has_it_alone_until_its_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("a") as first, path.open("a") as second:
        lock(first.fileno())
        for shared in (False, True):
            with pytest.raises(BlockingIOError):
                lock(second.fileno(), shared=shared)
    with path.open("a") as third:
        lock(third.fileno(), wait=True)


def test_some_share_it_and_none_has_it_alone_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("a") as first, path.open("a") as second, path.open("a") as third:
        lock(first.fileno(), shared=True)
        lock(second.fileno(), shared=True)
        with pytest.raises(BlockingIOError):
            lock(third.fileno())
