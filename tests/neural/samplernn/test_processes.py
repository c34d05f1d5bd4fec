"""Trainings of a SampleRNN in processes of their own: killed, interrupted, or several as one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from livecode.neural.model_file import read_model  # noqa: E402
from livecode.neural.samplernn.training.run import train_samplernn  # noqa: E402
from livecode.neural.samplernn.training.settings import TrainSampleRNNSettings  # noqa: E402
from tests.neural.samplernn.tiny_training import RATE, curve_of, settings_for, write_tones  # noqa: E402


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("audio") / "tone.flac")


def _start(settings: TrainSampleRNNSettings, *more: str) -> subprocess.Popen[str]:
    words = ["--name", "tone", "--out", str(settings.out), "--steps", str(settings.steps)]
    words += ["--sample-rate", str(RATE), "--dim", "24", "--frame-sizes", "4", "4"]
    words += ["--embedding", "16", "--batch", "4", "--sequence", "64", "--sequences", "20"]
    words += ["--checkpoint-minutes", "1e-9", "--takes-seconds", "0.1", *more]
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "livecode.cli",
            "train",
            "samplernn",
            str(settings.sources[0]),
            *words,
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        text=True,
    )


def _await(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.slow
def test_a_killed_training_goes_on_where_its_checkpoint_stands(tone: Path, tmp_path: Path) -> None:
    whole = settings_for(tone, tmp_path / "whole", steps=60)
    killed = settings_for(tone, tmp_path / "killed", steps=60)
    train_samplernn(whole)
    process = _start(killed)
    checkpoint = killed.out / "tone" / "run" / "checkpoint.safetensors"
    _await(checkpoint.exists, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = read_model(checkpoint)[0].config["step"]
    assert 0 < done < 60
    steps_seen = []
    train_samplernn(replace(killed, resume=True), watch=lambda p: steps_seen.append(p["step"]))
    assert steps_seen[0] == done + 10
    assert curve_of(killed) == curve_of(whole)


@pytest.mark.slow
def test_ctrl_c_saves_and_says_how_to_go_on(tone: Path, tmp_path: Path) -> None:
    settings = settings_for(tone, tmp_path, steps=100_000)
    process = _start(settings)
    curve = tmp_path / "tone" / "run" / "curve.jsonl"
    _await(lambda: curve.exists() and len(curve.read_text().splitlines()) >= 2, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.splitlines()[-1].endswith("and is saved: add --resume to go on")
    saved = read_model(tmp_path / "tone" / "run" / "checkpoint.safetensors")[0].config["step"]
    assert f"stopped after {saved} steps" in errors


@pytest.mark.slow
def test_two_processes_learn_what_one_would(tone: Path, tmp_path: Path) -> None:
    alone = settings_for(tone, tmp_path / "alone", steps=40, precision="float32")
    train_samplernn(alone)
    together = replace(alone, out=tmp_path / "together", steps=20)
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words += ["-m", "livecode.cli", "train", "samplernn", str(tone), "--name", "tone"]
    words += ["--out", str(together.out), "--sample-rate", str(RATE), "--dim", "24"]
    words += ["--frame-sizes", "4", "4", "--embedding", "16", "--batch", "4", "--sequence", "64"]
    words += ["--sequences", "20", "--precision", "float32", "--checkpoint-minutes", "1e-9"]
    words += ["--steps", "40", "--takes-seconds", "0.1"]
    done = subprocess.run(
        words, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    one, both = curve_of(alone), curve_of(together)
    assert list(one) == list(both)
    assert np.allclose(list(one.values()), list(both.values()), atol=2e-3)
    state = read_model(together.out / "tone" / "run" / "checkpoint.safetensors")[1]["state.0"]
    assert state.shape == (1, 1, 4, 24)  # of all streams, so that any number can resume
