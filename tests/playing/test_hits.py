"""Hits: patterns that play a kit, each sound on its sample, whatever is typed meanwhile."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.kernel import beginning
from tests.replayed import assert_replayed

RATE = 48000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A kit: `tick` is one sample, `low` and `high` are tones, `long` lasts a second."""
    where = tmp_path_factory.mktemp("kit")
    seconds = np.arange(RATE) / RATE
    for name, sound in {
        "tick/1": np.eye(1, 480)[0] * 0.5,
        "tick/2": -np.eye(1, 480)[0] * 0.5,
        "low/1": 0.2 * np.sin(2 * np.pi * 220 * seconds[:4800]) * np.linspace(1, 0, 4800),
        "high/1": 0.2 * np.sin(2 * np.pi * 1500 * seconds[:4800]) * np.linspace(1, 0, 4800),
        "long/1": 0.2 * np.sin(2 * np.pi * 600 * seconds),
    }.items():
        (where / name).parent.mkdir(exist_ok=True)
        soundfile.write(where / f"{name}.wav", sound, RATE, "FLOAT")
    return str(where)


@pytest.fixture
def drums(session: Session, folder: str) -> Session:
    """A performance in which `ticks` is the kit."""
    assert session.eval(f"ticks = kit({folder!r})").ok
    return session


def ticks(audio: np.ndarray) -> list[int]:
    """Where single samples stand out."""
    return np.flatnonzero(np.abs(audio[:, 0]) > 0.1).tolist()


def off(found: list[int], bpm: float, beats: float = 1.0, begin: int = 0) -> float:
    """How far, in samples, the onsets are from their beats at most."""
    every = RATE * 60 / bpm * beats
    return max(abs(at - round((at - begin) / every) * every - begin) for at in found)


@pytest.mark.parametrize("bpm", [60, 132.7, 240])
def test_hits_are_on_their_samples(drums: Session, bpm: float) -> None:
    assert drums.eval(f'tempo({bpm})\nx = hits("tick*16", ticks)').ok
    found = ticks(drums.advance(3.0))
    assert len(found) >= 3 * bpm / 60 * 4 - 2
    assert off(found, bpm, 0.25) <= 1.0


def test_a_change_of_tempo_takes_the_hits_along(drums: Session) -> None:
    drums.eval('tempo(120)\nx = hits("tick*4", ticks)')
    drums.advance(1.3)
    drums.eval("tempo(97)")
    drums.advance(0.1)
    begin, tempo = drums.frame, drums.performance.tempo
    heard = [at + begin for at in ticks(drums.advance(3.0))]
    assert len(heard) == 5
    assert max(abs(tempo.frame_of(round(tempo.beat_at(at))) - at) for at in heard) <= 1.0


def test_an_edit_keeps_its_place_in_the_bar(drums: Session) -> None:
    drums.eval('tempo(120)\nx = hits("tick ~ ~ ~", ticks)')
    drums.advance(2.77)
    drums.eval('x.pattern = "~ ~ tick ~"')
    found = [at + round(2.77 * RATE) for at in ticks(drums.advance(4.0))]
    assert [round(at / RATE, 2) for at in found] == [3.0, 5.0]


def test_with_a_quant_an_edit_waits_for_its_line(drums: Session) -> None:
    drums.eval('tempo(120)\nquant(1*bars)\nx = hits("tick*4", ticks)')
    drums.advance(2.6)
    drums.eval('x.pattern = "tick*8"')
    start = drums.frame
    found = [round((at + start) / RATE, 2) for at in ticks(drums.advance(2.2))]
    assert found == [3.0, 3.5, 4.0, 4.25, 4.5, 4.75]


def test_undo_brings_the_pattern_back(drums: Session) -> None:
    drums.eval('tempo(120)\nx = hits("tick*4", ticks)')
    drums.advance(1.1)
    drums.eval('x.pattern = "tick*16"')
    drums.advance(0.1)
    assert len(ticks(drums.advance(1.0))) == 8
    drums.eval("undo()")
    drums.advance(0.1)
    assert len(ticks(drums.advance(2.0))) == 4


def test_a_pattern_with_a_name_is_followed(drums: Session) -> None:
    drums.eval('tempo(120)\ngroove = pattern("tick*2")\nx = hits(groove, ticks)')
    drums.advance(1.1)
    drums.eval('groove = pattern("tick*8")')
    drums.advance(0.1)
    assert len(ticks(drums.advance(2.0))) == 8


