"""Asks before code runs that this installation did not write: journals, and what leads to a performance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import msgspec

from livecode.cli.printing import YES, ask, can_ask, reply, say
from livecode.errors import LivecodeError
from livecode.files import sha256
from livecode.journal.journal_file import read_journal
from livecode.journal.records import BlockBegun, JournalRecord, Opening, SetRead, TakenOver
from livecode.journal.segments import has_seals, is_sealed, segments
from livecode.transport import MAGIC
from livecode.transport.sources import GraphSource
from livecode.transport.status import decode_status

#: So many lines of a stranger's code are shown at a time.
SHOWN_LINES = 40


@dataclass(frozen=True)
class ShownCode:
    """Code that would run, in the order in which it would, as lines with headings between them."""

    lines: tuple[str, ...]
    blocks: int  # that were evaluated


def allow_journal(journal: Path, trust: bool) -> None:
    """Return if the code in a journal may run here: this installation wrote it, or somebody says yes.

    Raises LivecodeError if nobody does, or if the journal is changed meanwhile.
    """
    if trust or is_sealed(journal):
        return
    before = _digests(journal)
    why = "was not written by this installation, or has been changed since"
    if not has_seals(journal):
        why = "was written by an older livecode, which signed nothing, or by somebody else"
    allow_code(f"{journal} {why}", code_of(journal))
    if _digests(journal) != before:
        raise LivecodeError(f"{journal} was changed while you were asked: nothing of it has run")


def code_of(journal: Path, files: Mapping[str, Path] = MappingProxyType({})) -> ShownCode:
    """Return all code that a journal would run: texts of its set, its blocks beside that, and some files.

    `files` are given by the names under which they are shown.
    """
    texts: list[tuple[str, str]] = []
    sets: dict[str, str] = {}
    known: set[str] = set()
    blocks, rate, first = 0, 48000, 0
    for record in read_journal(journal, Opening, SetRead, BlockBegun, TakenOver):
        match record:
            case Opening():
                rate, first = record.sample_rate, first or record.tick
            case SetRead() if sets.get(record.path) != record.text:
                sets[record.path] = record.text
                texts.append((f"the set {Path(record.path).name}", record.text))
            case BlockBegun():
                blocks += 1
                code = record.code.strip()
                if code and code not in known and not any(code in text for text in sets.values()):
                    texts.append(
                        (f"block {record.number}, {(record.frame - first) / rate:.1f} s", code)
                    )
                known.add(code)
            case TakenOver(status=status):
                for name, code in _graphs_in(status):
                    if code not in known and not any(code in text for _, text in texts):
                        texts.append((f"the graph of {name} at a mind's death", code))
                    known.add(code)
    for name, path in files.items():
        text = path.read_text(encoding="utf-8", errors="replace")
        if text not in sets.values():
            texts.append((name, text))
    lines = [line for head, text in texts for line in (f"# ---- {head}", *text.splitlines())]
    return ShownCode(tuple(lines), blocks)


def _graphs_in(status: bytes) -> Iterator[tuple[str, str]]:
    """Yield (name, code) of the graphs that a mind's last status says are playing."""
    try:
        playing = decode_status(status).playing
    except msgspec.MsgspecError:  # of a form that nothing is adopted from
        return
    for each in playing:
        if isinstance(each.source, GraphSource):
            yield each.name, each.source.source


def allow_code(what: str, code: ShownCode) -> None:
    """Return if somebody trusts whoever wrote some code, which is shown first; raises LivecodeError if not.

    `what` says where it is from.
    """
    count = len(code.lines)
    what = f"{what}; it holds {code.blocks} blocks of code ({count} lines), which would run as you"
    if not can_ask():
        allow(what, trust=False)
        return
    say(f"{what}.")
    shown = 0
    while True:
        for line in code.lines[shown : shown + SHOWN_LINES]:
            say(line)
        shown = min(shown + SHOWN_LINES, count)
        left = count - shown
        more = f" (m: show more, {left} lines are left)" if left else ""
        answer = reply(f"Do you trust who wrote it?{more} [y/N{'/m' if left else ''}] ")
        if not (left and answer in ("m", "more")):
            break
    if answer not in YES:
        raise LivecodeError("nothing of it has run")


def allow(what: str, trust: bool) -> None:
    """Return if somebody trusts what the sentence tells of; raises LivecodeError if nobody does."""
    if trust:
        return
    if not can_ask():
        raise LivecodeError(f"{what}: if you trust who wrote it, add --trust")
    say(f"{what}.")
    if not ask("Do you trust who wrote it?"):
        raise LivecodeError("nothing of it has run")


def differences(records: Iterable[JournalRecord]) -> Iterator[str]:
    """Yield a sentence for each way in which the livecode that wrote a journal is not this one.

    Of its records, those of its openings are looked at.
    """
    here = version("livecode")
    told = set()
    for record in records:
        if not isinstance(record, Opening):
            continue
        if record.version != here:
            told.add(f"it was played by livecode {record.version}, and this is {here}")
        if record.layout not in (0, MAGIC):
            told.add(
                "it was played with another layout of the shared memory than this livecode has"
            )
    yield from sorted(told)


def _digests(journal: Path) -> list[str]:
    try:
        return [sha256(each) for each in segments(journal)]
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {journal}: {error.strerror}") from None
