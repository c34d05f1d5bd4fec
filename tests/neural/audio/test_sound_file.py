"""Sound files from anyone: damaged, too loud, cut off, of opposite polarity, and oddly named."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.files import path_of, path_text, shown
from livecode.neural.audio.fold import Fold
from livecode.neural.audio.sound_file import PIECE, probe, read_mono, read_stereo
from tests.sound import jump, rms

RATE = 48000
SINE = (0.5 * np.sin(2 * np.pi * 330 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def written(path: Path, audio: np.ndarray, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, audio, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan, 1e30])
def test_a_damaged_sample_neither_bursts_nor_clicks_and_is_told_of(tmp_path: Path, bad: float):
    audio = SINE.copy()
    audio[1000] = bad
    sound = read_mono(written(tmp_path / "damaged.wav", audio), RATE)
    assert np.abs(sound.audio - SINE).max() < 0.01
    assert sound.damaged == 1
    assert "1 sample that is no number" in sound.notes[0]


def test_a_long_damaged_stretch_is_silence_and_a_file_of_nothing_else_is_all_silence(
    tmp_path: Path,
):
    audio = SINE.copy()
    audio[1000:5000] = np.nan
    heard = read_mono(written(tmp_path / "hole.wav", audio), RATE).audio
    assert np.abs(heard[1000:5000]).max() == 0
    assert np.array_equal(heard[5000:], SINE[5000:])
    assert not read_mono(written(tmp_path / "all.wav", audio * np.nan), RATE).audio.any()


@pytest.mark.parametrize(("scale", "peak"), [(10_000, 1.0), (-(2.0**31), 1.0), (3.0, 1.5), (6, 3)])
def test_what_goes_beyond_four_times_full_scale_is_brought_down(
    tmp_path: Path, scale: float, peak: float
):
    sound = read_mono(written(tmp_path / "loud.wav", SINE * np.float32(scale), 44100), RATE)
    assert np.abs(sound.audio).max() == pytest.approx(peak, rel=1e-3)
    assert bool(sound.notes) == (peak == 1.0)
    assert not sound.notes or "× full scale, and is brought down" in sound.notes[0]


def test_opposite_channels_do_not_cancel_wherever_that_begins(tmp_path: Path):
    turned = np.stack([SINE, -SINE], 1)
    assert rms(read_mono(written(tmp_path / "a.wav", turned), RATE).audio) == pytest.approx(
        rms(SINE)
    )
    later = np.concatenate([np.stack([SINE, SINE], 1)] * 2 + [turned] * 2)
    heard = read_mono(written(tmp_path / "later.wav", later), RATE).audio
    levels = [rms(heard[at : at + RATE // 2]) for at in range(0, len(heard), RATE // 2)]
    turning = levels.pop(8)  # the piece in which it turns is a mixture
    assert turning > 0.1
    assert np.allclose(levels, rms(SINE), rtol=0.02)
    assert jump(heard[:, None]) < 0.04


def test_four_channels_two_of_them_turned_do_not_cancel(tmp_path: Path):
    four = np.stack([SINE, -SINE, SINE, -SINE], 1)
    heard = read_mono(written(tmp_path / "four.wav", four), RATE).audio
    assert rms(heard) == pytest.approx(rms(SINE), rel=1e-3)


def test_channels_that_do_not_cancel_are_their_mean_to_the_bit(tmp_path: Path):
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (3 * PIECE, 2)).astype(np.float32)
    noise[: 2 * PIECE, 1] = 0
    assert np.array_equal(Fold().one_channel(noise), noise.mean(axis=1))
    heard = read_mono(written(tmp_path / "wide.wav", noise), RATE).audio
    assert np.array_equal(heard, noise.mean(axis=1))


@pytest.mark.parametrize(
    ("format_", "places"),
    [
        ("WAV", ((b"RIFF", 4, 4), (b"data", 4, 4))),
        ("WAV", ((b"data", 4, 4),)),
        ("WAVEX", ((b"data", 4, 4),)),
        ("RF64", ((b"ds64", 8, 24),)),
        ("AU", ((b".snd", 8, 4),)),
        ("CAF", ((b"data", 4, 8),)),
        ("W64", ((b"data", 16, 8),)),
        ("AIFF", ((b"SSND", 4, 4), (b"COMM", 10, 4))),
    ],
)
def test_a_recording_that_was_cut_off_and_says_0_is_read_whole(tmp_path: Path, format_, places):
    path = tmp_path / "cut"
    soundfile.write(path, np.stack([SINE, SINE], 1), RATE, format=format_, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    for name, after, count in places:
        at = content.index(name) + after
        content[at : at + count] = bytes(count)
    path.write_bytes(content)
    probe(path)
    assert np.abs(read_mono(path, RATE).audio - SINE).max() < 1e-3


def test_a_flac_that_ends_in_the_middle_is_played_as_far_as_it_goes(tmp_path: Path):
    path = written(tmp_path / "cut.flac", np.tile(SINE, 4), subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:-20_000])
    sound = read_mono(path, RATE)
    assert len(sound.audio) > RATE
    assert "is cut short" in sound.notes[-1]


def test_a_wav_that_really_is_empty_is_told_from_one_that_was_cut_off(tmp_path: Path):
    path = written(tmp_path / "empty.wav", np.zeros(0), subtype="PCM_16")
    tail = b"LIST" + struct.pack("<I", 12) + b"INFOISFT" + bytes(4)
    path.write_bytes(path.read_bytes() + tail)
    with pytest.raises(LivecodeError, match="is empty"):
        probe(path)


@pytest.mark.parametrize(("rate", "channels"), [(1, 1), (2_000_000_000, 1), (RATE, 200)])
def test_what_no_sound_has_is_refused_before_it_is_read(tmp_path: Path, rate: int, channels: int):
    path = written(tmp_path / "claims.wav", np.full((64, channels), 0.5), rate)
    for read in (probe, read_mono):
        with pytest.raises(LivecodeError, match="it claims"):
            read(path)


def test_only_so_much_is_read_and_so_much_is_said(tmp_path: Path):
    path = written(tmp_path / "long.wav", np.tile(SINE, 4))
    first = read_mono(path, RATE, longest_s=3)
    assert np.array_equal(first.audio, np.tile(SINE, 4)[: 3 * RATE])
    assert "is longer than" in first.notes[0]
    last = read_mono(path, RATE, last_s=0.5)
    assert np.array_equal(last.audio, SINE[-RATE // 2 :])


@pytest.mark.skipif(os.name == "nt", reason="there, names are text")
def test_a_name_that_is_no_utf_8_is_opened_sent_and_shown(tmp_path: Path):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    path.write_bytes(written(tmp_path / "plain.wav", SINE).read_bytes())
    text = path_text(path)
    text.encode()  # it can be sent
    assert path_of(text) == path
    assert shown(text).endswith("caf�.wav")
    for name in (str(path), text):
        assert np.array_equal(read_mono(name, RATE).audio, SINE)


def test_a_part_that_is_asked_for_is_read_without_a_word_and_a_long_file_is_told(
    tmp_path: Path,
) -> None:
    file = written(tmp_path / "long.wav", np.tile(SINE, 2)[:20_000])
    part = read_stereo(file, RATE, 1.0, 4000, 7000)
    assert (len(part.audio), part.longer, part.notes) == (3000, False, ())
    (note,) = read_stereo(file, RATE, 0.1).notes
    assert "is longer than" in note
    assert read_stereo(file, RATE, 0.1, 1000, 19_000).longer
