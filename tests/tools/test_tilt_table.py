"""The table of tilts: rewards judge a sound together as each alone, and bold is what is asked for."""

from pathlib import Path

import numpy as np

from livecode.voices.loaded import Loaded
from tests.fullband_model import write_fullband
from tools import tilt_cells
from tools.tilt_table import judged, judged_by, rewards, take, variety_by_second

RATE_HZ = 16_000


def test_rewards_judge_a_sound_together_as_each_does_alone() -> None:
    t = np.arange(RATE_HZ) / RATE_HZ
    struck = np.sin(2 * np.pi * 330 * t) * np.exp(-8 * (t % 0.25))
    audio = struck.astype(np.float32)
    together, colours = judged_by(rewards(), audio, RATE_HZ)
    for name in ("shimmer", "on_grid", "in_key", "away"):
        alone, its_colours = judged(rewards()[name], audio, RATE_HZ)
        assert np.ptp(alone) > 0
        np.testing.assert_allclose(together[name], alone)
        np.testing.assert_array_equal(colours, its_colours)


def test_a_rise_counts_in_standard_deviations_of_the_mean_over_a_minute() -> None:
    about = {"seconds": 15.0, "takes": 8, "std": 0.4, "bits": 4.0, "variety": 0.05}
    rows = [
        about | {"what": ["piano", "drone", 0.0], "mean": 0.1, "take_std": 0.2, "file": "0a1b2c"},
        about
        | {"what": ["piano", "drone", 1.0], "mean": 0.3, "takes": 2, "bits": 4.4, "candidates": 5},
        about | {"what": ["piano", "drone", -1.0], "mean": 0.2, "variety": 0.03},
    ]
    row = tilt_cells.table(rows).splitlines()[-1]
    # a minute of independent quarters differs by half as much as a quarter does: by 0.1
    assert row == (
        "| piano `0a1b2c` | drone | **+2.00** | +0.50 | +0.40 | **1.00** | 2 × 15 s, 5 "
        "| +1.00 | +0.25 | **+0.00** | 0.60 | 8 × 15 s |"
    )


def test_a_short_take_is_compared_with_the_same_seconds_of_untilted_ones_that_start_there() -> None:
    about = {"std": 0.4, "bits": 4.0, "variety": 0.05, "take_std": 0.1}
    plain = about | {"what": ["piano", "away", 0.0], "seconds": 60.0, "takes": 8, "mean": 0.1}
    short = about | {"what": ["piano", "away", 1.0], "seconds": 2.0, "takes": 1, "mean": 0.5}
    long = short | {"seconds": 30.0}
    # of each start second by second
    begun = {"mean": [[0.2, 0.4, 9.0], [9.0, 9.0, 9.0]], "bits": [[4.0] * 3, [9.0] * 3]}
    firsts = {("piano", "away"): begun}
    assert "| **+2.00** |" in tilt_cells.table([plain, short], firsts)
    assert "| **+4.00** |" in tilt_cells.table([plain, long], firsts)


def test_the_variety_of_short_takes_is_compared_with_that_of_the_same_seconds() -> None:
    random = np.random.default_rng(1)
    # two starts, whose takes move apart from the second second on
    starts = [[at * np.repeat([0.1, 1.0], 8)[:, None] + random.normal(0, 0.01, (16, 24)) for _ in range(2)]
              for at in (0.0, 1.0)]  # fmt: skip
    first, second = variety_by_second(starts, every=8)
    assert 0.09 < first < 0.12 < 0.5 < second < 0.6
    about = {"std": 0.4, "bits": 4.0, "take_std": 0.1, "mean": 0.1}
    plain = about | {"what": ["piano", "away", 0.0], "seconds": 60.0, "takes": 8, "variety": 0.9}
    bent = about | {"what": ["piano", "away", 1.0], "seconds": 1.0, "takes": 2, "variety": first}
    begun = {"mean": [[0.1], [0.1]], "bits": [[4.0], [4.0]], "variety": [first, second]}
    assert "| **1.00** |" in tilt_cells.table([plain, bent], {("piano", "away"): begun})
    assert "| **1.00** |" not in tilt_cells.table([plain, bent])


def test_a_take_is_as_long_as_it_is_judged_to_be(tmp_path: Path) -> None:
    loaded = Loaded(write_fullband(tmp_path, moments=2))
    # a piece of 85 samples is not a whole number of those of the performance
    for seconds in (1.0, 4.0):
        heard = take(loaded, "density", 0.0, seconds, 1)
        assert abs(len(heard.audio) - seconds * RATE_HZ) <= 50
