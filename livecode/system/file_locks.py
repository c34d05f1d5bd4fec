"""Locks on open files, which the system releases however their process ends."""

import sys


def lock(descriptor: int, wait: bool = False, shared: bool = False) -> None:
    """Lock an open file until it is closed.

    `shared`: others may share the lock, and none may have it alone. Windows has no such locks: there,
    nothing is locked, but no file is removed either that a process has mapped. Raises BlockingIOError if
    another has the lock, unless it is to `wait`, and OSError on a file system without locks.
    """
    if sys.platform == "win32":
        import msvcrt

        if shared:
            return
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, how if wait else how | fcntl.LOCK_NB)
