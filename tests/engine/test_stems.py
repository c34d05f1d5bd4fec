"""Stems: one file for each name, aligned with the others, whose sum is the master."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.engine.stems import HighPass, RecordedBlock, StemFiles
from livecode.engine.wav import WavFile
from livecode.transport.messages import Note, Record, Shape, Tape
from tests.engine.conftest import Rig
from tests.engine.test_recorder import await_, largest_file
from tests.sound import rms

RATE, HEAD_BYTES = 48000, 94


def stems(folder: Path) -> dict[str, np.ndarray]:
    """Read the folder's files as name -> audio (frames, 2), the master included."""
    return {path.stem: soundfile.read(path)[0] for path in folder.glob("*.wav")}


def error_db(folder: Path) -> float:
    """Return the largest difference between the master and the sum of its stems, in dBFS."""
    parts = stems(folder)
    master = parts.pop("master")
    return float(20 * np.log10(np.abs(sum(parts.values()) - master).max() + 1e-12))


def record(rig: Rig, folder: Path, bits: int = 32) -> None:
    rig.tell(Record(str(folder / "master.wav"), str(folder), bits))


def stop(rig: Rig) -> None:
    rig.run(1)
    rig.engine.recording.stop()


@pytest.mark.parametrize(("sample_rate", "block"), [(48000, 256), (44100, 64), (96000, 16)])
def test_stems_add_up_to_the_master_from_the_first_sample_on(
    tmp_path: Path, sample_rate: int, block: int
):
    rig = Rig(sample_rate, block)
    try:
        rig.control("low.level", 0, 0.5)
        rig.control("low.pan", 0, -0.7)
        rig.play("low", rig.sine(41, 0.2))
        rig.run(4096 // block + 1)
        record(rig, tmp_path)  # in mid-sound
        rig.run(8192 // block)
        rig.play("high", rig.sine(1234.5, 0.15), fade_s=0.01)
        rig.run(8192 // block)
        rig.fade("low", 0.02)
        rig.run(16384 // block)
        stop(rig)
    finally:
        rig.close()
    parts = stems(tmp_path)
    assert np.abs(parts["master"]).max() > 0.2
    assert np.abs(parts["low"]).max() > 0.1
    assert error_db(tmp_path) < -110


def test_names_that_are_heard_from_other_outputs_are_in_the_recording_and_in_their_stems(
    rig: Rig, tmp_path: Path
):
    rig.engine.outputs.channels = 8
    rig.play("low", rig.sine(375, 0.2))
    rig.play("high", rig.sine(3000, 0.1))
    rig.tell(Shape("low", out=(5, 6)))
    rig.tell(Shape("high"))
    record(rig, tmp_path)
    rig.run(60)
    assert np.abs(rig.run(1)).max() < 0.15, "the master plays the other name alone"
    rig.tell(Shape("low"))
    rig.run(60)
    rig.tell(Shape("low", out=(3,)))
    rig.run(60)
    stop(rig)
    parts = stems(tmp_path)
    assert error_db(tmp_path) < -100
    loudness = [rms(parts["low"][at : at + 1024]) for at in range(30 * 256, 170 * 256, 1024)]
    assert loudness == pytest.approx([loudness[0]] * len(loudness), rel=0.03)
    assert loudness[0] > 0.1
    assert np.abs(np.diff(parts["low"], axis=0)[30 * 256 :]).max() < 1.5 * rig.steady_jump(375)


def test_what_a_panic_cuts_off_is_cut_off_the_stems_too(rig: Rig, tmp_path: Path):
    rig.run(1)  # the master's own parts take a millisecond to come up
    record(rig, tmp_path)
    rig.play("ego", rig.sine(300))
    rig.run(20)
    rig.arena.header.terminal_panics += 1
    rig.run(20)
    stop(rig)
    assert error_db(tmp_path) < -110


def test_a_name_that_comes_later_is_padded_and_one_that_comes_again_goes_on(
    rig: Rig, tmp_path: Path
):
    rig.run(1)
    record(rig, tmp_path)
    rig.play("first", rig.sine(300, 0.1))
    rig.run(20)
    rig.play("second", rig.sine(500, 0.1))
    rig.run(20)
    rig.fade("first")
    rig.run(200)
    rig.play("first", rig.sine(700, 0.1))
    rig.run(20)
    stop(rig)
    parts = stems(tmp_path)
    assert {len(part) for part in parts.values()} == {260 * 256}, "all of them line up"
    assert not parts["second"][: 20 * 256].any()
    assert np.abs(parts["second"][20 * 256 : 21 * 256]).max() > 0.05
    assert np.abs(parts["first"][100 * 256 : 240 * 256]).max() < 1e-7
    assert np.abs(parts["first"][241 * 256 :]).max() > 0.09
    assert error_db(tmp_path) < -110


def test_in_24_bits_they_add_up_as_far_as_these_go(rig: Rig, tmp_path: Path):
    rig.run(1)
    record(rig, tmp_path, bits=24)
    for number, freq_hz in enumerate((110, 300, 700, 1100)):
        rig.play(f"v{number}", rig.sine(freq_hz, 0.1))
    rig.run(50)
    stop(rig)
    assert soundfile.info(tmp_path / "v3.wav").subtype == "PCM_24"
    assert error_db(tmp_path) < -110


def test_a_disk_that_fills_up_ends_the_recording_with_one_sentence_and_not_the_sound(
    rig: Rig, tmp_path: Path
):
    rig.play("ego", rig.sine(300))
    record(rig, tmp_path)
    with largest_file(100_000):
        rig.run(100)
        recording = rig.engine.recording
        await_(lambda: recording.recorder is None or recording.recorder.error)
        heard = rig.run(20)
    assert np.abs(heard).max() > 0.29
    (note,) = [message.text for message in rig.told() if isinstance(message, Note)]
    assert note.startswith(f"recording to {tmp_path / 'master.wav'} stopped: ")
    assert rig.engine.recording.error == note
    assert b'"error":"recording to' in rig.arena.tape.look()


def test_a_folder_that_cannot_be_made_is_told_of(rig: Rig, tmp_path: Path):
    (tmp_path / "file").touch()
    record(rig, tmp_path / "file" / "stems")
    await_(lambda: rig.run(1) is not None and rig.engine.recording.error)
    (note,) = [message.text for message in rig.told() if isinstance(message, Note)]
    assert note.startswith(f"cannot write {tmp_path / 'file'}")


def test_a_recording_taken_up_goes_on_in_the_same_files_in_line(tmp_path: Path):
    blocks = [
        RecordedBlock(np.full((256, 2), 0.1, np.float32), {"ego": np.full((256, 2), 0.1)})
    ] * 8
    first = StemFiles(tmp_path, RATE)
    first.open(0)
    first.write(blocks, 0)  # and then it was killed
    again = StemFiles(tmp_path, RATE, resume=True)
    again.open(4096)
    again.write(blocks[:1], 8192)
    again.close(9000)
    ego = stems(tmp_path)["ego"]
    assert len(ego) == 9000
    assert ego[1:2048].all()
    assert not ego[2048:8193].any()
    assert ego[8193:8448].all()
    assert not ego[8448:].any()


def test_a_new_recording_leaves_none_of_the_former_stems_and_all_other_files(tmp_path: Path):
    block = RecordedBlock(np.zeros((256, 2), np.float32), {"old": np.ones((256, 2))})
    for name in ("old", "new"):
        files = StemFiles(tmp_path, RATE)
        files.open(0)
        files.write([RecordedBlock(block.master, {name: block.added["old"]})], 0)
        files.close(256)
        (tmp_path / "mine.wav").write_bytes(b"something")
    assert {path.name for path in tmp_path.iterdir()} == {"new.wav", "mine.wav", "stems.txt"}


def test_names_that_differ_in_capitals_alone_have_files_of_their_own(tmp_path: Path):
    files = StemFiles(tmp_path, RATE)
    files.open(0)
    files.write(
        [RecordedBlock(np.zeros((256, 2)), {name: np.ones((256, 2)) for name in ("ego", "Ego")})], 0
    )
    files.close(256)
    assert {path.name.casefold() for path in tmp_path.glob("*.wav")} == {"ego.wav", "ego_.wav"}


def test_the_high_pass_does_not_care_how_sound_is_cut_up():
    sound = np.random.default_rng(1).standard_normal((10_000, 2))
    whole = HighPass(RATE).process(sound)
    cut = HighPass(RATE)
    pieces = [cut.process(piece) for piece in np.split(sound, [1, 300, 301, 7000])]
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-12)


def test_24_bits_are_rounded_and_clip(tmp_path: Path):
    sound = np.array([[0.5, -1.0], [1.5, -2.0], [2**-23, 1.4 * 2**-23]], np.float32)
    file = WavFile.fresh(tmp_path / "a.wav", RATE, bits=24)
    file.write(sound)
    file.close()
    read, _ = soundfile.read(tmp_path / "a.wav", dtype="float64")
    top = 1 - 2**-23
    assert read.tolist() == [[0.5, -1.0], [top, -1.0], [2**-23, 2**-23]]
    again = WavFile(tmp_path / "a.wav", RATE, bits=24)
    assert again.frames == 3
    again.close()
    assert WavFile(tmp_path / "a.wav", RATE, bits=32).frames == 0, "another format: begun anew"


def test_24_bits_become_rf64_beyond_4_gb(tmp_path: Path):
    path = tmp_path / "long.wav"
    WavFile.fresh(path, RATE, bits=24).close()
    frames = (1 << 32) // 6 + 1000
    os.truncate(path, HEAD_BYTES + 6 * frames)  # a hole that takes no room
    file = WavFile(path, RATE, bits=24)
    file.set_length(frames + 500)
    file.write(np.full((100, 2), 0.25))
    file.close()
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.frames) == ("RF64", "PCM_24", frames + 600)
    last, _ = soundfile.read(path, start=frames + 500)
    assert (last == 0.25).all()


def test_two_recordings_follow_each_other_without_a_block_lost(rig: Rig, tmp_path: Path):
    rig.run(1)
    rig.play("ego", rig.sine(300, 0.2))
    record(rig, tmp_path / "one")
    heard = [rig.run(33)]
    record(rig, tmp_path / "two")
    heard.append(rig.run(33))
    rig.engine.recording.take_last(rig.engine.frame)
    rig.engine.recording.stop()
    both = [stems(tmp_path / name)["master"] for name in ("one", "two")]
    assert np.array_equal(np.concatenate(both), np.concatenate(heard))
    assert max(error_db(tmp_path / name) for name in ("one", "two")) < -110


def test_offline_a_recording_begins_with_the_block_that_comes_next(rig: Rig, tmp_path: Path):
    rig.play("ego", rig.sine(300, 0.2))
    rig.run(10)
    path = tmp_path / "master.wav"
    rig.engine.recording.start(Tape(str(path), str(tmp_path)), rig.engine.frame, pass_over=True)
    heard = rig.run(40)
    rig.engine.recording.take_last(rig.engine.frame)
    rig.engine.recording.stop()
    assert np.array_equal(stems(tmp_path)["master"], heard)
    assert error_db(tmp_path) < -110


def test_what_is_left_to_be_written_when_a_recording_ends_and_cannot_be_is_told_of(
    rig: Rig, tmp_path: Path
):
    rig.play("ego", rig.sine(300))
    record(rig, tmp_path)
    rig.run(1)
    await_((tmp_path / "stems.txt").exists)
    with largest_file(1000):
        rig.run(10)  # not yet handed over
        rig.tell(Record(""))
        await_(lambda: rig.run(1) is not None and rig.engine.recording.error)
    (note,) = [message.text for message in rig.told() if isinstance(message, Note)]
    assert note.startswith(f"recording to {tmp_path / 'master.wav'} stopped: ")
