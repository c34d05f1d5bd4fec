"""The file for a bug report: how the machine is and how the last performance ended, without what was typed.

A line is taken in only if it is known to hold neither code nor secrets; nothing else is searched for them.
"""

import builtins
import json
import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import msgspec

from livecode.errors import LivecodeError
from livecode.files import replacing
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.journal_file import read_journal
from livecode.journal.records import JournalRecord

MOST_RECORDS = 400
MOST_LOG_BYTES = 256 << 10
#: `2026-03-01 20:15:07.123 engine ERROR livecode.engine.engine: message`, as `begin_log` writes it.
_HEAD = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:supervisor|engine|voices|mind|sender|stage|front end) "
    r"[A-Z]+) (\S+): (.*)"
)
#: Messages of livecode that hold nothing but words of its own and numbers.
_MESSAGES = re.compile(
    r"starting the \w+(?:, a spare one)?|the \w+ ended with status (?:-?\d+|None)"
    r"|the \w+ had been stopped by a signal, and goes on"
)
_FRAME = re.compile(r'\s+File "[^"]*/(livecode/[\w/]+\.py)", line (\d+), in ')
_RAISED = re.compile(r"(\w+)(?::|$)")


def write_bundle(path: Path, screen: str) -> None:
    """Write the zip file; `screen` is what the doctor says.

    Raises LivecodeError if the file cannot be written.
    """
    texts = {"doctor.txt": without_home(screen), "versions.txt": _versions(), **_last_performance()}
    try:
        with (
            replacing(path, private=True) as new,
            zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as file,
        ):
            for name, text in texts.items():
                file.writestr(name, text)
    except OSError as error:
        why = error.strerror or error
        raise LivecodeError(f"{path} cannot be written: {why}; name another file") from None


def _last_performance() -> dict[str, str]:
    """Return the texts, by their names in the bundle, on the newest performance that is kept."""
    try:
        performance = archive.find()
    except LivecodeError:
        return {"journal.txt": "no performance has been kept\n"}
    return {
        "journal.txt": "\n".join([*_journal_tail(performance), ""]),
        "log.txt": "\n".join([*log_lines(_log_tail(performance)), ""]),
    }


def _journal_tail(performance: ArchivedPerformance) -> list[str]:
    records: deque[JournalRecord] = deque(maxlen=MOST_RECORDS)
    trouble: list[str] = []
    try:
        for record in read_journal(performance.journal):
            records.append(record)
    except (LivecodeError, OSError):
        trouble = ["the journal cannot be read up to its end"]
    return [*map(record_line, records), *trouble]


def record_line(record: JournalRecord) -> str:
    """Return the kind of a record with its numbers, and of each text and list in it the length alone."""
    told: dict[str, float | None] = {}
    for field in msgspec.structs.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, str | bytes | tuple):
            told[f"{field.name} (length)"] = len(value)
        elif value is None or isinstance(value, bool | int | float):
            told[field.name] = value
    return f"{type(record).__name__} {json.dumps(told)}"


def _log_tail(performance: ArchivedPerformance) -> list[str]:
    try:
        with performance.log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - MOST_LOG_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return lines[1:] if size > MOST_LOG_BYTES else lines


def log_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield what a log says without a performer's words.

    That is: when which process wrote what kind of line, the messages that are livecode's own words, the
    places in livecode's own files that a traceback names, and the names of Python's own errors.
    """
    for line in lines:
        head, frame, raised = _HEAD.fullmatch(line), _FRAME.match(line), _RAISED.match(line)
        if head:
            when, logger, message = head.groups()
            logger = logger if re.fullmatch(r"livecode(\.[a-z_]+)+", logger) else "…"
            yield f"{when} {logger}: {message if _MESSAGES.fullmatch(message) else '…'}"
        elif frame:
            yield f"  {frame[1]}:{frame[2]}"
        elif raised and _is_error(raised[1]):
            yield f"  {raised[1]}"


def _is_error(name: str) -> bool:
    known = getattr(builtins, name, None)
    return name == "LivecodeError" or (isinstance(known, type) and issubclass(known, BaseException))


def _versions() -> str:
    """Return the version of each installed package that livecode names."""
    lines: list[str] = []
    for needed in metadata.requires("livecode") or []:
        name = re.split(r"[^\w.-]", needed, maxsplit=1)[0]
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} is not installed")
    return "\n".join([*sorted(set(lines)), ""])


def without_home(text: str) -> str:
    """Return a text with `~` in place of the home folder's path."""
    return text.replace(str(Path.home()), "~")
