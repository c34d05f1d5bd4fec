"""Full-band models in plain numpy: sound to codes and back, and what is said of the codes."""

from dataclasses import replace

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.neural.samplernn.fullband import bands, codebook, residual
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.fullband.subbands import TAPS, joined, split
from livecode.neural.samplernn.fullband.walk import Walk
from livecode.neural.samplernn.training.fullband.outline_tokens import transposed
from tests.fullband_model import CONFIG, RATE_HZ, fullband_tensors


def tone(hz: float, seconds: float, rate_hz: int, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz / rate_hz * np.arange(round(seconds * rate_hz)))).astype(
        np.float32
    )


def test_subbands_join_to_what_was_split() -> None:
    noise = np.random.default_rng(0).standard_normal(20_000).astype(np.float32)
    again = joined(split(noise, 4), 4)
    error = again[TAPS:] - noise[: len(noise) - TAPS]
    assert np.square(error).mean() < 1e-4 * np.square(noise).mean()


@pytest.mark.parametrize("hz", [110.0, 440.0, 3520.0])
def test_an_outline_has_a_tone_in_its_semitone_at_its_level(hz: float) -> None:
    config = FullbandConfig()
    outline = bands.measured(tone(hz, 1.0, 32_000), config, 32_000)[15]
    middles = bands.centres_hz(config.bands)
    assert middles[outline[: config.bands].argmax()] == pytest.approx(hz, rel=0.03)
    level = 10 * np.log10((10 ** (outline[: config.bands] / 10)).sum())
    assert level == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.5)
    assert outline[config.bands :] == pytest.approx(level, abs=1.0)


