"""`livecode sessions`: lists what has been played, exports it as a set, deletes it, ends what sounds."""

import shutil
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from livecode.errors import LivecodeError
from livecode.journal import archive as sessions
from livecode.journal.export import exported


def show(console: Console | None = None) -> int:
    """All performances, oldest first."""
    everything = [each for each in sessions.kept() if each.journal.exists()]
    if not everything:
        print(f"no performance has been kept in {sessions.folder()}")
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "begun", "length", "set", "blocks", "ended"):
        table.add_column(heading, justify="right" if heading in ("number", "blocks") else "left")
    for each in everything:
        try:
            found = sessions.summary(each)
        except LivecodeError as error:
            table.add_row(str(each.number), "", "", "", "", str(error))
            continue
        date = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.begun))
        length = f"{int(found.seconds) // 60}:{int(found.seconds) % 60:02}"
        name = "" if found.set_path is None else Path(found.set_path).name
        table.add_row(str(each.number), date, length, name, str(found.blocks), _ended(each, found))
    (console or Console()).print(table)
    return 0


def _ended(kept: sessions.Kept, summary: sessions.Summary) -> str:
    found = sessions.attached(kept)
    if found is not None:
        return "plays" if sessions.has_terminal(found[1]) else "plays on without a terminal"
    return "as it was meant to" if summary.clean else "was cut off"


def export(number: int | None, out: Path | None) -> int:
    """A performance as a set file, on standard output or in a file that is not there yet."""
    text = exported(sessions.find(number).journal)
    if out is None:
        print(text, end="")
        return 0
    try:
        with open(out, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise LivecodeError(f"{out} is there already; choose another name") from None
    print(f"{out}: open it with `livecode play {out}`")
    return 0


def delete(number: int) -> int:
    """Remove a performance for good."""
    kept = sessions.find(number)
    if sessions.attached(kept) is not None:
        raise LivecodeError(f"performance {number} is playing; end it first")
    shutil.rmtree(kept.folder)
    return 0


def stop(number: int | None) -> int:
    """End a performance that plays on without a terminal."""
    kept = sessions.left_alone() if number is None else sessions.find(number)
    if kept is None:
        raise LivecodeError("no performance plays without a terminal")
    sessions.stop(kept)
    print(f"performance {kept.number} has ended")
    return 0
