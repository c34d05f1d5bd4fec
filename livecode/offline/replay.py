"""Replays a journal into a WAV file, and tells what only happened live."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.files import path_of, shown
from livecode.journal.journal_file import read_journal
from livecode.journal.recorder import file_sha256, model_sha256
from livecode.journal.records import JournalRecord, SetRead
from livecode.journal.timeline import Timeline, timelines
from livecode.offline.timeline_player import TimelinePlayer
from livecode.sets.set_file import SetFile, parse_set
from livecode.transport.heap import give_back
from livecode.transport.schedule import NEVER

#: Until so long after the start, engine and voices come up in any order: that is no restart.
COMING_UP_S = 3.0


@dataclass
class Replayed:
    """The result of a replay."""

    seconds: float  # of sound
    timelines: list[Timeline]
    differs_at_s: float | None = None  # from where on controls were not those of the performance
    sentences: list[str] = field(default_factory=list)  # one for each thing that only was live


def replay(journal: Path, out: Path, whole: bool = False) -> Replayed:
    """Play a journal's performance into the file `out`, which begins as a live recording would.

    Of a fork, only what was played since is heard, unless the `whole` is wanted.
    Raises LivecodeError if the journal is empty, is of version 1, or `out` cannot be written.
    """
    played = timelines_of(journal)
    first = 0 if whole else first_of_its_own(played)
    file = WavFile.fresh(out, played[0].opening.sample_rate)

    def hear(audio: NDArray[np.float32]) -> None:
        try:
            file.write(audio)
        except OSError as error:
            raise LivecodeError(f"cannot write {out}: {error.strerror}") from None

    try:
        return play_again(played, hear, first=first)
    finally:
        file.close()


def timelines_of(journal: Path) -> list[Timeline]:
    """Return the timelines of a journal, of which there is one at least.

    Raises LivecodeError if it is empty or of version 1.
    """
    played = list(timelines(read_journal(journal)))
    if not played:
        raise LivecodeError(f"the journal {journal} is empty: nothing has been played")
    if not all(timeline.opening.tick or not timeline.opening.live for timeline in played):
        raise LivecodeError(
            f"the journal {journal} is of version 1, which holds blocks alone and cannot be replayed"
        )
    return played


def play_again(
    played: list[Timeline],
    hear: Callable[[NDArray[np.float32]], None],
    opened: Callable[[TimelinePlayer | None], None] = lambda player: None,
    first: int | None = None,
) -> Replayed:
    """Play timelines one after the other; `hear` is given all sound in pieces, float32 (frames, 2).

    `first` is the number of the first one that is heard, from 0; None: of a fork, the first after it. Those
    before it are not played, since a mind that goes on from them needs their blocks alone. `opened` is given
    the player of each timeline before it plays, and None when it has played.
    """
    give_back()
    first = first_of_its_own(played) if first is None else first
    opening = played[first].opening
    rate, block = opening.sample_rate, opening.block
    result = Replayed(0.0, played[first:])
    #: Of the timelines before.
    steps: list[JournalRecord] = [step for each in played[:first] for step in each.steps]
    set_file = _set_of(steps)
    frames = 0

    def heard(audio: NDArray[np.float32]) -> None:
        nonlocal frames
        frames += len(audio)
        hear(audio)

    if opening.live:
        heard(np.zeros((block, 2), np.float32))  # a live recording is one block late
    for number, timeline in enumerate(played[first:], first):
        begin = timeline.opening.tick // block * block if number else 0
        if number > first:
            silent = max(begin - played[number - 1].end // block * block, 0)
            heard(np.zeros((silent, 2), np.float32))
        with TimelinePlayer(timeline, steps, set_file, heard) as player:
            opened(player)
            player.play(begin)
            set_file = player.performance.scenes.set_file or set_file
            opened(None)
        steps += timeline.steps
        differs = player.recorder.differs_at
        if differs is not None and result.differs_at_s is None:
            result.differs_at_s = differs / rate
    result.seconds = frames / rate
    result.sentences = [sentence for each in played[first:] for sentence in _only_live(each)]
    return result


def first_of_its_own(played: list[Timeline]) -> int:
    """Return the number of the first timeline after the last fork, from 0; 0 if there was none."""
    forks = [number for number, each in enumerate(played[:-1]) if each.forked is not None]
    return forks[-1] + 1 if forks else 0


def _set_of(steps: list[JournalRecord]) -> SetFile | None:
    """Return the set as it was read last; None if none was."""
    read = [each for each in steps if isinstance(each, SetRead)]
    return parse_set(read[-1].text, path_of(read[-1].path)) if read else None


def _only_live(timeline: Timeline) -> Iterator[str]:
    """Yield a sentence for each thing that a replay repeats only because the journal notes it."""
    rate, schedule = timeline.opening.sample_rate, timeline.schedule
    for gap in timeline.gaps:
        yield f"{gap.tick / rate:.3f} s: the journal lacks {gap.records} records, for which there was no room"
    gaps_of: dict[str, list[tuple[int, int]]] = {}
    for generation, gaps in schedule.underruns.items():
        name = timeline.names.get(generation, f"generation {generation}")
        gaps_of.setdefault(name, []).extend(gaps.items())
    for name, each in gaps_of.items():
        lengths = [(end - begin) / rate for begin, end in each if end < NEVER]
        count = "a gap" if len(each) == 1 else f"{len(each)} gaps"
        length = f"of {sum(lengths):.3f} s" + (" in all" if len(each) > 1 else "")
        if len(lengths) < len(each):
            length += ", one until it ended" if lengths else " until it ended"
        first = min(begin for begin, _ in each) / rate
        yield f"{first:.3f} s: {name} had {count} {length}; they are here, too"
    if timeline.postponed:
        first = min(timeline.postponed.values())
        yield (
            f"{first / rate:.3f} s: the first of {len(timeline.postponed)} changes of controls that "
            "came late; they are as late here"
        )
    if lost := sum(last - first for each in timeline.lost.values() for first, last in each):
        yield f"{lost} changes of controls were not heard, as so many came at once; they are not here, either"
    if schedule.fades:
        yield f"{len(schedule.fades)} fades came late; they are as late here"
    if timeline.skipped:
        held_s = [(tick - begin) / rate for begin, tick in timeline.skipped.items()]
        times = "once" if len(held_s) == 1 else f"{len(held_s)} times"
        first = min(timeline.skipped) / rate
        yield f"{first:.3f} s: the mind was held up, {times}, for {max(held_s):.3f} s at most"
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
            yield f"the model {name} is not the one that was played"
    for path, sha256 in timeline.files.items():
        if sha256 and (now := file_sha256(path)) != sha256:
            what = "not the one that was played" if now else "not here"
            yield f"the sound file {shown(path)} is {what}"
