"""Functions that fail while they play: the name falls back, one line says so, the rest goes on."""

import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from livecode import Session
from livecode.deadlines import TookTooLong, Watchdog
from livecode.evaluation.block_lock import BlockLock

AGENT = "ego = agent(space('additive'), dims=2, every=20*ms)\n"


@pytest.fixture
def watchdog():
    dog = Watchdog()
    yield dog
    dog.close()


def test_an_endless_loop_is_ended_at_its_deadline(watchdog: Watchdog):
    def spin():
        while True:
            pass

    began = time.monotonic()
    with pytest.raises(TookTooLong, match="longer than 50 ms"):
        watchdog.call(spin, limit_s=0.05)
    assert time.monotonic() - began < 2


#: An endless loop is ended at its deadline, and a function is called as a debugger would call it.
ENDED_AND_TRACED = """
import faulthandler, sys
faulthandler.dump_traceback_later(10, exit=True)
from livecode.deadlines import TookTooLong, Watchdog
def spin():
    while True: pass
try:
    Watchdog().call(spin, limit_s=0.01)
except TookTooLong:
    sys.settrace(lambda *event: None)
    (lambda: None)()
    sys.settrace(None)
    print("went on")
"""


def test_what_traces_calls_goes_on_after_a_loop_was_ended():
    command = [sys.executable, "-c", ENDED_AND_TRACED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "went on\n", done.stderr


def test_a_limit_that_is_over_before_the_call_begins_leaves_nothing_locked(watchdog: Watchdog):
    end = time.monotonic() + 1.5

    def hurry() -> None:
        while time.monotonic() < end:
            with suppress(TookTooLong):
                watchdog.call(int, limit_s=0.0)

    threads = [threading.Thread(target=hurry, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert watchdog.call(int, limit_s=1.0) == 0


def test_a_gate_can_be_cleared_of_what_an_interrupt_left_locked():
    gate = BlockLock()
    gate.__enter__()  # and never left
    gate.clear()
    taken = threading.Thread(target=lambda: gate.__enter__(), daemon=True)
    taken.start()
    taken.join(5)
    assert not taken.is_alive()


def test_a_loop_that_swallows_exceptions_is_ended_too(watchdog: Watchdog):
    def stubborn():
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                while time.monotonic() < end:
                    pass
            except BaseException:
                if time.monotonic() - began > 0.4:
                    raise

    began = time.monotonic()
    with pytest.raises(TookTooLong):
        watchdog.call(stubborn, limit_s=0.05)


def test_a_deadline_that_passed_just_at_the_end_strikes_nothing_later(watchdog: Watchdog):
    for _ in range(200):
        try:
            watchdog.call(time.sleep, 0.01, limit_s=0.01)
        except TookTooLong:
            pass
    sum(range(2_000_000))  # an exception left over would come up here


def test_a_reward_that_raises_falls_back_to_its_last_good_version(session: Session):
    session.eval(AGENT + "@reward\ndef good(rings): return 0.5\nego.reward = good")
    session.advance(0.2)
    session.eval("n = [0]\n@reward\ndef good(rings):\n    n[0] += 1\n    return 1.0 / (n[0] < 5)")
    session.advance(0.5)
    assert session.get("ego").player.reward == pytest.approx(0.5)
    fallbacks = [event for event in session.log if event.kind == "fallback"]
    assert len(fallbacks) == 1
    assert (fallbacks[0].names, fallbacks[0].line) == (("good",), 5)
    assert fallbacks[0].text.startswith("ZeroDivisionError")
    assert fallbacks[0].text.endswith("still playing the previous version")
    assert "return 1.0 / (n[0] < 5)" in fallbacks[0].traceback


@pytest.mark.parametrize("last", ["float('nan')", "float('-inf')", "None", "'x'", "[1, 2]"])
def test_a_reward_that_stops_giving_numbers_falls_back(session: Session, last: str):
    session.eval(AGENT + "@reward\ndef good(rings): return 0.5\nego.reward = good")
    session.eval(
        f"n = [0]\n@reward\ndef good(rings):\n    n[0] += 1\n    return 1 if n[0] < 5 else {last}"
    )
    session.advance(0.5)
    assert session.get("ego").player.reward == pytest.approx(0.5)
    assert sum(event.kind == "fallback" for event in session.log) == 1


def test_a_reward_that_never_returns_falls_back(session: Session):
    session.eval(AGENT + "@reward\ndef good(rings): return 0.5\nego.reward = good")
    session.eval(
        "n = [0]\n@reward\ndef good(rings):\n    n[0] += 1\n    while n[0] > 4: pass\n    return 1"
    )
    session.advance(0.5)
    assert session.get("ego").player.reward == pytest.approx(0.5)
    assert "took longer than" in next(e.text for e in session.log if e.kind == "fallback")


def test_a_first_version_that_fails_counts_as_nothing(session: Session):
    session.eval(
        AGENT
        + "n = [0]\n@reward\ndef bad(rings):\n    n[0] += 1\n    return 1 / (n[0] < 3)\nego.reward = bad"
    )
    session.advance(0.5)
    assert session.get("ego").player.reward == 0.0
    assert "it counts for nothing now" in next(e.text for e in session.log if e.kind == "fallback")


def test_another_reward_goes_on_when_one_falls(session: Session):
    session.eval(AGENT + "@reward\ndef good(rings): return 0.25")
    session.eval(
        "n = [0]\n@reward\ndef bad(rings):\n    n[0] += 1\n    return 1 / (n[0] < 3)\nego.reward = good + bad"
    )
    session.advance(0.5)
    assert session.get("ego").player.reward == pytest.approx(0.25)


def test_variables_are_read_as_they_are_now(session: Session):
    session.eval(AGENT + "wish = 0.1\n@reward\ndef r(rings): return wish\nego.reward = r")
    session.advance(0.2)
    session.eval("wish = 0.9")
    session.advance(0.2)
    assert session.get("ego").player.reward == pytest.approx(0.9)
