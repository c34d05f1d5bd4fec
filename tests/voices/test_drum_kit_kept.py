"""Sounds of our own kit that are kept as files: a damaged one is made anew."""

from pathlib import Path

import numpy as np
import pytest

from livecode.voices import drum_kit


@pytest.mark.parametrize("keep", [0, 60, 2000])
def test_a_damaged_sound_of_the_kit_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    monkeypatch.setattr(drum_kit, "KITS", tmp_path)
    made = drum_kit.own_sound("cl:0")
    (path,) = tmp_path.rglob("*.wav")
    path.write_bytes(path.read_bytes()[:keep])
    assert np.array_equal(drum_kit.own_sound("cl:0"), made)
    assert np.array_equal(drum_kit.own_sound("cl:0"), made)
