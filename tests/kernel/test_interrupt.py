"""Ctrl-C where no signal reaches another process: a message, which the mind's ticks take in."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from livecode.kernel.live import LiveInputs
from livecode.transport import Arena
from livecode.transport.messages import Interrupt, Press, send


def test_a_message_interrupts_the_main_thread_and_what_came_with_it_is_heard() -> None:
    arena = Arena.private(48_000, 256)
    pressed: list[str] = []
    inputs: Any = SimpleNamespace(press=lambda key, frame: pressed.append(key))
    nothing: Any = SimpleNamespace(drain=tuple, receive=tuple)
    live = LiveInputs(arena, inputs, nothing, nothing, nothing)
    for message in (Press("a"), Interrupt()):
        send(arena.messages["terminal", "mind"], message)

    def evaluated() -> None:
        live.receive(0)
        time.sleep(10)  # it is raised at one of the next bytecodes

    with pytest.raises(KeyboardInterrupt):
        evaluated()
    assert pressed == ["a"]
    live.receive(0)
