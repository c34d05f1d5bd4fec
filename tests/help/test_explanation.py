"""Help on whatever a performer can name: F1 and `help` read the same docstrings."""

import inspect as python_inspect
import subprocess
import sys

import pytest

from livecode import Session
from livecode.help.completion import Scope, complete
from livecode.help.explanation import inspect
from livecode.language.things import Setting, Thing
from livecode.signals.simulate import turned_packets

BLOCK = """
glass = space("additive")
ego = agent(glass, dims=2)
lfo = sine(0.2, 1)
@reward
def hands(rings):
    "Both hands."
    return rings.twist
@dsp
def hall(ego, size=0.9):
    return Freeverb(ego, size=size)
"""


@pytest.fixture
def playing(session: Session) -> Session:
    result = session.eval(BLOCK)
    assert result.ok, result.error
    for packet in turned_packets(0.5, 0.5):
        session.receive_osc(packet)
    session.advance(0.1)
    return session


def scope(session: Session) -> Scope:
    return session.performance.scope


def f1(session: Session, path: str, code: str = "") -> str:
    before = f"{code}\n" if code else ""
    return inspect(scope(session), before + path, len(before) + len(path)) or ""


def helped(session: Session, asked: str) -> str:
    result = session.eval(f"help({asked})")
    assert result.ok, result.error
    return result.value or ""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ego", "walks a space"),
        ("ego", "  step        length of one of its steps"),
        ("glass", "every position in it is a sound"),
        ("lfo", "▁"),
        ("hands", "Both hands."),
        ("hall", "  size        a control"),
        ("ramp", "ramp(*points, over)"),
        ("agent", "Let an agent explore a space"),
        ("stream", "has learned from 15 min of piano with pedal"),
        ("space", "'orchestra' has learned from 196 notes of 2.45 s of flute"),
        ("rings", "twist +0.5"),
        ("rings.left", "turn    rotation about the forearm"),
        ("keys", "dislike"),
        ("midi", "MIDI"),
        ("sound", "  roughness   How strongly"),
        ("tempo", "sets it"),
        ("mute", "Silence names"),
        ("tutorial", "Thirteen steps"),
        ("ms", "`50*ms`"),
        ("len", "len(obj, /)"),
    ],
)
def test_help_and_f1_say_the_same(path: str, said: str, playing: Session) -> None:
    assert said in f1(playing, path)
    assert helped(playing, path) == f1(playing, path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ego.dims", "ego.dims = 2"),
        ("hall.size", "hall.size = 0.9\n\na control"),
        ("rings.twist", "rings.twist = 0.5"),
        ("rings.left.turn", "rotation about the forearm"),
        ("sound.flux", "The new part of the spectrum"),
        ("t", "Seconds since"),
        ("beat", "Beats since"),
        ("lfo.lag", "63 %"),
        ("tempo.tap", "Tap along"),
        ("midi.note", "number of the note pressed last"),
        ("mic", "mic(input=None, *, level=None"),
        (
            "Freeverb",
            "Freeverb(input, size=0.5, damp=0.5, bal=0.5, mul=1, add=0)\n\nImplementation",
        ),
        ("ButLP", "Cutoff frequency"),
    ],
)
def test_help_takes_a_name_in_quotes_where_f1_has_the_cursor(
    path: str, said: str, playing: Session
) -> None:
    assert said in f1(playing, path)
    assert helped(playing, repr(path)) == f1(playing, path)


def test_help_without_a_name_lists_every_word(session: Session) -> None:
    shown = helped(session, "")
    for word in session.performance.words:
        assert f"\n  {word} " in shown


def test_help_on_what_is_nothing_says_so(session: Session) -> None:
    assert helped(session, "'nowhere'") == "nothing is known of 'nowhere'; help() lists the words"
    assert helped(session, "[1, 2]").startswith("[1, 2]\n\nBuilt-in mutable sequence")


def documented(session: Session) -> list[tuple[str, str]]:
    """Every word, method of a word and setting, with its text."""
    found = [(name, f1(session, name)) for name in session.performance.words if name != "np"]
    for kind in _kinds(Thing):
        for name, each in vars(kind).items():
            if isinstance(each, Setting):
                found.append((f"{kind.__name__}.{name}", each.__doc__ or ""))
    return found


def _kinds(kind: type[Thing]) -> list[type[Thing]]:
    return [kind, *(each for narrower in kind.__subclasses__() for each in _kinds(narrower))]


def test_every_word_has_a_text_with_an_example(session: Session) -> None:
    for name, text in documented(session):
        body = text if "." in name else text.partition("\n\n")[2]
        assert len(body) > 20, name
        if "." not in name:
            assert "`" in body, f"{name} has no example"


def test_names_of_pyo_are_offered_and_signed_in_a_dsp_alone(session: Session) -> None:
    code = "@dsp\ndef hall(ego):\n    return Freev"
    assert complete(scope(session), code, len(code))[0] == ["Freeverb"]
    code += "erb(ego, da"
    assert complete(scope(session), code, len(code))[0][0] == "damp="
    assert complete(scope(session), "Freev", 5)[0] == []
    assert "OscDataReceive" not in complete(scope(session), "@dsp\nOscD", 9)[0]


def test_of_signals_and_graphs_what_a_performer_uses_is_offered(playing: Session) -> None:
    def offered(code: str) -> set[str]:
        return set(complete(scope(playing), code, len(code))[0])

    assert {"twist", "left", "assign"} <= offered("rings.")
    assert not {"receive", "advance"} & offered("rings.")
    assert {"lag", "clip", "scale"} <= offered("ego.pan = rings.twist.")
    assert {"size", "level"} <= offered("hall.")
    assert {"play", "note", "cc"} <= offered("midi.")
    assert {"rms", "flux"} <= offered("sound.")
    assert "like" in offered("keys.")


def test_signals_show_what_they_are_now(playing: Session) -> None:
    def shown(code: str) -> str:
        return playing.eval(code).value or ""

    assert shown("rings").startswith("rings, now twist +0.50 · left: turn +0.50, energy 0.00 g, ok")
    assert shown("rings.left").startswith("rings.left, now turn +0.50")
    playing.press("like")
    playing.press("fader2=0.5")
    playing.advance(0.1)
    assert shown("keys").startswith("keys, now like 0.")
    assert "faders 0.00 0.50 0.00" in shown("keys")
    assert shown("midi") == "midi, now nothing heard yet"
    playing.eval("sound.rms")
    playing.advance(0.5)
    assert shown("sound").startswith("sound, now level -2")
    playing.advance(1.0)
    assert "silent" in shown("rings")


def test_help_does_not_load_pyo() -> None:
    """Only the engine does: it holds Python's lock while it computes."""
    program = (
        "import sys; from livecode.help.pyo_pages import page; "
        "assert page('Freeverb'); assert page('Server') is None; assert 'pyo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_texts_are_indented_where_they_are_tables(session: Session) -> None:
    """The terminal joins lines that begin at the margin into paragraphs."""
    for name in ("rings", "keys", "midi"):
        text = python_inspect.getdoc(type(session.performance.signals[name])) or ""
        assert all(line.startswith(" ") for line in text.splitlines() if "   " in line.strip())
