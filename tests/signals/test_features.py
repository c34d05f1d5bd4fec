"""Features of real sounds: level, brightness, change, pitch and roughness, and their memory."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from livecode.signals.features import LEAST, MEL_BANDS, READABLE, SoundFeatures

SR = 48000
NUMBERS = [name for name in READABLE if name not in ("mel", "chroma", "samples")]
Sound = NDArray[np.float64]


def times(seconds: float, sample_rate: int = SR) -> Sound:
    return np.arange(int(seconds * sample_rate)) / sample_rate


def sine(hz: float, seconds: float = 0.5, gain: float = 0.5, sample_rate: int = SR) -> Sound:
    return gain * np.sin(2 * np.pi * hz * times(seconds, sample_rate))


def noise(seconds: float = 0.5, gain: float = 0.2, seed: int = 1) -> Sound:
    return gain * np.random.default_rng(seed).standard_normal(int(seconds * SR))


def harmonic(hz: float, partials: int = 8, first: int = 1, seconds: float = 0.3) -> Sound:
    numbers = [k for k in range(first, first + partials) if k * hz < 0.4 * SR]
    return np.sum([sine(k * hz, seconds, 0.2 / k) for k in numbers], axis=0)


def heard(sound: Sound, sample_rate: int = SR, chunk: int = 256) -> SoundFeatures:
    features = SoundFeatures(sample_rate)
    samples = sound.astype(np.float32)
    for start in range(0, len(samples), chunk):
        features.listen(samples[start : start + chunk])
    return features


def followed(sound: Sound, name: str, every: int = 256) -> Sound:
    """Return the feature as read after every few frames."""
    features, samples = SoundFeatures(SR), sound.astype(np.float32)
    readings = []
    for start in range(0, len(samples), every):
        features.listen(samples[start : start + every])
        readings.append(getattr(features, name))
    return np.array(readings)


def onsets(sound: Sound) -> int:
    readings = followed(sound, "onset")
    return int(np.sum(np.diff(readings, prepend=0.0) > 0))


def test_silence_reads_neutral_finite_numbers() -> None:
    for features in (SoundFeatures(SR), heard(np.zeros(SR)), heard(np.full(SR, 0.3))):
        assert features.centroid == features.flatness == features.flux == LEAST
        assert features.onset == 0.0
        assert features.pitch == features.confidence == 0.0
        assert features.roughness == LEAST
        assert not features.chroma.any()
    assert heard(np.zeros(SR)).level == -100.0
    assert not heard(np.zeros(SR)).mel.any()


def test_every_number_is_a_plain_float() -> None:
    features = heard(harmonic(220))
    assert {type(getattr(features, name)) for name in NUMBERS} == {float}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 3e38])
def test_samples_that_are_no_numbers_or_absurd_leave_every_feature_finite(bad: float) -> None:
    sound = sine(440)
    sound[-3000::7] = bad
    features = heard(sound)
    assert all(math.isfinite(getattr(features, name)) for name in NUMBERS)
    assert np.isfinite(features.mel).all()
    assert np.isfinite(features.chroma).all()


def test_a_sample_that_is_not_a_number_counts_as_zero() -> None:
    sound = sine(440)
    holes = np.arange(0, len(sound), 100)
    with_nan, with_zero = sound.copy(), sound.copy()
    with_nan[holes], with_zero[holes] = np.nan, 0.0
    assert heard(with_nan).rms == heard(with_zero).rms


def test_the_level_of_a_sine_is_3_db_below_its_peak() -> None:
    features = heard(sine(468.75, gain=1.0))
    assert features.rms == pytest.approx(math.sqrt(0.5), rel=1e-4)
    assert features.level == pytest.approx(-3.01, abs=0.01)
    assert features.peak == pytest.approx(1.0, abs=1e-3)


def test_both_channels_count_for_the_level_even_in_antiphase() -> None:
    stereo = np.stack([sine(440), -sine(440)], axis=1)
    assert heard(stereo).rms == pytest.approx(heard(sine(440)).rms)


def test_a_sound_in_antiphase_has_the_shape_and_the_pitch_of_either_channel() -> None:
    tone = harmonic(440)
    features, plain = heard(np.stack([tone, -tone], axis=1)), heard(tone)
    assert features.centroid == pytest.approx(plain.centroid)
    assert features.pitch == pytest.approx(plain.pitch)
    assert features.mel == pytest.approx(plain.mel)


@pytest.mark.parametrize("hz", [100.0, 440.0, 5000.0])
def test_the_centroid_of_a_sine_is_its_frequency(hz: float) -> None:
    features = heard(sine(hz))
    assert features.centroid == pytest.approx(hz, rel=0.02)
    assert features.spread < 20.0
    assert features.brightness == pytest.approx(math.log2(hz / 50) / 8, abs=0.01)


def test_white_noise_has_its_centroid_in_the_middle_and_a_wide_spread() -> None:
    features = heard(noise())
    assert features.centroid == pytest.approx(SR / 4, rel=0.1)
    assert features.spread == pytest.approx(SR / 2 / math.sqrt(12), rel=0.1)


def test_noise_is_flat_and_a_tone_is_not() -> None:
    assert heard(sine(440)).flatness < 0.001
    assert followed(noise(2.0), "flatness")[50:].mean() == pytest.approx(0.56, abs=0.03)


def test_a_ratio_of_two_measures_is_a_number_even_in_silence() -> None:
    silence = SoundFeatures(SR)
    names = ("rms", "peak", "centroid", "spread", "flatness", "brightness", "flux", "roughness")
    assert all(1.0 / getattr(silence, name) > 0.0 for name in names)


def test_flux_is_0_in_a_steady_tone_and_1_out_of_silence() -> None:
    flux = followed(np.concatenate([np.zeros(SR // 2), sine(440)]), "flux")
    assert flux.max() > 0.95
    assert flux[-10:].max() < 0.001
    assert flux.min() >= 0.0
    assert followed(noise(1.0), "flux")[50:].mean() == pytest.approx(0.22, abs=0.03)


def test_flux_does_not_depend_on_level() -> None:
    loud, quiet = (followed(noise(0.5, gain), "flux")[30:] for gain in (0.2, 0.02))
    np.testing.assert_allclose(loud, quiet, rtol=0.02)


def clicks(seconds: float = 4.0, every_s: float = 0.25) -> Sound:
    sound = np.zeros(int(seconds * SR))
    sound[int(0.5 * every_s * SR) :: int(every_s * SR)] = 0.8
    return sound


def test_every_click_is_one_onset() -> None:
    assert onsets(clicks()) == 16
    assert onsets(clicks() + noise(4.0, 0.005)) == 16 + 1  # the noise begins, too


def test_every_burst_and_every_note_is_one_onset() -> None:
    t = times(4.0)
    assert onsets(noise(4.0) * np.exp(-(t % 0.25) / 0.05)) == 16
    hz = np.repeat(200 * 2 ** (np.random.default_rng(2).permutation(16) / 12), SR // 4)
    phase = 2 * np.pi * np.cumsum(hz) / SR
    assert onsets(sum(0.1 * np.sin(k * phase) for k in (1, 2, 3)) * np.exp(-(t % 0.25) / 0.2)) == 16


@pytest.mark.parametrize("steady", [sine(440, 4.0), noise(4.0)], ids=["sine", "noise"])
def test_a_steady_sound_begins_only_once(steady: Sound) -> None:
    assert onsets(steady) == 1


def test_an_onset_is_1_in_its_hop_and_fades() -> None:
    readings = followed(clicks(0.25), "onset", every=512)
    first = int(readings.argmax())
    assert readings[first] == 1.0
    assert readings[first + 9] == pytest.approx(math.exp(-9 * 512 / SR / 0.1))


def test_a_reader_every_50_ms_sees_every_onset() -> None:
    readings = followed(clicks(), "onset", every=SR // 20)
    assert int(np.sum(np.diff(readings, prepend=0.0) > 0)) == 16
    assert readings[readings > 0].min() > 0.05


@pytest.mark.parametrize("hz", np.geomspace(42.0, 1950.0, 25))
def test_the_pitch_of_a_harmonic_tone_is_right_within_half_a_percent(hz: float) -> None:
    for sound in (sine(hz, 0.3), harmonic(hz), harmonic(hz, partials=6, first=2)):
        features = heard(sound)
        assert features.pitch == pytest.approx(hz, rel=0.005)
        assert features.confidence > 0.8


def test_noise_has_no_pitch_nor_has_what_has_only_just_begun() -> None:
    assert not followed(noise(1.0), "pitch").any()
    begun = followed(np.concatenate([np.zeros(SR // 4), harmonic(220)]), "pitch", every=512)
    assert set(np.round(begun[begun > 0])) == {220.0}
    assert begun[-1] == pytest.approx(220.0, rel=0.005)


@pytest.mark.parametrize("hz", [220.0, 440.0, 1000.0])
def test_two_tones_are_roughest_a_quarter_of_a_critical_band_apart(hz: float) -> None:
    critical_band_hz = 25 + 75 * (1 + 1.4 * (hz / 1000) ** 2) ** 0.69  # Zwicker and Terhardt 1980
    apart = np.arange(4.0, 2.0 * critical_band_hz, 2.0)
    rough = [heard(sine(hz) + sine(hz + x)).roughness for x in apart]
    assert apart[np.argmax(rough)] / critical_band_hz == pytest.approx(0.25, abs=0.06)
    assert max(rough) == pytest.approx(0.5, abs=0.01)
    assert rough[-1] < 0.1


def test_one_tone_and_far_ones_are_smooth_and_a_cluster_is_rough() -> None:
    assert max(heard(sine(hz)).roughness for hz in (440.0, 441.3, 442.9, 444.2)) < 0.001
    assert heard(sine(300) + sine(900)).roughness < 0.02
    cluster = np.sum([sine(440 + 25 * k, gain=0.1) for k in range(6)], axis=0)
    assert 0.6 < heard(cluster).roughness < 1.0


def test_the_mel_band_of_a_sine_is_the_loudest_and_at_its_level() -> None:
    mel = heard(sine(1000, gain=1.0)).mel
    assert mel.dtype == np.float32
    assert mel.shape == (MEL_BANDS,)
    assert mel.max() == pytest.approx(1 - 3 / 80, abs=0.03)
    assert np.sum(mel > 0.5) <= 3
    assert mel.argmax() < heard(sine(4000)).mel.argmax()


@pytest.mark.parametrize(("hz", "pitch_class"), [(440.0, 9), (261.63, 0), (1318.5, 4)])
def test_the_chroma_of_a_note_is_its_pitch_class(hz: float, pitch_class: int) -> None:
    chroma = heard(sine(hz)).chroma
    assert chroma.argmax() == pitch_class
    assert chroma[pitch_class] > 0.7
    assert chroma.sum() == pytest.approx(1.0, abs=1e-5)


def test_what_is_given_out_as_an_array_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        heard(sine(440)).mel[0] = 1.0


@pytest.mark.parametrize("chunk", [64, 1000, 24000])
def test_the_cut_into_pieces_makes_no_difference(chunk: int) -> None:
    sound = harmonic(330) + noise(0.3, 0.02)
    whole, pieces = heard(sound, chunk=128), heard(sound, chunk=chunk)
    for name in NUMBERS:
        assert getattr(pieces, name) == getattr(whole, name)


@pytest.mark.parametrize("sample_rate", [16000, 44100, 96000])
def test_other_sample_rates_have_windows_and_values_alike(sample_rate: int) -> None:
    features = heard(sine(440, sample_rate=sample_rate), sample_rate)
    assert 0.03 <= features.window_frames / sample_rate <= 0.06
    assert features.centroid == pytest.approx(440, rel=0.02)
    assert features.pitch == pytest.approx(440, rel=0.005)


def test_within_a_hop_a_feature_is_measured_once() -> None:
    features = heard(sine(440)[: 40 * 512])
    before = features.rms
    features.listen(np.ones(features.hop_frames // 2, np.float32))
    assert features.rms == before
    features.listen(np.ones(features.hop_frames // 2, np.float32))
    assert features.rms > before


# Prints, for each feature, the bytes that 300 ticks leave behind, and the most that they held.
COUNT_ALLOCATIONS = """
import json, tracemalloc
import numpy as np
from livecode.signals.features import READABLE, SoundFeatures

