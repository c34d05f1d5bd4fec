"""Makes what is random in a @dsp a function of sample time, so that a replay hears the same noise.

All random objects of pyo draw from one number, and every object that is built sets it anew (pyo
1.1.0, `Server_generateSeed`). A graph is built beside the sound, at an arbitrary moment. Without
this module, that moment would change what all playing graphs draw from then on.
"""

import ctypes
import sys
import zlib


class _ModuleDef(ctypes.Structure):
    """The beginning of CPython's PyModuleDef."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("ob_refcnt", "ob_type", "m_init")),
        ("m_index", ctypes.c_ssize_t),
        *((name, ctypes.c_void_p) for name in ("m_copy", "m_name", "m_doc")),
        ("m_size", ctypes.c_ssize_t),  # bytes of the module's state
    )


class PyoRandom:
    """The number from which pyo draws."""

    def __init__(self, seed: int):
        self._start = zlib.crc32(seed.to_bytes(16, "little", signed=True))
        self._number = _number()

    def begin_block(self, frame: int) -> None:
        """Set the number for the block at sample time `frame`; it depends on nothing earlier."""
        if self._number is not None:
            self._number.value = zlib.crc32(frame.to_bytes(8, "little", signed=True), self._start)


def _number() -> ctypes.c_uint32 | None:
    """Find the number in the state of pyo's module; None if this build of pyo does not show it."""
    module = sys.modules["pyo._pyo"]
    try:
        library = ctypes.PyDLL(module.__file__)
        state, draw = library.PyoState_Get, library.pyorand
        definition = ctypes.pythonapi.PyModule_GetDef
    except (AttributeError, OSError):
        return None
    state.restype, draw.restype = ctypes.c_void_p, ctypes.c_uint32
    definition.restype, definition.argtypes = ctypes.POINTER(_ModuleDef), (ctypes.py_object,)
    begin = state()
    if not begin or not definition(module):
        return None
    places = list(range(begin, begin + definition(module).contents.m_size - 3, 4))
    for _ in range(3):  # each draw leaves its result in the number's place
        drawn = draw()
        places = [at for at in places if ctypes.c_uint32.from_address(at).value == drawn]
    return ctypes.c_uint32.from_address(places[0]) if len(places) == 1 else None
