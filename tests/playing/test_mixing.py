"""Levels, places, mutes, solos, fades and quants, as they are heard."""

import numpy as np
import pytest

from livecode import Session
from tests.sound import jump, longest_silence_s, rms

RATE = 48000
TWO = "@dsp\ndef low(): return Sine(300, mul=0.1)\n@dsp\ndef high(): return Sine(3000, mul=0.1)"


def heard(session: Session, freq_hz: float, seconds: float = 0.3) -> float:
    """The amplitude of a sine in what comes next, a moment after what was just done."""
    session.advance(0.15)
    audio = session.advance(seconds)[:, 0]
    time_s = np.arange(len(audio)) / RATE
    window = np.hanning(len(audio))
    return float(
        2 * abs((audio * window * np.exp(-2j * np.pi * freq_hz * time_s)).sum()) / window.sum()
    )


@pytest.fixture
def two(session: Session) -> Session:
    """A session in which a low and a high sine sound, each of amplitude 0.1."""
    session.eval(TWO)
    session.advance(0.5)
    return session


def levels(session: Session) -> tuple[bool, bool]:
    """Whether low and high are heard."""
    low, high = heard(session, 300), heard(session, 3000)
    for level in (low, high):
        assert level < 1e-3 or level == pytest.approx(0.1, rel=0.1)
    return low > 0.05, high > 0.05


@pytest.mark.parametrize(
    ("codes", "low", "high"),
    [
        (["mute(low)"], False, True),
        (["mute('low')"], False, True),
        (["mute(low, high)"], False, False),
        (["mute(low)", "mute(low)", "unmute(low)"], True, True),
        (["mute(low, high)", "unmute()"], True, True),
        (["solo(low)"], True, False),
        (["solo(low)", "solo(high)"], False, True),
        (["solo(low, high)"], True, True),
        (["solo(low)", "solo()"], True, True),
        (["solo(low)", "mute(low)"], False, False),
        (["solo(low)", "del low"], False, True),
        (["mute(low)", "low.level = 1.0"], False, True),
        (["mute(low)", TWO], False, True),
        (["mute(low)", "del low", TWO], True, True),
        (["mute(low)\n1/0"], True, True),
        (["solo(low)\nraise SystemExit"], True, True),
        (["free(low)"], False, True),
        (["free('low', high)"], False, False),
        (["free(low)\n1/0"], True, True),
        (["free(low)", "undo()"], True, True),
        (["low.level = 0"], False, True),
        (["high = 3"], True, False),
        (["high = sine()"], True, False),
        (["high = low"], True, False),
    ],
)
def test_who_is_heard(two: Session, codes: list[str], low: bool, high: bool):
    for code in codes:
        two.eval(code)
        two.advance(0.6)
    assert levels(two) == (low, high)


@pytest.mark.parametrize(
    "code", ["mute(3)", "mute('lo')", "solo(sine())", "free(np)", "unmute(space('additive'))"]
)
def test_what_does_not_sound_can_be_neither_muted_nor_freed(two: Session, code: str):
    result = two.eval(code)
    assert not result.ok
    assert "does not sound" in result.error
    assert levels(two) == (True, True)


def test_a_name_is_muted_in_the_block_that_defines_it(session: Session):
    assert session.eval("r7 = stream()\nmute(r7)").ok
    session.advance(0.2)
    assert rms(session.advance(0.3)) < 1e-4


def test_alone_a_dsp_is_heard_with_all_that_it_is_made_of(two: Session):
    two.eval("@dsp\ndef a(low): return low")
    two.eval("@dsp\ndef b(a): return a")
    for name in ("low", "a", "b"):
        two.eval(f"solo({name})")
        two.advance(0.2)
        assert levels(two) == (True, False), name
    two.eval("solo(high)")
    two.advance(0.2)
    assert levels(two) == (False, True)


@pytest.mark.parametrize(
    ("level", "gain"), [("0.25", 0.25), ("2", 2), ("sine(0.5, 0.5)", 0.5), ("lambda t: 0.1", 0.1)]
)
def test_level_is_a_factor(two: Session, level: str, gain: float):
    two.eval(f"low.level = {level}")
    two.advance(0.2)
    assert heard(two, 300) == pytest.approx(0.1 * gain, rel=0.05)


