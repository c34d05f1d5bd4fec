"""Kernels: functions that numba compiles for the processor, and keeps on disk for the next start."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import numba as nb

Function = TypeVar("Function", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


def kernel(**options: Any) -> Callable[[Function], Function]:
    """Compile a function when it is first called, without Python's lock, and keep it on disk.

    A kept file that is damaged is made anew. `options` are those of numba.njit.
    """

    def decorated(function: Function) -> Function:
        made: Any = nb.njit(cache=True, nogil=True, **options)(function)
        _mend_cache(made._cache)
        result: Function = made
        return result

    return decorated


def _mend_cache(cache: Any) -> None:
    """Let a cache that cannot be read count as empty: numba would raise, whenever it is asked."""
    load = cache.load_overload

    def load_overload(signature: Any, target: Any) -> Any:
        try:
            return load(signature, target)
        except Exception as error:  # anything that unpickling of damaged bytes may raise
            _log.warning("compiled code on disk is damaged, and made anew: %s", error)
            cache.flush()
            return None

    cache.load_overload = load_overload
