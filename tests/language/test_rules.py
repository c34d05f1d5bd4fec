"""The rules of the language hold wherever a performer tries them."""

from pathlib import Path

import pytest

from livecode import Session
from livecode.sets.set_file import parse_set

HALL = """
ego = agent(space("additive"), dims=2)
@dsp
def hall(ego, cut=800):
    return ButLP(ego, freq=cut)
"""


def plays(session: Session, code: str) -> str:
    """Evaluate a block that has to take effect, and return the value of its last expression."""
    result = session.eval(code)
    assert result.ok, result.error
    return result.value or ""


def notes(session: Session) -> list[str]:
    return [event.text for event in session.log if event.kind == "note"]


def test_a_control_follows_a_feature_of_what_sounds(session: Session) -> None:
    plays(session, HALL + "hall.cut = 800 + 9000*ego.rms")
    session.advance(0.5)
    cut = session.get("hall").cut.sample(session.performance.present.moment)
    assert cut == pytest.approx(800 + 9000 * session.get("ego").rms._now(), rel=1e-6)
    assert cut > 850


@pytest.mark.parametrize("feature", ["pitch", "onset", "brightness", "flux", "roughness"])
def test_each_feature_is_a_word_of_the_thing(session: Session, feature: str) -> None:
    plays(session, f"ego = agent(space('additive'))\nego.pan = 0.1 * ego.{feature}")


def test_a_wrong_name_is_answered_without_what_is_ours(session: Session) -> None:
    error = session.eval("ego = agent(space('additive'))\nego.zzz").error or ""
    assert "patience" in error
    assert "rms" in error
    assert not any(ours in error for ours in ("adopt", "put_back", "kept", "order"))


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("ego.level = 0.5 * (lambda t: 0.5)", 0.25),
        ("def f(t): return 0.5\nego.level = 0.5 * f", 0.25),
        ("def f(t): return 0.5\nego.level = f / 2 + 1", 1.25),
        ("def f(t): return 0.5\ndef g(beat): return 0.25\nego.level = f + g", 0.75),
        ("def f(t): return 0.5\nego.level = ramp(1, 1, over=1*s) * f", 0.5),
        ("def f(t): return -0.5\nego.level = -f", 0.5),
        ("def f(t): return -0.5\nego.level = abs(f)", 0.5),
        ("def f(t): return 0.5\nego.level = f.scale(1, 2)", 1.5),
        ("ego.level = (lambda t: 3).clip(0, 1)", 1.0),
        ("def f(t): return 2.75\nego.level = f % 1 + f // 2", 1.75),
        ("ego.level = 0.2 + 0 * (beat % 1)", 0.2),
        ("ego.level = 7 // (lambda t: 2) - 5 % (lambda t: 3)", 1.0),
        ("ego.level = 0.5 + 1 % (lambda t: 0)", 0.5),
        ("x = {'f': lambda t: 0.5}\nego.level = 2 * x['f']", 1.0),
        ("def made(): return 0.5 * (lambda t: 0.5)\nego.level = made()", 0.25),
        ("ego.level = 0.25\nlate = 0.5\nlate += lambda t: 0.1\nego.level = late", 0.6),
    ],
)
def test_functions_of_signals_take_arithmetic(session: Session, code: str, level: float) -> None:
    plays(session, "ego = agent(space('additive'))\n" + code)
    session.advance(0.02)
    ego = session.get("ego").level
    now = ego if isinstance(ego, float) else ego.sample(session.performance.present.moment)
    assert now == pytest.approx(level)


def test_plain_arithmetic_is_what_it_was(session: Session) -> None:
    assert plays(session, "[i * 2 for i in range(3)]") == "[0, 2, 4]"
    assert plays(session, "x = np.arange(3)\nx += 1\n(-x ** 2).sum()").endswith("-14)")
    assert plays(session, "'ab' * 2 + 'c'") == "'ababc'"
    assert plays(session, "x = 7\n'%s' % x + str(x % 4)") == "'73'"
    assert "pattern" in plays(session, "pattern.scale")