def test_each_hit_has_its_loudness_place_and_sound(drums: Session) -> None:
    drums.eval(
        'tempo(120)\nx = hits(pattern("tick*4").gain("1 0.5").pan("-1 1"), ticks)\n'
        'x.n = pattern("<0 1>")'
    )
    audio = drums.advance(4.2)
    found = sorted({*ticks(audio), *np.flatnonzero(np.abs(audio[:, 1]) > 0.1).tolist()})
    left = {round(at / RATE, 2): round(float(audio[at, 0]), 2) for at in found}
    right = {round(at / RATE, 2): round(float(audio[at, 1]), 2) for at in found}
    assert left[0.5] == pytest.approx(0.71, abs=0.02)
    assert right[0.5] == pytest.approx(0.0, abs=0.01)
    assert right[1.0] == pytest.approx(0.35, abs=0.02)
    assert left[2.5] == pytest.approx(-0.71, abs=0.02)


def test_a_hit_that_another_chokes_is_over(drums: Session) -> None:
    drums.eval('tempo(120)\nx = hits("long ~ tick ~", ticks, choke="long tick")')
    drums.advance(2.0)
    begin = drums.frame
    audio = np.roll(drums.advance(2.0), begin - 2 * RATE, axis=0)
    assert np.abs(audio[RATE - 2000 : RATE - 100]).max() > 0.1
    assert np.abs(audio[RATE + 400 :]).max() < 1e-3


def test_an_unknown_sound_is_named_with_its_column(drums: Session) -> None:
    result = drums.eval('x = hits("tick tock", ticks)')
    assert not result.ok
    assert "there is no sound 'tock'" in (result.error or "")
    assert "column 6" in (result.error or "")
    assert "did you mean tick?" in (result.error or "")


def test_what_is_done_to_a_pattern_is_told_where_it_is_asked_of_a_name(session: Session) -> None:
    session.eval('drums = hits("bd*4")')
    asked = session.eval("drums = drums.every(4, pattern.fast(2))").error or ""
    assert "nothing called 'every': it is done to a pattern, as in drums.pattern = " in asked
    assert "pattern('bd*4').every(…)" in asked
    assert "pattern('bd*4').ply(…)" in (session.eval("drums.ply = 2").error or "")
    assert "did you mean" in (session.eval("drums.patern").error or "")


def test_hits_are_replayed_byte_by_byte(folder: str, tmp_path: Path) -> None:
    blocks = (
        f'tempo(140)\nticks = kit({folder!r})\nx = hits("low*4, ~ high", ticks)',
        'x.pattern = "low*4, high(3,8)?"',
        "x.speed = pattern('1 2 <-1 0.5>')\nx.gain = lambda rings: 0.5 + rings.left.turn",
        "undo()",
        'tempo(97)\nx.pattern = pattern("low*8").degrade().chop(2)',
        "hush(0.1*s)",
        'x = hits("bd*4, hh*8")\nquant(1*beats)',
        'x = hits("low*4", ticks)',
    )
    assert_replayed(blocks, 0.5, tmp_path)


@pytest.mark.parametrize("gap_s", [0.0, 0.3])
def test_no_hit_is_lost_or_doubled_when_a_mind_takes_over(
    session: Session, folder: str, tmp_path: Path, gap_s: float
) -> None:
    journal = tmp_path / "journal"
    beginning.from_nothing(session.performance, journal, live=False)
    assert session.eval(f'tempo(120)\nticks = kit({folder!r})\nx = hits("tick*16", ticks)').ok
    heard = [session.advance(1.03)]
    session.performance.post_status()
    session.performance.recorder.closed()
    for _ in range(round(gap_s * RATE / session.block)):  # nobody ticks
        heard.append(session._assembly.play_block())
    session.replace_mind()
    recalled = beginning.recall(session.performance.arena, journal)
    assert not recalled.trouble
    beginning.in_place_of_another(session.performance, journal, recalled, lambda: None)
    heard.append(session.advance(2.0))
    session.eval('x.pattern = "tick*8"')
    heard.append(session.advance(2.0))
    audio = np.concatenate(heard)
    found = ticks(audio)
    assert set(np.diff(found[:-10])) == {6000}
    assert set(np.diff(found[-6:])) == {12000}
    assert np.ptp(np.abs(audio[found, 0])) < 1e-3, "none sounds twice at once"
    assert session.engine.errors == 0
