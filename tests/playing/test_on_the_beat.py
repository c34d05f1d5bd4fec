"""What strikes does so on its sample: curves on the beat clock, and controls that move on each sample."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.sets.set_file import parse_set
from livecode.signals.groove import Groove

SR = 48000
TICK = "@dsp\ndef tick(hit=0):\n    return Sig(hit)\n"

HUM = "@dsp\ndef tone():\n    return Sig(0.5) + Sine(6000, mul=0.25)\n\n"

Stem = Callable[[str, float], np.ndarray]


@pytest.fixture
def stem(session: Session, tmp_path: Path) -> Stem:
    """Plays on for some seconds and gives the stem of a name, its left side, from that time on."""
    taken = iter(range(100))

    def play(name: str, seconds: float) -> np.ndarray:
        folder = tmp_path / str(next(taken))
        session.record(stems=folder)
        session.advance(seconds)
        session.record()
        heard: np.ndarray = soundfile.read(folder / f"{name}.wav")[0][:, 0]
        return heard

    return play


def onsets(sound: np.ndarray, above: float = 0.01) -> list[int]:
    """Where the sound rises above a level."""
    found: list[int] = (np.flatnonzero((sound[1:] > above) & (sound[:-1] <= above)) + 1).tolist()
    return found


def lines(session: Session, begin: int, end: int, every: Fraction = Fraction(1)) -> list[int]:
    """The sample times of the beats, or of multiples of a length, within a stretch of time."""
    tempo = session.performance.tempo
    first, last = (int(tempo.beat_of_frame(frame) / every) + 1 for frame in (begin, end))
    frames = [tempo.frame_of_beat(n * every) for n in range(first, last + 1)]
    return [frame for frame in frames if begin <= frame < end]


@pytest.mark.parametrize("bpm", [60.0, 132.7, 240.0])
def test_an_envelope_strikes_on_its_sample_with_its_own_attack(
    session: Session, stem: Stem, bpm: float
) -> None:
    assert session.eval(f"tempo({bpm})\n{TICK}tick.hit = env(1*ms, 40*ms, every=1*beats)").ok
    session.advance(0.2)
    begin = session.frame
    heard = stem("tick", 2.5)
    expected = [frame - begin for frame in lines(session, begin, session.frame)]
    assert len(expected) >= 2
    assert np.abs(np.array(onsets(heard)) - expected).max() <= 1
    for frame in expected[:-1]:
        up = heard[frame - 1 : frame + 50]
        assert up[0] < 0.01
        assert np.argmax(up) - 1 == pytest.approx(47, abs=1), "1 ms is 48 samples"


def test_where_it_is_typed_makes_no_difference_and_an_edit_keeps_its_place(
    session: Session, stem: Stem
) -> None:
    session.eval("tempo(120)\n" + TICK)
    session.advance(13.66 / 2)
    found: list[int] = []
    for release in (50, 70, 20):
        begin = session.frame
        session.eval(f"tick.hit = env(2*ms, {release}*ms, every=1*beats)")
        found += [begin + at for at in onsets(stem("tick", 1.23), 0.02)]
    assert len(found) >= 6
    assert all(min(at % 24000, -at % 24000) <= 1 for at in found), found


def test_a_phase_strikes_so_much_later_as_a_share_or_as_a_length(
    session: Session, stem: Stem
) -> None:
    session.eval("tempo(120)\n" + TICK)
    session.advance(0.3)
    for phase, later in (("0.25", 6000), ("0.5*beats", 12000), ("-0.25*beats", 18000)):
        session.eval(f"tick.hit = env(1*ms, 20*ms, every=1*beats, phase={phase})")
        begin = session.frame
        found = [(begin + at - later) % 24000 for at in onsets(stem("tick", 1.2))]
        assert len(found) >= 2
        assert all(min(at, 24000 - at) <= 1 for at in found), (phase, found)


def test_it_strikes_on_the_beat_through_a_ramp_of_the_tempo(session: Session, stem: Stem) -> None:
    session.eval(f"tempo(90)\n{TICK}tick.hit = env(1*ms, 30*ms, every=0.5*beats)")
    session.advance(0.4)
    session.eval("tempo(ramp(90, 200, over=8*beats))")
    begin = session.frame
    heard = stem("tick", 5.0)
    expected = [at - begin for at in lines(session, begin, session.frame, Fraction(1, 2))]
    assert np.diff(expected)[0] > 1.8 * np.diff(expected)[-1]
    assert np.abs(np.array(onsets(heard)) - expected).max() <= 1


def test_after_two_hours_it_still_strikes_on_its_sample(tmp_path: Path) -> None:
    with Session(seed=1, begin=7200.0) as session:
        session.eval(f"tempo(132.7)\n{TICK}tick.hit = env(1*ms, 30*ms, every=1*beats)")
        session.advance(0.3)
        session.record(stems=tmp_path)
        begin = session.frame
        session.advance(1.5)
        session.record()
        heard = soundfile.read(tmp_path / "tick.wav")[0][:, 0]
        expected = [at - begin for at in lines(session, begin, session.frame)]
    assert begin > 7200 * SR
    assert np.abs(np.array(onsets(heard)) - expected).max() <= 1


@pytest.mark.parametrize(
    "curve",
    ["square(0, 1, period=1*beats)", "steps(1, 0, every=0.5*beats)", 'pattern("[1 0]*4")'],
)
def test_gates_of_all_kinds_open_a_sound_on_the_sample(
    session: Session, stem: Stem, curve: str
) -> None:
    assert session.eval(f"tempo(150)\n{HUM}tone.level = {curve}").ok
    session.advance(0.3)
    begin = session.frame
    heard = np.abs(stem("tone", 2.0))
    expected = [at - begin for at in lines(session, begin, session.frame)]
    for at in expected:
        assert heard[at - 200 : at].max() < 0.02
        assert heard[at + 1] > 1.5 * heard[at - 1]
        assert heard[at + 110] > 0.2


def test_curves_in_seconds_ramps_and_strokes_begin_on_the_line_of_their_quant(
    session: Session, stem: Stem
) -> None:
    session.eval(f"tempo(120)\n{TICK}")
    session.eval("quant(1*bars)")
    session.advance(0.77)
    line = 2 * SR
    for curve, begins in (
        ("env(1*ms, 50*ms)", 0),
        ("square(1, 0, period=30*ms)", 720),
        ("env(1*ms, 50*ms, every=200*ms)", 0),
    ):
        session.eval(f"tick.hit = {curve}")
        begin = session.frame
        heard = stem("tick", 2.0)
        found = begin + onsets(heard, 0.03)[0]
        assert abs(found - line - begins) <= 4, (curve, found - line)
        session.eval("tick.hit = 0")
        session.advance((line + 2 * SR - session.frame) / SR + 0.5)
        line = (session.frame // (2 * SR) + 1) * 2 * SR


def test_a_scene_begins_its_curves_on_its_line_though_it_is_evaluated_before(
    session: Session, stem: Stem, tmp_path: Path
) -> None:
    text = f"""tempo(120)
{TICK}
# %% a for=3*beats
x = 1
# %% b quant=1*bars
tick.hit = env(1*ms, 50*ms)
"""
    session.open_set(parse_set(text, tmp_path / "set.py"))
    heard = stem("tick", 2.5)
    assert abs(onsets(heard)[0] - 2 * SR) <= 2


def test_the_drop_of_the_algorave_keeps_the_kick_on_the_grid_of_the_hat(
    session: Session, tmp_path: Path
) -> None:
    kick = "@dsp\ndef kick(hit=0):\n    return Sig(hit)\n"
    text = f"""tempo(132)
{kick}
kick.hit = env(3*ms, 100*ms, every=1*beats)
# %% a for=7*beats
x = 1
# %% drop quant=1*bars
@dsp
def kick(hit=0):
    return Sig(hit) * 0.8

