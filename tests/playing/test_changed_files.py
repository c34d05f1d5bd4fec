"""Files that change: heard when their line is evaluated again, and not before."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.files import version_of
from livecode.neural.model_file import find_model, read_model, write_model
from tests.samplernn_model import write_samplernn
from tests.sound import rms

RATE = 48000


def exported(path: Path, freq_hz: float) -> None:
    """Write a second of sine over the file in place, and set the clock of the file back."""
    before = path.stat().st_mtime_ns if path.exists() else None
    sine = 0.3 * np.sin(2 * np.pi * freq_hz * np.arange(RATE) / RATE)
    soundfile.write(path, sine, RATE)
    if before is not None:
        os.utime(path, ns=(before, before))


def peak_hz(session: Session) -> float:
    session.advance(0.6)
    audio = session.advance(0.5)
    power = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio))))
    return float(np.argmax(power)) * RATE / len(audio)


def test_a_sample_that_was_exported_anew_is_heard_when_its_line_is_evaluated_again(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "rain.wav"
    line = f"rain = sample({str(path)!r})"
    exported(path, 440)
    session.eval(line)
    assert peak_hz(session) == pytest.approx(440, abs=2)
    exported(path, 880)
    session.eval("rain.level = 0.9")
    assert peak_hz(session) == pytest.approx(440, abs=2)  # nobody has asked for it yet
    session.eval(line)
    assert peak_hz(session) == pytest.approx(880, abs=2)
    generation = session.running()[0]
    session.eval(line)
    assert session.performance.generations.newest == 2, (
        generation
    )  # the same file is not begun again


def test_a_file_written_over_with_the_same_size_and_time_has_another_version(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rain.wav"
    exported(path, 440)
    before, about = version_of(path), path.stat()
    exported(path, 441)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (about.st_size, about.st_mtime_ns)
    assert version_of(path) != before


def quieter(source: Path, path: Path, name: str) -> None:
    """Write a model as it was, but for one of its tensors."""
    meta, tensors = read_model(source)
    write_model(path, tensors | {name: tensors[name] * 0.5}, meta)


@pytest.mark.parametrize("line", ["ego = agent(space({0!r}))", "ego = space({0!r}).hold(0.3)"])
def test_a_space_that_was_trained_anew_is_heard_when_its_line_is_evaluated_again(
    session: Session, tmp_path: Path, line: str
) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(find_model("additive").read_bytes())
    session.eval(line.format(str(path)))
    session.advance(0.2)
    started = session.performance.generations.newest
    session.eval(line.format(str(path)))
    assert session.performance.generations.newest == started
    quieter(path, path, "decoder.head.weight")
    session.eval(line.format(str(path)))
    assert session.performance.generations.newest == started + 1


def test_a_space_of_its_own_line_is_heard_anew_by_who_walks_in_it(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(find_model("additive").read_bytes())
    session.eval(f"glass = space({str(path)!r})\nego = agent(glass)")
    session.advance(0.2)
    quieter(path, path, "decoder.head.weight")
    session.eval(f"glass = space({str(path)!r})")
    assert session.performance.generations.newest == 2
    session.eval(f"glass = space({str(path)!r})")
    assert session.performance.generations.newest == 2


def test_a_samplernn_and_its_prime_are_heard_anew(session: Session, tmp_path: Path) -> None:
    path, prime = write_samplernn(tmp_path), tmp_path / "door.wav"
    exported(prime, 440)
    line = f"r7 = stream({str(path)!r}, prime={str(prime)!r})"
    generations = session.performance.generations
    for change, begun in (
        (lambda: None, 1),
        (lambda: None, 1),
        (lambda: exported(prime, 880), 2),
        (lambda: quieter(path, path, "sample.output.weight"), 3),
        (lambda: None, 3),
    ):
        change()
        assert session.eval(line).ok
        session.advance(0.2)
        assert generations.newest == begun
    assert rms(session.advance(0.5)) > 0
