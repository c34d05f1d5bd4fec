"""The part of numba that livecode uses, with types: compiled functions keep their signatures."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import types as types

__version__: str

_Function = TypeVar("_Function", bound=Callable[..., Any])

def njit(
    *,
    cache: bool = ...,
    nogil: bool = ...,
    fastmath: bool | set[str] = ...,
    inline: str = ...,
    error_model: str = ...,
    boundscheck: bool = ...,
    _nrt: bool = ...,
) -> Callable[[_Function], _Function]: ...
