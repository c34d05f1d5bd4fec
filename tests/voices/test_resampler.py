"""The streaming resampler: its output equals a whole-file resampler's, in pieces of any length."""

import numpy as np
import pytest
import soxr

from livecode.voices.resampler import Resampler

RATES = [(16_000, 48_000), (16_000, 44_100), (22_050, 48_000), (48_000, 44_100), (48_000, 16_000)]


def resampled(audio: np.ndarray, rate_in: int, rate_out: int, pieces: list[int]) -> np.ndarray:
    resampler, at, out = Resampler(rate_in, rate_out), 0, []
    for piece in pieces:
        needed = resampler.needs(piece)
        taken = audio[at : at + needed]
        at += needed
        out.append(resampler.process(np.pad(taken, (0, needed - len(taken))), piece))
    return np.concatenate(out)


def sines(rate: int, seconds: float, *frequencies: float) -> np.ndarray:
    t = np.arange(round(rate * seconds)) / rate
    return sum(np.sin(2 * np.pi * f * t) for f in frequencies).astype(np.float32)


@pytest.mark.parametrize(("rate_in", "rate_out"), RATES)
def test_it_gives_what_a_reference_gives_later_by_its_delay(rate_in: int, rate_out: int) -> None:
    audio = sines(rate_in, 0.5, 220.0, 1760.0, 5000.0)
    ours = resampled(audio, rate_in, rate_out, [256] * (rate_out // 2 // 256))
    reference = soxr.resample(audio, rate_in, rate_out, quality="VHQ")
    lag = round(Resampler(rate_in, rate_out).delay * rate_out / rate_in)
    middle = slice(4000, len(ours) - 4000) if rate_out > 20_000 else slice(2000, len(ours) - 2000)
    fitted = reference[middle.start - lag : middle.stop - lag]
    # the delay is whole in input samples only: let the reference be late by the rest
    spectrum, turns = np.fft.rfft(ours[middle]), np.fft.rfft(fitted)
    assert 20 * np.log10(np.abs(spectrum).max() / np.abs(turns).max()) == pytest.approx(0, abs=0.1)
    loud = np.abs(turns) > 0.2 * np.abs(turns).max()
    assert np.abs(spectrum)[loud] == pytest.approx(np.abs(turns)[loud], rel=0.05)


@pytest.mark.parametrize(("rate_in", "rate_out"), RATES)
def test_the_pieces_it_is_asked_for_do_not_matter(rate_in: int, rate_out: int) -> None:
    audio = np.random.default_rng(1).standard_normal(20_000).astype(np.float32)
    whole = resampled(audio, rate_in, rate_out, [5000])
    parts = resampled(audio, rate_in, rate_out, [1, 7, 256, 999, 1, 3000, 736])
    assert (whole == parts).all()


def test_images_of_a_slow_rate_are_not_heard() -> None:
    audio = sines(16_000, 0.5, 6000.0)
    ours = resampled(audio, 16_000, 48_000, [256] * 90)[2000:22_000]
    spectrum = np.abs(np.fft.rfft(ours * np.hanning(len(ours))))
    frequency = np.fft.rfftfreq(len(ours), 1 / 48_000)
    image = spectrum[frequency > 9000].max()
    assert 20 * np.log10(image / spectrum.max()) < -70


def test_the_same_rate_goes_through_untouched() -> None:
    audio = np.random.default_rng(2).standard_normal(512).astype(np.float32)
    assert (resampled(audio, 48_000, 48_000, [256, 256]) == audio).all()


@pytest.mark.parametrize(
    ("rate_in", "rate_out"),
    [(16_000, 48_000), (44_100, 48_000), (48_000, 44_100), (48_000, 48_000)],
)
def test_it_knows_what_it_will_need(rate_in: int, rate_out: int) -> None:
    resampler = Resampler(rate_in, rate_out)
    coming = [resampler.needs(256, later) for later in range(12)]
    needed = []
    for _ in range(12):
        needed.append(count := resampler.needs(256))
        resampler.process(np.zeros(count, np.float32), 256)
    assert coming == needed
