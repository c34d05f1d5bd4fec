"""The picture of a set: dark in any theme, and of the same play as the strip, the sound and the gallery."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tools import set_picture
from tools.site import sounds

pytest.importorskip("matplotlib")
SET = """# %% one  for=1*s
low = notes("0", "bass", octave=2)

# %% two  for=2*s
low.octave = 3
"""


def test_one_play_is_drawn_heard_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    piece = tmp_path / "tiny.py"
    piece.write_text(SET)
    monkeypatch.setitem(sounds.GALLERY, "tiny", sounds.Stretch("tiny.py", "two", 1.5, 0.25))
    picture, strip, heard = (tmp_path / name for name in ("a.png", "strip.png", "heard.wav"))
    told = [str(piece), str(picture), "--strip", str(strip), "--sound", str(heard)]
    assert set_picture.main([*told, "--gallery", str(tmp_path)]) == 0

    audio, rate = soundfile.read(heard)
    assert len(audio) == pytest.approx(3 * rate, abs=0.6 * rate)
    kept, _ = soundfile.read(tmp_path / "tiny.mp3")
    there = audio[round(1.25 * rate) :][: len(kept)].mean(axis=1)
    alike = np.corrcoef(there[4800:19200], kept.mean(axis=1)[4800:19200])[0, 1]
    assert alike > 0.95, "the gallery has what the set played"
    assert np.asarray(Image.open(picture).convert("L"))[2, 2] < 40, "dark beside the axes"
    assert strip.stat().st_size > 1000