block = 0.2 * np.random.default_rng(1).standard_normal((128, 2)).astype(np.float32)

def count(name):
    features = SoundFeatures(48000)
    def ticks():
        for _ in range(300):
            features.listen(block)
            getattr(features, name)
    ticks()
    tracemalloc.start()
    ticks()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    ticks()
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before, peak - before

print(json.dumps({name: count(name) for name in READABLE}))
"""


@pytest.fixture(scope="module")
def allocated() -> dict[str, tuple[int, int]]:
    """Allocations by feature, counted where no other thread runs, since its own would count as well."""
    command = [sys.executable, "-c", COUNT_ALLOCATIONS]
    counted = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name: (left, most) for name, (left, most) in json.loads(counted.stdout).items()}


@pytest.mark.parametrize("name", READABLE)
def test_reading_at_every_tick_allocates_no_arrays(
    name: str, allocated: dict[str, tuple[int, int]]
) -> None:
    left, most = allocated[name]
    assert left < 4000
    # Its smallest array is a spectrum of 1025 numbers, 8 kB; that of roughness has 4097, 33 kB,
    # and numpy needs 8 kB for a moment to form the pairs of partials.
    assert most < (16000 if name == "roughness" else 8000)


def test_a_name_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="did you mean flatness"):
        SoundFeatures(SR).flattness
    with pytest.raises(AttributeError, match="there are rms, level"):
        SoundFeatures(SR).xyz
