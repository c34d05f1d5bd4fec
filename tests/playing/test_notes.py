"""Notes: pitches and gates to the sample, by synths of pyo and by sounds of kits."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.language.synth_bank import BANK
from tests.replayed import assert_replayed

RATE = 48000
#: Loud from the first sample of a note to the last of its gate.
PULSE = "@synth\ndef pulse(freq, gate):\n    return gate * 0.3\n"
BARE = "@synth\ndef bare(freq, gate):\n    return Sine(freq, phase=0.25) * gate * 0.3\n"


def onsets(audio: np.ndarray, gap: int = 500) -> list[int]:
    """Where something begins after silence."""
    loud = np.flatnonzero(np.abs(audio[:, 0]) > 0.05)
    return [int(at) for at, before in zip(loud[1:], loud, strict=False) if at - before > gap]


def pitch_hz(audio: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)), 1 << 17))
    return float(spectrum.argmax() * RATE / (1 << 17))


@pytest.mark.parametrize("bpm", [60, 132.7, 240])
def test_notes_begin_on_their_samples(session: Session, bpm: float) -> None:
    assert session.eval(f'tempo({bpm})\n{PULSE}\nx = notes("0*8", pulse, legato=0.02)').ok
    session.advance(1.0)
    begin, tempo = session.frame, session.performance.tempo
    found = [at + begin for at in onsets(session.advance(2.0))]
    assert len(found) >= bpm / 60 * 4 - 2
    eighths = [round(tempo.beat_at(at) * 2) for at in found]
    off = [tempo.frame_of(k / 2) - at for k, at in zip(eighths, found, strict=True)]
    assert np.abs(off).max() <= 1.0


def test_gates_end_on_their_samples(session: Session) -> None:
    session.eval(f'tempo(120)\n{PULSE}\nx = notes("0 ~ ~ ~", pulse, legato="<0.02 0.025>")')
    session.advance(1.0)
    loud = np.abs(session.advance(4.0)[:, 0]) > 0.2
    assert loud.sum() == pytest.approx(480 + 600, abs=2)


def test_degrees_octaves_and_chords_are_heard_at_their_pitches(session: Session) -> None:
    session.eval(f'tempo(60)\n{BARE}\nx = notes("0 2 [c5,g5] a3", bare, scale="c minor", octave=5)')
    session.advance(4.0 + 0.1)
    begin = session.frame - 4 * RATE
    heard = np.roll(session.advance(4.0), begin, axis=0)
    parts = [heard[k * RATE + 4000 : k * RATE + 40000] for k in range(4)]
    assert pitch_hz(parts[0]) == pytest.approx(523.25, abs=1)
    assert pitch_hz(parts[1]) == pytest.approx(622.25, abs=1)
    assert pitch_hz(parts[3]) == pytest.approx(220, abs=1)
    chord = np.abs(np.fft.rfft(parts[2][:, 0] * np.hanning(len(parts[2]))))
    loudest = {round(k * RATE / len(parts[2])) for k in np.argsort(chord)[-2:]}
    assert any(abs(each - 523) < 3 for each in loudest)
    assert any(abs(each - 784) < 3 for each in np.argsort(chord)[-8:] * RATE / len(parts[2]))


def test_one_voice_plays_one_note_at_a_time_and_strikes_each(session: Session) -> None:
    struck = "@synth\ndef struck(freq, gate):\n    return Sine(freq) * adsr(gate, 0.001, 0.05, 0) * 0.5\n"
    session.eval(f'tempo(120)\n{struck}\nx = notes("[0,7]*4", struck, voices=1, legato=2)')
    session.advance(1.0)
    audio = np.abs(session.advance(2.0)[:, 0]).reshape(-1, 2000).max(axis=1)
    assert (audio > 0.2).sum() >= 4
    assert audio.max() < 0.6


def test_keywords_of_a_synth_are_settings(session: Session) -> None:
    session.eval('tempo(240)\nx = notes("0*8", "pluck", octave=3, cut=6000)')
    session.advance(1.0)
    bright = session.advance(1.0)
    assert session.eval("x.cut = 200").ok
    session.advance(0.5)
    dark = session.advance(1.0)

    def high(audio: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(audio[:, 0])) ** 2
        return float(power[2000:].sum() / power.sum())

    assert high(bright) > 2 * high(dark)
    assert "nothing called 'sparkle'" in (session.eval("x.sparkle = 1").error or "")


@pytest.mark.parametrize("name", BANK)
def test_each_of_our_synths_sounds_at_a_level_with_the_others(session: Session, name: str) -> None:
    result = session.eval(f'tempo(120)\nx = notes("[0,4,7]", "{name}", octave=3, voices=4)')
    assert result.ok, result.error
    session.advance(2.0)
    audio = session.advance(2.0)
    assert 0.02 < np.sqrt(np.mean(audio**2)) < 0.25
    assert f"def {name}(freq, gate" in str(session.eval(f"help(synth.{name})").value)


def test_a_sound_of_a_kit_is_played_at_the_pitches_of_notes(
    session: Session, tmp_path: Path
) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 400 * np.arange(RATE * 2) / RATE)
    soundfile.write(tmp_path / "tone.wav", tone, RATE, "FLOAT")
    assert session.eval(f'tempo(60)\nx = notes("0 12", kit({str(tmp_path)!r})["tone"])').ok
    session.advance(4.0)
    heard = np.roll(session.advance(4.0), session.frame - 8 * RATE, axis=0)
    assert pitch_hz(heard[4000:60000]) == pytest.approx(400, abs=1)
    assert pitch_hz(heard[2 * RATE + 4000 : 2 * RATE + 40000]) == pytest.approx(800, abs=1)


def test_notes_in_a_space_choose_the_pitch_and_an_agent_the_timbre(session: Session) -> None:
    assert session.eval(
        'tempo(60)\nwide = space("additive")\nx = notes("0 7 12 ~", wide, octave=3, legato=0.8)'
    ).ok
    session.advance(4.0)
    heard = np.roll(session.advance(4.0), session.frame % (4 * RATE), axis=0)
    for beat, freq_hz in enumerate((130.8, 196.0, 261.6)):
        part = heard[beat * RATE + 9000 : beat * RATE + 30000]
        spectrum = np.abs(np.fft.rfft(part[:, 0] * np.hanning(len(part)), 1 << 17))
        partials = np.flatnonzero(spectrum > 0.02 * spectrum.max()) * RATE / (1 << 17) / freq_hz
        assert np.abs(partials - partials.round()).max() < 0.12
        assert partials.min() < 1.1
    assert np.abs(heard[3 * RATE + 2000 : 4 * RATE - 2000]).max() < 1e-3
    result = session.eval("ego = agent(wide, dims=2, seed=3, level=0)\nx.voice = ego\nego.jump()")
    assert result.ok, result.error
    session.advance(2.0)
    controls = session.performance.arena.controls
    here, there = (controls.last(controls.find(f"{name}.position") or 0) for name in ("x", "ego"))
    assert here is not None
    assert there is not None
    np.testing.assert_allclose(here[:8], there[:8], atol=0.1)
    for elsewhere in ("orchestra", "additive"):  # of 16 axes, where the notes have 8
        assert session.eval(f"ego.space = space({elsewhere!r})").ok
        assert np.isfinite(session.advance(0.3)).all()
    assert not [event for event in session.log if event.wrong]


def test_what_is_no_note_or_no_synth_is_said(session: Session) -> None:
    assert "column 3" in (session.eval('x = notes("0 bd")').error or "")
    assert "did you mean pluck?" in (session.eval('x = notes("0", "plck")').error or "")
    assert "freq and gate" in (session.eval("@synth\ndef y(a): return a").error or "")
    assert "no scale" in (session.eval('x = notes("0", scale="q minor")').error or "")


def test_notes_are_replayed_byte_by_byte(tmp_path: Path) -> None:
    blocks = (
        f'tempo(140)\n{BARE}\nx = notes("0 2 4 7", bare, scale="c minor")',
        'x.pattern = "0*4?, 7(3,8)"\nx.legato = lambda rings: 0.5 + rings.left.turn',
        'x.voice = "bass"\nx.cut = sine(200, 2000)',
        "undo()",
        BARE.replace("0.3", "0.2 + Noise(0.001)"),
        f'{BARE}\nx = notes("0 3", bare, octave=pattern("<3 5>"))\nquant(1*beats)',
        'y = notes("c\'min7 ~", "pad", voices=4)\nfree(x)',
    )
    assert_replayed(blocks, 0.6, tmp_path)
