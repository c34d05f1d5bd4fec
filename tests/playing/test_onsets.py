"""Hits and notes begin on their samples: through a ramp of the tempo, after hours, swung and nudged."""

from fractions import Fraction

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.signals.groove import Groove

RATE = 48000
#: Loud from the first sample of a note on.
BARE = "@synth\ndef bare(freq, gate):\n    return Clip(Sine(1000, mul=50), -0.3, 0.3) * gate\n"


@pytest.fixture(scope="module")
def tick(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A block that plays ticks of one sample as `drums`, and short notes as `lead`."""
    folder = tmp_path_factory.mktemp("kit")
    (folder / "tick").mkdir()
    soundfile.write(folder / "tick/1.wav", np.eye(1, 480)[0] * 0.5, RATE, "FLOAT")
    return (
        f'drums = hits("tick*8", kit({str(folder)!r}), pan=-1)\n'
        f'{BARE}lead = notes("0*8", bare, legato=0.05, pan=1)\n'
    )


def heard(session: Session, seconds: float) -> tuple[list[int], list[int]]:
    """The sample times of the onsets of `drums`, which is on the left, and of `lead`."""
    begin = session.frame
    audio = np.abs(session.advance(seconds))
    sides = []
    for side in (0, 1):
        loud = np.flatnonzero(audio[:, side] > 0.02)
        sides.append([int(at) + begin for at in loud[np.diff(loud, prepend=-9999) > 500]])
    return sides[0], sides[1]


def off(found: list[int], expected: list[int]) -> int:
    """How far the onsets are from those expected at most, in samples; as many are expected."""
    assert len(found) == len(expected) > 3, (found, expected)
    return int(np.abs(np.array(found) - expected).max())


@pytest.mark.parametrize("bpm", [60, 132.7, 240])
def test_through_a_ramp_of_the_tempo(session: Session, tick: str, bpm: float) -> None:
    assert session.eval(f"tempo({bpm})\n{tick}").ok
    session.advance(0.6)
    assert session.eval(f"tempo(ramp({bpm}, 97.3, over=4*beats))").ok
    begin, tempo = session.frame, session.performance.tempo
    for found in heard(session, 3.0):
        first, last = tempo.beat_at(begin), tempo.beat_at(session.frame - 2400)
        eighths = range(int(2 * first) - 1, int(2 * last) + 2)
        lines = [tempo.frame_of_beat(Fraction(n, 2)) for n in eighths]
        nearest = [min(lines, key=lambda line, at=at: abs(line - at)) for at in found]
        assert nearest == sorted(set(nearest))
        assert len(nearest) >= 2 * (last - first) - 2
        assert off(found, nearest) <= 1


@pytest.mark.parametrize("bpm", [60, 132.7, 240])
def test_after_two_hours(tick: str, bpm: float) -> None:
    with Session(seed=1, begin=7200.0) as session:
        assert session.eval(f"tempo({bpm})\n{tick}").ok
        session.advance(0.6)
        begin, tempo = session.frame, session.performance.tempo
        for found in heard(session, 3.0):
            first = int(2 * tempo.beat_at(begin)) + 1
            lines = [tempo.frame_of_beat(Fraction(first + n, 2)) for n in range(len(found))]
            assert off(found, lines) <= 1
            assert len(found) >= 3 * bpm / 30 - 2
            assert found[0] > 7200 * RATE


def test_swung_and_nudged(session: Session, tick: str) -> None:
    assert session.eval(f"tempo(120)\n{tick}").ok
    assert session.eval("for each in (drums, lead):\n    each.swing, each.nudge = 1/3, 5*ms").ok
    session.advance(0.6)
    groove = Groove(session.performance.tempo, Fraction(1, 3), Fraction(1), 240)
    begin = session.frame
    for found in heard(session, 2.0):
        expected = [groove.frame_of_beat(Fraction(n, 2)) for n in range(20)]
        assert off(found, [at for at in expected if begin <= at < session.frame]) <= 1
        assert set(np.diff(found)) <= {15999, 16000, 16001, 7999, 8000, 8001}