kick.hit = env(3*ms, 140*ms, every=1*beats)
"""
    session.record(stems=tmp_path)
    session.open_set(parse_set(text, tmp_path / "set.py"))
    session.advance(6.0)
    session.record()
    heard = soundfile.read(tmp_path / "kick.wav")[0][:, 0]
    found = np.array(onsets(heard, 0.02))
    every = 60 / 132 * SR
    late = (found - np.round(found / every) * every)[1:]  # the first one is faded in
    assert len(found) >= 11
    assert np.abs(late).max() <= 4


def test_a_setting_waits_for_its_quant_as_a_source_does(session: Session, stem: Stem) -> None:
    session.eval("tempo(120)\n@dsp\ndef tone():\n    return Sine(3000, mul=0.4)\n")
    session.advance(0.5)
    session.eval("quant(1*bars)\nfade(0*s)\ntone.level = 0.1")
    begin = session.frame
    heard = np.abs(stem("tone", 2.5))
    line = 2 * SR - begin
    assert heard[line - 480 : line].max() == pytest.approx(0.4, rel=0.02)
    assert heard[line + 600 : line + 1000].max() == pytest.approx(0.04, rel=0.05)


def test_a_swung_and_nudged_name_is_late_to_the_sample(session: Session, stem: Stem) -> None:
    session.eval(f"tempo(120)\n{TICK}tick.hit = env(1*ms, 30*ms, every=0.5*beats)")
    session.eval("tick.swing = 1/3\ntick.nudge = -5*ms")
    session.advance(0.5)
    begin = session.frame
    found = [begin + at for at in onsets(stem("tick", 2.0))]
    groove = Groove(session.performance.tempo, Fraction(1, 3), Fraction(1), -240)
    expected = [groove.frame_of_beat(Fraction(n, 2)) for n in range(20)]
    expected = [at for at in expected if begin <= at < session.frame]
    assert np.abs(np.array(found) - expected).max() <= 1
    assert set(np.diff(expected)) == {16000, 8000}


def test_what_is_lagged_has_no_steps(session: Session, stem: Stem) -> None:
    session.eval(f"tempo(120)\n{HUM}tone.level = square(0, 1, period=1*beats).lag(6*ms)")
    session.advance(0.3)
    begin = session.frame
    heard = np.ptp(stem("tone", 0.5)[: SR // 2 // 8 * 8].reshape(-1, 8), axis=1)
    rise = heard[(SR // 2 - begin) // 8 :]
    rise = rise / rise[400:1000].mean()
    assert rise[36] == pytest.approx(1 - np.exp(-1), abs=0.06)  # after 6 ms
    assert rise[72] == pytest.approx(1 - np.exp(-2), abs=0.06)


def test_a_value_with_a_name_changes_on_the_line_for_all_that_use_it(
    session: Session, stem: Stem
) -> None:
    session.eval(f"tempo(120)\nloud = 0.1 + 0 * sine()\n{HUM}tone.level = loud")
    session.advance(0.5)
    session.eval("quant(1*bars)\nloud = 1.0 + 0 * sine()")
    begin = session.frame
    heard = np.ptp(stem("tone", 2.0)[: 2 * SR // 8 * 8].reshape(-1, 8), axis=1)
    line = (2 * SR - begin) // 8
    assert heard[line - 100 : line - 1].max() == pytest.approx(0.05, abs=0.01)
    assert heard[line + 20 : line + 100].min() == pytest.approx(0.5, abs=0.03)


def test_the_offset_of_all_names_is_theirs_to_the_sample(session: Session, stem: Stem) -> None:
    session.eval(f"tempo(120)\n{TICK}tick.hit = env(1*ms, 30*ms, every=1*beats)")
    session.eval("tempo.offset = 7*ms\ntick.nudge = -2*ms")
    session.advance(0.3)
    begin = session.frame
    found = [(begin + at) % 24000 for at in onsets(stem("tick", 1.2))]
    assert len(found) >= 2
    assert all(abs(at - 240) <= 1 for at in found), found


def test_a_metre_makes_bars_and_what_is_counted_in_them_longer(session: Session) -> None:
    session.eval(
        "tempo(120)\nego = agent(space('additive'))\nego.level = square(0.2, 1, period=1*bars)"
    )
    session.eval("metre(7, 8)")
    session.advance(0.2)
    tempo = session.performance.tempo
    assert [float(tempo.beat_of_bar(bar)) for bar in range(4)] == [0.0, 3.5, 7.0, 10.5]
    control = session.get("ego").player.controls["level"]
    session.advance((tempo.frame_of_bar(2) + 100) / SR - 0.2)
    assert control.automation.now == pytest.approx(1.0, abs=0.05)
    session.advance(0.9)
    assert control.automation.now == pytest.approx(0.2, abs=0.05)


def test_half_time_takes_twice_as_long_from_the_next_bar_on(session: Session) -> None:
    session.eval("tempo(120)\nego = agent(space('additive'))")
    session.advance(0.5)
    session.eval("tempo.half()")
    tempo = session.performance.tempo
    assert tempo.frame_of_beat(4) == 2 * SR
    assert tempo.frame_of_beat(5) == 3 * SR
    session.eval("tempo.double()")
    session.advance(0.1)
    assert tempo.bpm == 120.0
