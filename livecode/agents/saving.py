"""Turns objects into flat dictionaries of arrays and back, for safetensors files and for undo."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError

Arrays = dict[str, NDArray[Any]]


def pack(thing: object, prefix: str, names: Iterable[str]) -> Arrays:
    """Return copies of the named attributes (arrays or numbers) as arrays named prefix + name."""
    return {prefix + name: np.array(getattr(thing, name)) for name in names}


def unpack(thing: object, prefix: str, names: Iterable[str], state: Mapping[str, Any]) -> None:
    """Set the named attributes from `state`; raises LivecodeError if a shape or type differs."""
    for name in names:
        value, now = entry(state, prefix + name), np.asarray(getattr(thing, name))
        if value.shape != now.shape or not np.can_cast(value.dtype, now.dtype, "same_kind"):
            raise LivecodeError(
                f"the saved agent has '{prefix}{name}' as {value.dtype} {value.shape} where "
                f"{now.dtype} {now.shape} belongs; load it into an agent with its settings"
            )
        copy = np.array(value, now.dtype)
        setattr(thing, name, copy if copy.ndim else copy.item())


def entry(state: Mapping[str, Any], name: str) -> NDArray[Any]:
    """Return one array of a saved state; raises LivecodeError if it is missing."""
    if name not in state:
        raise LivecodeError(f"the saved agent lacks '{name}'; save it again with this program")
    return np.asarray(state[name])


def pack_rng(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the state of a generator as bytes of JSON, since it holds 128-bit integers."""
    text = json.dumps(rng.bit_generator.state, default=np.ndarray.tolist)
    return np.frombuffer(text.encode(), np.uint8).copy()


def unpack_rng(rng: np.random.Generator, packed: NDArray[np.uint8]) -> None:
    """Set a generator to a packed state; raises LivecodeError if it does not fit."""
    try:
        rng.bit_generator.state = json.loads(packed.tobytes())
    except (ValueError, TypeError, KeyError) as error:
        raise LivecodeError(
            "the random generator of the saved agent is damaged or of another kind; "
            "load it into an agent with the generator that it was saved with"
        ) from error
