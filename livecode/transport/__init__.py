"""Shared memory between the four processes: sample buffers, controls, message buffers, the clock.

Everything is laid out in one segment, the arena, so that one name is all that a process needs to
join and one unlink is all that is left to clean up.  Nothing here blocks and nothing takes a lock:
each buffer and slot has one writer, which publishes a count after the data that the count covers.
The counts are aligned 64-bit words, whose loads and stores are single instructions on every
platform that pyo has wheels for.  x86-64 lets others see stores in the order they were made in; on
Arm, which need not, only the interpreter's hundreds of instructions between data and count do.

The same classes work on private memory (`Arena.private`), for a performance in one process.
"""

from livecode.transport.arena import MAGIC, MESSAGE_ROUTES, Arena, Layout
from livecode.transport.bytes import Board, MessageQueue
from livecode.transport.controls import ControlBlock, ControlReader
from livecode.transport.header import PROCESSES, Header
from livecode.transport.lines import CACHE_LINE
from livecode.transport.sample_buffers import SampleBuffer, TapBuffer

__all__ = [
    "CACHE_LINE",
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
    "SampleBuffer",
    "TapBuffer",
]
