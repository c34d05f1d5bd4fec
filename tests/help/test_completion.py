"""Completion and help from what names stand for."""

import pytest

from livecode import Session
from livecode.help.completion import Scope, complete, open_call
from livecode.help.explanation import inspect


@pytest.fixture
def scope(session: Session) -> Scope:
    result = session.eval(
        'glass = space("additive")\n'
        "ego = agent(glass, dims=2)\n"
        "glare = 3\n"
        "class Rude:\n"
        "    @property\n"
        "    def bad(self): raise ValueError\n"
        "    def __repr__(self): raise ValueError\n"
        "rude = Rude()\n"
    )
    assert result.ok, result.error
    return session.performance.scope


def offered(scope: Scope, code: str) -> list[str]:
    names, start = complete(scope, code, len(code))
    assert all(name.startswith(code[start:]) for name in names)
    return names


def test_the_performers_own_names_come_first(scope: Scope) -> None:
    assert offered(scope, "x = gla")[:2] == ["glare", "glass"]
    assert "space" in offered(scope, "spa")
    assert "while" in offered(scope, "whi")
    assert offered(scope, "glass") == []


def test_of_a_thing_what_can_be_set_and_read_is_offered(scope: Scope) -> None:
    names = offered(scope, "ego.")
    assert {"dims", "every", "reward", "position", "level"} <= set(names)
    assert not {"settings", "adopt", "player", "kept"} & set(names)
    assert not any(name.startswith("_") for name in names)


def test_signals_are_offered_where_a_function_asks_for_them(scope: Scope) -> None:
    assert "twist" in offered(scope, "@reward\ndef hands(rings):\n    return rings.tw")
    assert "turn" in offered(scope, "def hands(rings, t=0):\n    return rings.left.tu")


def test_keywords_of_the_call_come_before_other_names(scope: Scope) -> None:
    assert offered(scope, "ego = agent(glass, di")[0] == "dims="
    assert "dims=" not in offered(scope, "ego = agent(glass, x + di")


def test_nothing_is_offered_for_what_has_no_name_or_fails(scope: Scope) -> None:
    assert offered(scope, "f(x).a") == []
    assert offered(scope, "3.") == []
    assert offered(scope, "nothing.a") == []
    assert offered(scope, "rude.bad.a") == []
    assert offered(scope, "") != []


def test_help_is_the_signature_and_the_text(scope: Scope) -> None:
    text = inspect(scope, "ego = agent(glass)", 8)
    assert text is not None
    assert text.startswith("agent(space, dims=None, every=None, *, step=None")
    assert "explore a space" in text


def test_help_on_a_setting_is_its_value_and_what_it_is(scope: Scope) -> None:
    text = inspect(scope, "ego.dims = 4", 6)
    assert text is not None
    assert text.startswith("ego.dims = 2\n\nhow many dimensions are open to it")


@pytest.mark.parametrize("code", ["", "nothing", "rude", "rude.bad", "ego.", "1 + 2", "é.x"])
def test_there_is_no_help_on_what_is_nothing_or_fails(scope: Scope, code: str) -> None:
    assert inspect(scope, code, len(code)) is None


@pytest.mark.parametrize(
    ("code", "at"),
    [
        ("agent(", 5),
        ('space("(", ', 5),
        ("agent(glass, f(1), [2", None),
        ("agent(glass, f(1), ", 5),
        ("x = (1", None),
        ("agent(f(", 7),
        ("a)", None),
        ("agent()", None),
    ],
)
def test_the_innermost_open_call_is_found(code: str, at: int | None) -> None:
    assert open_call(code, len(code)) == at


@pytest.mark.parametrize(
    ("code", "among"),
    [
        ('lead = pattern("0 2").scale("c min', "minor pentatonic"),
        ('lead = pattern("0 2").scale("dor', "dorian"),
        ('lead = notes("0 2", scale="f#3 harmonic mi', "harmonic minor"),
        ('pattern("0").scale("<c:minor f:dor', "dorian"),
        ('pattern("0").scale("<c:minor:pe', "minor:pentatonic"),
        ("""pattern("c'mi""", "min7"),
        ("""pattern("<c4'maj eb3'""", "min9"),
        ('pattern("<c f>").chord("<maj mi', "min7"),
    ],
)
def test_in_texts_scales_and_chords_are_offered(scope: Scope, code: str, among: str) -> None:
    names, start = complete(scope, code, len(code))
    assert among in names
    assert all(name.startswith(code[start:]) for name in names)


def test_in_other_texts_no_chords_are_offered(scope: Scope) -> None:
    assert "min7" not in offered(scope, "print(\"it'mi")
    assert "minor" not in offered(scope, 'x.scale(200, "mi')
