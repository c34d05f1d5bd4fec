"""Keeping the memory of a long performance flat: what is free again goes back to the system."""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3  # malloc.h
#: Arrays of so many bytes have pages of their own; it is what glibc begins with.
_OF_THEIR_OWN = 128 * 1024


def give_back() -> None:
    """Have large arrays given back when they are let go; without effect where the C library is not glibc.

    By itself glibc moves the limit up with the largest array that was freed, to 32 MiB, and
    keeps twice that at hand: what swaps load and let go then leaves holes in the heap, which grew by a
    third in six hundred blocks.
    """
    with suppress(OSError, AttributeError):  # no such function
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _OF_THEIR_OWN)
