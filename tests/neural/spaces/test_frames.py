"""Training frames from real files in real folders, good ones and broken ones."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.neural.audio import spectrum
from livecode.neural.spaces.training.audio_frames import AudioFrames, steady_frames
from livecode.neural.spaces.training.frames import AdditiveFrames

SR, N_FFT = 22050, 2048


def _tone(freq_hz: float, seconds: float, sample_rate: int = SR) -> np.ndarray:
    t = np.arange(int(seconds * sample_rate)) / sample_rate
    return 0.1 * sum(np.cos(2 * np.pi * k * freq_hz * t + k) / k for k in range(1, 6))


def _folder(path: Path, files: int = 4) -> Path:
    for i in range(files):
        soundfile.write(path / f"tone{i}.wav", _tone(200 * 1.3**i, 1.5), SR)
    return path


def test_audio_of_another_rate_is_brought_to_the_models(tmp_path: Path) -> None:
    for i in range(3):
        soundfile.write(tmp_path / f"{i}.flac", _tone(440, 1.5, 48000), 48000)
    frames = AudioFrames(tmp_path, 2, SR, N_FFT, seed=0)
    levels = frames.held_out().levels
    peak_hz = spectrum.bin_frequencies(N_FFT, SR)[levels.argmax(1)]
    np.testing.assert_allclose(peak_hz, 440, atol=SR / N_FFT)


def test_stereo_in_subfolders_is_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for i in range(2):
        soundfile.write(tmp_path / "deep" / f"{i}.wav", np.stack([_tone(300, 1)] * 2, 1), SR)
    assert len(AudioFrames(tmp_path, 2, SR, N_FFT, seed=0).held_out().levels) > 10


@pytest.mark.slow
def test_held_out_frames_come_from_other_files(tmp_path: Path) -> None:
    frames = AudioFrames(_folder(tmp_path, 10), 2, SR, N_FFT, seed=0)
    train = frames.draw(2000, np.random.default_rng(0)).levels.argmax(1)
    held_out = frames.held_out().levels.argmax(1)
    assert len(set(train)) >= 9
    assert set(train).isdisjoint(held_out)


def test_broken_and_short_files_are_named_and_skipped(tmp_path: Path) -> None:
    _folder(tmp_path)
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    soundfile.write(tmp_path / "short.wav", _tone(300, 0.1), SR)
    soundfile.write(tmp_path / "silent.wav", np.zeros(SR), SR)
    frames = AudioFrames(tmp_path, 2, SR, N_FFT, seed=0)
    assert [reason.split()[0] for reason in frames.skipped] == [
        "broken.wav",
        "short.wav",
        "silent.wav",
    ]


def test_a_folder_without_usable_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    with pytest.raises(LivecodeError, match=r"holds no usable audio.*broken\.wav cannot be read"):
        AudioFrames(tmp_path, 2, SR, N_FFT, seed=0)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="there is no folder"):
        AudioFrames(tmp_path / "nowhere", 2, SR, N_FFT, seed=0)


def test_one_recording_is_enough(tmp_path: Path) -> None:
    frames = AudioFrames(_folder(tmp_path, 1), 2, SR, N_FFT, seed=0)
    assert len(frames.held_out().levels) >= 1


def test_pitched_audio_guides_the_first_axis_and_noise_none(tmp_path: Path) -> None:
    tones = AudioFrames(_folder(tmp_path), 2, SR, N_FFT, seed=0)
    assert tones.axis_names == ("pitch",)
    assert np.isfinite(tones.held_out().guide[:, 0]).all()
    assert np.isnan(tones.held_out().guide[:, 1]).all()
    noise = tmp_path / "noise"
    noise.mkdir()
    for i in range(2):
        sound = np.random.default_rng(i).normal(0, 0.1, 2 * SR)
        soundfile.write(noise / f"{i}.wav", sound, SR)
    hiss = AudioFrames(noise, 2, SR, N_FFT, seed=0)
    assert hiss.axis_names == ()
    assert hiss.log2_f0 is None


def test_steady_frames_leave_out_attack_and_silence() -> None:
    tone = _tone(440, 1.0)
    audio = np.concatenate([np.zeros(SR), tone, np.zeros(SR)]).astype(np.float32)
    frames = steady_frames(audio, N_FFT)
    level = np.sqrt(np.square(frames).mean(1))
    assert len(frames) == pytest.approx(SR / 512 - 6, abs=3)
    assert level.min() > 0.7 * level.max()


def test_copies_fill_the_gaps_between_the_notes_played(tmp_path: Path) -> None:
    frames = AudioFrames(_folder(tmp_path), 1, SR, N_FFT, seed=0)
    mean, deviation = frames.log2_f0 or (0.0, 0.0)
    guide = frames.draw(4000, np.random.default_rng(0)).guide[:, 0]
    played = np.log2(200 * 1.3 ** np.arange(4))
    apart = np.abs(guide[:, None] * deviation + mean - played).min(1) * 12
    assert 0.1 < (apart < 0.02).mean() < 0.4, "some are as they were"
    assert apart.max() == pytest.approx(1.0, abs=0.1), "and none is farther than a semitone"
    held_out = frames.held_out().guide[:, 0] * deviation + mean
    assert np.abs(held_out[:, None] - played).min(1).max() * 12 < 0.05


def test_axes_are_aligned_with_descriptors_in_the_order_given(tmp_path: Path) -> None:
    align = ("flatness", "centroid")
    frames = AudioFrames(_folder(tmp_path), 4, SR, N_FFT, seed=0, align=align)
    assert frames.axis_names == ("pitch", "flatness", "centroid")
    batch = frames.draw(500, np.random.default_rng(0))
    assert np.isfinite(batch.guide[:, :3]).all()
    assert np.isnan(batch.guide[:, 3]).all()
    assert np.abs(batch.guide[:, 1:3].mean(0)).max() < 0.3
    mags = spectrum.unscaled(batch.levels)
    centroid = (mags**2 @ spectrum.bin_frequencies(N_FFT, SR)) / (mags**2).sum(1)
    assert np.corrcoef(batch.guide[:, 2], np.log2(centroid))[0, 1] > 0.999


@pytest.mark.parametrize(
    ("align", "words"),
    [(("warmth",), "cannot be aligned with 'warmth'"), (("centroid",), "2 axes are guided")],
)
def test_alignments_that_cannot_be_are_refused(
    tmp_path: Path, align: tuple[str, ...], words: str
) -> None:
    with pytest.raises(LivecodeError, match=words):
        AudioFrames(_folder(tmp_path), 1, SR, N_FFT, seed=0, align=align)


def test_noise_is_not_aligned_with_pitch(tmp_path: Path) -> None:
    for i in range(2):
        sound = np.random.default_rng(i).normal(0, 0.1, 2 * SR)
        soundfile.write(tmp_path / f"{i}.wav", sound, SR)
    with pytest.raises(LivecodeError, match="no pitch to align"):
        AudioFrames(tmp_path, 2, SR, N_FFT, seed=0, align=("pitch",))


def test_every_file_is_remembered_by_some_of_its_frames(tmp_path: Path) -> None:
    frames = AudioFrames(_folder(tmp_path), 2, SR, N_FFT, seed=0)
    assert list(frames.sounds) == ["tone0", "tone1", "tone2", "tone3"]
    assert frames.sounds["tone3"].shape == (8, 1024)


def test_additive_tones_are_new_at_every_draw_and_held_out_ones_never_change() -> None:
    frames = AdditiveFrames(3, SR, N_FFT, seed=1)
    one, other = (frames.draw(4, np.random.default_rng(i)).levels for i in range(2))
    assert np.abs(one - other).max() > 0.1
    np.testing.assert_array_equal(frames.held_out().levels, frames.held_out().levels)
    assert frames.axis_names == ("pitch", "partials", "decay")
    assert frames.draw(4, np.random.default_rng(0)).guide.shape == (4, 3)


def test_more_dimensions_than_factors_leave_the_rest_free() -> None:
    guide = AdditiveFrames(10, SR, N_FFT, seed=1).held_out().guide
    assert np.isfinite(guide[:, :8]).all()
    assert np.isnan(guide[:, 8:]).all()
