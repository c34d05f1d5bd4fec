"""The bank of sines: right pitch and level, continuous phases, gliding partials, no aliases."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.voices.sinebank import REACH_BINS, SineBank, find_peaks, follow, render
from tests.sound import jump, rms

RATE, HOP = 48000, 256
SPACE_RATE, N_FFT = 44100, 2048
BIN_HZ, BINS = SPACE_RATE / N_FFT, N_FFT // 2


def spectrum(partials: list[tuple[float, float]]) -> np.ndarray:
    """Return magnitudes (BINS,) of sines (Hz, amplitude) under a Hann window."""
    bins = np.arange(1, BINS + 1)
    power = np.zeros(BINS)
    for freq_hz, amplitude in partials:
        offset = bins - freq_hz / BIN_HZ
        lobe = np.sinc(offset) + 0.5 * np.sinc(offset - 1) + 0.5 * np.sinc(offset + 1)
        power += np.square(amplitude * lobe)
    return np.sqrt(power).astype(np.float32)


def bank(seed: int = 1, sample_rate: int = RATE) -> SineBank:
    return SineBank(BINS, BIN_HZ, sample_rate, seed)


def play(sines: SineBank, *spectra: np.ndarray, gain: float = 1.0) -> np.ndarray:
    """Play one hop for each spectrum, in order."""
    hops = np.zeros((len(spectra), HOP), np.float32)
    for magnitudes, out in zip(spectra, hops, strict=True):
        sines.play(magnitudes, gain, out)
    return hops.reshape(-1)


def peaks(audio: np.ndarray, sample_rate: int, count: int) -> list[tuple[float, float]]:
    """Return (Hz, amplitude) of the strongest partials of audio, in order of pitch."""
    window = np.hanning(len(audio))
    magnitudes = np.abs(np.fft.rfft(audio * window))
    found = []
    for _ in range(count):
        k = int(magnitudes.argmax())
        left, middle, right = np.log(magnitudes[k - 1 : k + 2])
        offset = 0.5 * (left - right) / (left - 2 * middle + right)
        freq_hz = (k + offset) * sample_rate / len(audio)
        found.append((freq_hz, abs(at_frequency(audio, freq_hz, sample_rate))))
        magnitudes[max(k - 8, 0) : k + 9] = 0
    return sorted(found)


def at_frequency(audio: np.ndarray, freq_hz: float, sample_rate: int = RATE) -> complex:
    """Return amplitude and phase of a sine in audio."""
    window = np.hanning(len(audio))
    turns = np.exp(-2j * np.pi * freq_hz / sample_rate * np.arange(len(audio)))
    return complex(2 * (audio * window * turns).sum() / window.sum())


def test_a_steady_spectrum_sounds_as_its_partials_at_their_pitch_and_level():
    partials = [(110.3, 0.02), (443.7, 0.2), (1001.1, 0.1), (5005.5, 0.05), (15_015.3, 0.01)]
    heard = play(bank(), *[spectrum(partials)] * 400)[-RATE:]
    for (freq_hz, amplitude), (heard_hz, heard_amplitude) in zip(
        partials, peaks(heard, RATE, 5), strict=True
    ):
        assert heard_hz == pytest.approx(freq_hz, abs=1.0)
        assert abs(20 * np.log10(heard_amplitude / amplitude)) < 0.2
    assert rms(heard) == pytest.approx(np.sqrt(sum(a * a for _, a in partials) / 2), rel=0.02)


@pytest.mark.parametrize("offset", np.linspace(0, 1, 9))
def test_pitch_and_level_are_right_wherever_a_partial_lies_between_two_bins(offset: float):
    freq_hz = (46 + offset) * BIN_HZ
    heard = play(bank(), *[spectrum([(freq_hz, 0.3)])] * 400)[-RATE:]
    ((heard_hz, amplitude),) = peaks(heard, RATE, 1)
    assert heard_hz == pytest.approx(freq_hz, abs=1.0)
    assert abs(20 * np.log10(amplitude / 0.3)) < 0.2


def test_a_gain_is_one_and_silence_is_exactly_zero():
    sines, one = bank(), spectrum([(440, 0.1)])
    assert rms(play(sines, *[one] * 20, gain=2.0)[-HOP * 10 :]) == pytest.approx(0.1414, rel=0.01)
    nothing = np.zeros(BINS, np.float32)
    fading = play(sines, nothing)
    assert fading.any()
    assert jump(fading) < 0.02
    assert not play(sines, nothing, nothing).any()
    assert not play(bank(), nothing).any()


notes = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0.0, 0.2)), min_size=0, max_size=5
)  # each a place within its own 150 Hz, and an amplitude


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(notes, st.integers(1, 4)), min_size=2, max_size=12), st.integers(0, 99))
def test_phases_never_break_whatever_the_spectra(sequence: list, seed: int):
    sines = bank(seed)
    before: list[tuple[float, float]] = []
    fading = 0.0
    last = np.zeros(1, np.float32)
    for places, hops in sequence:
        partials = [(100 + 150 * (n + x), a) for n, (x, a) in enumerate(places)]
        heard = play(sines, *[spectrum(partials)] * hops)
        # all that may sound in the first of these hops, each also rising or falling
        steady = sum(a * 2 * np.sin(np.pi * (f + BIN_HZ) / RATE) for f, a in before + partials)
        moving = sum(a / HOP for _, a in before + partials)
        allowed = 1.05 * steady + max(moving, fading) + 1e-5
        assert jump(np.concatenate([last, heard])) <= allowed
        last, before, fading = heard[-1:], partials, moving


def test_a_partial_that_glides_stays_one_partial():
    steps = np.linspace(500, 560, 200)
    heard = play(bank(), *[spectrum([(f, 0.3)]) for f in steps])
    levels = [rms(part) for part in np.split(heard[10 * HOP :], 19)]
    assert 20 * np.log10(max(levels) / min(levels)) < 0.3, "two that beat would swell and fade"
    end = heard[-20 * HOP :]
    ((freq_hz, _),) = peaks(end, RATE, 1)
    assert freq_hz == pytest.approx(steps[-10], abs=3)
    assert jump(heard) <= 0.3 * 2 * np.sin(np.pi * 580 / RATE)


def test_a_partial_that_jumps_far_fades_out_and_another_in():
    sines = bank()
    play(sines, *[spectrum([(500, 0.3)])] * 10)
    heard = play(sines, *[spectrum([(2000, 0.3)])] * 3)
    first, after = heard[:HOP], heard[HOP:]
    assert abs(at_frequency(after, 500)) < 0.01
    assert abs(at_frequency(after, 2000)) == pytest.approx(0.3, rel=0.02)
    assert abs(at_frequency(first, 1250)) < 0.1, "it does not glide through what lies between"


def followed(old_bins: list[float], new_bins: list[float]) -> list[tuple[float, ...]]:
    """Return the rows of the tracks' table when tracks at some bins meet peaks at others."""
    tracks = np.zeros((5, 16))
    for t, place in enumerate(old_bins):
        tracks[:3, t] = 0.1 * (t + 1), place, 0.3
    frequency, amplitude = np.array(new_bins), np.full(len(new_bins), 0.2)
    generator = np.array([1], np.uint64)
    count = follow(
        tracks, len(old_bins), frequency, amplitude, len(new_bins), REACH_BINS, generator
    )
    return [tuple(float(x) for x in track) for track in tracks[:, :count].T]


