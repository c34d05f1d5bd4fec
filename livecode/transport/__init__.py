"""Shared memory between the processes: sample buffers, controls, message queues and the clock.

Everything lies in one segment, the arena. A process needs only the segment's name to join, and one
unlink cleans up. Nothing here blocks or takes a lock: each part has one writer, which publishes a
count after the data that the count covers. The counts are aligned 64-bit words, whose loads and
stores are single instructions on every platform that pyo has wheels for. On x86-64, other
processors see stores in the order in which they were made. Arm does not promise that order: there,
the hundreds of interpreter instructions between data and count keep it in practice.

The same classes work on private memory (`Arena.private`), for a performance in one process.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.transport.arena import MAGIC, MESSAGE_ROUTES, Arena, OtherLayout
    from livecode.transport.bytes import Board, MessageQueue
    from livecode.transport.controls import ControlBlock, ControlReader
    from livecode.transport.header import PROCESSES, Header
    from livecode.transport.layouts import LAYOUTS, Layout
    from livecode.transport.lines import CACHE_LINE
    from livecode.transport.sample_buffers import SampleBuffer, TapBuffer

__all__ = [
    "CACHE_LINE",
    "LAYOUTS",
    "MAGIC",
    "MESSAGE_ROUTES",
    "PROCESSES",
    "Arena",
    "Board",
    "ControlBlock",
    "ControlReader",
    "Header",
    "Layout",
    "MessageQueue",
    "OtherLayout",
    "SampleBuffer",
    "TapBuffer",
]

_MODULES = {
    "arena": ("MAGIC", "MESSAGE_ROUTES", "Arena", "OtherLayout"),
    "bytes": ("Board", "MessageQueue"),
    "controls": ("ControlBlock", "ControlReader"),
    "header": ("PROCESSES", "Header"),
    "layouts": ("LAYOUTS", "Layout"),
    "lines": ("CACHE_LINE",),
    "sample_buffers": ("SampleBuffer", "TapBuffer"),
}


def __getattr__(name: str) -> Any:
    # Imported when asked for: they bring numpy, for which the first lines of a command need not wait.
    for module, names in _MODULES.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"livecode.transport.{module}"), name)
            return found
    raise AttributeError(f"module 'livecode.transport' has no attribute {name!r}")