@pytest.mark.parametrize(
    ("pan", "left", "right"), [(-1, 2**0.5, 0), (0, 1, 1), (1, 0, 2**0.5), (0.5, 0.541, 1.307)]
)
def test_pan_is_of_equal_power(session: Session, pan: float, left: float, right: float):
    session.eval(f"@dsp\ndef low(): return Sine(300, mul=0.1)\nlow.pan = {pan}")
    session.advance(0.5)
    audio = session.advance(0.5)
    sides = np.sqrt((audio**2).mean(axis=0)) / (0.1 / 2**0.5)
    assert sides == pytest.approx([left, right], abs=0.01)


def test_changes_of_the_mix_do_not_click(two: Session):
    steady = jump(two.advance(0.5))
    audio = []
    for code in ("mute(low)", "unmute()", "solo(high)", "solo()", "low.level = 0.1", "low.level = 1",
                 "high.pan = 1", "high.pan = -1", "del high", "undo()"):  # fmt: skip
        two.eval(code)
        audio.append(two.advance(0.3))
    assert jump(np.concatenate(audio)) < 2 * steady


@pytest.mark.parametrize("fade_s", [0.0, 0.1, 1.0])
def test_a_change_of_source_takes_its_fade(session: Session, fade_s: float):
    session.eval(f"fade({fade_s})\n@dsp\ndef x(): return Sine(300, mul=0.2)")
    session.advance(1.5)
    session.eval("@dsp\ndef x(): return Sine(3000, mul=0.2)")
    audio = session.advance(fade_s + 0.4)[:, 0]
    time_s = np.arange(len(audio)) / RATE
    high = audio * np.exp(-2j * np.pi * 3000 * time_s)
    envelope = np.abs(np.convolve(high, np.hanning(480) / np.hanning(480).sum(), "same")) * 2
    arrives = np.flatnonzero(envelope > 0.19)[0] / RATE
    begins = np.flatnonzero(envelope > 0.02)[0] / RATE
    assert arrives - begins == pytest.approx(0.734 * max(fade_s, 0.005), abs=0.01)
    assert longest_silence_s(audio[:, None], RATE) < 0.005


def test_a_name_s_own_fade_outranks_that_of_all(session: Session):
    session.eval("fade(5*s)\nr7 = stream(fade=0)")
    session.advance(0.1)
    assert rms(session.advance(0.2)) == pytest.approx(0.1, rel=0.15)


