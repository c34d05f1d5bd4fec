"""The log of a performance: a file to which each of its processes adds lines with its time and name."""

import logging
import os
from pathlib import Path
from typing import TextIO

from livecode.files import open_private

#: `2026-03-01 20:15:07.123 engine ERROR livecode.engine.engine: part of a block failed`
FORMAT = "%(asctime)s.%(msecs)03d {process} %(levelname)s %(name)s: %(message)s"
TIMES = "%Y-%m-%d %H:%M:%S"
_STANDARD_ERROR = 2
#: A log does not grow beyond so many bytes.
MOST_BYTES = 64 << 20
_OURS = "the log of the performance"


class _Bounded(logging.StreamHandler[TextIO]):
    """Writes to the log until that is full, whichever process has filled it."""

    _full = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; the last one says that there are no more."""
        try:
            size = os.fstat(self.stream.fileno()).st_size
        except OSError:
            size = 0
        if size < MOST_BYTES:
            super().emit(record)
        elif not self._full:
            self._full = True
            record.msg, record.args = "the log is full: this process writes no more to it", ()
            record.exc_info = record.exc_text = None
            super().emit(record)


def begin_log(process: str, path: Path | None = None) -> None:
    """Log to the file from now on, or to what standard error is at this moment, and nowhere else.

    `process` names the process in each line. Warnings of libraries are logged, too. Standard error
    is duplicated: what later takes its place to show it on a screen does not get the log.
    """
    if path is None:
        stream = os.fdopen(os.dup(_STANDARD_ERROR), "w", encoding="utf-8", errors="replace")
    else:
        try:
            stream = open(path, "a", encoding="utf-8", errors="replace", opener=open_private)  # noqa: SIM115
        except OSError:  # it plays without a log
            stream = open(os.devnull, "w")  # noqa: SIM115
    handler = _Bounded(stream)
    handler.setFormatter(logging.Formatter(FORMAT.format(process=process), TIMES))
    root = logging.getLogger()
    for former in [each for each in root.handlers if each.name == _OURS]:
        root.removeHandler(former)
        former.close()
    handler.name = _OURS
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk is no reason to write on the screen
    logging.captureWarnings(True)
