"""Kernels: functions that numba compiles for the processor, and keeps on disk for the next start."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import numba as nb
from numba.core.registry import cpu_target

Function = TypeVar("Function", bound=Callable[..., Any])

_log = logging.getLogger(__name__)

# numba imports half of itself when it first compiles or loads. A time limit that interrupted that would
# leave it in pieces, and no kernel would run any more; here nobody is timed yet.
cpu_target.target_context.refresh()


def kernel(**options: Any) -> Callable[[Function], Function]:
    """Compile a function when it is first called, without Python's lock, and keep it on disk.

    A kept file that is damaged is made anew. Where there is no place or no room to keep it, it is
    compiled for this process alone. `options` are those of numba.njit.
    """

    def decorated(function: Function) -> Function:
        try:
            made: Any = nb.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:  # numba finds no folder that can be written
            made = nb.njit(nogil=True, **options)(function)
        if hasattr(made, "_cache"):
            _mend_cache(made._cache)
        result: Function = made
        return result

    return decorated


def _mend_cache(cache: Any) -> None:
    """Let a cache that cannot be read count as empty, and one that cannot be written as full.

    numba would raise, whenever it is asked.
    """
    load, save = cache.load_overload, cache.save_overload

    def load_overload(signature: Any, target: Any) -> Any:
        try:
            return load(signature, target)
        except Exception as error:  # anything that unpickling of damaged bytes may raise
            _log.warning("compiled code on disk is damaged, and made anew: %s", error)
            try:
                cache.flush()
            except OSError:
                pass
            return None

    def save_overload(signature: Any, data: Any) -> None:
        try:
            save(signature, data)
        except Exception as error:  # such as a full disk
            _log.warning("compiled code cannot be kept on disk: %s", error)

    cache.load_overload, cache.save_overload = load_overload, save_overload
