"""Rendering: how far it is while the tempo changes, and an end that takes longer than a scene."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.offline.render import RenderOptions, render

TONE = "@dsp\ndef a():\n    return Sine(220, mul=0.2)\n\n"


def rendered(tmp_path: Path, text: str) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Return the sound of a set, and what was told of the progress on the way."""
    path, out, told = tmp_path / "piece.py", tmp_path / "out.wav", []
    path.write_text(text)
    errors = render(RenderOptions(path, out), lambda *progress: told.append(progress))
    assert errors == []
    return soundfile.read(out)[0], told


def test_the_bar_follows_the_tempo(tmp_path: Path) -> None:
    text = TONE + "# %% one  for=8*beats\ntempo(240)\n# %% two  for=16*beats\nx = 1\n"
    text += "# %% three  for=4*beats\ntempo(60)\n"
    audio, told = rendered(tmp_path, text)
    length_s = len(audio) / 48000
    assert length_s == pytest.approx(2 + 4 + 4, abs=0.4)
    wholes = [(played_s, whole_s) for played_s, whole_s in told if played_s > 0.3]
    before = [whole_s for played_s, whole_s in wholes if played_s < 5.5]
    assert before == pytest.approx([2 + 4 + 1] * len(before), abs=0.4)
    after = [whole_s for played_s, whole_s in wholes if played_s > 6.5]
    assert after == pytest.approx([length_s] * len(after), abs=0.4)


def test_an_end_that_takes_longer_than_its_scene_is_rendered_whole(tmp_path: Path) -> None:
    text = TONE + '# %% one  for=0.5*s\nx = 1\n# %% two  ends=["a"] fade=24*s\nx = 2\n'
    audio, _ = rendered(tmp_path, text)
    assert len(audio) / 48000 == pytest.approx(0.5 + 24, abs=0.6)
    levels = [np.sqrt(np.mean(audio[48000 * at : 48000 * (at + 1)] ** 2)) for at in range(24)]
    assert all(later < sooner for sooner, later in pairwise(levels[1:]))
    assert levels[22] > 0.001
    assert np.abs(audio[-480:]).max() < 0.001
