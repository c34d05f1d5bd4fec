"""Recorded packets in a file: one JSON object a line, with the time in seconds and the payload."""

import base64
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from livecode.errors import LivecodeError
from livecode.files import replacing


class Frame(NamedTuple):
    """A UDP payload, and when it arrived in seconds from the start."""

    time_s: float
    packet: bytes


def read_frames(path: str | Path) -> list[Frame]:
    """Return the frames of a file in order of time. Empty lines are skipped.

    Raises `LivecodeError` with the line's number if a line is not a frame.
    """
    try:
        lines = Path(path).read_bytes().splitlines()
    except OSError as error:
        raise LivecodeError(
            f"the OSC frames in {path} cannot be read ({error.strerror}): check the path"
        ) from None
    frames = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                frames.append(_frame(line))
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
                raise LivecodeError(
                    f"{path}, line {number} is not an OSC frame ({_why(error)}); write it as "
                    f'{{"t": seconds, "packet": "base64 of a UDP payload"}}'
                ) from None
    return sorted(frames, key=lambda frame: frame.time_s)


def write_frames(path: str | Path, frames: Iterable[Frame]) -> None:
    """Write frames so that `read_frames` returns exactly the same ones."""
    with (
        replacing(Path(path)) as unfinished,
        unfinished.open("w", encoding="ascii", newline="\n") as file,
    ):
        for time_s, packet in frames:
            payload = base64.b64encode(packet).decode("ascii")
            file.write(json.dumps({"t": time_s, "packet": payload}) + "\n")


def _frame(line: bytes) -> Frame:
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise TypeError("not a JSON object")
    time_s = fields["t"]
    if isinstance(time_s, bool) or not isinstance(time_s, int | float):
        raise TypeError("t is not a number")
    if not (math.isfinite(time_s) and time_s >= 0.0):
        raise ValueError("t is not a time in seconds")
    if not isinstance(fields["packet"], str):
        raise TypeError("packet is not text")
    return Frame(float(time_s), base64.b64decode(fields["packet"], validate=True))


def _why(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
