"""Notes of a space are in tune at every timbre, and strokes begin on their samples."""

import numpy as np
import pytest

from livecode import Session, load_model
from livecode.language.agents import Agent, agent
from livecode.language.spaces import Space
from livecode.playing.struck import Struck
from livecode.transport.onsets import Onset
from livecode.transport.positions import Sounded, packed, sounded_at
from livecode.voices.latent import LatentVoice
from livecode.voices.latent_notes import LatentNotesVoice
from livecode.voices.strokes import ATTACK_S, Strokes
from tests.sound import jump, rms

RATE, HOP = 48000, 256
HZ_OF_A4 = 440.0
#: D minor pentatonic.
KEY = [note for note in range(24, 110) if note % 12 in (2, 5, 7, 9, 0)]


def cents_off(audio: np.ndarray, note: float) -> float:
    """By how much the loudest of a sound's six lowest partials is off that of a note, in cents."""
    hz, size = HZ_OF_A4 * 2 ** ((note - 69) / 12), 1 << 18
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), size))
    found = []
    for n in range(1, 7):
        low, high = (int(n * hz * 2 ** (off / 1200) * size / RATE) for off in (-60, 60))
        k = low + int(spectrum[low : high + 2].argmax())
        left, middle, right = np.log(spectrum[k - 1 : k + 2] + 1e-12)
        at = k + 0.5 * (left - right) / (left - 2 * middle + right)
        found.append((spectrum[k], 1200 * np.log2(at * RATE / size / (n * hz))))
    return float(max(found)[1])


@pytest.mark.parametrize("name", ["orchestra", "additive"])
def test_notes_are_in_tune_from_the_lowest_to_the_highest(name: str) -> None:
    space, rng = load_model(name), np.random.default_rng(4)
    middle = np.full(space.latent, 0.5)
    for note in (28, 41, 52.5, 64, 76, 91, 100):
        anywhere = rng.random(space.latent) if name == "orchestra" else middle
        voice = LatentNotesVoice(space, RATE, HOP, 1, 1)
        voice.play([(0, Onset(note=note, gate=1e9))], anywhere)
        for _ in range(20):
            voice.play([], anywhere)
        held = np.concatenate([voice.play([], anywhere)[:, 0] for _ in range(100)])
        assert abs(cents_off(held, note)) < 5, note


@pytest.mark.parametrize("came", [0, 100, 255])
def test_a_stroke_begins_on_its_sample_and_dies_away(came: int) -> None:
    space = load_model("orchestra")
    place = np.full(space.latent, 0.5)
    voice = LatentVoice(space, RATE, HOP, 2)
    struck = packed(place, Sounded(60.0, 1.0, 1.0))
    before = np.concatenate([voice.play(struck).copy() for _ in range(400)])
    assert rms(before[-HOP:]) < 0.01 * rms(before[:4096])
    voice.came = came
    again = packed(place, Sounded(67.0, 1.0, 2.0))
    hops = np.concatenate([voice.play(again).copy() for _ in range(4)])
    assert rms(hops[:came]) < 0.01 if came else True
    grown = np.abs(hops[came : came + round(2 * ATTACK_S * RATE)]).max()
    assert grown > 0.5 * np.abs(hops).max(), "it is there within 4 ms"
    assert jump(hops) < 0.3


def test_without_strokes_a_sound_is_held_and_it_is_held_again_after_the_last() -> None:
    strokes = Strokes(RATE, HOP)
    assert strokes.held
    fallen = [strokes.advance((1.0, 0)), *(strokes.advance() for _ in range(400))]
    assert fallen[-1][-1] < 0.01 < 1.5 < fallen[0].max()
    strokes.let_go()
    levels = np.concatenate([fallen[-1], *(strokes.advance() for _ in range(20))])
    assert strokes.held
    assert jump(levels) < 0.01


def test_an_agent_keeps_to_its_key_and_strikes_each_step_on_the_beat(session: Session) -> None:
    line = (
        "tempo(150)\nego = agent(space('orchestra'), dims=1, every=1*beats, step=0.1, rest=0, "
        "scale='d minor pentatonic', strike=1)"
    )
    assert session.eval(line).ok
    session.advance(0.5)
    begin, tempo = session.frame, session.performance.tempo
    heard = session.advance(3.2)[:, 0].astype(np.float64)
    partials = [note + 12 * np.log2(n) for note in KEY for n in range(1, 7)]
    found = set()
    for beat in range(2, 9):
        at = int(tempo.frame_of(beat)) - begin
        before, after = heard[at - 480 : at - 48], heard[at + 100 : at + 532]
        assert rms(after) > 1.5 * rms(before), "each beat is struck, within 2 ms"
        held, size = heard[at + 1200 : at + 17200], 1 << 18
        spectrum = np.abs(np.fft.rfft(held * np.hanning(len(held)), size))
        loudest = 69 + 12 * np.log2(spectrum.argmax() * RATE / size / HZ_OF_A4)
        assert np.abs(loudest - np.array(partials)).min() < 0.05, "in the key, within 5 cents"
        found.add(round(loudest))
    assert len(found) > 2, "it moves"


def test_an_agent_in_additive_keeps_to_its_key_and_register_unless_it_is_told_otherwise() -> None:
    ego, rng = Agent(space=Space("additive")), np.random.default_rng(3)
    struck = Struck()

    def notes() -> list[float]:
        struck.follow(ego)
        places = rng.random((60, ego.space.latent))
        return [
            sounded_at(struck.beside(ego.space, place), ego.space.latent).note for place in places
        ]

    found = notes()
    assert {note % 12 for note in found} == {0, 3, 5, 7, 10}, "C minor pentatonic"
    assert 49 < min(found) < 56
    assert 74 < max(found) < 82
    ego.scale = "f lydian"
    assert {note % 12 for note in notes()} <= {5, 7, 9, 11, 0, 2, 4}
    ego.scale = None
    assert set(notes()) == {0.0}, "every pitch between, too"
    assert agent("additive", scale=None).scale is None, "which is no setting that was left out"


def test_an_agent_among_hits_goes_by_steps_that_are_heard() -> None:
    lengths = []
    for given in ({}, {"step": 0.02}):
        struck, ego = Struck(), Agent(space=Space("percussion"), **given)
        struck.follow(ego)
        lengths.append(struck.length(ego.step))
    assert lengths == [0.1, 0.02]


def test_what_has_no_pitch_is_not_put_in_a_key(session: Session) -> None:
    assert "no scale 'q minor'" in (
        session.eval("ego = agent(space('additive'), scale='q minor')").error or ""
    )
    drums = "drums = hits('bd*4')\nego = agent(rhythms(drums), strike=1)"
    assert "cannot be struck" in (session.eval(drums).error or "")
