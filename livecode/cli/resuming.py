"""`livecode resume`: back to a performance whose terminal is gone, or that has ended altogether."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.journal import archive as sessions
from livecode.journal.export import exported
from livecode.journal.journal import read_journal
from livecode.journal.records import Opening
from livecode.processes.connection import write_connection
from livecode.processes.paths import Paths
from livecode.processes.supervisor import Options, Supervisor, master_file

#: How long engine, voices and mind play on when the terminal is killed or its terminal closed.
OUTLIVE_S = 600


def resume(options: argparse.Namespace, play: Callable[[Supervisor], int]) -> int:
    """Take up the performance of that number, or the newest; `play` is what the terminal then does."""
    kept = sessions.left_alone() if options.number is None else None
    kept = sessions.find(options.number) if kept is None else kept
    found = sessions.attached(kept)
    if found is not None and sessions.has_terminal(found[1]):
        raise LivecodeError(f"performance {kept.number} is being played at another terminal")
    told = f"performance {kept.number}: "
    if found is not None:
        playing, arena = found
        paths = Paths(kept, Path(playing.connection))
        settings = _settings(kept, playing, arena.header.sample_rate, arena.header.block)
        supervisor = Supervisor(settings, paths, say=_say, arena=arena)
        _say(told + "it has never stopped sounding")
    else:
        supervisor = Supervisor(_from_journal(kept, options), _anew(kept), say=_say)
        supervisor.start()
        _say(told + "everything had ended; it begins again where its journal ends")
    try:
        return play(supervisor)
    finally:
        supervisor.stop()


def _anew(kept: sessions.Kept) -> Paths:
    paths = Paths(kept)
    write_connection(paths.connection)
    return paths


def _settings(kept: sessions.Kept, playing: sessions.Playing, rate: int, block: int) -> Options:
    return Options(
        audio=playing.audio,
        sample_rate=rate,
        block=block,
        seed=playing.seed,
        set_path=None if playing.set_path is None else Path(playing.set_path),
        osc_bind=playing.osc_bind,
        osc_port=playing.osc_port,
        outlive_s=_outlive_s(),
        text_path=None if playing.set_path else _text(kept),
    )


def _from_journal(kept: sessions.Kept, options: argparse.Namespace) -> Options:
    opening = next((r for r in read_journal(kept.journal) if isinstance(r, Opening)), None)
    if opening is None:
        raise LivecodeError(f"the journal {kept.journal} is empty: there is nothing to go on from")
    path = sessions.summary(kept).set_path
    there = path is not None and Path(path).exists()
    return Options(
        audio=options.audio,
        sample_rate=opening.sample_rate,
        block=opening.block,
        seed=opening.seed,
        set_path=Path(path) if path is not None and there else None,
        osc_bind=options.osc_bind,
        osc_port=options.osc_port,
        record=master_file(options.record, options.stems),
        stems=None if options.stems is None else options.stems.resolve(),
        bits=options.bits,
        outlive_s=_outlive_s(),
        begin_again=True,
        text_path=None if there else _text(kept),
    )


def _text(kept: sessions.Kept) -> Path:
    """A file with the code as it was heard last, for an editor whose text is lost."""
    path = kept.folder / "code.py"
    path.write_text(exported(kept.journal), encoding="utf-8")
    return path


def _outlive_s() -> int:
    return OUTLIVE_S if sys.stdin.isatty() and sys.stdout.isatty() else 0


def _say(text: str) -> None:
    print(text, flush=True)
