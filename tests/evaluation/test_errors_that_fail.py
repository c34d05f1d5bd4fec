"""An error that fails as it is told is told all the same, and stops nothing."""

import json

import pytest

from livecode import Session
from livecode.errors import in_words, traced

ERRORS = {
    "str": "class Bad(Exception):\n    def __str__(self): raise ValueError('no')",
    "repr": "class Bad(Exception):\n    def __repr__(self): 1 / 0\n    __str__ = __repr__",
    "not text": "class Bad(Exception):\n    def __str__(self): return 7",
    "name": (
        "class Nameless(type):\n    __name__ = property(lambda self: 1 / 0)\n"
        "class Bad(Exception, metaclass=Nameless): pass"
    ),
    "module": (
        "class Nowhere(type):\n    __module__ = property(lambda self: 1 / 0)\n"
        "class Bad(Exception, metaclass=Nowhere): pass"
    ),
    "class": "class Bad(Exception):\n    __class__ = property(lambda self: 1 / 0)",
    "half a character": "class Bad(Exception):\n    def __str__(self): return 'a\\ud800b'",
    "much": "class Bad(Exception):\n    def __str__(self): return 'much ' * 1_000_000",
    "exit": "class Bad(SystemExit):\n    def __str__(self): raise KeyboardInterrupt",
    "interruption": "class Bad(KeyboardInterrupt):\n    def __str__(self): raise ValueError",
    "again": (
        "class Bad(Exception):\n    def __str__(self): raise Bad()\n"
        "    def __getattribute__(self, name): raise Bad()"
    ),
}


def can_be_sent(text: str) -> bool:
    return len(json.dumps(text, ensure_ascii=False).encode()) < 1_000_000


@pytest.mark.parametrize("what", ERRORS)
def test_of_a_block_a_function_and_a_graph(session: Session, what: str) -> None:
    assert session.eval("ego = agent(space('additive'))\n" + ERRORS[what]).ok
    result = session.eval("ego.level = 0.1\nraise Bad()")
    assert "nothing was changed" in (result.error or "")
    assert session.get("ego").level == 1.0
    assert what == "interruption" or "Bad" in (result.error or "")
    assert can_be_sent(f"{result.error}{result.traceback}")
    code = "ego.pan = 0.25\ndef place(t):\n    if t > 0.2: raise Bad()\n    return 0.5\nego.pan = place"
    assert session.eval(code).ok
    session.advance(0.5)
    fallen = [event for event in session.log if event.kind == "fallback"]
    assert fallen
    assert all(can_be_sent(f"{event}{event.traceback}") for event in fallen)
    result = session.eval("@dsp\ndef hall(ego, x=1):\n    raise Bad()")
    assert not result.ok
    assert can_be_sent(result.error or "")
    assert "hall" not in session.performance.sounds
    assert session.advance(0.2).any()


def test_of_a_value_that_cannot_be_shown(session: Session) -> None:
    session.eval("class Odd:\n    def __repr__(self): return '\\ud800'")
    result = session.eval("Odd()")
    assert result.ok
    assert can_be_sent(result.value or "")
    result = session.eval("class Mute:\n    def __repr__(self): raise OSError('mute')\nMute()")
    assert "OSError: mute" in (result.error or "")


def test_an_error_whose_words_never_end_holds_up_no_tick(session: Session) -> None:
    code = (
        "class Endless(Exception):\n    def __str__(self):\n        while True: pass\n"
        "def place(t):\n    if t > 0.1: raise Endless()\n    return 0.5\n"
        "ego = agent(space('additive'), pan=place)"
    )
    assert session.eval(code).ok
    assert session.advance(0.5).any()
    assert [event.kind for event in session.log if event.wrong][:1] == ["fallback"]


def test_an_error_in_order_is_told_as_ever() -> None:
    assert in_words(ValueError("three")) == "ValueError: three"
    assert in_words(ValueError()) == "ValueError"
    assert traced(ValueError("three")).endswith("ValueError: three\n")
