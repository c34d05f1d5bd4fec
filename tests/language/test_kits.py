"""Kits: folders as live coders keep them, and our own."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.language.kits import kit
from livecode.transport.kits import kit_of
from livecode.voices.sound_store import SoundStore


def write(path: Path, value: float = 0.5, rate: int = 48000, **how: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.full(1000, value), rate, **how)


def test_folders_are_names_and_their_sounds_are_counted_as_people_count(tmp_path: Path) -> None:
    for name in ("bd/2.wav", "bd/10.wav", "bd/1.flac", "808 Hats/x.ogg", "sn1.aiff", "sn2.wav"):
        write(tmp_path / name)
    (tmp_path / "bd" / "notes.txt").write_text("no sound")
    found = kit(tmp_path)
    assert found.names == {"bd": 3, "s808_hats": 1, "sn": 2}
    paths = [Path(sound.path).name for sound in found.listing.sounds]
    assert paths == ["1.flac", "2.wav", "10.wav", "x.ogg", "sn1.aiff", "sn2.wav"]
    assert found.sound("bd", 4) == 1
    assert found.sound(4, 0) == 4
    assert kit_of(found.number) == found.listing


def test_a_map_says_what_is_called_what_and_nothing_is_fetched(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.wav")
    write(tmp_path / "a" / "y.wav")
    written = {
        "_base": "a/", "kick": "x.wav", "both": ["x.wav", "y.wav"], "moog": {"c4": "y.wav"},
        "far": "https://example.org/z.wav", "gone": "w.wav",
    }  # fmt: skip
    (tmp_path / "strudel.json").write_text(json.dumps(written))
    assert kit(tmp_path).names == {"kick": 1, "both": 2, "moog": 1}


def test_sounds_are_read_in_stereo_at_the_rate_of_the_performance(tmp_path: Path) -> None:
    write(tmp_path / "low.wav", rate=24000)
    soundfile.write(tmp_path / "wide.wav", np.tile([0.1, 0.4], (50, 1)), 48000)
    found, store = kit(tmp_path), SoundStore(48000, beside=False)
    low, wide = (store.sound(found.number, index) for index in (0, 1))
    assert low is not None
    assert wide is not None
    assert low.shape == (2000, 1)
    np.testing.assert_allclose(wide[25], [0.1, 0.4], atol=1e-3)


def test_what_is_missing_is_said_once_in_one_line(tmp_path: Path) -> None:
    write(tmp_path / "gone.wav")
    found, store = kit(tmp_path), SoundStore(48000, beside=False)
    (tmp_path / "gone.wav").unlink()
    for _ in range(2):
        silence = store.sound(found.number, 0)
        assert silence is not None
        assert not silence.any()
    trouble = store.take_trouble()
    assert len(trouble) == 1
    assert "gone.wav" in trouble[0]
    assert store.take_trouble() == []


@pytest.mark.parametrize("where", ["nowhere", "empty"])
def test_a_folder_without_sounds_is_refused(tmp_path: Path, where: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LivecodeError, match=where):
        kit(tmp_path / where)


def test_our_own_kit_has_every_sound_that_it_lists() -> None:
    ours, store = kit(), SoundStore(48000, beside=False)
    assert {"bd", "sn", "rim", "cp", "hh", "oh", "lt", "mt", "ht", "cb", "cr"} <= set(ours.names)
    assert min(ours.names.values()) >= 2
    for index in range(0, len(ours), 7):
        sound = store.sound(ours.number, index)
        assert sound is not None
        assert 0.1 < np.abs(sound).max() < 0.5
    assert ours.sound("sd", 1) == ours.sound("sn", 1)
