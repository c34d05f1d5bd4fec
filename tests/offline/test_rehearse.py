"""`livecode rehearse`: from any scene on, at speed, with recorded hands."""

import re
import time
from pathlib import Path

import pytest
import soundfile

from livecode.cli import command as cli
from livecode.signals.frames import Frame, write_frames
from livecode.signals.simulate import turned_packets

PIECE = """\
# %% a for=4*s
r7 = stream(level=0.3)
# %% b for=2*s
r7.pan = 0.5
# %% c when=lambda rings: rings.twist > 0.5
r7.level = oops
# %% d for=1*s then="a"
r7.level = 0.1
"""


@pytest.fixture
def piece(tmp_path: Path) -> str:
    path = tmp_path / "piece.py"
    path.write_text(PIECE)
    return str(path)


def rehearsed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[float, str]]:
    assert cli.main(["rehearse", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = [re.match(r"(\d+):(\d+\.\d)  (.*)", line) for line in lines]
    return [(60 * int(m[1]) + float(m[2]), m[3]) for m in found if m is not None]


@pytest.mark.slow
def test_what_happens_is_printed_with_its_time_until_the_set_is_over(
    piece: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = rehearsed(capsys, piece)
    assert [(t, text.split("  ")[0]) for t, text in told if "▶" in text] == [
        (0.0, "▶ a"), (4.0, "▶ b"), (6.0, "▶ c"), (66.0, "▶ d")]  # fmt: skip
    assert (0.0, "▶ a  (4*s, then b)") in told
    assert any(t == 6.0 and "line 6: NameError" in text for t, text in told)
    assert told[-1][1].startswith("the set is over")


def test_it_begins_with_any_scene_and_what_the_scenes_before_left_sounds(
    piece: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.wav"
    by_number = rehearsed(capsys, piece, "--from", "2", "-o", str(out), "--for", "2.5")
    assert by_number[0] == (0.0, "▶ b  (2*s, then c)")
    audio, rate = soundfile.read(out)
    assert len(audio) == pytest.approx(2.5 * rate, abs=256)
    assert abs(audio[:, 1]).max() > 0.01
    assert rehearsed(capsys, piece, "--from", "b", "--for", "2.5")[:-1] == by_number[:-1]
    for nowhere in ("9", "e", "0"):
        assert cli.main(["rehearse", piece, "--from", nowhere]) == 2
    assert "the set has 4 scenes" in capsys.readouterr().err


def test_a_scene_before_that_comes_again_is_rehearsed_too(
    piece: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = rehearsed(capsys, piece, "--from", "d", "--for", "2")
    assert [text.split("  ")[0] for _, text in told if "▶" in text] == ["▶ d", "▶ a"]


def test_recorded_hands_play_at_their_place_in_the_set(
    piece: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = tmp_path / "hands.jsonl"
    write_frames(frames, [Frame(6.5, packet) for packet in turned_packets(0.9, 0.9)])
    whole = [t for t, text in rehearsed(capsys, piece, "--osc", str(frames)) if "▶ d" in text]
    assert 6.5 <= whole[0] < 7
    from_b = rehearsed(capsys, piece, "--osc", str(frames), "--from", "b")
    assert 2.5 <= next(t for t, text in from_b if "▶ d" in text) < 3


def test_it_goes_no_faster_than_it_is_told(piece: str, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    rehearsed(capsys, piece, "--for", "4", "--speed", "4")
    assert time.monotonic() - began > 0.9
