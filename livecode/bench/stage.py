"""`bench stage`: what viewers of the stage page and intruders cost mind and engine, beside none of them."""

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from statistics import fmean, stdev

import psutil

from livecode.bench.rows import BenchRow
from livecode.bench.stage_crowd import INTRUDERS, VIEWERS, Crowd
from livecode.bench.stage_listener import TONE, Delays, listen
from livecode.errors import LivecodeError
from livecode.films.browser import Browser, chromium
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.system.here import HERE
from livecode.transport.stage import Audience, look_at

COUNT = 5
#: Seconds of one turn, and before it. Turns without viewers and with them take turns in going first, and
#: after so many of both comes one with intruders.
TURN_S = 4.0
SETTLE_S = 1.0
INTRUDERS_EVERY = 3
#: What plays meanwhile.
PLAYED = (
    "ego = agent(space('additive'), dims=4, every=30*ms, level=0.3)",
    "drums = hits('bd*4, ~ cp, hh*8', level=0.4)",
    "bass = notes('0 ~ <3 5> 0', 'bass', scale='c minor', octave=2, level=0.3)",
    "drums.gain = sine(0.5, 1, period=2*bars)",
    "r7 = stream('piano', temperature=sine(0.9, 1.1, period=4*bars), level=0.3)",  # it is measured, too
)
PROCESSES = ("mind", "engine", "voices", "stage")
#: The mind may take so much more of a core with viewers, and so many more of 10,000 blocks may be late.
MOST_OF_A_CORE, MOST_LATE = 0.02, 1.0
#: What is counted: all blocks that are late, also by the sound card's own clock, and those that are late
#: since something else had the core that the engine needed.
LATE = "begun more than 1.5 periods after the one before"
HELD = "late, and in time but for the engine's wait for a core"
#: The sound is heard in a browser so much later than it is played, at most, in seconds; of so many tones.
BEHIND_S, TONES = 0.3, 7


@dataclass(frozen=True)
class WatchedTurn:
    """What was counted in one turn."""

    seconds: float
    cpu: dict[str, float]  # process -> share of a core
    blocks: int
    late: int
    held: int  # late ones that would not have been, had the engine not waited for a core
    messages: float = 0.0  # that each viewer got in a second


#: A turn without visitors and one with them, one right after the other.
TurnPair = tuple[WatchedTurn, WatchedTurn]


def run(seconds: float = 180.0, audio: str = "auto") -> list[BenchRow]:
    """Play for `seconds`, in turns without viewers, with them and with intruders. Return what both cost.

    Where there is a browser, the last row says how much later it is heard there.
    """
    with Live(Options(audio=audio, osc_port=0, stage="0", stage_audio=True)) as live:
        for block in PLAYED:
            live.evaluate(block)
        live.await_sound()
        arena = live.attachment.arena
        live.await_(lambda: look_at(arena.audience, Audience).address, "the stage page")
        address = look_at(arena.audience, Audience).address
        pairs: list[TurnPair] = []
        beset: list[TurnPair] = []

        def visited(kind: str, count: int) -> WatchedTurn:
            crowd = Crowd(kind, address, count)
            if kind == VIEWERS:
                live.await_(lambda: arena.header.viewers == count, "the viewers")
            turn = _turn(live)
            messages = crowd.leave()
            live.await_(lambda: not arena.header.viewers, "the end of the visit")
            return replace(turn, messages=messages)

        both_s = (TURN_S + SETTLE_S) * (2 + 1 / INTRUDERS_EVERY)
        for number in range(max(2, int(seconds / both_s))):
            if number % 2:  # what changes while it plays falls on both
                alone = _turn(live)
                pairs.append((alone, visited(VIEWERS, COUNT)))
            else:
                watched = visited(VIEWERS, COUNT)
                alone = _turn(live)
                pairs.append((alone, watched))
            if number % INTRUDERS_EVERY == 0:
                beset.append((alone, visited(INTRUDERS, 1)))
        heard = _heard(live, address)
    return [*rows(pairs, beset, knows_waits=HERE.proc), *heard]