def test_a_predictor_told_of_the_sound_predicts_a_tone_and_never_runs_away() -> None:
    config = FullbandConfig(order=64, told=0.3)
    sound = tone(300.0, 2.0, 32_000)
    parts = split(sound, 4)
    outline = bands.measured(np.pad(sound, ((TAPS + 1) // 2, 0)), config, 32_000)
    told = bands.told_autocorrelation(outline, config, 32_000)
    level = bands.told_rms(outline, config, 32_000)
    n, m = parts.shape
    x, p = np.zeros((n, m), np.float32), np.zeros((n, m), np.float32)
    cells, targets = np.zeros((n, m), np.uint8), np.zeros((n, m), np.uint8)
    residual.encoded(
        residual.predictor(config, 32_000), residual.track(config), config.levels, config.spans,
        parts, told, level, config.outline_steps, np.zeros((n, m), np.float32),
        np.zeros(len(told)), x, p, cells, targets, np.zeros((n, m, 3), np.uint8),
    )  # fmt: skip
    later = slice(n // 2, None)
    missed = np.square(parts[later, 0] - p[later, 0]).mean()
    assert missed < 0.01 * np.square(parts[later, 0]).mean(), "20 dB of prediction gain and more"
    assert np.abs(x).max() < 1.0


def test_codes_are_sound_again() -> None:
    config = FullbandConfig(dim=16, stages=1, entries=4, outline_dim=8)
    tensors = fullband_tensors(config)
    rng = np.random.default_rng(1)
    sound = (0.1 * rng.standard_normal(32_000)).astype(np.float32)
    outline = bands.measured(sound, config, 32_000)
    tensors["outline.mean"] = outline.mean(axis=0)
    tensors["outline.codebook"] *= 0.01
    model = FullbandSampleRNN("wide", 32_000, config, tensors)
    codes = model.quantise(sound)
    frames = len(sound) // config.outline_hop
    assert codes.shape == (config.stages + frames * (config.stages + config.outline_hop),)
    again = model.dequantise(codes)
    heard = sound[: len(again) - TAPS]
    error = again[TAPS:] - heard
    assert np.square(error).mean() < 0.01 * np.square(heard).mean()


def test_probabilities_are_of_what_can_follow() -> None:
    model = FullbandSampleRNN("wide", RATE_HZ, CONFIG, fullband_tensors())
    noise = (0.05 * np.random.default_rng(2).standard_normal(600)).astype(np.float32)
    codes = model.quantise(noise)
    rows = model.log_probs(codes)
    assert rows.shape == (len(codes), max(CONFIG.levels, CONFIG.entries))
    assert np.exp(rows).sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(rows[np.arange(len(codes)), codes]).all()
    with pytest.raises(LivecodeError, match="whole numbers"):
        model.log_probs(codes[:-1])


def test_a_seed_is_a_take_at_a_length_that_is_asked_for() -> None:
    model = FullbandSampleRNN("wide", RATE_HZ, CONFIG, fullband_tensors())
    one, same = (model.generate(0.05, seed=3) for _ in range(2))
    assert one.shape == (800,)
    assert (one == same).all()
    assert not (one == model.generate(0.05, seed=4)).all()


def test_a_codebook_finds_what_outlines_have_in_common() -> None:
    rng = np.random.default_rng(0)
    kinds = rng.standard_normal((5, 12)).astype(np.float32)
    outlines = kinds[rng.integers(5, size=400)] + 0.01 * rng.standard_normal((400, 12))
    book = codebook.learned(outlines.astype(np.float32), stages=2, entries=8)
    tokens = codebook.tokens_of(outlines.astype(np.float32), book)
    again = codebook.outline_of(tokens, book)
    assert np.square(again - outlines).mean() < 0.01 * np.square(outlines).mean()


def test_a_token_stays_until_another_is_nearer_by_so_much() -> None:
    book = np.array([[[0.0], [1.0]], [[-0.1], [0.1]], [[-0.01], [0.01]]], np.float32)
    between = np.tile([0.0, 0.45, 0.55], 20)  # now nearer to one entry, now to the other
    moved = np.concatenate([between, np.ones(5)]).astype(np.float32)[:, None]
    restless = codebook.tokens_of(moved, book)
    held = codebook.tokens_of(moved, book, hold=1.0)
    assert (np.diff(restless[:, 0]) != 0).sum() > 30
    assert held[:, 0].tolist() == [0] * 60 + [1] * 5, "it goes where the music goes"
    assert (np.diff(held[:, 2]) != 0).sum() > 30, "the last stages follow every frame"
    assert codebook.tokens_of(moved[:0], book, hold=1.0).shape == (0, 3)


def test_the_highest_pitches_are_told_as_wide_as_the_model_says() -> None:
    plain, wide = (
        bands.told_by_bands(FullbandConfig(**more), 32_000)[0]
        for more in ({}, {"narrow": 0.15, "treble": 0.6})
    )
    a4, b7 = 33, bands.SEMITONES - 1
    np.testing.assert_array_equal(plain[a4], wide[a4])
    later = slice(20, 24)  # 2.5 ms
    assert np.abs(plain[b7, later]).max() > 0.4 * plain[b7, 0], "a line of 34 Hz rings on"
    assert np.abs(wide[b7, later]).max() < 0.1 * wide[b7, 0]


def test_a_pitch_is_told_as_a_tone_that_dies_away_where_the_model_says_so() -> None:
    config = FullbandConfig(order=640, narrow=0.02, damped=1.0)
    a4 = bands.told_by_bands(config, 32_000)[0, 33].astype(np.float64)
    loss = -np.log(a4[::200] / a4[0])  # 440 Hz: every 200 steps of 8 kHz are eleven periods
    assert loss[1] > 0.05
    np.testing.assert_allclose(loss, loss[1] * np.arange(4), rtol=1e-2, atol=1e-5)


def test_a_pitch_gets_back_what_is_measured_beside_it() -> None:
    plain = FullbandConfig()
    outline = bands.measured(tone(261.63, 1.0, 32_000), plain, 32_000)[15:16]
    c4 = 24

    def own(rounds: int) -> tuple[float, float]:
        told = bands.told_power(outline, replace(plain, sharpened=rounds), 32_000)[0]
        return told[c4] / told.sum(), told.sum()

    (before, power), (after, same) = own(0), own(6)
    assert before < 0.75
    assert after > 0.9
    assert same == pytest.approx(power, rel=1e-3)


def test_an_outline_alone_is_that_of_the_frames_that_go_with_it() -> None:
    tensors = fullband_tensors(seed=3)

    def likeliest(log_probs: np.ndarray, token: bool) -> int:
        return int(log_probs.argmax())

    alone = Walk(CONFIG, tensors, RATE_HZ, likeliest).outline(4)
    whole = Walk(CONFIG, tensors, RATE_HZ, likeliest)
    first = whole.first_tokens()
    drawn = [whole.frame()[0] for _ in range(3)]
    assert (alone == np.stack([first, *drawn])).all()
    assert len(np.unique(alone[:, 0])) > 1, "the test is blunt"


def test_a_transposed_outline_is_that_of_the_transposed_sound() -> None:
    config = FullbandConfig()
    low, high = (
        bands.measured(tone(hz, 1.0, 32_000), config, 32_000)
        for hz in (440.0, 440.0 * 2 ** (2 / 12))
    )
    moved = transposed(low, 2)[15, : bands.SEMITONES]
    assert np.abs(moved - high[15, : bands.SEMITONES])[moved > -50].max() < 1.0
    assert (
        transposed(high, -2)[15, : bands.SEMITONES].argmax() == low[15, : bands.SEMITONES].argmax()
    )


def test_what_has_run_away_is_led_back_where_a_weaker_prediction_would_ring_for_ever() -> None:
    poles = 0.98 * np.exp(1j * np.array([0.1, -0.1, 0.5, -0.5, 1.0, -1.0]))
    taps = -np.poly(poles).real[1:]
    assert np.abs(np.roots([1, *(-0.95 * taps)])).max() > 1, "smaller as a whole, it is unstable"
    config = FullbandConfig(order=16)
    pred, track = residual.predictor(config, 32_000), residual.track(config)
    track.taps[0, : len(taps)] = taps
    level, span = 0.01, config.spans[1]
    x = np.zeros(4000)
    for t in range(len(x)):
        if t % config.spans[0] == 0:
            residual.lead_back(track, 0, level, span)
        struck = 0.5 if t < 100 else 0.0
        x[t] = residual.sample_of(residual.predicted(pred, track, 0), struck, level)
        residual.take(track, 0, x[t], struck)
        residual.step_on(pred, track)
    assert np.abs(x[:100]).max() == pytest.approx(residual.RAIL * level)
    assert np.abs(x[-100:]).max() < level
