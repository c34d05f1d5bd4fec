"""Shared memory under a name and as a file: found, removed, taken at once, and swept up after a death."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from livecode.system import segments
from livecode.system.here import HERE, SWITCH, system_of
from livecode.system.segments import attach_segment, create_segment
from tests.portable import named_memory

ROOT = Path(__file__).parents[2]
SIZE = 3 << 20


@pytest.fixture(params=[pytest.param("named", marks=named_memory), "mapped"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """Where files of shared memory go, on a system with names for it, and on one without."""
    if request.param == "mapped":
        monkeypatch.setattr(segments, "HERE", system_of("win32"))
    return lambda: tmp_path


def test_what_one_writes_another_reads(folder: Callable[[], Path]) -> None:
    made = create_segment(SIZE, outlives=True, folder=folder)
    try:
        joined = attach_segment(made.name)
        assert len(made.buffer) >= SIZE
        assert bytes(made.buffer[:4]) == bytes(4)
        made.buffer[SIZE - 3 : SIZE] = b"end"
        assert bytes(joined.buffer[SIZE - 3 : SIZE]) == b"end"
        joined.buffer[0] = 7
        assert made.buffer[0] == 7
    finally:
        made.remove()


def test_a_name_that_was_removed_is_gone_and_those_who_had_it_go_on(
    folder: Callable[[], Path],
) -> None:
    made = create_segment(SIZE, outlives=False, folder=folder)
    joined = attach_segment(made.name)
    made.remove()
    with pytest.raises(FileNotFoundError):
        attach_segment(made.name)
    made.remove()  # which another may have done by then
    joined.buffer[1] = 5
    assert made.buffer[1] == 5


def test_it_is_only_this_users_and_its_maker_is_in_its_name(folder: Callable[[], Path]) -> None:
    made = create_segment(SIZE, outlives=True, folder=folder)
    try:
        found = segments.segment_files(os.getpid(), folder)
        path = segments.segment_file(made.name)
        if path.parent.exists():
            assert found == {path}
            assert path.stat().st_mode & 0o777 == 0o600
    finally:
        made.remove()


def test_memory_that_is_not_there_is_refused_and_nothing_is_left(
    folder: Callable[[], Path],
) -> None:
    with pytest.raises(OSError, match=r"\w"):
        create_segment(1 << 50, outlives=True, folder=folder)
    assert segments.segment_files(os.getpid(), folder) == set()


def test_what_is_no_segment_is_not_found(folder: Callable[[], Path]) -> None:
    with pytest.raises(FileNotFoundError):
        attach_segment("livecode-0-nowhere")


HOLD = """
import sys
from pathlib import Path
from livecode.system.segments import create_segment
made = create_segment(4096, True, lambda: Path(sys.argv[1]))
print(made.name, flush=True)
sys.stdin.read()
"""


def test_a_file_is_swept_up_when_no_process_has_it_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "HERE", system_of("win32"))

    def made() -> Path:
        return Path(create_segment(4096, outlives=True, folder=lambda: tmp_path).name)

    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        env={**os.environ, SWITCH: "1"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        held = Path(other.stdout.readline().strip())
        assert held.parent == tmp_path
        long_ago = time.time() - 2 * segments.LEFT_BEHIND_S
        os.utime(held, (long_ago, long_ago))
        made()
        assert held.exists(), "a process has it"
        other.kill()
    young = tmp_path / "livecode-1-made-just-now"
    young.touch()
    made()
    assert not held.exists()
    assert young.exists(), "its maker may not have locked it yet"


def test_there_is_a_number_for_what_is_free_and_a_remedy(folder: Callable[[], Path]) -> None:
    free = segments.free_segment_bytes(folder)
    assert free is None or free > SIZE
    assert str(folder()) in segments.remedy(folder) or HERE.named_memory
