"""Names that code binds and needs, as Python itself tells scopes apart."""

import pytest

from livecode.syntax.names import names_of


@pytest.mark.parametrize(
    ("code", "binds", "needs"),
    [
        ("x = y = z", "x y", "z"),
        ("a, (b, *c) = d", "a b c", "d"),
        ("x += 1", "x", "x"),
        ("ego.dims = dims", "", "ego dims"),
        ("if a:\n    b = 1\nfor i in i: pass", "b i", "a i"),
        ("x: int\ny: int = z", "y", "int z"),
        ("import a.b, c as d\nfrom e import f as g, h", "a d g h", ""),
        ("with f() as g: g", "g", "f"),
        ("try: f()\nexcept E as e: e", "e", "f E"),
        ("del x", "", "x"),
        ("f(c := 2)", "c", "f"),
        ("[k for k in l if (m := k)]", "m", "l"),
        ("d = {k: v for k, v in e for w in v}", "d", "e"),
        ("f = [lambda: i + j for i in k]", "f", "j k"),
        ("(lambda a: a + b, lambda: a)", "", "a b"),
        ("def f(a, b=c, *d, e: i = g, **h: j) -> k: return a, b, d, e, h, f", "f", "c g i j k"),
        ("def f():\n    global n\n    n = n + 1", "f", ""),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = y", "f", "y"),
        ("def f(): return g()\ndef g(): return 1", "f g", ""),
        ("print(a)\na = 1", "a", "print a"),
        ("class K(B, metaclass=M):\n    x = 1\n    def f(self): return x, self", "K", "B M x"),
        ("match v:\n    case {'a': b, **c} if b: c\n    case [d, *e]: pass\n    case F(g) as h: g",
         "b c d e g h", "v F"),
        ("@dec\nasync def f(a):\n    async with a as b: await b", "f", "dec"),
        ("x = (", "", ""),
        ("\0", "", ""),
    ],
)  # fmt: skip
def test_names_are_bound_and_needed(code: str, binds: str, needs: str) -> None:
    names = names_of(code)
    assert set(names.binds) == set(binds.split())
    assert set(names.needs) == set(needs.split())


def test_what_a_function_binds_of_the_module_is_bound_when_it_runs() -> None:
    names = names_of("def count():\n    global n\n    n = 1")
    assert (names.binds, names.binds_later) == ({"count": 1}, {"n": 3})


def test_each_name_has_the_line_of_its_first_use() -> None:
    names = names_of("\n\nx = y\ndef f():\n    return (\n        z + y)")
    assert names.binds == {"x": 3, "f": 4}
    assert names.reads == {"y": 3}
    assert names.reads_later == {"z": 6, "y": 6}


def test_a_closed_function_is_not_read() -> None:
    code = "@dsp\ndef hall(ego, size=big): return Freeverb(ego)"
    assert set(names_of(code, closed=lambda function: True).needs) == {"dsp", "big"}
