"""The cache of models: each is in memory once, for as long as it is needed."""

import gc
import weakref
from pathlib import Path

import pytest

from livecode.neural.load import load_model
from livecode.neural.model_cache import LATEST, ModelCache


class Made:
    def __init__(self, path: Path):
        self.text = path.read_text()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{i}.txt" for i in range(LATEST + 1)]
    for path in paths:
        path.write_text(path.stem)
    return paths


def test_one_file_is_one_object_by_whatever_path(files: list[Path]):
    cache = ModelCache(Made)
    roundabout = files[0].parent / "." / ".." / files[0].parent.name / files[0].name
    assert cache.of(files[0]) is cache.of(roundabout)
    assert cache.of(files[0]) is not cache.of(files[1])


def test_a_file_that_is_written_anew_is_read_anew(files: list[Path]):
    cache = ModelCache(Made)
    before = cache.of(files[0])
    files[0].write_text("another text")
    assert cache.of(files[0]).text == "another text"
    assert before.text == "0"


def test_the_latest_stay_and_what_nobody_has_goes(files: list[Path]):
    cache = ModelCache(Made)
    held = cache.of(files[0])
    others = [weakref.ref(cache.of(path)) for path in files[1:]]
    cache.of(files[1])  # once more
    assert cache.of(files[0]) is held
    gc.collect()
    assert [other() is None for other in others] == [False, True, *[False] * (LATEST - 2)]


def test_what_cannot_be_made_says_so_each_time_and_leaves_nothing(files: list[Path]):
    def fail(path: Path) -> Made:
        raise ValueError(path.name)

    cache = ModelCache(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"0\.txt"):
            cache.of(files[0])


def test_a_space_is_in_memory_once():
    assert load_model("additive") is load_model("additive")
