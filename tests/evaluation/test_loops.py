"""Blocks that await, and blocks that run event loops: they do the same in every program that plays."""

import asyncio
import threading

import pytest

from livecode import Session

BLOCKS = {
    "import asyncio\nasync def f(): return 3\nasyncio.run(f())": "3",
    "def g(): return asyncio.run(f())\ng()": "3",
    "await f()": "3",
    "x = await f()\nx + 1": "4",
    "await asyncio.sleep(0.001)\nx": "3",
    "[await f() for _ in range(2)]": "[3, 3]",
    "async with asyncio.timeout(1):\n    y = await f()\ny": "3",
    "a, b = await asyncio.gather(f(), f())\na + b": "6",
    "ego = agent(space('additive'))\nego.level = await f() / 4\nego.level": "0.75",
    "ego.pan = lambda t: asyncio.run(f()) / 10\nego.pan": None,
}


def outcomes(session: Session) -> dict[str, tuple[str | None, str | None]]:
    results = {code: session.eval(code) for code in BLOCKS}
    return {code: (result.error, result.value) for code, result in results.items()}


def test_blocks_await_and_run_loops(session: Session) -> None:
    for code, (error, value) in outcomes(session).items():
        assert error is None, code
        assert BLOCKS[code] in (None, value), code


def test_it_is_the_same_inside_of_a_running_loop(session: Session) -> None:
    """A kernel evaluates blocks inside of its own event loop."""

    async def inside() -> dict[str, tuple[str | None, str | None]]:
        found = outcomes(session)
        await asyncio.sleep(0)  # the loop around it still works
        assert asyncio.get_running_loop() is asyncio.get_event_loop()
        return found

    for code, (error, value) in asyncio.run(inside()).items():
        assert error is None, (code, error)
        assert BLOCKS[code] in (None, value), code


def test_an_await_that_fails_changes_nothing(session: Session) -> None:
    result = session.eval("x = 3\nasync def f(): raise ValueError('no')\nawait f()")
    assert result.error is not None
    assert "line 2: ValueError: no – nothing was changed" in result.error
    assert not session.eval("x").ok


@pytest.mark.parametrize("wait", ["await asyncio.sleep(60)", "asyncio.run(asyncio.sleep(60))"])
def test_waiting_without_end_is_interrupted(session: Session, wait: str) -> None:
    assert threading.current_thread() is threading.main_thread()
    result = session.performance.blocks.evaluate("import asyncio\n" + wait, limit_s=0.3)
    assert "took longer than 300 ms" in (result.error or "")
    assert session.eval("1 + 1").value == "2"
