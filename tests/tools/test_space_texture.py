"""How held sounds move, measured: a tone that swings by a known amount."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import LivecodeError
from livecode.neural.model_file import find_model, read_model
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.space import LatentSpace
from tools.space_texture import movement_of, texture_rows

RATE = 44_100


@pytest.fixture(scope="module")
def orchestra() -> LatentSpace:
    return load_space("orchestra")


def sung(cents: float, swell_db: float) -> np.ndarray:
    """Return two seconds of six partials with five swings of pitch and level a second."""
    t = np.arange(2 * RATE) / RATE
    swing = np.sin(2 * np.pi * 5 * t)
    phase = 2 * np.pi * np.cumsum(330 * 2 ** (cents / 1200 * swing)) / RATE
    tone = sum(np.sin(n * phase) / n for n in range(1, 7))
    return (0.1 * 10 ** (swell_db / 20 * swing) * tone).astype(np.float32)


def test_swings_of_pitch_and_level_are_measured(orchestra: LatentSpace) -> None:
    life = movement_of(sung(20, 2), orchestra)
    assert life.pitch_cents == pytest.approx(20 / np.sqrt(2), rel=0.15)
    assert life.level_db == pytest.approx(2 / np.sqrt(2), rel=0.15)
    swelling = movement_of(sung(0, 2), orchestra).modulations_db
    assert swelling[2] == pytest.approx(2 / np.sqrt(2), rel=0.15)
    assert max(swelling[0], swelling[1], swelling[3]) < 0.4
    still = movement_of(sung(0, 0), orchestra)
    assert max(still.change_db, still.pitch_cents, still.level_db, *still.modulations_db) < 0.1


def test_places_are_set_beside_recordings_that_were_held_out(tmp_path: Path) -> None:
    name = read_model(find_model("orchestra"))[0].facts["texture"]["held_out"][0]
    soundfile.write(tmp_path / f"{name}.wav", sung(20, 2), RATE)
    rows = texture_rows("orchestra", tmp_path)
    assert len(rows) == 7
    assert all(row.value is not None and row.baseline is not None for row in rows)
    assert rows[1].about["recordings"] == pytest.approx(20 / np.sqrt(2), rel=0.15)
    assert rows[1].value > 1 > rows[1].baseline


def test_without_a_texture_or_recordings_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="no texture to measure"):
        texture_rows("additive", tmp_path)
    with pytest.raises(LivecodeError, match="held out"):
        texture_rows("orchestra", tmp_path)
