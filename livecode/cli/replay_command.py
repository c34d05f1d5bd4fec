"""`livecode replay JOURNAL -o OUT.wav`: offline, faster than real time; says what only was live."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.journal.archive import find
from livecode.journal.journal import read_journal
from livecode.journal.recorder import model_sha256
from livecode.journal.records import BlockBegun
from livecode.journal.timeline import Timeline, timelines
from livecode.offline.replay import Stage
from livecode.sets.set_file import SetFile
from livecode.transport.heap import give_back
from livecode.transport.schedule import NEVER

#: At first the processes come up in any order.
COMING_UP_S = 3.0


@dataclass
class Replayed:
    """What became of a replay."""

    seconds: float
    timelines: list[Timeline]
    differs_at_s: float | None = None  # from when on controls were others than they had been
    told: list[str] = field(default_factory=list)  # what only was live, a sentence each


def replay(journal: Path, out: Path) -> Replayed:
    """Play the journal's performance into a WAV file, which begins as a recording of it would."""
    give_back()
    played = list(timelines(read_journal(journal)))
    if not played:
        raise LivecodeError(f"the journal {journal} is empty: nothing has been played")
    if not all(timeline.opening.tick or not timeline.opening.live for timeline in played):
        raise LivecodeError(
            f"the journal {journal} is of version 1, which holds blocks alone and cannot be replayed"
        )
    rate, block = played[0].opening.sample_rate, played[0].opening.block
    file = WavFile.fresh(out, rate)
    result = Replayed(0.0, played)
    blocks: list[BlockBegun] = []
    set_file: SetFile | None = None

    def hear(audio: np.ndarray) -> None:
        try:
            file.write(audio)
        except OSError as error:
            raise LivecodeError(f"cannot write {out}: {error.strerror}") from None

    try:
        if played[0].opening.live:
            hear(np.zeros((block, 2), np.float32))  # a recording is a block behind
        for number, timeline in enumerate(played):
            begin = 0
            if number:
                begin = timeline.opening.tick // block * block
                silent = max(begin - played[number - 1].end // block * block, 0)
                hear(np.zeros((silent, 2), np.float32))
            with Stage(timeline, blocks, set_file, hear) as stage:
                stage.play(begin)
                set_file = stage.performance.scenes.set_file or set_file
            blocks += timeline.blocks()
            differs = stage.recorder.differs_at
            if differs is not None and result.differs_at_s is None:
                result.differs_at_s = differs / rate
        result.seconds = file.frames / rate
    finally:
        file.close()
    result.told = [sentence for timeline in played for sentence in _told(timeline)]
    return result


def _told(timeline: Timeline) -> Iterator[str]:
    """What no replay can bring back, or only as far as it was noted."""
    rate, schedule = timeline.opening.sample_rate, timeline.schedule
    for generation, gaps in schedule.underruns.items():
        name = timeline.names.get(generation, f"generation {generation}")
        for begin, end in gaps.items():
            length = "until it ended" if end >= NEVER else f"for {(end - begin) / rate:.3f} s"
            yield f"{begin / rate:.3f} s: {name} had a gap {length}; it has it here, too"
    if timeline.postponed:
        first = min(timeline.postponed.values())
        yield (
            f"{first / rate:.3f} s: the first of {len(timeline.postponed)} changes of controls that "
            "came late; they are as late here"
        )
    if schedule.fades:
        yield f"{len(schedule.fades)} fades came late; they are as late here"
    for begin, tick in sorted(timeline.skipped.items()):
        yield f"{begin / rate:.3f} s: the mind was held up for {(tick - begin) / rate:.3f} s"
    for tick, restart in sorted(timeline.restarts.items()):
        if tick < timeline.opening.tick + COMING_UP_S * rate:
            continue
        who = " and ".join(
            w for w, was in (("engine", restart.engine), ("voices", restart.voices)) if was
        )
        yield f"{tick / rate:.3f} s: the {who} had died and came up anew"
    for (tick, _), why in sorted(timeline.fell_back.items()):
        yield f"{tick / rate:.3f} s: a function {why} and fell back; it does so here"
    for rests in schedule.rests.values():
        yield f"a stream rested {len(rests) // 2 + len(rests) % 2} times for want of time; it does so here"
    for name, sha256 in timeline.models.items():
        if sha256 and model_sha256(name) != sha256:
            yield f"the model {name} is another today than the one that was played"


def run(journal: Path, out: Path) -> int:
    """The command; `journal` may be the number of a performance instead."""
    if not journal.exists() and journal.name.isdigit():
        journal = find(int(journal.name)).journal
    result = replay(journal, out)
    print(f"{out}: {result.seconds:.1f} s")
    for sentence in result.told:
        print(sentence)
    if result.differs_at_s is not None:
        print(f"from {result.differs_at_s:.2f} s on the controls are not those that were played")
        return 1
    print("all controls are those that were played, sample by sample")
    return 0
