"""`bench stage`: what viewers of the stage page and intruders cost mind and engine, beside none of them."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from livecode.bench.rows import BenchRow
from livecode.bench.stage_listener import TONE, Delays, listen
from livecode.bench.stage_visitors import Intruders, Watchers
from livecode.films.browser import Browser, chromium
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.transport.stage import Audience, look_at

VIEWERS = 5
#: Seconds of one turn, and before it. Turns without viewers and with them take turns in going first, and
#: after so many of both comes one with intruders.
TURN_S = 10.0
SETTLE_S = 1.5
INTRUDERS_EVERY = 3
#: What plays meanwhile.
PLAYED = (
    "ego = agent(space('additive'), dims=4, every=30*ms, level=0.3)",
    "drums = hits('bd*4, ~ cp, hh*8', level=0.4)",
    "bass = notes('0 ~ <3 5> 0', 'bass', scale='c minor', octave=2, level=0.3)",
    "drums.gain = sine(0.5, 1, period=2*bars)",
    "r7 = stream('quartet', temperature=sine(0.9, 1.1, period=4*bars), level=0.3)",  # it is measured, too
)
PROCESSES = ("mind", "engine", "voices", "stage")
#: The mind may take so much more of a core with viewers, and so many more of 10,000 blocks may be late.
MOST_OF_A_CORE, MOST_LATE = 0.02, 1.0
#: The sound is heard in a browser so much later than it is played, at most, in seconds; of so many tones.
BEHIND_S, TONES = 0.3, 7


@dataclass(frozen=True)
class WatchedTurn:
    """What was counted in one turn."""

    seconds: float
    cpu: dict[str, float]  # process -> share of a core
    blocks: int
    late: int
    frames: int  # that all viewers got together


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
        without: list[WatchedTurn] = []
        watched: list[WatchedTurn] = []
        beset: list[WatchedTurn] = []

        def alone() -> None:
            without.append(_turn(live, None))

        def with_viewers() -> None:
            watchers = Watchers(address, VIEWERS)
            live.await_(lambda: arena.header.viewers == VIEWERS, "the viewers")
            watched.append(_turn(live, watchers))
            watchers.stop()
            live.await_(lambda: not arena.header.viewers, "the viewers' end")

        both_s = (TURN_S + SETTLE_S) * (2 + 1 / INTRUDERS_EVERY)
        for number in range(max(1, int(seconds / both_s))):
            turns = (alone, with_viewers) if number % 2 else (with_viewers, alone)
            for turn in turns:  # what changes while it plays falls on both
                turn()
            if number % INTRUDERS_EVERY == 0:
                intruders = Intruders(address)
                beset.append(_turn(live, None))
                intruders.stop()
                live.await_(lambda: not arena.header.viewers, "the intruders' end")
        heard = _heard(live, address)
    return [*rows(without, watched, beset), *heard]


def _heard(live: Live, address: str) -> list[BenchRow]:
    """Return how much later the sound is heard in a browser: the middle one of some tones."""
    if chromium() is None:
        return []
    live.evaluate("hush()")
    live.evaluate(TONE)
    live.await_sound()
    with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
        tab = browser.open(f"{address}?fps=4")
        listen(tab)
        delays = Delays(live, tab)
        behind = sorted(delays.next().behind for _ in range(TONES))
    about = {"tones": TONES}
    return [
        BenchRow.measured("in a browser, behind", behind[TONES // 2], "s", about, target=BEHIND_S)
    ]


def rows(
    without: list[WatchedTurn], watched: list[WatchedTurn], beset: list[WatchedTurn]
) -> list[BenchRow]:
    """Return rows of what viewers cost each process, of late blocks, and of the frames that they got.

    `beset` are turns with intruders: their late blocks are told beside those without anybody.
    """
    about = {"viewers": VIEWERS}
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
    base = _late(without)
    for what, turns in (("late blocks, watched", watched), ("late blocks, intruders", beset)):
        found.append(
            BenchRow.measured(
                what, _late(turns), "of 10,000", about, baseline=base, target=base + MOST_LATE
            )
        )
    frames = sum(turn.frames for turn in watched) / sum(turn.seconds for turn in watched) / VIEWERS
    return [*found, BenchRow.measured("messages to a viewer", frames, "a second", about)]


def _turn(live: Live, watchers: Watchers | None) -> WatchedTurn:
    time.sleep(SETTLE_S)
    header = live.header
    processes = {name: psutil.Process(getattr(header, f"{name}_pid")) for name in PROCESSES}
    frames = 0 if watchers is None else watchers.frames
    before = {name: sum(each.cpu_times()[:2]) for name, each in processes.items()}
    blocks, late, began = header.blocks, header.late_blocks, time.monotonic()
    time.sleep(TURN_S)
    took = time.monotonic() - began
    cpu = {
        name: (sum(each.cpu_times()[:2]) - before[name]) / took for name, each in processes.items()
    }
    got = 0 if watchers is None else watchers.frames - frames
    return WatchedTurn(took, cpu, header.blocks - blocks, header.late_blocks - late, got)


def _share(turns: list[WatchedTurn], name: str) -> float:
    return sum(turn.cpu[name] * turn.seconds for turn in turns) / sum(
        turn.seconds for turn in turns
    )


def _late(turns: list[WatchedTurn]) -> float:
    """Return late blocks of 10,000."""
    return 10_000 * sum(turn.late for turn in turns) / max(1, sum(turn.blocks for turn in turns))
