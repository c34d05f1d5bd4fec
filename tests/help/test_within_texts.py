"""Completion within texts: sounds of the kit in use, and synths."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.help.completion import Scope, complete


@pytest.fixture
def scope(session: Session, tmp_path: Path) -> Scope:
    for name in ("gong", "zap1", "zap2"):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(100), 48_000)
    played = session.eval(
        f'own = kit({str(tmp_path)!r})\ndrums = hits("gong", own)\n'
        "@synth\ndef ding(freq, gate): return Sine(freq)"
    )
    assert played.ok, played.error
    return session.performance.scope


def offered(scope: Scope, code: str) -> list[str]:
    """The names that are offered at the bar `|`, where they begin with what stands there."""
    cursor = code.index("|")
    code = code[:cursor] + code[cursor + 1 :]
    names, start = complete(scope, code, cursor)
    assert all(name.startswith(code[start:cursor]) for name in names)
    return names


def test_the_sounds_of_our_kit_are_offered_in_hits_that_name_no_other(scope: Scope) -> None:
    assert offered(scope, 'x = hits("b|') == ["bd"]
    assert {"cp", "cb", "cr", "cl"} == set(offered(scope, 'x = hits("bd*4, [~ c|]*2", gain=0.5)'))
    assert {"bd", "sn", "hh"} <= set(offered(scope, 'x = hits("|'))
    assert {"hh", "ht"} == set(offered(scope, 'x = hits("bd*4", choke="h|'))
    assert offered(scope, "x = hits(\n  'bd*4',\n  n=1, pattern='s|')") == ["sn", "sh"]


def test_the_sounds_of_the_kit_that_is_given_are_offered(scope: Scope) -> None:
    assert offered(scope, 'x = hits("|", own)') == ["gong", "zap"]
    assert offered(scope, 'x = hits(pattern("z|").fast(2), own)') == ["zap"]
    assert offered(scope, 'x = hits("gong z|", kit=own, gain=0.5)') == ["zap"]
    assert offered(scope, 'drums.pattern = "gong*2 z|') == ["zap"]
    assert offered(scope, 'own["g|"]') == ["gong"]
    assert "cb" in offered(scope, 'bells = notes("0", kit()["c|')


def test_a_pattern_of_its_own_may_say_the_sounds_of_all_kits_in_use(scope: Scope) -> None:
    assert {"gong", "bd"} <= set(offered(scope, 'groove = pattern("|'))
    assert offered(scope, 'groove = pattern("bd").stack("zz, za|') == ["zap"]


def test_synths_are_offered_where_notes_take_a_voice(scope: Scope) -> None:
    assert offered(scope, 'x = notes("0 3", "p|") ') == ["pluck", "pad"]
    assert {"bass", "organ"} <= set(offered(scope, 'x = notes("0 3", voice="|'))
    assert offered(scope, 'x.voice = "n|') == ["noise"]
    assert {"pluck", "pad"} == set(offered(scope, "x = notes('0', synth.p|"))
    assert "ding" in offered(scope, "x = notes('0', di|")


def test_scales_and_chords_are_offered_where_they_stand(scope: Scope) -> None:
    assert "minor pentatonic" in offered(scope, 'x = notes("0 3", "pad", scale="c min|')
    assert "dorian" in offered(scope, 'x.scale = "d dor|')
    assert "min7" in offered(scope, "x = notes(\"<c'm|")


def test_other_texts_offer_no_sounds(scope: Scope) -> None:
    for code in ('print("b|', 'hits("bd", n="b|', 'x = notes("b|', '# hits("b|', '"b|', 'x["b|'):
        assert "bd" not in offered(scope, code), code
    assert "bd" not in offered(scope, 'hits("bd:|')