def test_a_neighbour_that_appears_does_not_take_a_steady_partial_away():
    new, kept = followed([47.0], [45.5, 47.0])
    assert kept == (0.1, 47.0, 0.3, 47.0, 0.2)
    assert (new[2], new[3:]) == (0.0, (45.5, 0.2))
    kept, new = followed([47.0], [47.0, 48.5])
    assert kept == (0.1, 47.0, 0.3, 47.0, 0.2)
    assert (new[2], new[3:]) == (0.0, (48.5, 0.2))


def test_of_two_partials_the_nearer_one_goes_on_and_the_other_fades_at_its_own_pitch():
    for old, nearer in (([45.5, 47.0], 1), ([47.0, 48.5], 0)):
        tracks = followed(old, [47.1])
        assert tracks[nearer][:1] + tracks[nearer][3:] == (0.1 * (nearer + 1), 47.1, 0.2)
        assert tracks[1 - nearer][3:] == (old[1 - nearer], 0.0)


def test_tracks_stay_in_order_of_pitch():
    rng = np.random.default_rng(1)
    for _ in range(200):
        old, new = (np.sort(rng.uniform(1, 60, rng.integers(0, 8))) for _ in range(2))
        pitches = [track[3] for track in followed(list(old), list(new))]
        assert pitches == sorted(pitches)
        assert set(new) <= set(pitches)


