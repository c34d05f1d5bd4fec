"""Lets `multiprocessing` pass on what blocks define, to children that are forked and to others."""

import sys
from collections.abc import Mapping
from multiprocessing import active_children, context
from multiprocessing.reduction import ForkingPickler
from types import FunctionType, ModuleType
from typing import Any

#: The name of the module that the performer's blocks are in.
MODULE = "__livecode__"


class _Blocks(ModuleType):
    """The performer's variables as a module, by which functions and classes are pickled."""

    def __init__(self, variables: Mapping[str, Any], begun_anew: bool):
        super().__init__(MODULE, "The performer's blocks.")
        self._variables = variables
        self._begun_anew = (
            begun_anew  # whether this process is a child without the performer's names
        )

    def __getattr__(self, name: str) -> Any:
        try:
            return self._variables[name]
        except KeyError:
            raise AttributeError(f"nothing is called {name}") from None


def register(variables: Mapping[str, Any], begun_anew: bool = False) -> None:
    """Make the performer's variables the module that their functions and classes say they are from.

    A forked child has that module as well, so there a name is enough. A child that begins anew, as under
    "spawn", has none of it. What goes there and comes back is pickled by value (cloudpickle).
    """
    sys.modules[MODULE] = _Blocks(variables, begun_anew)
    ForkingPickler.reducer_override = _reduced  # type: ignore[assignment]


def withdraw(variables: Mapping[str, Any]) -> None:
    """Take back what `register` did, unless another performance has registered since."""
    module = sys.modules.get(MODULE)
    if isinstance(module, _Blocks) and module._variables is variables:
        del sys.modules[MODULE]


def _reduced(pickler: ForkingPickler, thing: Any) -> Any:
    """Reduce a function or a class of the performer's to its value, where a name is not enough."""
    named = isinstance(thing, FunctionType | type) and thing.__module__ == MODULE
    if not (named and _leaves_for_another()):
        return NotImplemented
    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[MODULE])
    return _loaded, (cloudpickle.dumps(thing),)


def _leaves_for_another() -> bool:
    """Tell whether anything may be sent to, or from, a process that has not been forked."""
    module = sys.modules.get(MODULE)
    if isinstance(module, _Blocks) and module._begun_anew:
        return True
    if context.get_spawning_popen() is not None:
        return True
    return any(type(child).__name__ != "ForkProcess" for child in active_children())


def _loaded(data: bytes) -> Any:
    """Return what was pickled by value, in whichever process."""
    import cloudpickle

    if MODULE not in sys.modules:
        register({}, begun_anew=True)
    return cloudpickle.loads(data)
