"""The engine's process: which device it plays on, how it ends, and what remains when it is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from livecode.engine.device import has_portaudio_output
from livecode.engine.engine import UNDERRUN
from livecode.errors import LivecodeError
from livecode.system.signals import TERMINATED
from livecode.transport import Arena
from livecode.transport.messages import Note, PlayBuffer, receive, send

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
#: A line of the log: time, process, level and module, and what is said.
LOGGED = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} engine ERROR livecode\.engine[\w.]*: (.*)"
)


@pytest.fixture
def arena() -> Iterator[Arena]:
    made = Arena.create(48000, 256)
    yield made
    made.header.stop = 1
    try:
        made.unlink()
    except FileNotFoundError:
        pass  # an engine that outlived its terminal has done so


def await_(condition: Callable[[], object], limit_s: float = 20.0) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < limit_s, "it did not happen in time"
        time.sleep(0.002)
    return time.monotonic() - began


@contextmanager
def engine(
    arena: Arena, *options: str, jack: str | None = "nobody-there"
) -> Iterator[subprocess.Popen]:
    """Run an engine process; `jack` is the JACK server that it may find."""
    env = {**os.environ, **({} if jack is None else {"JACK_DEFAULT_SERVER": jack})}
    process = subprocess.Popen(
        [sys.executable, "-m", "livecode.engine", arena.name, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=env,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def await_blocks(arena: Arena, process: subprocess.Popen) -> None:
    before = arena.header.blocks
    await_(lambda: arena.header.blocks > before + 2 or process.poll() is not None)
    assert process.poll() is None, process.communicate()


def play_sine(arena: Arena) -> None:
    """Play half a second of a sine under the name ego."""
    arena.buffers[0].reset(1)
    at = np.arange(arena.buffers[0].capacity)
    arena.buffers[0].write((0.3 * np.sin(2 * np.pi * 300 / 48000 * at)).astype(np.float32))
    send(arena.messages["mind", "engine"], PlayBuffer("ego", 1, 0, 0, 0.02))


def end(process: subprocess.Popen, status: int = 0) -> tuple[str, str]:
    """Close the process's lifeline. Return its standard output and standard error."""
    process.stdin.close()
    process.wait(10)
    assert process.returncode == status
    return process.stdout.read(), process.stderr.read()


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        ("jack", "no JACK server answered; start one (jackd or PipeWire), or play with "),
        ("portaudio", "no audio output device was found; connect one, or play with "),
    ],
)
def test_without_the_device_that_was_asked_for_it_ends_with_a_sentence(
    arena: Arena, backend: str, sentence: str
):
    if backend == "portaudio" and has_portaudio_output():
        pytest.skip("there is an audio output device here")
    with engine(arena, "--audio", backend) as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 2
    assert arena.device.look().decode().startswith(sentence)
    assert LOGGED.fullmatch(error.splitlines()[-1])[1].startswith(sentence)
    assert "Traceback" not in error


def test_a_recording_that_cannot_be_written_ends_it_with_a_sentence(arena: Arena):
    with engine(arena, "--audio", "headless", "--record", "/nowhere/take.wav") as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 2
    (logged,) = error.splitlines()
    sentence = LOGGED.fullmatch(logged)[1]
    assert sentence.startswith("cannot write /nowhere/take.wav: No such file or directory; choose")
    assert arena.device.look().decode() == sentence


def test_headless_it_keeps_the_pace_of_the_clock_on_the_wall(arena: Arena):
    with engine(arena, "--audio", "headless") as process:
        await_blocks(arena, process)
        frames, then_ns = arena.header.clock()
        await_(lambda: arena.header.clock()[1] - then_ns > 2e9)
        later, now_ns = arena.header.clock()
        assert (later - frames) / 48000 == pytest.approx((now_ns - then_ns) * 1e-9, rel=0.02)
        assert arena.device.look() == b"headless (no device)"
        assert 0 < arena.header.load < 1
        output = end(process)
    assert output == ("", ""), "nothing is said where nothing is wrong"


def test_without_its_lifeline_it_ends_with_its_children_and_removes_the_arena(arena: Arena):
    with engine(arena, "--audio", "headless") as process:
        await_blocks(arena, process)
        assert psutil.Process(process.pid).cmdline()[0] == "livecode: engine"
        children = psutil.Process(process.pid).children()
        end(process)
        assert not any(child.is_running() for child in children)
    with pytest.raises(LivecodeError, match="there is no shared memory"):
        Arena.attach(arena.name)


