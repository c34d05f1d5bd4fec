"""Short trainings side by side, and the sentence where Ray Tune is missing."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from rich.console import Console  # noqa: E402

from livecode.cli.tune_samplernn import print_trials  # noqa: E402
from livecode.errors import LivecodeError  # noqa: E402
from livecode.neural.samplernn.training.tune import Trial, tuned  # noqa: E402
from tests.neural.samplernn.tiny_training import settings_for, write_tones  # noqa: E402


def test_without_ray_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # as if it were not installed
    with pytest.raises(LivecodeError, match=r"pip install \"livecode\[train,tune\]\""):
        tuned(settings_for(tmp_path / "tone.flac", tmp_path), trials=1, at_once=1)


def test_the_best_trial_becomes_a_command(tmp_path: Path) -> None:
    trials = [Trial((8, 8), 256, 512, 4e-3, 4.2), Trial((16, 4), 128, 256, 1e-3, 4.9)]
    console = Console(record=True, width=200, quiet=False, file=(tmp_path / "out").open("w"))
    print_trials(trials, settings_for(tmp_path / "tone.flac", tmp_path), console)
    text = console.export_text()
    assert "livecode train samplernn" in text
    assert "--frame-sizes 8 8 --dim 256 --sequence 512" in text
    assert text.index("4.200") < text.index("4.900")


@pytest.mark.slow
def test_trials_are_trained_and_the_best_comes_first(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    settings = settings_for(write_tones(tmp_path / "tone.flac"), tmp_path / "tuning")
    settings = replace(settings, steps=None, minutes=0.1, takes_seconds=0.05)
    trials = tuned(settings, trials=2, at_once=1, dims=(16, 24))
    assert len(trials) == 2
    assert trials[0].held_out <= trials[1].held_out < 8
