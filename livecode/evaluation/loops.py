"""Event loops of blocks: a block finds none running, wherever it is evaluated, and may await all the same."""

import asyncio
from asyncio.events import _set_running_loop
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from inspect import CO_COROUTINE
from types import CodeType
from typing import Any


@contextmanager
def apart_from_loops() -> Iterator[None]:
    """A `with` block in which no event loop counts as running, so that `asyncio.run` works in it.

    A kernel evaluates blocks in its loop; `Session` and `check` do not. Blocks see no difference.
    """
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        yield
        return
    _set_running_loop(None)
    try:
        yield
    finally:
        _set_running_loop(running)
        asyncio.set_event_loop(running)  # asyncio.run leaves none


def run_code(
    body: CodeType, last: CodeType | None, names: dict[str, Any], own: MutableMapping[str, Any]
) -> Any:
    """Run a body, then return the value of the last expression, or None.

    Code that awaits runs in an event loop of its own, which ends with it: tasks that are left over
    are cancelled. Code that does not finds no loop.
    """
    if not any(code is not None and code.co_flags & CO_COROUTINE for code in (body, last)):
        exec(body, names, own)
        return None if last is None else eval(last, names, own)

    async def run() -> Any:
        await _awaited(body, names, own)
        return None if last is None else await _awaited(last, names, own)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(run())


async def _awaited(code: CodeType, names: dict[str, Any], own: Mapping[str, Any]) -> Any:
    result = eval(code, names, own)
    return await result if code.co_flags & CO_COROUTINE else result