def _heard(live: Live, address: str) -> list[BenchRow]:
    """Return how much later the sound is heard in a browser: the middle one of some tones.

    A browser that plays none in time gives a row without a value.
    """
    if chromium() is None:
        return []
    live.evaluate("hush()")
    live.evaluate(TONE)
    live.await_sound()
    behind = None
    with (
        suppress(LivecodeError),  # the other rows are told all the same
        tempfile.TemporaryDirectory() as profile,
        Browser(Path(profile)) as browser,
    ):
        tab = browser.open(f"{address}?fps=4")
        listen(tab)
        delays = Delays(live, tab)
        behind = sorted(delays.next().behind for _ in range(TONES))[TONES // 2]
    about = {"tones": TONES}
    return [BenchRow.measured("in a browser, behind", behind, "s", about, target=BEHIND_S)]


def rows(pairs: list[TurnPair], beset: list[TurnPair], knows_waits: bool) -> list[BenchRow]:
    """Return rows of what viewers cost each process, of late blocks, and of the messages that they got.

    `pairs` are turns without and with viewers, and `beset` turns without and with intruders. `knows_waits`:
    whether the system tells how long the engine waited for a core.
    """
    about = {"viewers": COUNT}
    without, watched = [alone for alone, _ in pairs], [visited for _, visited in pairs]
    found = []
    for name in PROCESSES:
        before, then = _share(without, name), _share(watched, name)
        found.append(
            BenchRow.measured(f"{name}, watched", then, "of a core", about, baseline=before)
        )
        if name == "mind":
            more = BenchRow.measured(
                "mind, more", max(0.0, then - before), "of a core", about, target=MOST_OF_A_CORE
            )
            found.append(more)
    for who, turns in (("watched", pairs), ("intruders", beset)):
        found.append(_late_row(f"late blocks, {who}", turns, lambda turn: turn.late, LATE))
        if knows_waits:
            found.append(_late_row(f"held blocks, {who}", turns, lambda turn: turn.held, HELD))
    messages = fmean(turn.messages for turn in watched)
    return [*found, BenchRow.measured("messages to a viewer", messages, "a second", about)]


def _late_row(
    what: str, pairs: list[TurnPair], count: Callable[[WatchedTurn], int], counted: str
) -> BenchRow:
    """Return a row of late blocks of 10,000, with how many more there are and that figure's standard error.

    The standard error is that of the mean difference of both turns of a pair. Where it is more than the
    allowed difference, the turns are too few for a verdict.
    """
    alone = _of_10_000([each for each, _ in pairs], count)
    visited = _of_10_000([each for _, each in pairs], count)
    more = [_of_10_000([then], count) - _of_10_000([before], count) for before, then in pairs]
    error = stdev(more) / len(more) ** 0.5 if len(more) > 1 else float("inf")
    about: dict[str, str | float | None] = {
        "counted": counted,
        "more": round(fmean(more), 2),
        "standard error": round(error, 2) if isfinite(error) else None,
    }
    row = BenchRow.measured(
        what, visited, "of 10,000", about, baseline=alone, target=alone + MOST_LATE
    )
    return row if error <= MOST_LATE else replace(row, ok=None)


def _turn(live: Live) -> WatchedTurn:
    time.sleep(SETTLE_S)
    header = live.header
    processes = {name: psutil.Process(getattr(header, f"{name}_pid")) for name in PROCESSES}
    before = {name: sum(each.cpu_times()[:2]) for name, each in processes.items()}
    began = time.monotonic()
    blocks, late, held = header.blocks, header.late_blocks, header.held_blocks
    time.sleep(TURN_S)
    took = time.monotonic() - began
    more = header.blocks - blocks, header.late_blocks - late, header.held_blocks - held
    cpu = {
        name: (sum(each.cpu_times()[:2]) - before[name]) / took for name, each in processes.items()
    }
    return WatchedTurn(took, cpu, *more)


def _share(turns: list[WatchedTurn], name: str) -> float:
    return sum(turn.cpu[name] * turn.seconds for turn in turns) / sum(
        turn.seconds for turn in turns
    )


def _of_10_000(turns: list[WatchedTurn], count: Callable[[WatchedTurn], int]) -> float:
    return 10_000 * sum(map(count, turns)) / max(1, sum(turn.blocks for turn in turns))
