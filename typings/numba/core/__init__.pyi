"""numba's compiler, which mypy takes as any."""

from typing import Any

def __getattr__(name: str) -> Any: ...
