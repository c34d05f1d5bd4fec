"""The attributes of a TorchScript model: what nn~ sets by name while the model plays."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from livecode.neural.torchscript.convention import numbers

#: What `<attribute>_params` says of each of an attribute's numbers: bool, int, float.
_BOOL, _INT, _FLOAT = 0, 1, 2
#: More are left out, as is an attribute of more numbers than that.
MOST = 32


class Attributes:
    """The attributes of one model: their names, their numbers, and setting them.

    The convention: `get_attributes()` lists names. For each there are a buffer `<name>_params`, which
    says of what kind its numbers are, `get_<name>()` and `set_<name>(…)`. An attribute of several
    numbers is one for each here, `<name>_1` and so on. Texts are left as they are.
    """

    def __init__(self, model: Any):
        """Read them; what does not follow the convention is left out."""
        self._model = model
        self._kinds: dict[str, list[int]] = {}
        self._now: dict[str, list[float]] = {}
        for name in _listed(model)[:MOST]:
            kinds, values = self._read(name)
            if kinds:
                self._kinds[name], self._now[name] = kinds, values
        self.defaults = tuple(
            (each, value)
            for name, values in self._now.items()
            for each, value in zip(_parts(name, len(values)), values, strict=True)
        )[:MOST]

    def set(self, wanted: Mapping[str, float]) -> str:
        """Set what differs from how it is; returns the name of one that the model refuses, or ""."""
        for name, values in self._now.items():
            parts = _parts(name, len(values))
            asked = [
                _of_kind(wanted.get(part, value), kind)
                for part, value, kind in zip(parts, values, self._kinds[name], strict=True)
            ]
            if [float(each) for each in asked] == values:
                continue
            self._now[name] = [float(each) for each in asked]
            try:
                getattr(self._model, f"set_{name}")(*asked)
            except Exception:  # the model's code may raise anything
                return name
        return ""

    def _read(self, name: str) -> tuple[list[int], list[float]]:
        """Return the kinds and the numbers of an attribute; none if there are none that can be set."""
        if not hasattr(self._model, f"set_{name}") or not hasattr(self._model, f"get_{name}"):
            return [], []
        kinds = numbers(getattr(self._model, f"{name}_params", None))
        try:
            values = numbers(getattr(self._model, f"get_{name}")())
        except Exception:  # the model's code may raise anything
            return [], []
        if not kinds or values is None or len(kinds) != len(values) or len(values) > MOST:
            return [], []
        if not np.isfinite(values).all() or set(kinds) - {_BOOL, _INT, _FLOAT}:
            return [], []
        return [round(kind) for kind in kinds], values


def _listed(model: Any) -> list[str]:
    if not hasattr(model, "get_attributes"):
        return []
    try:
        return [name for name in map(str, model.get_attributes()) if name.isidentifier()]
    except Exception:  # the model's code may raise anything
        return []


def _parts(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}_{number}" for number in range(1, count + 1)]


def _of_kind(value: float, kind: int) -> bool | int | float:
    if kind == _FLOAT:
        return float(value)
    return value >= 0.5 if kind == _BOOL else round(value)
