"""The width of a space: as loud as in the middle, with the bass in the middle, and without a click."""

import numpy as np
import pytest

from livecode import Session, load_model
from livecode.neural.audio.loudness import lufs
from livecode.voices.cost import wandering
from livecode.voices.latent import LatentVoice
from livecode.voices.sinebank import SineBank
from livecode.voices.spreading import places, spread
from tests.sound import jump

RATE, HOP = 48000, 256


def play(space, *widths: float) -> np.ndarray:
    """Play a walk, of as many hops as there are widths, in two channels."""
    voice, walk = LatentVoice(space, RATE, HOP, 1), wandering(space.latent)
    hops = [
        voice.play(place, None, np.array([width])).copy()
        for place, width in zip(np.resize(walk, (len(widths), space.latent)), widths, strict=True)
    ]
    return np.concatenate([hop if hop.ndim == 2 else np.stack([hop, hop], axis=1) for hop in hops])


def likeness(audio: np.ndarray) -> float:
    return float(np.corrcoef(audio[10 * HOP :].T)[0, 1])


@pytest.mark.parametrize("model", ["additive", "orchestra"])
def test_what_is_wide_is_as_loud_as_in_the_middle(model):
    space = load_model(model)
    narrow, half, wide = (play(space, *[width] * 300) for width in (0.0, 0.5, 1.0))
    assert likeness(narrow) == pytest.approx(1.0)
    assert 0.97 > likeness(half) > likeness(wide) + 0.1
    loud = [lufs(audio, RATE) for audio in (narrow, half, wide)]
    assert np.ptp(loud) < 0.3
    assert lufs(wide.mean(axis=1), RATE) > lufs(narrow.mean(axis=1), RATE) - 1.5, "a mono system"


def test_the_bass_stays_in_the_middle():
    low, high = (
        spread(places(40)[20:], np.full(20, 100.0), 1.0),
        spread(places(40)[20:], np.full(20, 1000.0), 1.0),
    )
    assert low == pytest.approx(1.0)
    assert np.abs(high - 1).max() > 0.5
    assert np.square(high).sum(axis=0) == pytest.approx(2.0)


def test_a_width_that_changes_does_not_click():
    space = load_model("orchestra")
    steady = jump(play(space, *[0.0] * 300)[10 * HOP :])
    changing = play(space, *([0.0] * 20 + [1.0] * 20 + [0.4] * 20) * 5)
    assert jump(changing[10 * HOP :]) < 1.5 * steady
    assert np.array_equal(changing[: 20 * HOP], play(space, *[0.0] * 20)), (
        "at 0 it is in the middle"
    )


def test_a_spectrum_without_a_series_spreads_too():
    bank, out = SineBank(512, 43.0, RATE, 3), np.zeros((HOP, 2), np.float32)
    magnitudes = np.zeros(512, np.float32)
    magnitudes[1], magnitudes[20:400:7] = 0.02, 0.02
    hops = []
    for _ in range(100):
        bank.play(magnitudes, 1.0, out, (1.0, 1.0))
        hops.append(out.copy())
    audio = np.concatenate(hops)
    assert likeness(audio) < 0.8
    spectrum = np.abs(np.fft.rfft(audio[-RATE // 4 :], axis=0))
    bass = spectrum[: 120 // 4].max(axis=0)
    assert bass[0] == pytest.approx(bass[1], rel=0.02)


def test_a_width_is_a_setting_of_all_that_sounds_at_a_place():
    with Session(seed=1) as session:
        assert session.eval("glass = space('additive')\nego = agent(glass, width=0.9)").ok
        session.advance(0.5)
        assert likeness(session.advance(1.5)) < 0.97
        assert session.eval("ego.width = 0").ok
        session.advance(0.5)
        assert likeness(session.advance(0.5)) == pytest.approx(1.0)
        for refused, why in (
            ("air = agent('texture', width=1)", "wide by itself"),
            ("hit = agent('percussion', width=1)", "no partials"),
        ):
            result = session.eval(refused)
            assert not result.ok
            assert why in (result.error or "")
