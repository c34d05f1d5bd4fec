"""Files of recorded packets: reading returns what was written, and an error names a bad line."""

from pathlib import Path

import pytest

from livecode.errors import LivecodeError
from livecode.signals.frames import Frame, read_frames, write_frames

GOOD = '{"t": 0.5, "packet": "L2EAACwAAAA="}'


def test_frames_come_back_to_the_bit(tmp_path: Path) -> None:
    frames = [Frame(0.1 + 0.2, b"/a\0\0,\0\0\0"), Frame(1.0, bytes(range(256))), Frame(2.0, b"")]
    write_frames(tmp_path / "frames.jsonl", frames)
    assert read_frames(tmp_path / "frames.jsonl") == frames


def test_frames_are_read_in_order_of_time_and_empty_lines_skipped(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    path.write_text(GOOD + "\n\n" + GOOD.replace("0.5", "0") + "\r\n")
    assert read_frames(path) == [(0.0, b"/a\0\0,\0\0\0"), (0.5, b"/a\0\0,\0\0\0")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "Expecting value"),
        ("[1, 2]", "not a JSON object"),
        ('{"packet": ""}', "'t' is missing"),
        ('{"t": 1}', "'packet' is missing"),
        ('{"t": "1", "packet": ""}', "t is not a number"),
        ('{"t": true, "packet": ""}', "t is not a number"),
        ('{"t": NaN, "packet": ""}', "t is not a time"),
        ('{"t": 1e999, "packet": ""}', "t is not a time"),
        ('{"t": -1, "packet": ""}', "t is not a time"),
        ('{"t": 1' + "0" * 400 + ', "packet": ""}', "too large"),
        ('{"t": 1, "packet": 5}', "packet is not text"),
        ('{"t": 1, "packet": "???"}', "base64"),
        ('{"t": 1, "packet": "\xe9"}', ""),
        ("[" * 100_000, ""),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "frames.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(LivecodeError, match="line 2 is not an OSC frame") as error:
        read_frames(path)
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match="cannot be read"):
        read_frames(tmp_path / "nowhere.jsonl")