def test_a_gap_lets_the_old_source_end_before_the_new_one_begins(session: Session):
    session.eval("ego = agent(space('additive'), fade='gap')\nfade(0.2*s)")
    session.advance(1.0)
    session.eval("ego = agent(space('additive'), seed=5, fade='gap')")
    audio = session.advance(1.0)
    envelope = np.sqrt((audio[: len(audio) // 480 * 480, 0].reshape(-1, 480) ** 2).mean(axis=1))
    quietest = int(np.argmin(envelope))
    assert envelope[quietest] < 0.01
    assert 0.15 < quietest * 0.01 < 0.3
    assert envelope[-1] > 0.08
    assert longest_silence_s(audio, RATE) < 0.1


def test_a_graph_with_a_gap_that_cannot_be_built_comes_back(session: Session):
    session.eval("@dsp\ndef x(): return Sine(300, mul=0.2)\nx.fade = 'gap'")
    session.advance(1.0)
    assert "previous version" in session.eval("@dsp\ndef x(): return Nope()").error
    session.advance(1.0)
    assert heard(session, 300) == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize(
    ("quant", "begins_s"), [("1*bars", 2.0), ("2*beats", 1.0), ("0.75*s", 0.75), ("0", 0.3)]
)
def test_a_change_of_source_waits_for_its_quant(session: Session, quant: str, begins_s: float):
    session.advance(0.3)
    session.eval(f"quant({quant})\nfade(0)\nr7 = stream()")
    audio = session.advance(3.0)
    first = 0.3 + np.flatnonzero(np.abs(audio).max(axis=1) > 1e-3)[0] / RATE
    assert first == pytest.approx(begins_s, abs=0.03)


def test_while_a_change_waits_the_present_one_goes_on_and_settings_wait_with_it(session: Session):
    session.eval("ego = agent(space('additive'))")
    session.advance(0.5)
    session.eval("ego = agent(space('additive'), seed=5, quant=2*bars, level=0.5)")
    first = session.performance.generations.table()[0].generation
    audio = session.advance(2.0)
    assert first in {row.generation for row in session.performance.generations.table()}
    assert longest_silence_s(audio, RATE) < 0.005
    assert rms(audio[RATE:]) == pytest.approx(0.1, rel=0.1)
    session.advance(1.7)  # the line is at 4 s
    assert rms(session.advance(0.5)) == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("fade_s", [0.0, 0.5])
def test_another_kind_brings_its_own_level_when_it_begins_and_not_before(
    session: Session, fade_s: float
):
    session.eval(f"fade({fade_s})\nx = stream(level=0.02)")
    session.advance(1.0)
    session.eval("quant(1*bars)\n@dsp\ndef x(): return Sine(300, mul=0.1)")
    waiting = session.advance(0.9)
    assert rms(waiting) == pytest.approx(0.002, rel=0.2)
    arriving = session.advance(fade_s + 0.4)
    assert np.abs(arriving).max() < 0.15, "the noise did not swell"
    assert heard(session, 300) == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("fade(-1)", "0*s to 60*s"),
        ("fade(float('nan'))", "finite number"),
        ("fade('x')", "not a length of time"),
        ("quant(-1)", "quant takes 0*s to"),
        ("quant(1e9*bars)", "quant takes 0*s to"),
        ("hush(-1*s)", "hush takes 0*s to"),
        ("hush(float('nan'))", "finite number"),
        ("tempo('x')", "20 to 400"),
        ("tempo(float('nan'))", "20 to 400"),
        ("tempo(1e9)", "20 to 400"),
    ],
)
def test_lengths_and_tempi_out_of_range_change_nothing(two: Session, code: str, says: str):
    before = two.performance.sounds.mix
    result = two.eval(f"fade(7*s)\nquant(3*beats)\n{code}")
    assert says in result.error
    assert "nothing was changed" in result.error
    assert two.performance.sounds.mix == before
    assert two.performance.tempo.bpm == 120
    assert levels(two) == (True, True)


def test_bars_of_a_fade_and_of_a_hush_are_those_of_the_metre(two: Session):
    two.eval("metre(2)\nfade(1*bars)\nmute(high)")
    two.eval("@dsp\ndef low(): return Sine(900, mul=0.1)")
    two.advance(1.0)
    assert heard(two, 300) < 1e-3
    two.eval("hush(1*bars)")
    assert rms(two.advance(0.8)) > 1e-3
    two.advance(0.4)
    assert rms(two.advance(0.1)) == 0.0


def test_running_lists_what_sounds_and_where_it_is_from(two: Session):
    two.eval("x = 1\n\nr7 = stream(level=0.5)\nmute(low)")
    two.advance(0.5)
    rows = two.eval("running()").value.splitlines()
    assert [row.split()[0] for row in rows] == ["low", "high", "r7"]
    assert rows[0].endswith("silent  block 1, line 2  muted")
    assert "-20.0 dB" in rows[1]
    assert rows[2].endswith("block 2, line 3  53 ms")
    two.eval("hush(0)")
    two.advance(0.3)
    assert two.eval("running()").value == "nothing sounds"


@pytest.mark.slow
def test_so_many_names_that_there_is_no_room_are_refused_and_room_is_made_of_those_gone(
    session: Session,
):
    for index in range(200):
        session.eval(f"x{index} = stream(fade=0)")
        session.advance(0.01)
        session.eval(f"free(x{index})")
        session.advance(0.02)
    session.advance(0.6)
    assert session.eval("last = stream()").ok
    refused = ""
    for index in range(60):
        result = session.eval(f"y{index} = stream()")
        refused = refused or (result.error or "")
    assert "let one fade out first" in refused
    assert "there is no y" in refused
    session.advance(0.2)
    assert session.engine.errors == 0


@pytest.mark.parametrize("before", ["", "q = agent(space('additive'), seed=4)"])
def test_a_new_name_is_never_heard_at_another_level_than_its_own(
    session: Session, before: str
) -> None:
    if before:
        session.eval(before)
        session.advance(0.5)
        session.eval("del q")
    session.advance(1.0)
    assert session.eval("q = agent(space('additive'), level=0.002, seed=4)").ok
    audio = np.abs(session.advance(0.3))
    assert audio[-4800:].max() > 1e-5
    assert audio.max() < 0.002
