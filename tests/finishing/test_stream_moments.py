"""Where a stream's moments are looked for: at the beginnings of what its source plays."""

from pathlib import Path

import numpy as np
import pytest

from livecode.finishing.stream_moments import beginnings, heard
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.own_takes import CHUNK_S, played_together
from tests.fullband_model import write_fullband

RATE_HZ = 8000


def test_moments_begin_where_phrases_begin() -> None:
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    breath = (t % 4.0 - 1.5) % 4.0 < 0.4  # before 1.9, 5.9 and 9.9 s
    level = np.where(breath, 0.01, 0.3) * (1 + 0.1 * np.sin(2 * np.pi * 3 * t))
    sound = level * np.random.default_rng(0).standard_normal(len(t))
    found = [place / RATE_HZ for place in beginnings(sound, RATE_HZ, 3, after=RATE_HZ // 2)]
    assert found == pytest.approx([1.9, 5.9, 9.9], abs=0.051)
    later = [place / RATE_HZ for place in beginnings(sound, RATE_HZ, 2, after=4 * RATE_HZ)]
    assert later == pytest.approx([5.9, 9.9], abs=0.051)


def test_of_little_sound_there_are_few() -> None:
    sound = np.random.default_rng(0).standard_normal(RATE_HZ)
    found = beginnings(sound, RATE_HZ, 24, after=RATE_HZ // 2)
    assert len(found) == 5
    assert all(RATE_HZ // 2 <= place <= RATE_HZ for place in found)


def test_a_stream_surprises_its_model_the_more_the_hotter_its_cells_are_drawn(
    tmp_path: Path,
) -> None:
    cool, hot = (
        heard(Loaded(write_fullband(tmp_path, f"at{surface}", moments=4, surface=surface)), 1.0)[1]
        for surface in (1.0, 1.5)
    )
    assert hot > cool + 0.5


def test_loudness_is_of_the_first_seconds_and_surprise_of_ten_times_as_many(tmp_path: Path) -> None:
    loaded = Loaded(write_fullband(tmp_path, "long", moments=2))
    loudness, surprise = heard(loaded, 0.5)
    takes = played_together(loaded, range(2), round(5.0 / CHUNK_S))
    assert loudness == heard(loaded, 0.5, 1)[0]
    assert surprise == pytest.approx(takes.bits.mean())
    assert surprise != pytest.approx(takes.bits[:, : round(0.5 / CHUNK_S)].mean(), abs=1e-4)
