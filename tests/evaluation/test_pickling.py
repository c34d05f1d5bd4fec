"""Processes that blocks start work with what blocks define, whichever way they are started."""

import sys

import pytest

from livecode import Session
from tests.portable import forks

DEFINED = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
offset = 3
class Pair:
    def __init__(self, x):
        self.x = x
def shifted(x):
    return 2 * x + offset
def paired(pair):
    return Pair(pair.x + 1)
def tried(how):
    context = multiprocessing.get_context(how)
    with context.Pool(1) as pool:
        assert pool.map(shifted, [1, 2, 3]) == [5, 7, 9]
        pairs = pool.map(paired, [Pair(1), Pair(2)])
        assert [type(pair) is Pair and pair.x for pair in pairs] == [2, 3]
"""


@pytest.mark.parametrize("how", [pytest.param("fork", marks=forks), "spawn"])
def test_a_pool_finds_the_performers_functions_and_classes(session: Session, how: str) -> None:
    assert session.eval(DEFINED).error is None
    assert session.eval(f"tried({how!r})").error is None


@forks
def test_what_a_forked_child_has_goes_there_by_name(session: Session) -> None:
    """So a function may read what cannot be pickled, such as an agent."""
    session.eval("ego = agent('additive', dims=3)")
    code = "from multiprocessing import Pool\ndef f(x): return x + ego.dims\n"
    assert session.eval(code).error is None
    code = "with Pool(1) as pool: answer = pool.map(f, [1])"
    assert session.eval(code).error is None
    assert session.get("answer") == [4]


def test_after_a_session_nothing_of_it_is_left() -> None:
    with Session() as session:
        session.eval("x = 1")
        assert sys.modules["__livecode__"].x == 1
    assert "__livecode__" not in sys.modules