@pytest.mark.parametrize(
    "code",
    [
        "@reward\ndef juicy(lead): return lead.rms",
        "ego.level = lambda lead: lead.rms",
        "lead.level = 0.5",
    ],
)
def test_what_does_not_sound_yet_is_said(session: Session, code: str) -> None:
    plays(session, "ego = agent(space('additive'))")
    error = session.eval(code).error or ""
    assert "nothing called lead sounds yet" in error
    assert "defines it" not in error


def test_the_line_that_defines_a_name_is_said(session: Session, tmp_path: Path) -> None:
    text = "glass = space('additive')\n\n# %% one\nego = agent(glass)\n# %% two\n" + HALL
    session.open_set(parse_set(text, tmp_path / "set.py"))
    error = session.eval("hall.cut = 900").error or ""
    assert "nothing called hall sounds yet; line 9 defines it: play that first" in error
    error = session.eval("@reward\ndef juicy(hall): return hall.rms").error or ""
    assert "nothing called hall sounds yet; line 9 defines it: play that first" in error
    assert "line 9 defines it" in (session.eval("print(hall)").error or "")


def test_the_line_is_that_of_the_text_as_it_is_typed_saved_or_not(session: Session) -> None:
    session.performance.set_player.typed = "\n\nlead = agent('additive')\n"
    code = "@reward\ndef juicy(lead): return lead.rms"
    error = session.eval(code).error or ""
    assert "nothing called lead sounds yet; line 3 defines it: play that first" in error


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ego.every = 1/4", "every = 1/4 is 0.25 seconds; write 1/4*beats"),
        ("ego.level = hold(sound.rms, every=1/8)", "every=1/8 is 0.125 seconds"),
        ("ego.level = sine(0, 1, period=3/2)", "period=3/2 is 1.5 seconds"),
        ("quant(1/4)", "quant(1/4) is 0.25 seconds"),
    ],
)
def test_a_fraction_without_a_unit_is_told_to_be_seconds(
    session: Session, code: str, said: str
) -> None:
    plays(session, "ego = agent(space('additive'))\n" + code)
    assert any(said in note for note in notes(session)), notes(session)


def test_a_length_with_a_unit_is_not_remarked_on(session: Session) -> None:
    plays(session, "ego = agent(space('additive'))\nego.every = 1/4*beats\nego.patience = 30")
    assert notes(session) == []


@pytest.mark.parametrize(
    ("code", "offered", "not_offered"),
    [
        ("space('violin')", "additive, orchestra", "chorale"),
        ("space('quartet')", "additive, orchestra", "chorale"),
        ("x = stream('violin')", "chorale, drummer, humpback, piano, strings, tabla", "orchestra"),
        (
            "x = stream('orchestra')",
            "chorale, drummer, humpback, piano, strings, tabla",
            "additive",
        ),
    ],
)
def test_only_models_of_the_kind_are_offered(
    session: Session, code: str, offered: str, not_offered: str
) -> None:
    error = session.eval(code).error or ""
    assert offered in error
    assert not_offered not in error


def test_axes_are_named_or_counted_from_one(session: Session) -> None:
    plays(session, "ego = agent(space('orchestra'), dims=['flatness', 4])")
    session.advance(0.2)
    rows = plays(session, "ego.beliefs").splitlines()
    assert rows[0].startswith("flatness up")
    assert rows[2].startswith("free 1   up")
    assert plays(session, "ego.open_axes") == "(3, 4)"
    assert "count from 1 to 16" in (session.eval("ego.dims = [0, 1]").error or "")


def test_help_on_a_space_says_what_is_in_it(session: Session) -> None:
    text = plays(session, "o = space('orchestra')\nhelp(o)")
    assert "1 pitch, 2 centroid, 3 flatness" in text
    assert "196 sounds" in text
    for word in ("at(", "hold(", "morph(", "map("):
        assert f"  {word}" in text
