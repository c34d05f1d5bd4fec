"""The corpus from audio files: which files are used, what is held out, and notes on bad files."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.neural.audio.corpus import PEAK, load_corpus, loud_pieces
from livecode.neural.audio.files import read_audio
from livecode.neural.audio.order import ClipOrder, clip_sequences

RATE = 8000


def _write(
    path: Path, seconds: float, level: float = 0.3, rate: int = RATE, hz: float = 200
) -> Path:
    t = np.arange(int(seconds * rate)) / rate
    soundfile.write(path, level * np.sin(2 * np.pi * hz * t), rate, subtype="PCM_16")
    return path


def test_files_that_are_no_use_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    _write(tmp_path / "good.wav", 3)
    _write(tmp_path / "short.wav", 0.2)
    _write(tmp_path / "silent.wav", 3, level=0.0)
    (tmp_path / "broken.wav").write_bytes(b"RIFF but no more")
    (tmp_path / "notes.txt").write_text("not audio")
    found = read_audio([tmp_path], RATE)
    assert [f.path.name for f in found.files] == ["good.wav"]
    said = "\n".join(found.skipped)
    for name, reason in (
        ("short", "too short"),
        ("silent", "silent"),
        ("broken", "cannot be read"),
    ):
        assert f"{name}.wav" in said
        assert reason in said
    assert len(found.skipped) == 3


def test_clipped_and_narrow_files_are_used_but_said(tmp_path: Path) -> None:
    t = np.arange(3 * RATE) / RATE
    soundfile.write(tmp_path / "loud.wav", np.clip(3 * np.sin(900 * t), -1, 1), RATE)
    _write(tmp_path / "fine.wav", 3, level=1.0)
    found = read_audio([tmp_path], RATE)
    assert len(found.files) == 2
    assert [w for w in found.warnings if "loud.wav is clipped" in w]
    assert not [w for w in found.warnings if "fine.wav" in w]
    narrow = read_audio([tmp_path / "fine.wav"], 2 * RATE)
    assert "no treble" in narrow.warnings[0]


def test_any_rate_and_number_of_channels_becomes_mono_at_the_rate_asked_for(tmp_path: Path) -> None:
    t = np.arange(2 * 44_100) / 44_100
    left, right = np.sin(2 * np.pi * 440 * t), np.zeros(len(t))
    soundfile.write(tmp_path / "stereo.ogg", 0.5 * np.stack([left, right], 1), 44_100)
    (file,) = read_audio([tmp_path], 16_000).files
    assert abs(len(file.audio) - 32_000) < 2
    spectrum = np.abs(np.fft.rfft(file.audio[:16_000] * np.hanning(16_000)))
    assert spectrum.argmax() == 440
    assert np.abs(file.audio[2000:-2000]).max() == pytest.approx(0.25, abs=0.02)


def test_nothing_usable_is_an_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="no file or folder"):
        read_audio([tmp_path / "nowhere"], RATE)
    with pytest.raises(LivecodeError, match="no audio files"):
        read_audio([tmp_path], RATE)
    _write(tmp_path / "silent.wav", 2, level=0.0)
    with pytest.raises(LivecodeError, match="silent"):
        read_audio([tmp_path], RATE)
    _write(tmp_path / "brief.wav", 2)
    with pytest.raises(LivecodeError, match="too little sound"):
        load_corpus([tmp_path], RATE, shortest=4 * RATE)


def test_one_gain_scales_all_files_and_silence_stays_at_zero(tmp_path: Path) -> None:
    _write(tmp_path / "a.wav", 4, level=0.5)
    _write(tmp_path / "b.wav", 4, level=0.05)
    _write(tmp_path / "c.wav", 4, level=0.25)
    corpus = load_corpus([tmp_path], RATE, shortest=RATE)
    peaks = sorted(float(np.abs(p).max()) for p in (*corpus.train, *corpus.held_out))
    assert peaks == pytest.approx([PEAK / 10, PEAK / 2, PEAK], rel=0.01)
    assert corpus.gain == pytest.approx(PEAK / 0.5, rel=0.01)
    assert all(abs(p.mean()) < 1e-3 for p in corpus.train)


def test_files_named_so_are_held_out_whatever_the_share(tmp_path: Path) -> None:
    for i, name in enumerate(("a", "b", "c-held-out", "d", "e")):
        _write(tmp_path / f"{name}.wav", 3 if "held" in name else 9, hz=200 + 100 * i)
    corpus = load_corpus([tmp_path], RATE, shortest=RATE, held_out=0.5)
    assert (len(corpus.train), len(corpus.held_out)) == (4, 1)
    assert corpus.held_out_from == "1 of 5 files (c-held-out.wav)"


def test_whole_files_are_held_out_of_several_and_the_end_of_one(tmp_path: Path) -> None:
    for i in range(8):
        _write(tmp_path / f"{i}.wav", 3, hz=200 + 100 * i)
    corpus = load_corpus([tmp_path], RATE, shortest=RATE)
    assert (len(corpus.train), len(corpus.held_out)) == (7, 1)

    def pitch(piece: np.ndarray) -> int:
        return int(np.abs(np.fft.rfft(piece[:RATE] * np.hanning(RATE))).argmax())

    assert not {pitch(p) for p in corpus.train} & {pitch(p) for p in corpus.held_out}
    ramp = np.linspace(-0.9, 0.9, 40 * RATE)
    soundfile.write(tmp_path / "one.flac", ramp, RATE)
    corpus = load_corpus([tmp_path / "one.flac"], RATE, shortest=RATE // 2)
    gap = corpus.held_out[0].min() - corpus.train[-1].max()
    assert gap * len(ramp) / (2 * PEAK) == pytest.approx(RATE, rel=0.02)  # a second between them


def test_long_silence_is_cut_out_and_short_pauses_stay() -> None:
    t = np.arange(RATE) / RATE
    tone, pause = np.sin(900 * t).astype(np.float32), np.zeros(RATE // 2, np.float32)
    pieces = loud_pieces(np.concatenate([tone, pause, tone, np.zeros(2 * RATE), tone]), RATE)
    assert [round(len(p) / RATE, 1) for p in pieces] == [2.5, 1.0]


def test_every_clip_is_read_once_an_epoch_and_in_order() -> None:
    pieces = (np.arange(1000, dtype=np.float32), np.arange(2000, 2700, dtype=np.float32))
    order = ClipOrder(pieces, batch=2, sequence=20, sequences=4, lookback=10, seed=3)
    seen: list[float] = []
    for step in range(order.steps_per_epoch):
        audio = order.audio(step)
        assert audio.shape == (2, 30)
        heard = audio[:, 10:]
        assert np.array_equal(np.diff(heard, axis=1), np.ones((2, 19)))
        if not order.begins(step):
            assert np.array_equal(audio[:, :10], before[:, -10:])
        before = audio  # noqa: F841
        seen += heard.ravel().tolist()
    assert len(set(seen)) == len(seen)
    assert len(seen) > 0.8 * 1700


def test_the_order_depends_on_seed_epoch_and_step_alone() -> None:
    pieces = (np.random.default_rng(0).normal(size=5000).astype(np.float32),)

    def order(seed: int) -> ClipOrder:
        return ClipOrder(pieces, 2, 20, 4, 10, seed, augment=True)

    one, other = order(1), order(1)
    late = 5 * one.steps_per_epoch + 3
    for step in (0, 7, late):
        one.audio(step)
    assert np.array_equal(one.audio(late), other.audio(late))
    assert not np.array_equal(order(2).audio(late), other.audio(late))
    assert not np.array_equal(one.audio(2), one.audio(2 + one.steps_per_epoch))


def test_clips_are_shorter_where_the_sound_is_in_short_pieces_or_scarce() -> None:
    def sequences(*lengths: int) -> int:
        pieces = [np.zeros(length, np.float32) for length in lengths]
        return clip_sequences(pieces, batch=4, sequence=100, lookback=10, most=50)

    assert sequences(100_000) == 50
    assert sequences(8010) == 20  # a clip for each of four streams
    assert sequences(*[760] * 40) == 7  # notes of equal length
    assert sequences(*[100_000, 300]) == 50  # one short piece is not worth it
    assert sequences(120) == 1


def test_a_piece_shorter_than_a_clip_is_passed_over() -> None:
    long, short = np.ones(2000, np.float32), np.full(80, 7, np.float32)
    order = ClipOrder((long, short), batch=2, sequence=20, sequences=4, lookback=10, seed=0)
    for step in range(order.steps_per_epoch):
        assert order.audio(step).max() == 1
