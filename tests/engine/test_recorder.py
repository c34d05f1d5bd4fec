"""WAV files that can be read while they are written, continue after a crash, and grow beyond 4 GB."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.engine.recorder import Recorder
from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.transport.messages import Tape
from tests.engine.conftest import Rig

RATE, BLOCK = 48000, 256
HEAD_BYTES = 94


def samples(start: int, count: int) -> np.ndarray:
    left = np.arange(start + 1, start + count + 1, dtype=np.float32) / 2**20
    return np.stack([left, -left], axis=1)


def read(path: Path) -> np.ndarray:
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE
    return audio


def await_(condition) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


def test_a_file_can_be_read_whenever_its_header_has_been_updated(tmp_path: Path):
    path = tmp_path / "take.wav"
    file = WavFile.fresh(path, RATE)
    assert len(read(path)) == 0
    for n in range(5):
        file.write(samples(n * BLOCK, BLOCK))
        assert np.array_equal(read(path), samples(0, len(read(path))))
        file.update_header()
        assert np.array_equal(read(path), samples(0, (n + 1) * BLOCK))
    file.close()
    assert soundfile.info(path).subtype == "FLOAT"


def test_a_new_file_replaces_what_was_there(tmp_path: Path):
    path = tmp_path / "take.wav"
    path.write_bytes(b"something else" * 1000)
    file = WavFile.fresh(path, RATE)
    file.write(samples(0, 10))
    file.close()
    assert np.array_equal(read(path), samples(0, 10))


@pytest.mark.parametrize("torn", [0, 1, 7, 8])
def test_a_file_is_gone_on_with_where_its_last_whole_frame_ended(tmp_path: Path, torn: int):
    path = tmp_path / "take.wav"
    file = WavFile.fresh(path, RATE)
    file.write(samples(0, 100))  # and then the process was killed: the header knows nothing of it
    with open(path, "ab") as tail:
        tail.write(samples(100, 1).tobytes()[:torn])
    again = WavFile(path, RATE)
    assert again.frames == 100 + torn // 8
    again.write(samples(again.frames, 50))
    again.close()
    assert np.array_equal(read(path), samples(0, 150 + torn // 8))


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (RATE, 1)])
def test_a_file_of_another_format_is_begun_anew(tmp_path: Path, rate: int, channels: int):
    path = tmp_path / "take.wav"
    other = WavFile.fresh(path, rate, channels)
    other.write(samples(0, 100)[:, :channels])
    other.close()
    file = WavFile(path, RATE)
    file.write(samples(0, 10))
    file.close()
    assert np.array_equal(read(path), samples(0, 10))


def test_beyond_4_gb_it_becomes_rf64_and_the_last_samples_can_be_read(tmp_path: Path):
    path = tmp_path / "long.wav"
    file = WavFile.fresh(path, RATE)
    file.write(samples(0, 10))
    file.close()
    frames = (1 << 32) // 8 + 12_345
    os.truncate(path, HEAD_BYTES + 8 * frames)  # the rest is a hole that takes no room
    file = WavFile(path, RATE)
    assert file.frames == frames
    file.write(samples(0, 100))
    file.close()
    info = soundfile.info(path)
    assert (info.format, info.frames) == ("RF64", frames + 100)
    last, _ = soundfile.read(path, dtype="float32", start=frames, frames=100)
    first, _ = soundfile.read(path, dtype="float32", frames=10)
    assert np.array_equal(last, samples(0, 100))
    assert np.array_equal(first, samples(0, 10))


@pytest.mark.parametrize("over", range(-1, 4))
def test_the_header_changes_over_exactly_where_32_bits_end(tmp_path: Path, over: int):
    path = tmp_path / "long.wav"
    frames = ((1 << 32) - HEAD_BYTES) // 8 + over
    WavFile.fresh(path, RATE).close()
    os.truncate(path, HEAD_BYTES + 8 * frames)
    WavFile(path, RATE).close()
    info = soundfile.info(path)
    assert info.frames == frames
    large = 8 * frames + HEAD_BYTES - 8 > 0xFFFF_FFFF
    assert info.format == ("RF64" if large else "WAV")
    with open(path, "rb") as file:
        head = file.read(HEAD_BYTES)
    assert head[:4] == (b"RF64" if large else b"RIFF")
    assert (head[4:8] == b"\xff" * 4) == (head[-4:] == b"\xff" * 4) == large


@pytest.mark.parametrize("path", ["/nowhere/take.wav", "/dev/full", "."])
def test_a_place_that_cannot_be_written_is_refused_with_a_sentence(path: str):
    with pytest.raises(LivecodeError, match=r"^cannot write .*; choose a place that can be writt"):
        WavFile(path, RATE)
    recorder = Recorder(path, RATE)
    with pytest.raises(LivecodeError, match=r"^cannot write "):
        recorder.await_open()
    recorder.write(samples(0, BLOCK))
    recorder.close()  # does no harm


def test_a_recorder_writes_all_that_it_was_given(tmp_path: Path):
    path = tmp_path / "take.wav"
    recorder = Recorder(path, RATE)
    block = np.empty((BLOCK, 2), np.float32)
    for n in range(400):
        block[:] = samples(n * BLOCK, BLOCK)  # the same array each time: it must be copied
        recorder.write(block)
    recorder.close()
    assert np.array_equal(read(path), samples(0, 400 * BLOCK))
    assert recorder.error is None


def test_a_recorder_keeps_the_header_true_while_it_records(tmp_path: Path):
    path = tmp_path / "take.wav"
    recorder = Recorder(path, RATE)
    for n in range(2 * RATE // BLOCK):
        recorder.write(samples(n * BLOCK, BLOCK))
    await_(lambda: path.exists() and len(read(path)) >= RATE)
    assert np.array_equal(read(path), samples(0, len(read(path))))
    recorder.close()


def test_a_recorder_that_goes_on_fills_the_gap_with_silence(tmp_path: Path):
    path = tmp_path / "take.wav"
    first = Recorder(path, RATE)
    first.write(samples(0, 1000))
    first.close()
    second = Recorder(path, RATE, resume_at=3000)
    second.write(samples(3000, 500))
    second.close()
    audio = read(path)
    assert np.array_equal(audio[:1000], samples(0, 1000))
    assert not audio[1000:3000].any()
    assert np.array_equal(audio[3000:], samples(3000, 500))


def test_a_recorder_waits_for_the_one_before_it(tmp_path: Path):
    path = tmp_path / "take.wav"
    first = Recorder(path, RATE)
    for n in range(100):
        first.write(samples(n * BLOCK, BLOCK))
    first.finish()
    first.write(samples(0, BLOCK))  # too late
    second = Recorder(path, RATE, after=first)
    second.write(samples(7, 10))
    second.close()
    assert np.array_equal(read(path), samples(7, 10))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Limit the size of files, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_is_told_of_once_and_what_was_written_can_be_read(
    rig: Rig, tmp_path: Path
):
    path = tmp_path / "take.wav"
    rig.play("ego", rig.sine(300))
    rig.engine.recording.start(Tape(str(path)), rig.engine.frame)
    with largest_file(100_000):
        rig.run(100)
        await_(lambda: rig.engine.recording.recorder is None or rig.engine.recording.recorder.error)
        heard = rig.run(20)
    assert np.abs(heard).max() > 0.29, "the sound goes on"
    notes = [message.text for message in rig.told() if hasattr(message, "text")]
    assert len(notes) == 1
    assert notes[0].startswith(f"recording to {path} stopped: ")
    assert rig.engine.errors == 0
    assert 0 < len(read(path)) <= 100_000 // 8


KILLED = """
import os, signal, sys
import numpy as np
from livecode.engine.recorder import Recorder
recorder = Recorder(sys.argv[1], 48000)
print("go", flush=True)
n = 0
while True:
    left = np.arange(n + 1, n + 257, dtype=np.float32) / 2**20
    recorder.write(np.stack([left, -left], axis=1))
    n = (n + 256) % 2**20
    while recorder.waiting > 50: pass
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_recording_whose_process_is_killed_is_whole(tmp_path: Path, seed: int):
    path = tmp_path / "take.wav"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    process.stdout.readline()
    await_(lambda: path.exists() and path.stat().st_size > 2**20)
    time.sleep(np.random.default_rng(seed).uniform(0, 0.1))
    process.send_signal(signal.SIGKILL)
    process.wait()

    def as_it_should_be(audio: np.ndarray) -> bool:
        expected = (np.arange(len(audio)) % 2**20 + 1).astype(np.float32) / 2**20
        return np.array_equal(audio[:, 0], expected) and np.array_equal(audio[:, 1], -expected)

    audio = read(path)
    assert as_it_should_be(audio)
    written = (path.stat().st_size - HEAD_BYTES) // 8
    assert written - len(audio) <= RATE + BLOCK, "at most the last second is not in the header"
    file = WavFile(path, RATE)
    assert file.frames == written, "and that comes back when the recording goes on"
    file.close()
    assert as_it_should_be(read(path))
