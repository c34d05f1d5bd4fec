"""Rendering: how far it is while the tempo changes, and an end that takes longer than a scene."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.kernel import beginning
from livecode.offline.render import RenderOptions, render
from livecode.offline.replay import replay
from livecode.performance.tempo_control import opening_frames
from livecode.sets.set_file import parse_set

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


@pytest.mark.parametrize(
    "text",
    [
        'tempo(120)\n# %% one  for=1*bars\nx = hits("bd*4")\n# %% two  for=1*bars quant=1*bars\n'
        'y = hits("rim*4")\ndel x\n',
        'tempo(120)\nx = hits("bd*4")\n# %% one  for=1*bars\ny = hits("~ rim ~ rim")\n',
    ],
)
def test_what_is_on_the_line_that_a_scene_begins_on_is_heard(tmp_path: Path, text: str) -> None:
    audio, _ = rendered(tmp_path, text)
    loud = np.abs(audio).max(axis=1)
    for beat in range(round(len(audio) / 24_000) - 1):
        assert loud[24_000 * beat :][:2400].max() > 0.1, beat
    assert loud[0] > 0, "the first one begins with the file"


def test_a_set_without_scenes_begins_with_its_first_beat_too(tmp_path: Path) -> None:
    path, out = tmp_path / "page.py", tmp_path / "out.wav"
    path.write_text('tempo(120)\nx = hits("bd ~ ~ ~")\n')
    render(RenderOptions(path, out, seconds=1.0), lambda *progress: None)
    audio = soundfile.read(out)[0]
    assert len(audio) == pytest.approx(48_000, abs=512)
    assert np.abs(audio[:2400]).max() > 0.1


def test_a_set_that_opens_a_performance_is_replayed_byte_by_byte(tmp_path: Path) -> None:
    text = (
        'tempo(132)\n# %% one  for=1*bars\nx = hits("bd*4, hh*16")\nx.room = 0.3\n'
        '# %% two  for=1*bars quant=1*bars\ny = hits("rim*4")\nx.room = 0\nx.level = ramp(1, 0, over=1*s)\n'
    )
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        session.open_set(parse_set(text, tmp_path / "piece.py"), opening=True)
        heard = session.advance(4.5)
        session.performance.recorder.closed()
    result = replay(tmp_path / "journal", tmp_path / "again.wav")
    assert result.differs_at_s is None
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    np.testing.assert_array_equal(again, heard)
    path, out = tmp_path / "piece.py", tmp_path / "out.wav"
    path.write_text(text)
    render(RenderOptions(path, out, seconds=3.0, seed=7), lambda *progress: None)
    played = soundfile.read(out, dtype="float32")[0]
    line = opening_frames(256, 48_000)
    np.testing.assert_array_equal(played[: 48_000 * 3 - 256], heard[line:][: 48_000 * 3 - 256])