def test_a_signal_ends_the_engine_alone_and_leaves_the_arena_to_the_others(arena: Arena):
    with engine(arena, "--audio", "headless") as process:
        await_blocks(arena, process)
        children = psutil.Process(process.pid).children()
        process.terminate()
        process.wait(10)
        end(process, TERMINATED)
        assert not any(child.is_running() for child in children)
    assert Arena.attach(arena.name).header.blocks == arena.header.blocks


def test_an_engine_whose_terminal_is_ending_leaves_the_arena_to_it(arena: Arena):
    with engine(arena, "--audio", "headless") as process:
        await_blocks(arena, process)
        arena.header.stop = 1
        end(process)
    assert Arena.attach(arena.name).header.stop == 1


def test_it_sounds_and_a_panic_silences_it(arena: Arena):
    with engine(arena, "--audio", "headless") as process:
        await_blocks(arena, process)
        play_sine(arena)
        await_(lambda: arena.header.peak_left > 0.2)
        arena.header.terminal_panics += 1
        blocks = arena.header.blocks
        await_(lambda: arena.header.peak_left == 0.0)
        assert arena.header.blocks - blocks <= 5, "one to see it, one to fade, some to see it here"


def test_a_recording_is_readable_after_kill_9_and_goes_on_with_the_clock(
    arena: Arena, tmp_path: Path
):
    path = tmp_path / "take.wav"
    options = ("--audio", "headless", "--record", str(path))
    with engine(arena, *options) as process:
        await_blocks(arena, process)
        play_sine(arena)
        await_(lambda: arena.header.clock()[0] > 1.2 * 48000)
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed_at, _ = arena.header.clock()
    before, rate = soundfile.read(path, dtype="float32")
    assert rate == 48000
    assert 48000 <= len(before) <= killed_at, "the header was put right at the first second"
    assert np.abs(before).max() > 0.29

    with engine(arena, *options, "--resume") as process:
        await_blocks(arena, process)
        resumed_at, _ = arena.header.clock()
        assert resumed_at > killed_at
        assert resumed_at % 256 == 0
        await_(lambda: arena.header.clock()[0] > resumed_at + 4800)
        end(process)
    ended_at, _ = arena.header.clock()
    after, _ = soundfile.read(path, dtype="float32")
    assert np.array_equal(after[: len(before)], before)
    assert abs(len(after) - ended_at) <= 2 * 256, "as long as the performance, its gap included"


def test_messages_to_an_engine_that_died_are_not_for_the_next_one(arena: Arena):
    play_sine(arena)
    with engine(arena, "--audio", "headless", "--resume") as process:
        await_blocks(arena, process)
        blocks = arena.header.blocks
        await_(lambda: arena.header.blocks > blocks + 20)
        assert arena.header.peak_left == 0.0
        assert arena.header.engine_epoch == 1, "which tells the mind to say everything again"
        play_sine(arena)
        await_(lambda: arena.header.peak_left > 0.2)


def test_auto_takes_what_works_and_says_which(arena: Arena):
    if has_portaudio_output():
        pytest.skip("there is an audio output device here")
    with engine(arena, "--audio", "auto") as process:
        await_blocks(arena, process)
        assert arena.device.look() == b"headless (no device)"


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jack", "auto"])
def test_on_a_jack_server_it_plays_in_real_time_at_the_server_s_rate(
    jack_server: Path, backend: str
):
    arena = Arena.create(44100, 128)
    try:
        with engine(arena, "--audio", backend, jack=None) as process:
            await_blocks(arena, process)
            header = arena.header
            assert (header.sample_rate, header.block) == (48000, 256)
            assert arena.device.look() == b"jack"
            frames, then_ns = header.clock()
            play_sine(arena)
            await_(lambda: header.peak_left > 0.2)
            await_(lambda: header.clock()[1] - then_ns > 1e9)
            later, now_ns = header.clock()
            assert (later - frames) / 48000 == pytest.approx(
                (now_ns - then_ns) * 1e-9, rel=0.05
            )  # another rate, 44100 Hz, is 8 % off
            notes = [m for m in receive(arena.messages["engine", "mind"]) if isinstance(m, Note)]
            assert [note.text for note in notes] in ([], [f"ego {UNDERRUN}"])
            arena.header.stop = 1
            end(process)
    finally:
        arena.unlink()


def test_on_a_jack_server_a_recording_that_cannot_be_written_is_refused_too(
    jack_server: Path, arena: Arena
):
    with engine(arena, "--audio", "jack", "--record", "/nowhere/take.wav", jack=None) as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 2
    logged = LOGGED.fullmatch(error.splitlines()[-1])[1]
    assert logged.startswith("cannot write /nowhere/take.wav: ")