def test_nothing_sounds_above_the_nyquist_frequency_of_the_output():
    high = [(9_000, 0.3), (12_345, 0.3), (20_000, 0.3)]
    assert not play(bank(sample_rate=16_000), *[spectrum(high)] * 10).any()
    heard = play(bank(sample_rate=16_000), *[spectrum([(7_000, 0.3), *high])] * 100)
    ((freq_hz, amplitude),) = peaks(heard[-8000:], 16_000, 1)
    assert freq_hz == pytest.approx(7000, abs=1)
    assert amplitude == pytest.approx(0.3, rel=0.03)
    assert rms(heard[-8000:]) == pytest.approx(0.3 / np.sqrt(2), rel=0.03)


def test_the_same_seed_gives_the_same_samples_and_another_one_other_phases():
    sequence = [spectrum([(300 + 5 * n, 0.1), (1000, 0.2)]) for n in range(20)]
    assert np.array_equal(play(bank(7), *sequence), play(bank(7), *sequence))
    assert not np.allclose(play(bank(7), *sequence), play(bank(8), *sequence), atol=0.01)


@pytest.mark.parametrize("seed", [0, -1, 2**63, 2**64, -(2**70)])
def test_any_whole_number_is_a_seed(seed: int):
    assert play(bank(seed), *[spectrum([(440, 0.1)])] * 5).any()


def test_the_cosine_is_exact_to_a_hundred_thousandth():
    turns = np.linspace(-3, 3, 100_001)
    heard = np.zeros(len(turns), np.float32)
    tracks = np.zeros((5, 4))
    for index, phase in enumerate(turns[:: len(turns) // 2000]):
        tracks[:, 0] = phase, 0.0, 1.0, 0.0, 1.0
        render(tracks, 1, heard[index : index + 1])
    count = len(turns[:: len(turns) // 2000])
    expected = np.cos(2 * np.pi * turns[:: len(turns) // 2000])
    assert np.abs(heard[:count] - expected).max() < 1e-5


@pytest.mark.parametrize("kernel", [find_peaks, follow, render])
def test_the_kernels_hold_no_interpreter_lock(kernel: Any) -> None:
    assert kernel.targetoptions["nogil"]


def hump(centre_hz: float, width_hz: float, level: float) -> np.ndarray:
    """Return magnitudes (BINS,) of a band of noise."""
    apart = (np.arange(1, BINS + 1) * BIN_HZ - centre_hz) / width_hz
    return (level * np.exp(-(apart**2))).astype(np.float32)


def test_what_is_broader_than_a_lobe_sounds_as_noise_of_its_level():
    magnitudes = hump(4000, 800, 0.01)
    heard = play(bank(), *[magnitudes] * 600)[50 * HOP :]
    assert rms(heard) == pytest.approx(np.sqrt(np.square(magnitudes).sum() / 3), rel=0.1)
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    narrow = np.add.reduceat(power, np.arange(0, len(power), 10))  # 3.4 Hz each
    assert narrow.max() < 0.02 * narrow.sum(), "no sine stands still in it"


def test_a_partial_in_noise_stays_a_partial():
    magnitudes = np.hypot(spectrum([(4000, 0.2)]), hump(4000, 800, 0.01)).astype(np.float32)
    heard = play(bank(), *[magnitudes] * 400)[-RATE:]
    ((freq_hz, amplitude),) = peaks(heard, RATE, 1)
    assert freq_hz == pytest.approx(4000, abs=2)
    assert abs(20 * np.log10(amplitude / 0.2)) < 0.5


def test_noise_begins_and_ends_without_a_click():
    sines, noise, nothing = bank(), hump(4000, 800, 0.01), np.zeros(BINS, np.float32)
    steady = jump(play(bank(), *[noise] * 200))
    heard = play(sines, nothing, *[noise] * 3, nothing, *[noise] * 3, nothing, nothing)
    assert jump(heard) < 1.2 * steady
